"""Who moves in the world: people and vehicles on routes, as functions of scenario time."""

import bisect
import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Literal

import attrs

from simulator.scene.solids import Colour
from simulator.scene.view import Point

Kind = Literal["person", "car", "van", "bus"]

CLASS_NAMES: dict[Kind, str] = {
    "person": "Human",
    "car": "Vehicle",
    "van": "Vehicle",
    "bus": "Vehicle",
}
"""The object class of each kind, a value of ``tt:ObjectType`` (ONVIF Analytics Service)."""

SIZES: dict[Kind, tuple[float, float, float]] = {
    "person": (0.5, 0.5, 1.75),
    "car": (4.3, 1.8, 1.45),
    "van": (5.6, 2.0, 2.45),
    "bus": (10.8, 2.5, 3.05),
}
"""Length, width and height in metres."""


@attrs.frozen
class Look:
    """What an actor looks like.

    Attributes:
        main: coat, or paint.
        second: trousers, or trim.
        third: hair; unused on vehicles.
        skin: of a person.
    """

    main: Colour
    second: Colour = (0.05, 0.05, 0.06)
    third: Colour = (0.06, 0.04, 0.03)
    skin: Colour = (0.50, 0.32, 0.23)


@attrs.frozen
class Actor:
    """A person or a vehicle at one moment.

    Attributes:
        id: stable over the whole scenario.
        kind: which mesh draws it.
        class_name: its class in metadata.
        position: of the middle of its footprint, on the ground, metres.
        heading_deg: clockwise from north.
        speed: metres per second.
        size: length, width, height in metres.
        look: its colours.
        phase: metres gone, which drives legs and wheels.
    """

    id: int
    kind: Kind
    class_name: str
    position: Point
    heading_deg: float
    speed: float
    size: tuple[float, float, float]
    look: Look
    phase: float


class Route:
    """A way through the world: straight pieces with rounded corners.

    Attributes:
        length: metres.
    """

    def __init__(self, corners: Sequence[tuple[float, float]], radius: float) -> None:
        """Go through the corners (x, y), cutting each inner one with ``radius`` metres."""
        self._points = list(_rounded(corners, radius))
        self._distances = [0.0]
        for start, end in itertools.pairwise(self._points):
            self._distances.append(self._distances[-1] + math.dist(start, end))
        self.length = self._distances[-1]

    def at(self, distance: float) -> tuple[float, float, float]:
        """Return x, y and heading in degrees after ``distance`` metres, within the length."""
        last = len(self._points) - 1
        i = min(max(bisect.bisect_right(self._distances, distance) - 1, 0), last - 1)
        (x0, y0), (x1, y1) = self._points[i], self._points[i + 1]
        share = (distance - self._distances[i]) / (self._distances[i + 1] - self._distances[i])
        heading = math.degrees(math.atan2(x1 - x0, y1 - y0))
        return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share, heading


@attrs.frozen
class Walk:
    """One actor's part in the play, repeated every period.

    Attributes:
        id: of the actor.
        kind: of the actor.
        route: where it goes. Both ends are out of everybody's sight, or the route is a closed lap.
        speed: metres per second.
        start_s: when it sets out, within the period.
        look: its colours.
        height: factor on its size.
        lap: whether the route closes on itself, so that the actor is never away.
    """

    id: int
    kind: Kind
    route: Route
    speed: float
    start_s: float
    look: Look
    height: float = 1.0
    lap: bool = False

    def at(self, t: float, period_s: float, ground: "Ground") -> Actor | None:
        """Return the actor at time ``t``, or None while it is away."""
        distance = ((t - self.start_s) % period_s) * self.speed
        if self.lap:
            distance %= self.route.length
        elif distance > self.route.length:
            return None
        x, y, heading = self.route.at(distance)
        length, width, height = SIZES[self.kind]
        return Actor(
            id=self.id,
            kind=self.kind,
            class_name=CLASS_NAMES[self.kind],
            position=(x, y, ground.height(x, y)),
            heading_deg=heading % 360.0,
            speed=self.speed,
            size=(length * self.height, width * self.height, height * self.height),
            look=self.look,
            phase=distance,
        )


@attrs.frozen
class Ground:
    """How high the ground is: raised areas with a ramp round them, else zero.

    Attributes:
        areas: x0, y0, x1, y1 and height, all metres.
        ramp: metres over which a step up is spread, inside the area.
    """

    areas: tuple[tuple[float, float, float, float, float], ...] = ()
    ramp: float = 0.25

    def height(self, x: float, y: float) -> float:
        """Return the height in metres."""
        best = 0.0
        for x0, y0, x1, y1, height in self.areas:
            inside = min(x - x0, x1 - x, y - y0, y1 - y)
            best = max(best, height * min(1.0, max(0.0, inside / self.ramp)))
        return best


def _rounded(
    corners: Sequence[tuple[float, float]], radius: float
) -> Iterator[tuple[float, float]]:
    """Yield the corners with each inner one replaced by a curve of about ``radius``."""
    yield corners[0]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        cut = min(radius, math.dist(before, corner) / 2.0, math.dist(corner, after) / 2.0)
        enter, leave = _towards(corner, before, cut), _towards(corner, after, cut)
        for step in range(9):
            share = step / 8.0
            yield _mix(_mix(enter, corner, share), _mix(corner, leave, share), share)
    yield corners[-1]


def _towards(
    start: tuple[float, float], end: tuple[float, float], way: float
) -> tuple[float, float]:
    return _mix(start, end, way / math.dist(start, end))


def _mix(
    first: tuple[float, float], second: tuple[float, float], share: float
) -> tuple[float, float]:
    return (
        first[0] + (second[0] - first[0]) * share,
        first[1] + (second[1] - first[1]) * share,
    )
