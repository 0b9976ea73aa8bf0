"""Houses: walls with windows, shop fronts, doors and cornices, all flat and painted on."""

import random
from collections.abc import Iterator, Sequence

import attrs
import numpy as np

from simulator.scene.solids import Colour, Patch, Solid, box, on_wall

STOREY_M = 3.1
GROUND_FLOOR_M = 3.7

WALL_COLOURS: tuple[tuple[Colour, str], ...] = (
    ((0.36, 0.17, 0.12), "brick"),
    ((0.60, 0.53, 0.42), "plaster"),
    ((0.44, 0.22, 0.15), "brick"),
    ((0.62, 0.60, 0.55), "plaster"),
    ((0.50, 0.36, 0.25), "brick"),
    ((0.58, 0.47, 0.37), "plaster"),
    ((0.45, 0.48, 0.47), "plaster"),
)
SHOP_COLOURS: tuple[Colour, ...] = (
    (0.32, 0.03, 0.03),
    (0.03, 0.14, 0.11),
    (0.04, 0.07, 0.22),
    (0.38, 0.22, 0.03),
    (0.10, 0.10, 0.11),
    (0.05, 0.20, 0.24),
)
GLASS: Colour = (0.05, 0.06, 0.07)
FRAME: Colour = (0.62, 0.61, 0.58)
STONE: Colour = (0.48, 0.46, 0.42)
DOOR: Colour = (0.11, 0.07, 0.05)
ROOF: Colour = (0.16, 0.15, 0.15)


@attrs.frozen
class House:
    """One house of a terrace.

    Attributes:
        low: south-west corner (x, y).
        high: north-east corner (x, y).
        storeys: with the ground floor.
        fronts: which walls have a shop front: 0 south, 1 east, 2 north, 3 west.
        doors: x or y coordinates of doors in the first front.
        blank: walls without windows, because a neighbour touches them.
    """

    low: tuple[float, float]
    high: tuple[float, float]
    storeys: int
    fronts: tuple[int, ...] = ()
    doors: tuple[float, ...] = ()
    blank: tuple[int, ...] = ()

    @property
    def height(self) -> float:
        """Metres to the eaves."""
        return GROUND_FLOOR_M + STOREY_M * (self.storeys - 1) + 0.8

    def build(self, chance: random.Random) -> tuple[Solid, ...]:
        """Return the house and its roof edge, with colours by ``chance``."""
        colour, material = chance.choice(WALL_COLOURS)
        (x0, y0), (x1, y1) = self.low, self.high
        corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        details = {
            side: tuple(self._wall(side, (corners[side], corners[(side + 1) % 4]), chance))
            for side in range(4)
            if side not in self.blank
        }
        body = box(
            (x0, y0, 0.0),
            (x1, y1, self.height),
            colour,
            material=material,
            top=(ROOF, "plain"),
            details=details,
        )
        return (body, self._parapet(colour))

    def _parapet(self, colour: Colour) -> Solid:
        (x0, y0), (x1, y1) = self.low, self.high
        edge = 0.18
        darker = (colour[0] * 0.8, colour[1] * 0.8, colour[2] * 0.8)
        return box(
            (x0 - (0 if 3 in self.blank else edge), y0 - edge, self.height),
            (x1 + (0 if 1 in self.blank else edge), y1 + edge, self.height + 0.35),
            darker,
            top=(ROOF, "plain"),
        )

    def _wall(
        self, side: int, wall: Sequence[tuple[float, float]], chance: random.Random
    ) -> Iterator[Patch]:
        width = float(np.hypot(wall[1][0] - wall[0][0], wall[1][1] - wall[0][1]))
        if side in self.fronts:
            doors = self._door_offsets(side, wall) if side == self.fronts[0] else []
            yield from _shop_front(wall, width, doors, chance)
        else:
            yield on_wall(wall, (0.0, width), (0.0, 0.55), (0.20, 0.19, 0.18), "plaster")
        first = 1 if side in self.fronts else 0
        yield from _windows(wall, width, range(first, self.storeys), chance)
        yield on_wall(wall, (0.0, width), (self.height - 0.45, self.height - 0.25), STONE)

    def _door_offsets(self, side: int, wall: Sequence[tuple[float, float]]) -> list[float]:
        axis = 0 if side in (0, 2) else 1
        return [abs(door - wall[0][axis]) for door in self.doors]


def _windows(
    wall: Sequence[tuple[float, float]], width: float, floors: range, chance: random.Random
) -> Iterator[Patch]:
    bays = max(1, round(width / 2.9))
    pitch = width / bays
    for floor in floors:
        z = GROUND_FLOOR_M + STOREY_M * (floor - 1) + 0.75 if floor else 1.1
        for bay in range(bays):
            middle = (bay + 0.5) * pitch
            yield from _window(wall, middle, z, chance.random())


def _window(
    wall: Sequence[tuple[float, float]], middle: float, z: float, look: float
) -> Iterator[Patch]:
    half, height = 0.58, 1.65
    yield on_wall(wall, (middle - half - 0.12, middle + half + 0.12), (z - 0.14, z), STONE)
    yield on_wall(wall, (middle - half, middle + half), (z, z + height), FRAME)
    # The reveal above shades the glass: a dark strip, then two panes.
    yield on_wall(
        wall, (middle - half + 0.03, middle + half), (z + height - 0.22, z + height), (0.05,) * 3
    )
    for u0, u1 in ((-half + 0.07, -0.03), (0.03, half - 0.07)):
        yield on_wall(
            wall, (middle + u0, middle + u1), (z + 0.07, z + height - 0.2), GLASS, "glass"
        )
    if look > 0.55:  # a blind, let down more or less
        drop = 0.3 + (look - 0.55) * 1.8
        pane = (z + height - 0.2 - drop, z + height - 0.2)
        yield on_wall(wall, (middle - half + 0.07, middle + half - 0.07), pane, (0.42, 0.40, 0.35))


def _shop_front(
    wall: Sequence[tuple[float, float]], width: float, doors: list[float], chance: random.Random
) -> Iterator[Patch]:
    colour = chance.choice(SHOP_COLOURS)
    yield on_wall(wall, (0.25, width - 0.25), (0.0, 3.35), STONE, "plaster")
    yield on_wall(wall, (0.4, width - 0.4), (2.75, 3.3), colour)
    letters = chance.uniform(2.0, min(4.0, width * 0.4))
    left = width / 2.0 - letters / 2.0
    while left < width / 2.0 + letters / 2.0:
        stroke = chance.uniform(0.12, 0.3)
        yield on_wall(wall, (left, left + stroke), (2.9, 3.16), (0.7, 0.68, 0.6))
        left += stroke + 0.08
    panes = max(2, round(width / 2.6))
    pitch = (width - 0.8) / panes
    for pane in range(panes):
        u0, u1 = 0.4 + pane * pitch + 0.15, 0.4 + (pane + 1) * pitch - 0.15
        if any(u0 - 0.7 < door < u1 + 0.7 for door in doors):
            continue
        yield on_wall(wall, (u0, u1), (0.55, 2.65), colour)
        yield on_wall(wall, (u0 + 0.08, u1 - 0.08), (0.65, 2.57), GLASS, "shop")
    for door in doors:
        yield on_wall(wall, (door - 0.65, door + 0.65), (0.0, 2.5), colour)
        yield on_wall(wall, (door - 0.55, door + 0.55), (0.0, 2.4), DOOR)
        yield on_wall(wall, (door - 0.4, door + 0.4), (0.9, 2.25), GLASS, "glass")
