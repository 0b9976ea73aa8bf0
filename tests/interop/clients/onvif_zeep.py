"""onvif-zeep: identity, profiles, URIs, a move and its end. Arguments: host port user password."""

import json
import sys
import time
from pathlib import Path

import onvif

host, port, user, password = sys.argv[1:]
wsdl = Path(onvif.__file__).parents[1] / "wsdl"
camera = onvif.ONVIFCamera(host, int(port), user, password, str(wsdl))
media, ptz = camera.create_media_service(), camera.create_ptz_service()
profiles = [profile.token for profile in media.GetProfiles()]
setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
stream = media.GetStreamUri({"StreamSetup": setup, "ProfileToken": profiles[0]})
position = {"PanTilt": {"x": 0.1, "y": 0.2}, "Zoom": {"x": 0.0}}
ptz.AbsoluteMove({"ProfileToken": profiles[0], "Position": position})
for _ in range(100):
    status = ptz.GetStatus({"ProfileToken": profiles[0]})
    if status.MoveStatus.PanTilt == "IDLE":
        break
    time.sleep(0.1)
print(
    json.dumps(
        {
            "model": camera.devicemgmt.GetDeviceInformation().Model,
            "profiles": profiles,
            "stream": stream.Uri,
            "pan": status.Position.PanTilt.x,
        }
    )
)
