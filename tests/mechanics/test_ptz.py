import math

import pytest

from simulator.config.catalog import PtzSpec
from simulator.mechanics.ptz import Ptz, PtzPose, wrap_deg

DOME = PtzSpec(
    endless=True,
    tilt_deg=(-90, 20),
    focal_mm=(4.4, 88),
    max_speed_dps=120,
    acceleration_dps2=240,
    zoom_speed_mm_s=30,
)
LIMITED = DOME.model_copy(update={"endless": False, "pan_deg": (-170.0, 170.0)})


def test_it_starts_straight_ahead_at_the_widest():
    assert Ptz(DOME, 0.0).pose(5.0) == PtzPose(0.0, 0.0, 4.4)
    assert Ptz(DOME, 0.0, PtzPose(10, -200, 500)).pose(0.0) == PtzPose(10, -90, 88)


def test_absolute_arrives_exactly_and_leaves_other_axes():
    ptz = Ptz(DOME, 0.0)
    ptz.absolute(1.0, pan_deg=33.3)
    assert ptz.moving(1.1) == (True, False)
    ptz.absolute(1.1, focal_mm=50.0)
    end = ptz.settled_at(1.1)
    assert ptz.pose(end) == PtzPose(33.3, 0.0, 50.0)
    assert ptz.moving(end) == (False, False)
    assert ptz.settled_at(end + 5) == end + 5


def test_endless_pan_goes_the_short_way_and_reports_wrapped():
    ptz = Ptz(DOME, 0.0)
    ptz.absolute(0.0, pan_deg=170)
    ptz.absolute(10.0, pan_deg=-170)
    halfway = ptz.pose((10.0 + ptz.settled_at(10.0)) / 2).pan_deg
    assert abs(halfway) == pytest.approx(180)
    assert ptz.pose(20.0).pan_deg == pytest.approx(-170)


def test_a_limited_pan_goes_the_long_way():
    ptz = Ptz(LIMITED, 0.0)
    ptz.absolute(0.0, pan_deg=170)
    ptz.absolute(10.0, pan_deg=-170)
    assert ptz.pose((10.0 + ptz.settled_at(10.0)) / 2).pan_deg == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    "target", [{"pan_deg": 171}, {"tilt_deg": 21}, {"tilt_deg": math.nan}, {"focal_mm": 4.3}]
)
def test_absolute_out_of_range_is_refused_and_nothing_moves(target):
    ptz = Ptz(LIMITED, 0.0)
    with pytest.raises(ValueError, match="not within"):
        ptz.absolute(0.0, **{"pan_deg": 5.0, **target})
    assert ptz.moving(0.0) == (False, False)


def test_relative_ends_at_the_border():
    ptz = Ptz(LIMITED, 0.0)
    ptz.relative(0.0, pan_deg=300, tilt_deg=-5, focal_mm=-10)
    assert ptz.pose(60.0) == PtzPose(170.0, -5.0, 4.4)


def test_continuous_slides_along_the_border():
    ptz = Ptz(DOME, 0.0)
    ptz.continuous(0.0, pan_dps=10.0, tilt_dps=40.0, timeout_s=30.0)
    assert ptz.pose(20.0).tilt_deg == 20.0
    assert ptz.pose(20.0).pan_deg == pytest.approx(wrap_deg(200 - 10 * 10 / 480), abs=1e-9)
    assert ptz.settled_at(20.0) == pytest.approx(30.0 + 10 / 240)


def test_continuous_without_timeout_never_settles_until_stopped():
    ptz = Ptz(DOME, 0.0)
    ptz.continuous(0.0, pan_dps=-500.0, zoom_rate=1.0)
    assert ptz.settled_at(3.0) == math.inf
    ptz.stop(3.0, zoom=False)
    assert ptz.moving(4.0) == (False, True)
    assert ptz.pose(4.0).pan_deg == pytest.approx(wrap_deg(-120 * 3))
    ptz.stop(4.0)
    assert ptz.moving(5.0) == (False, False)


def test_a_zero_part_stops_that_axis_only():
    ptz = Ptz(DOME, 0.0)
    ptz.continuous(0.0, pan_dps=10.0, tilt_dps=-10.0)
    ptz.continuous(1.0, tilt_dps=0.0)
    assert ptz.pose(3.0).tilt_deg == ptz.pose(2.0).tilt_deg
    assert ptz.pose(3.0).pan_deg > ptz.pose(2.0).pan_deg


def test_a_combined_speed_is_the_speed_along_the_way():
    ptz = Ptz(DOME, 0.0)
    ptz.absolute(0.0, pan_deg=40, tilt_deg=-30, pan_tilt_speed=10)
    before, after = ptz.pose(2.0), ptz.pose(2.1)
    way = math.hypot(after.pan_deg - before.pan_deg, after.tilt_deg - before.tilt_deg)
    assert way == pytest.approx(1.0)
    assert ptz.settled_at(0.0) == pytest.approx(5.0 + 10 / 240, abs=0.02)


def test_a_stop_close_to_the_border_stays_inside():
    ptz = Ptz(LIMITED, 0.0)
    ptz.continuous(0.0, pan_dps=117.3)
    for step in range(200):
        now = 1.2 + step * 0.002
        probe = Ptz(LIMITED, 0.0)
        probe.continuous(0.0, pan_dps=117.3)
        probe.stop(now)
        assert probe.pose(now + 5).pan_deg <= 170.0


def test_observers_hear_of_every_command():
    ptz, heard = Ptz(DOME, 0.0), []
    ptz.on_change.append(heard.append)
    ptz.absolute(1.0, pan_deg=1)
    ptz.relative(2.0, pan_deg=1)
    ptz.continuous(3.0, pan_dps=1)
    ptz.stop(4.0)
    assert heard == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("angle", "wrapped"), [(180, 180), (-180, 180), (181, -179), (-541, 179), (720, 0)]
)
def test_wrap(angle, wrapped):
    assert wrap_deg(angle) == pytest.approx(wrapped)
