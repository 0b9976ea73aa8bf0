"""onvif-python: Media 2, presets. Arguments: host port user password."""

import json
import sys

from onvif import ONVIFClient

host, port, user, password = sys.argv[1:]
camera = ONVIFClient(host, int(port), user, password)
media, ptz = camera.media2(), camera.ptz()
profiles = [profile.token for profile in media.GetProfiles()]
preset = ptz.SetPreset(ProfileToken=profiles[0], PresetName="door")
print(
    json.dumps(
        {
            "model": camera.devicemgmt().GetDeviceInformation().Model,
            "profiles": profiles,
            "stream": media.GetStreamUri(Protocol="RTSP", ProfileToken=profiles[0]),
            "presets": [each.Name for each in ptz.GetPresets(ProfileToken=profiles[0])],
            "preset": preset,
        }
    )
)
