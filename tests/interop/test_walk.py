"""onvif-zeep-async uses every fifth camera as a recorder does: services, media, events, PTZ."""

import base64
import json
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from simulator.config.catalog import camera_model

PYTHON = Path(__file__).parents[2] / ".venv-interop" / "onvif-zeep-async" / "bin" / "python"
WALK = Path(__file__).parent / "clients" / "walk.py"

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="make makes the clients' environments")


def walk(farm, place, names):
    inventory = place / "inventory.json"
    inventory.write_text(json.dumps(farm.inventory))
    result = subprocess.run(
        [PYTHON, WALK, inventory, *names], capture_output=True, text=True, timeout=240
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.timeout(300)
def test_every_fifth_camera_serves_a_recorder(hundred, tmp_path):
    chosen = hundred.cameras[::5]
    assert len(chosen) == 20
    assert {camera["model"] for camera in chosen} == {"dome-ptz", "bullet", "legacy-s"}
    answers = walk(hundred, tmp_path, [camera["name"] for camera in chosen])
    assert len({answer["serial"] for answer in answers.values()}) == 20
    for camera in chosen:
        answer = answers[camera["name"]]
        assert answer["model"] == camera_model(camera["model"]).model
        assert answer["xaddrs"]["http://www.onvif.org/ver10/device/wsdl"] == camera["xaddr"]
        check_media(camera, answer["media"])
        check_events(answer["events"])
        assert (answer["ptz"] is not None) == (camera["model"] == "dome-ptz")
        if answer["ptz"]:
            check_move(answer["ptz"])


def check_media(camera, media):
    profiles = camera["profiles"]
    assert media["profiles"] == [profile["token"] for profile in profiles]
    assert media["sizes"] == [[profile["width"], profile["height"]] for profile in profiles]
    assert media["streams"] == [profile["rtsp_url"] for profile in profiles]
    assert media["snapshots"] == [profile["snapshot_url"] for profile in profiles]
    data = base64.b64decode(media["picture"])
    assert data.startswith(b"\xff\xd8\xff")
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (profiles[0]["height"], profiles[0]["width"], 3)


def check_events(events):
    messages = events["messages"]
    first, last = messages[0], messages[-1]
    assert first["operation"] == "Initialized"
    assert first["topic"].startswith("tns1:Monitoring/OperatingTime/")
    arrived = [message for message in messages if events["wanted"] in message["topic"]]
    assert arrived, messages
    if "PTZ" in events["wanted"]:
        assert last["items"]["PresetName"] == "door"
        assert any("PTZPresets/Invoked" in message["topic"] for message in messages)
    else:
        assert arrived[0]["items"]["Source"] == "source_1"
        assert arrived[0]["items"]["State"] in ("true", "false")
    assert events["renewed_s"] == pytest.approx(90)
    assert "no such subscription" in events["gone"]


def check_move(move):
    assert move["states"] == ["IDLE", "MOVING", "MOVING", "IDLE", "IDLE"]
    before, moving, later, stopped, again = move["pan"]
    assert before < moving < later < stopped
    assert stopped == again
