"""Publishes tns1:VideoSource/MotionAlarm of every camera that somebody listens to."""

import math
from collections.abc import Callable, Iterable

from simulator.analytics.motion import INTERVAL_S, MotionDetector
from simulator.clock import Clock, Timer
from simulator.device.birth import SOURCE_TOKEN
from simulator.events.topics import MOTION_ALARM
from simulator.farm.eye import Eye
from simulator.services.camera import Camera


class MotionAlarms:
    """Looks for motion on a grid of scenario time, so that a run can be repeated."""

    def __init__(
        self,
        clock: Clock,
        detector: MotionDetector,
        cameras: Callable[[], Iterable[tuple[Camera, Eye]]],
    ) -> None:
        """Watch the cameras that ``cameras()`` gives, asked at each tick; see ``start``."""
        self._clock = clock
        self._detector = detector
        self._cameras = cameras
        self._timer: Timer | None = None

    def start(self) -> None:
        """Begin at the next tick."""
        now = self._clock.seconds()
        tick = math.floor(now / INTERVAL_S) + 1
        self._timer = self._clock.callLater(tick * INTERVAL_S - now, self._tick, tick)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _tick(self, tick: int) -> None:
        for camera, eye in self._cameras():
            if len(camera.pull_points):
                self._look(camera, eye, tick)
        self.start()

    def _look(self, camera: Camera, eye: Eye, tick: int) -> None:
        at = tick * INTERVAL_S
        utc = camera.clock.utc(at)

        def publish(motion: bool | None, error: BaseException | None) -> None:
            if error is None:
                camera.broker.publish(
                    MOTION_ALARM, utc, {"Source": SOURCE_TOKEN}, {"State": bool(motion)}
                )

        self._detector.at(eye.view(at), tick).then(publish)
