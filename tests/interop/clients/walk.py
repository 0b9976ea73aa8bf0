"""onvif-zeep-async, as a recorder uses it, on many cameras of one inventory.

Arguments: the inventory file, then the names of cameras. Prints a JSON object, by camera.
"""

import asyncio
import base64
import datetime
import json
import sys
from pathlib import Path
from typing import Any

from onvif import ONVIFCamera

SETUP = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
PAN_TILT = {"x": 0.25, "y": 0.0}
PATIENCE_S = 40.0


async def media(camera: ONVIFCamera, tokens: list[str]) -> dict[str, Any]:
    """Ask Media 1 for profiles and URIs, and fetch the first profile's snapshot with digest."""
    service = await camera.create_media_service()
    profiles = await service.GetProfiles()
    streams = [
        await service.GetStreamUri({"StreamSetup": SETUP, "ProfileToken": token})
        for token in tokens
    ]
    snapshots = [await service.GetSnapshotUri({"ProfileToken": token}) for token in tokens]
    picture = await camera.get_snapshot(tokens[0])
    return {
        "profiles": [profile.token for profile in profiles],
        "sizes": [
            [
                profile.VideoEncoderConfiguration.Resolution.Width,
                profile.VideoEncoderConfiguration.Resolution.Height,
            ]
            for profile in profiles
        ],
        "streams": [answer.Uri for answer in streams],
        "snapshots": [answer.Uri for answer in snapshots],
        "picture": base64.b64encode(picture or b"").decode(),
    }


def heard(message: Any) -> dict[str, Any]:
    """Return topic, operation and items of a notification."""
    content = message.Message._value_1
    items = [item for part in (content.Source, content.Data) if part for item in part.SimpleItem]
    return {
        "topic": message.Topic._value_1,
        "operation": content.PropertyOperation,
        "items": {item.Name: item.Value for item in items},
    }


async def pulled(pull_point: Any, wanted: str) -> list[dict[str, Any]]:
    """Pull until ``wanted`` was among the topics, or for PATIENCE_S."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    messages: list[dict[str, Any]] = []
    while asyncio.get_running_loop().time() < deadline:
        answer = await pull_point.PullMessages(
            {"Timeout": datetime.timedelta(seconds=5), "MessageLimit": 100}
        )
        messages += map(heard, answer.NotificationMessage or [])
        if any(wanted in message["topic"] for message in messages):
            break
    return messages


async def events(camera: ONVIFCamera, ptz: Any, token: str) -> dict[str, Any]:
    """Subscribe, cause an event or wait for one, pull it, renew and unsubscribe."""
    manager = await camera.create_pullpoint_manager(datetime.timedelta(minutes=2), lambda: None)
    pull_point = manager.get_service()
    wanted = "VideoSource/MotionAlarm"
    if ptz is not None:
        preset = await ptz.SetPreset({"ProfileToken": token, "PresetName": "door"})
        await ptz.GotoPreset({"ProfileToken": token, "PresetToken": preset})
        wanted = "PTZController/PTZPresets/Reached"
    messages = await pulled(pull_point, wanted)
    subscription = await camera.create_subscription_service("PullPointSubscription")
    renewed = await subscription.Renew({"TerminationTime": "PT90S"})
    left = (renewed.TerminationTime - renewed.CurrentTime).total_seconds()
    await subscription.Unsubscribe()
    try:
        await subscription.Unsubscribe()
        gone = ""
    except Exception as error:
        gone = str(error)
    manager.pause()
    return {"wanted": wanted, "messages": messages, "renewed_s": left, "gone": gone}


async def turned(ptz: Any, token: str) -> dict[str, Any]:
    """Move, see it in the status, stop, see that too, and leave the camera as it was."""

    async def status() -> Any:
        return await ptz.GetStatus({"ProfileToken": token})

    async def until(state: str) -> Any:
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while True:
            now = await status()
            if now.MoveStatus.PanTilt == state or asyncio.get_running_loop().time() > deadline:
                return now
            await asyncio.sleep(0.05)

    before = await until("IDLE")
    await ptz.ContinuousMove({"ProfileToken": token, "Velocity": {"PanTilt": PAN_TILT}})
    moving = await until("MOVING")
    later = await status()
    await ptz.Stop({"ProfileToken": token, "PanTilt": True, "Zoom": True})
    stopped = await until("IDLE")
    again = await status()
    await ptz.GotoHomePosition({"ProfileToken": token})
    await until("IDLE")
    return {
        "states": [one.MoveStatus.PanTilt for one in (before, moving, later, stopped, again)],
        "pan": [one.Position.PanTilt.x for one in (before, moving, later, stopped, again)],
    }


async def walk(camera: dict[str, Any]) -> dict[str, Any]:
    """Use one camera from the first greeting to a move."""
    it = ONVIFCamera(camera["host"], camera["http_port"], camera["username"], camera["password"])
    try:
        await it.update_xaddrs()
        device = await it.create_devicemgmt_service()
        information = await device.GetDeviceInformation()
        tokens = [profile["token"] for profile in camera["profiles"]]
        ptz = None
        if "http://www.onvif.org/ver20/ptz/wsdl" in it.xaddrs:
            ptz = await it.create_ptz_service()
        return {
            "model": information.Model,
            "serial": information.SerialNumber,
            "xaddrs": dict(it.xaddrs),
            "media": await media(it, tokens),
            "events": await events(it, ptz, tokens[0]),
            "ptz": ptz and await turned(ptz, tokens[0]),
        }
    finally:
        await it.close()


async def main(inventory: str, names: list[str]) -> None:
    """Walk the cameras one after another, as their descriptions are shared."""
    cameras = json.loads(Path(inventory).read_text())["cameras"]
    chosen = [camera for camera in cameras if camera["name"] in names]
    print(json.dumps({camera["name"]: await walk(camera) for camera in chosen}))


asyncio.run(main(sys.argv[1], sys.argv[2:]))
