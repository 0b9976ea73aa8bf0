import pytest

from simulator.config.demo import demo_scenario
from simulator.config.loader import ScenarioError


def test_the_demo_has_four_cameras_with_a_dome_and_an_old_one():
    cameras = demo_scenario().resolve()
    assert [camera.name for camera in cameras] == ["cam-001", "cam-002", "cam-003", "cam-004"]
    assert {"dome-ptz", "legacy-s"} <= {camera.model.name for camera in cameras}


@pytest.mark.parametrize("number", [1, 3, 4, 5, 1200])
def test_the_demo_has_as_many_cameras_as_one_asks_for(number):
    cameras = demo_scenario(number).resolve()
    assert [camera.name for camera in cameras] == [f"cam-{n:03}" for n in range(1, number + 1)]
    models = [camera.model.name for camera in demo_scenario().resolve()]
    assert [camera.model.name for camera in cameras[:8]] == (models * 2)[: min(number, 8)]
    assert all(camera.mount is None for camera in cameras[4:])


def test_a_mistaken_override_is_told():
    with pytest.raises(ScenarioError, match="--set sed=1: unknown key 'sed'"):
        demo_scenario(2, ["sed=1"])
