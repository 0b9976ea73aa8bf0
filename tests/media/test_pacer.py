import pytest

from simulator.clock import SimClock
from simulator.media.pacer import LEAST_WAIT_S, Pacer


def test_every_frame_is_called_once_at_its_capture_time_plus_phase():
    clock = SimClock()
    calls = []
    Pacer(clock).start(10.0, 0.03, lambda index: calls.append((index, clock.seconds())))
    clock.advance(0.5)
    assert [index for index, _ in calls] == [0, 1, 2, 3, 4]
    assert [at for _, at in calls] == pytest.approx(
        [0.03, 0.13, 0.23, 0.33, 0.43], abs=LEAST_WAIT_S
    )


def test_deadlines_are_absolute_and_do_not_drift_in_an_hour():
    clock = SimClock()
    calls = []
    Pacer(clock).start(15.0, 0.0, lambda index: calls.append((index, clock.seconds())))
    clock.advance(3600.0)
    index, at = calls[-1]
    assert len(calls) == index + 1 == 54_001
    assert at == pytest.approx(index / 15.0, abs=LEAST_WAIT_S)


def test_a_beat_that_starts_late_joins_the_common_grid():
    clock = SimClock(1000.01)
    calls = []
    Pacer(clock).start(10.0, 0.0, calls.append)
    clock.advance(0.2)
    assert calls == [10001, 10002]


def test_timers_are_never_closer_than_the_least_wait(stalling_clock):
    clock = stalling_clock
    pacer = Pacer(clock)
    for number in range(200):
        pacer.start(25.0, number * 0.0002, lambda index: None)
    clock.timers = 0
    clock.advance(1.0)
    assert clock.timers <= 1.0 / LEAST_WAIT_S + 1


def test_a_short_stall_is_made_up_for_frame_by_frame(stalling_clock):
    clock = stalling_clock
    calls = []
    Pacer(clock).start(10.0, 0.0, calls.append)
    clock.advance(0.25)
    clock.stalled_s = 0.6
    clock.advance(0.1)
    assert calls == list(range(10))


def test_a_long_stall_is_left_out(stalling_clock):
    clock = stalling_clock
    calls = []
    Pacer(clock).start(10.0, 0.0, calls.append)
    clock.advance(0.25)
    clock.stalled_s = 3600.0
    clock.advance(0.2)
    assert calls[:4] == [0, 1, 2, 3]
    assert calls[4] >= 36_002
    assert len(calls) < 8


def test_a_beat_that_fails_harms_no_other(capsys):
    clock = SimClock()
    pacer = Pacer(clock)
    calls = []

    def fail(index):
        raise RuntimeError("broken stream")

    pacer.start(10.0, 0.0, fail)
    pacer.start(10.0, 0.0, calls.append)
    clock.advance(0.35)
    assert calls == [0, 1, 2, 3]


def test_a_stopped_beat_is_silent_and_another_may_start_inside_a_call():
    clock = SimClock()
    pacer = Pacer(clock)
    calls = []

    def replace(index):
        if index == 2:
            beat.stop()
            pacer.start(20.0, 0.0, lambda other: calls.append(("new", other)))
        calls.append(("old", index))

    beat = pacer.start(10.0, 0.0, replace)
    clock.advance(0.35)
    assert calls[:3] == [("old", 0), ("old", 1), ("old", 2)]
    assert [call for call in calls[3:] if call[0] == "old"] == []
    assert ("new", 5) in calls
    assert ("new", 6) in calls
