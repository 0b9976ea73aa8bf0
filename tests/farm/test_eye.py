import math

import pytest

from simulator.config.catalog import camera_model
from simulator.config.model import MountSpec
from simulator.farm.eye import Eye
from simulator.mechanics.ptz import Ptz, PtzPose

MOUNT = MountSpec(position=(4.0, -12.0, 6.0), pan=20.0, tilt=-15.0)


def test_a_fixed_camera_looks_as_it_hangs():
    lens = camera_model("bullet").lens
    view = Eye(MOUNT, lens, None).view(5.0)
    assert (view.position, view.pan_deg, view.tilt_deg) == ((4.0, -12.0, 6.0), 20.0, -15.0)
    half = math.tan(math.radians(view.hfov_deg / 2))
    assert half == pytest.approx(lens.sensor_width_mm / 2 / lens.focal_mm[0])


def test_mechanics_turn_about_the_mount():
    model = camera_model("dome-ptz")
    ptz = Ptz(model.ptz, 0.0, PtzPose(30.0, -40.0, 44.0))
    eye = Eye(MOUNT, model.lens, ptz)
    view = eye.view(0.0)
    assert (view.pan_deg, view.tilt_deg) == (50.0, -40.0)
    assert view.hfov_deg == pytest.approx(math.degrees(2 * math.atan(5.6 / 88)))
    assert not eye.moving(0.0)
    ptz.continuous(0.0, pan_dps=10.0)
    assert eye.moving(1.0)
    assert eye.view(1.0).pan_deg > 55.0
