import attrs

from simulator.analytics.motion import MotionDetector
from simulator.events.topics import MOTION_ALARM
from simulator.farm.motion_alarm import MotionAlarms
from simulator.later import InlineWorkers


@attrs.frozen
class Seen:
    visible: float
    box: tuple[int, int, int, int]


@attrs.frozen
class Shown:
    objects: tuple


class Painter:
    """A world in which somebody walks by from 0.9 s to 2.1 s of every 5."""

    def __init__(self):
        self.asked = []

    def render(self, view, width, height, t, overlay=None):
        self.asked.append(t)
        return Shown((Seen(1.0, (10, 10, 20, 60)),) if 0.9 < t % 5 < 2.1 else ())


def alarms(rig):
    painter = Painter()
    detector = MotionDetector(painter, InlineWorkers(), 5.0)
    watch = MotionAlarms(rig.clock, detector, lambda: [(rig.camera, rig.plan.eye)])
    watch.start()
    return painter


def test_the_alarm_follows_what_can_be_seen(rig):
    painter = alarms(rig)
    rig.ask("events", "CreatePullPointSubscription", {})
    events = []
    rig.camera.broker.subscribe(events.append)
    begin = rig.utc
    rig.clock.advance(5.0)
    found = [(round(e.utc - begin, 3), dict(e.data)["State"]) for e in events]
    assert all(e.topic == MOTION_ALARM for e in events)
    assert found == [(0.5, "false"), (1.0, "true"), (2.5, "false")]
    rig.clock.advance(50.0)
    assert len(painter.asked) == 10, "the world repeats, so nothing is looked at twice"


def test_nobody_looks_while_nobody_listens(rig):
    painter = alarms(rig)
    rig.clock.advance(10.0)
    assert painter.asked == []
