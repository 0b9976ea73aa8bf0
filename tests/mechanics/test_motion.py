import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.mechanics.motion import brake, braked_at, move_at, move_to, rest

SPEED, ACCELERATION = 100.0, 200.0


def travel(motion, until, step=0.001):
    """An independent judge: positions on a fine grid."""
    return [
        motion.at(motion.start_s + i * step)
        for i in range(int((until - motion.start_s) / step) + 2)
    ]


def test_a_long_move_is_a_trapezoid():
    motion = move_to(rest(0.0), 200.0, SPEED, ACCELERATION, 10.0)
    assert motion.ends_at == pytest.approx(12.5)
    assert motion.at(10.25) == pytest.approx((6.25, 50.0))
    assert motion.at(11.0) == pytest.approx((75.0, 100.0))
    assert motion.at(12.25) == pytest.approx((193.75, 50.0))
    assert motion.at(99.0) == (200.0, 0.0)


def test_a_short_move_is_a_triangle():
    motion = move_to(rest(5.0), -3.0, SPEED, ACCELERATION, 0.0)
    assert motion.ends_at == pytest.approx(0.4)
    assert motion.at(0.2) == pytest.approx((1.0, -40.0))


def test_reversing_brakes_first_and_comes_back():
    going = move_at(rest(0.0), 80.0, (-math.inf, math.inf), ACCELERATION, 0.0)
    back = move_to(going, 10.0, SPEED, ACCELERATION, 1.0)
    assert back.at(1.0) == pytest.approx(going.at(1.0))
    assert back.at(1.4)[1] == pytest.approx(0.0)
    assert back.at(1.4)[0] == pytest.approx(64.0 + 16.0)
    assert back.at(back.ends_at + 1) == (10.0, 0.0)


def test_a_slower_move_brakes_down_to_its_speed():
    going = move_at(rest(0.0), 100.0, (-math.inf, math.inf), ACCELERATION, 0.0)
    slow = move_to(going, 200.0, 20.0, ACCELERATION, 1.0)
    assert slow.at(1.4)[1] == pytest.approx(20.0)
    assert max(velocity for _, velocity in travel(slow, slow.ends_at)[420:]) <= 20.0 + 1e-9


def test_a_velocity_ends_exactly_at_the_limit():
    motion = move_at(rest(0.0), 50.0, (-90.0, 90.0), ACCELERATION, 0.0)
    assert motion.at(motion.ends_at) == (90.0, 0.0)
    assert all(
        -90.0 <= position <= 90.0 + 1e-9 for position, _ in travel(motion, motion.ends_at + 1)
    )


def test_an_endless_velocity_never_ends():
    motion = move_at(rest(0.0), -50.0, (-math.inf, math.inf), ACCELERATION, 0.0)
    assert motion.ends_at == math.inf
    assert motion.at(1000.25) == pytest.approx((-50.0 * 1000.25 + 6.25, -50.0))


def test_a_timeout_brakes_from_its_moment_on():
    motion = move_at(rest(0.0), 50.0, (-math.inf, math.inf), ACCELERATION, 0.0)
    stopped = braked_at(motion, ACCELERATION, 2.0)
    assert stopped.at(1.9) == pytest.approx(motion.at(1.9))
    assert stopped.ends_at == pytest.approx(2.25)
    assert stopped.at(3.0)[0] == pytest.approx(motion.at(2.0)[0] + 6.25)


def test_brake_at_rest_stays():
    assert brake(rest(7.0), ACCELERATION, 3.0).at(4.0) == (7.0, 0.0)


@given(
    first=st.floats(-170, 170),
    second=st.floats(-170, 170),
    speed=st.floats(1, 120),
    at=st.floats(0, 3),
)
def test_any_override_is_smooth_and_arrives(first, second, speed, at):
    before = move_to(rest(0.0), first, SPEED, ACCELERATION, 0.0)
    after = move_to(before, second, speed, ACCELERATION, at)
    assert after.at(at) == pytest.approx(before.at(at), abs=1e-9)
    assert after.at(after.ends_at) == (second, 0.0)
    just_before = after.at(after.ends_at - 1e-6)
    assert just_before == pytest.approx((second, 0.0), abs=1e-3)
    states = travel(after, min(after.ends_at, at + 4), 0.01)
    for (_, v0), (_, v1) in itertools.pairwise(states):
        assert abs(v1 - v0) <= ACCELERATION * 0.01 + 1e-6
    lowest, highest = min(0.0, first, second), max(0.0, first, second)
    assert all(lowest - 1e-6 <= position <= highest + 1e-6 for position, _ in states)
