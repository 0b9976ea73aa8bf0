import random

import judge
import pytest
from lxml import etree
from outcomes import outcome

from simulator.clock import CameraClock, SimClock
from simulator.errors import Fault
from simulator.events import subscriptions
from simulator.events.broker import Broker, Operation
from simulator.events.subscriptions import PullPoints
from simulator.events.topics import LAST_REBOOT, MOTION_ALARM, camera_topics
from simulator.later import Later
from simulator.wire.soap.fault import render

START_UTC = 1_790_000_000.0


class CountedClock(SimClock):
    """A clock that remembers its timers."""

    def __init__(self, start):
        super().__init__(start)
        self.timers = []

    def callLater(self, delay, call, *args):
        timer = super().callLater(delay, call, *args)
        self.timers.append(timer)
        return timer


class Bench:
    """Pull points on virtual time."""

    def __init__(self, limit=3):
        self.clock = CountedClock(100.0)
        self.camera_clock = CameraClock(START_UTC, offset_s=-5.0)
        self.broker = Broker(camera_topics(has_ptz=True))
        self.points = PullPoints(
            self.clock, self.camera_clock.utc, self.broker, random.Random(1), limit
        )

    @property
    def now(self):
        return self.clock.seconds()

    @property
    def utc(self):
        return self.camera_clock.utc(self.now)

    def create(self, seconds=60.0, accepts=lambda _event: True):
        return self.points.create(accepts, self.utc + seconds, self.now).token

    def pull(self, token, timeout=10.0, limit=100):
        return self.points.pull(token, timeout, limit, self.now)

    def alarm(self, state):
        self.broker.publish(MOTION_ALARM, self.utc, {"Source": "source_1"}, {"State": state})

    def alive(self, token):
        try:
            self.points.find(token, self.now)
        except Fault:
            return False
        return True


@pytest.fixture
def bench():
    return Bench()


def fault_of(call, *args):
    with pytest.raises(Fault) as raised:
        result = call(*args)
        if isinstance(result, Later):
            outcome(result)
    judge.validate_envelope(render(None, raised.value)[1])
    assert raised.value.code == "Receiver"
    return etree.QName(raised.value.detail).localname


def states(pulled):
    return [event.data[0][1] for event in pulled.events]


def test_messages_that_wait_are_answered_at_once(bench):
    token = bench.create()
    bench.alarm(True)
    bench.alarm(False)
    pulled = outcome(bench.pull(token))
    assert states(pulled) == ["true", "false"]
    assert pulled.utc == bench.utc


def test_no_more_than_the_limit_and_nothing_lost(bench):
    token = bench.create()
    for index in range(5):
        bench.alarm(index % 2 == 0)
    assert [len(outcome(bench.pull(token, limit=2)).events) for _ in range(3)] == [2, 2, 1]


def test_a_pull_is_held_until_the_first_message(bench):
    token = bench.create()
    later = bench.pull(token, timeout=10.0)
    bench.clock.advance(4.0)
    assert not later.done
    bench.alarm(True)
    assert states(outcome(later)) == ["true"]
    assert outcome(later).utc == bench.utc


def test_a_pull_ends_empty_at_its_timeout_and_not_earlier(bench):
    token = bench.create()
    later = bench.pull(token, timeout=10.0)
    bench.clock.advance(9.999)
    assert not later.done
    bench.clock.advance(0.001)
    assert outcome(later).events == ()


def test_a_pull_that_was_answered_leaves_no_timer(bench):
    token = bench.create()
    first = bench.pull(token, timeout=10.0)
    bench.alarm(True)
    assert first.done
    second = bench.pull(token, timeout=10.0)
    bench.clock.advance(9.0)
    assert not second.done


def test_a_pull_keeps_the_subscription_alive_for_its_timeout(bench):
    token = bench.create(seconds=5.0)
    later = bench.pull(token, timeout=60.0)
    bench.clock.advance(59.0)
    assert not later.done
    bench.clock.advance(1.0)
    pulled = outcome(later)
    assert pulled.termination_utc == pytest.approx(bench.utc + 60.0, abs=1e-3)
    bench.clock.advance(59.0)
    assert bench.alive(token)
    bench.clock.advance(1.0)
    assert not bench.alive(token)


def test_a_pull_never_shortens_a_life(bench):
    token = bench.create(seconds=600.0)
    bench.alarm(True)
    pulled = outcome(bench.pull(token, timeout=1.0))
    assert pulled.termination_utc == pytest.approx(bench.utc + 600.0, abs=1e-3)


def test_a_pull_due_as_the_life_ends_is_answered(bench):
    token = bench.create(seconds=10.0)
    later = bench.pull(token, timeout=10.0)
    bench.clock.advance(10.0)
    assert outcome(later).events == ()
    assert bench.alive(token)


def test_a_second_pull_at_a_time_is_refused(bench):
    token = bench.create()
    first = bench.pull(token)
    assert fault_of(bench.pull, token) == "UnableToGetMessagesFault"
    bench.alarm(True)
    assert states(outcome(first)) == ["true"]


def test_a_client_that_hangs_up_loses_nothing_and_may_pull_again(bench):
    token = bench.create()
    bench.pull(token).map(lambda pulled: pulled).abandon()
    bench.alarm(True)
    assert states(outcome(bench.pull(token))) == ["true"]
    assert sum(timer.active() for timer in bench.clock.timers) == 1


def test_too_long_a_timeout_names_the_limits(bench):
    token = bench.create()
    with pytest.raises(Fault) as raised:
        bench.pull(token, timeout=subscriptions.MAX_TIMEOUT_S + 1)
    judge.validate_envelope(render(None, raised.value)[1])
    detail = raised.value.detail
    assert etree.QName(detail).localname == "PullMessagesFaultResponse"
    assert [child.text for child in detail] == ["PT300S", "1024"]
    assert subscriptions.MAX_TIMEOUT_S >= 60


def test_too_large_a_message_limit_is_no_fault(bench):
    token = bench.create()
    bench.alarm(True)
    assert len(outcome(bench.pull(token, limit=10**9)).events) == 1


@pytest.mark.parametrize(("timeout", "limit"), [(-1.0, 1), (1.0, 0), (1.0, -3)])
def test_senseless_numbers_are_refused(bench, timeout, limit):
    token = bench.create()
    with pytest.raises(Fault) as raised:
        bench.pull(token, timeout=timeout, limit=limit)
    assert raised.value.subcodes == ("InvalidArgVal",)


def test_a_zero_timeout_does_not_wait(bench):
    assert outcome(bench.pull(bench.create(), timeout=0.0)).events == ()


def test_a_subscription_ends_by_itself(bench):
    token = bench.create(seconds=30.0)
    bench.clock.advance(29.9)
    assert bench.alive(token)
    bench.clock.advance(0.1)
    assert not bench.alive(token)
    assert fault_of(bench.pull, token) == "ResourceUnknownFault"
    assert len(bench.points) == 0


def test_renew_sets_a_new_end_in_both_directions(bench):
    token = bench.create(seconds=30.0)
    bench.clock.advance(20.0)
    bench.points.renew(token, bench.utc + 100.0, bench.now)
    bench.clock.advance(99.0)
    assert bench.alive(token)
    bench.points.renew(token, bench.utc + 5.0, bench.now)
    bench.clock.advance(5.0)
    assert not bench.alive(token)


@pytest.mark.parametrize("seconds", [-1.0, 0.0, subscriptions.MAX_LIFETIME_S + 1])
def test_unacceptable_termination_times(bench, seconds):
    assert fault_of(bench.create, seconds) == "UnacceptableInitialTerminationTimeFault"
    token = bench.create()
    fault = fault_of(bench.points.renew, token, bench.utc + seconds, bench.now)
    assert fault == "UnacceptableTerminationTimeFault"
    assert bench.alive(token)


def test_without_a_wish_the_life_has_a_default(bench):
    subscription = bench.points.create(lambda _event: True, None, bench.now)
    end = bench.points.termination_utc(subscription)
    assert end == pytest.approx(bench.utc + subscriptions.DEFAULT_LIFETIME_S, abs=1e-3)


def test_unsubscribe_ends_it_and_the_pull_that_waits(bench):
    token = bench.create()
    later = bench.pull(token)
    bench.points.unsubscribe(token, bench.now)
    assert fault_of(outcome, later) == "ResourceUnknownFault"
    assert fault_of(bench.points.unsubscribe, token, bench.now) == "ResourceUnknownFault"


@pytest.mark.parametrize("token", [None, "", "nope"])
def test_unknown_subscriptions(bench, token):
    assert fault_of(bench.pull, token) == "ResourceUnknownFault"
    assert fault_of(bench.points.renew, token, None, bench.now) == "ResourceUnknownFault"
    assert fault_of(bench.points.synchronize, token, bench.now) == "ResourceUnknownFault"


def test_too_many_subscriptions(bench):
    tokens = [bench.create() for _ in range(3)]
    assert len(set(tokens)) == 3
    assert fault_of(bench.create) == "SubscribeCreationFailedFault"
    bench.points.unsubscribe(tokens[0], bench.now)
    bench.create()


def test_a_new_subscription_begins_with_the_state_of_all_properties(bench):
    bench.alarm(True)
    bench.alarm(False)
    [event] = outcome(bench.pull(bench.create())).events
    assert (event.operation, event.data) == (Operation.INITIALIZED, (("State", "false"),))


def test_a_synchronization_point_repeats_the_state(bench):
    token = bench.create()
    bench.alarm(True)
    bench.alarm(False)
    outcome(bench.pull(token))
    later = bench.pull(token)
    bench.points.synchronize(token, bench.now)
    [event] = outcome(later).events
    assert (event.operation, event.data) == (Operation.INITIALIZED, (("State", "false"),))


def test_filters_hold_for_events_and_for_the_state(bench):
    bench.alarm(True)
    token = bench.create(accepts=lambda event: event.topic is LAST_REBOOT)
    later = bench.pull(token)
    bench.alarm(False)
    bench.points.synchronize(token, bench.now)
    assert not later.done
    bench.broker.publish(LAST_REBOOT, bench.utc, data={"Status": bench.utc})
    assert [event.topic for event in outcome(later).events] == [LAST_REBOOT]


def test_every_subscription_gets_its_own_copy(bench):
    tokens = [bench.create(), bench.create()]
    bench.alarm(True)
    assert [states(outcome(bench.pull(token))) for token in tokens] == [["true"], ["true"]]


def test_a_client_that_never_fetches_is_dropped_with_its_messages(bench, monkeypatch):
    monkeypatch.setattr(subscriptions, "MAX_QUEUE", 10)
    token = bench.create()
    for index in range(10):
        bench.alarm(index % 2 == 0)
    assert bench.alive(token)
    bench.alarm(True)
    assert not bench.alive(token)


def test_a_step_of_the_camera_clock_does_not_end_subscriptions(bench):
    token = bench.create(seconds=30.0)
    bench.camera_clock.step_to(START_UTC + 1e6, bench.now)
    bench.clock.advance(29.0)
    assert bench.alive(token)
    pulled = bench.pull(token, timeout=0.0)
    assert outcome(pulled).termination_utc == pytest.approx(bench.utc + 1.0, abs=1e-3)


def test_a_reboot_ends_everything(bench):
    later = bench.pull(bench.create())
    bench.create()
    bench.points.close()
    assert len(bench.points) == 0
    with pytest.raises(Fault):
        outcome(later)
    bench.alarm(True)
    bench.clock.advance(1000.0)


def test_many_renewals_leave_one_timer(bench):
    token = bench.create(seconds=30.0)
    for _ in range(50):
        bench.points.renew(token, bench.utc + 30.0, bench.now)
    assert sum(timer.active() for timer in bench.clock.timers) == 1
