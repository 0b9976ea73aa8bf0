"""What the static world is built of: convex patches on solids that do not cut each other."""

from collections.abc import Iterable, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from simulator.scene.view import Floats, Point

Colour = tuple[float, float, float]
"""Linear albedo of red, green and blue, 0 to 1."""


@attrs.frozen(eq=False)
class Patch:
    """A flat convex polygon with one material.

    Attributes:
        corners: N x 3, counter-clockwise seen from the side that shows.
        colour: its albedo.
        material: a name of ``scene.materials``.
    """

    corners: Floats
    colour: Colour
    material: str = "plain"


@attrs.frozen(eq=False)
class Side:
    """One side of a solid: its outline, and what is painted on it, in order."""

    outline: Patch
    details: tuple[Patch, ...] = ()


@attrs.frozen(eq=False)
class Solid:
    """A thing that stands still.

    Attributes:
        sides: of a convex solid in any order; of any other one (a crown of leaves) they are
            drawn by distance.
        convex: whether no side of it can hide another one that shows.
        two_sided: whether every side shows from behind as well, as leaves do.
        occludes: whether actors can be behind it; ground and kerbs are not, they carry actors.
        casts_shadow: on the ground.
    """

    sides: tuple[Side, ...]
    convex: bool = True
    two_sided: bool = False
    occludes: bool = True
    casts_shadow: bool = True

    @property
    def corners(self) -> Floats:
        """All corners, N x 3."""
        return np.concatenate([side.outline.corners for side in self.sides])

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """The lowest and the highest coordinates."""
        corners = self.corners
        return corners.min(axis=0), corners.max(axis=0)


def patch(corners: Iterable[Point], colour: Colour, material: str = "plain") -> Patch:
    """Return a patch of these corners, counter-clockwise seen from the side that shows."""
    return Patch(np.array(list(corners), np.float64), colour, material)


def flat(
    low: tuple[float, float],
    high: tuple[float, float],
    z: float,
    colour: Colour,
    material: str = "plain",
) -> Patch:
    """Return a level rectangle at height ``z`` from ``low`` to ``high`` (x, y), seen from above."""
    (x0, y0), (x1, y1) = low, high
    return patch([(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)], colour, material)


def prism(
    base: Sequence[tuple[float, float]],
    z0: float,
    z1: float,
    colour: Colour,
    *,
    material: str = "plain",
    top_scale: float = 1.0,
    top: tuple[Colour, str] | None = None,
    details: Mapping[int, Sequence[Patch]] | None = None,
    **kind: bool,
) -> Solid:
    """Return an upright convex prism, or a frustum.

    Args:
        base: corners (x, y), counter-clockwise seen from above.
        z0: height of the base.
        z1: height of the top.
        colour: of the walls.
        material: of the walls.
        top_scale: how much the top is smaller than the base.
        top: colour and material of the top, if other than the walls'.
        details: what is painted on wall number i, which leaves corner i.
        kind: ``occludes`` and ``casts_shadow`` of the solid.
    """
    feet = np.array(base, np.float64)
    head = feet.mean(axis=0) + (feet - feet.mean(axis=0)) * top_scale
    low = np.column_stack((feet, np.full(len(feet), z0)))
    high = np.column_stack((head, np.full(len(feet), z1)))
    sides = []
    for i in range(len(feet)):
        j = (i + 1) % len(feet)
        wall = Patch(np.stack((low[i], low[j], high[j], high[i])), colour, material)
        sides.append(Side(wall, tuple((details or {}).get(i, ()))))
    sides.append(Side(Patch(high, *(top or (colour, material)))))
    return Solid(tuple(sides), **kind)


def box(
    low: Point,
    high: Point,
    colour: Colour,
    *,
    material: str = "plain",
    top: tuple[Colour, str] | None = None,
    details: Mapping[int, Sequence[Patch]] | None = None,
    **kind: bool,
) -> Solid:
    """Return an upright box; its walls face south (0), east (1), north (2) and west (3)."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    base = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return prism(base, z0, z1, colour, material=material, top=top, details=details, **kind)


def post(
    x: float, y: float, z0: float, z1: float, radius: float, colour: Colour, *, corners: int = 6
) -> Solid:
    """Return a slender upright prism of ``radius`` metres."""
    angles = np.arange(corners) * 2.0 * np.pi / corners
    base = [(x + radius * np.cos(a), y + radius * np.sin(a)) for a in angles]
    return prism(base, z0, z1, colour)


def on_wall(
    wall: npt.ArrayLike,
    u: tuple[float, float],
    z: tuple[float, float],
    colour: Colour,
    material: str = "plain",
) -> Patch:
    """Return a rectangle painted on an upright wall.

    Args:
        wall: where the wall's lower edge begins and ends (x, y), left to right seen from outside.
        u: metres along the wall from its left end.
        z: heights.
        colour: of the rectangle.
        material: of the rectangle.
    """
    start, end = np.array(wall, np.float64)
    along = (end - start) / np.linalg.norm(end - start)
    left, right = start + along * u[0], start + along * u[1]
    corners = [(*left, z[0]), (*right, z[0]), (*right, z[1]), (*left, z[1])]
    return patch(corners, colour, material)
