"""onvif-zeep-async, as a home automation uses it: services, profiles, a snapshot, a pull point.

Arguments: host port user password.
"""

import asyncio
import datetime
import json
import sys

from onvif import ONVIFCamera


async def ask(host: str, port: str, user: str, password: str) -> dict[str, object]:
    camera = ONVIFCamera(host, int(port), user, password)
    await camera.update_xaddrs()
    device = await camera.create_devicemgmt_service()
    media = await camera.create_media_service()
    profiles = [profile.token for profile in await media.GetProfiles()]
    snapshot = await camera.get_snapshot(profiles[0])
    events = await camera.create_pullpoint_manager(datetime.timedelta(seconds=60), lambda: None)
    pulled = await events.get_service().PullMessages(
        {"Timeout": datetime.timedelta(seconds=2), "MessageLimit": 100}
    )
    answer = {
        "model": (await device.GetDeviceInformation()).Model,
        "profiles": profiles,
        "snapshot": len(snapshot or b""),
        "topics": sorted({message.Topic._value_1 for message in pulled.NotificationMessage}),
    }
    await events.shutdown()
    await camera.close()
    return answer


print(json.dumps(asyncio.run(ask(*sys.argv[1:]))))
