"""Clients that others wrote, each in an environment of its own, made by: make test."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from running import running_farm

from simulator.config.catalog import camera_model

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ROOT / ".venv-interop"
CLIENTS = Path(__file__).parent / "clients"

pytestmark = pytest.mark.skipif(
    not ENVIRONMENTS.exists(), reason="make test makes the clients' environments"
)


@pytest.fixture(scope="session")
def farm(tmp_path_factory):
    """A running demo: its cameras by name."""
    with running_farm(tmp_path_factory.mktemp("farm")) as inventory:
        yield {camera["name"]: camera for camera in inventory["cameras"]}


def run(program, script, camera):
    arguments = [camera[key] for key in ("host", "http_port", "username", "password")]
    result = subprocess.run(
        [*program, CLIENTS / script, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env={"NODE_PATH": str(ENVIRONMENTS / "node" / "node_modules"), "PATH": "/usr/bin:/bin"},
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def python(name):
    return [ENVIRONMENTS / name / "bin" / "python"]


def tokens(camera):
    return [profile["token"] for profile in camera["profiles"]]


def test_onvif_zeep_turns_the_dome_to_where_it_says(farm):
    dome = farm["cam-001"]
    answer = run(python("onvif-zeep"), "onvif_zeep.py", dome)
    assert answer["model"] == camera_model("dome-ptz").model
    assert answer["profiles"] == tokens(dome)
    assert answer["stream"] == dome["profiles"][0]["rtsp_url"]
    assert answer["pan"] == pytest.approx(0.1, abs=1e-4)


@pytest.mark.parametrize("name", ["cam-002", "cam-004"])
def test_onvif_zeep_async_gets_a_snapshot_and_events(farm, name):
    answer = run(python("onvif-zeep-async"), "onvif_zeep_async.py", farm[name])
    assert answer["model"] == camera_model(farm[name]["model"]).model
    assert answer["profiles"] == tokens(farm[name])
    assert answer["snapshot"] > 5_000
    assert answer["topics"]


def test_onvif_python_uses_media_2_and_presets(farm):
    dome = farm["cam-001"]
    answer = run(python("onvif-python"), "onvif_python.py", dome)
    assert answer["model"] == camera_model("dome-ptz").model
    assert answer["profiles"] == tokens(dome)
    assert answer["stream"] == dome["profiles"][0]["rtsp_url"]
    assert answer["presets"] == ["door"]
    assert answer["preset"]


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
@pytest.mark.parametrize("name", ["cam-001", "cam-003", "cam-004"])
def test_the_onvif_package_of_node_connects(farm, name):
    answer = run(["node"], "node_onvif.js", farm[name])
    assert answer["model"] == camera_model(farm[name]["model"]).model
    assert answer["profiles"] == tokens(farm[name])
    assert answer["stream"] == farm[name]["profiles"][0]["rtsp_url"]


@pytest.mark.skipif(shutil.which("gst-launch-1.0") is None, reason="needs GStreamer")
@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_gstreamer_decodes_every_kind_of_stream(farm, transport):
    camera = farm["cam-003"]
    decoders = ("rtph264depay ! h264parse ! openh264dec", "rtpjpegdepay ! jpegdec")
    for profile, decoder in zip(camera["profiles"], decoders, strict=True):
        login = f"user-id={camera['username']} user-pw={camera['password']}"
        source = f"rtspsrc location={profile['rtsp_url']} protocols={transport} {login}"
        pipeline = f"{source} ! {decoder} ! identity eos-after=30 ! fakesink"
        subprocess.run(["gst-launch-1.0", "-q", *pipeline.split()], check=True, timeout=60)
