"""Every scenario of the repository runs as it is, and its cameras serve."""

from pathlib import Path

import pytest
from player import play
from running import farm_process
from soap_client import Soap, find

from simulator.config.catalog import camera_model
from simulator.config.loader import load_scenario

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


def scale(path):
    """Return the arguments that make a scenario small enough to look at every camera."""
    counts = [entry.count for entry in load_scenario(path).cameras if entry.count]
    return ["-n", 2 * len(counts)] if sum(counts) > 10 else []


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_runs_and_every_camera_serves_what_it_says(path, tmp_path):
    with farm_process(tmp_path, path, *scale(path)) as farm:
        assert farm.cameras
        for camera in farm.cameras:
            answer = Soap(camera).ask("<tds:GetDeviceInformation/>")
            assert find(answer, "tds:Model").text == camera_model(camera["model"]).model
            assert len(camera["profiles"]) >= 2
            main = camera["profiles"][0]
            assert play(camera, main, 1).sizes == {(main["width"], main["height"])}
    assert "Traceback" not in farm.log.read_text()


def test_a_large_scenario_starts_whole(tmp_path):
    path = next(path for path in SCENARIOS if path.stem == "load-200")
    with farm_process(tmp_path, path) as farm:
        assert len(farm.cameras) == 200
        ports = {camera[kind] for camera in farm.cameras for kind in ("http_port", "rtsp_port")}
        assert len(ports) == 400
        for camera in (farm.cameras[0], farm.cameras[-1]):
            assert find(Soap(camera).ask("<tds:GetHostname/>"), ".//tt:Name") is not None
