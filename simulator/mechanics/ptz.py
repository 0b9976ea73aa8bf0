"""Pan, tilt and zoom of one camera: three axes whose position is a function of scenario time.

ONVIF PTZ Service Specification 5.3: moves do not block, a later move overrides an earlier one from
where the axis is and as fast as it goes, and an axis that a move leaves out keeps its motion.
"""

import math
from collections.abc import Callable

import attrs

from simulator.config.catalog import PtzSpec
from simulator.mechanics.motion import Motion, brake, braked_at, move_at, move_to, rest

ZOOM_RAMP_S = 0.25
"""A zoom motor reaches its full speed in this many seconds."""

SLOWEST_SHARE = 0.1
"""An axis gets at least this share of a combined speed, so that it can always finish."""


@attrs.frozen
class PtzPose:
    """Where the mechanics point.

    Attributes:
        pan_deg: clockwise from the mount's own direction, -180 < pan <= 180.
        tilt_deg: above the horizon.
        focal_mm: focal length.
    """

    pan_deg: float
    tilt_deg: float
    focal_mm: float


def wrap_deg(angle: float) -> float:
    """Return an angle in degrees as -180 < angle <= 180."""
    wrapped = math.fmod(angle, 360.0)
    if wrapped > 180.0:
        return wrapped - 360.0
    return wrapped + 360.0 if wrapped <= -180.0 else wrapped


class Ptz:
    """The mechanics of one camera; calls take ``now``, scenario time in seconds, never going back.

    Attributes:
        spec: its limits.
        on_change: called with ``now`` after each command.
    """

    def __init__(self, spec: PtzSpec, now: float, start: PtzPose | None = None) -> None:
        """Stand still at ``start``, moved into the limits; by default ahead and wide."""
        self.spec = spec
        self.on_change: list[Callable[[float], None]] = []
        pose = start or PtzPose(0.0, 0.0, spec.focal_mm[0])
        self._pan = rest(_clamp(pose.pan_deg, self._pan_limits), now)
        self._tilt = rest(_clamp(pose.tilt_deg, spec.tilt_deg), now)
        self._zoom = rest(_clamp(pose.focal_mm, spec.focal_mm), now)

    def pose(self, now: float) -> PtzPose:
        """Return where it points at ``now``."""
        pan = self._pan.at(now)[0]
        return PtzPose(
            wrap_deg(pan) if self.spec.endless else _clamp(pan, self.spec.pan_deg),
            _clamp(self._tilt.at(now)[0], self.spec.tilt_deg),
            _clamp(self._zoom.at(now)[0], self.spec.focal_mm),
        )

    def moving(self, now: float) -> tuple[bool, bool]:
        """Tell whether pan or tilt moves, and whether the zoom does."""
        return now < max(self._pan.ends_at, self._tilt.ends_at), now < self._zoom.ends_at

    def settled_at(self, now: float) -> float:
        """Return when everything is at rest: ``now`` if it is, infinity if it never will be."""
        return max(now, self._pan.ends_at, self._tilt.ends_at, self._zoom.ends_at)

    def absolute(
        self,
        now: float,
        *,
        pan_deg: float | None = None,
        tilt_deg: float | None = None,
        focal_mm: float | None = None,
        pan_tilt_speed: float | None = None,
        zoom_speed: float | None = None,
    ) -> None:
        """Move to a position; parts left out keep their motion.

        Args:
            now: scenario time.
            pan_deg: within the limits; on an endless pan any angle, reached the short way.
            tilt_deg: within the limits.
            focal_mm: within the limits.
            pan_tilt_speed: of the combined movement in degrees per second; the fastest if None.
            zoom_speed: in millimetres per second; the fastest if None.

        Raises:
            ValueError: if a target is out of the limits.
        """
        pan = None if pan_deg is None else self._pan_target(pan_deg, now)
        tilt = None if tilt_deg is None else _within(tilt_deg, self.spec.tilt_deg, "tilt")
        focal = None if focal_mm is None else _within(focal_mm, self.spec.focal_mm, "focal length")
        self._move_to(now, pan, tilt, focal, pan_tilt_speed, zoom_speed)

    def relative(
        self,
        now: float,
        *,
        pan_deg: float | None = None,
        tilt_deg: float | None = None,
        focal_mm: float | None = None,
        pan_tilt_speed: float | None = None,
        zoom_speed: float | None = None,
    ) -> None:
        """Move by an amount from where it is, at most to the border; speeds as in ``absolute``."""
        pan = None if pan_deg is None else self._pan.at(now)[0] + pan_deg
        tilt = None if tilt_deg is None else self._tilt.at(now)[0] + tilt_deg
        focal = None if focal_mm is None else self._zoom.at(now)[0] + focal_mm
        self._move_to(
            now,
            None if pan is None else _clamp(pan, self._pan_limits),
            None if tilt is None else _clamp(tilt, self.spec.tilt_deg),
            None if focal is None else _clamp(focal, self.spec.focal_mm),
            pan_tilt_speed,
            zoom_speed,
        )

    def continuous(
        self,
        now: float,
        *,
        pan_dps: float | None = None,
        tilt_dps: float | None = None,
        zoom_rate: float | None = None,
        timeout_s: float = math.inf,
    ) -> None:
        """Move with a velocity, sliding along the borders, until stopped or for ``timeout_s``.

        Args:
            now: scenario time.
            pan_dps: degrees per second, positive clockwise, at most the motor's fastest.
            tilt_dps: degrees per second, positive up.
            zoom_rate: millimetres per second, positive towards tele.
            timeout_s: seconds until braking begins, above 0.
        """
        spec, stop_at = self.spec, now + timeout_s
        if pan_dps is not None:
            self._pan = self._turn(self._pan, pan_dps, self._pan_limits, stop_at, now)
        if tilt_dps is not None:
            self._tilt = self._turn(self._tilt, tilt_dps, spec.tilt_deg, stop_at, now)
        if zoom_rate is not None:
            rate = _clamp(zoom_rate, (-spec.zoom_speed_mm_s, spec.zoom_speed_mm_s))
            plan = move_at(self._zoom, rate, spec.focal_mm, self._zoom_acceleration, now)
            self._zoom = braked_at(plan, self._zoom_acceleration, stop_at)
        self._changed(now)

    def stop(self, now: float, *, pan_tilt: bool = True, zoom: bool = True) -> None:
        """Brake the named axes to rest; the others keep their motion."""
        if pan_tilt:
            self._pan = brake(self._pan, self.spec.acceleration_dps2, now)
            self._tilt = brake(self._tilt, self.spec.acceleration_dps2, now)
        if zoom:
            self._zoom = brake(self._zoom, self._zoom_acceleration, now)
        self._changed(now)

    @property
    def _pan_limits(self) -> tuple[float, float]:
        return (-math.inf, math.inf) if self.spec.endless else self.spec.pan_deg

    @property
    def _zoom_acceleration(self) -> float:
        return self.spec.zoom_speed_mm_s / ZOOM_RAMP_S

    def _pan_target(self, pan_deg: float, now: float) -> float:
        if not self.spec.endless:
            return _within(pan_deg, self.spec.pan_deg, "pan")
        here = self._pan.at(now)[0]
        return here + wrap_deg(pan_deg - here)

    def _move_to(
        self,
        now: float,
        pan: float | None,
        tilt: float | None,
        focal: float | None,
        pan_tilt_speed: float | None,
        zoom_speed: float | None,
    ) -> None:
        pan_speed, tilt_speed = self._shares(now, pan, tilt, pan_tilt_speed)
        acceleration = self.spec.acceleration_dps2
        if pan is not None:
            self._pan = move_to(self._pan, pan, pan_speed, acceleration, now)
        if tilt is not None:
            self._tilt = move_to(self._tilt, tilt, tilt_speed, acceleration, now)
        if focal is not None:
            fastest = self.spec.zoom_speed_mm_s
            speed = min(zoom_speed or fastest, fastest)
            self._zoom = move_to(self._zoom, focal, speed, self._zoom_acceleration, now)
        self._changed(now)

    def _shares(
        self, now: float, pan: float | None, tilt: float | None, speed: float | None
    ) -> tuple[float, float]:
        """Split one combined speed by the way each axis has to go, so that both arrive together."""
        fastest = self.spec.max_speed_dps
        if not speed:
            return fastest, fastest
        ways = [
            0.0 if target is None else abs(target - axis.at(now)[0])
            for target, axis in ((pan, self._pan), (tilt, self._tilt))
        ]
        length = math.hypot(*ways) or 1.0
        pan_share, tilt_share = (max(way / length, SLOWEST_SHARE) for way in ways)
        return min(speed * pan_share, fastest), min(speed * tilt_share, fastest)

    def _turn(
        self,
        axis: Motion,
        velocity: float,
        limits: tuple[float, float],
        stop_at: float,
        now: float,
    ) -> Motion:
        fastest, acceleration = self.spec.max_speed_dps, self.spec.acceleration_dps2
        plan = move_at(axis, _clamp(velocity, (-fastest, fastest)), limits, acceleration, now)
        return braked_at(plan, acceleration, stop_at)

    def _changed(self, now: float) -> None:
        for call in self.on_change:
            call(now)


def _clamp(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])


def _within(value: float, limits: tuple[float, float], what: str) -> float:
    if not limits[0] <= value <= limits[1]:
        raise ValueError(f"{what} {value:g} is not within {limits[0]:g} to {limits[1]:g}")
    return value
