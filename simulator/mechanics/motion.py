"""Motion of one axis, closed form in time: phases of constant acceleration, one plan a command.

Units are the axis' own: degrees or millimetres, and the same per second and per second squared.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import attrs


class Phase(NamedTuple):
    """A stretch of constant acceleration; the last of an endless motion is infinite."""

    duration_s: float
    acceleration: float


@attrs.frozen
class Motion:
    """Where an axis is at any time at or after ``start_s``.

    Attributes:
        start_s: scenario time at which it begins.
        position: there and then.
        velocity: there and then.
        phases: what follows, in order; after them the axis rests at ``end``.
        end: the resting position, exact; NaN if the motion never ends.
    """

    start_s: float
    position: float
    velocity: float
    phases: tuple[Phase, ...]
    end: float

    @property
    def ends_at(self) -> float:
        """Scenario time at which the axis comes to rest; infinite if it does not."""
        return self.start_s + sum(phase.duration_s for phase in self.phases)

    def at(self, now: float) -> tuple[float, float]:
        """Return position and velocity at scenario time ``now``, at the earliest ``start_s``."""
        if now >= self.ends_at:
            return self.end, 0.0
        position, velocity = self.position, self.velocity
        remaining = max(0.0, now - self.start_s)
        for duration_s, acceleration in self.phases:
            step = min(remaining, duration_s)
            position += velocity * step + acceleration * step * step / 2.0
            velocity += acceleration * step
            remaining -= step
            if remaining <= 0.0:
                break
        return position, velocity


def rest(position: float, now: float = 0.0) -> Motion:
    """Return the motion of an axis that stands still."""
    return Motion(now, position, 0.0, (), position)


def brake(motion: Motion, acceleration: float, now: float) -> Motion:
    """Return ``motion`` brought to rest from ``now`` on with ``acceleration`` (above 0)."""
    position, velocity = motion.at(now)
    duration_s = abs(velocity) / acceleration
    end = position + velocity * duration_s / 2.0
    return _motion(
        now, position, velocity, [(duration_s, -math.copysign(acceleration, velocity))], end
    )


def move_to(motion: Motion, target: float, speed: float, acceleration: float, now: float) -> Motion:
    """Return the quickest way from the state of ``motion`` at ``now`` to rest at ``target``.

    It accelerates and brakes with ``acceleration``, never exceeds ``speed`` (both above 0) once it
    got down to it, and turns round smoothly if it goes the wrong way or cannot stop in time.
    """
    position, velocity = motion.at(now)
    stop = position + velocity * abs(velocity) / (2.0 * acceleration)
    direction = 1.0 if target >= stop else -1.0
    distance = (target - position) * direction
    initial = velocity * direction
    # From here on the axis is mirrored so that it goes up: |ramp| to the peak, cruise, ramp down.
    peak = min(speed, math.sqrt(max(0.0, acceleration * distance + initial * initial / 2.0)))
    ramp = acceleration if peak >= initial else -acceleration
    ramp_distance = (peak * peak - initial * initial) / (2.0 * ramp)
    cruise = max(0.0, distance - ramp_distance - peak * peak / (2.0 * acceleration))
    phases = [
        ((peak - initial) / ramp, ramp * direction),
        (cruise / peak if peak > 0.0 else 0.0, 0.0),
        (peak / acceleration, -acceleration * direction),
    ]
    return _motion(now, position, velocity, phases, target)


def move_at(
    motion: Motion,
    velocity: float,
    limits: tuple[float, float],
    acceleration: float,
    now: float,
) -> Motion:
    """Return the motion that goes on with ``velocity`` from ``now`` and rests exactly at a limit.

    A limit may be infinite; then the motion has no end.
    """
    if velocity == 0.0:
        return brake(motion, acceleration, now)
    limit = limits[1] if velocity > 0.0 else limits[0]
    if math.isfinite(limit):
        return move_to(motion, limit, abs(velocity), acceleration, now)
    position, initial = motion.at(now)
    change = velocity - initial
    phases = [
        (abs(change) / acceleration, math.copysign(acceleration, change)),
        (math.inf, 0.0),
    ]
    return _motion(now, position, initial, phases, math.nan)


def braked_at(motion: Motion, acceleration: float, stop_at: float) -> Motion:
    """Return ``motion`` unchanged until scenario time ``stop_at`` and braked from then on."""
    if stop_at >= motion.ends_at:
        return motion
    kept: list[tuple[float, float]] = []
    remaining = max(0.0, stop_at - motion.start_s)
    for duration_s, phase_acceleration in motion.phases:
        kept.append((min(duration_s, remaining), phase_acceleration))
        remaining = max(0.0, remaining - duration_s)
    braking = brake(motion, acceleration, stop_at)
    return _motion(
        motion.start_s, motion.position, motion.velocity, [*kept, *braking.phases], braking.end
    )


def _motion(
    start_s: float,
    position: float,
    velocity: float,
    phases: Sequence[tuple[float, float]],
    end: float,
) -> Motion:
    lasting = tuple(Phase(*phase) for phase in phases if phase[0] > 0.0)
    return Motion(start_s, position, velocity, lasting, end)
