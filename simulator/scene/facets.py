"""The static world as arrays, in the order in which a painter at a given place would paint it."""

import functools
from collections.abc import Iterable, Iterator, Sequence

import attrs
import cv2
import numpy as np
import numpy.typing as npt

from simulator.scene.materials import MATERIALS
from simulator.scene.solids import Patch, Solid
from simulator.scene.view import Floats, Point
from simulator.scene.world import World, load_world

COARSE_PX, COARSE_LEAF_PX, COARSE_THIN_PX = 2.0, 9.0, 3.5
"""A draft leaves out pieces of a smaller radius, leaves of a smaller one, and thinner details."""

Indices = npt.NDArray[np.intp]


@attrs.frozen(eq=False)
class Polygons:
    """Convex polygons with corners in one array.

    Attributes:
        corners: N x 3, all corners one after another.
        first: P + 1; where the corners of each polygon begin, and where the last one ends.
        middle: P x 3; centre of a sphere round each polygon.
        radius: P; of that sphere.
    """

    corners: Floats
    first: Indices
    middle: Floats
    radius: Floats

    @classmethod
    def of(cls, outlines: Sequence[Floats]) -> "Polygons":
        """Return these outlines."""
        counts = [len(outline) for outline in outlines]
        middles = [(o.min(axis=0) + o.max(axis=0)) / 2.0 for o in outlines]
        radii = [
            float(np.linalg.norm(outline - middle, axis=1).max())
            for outline, middle in zip(outlines, middles, strict=True)
        ]
        return cls(
            corners=np.concatenate(outlines) if outlines else np.empty((0, 3)),
            first=np.concatenate(([0], np.cumsum(counts))).astype(np.intp),
            middle=np.array(middles).reshape(-1, 3),
            radius=np.array(radii),
        )


@attrs.frozen(eq=False)
class Scenery:
    """Every flat piece of a world: first the ground, then what lies on it, then what stands.

    Attributes:
        polygons: P of them.
        normals: P x 3.
        offsets: P; normal times any point of the plane.
        colours: P x 3 linear albedo.
        materials: P; indices into ``MATERIALS``.
        two_sided: P.
        coarse_px: P; a draft leaves a piece out if its radius in pixels is smaller.
        solid: P; which solid of the world it belongs to, -1 for the ground.
        side: P; which side of the solid.
        ground_count: so many pieces, from the first one, are at height zero.
        level_count: so many, from the first one, carry actors and so hide nobody.
        shadows: what is in shadow at height zero, and at the height of the pavement.
        coarse_shadows: the same with crowns of leaves as one piece.
        blocks: big boxes that shade walls: lowest and highest corners, B x 2 x 3.
        world: where it comes from.
    """

    polygons: Polygons
    normals: Floats
    offsets: Floats
    colours: Floats
    materials: Indices
    two_sided: npt.NDArray[np.bool_]
    coarse_px: Floats
    solid: Indices
    side: Indices
    ground_count: int
    level_count: int
    shadows: tuple[Polygons, Polygons]
    coarse_shadows: tuple[Polygons, Polygons]
    blocks: Floats
    world: World


@functools.lru_cache(maxsize=4)
def scenery(name: str, seed: int) -> Scenery:
    """Return the scenery of ``load_world(name, seed)``."""
    world = load_world(name, seed)
    order = sorted(range(len(world.solids)), key=lambda i: world.solids[i].occludes)
    rows = list(_rows(world, order))
    patches = [row[0] for row in rows]
    normals = _normals(patches)
    first_points = np.array([patch.corners[0] for patch in patches])
    occludes = [solid.occludes for solid in world.solids]
    return Scenery(
        polygons=Polygons.of([patch.corners for patch in patches]),
        normals=normals,
        offsets=(normals * first_points).sum(axis=1),
        colours=np.array([patch.colour for patch in patches]),
        materials=np.array([MATERIALS.index(patch.material) for patch in patches]),
        two_sided=np.array([row[1] >= 0 and world.solids[row[1]].two_sided for row in rows]),
        coarse_px=_coarse_px(patches, np.array([row[3] for row in rows])),
        solid=np.array([row[1] for row in rows]),
        side=np.array([row[2] for row in rows]),
        ground_count=len(world.ground_patches),
        level_count=sum(1 for row in rows if row[1] < 0 or not occludes[row[1]]),
        shadows=(_shadows(world, 0.0), _shadows(world, _level_of(world))),
        coarse_shadows=(
            _shadows(world, 0.0, whole=True),
            _shadows(world, _level_of(world), whole=True),
        ),
        blocks=_blocks(world.solids),
        world=world,
    )


def _rows(world: World, order: Iterable[int]) -> Iterator[tuple[Patch, int, int, bool]]:
    """Yield every piece with its solid, its side, and whether it is painted on a side."""
    for patch in world.ground_patches:
        yield patch, -1, 0, False
    for number in order:
        for side_number, side in enumerate(world.solids[number].sides):
            yield side.outline, number, side_number, False
            for detail in side.details:
                yield detail, number, side_number, True


def _normals(patches: Sequence[Patch]) -> Floats:
    """Return the unit vector of each patch towards the side that shows, P x 3."""
    first, second, third = (np.array([patch.corners[i] for patch in patches]) for i in range(3))
    normals = np.cross(second - first, third - second)
    return np.asarray(normals / np.linalg.norm(normals, axis=1, keepdims=True), np.float64)


def _coarse_px(patches: Sequence[Patch], details: Indices) -> Floats:
    """Return the smallest radius in pixels at which a draft shows each piece, P."""
    counts = np.array([len(patch.corners) for patch in patches])
    ends = np.cumsum(counts)
    starts = ends - counts
    owners = np.repeat(np.arange(len(patches)), counts)
    corners = np.concatenate([patch.corners for patch in patches])
    following = np.arange(1, len(corners) + 1)
    following[ends - 1] = starts
    middles = np.add.reduceat(corners, starts) / counts[:, None]
    distances = np.linalg.norm(corners - middles[owners], axis=1)
    radius = np.maximum.reduceat(distances, starts)
    spokes = corners - corners[starts][owners]
    areas = np.add.reduceat(np.cross(spokes, spokes[following]), starts)
    thickness = np.linalg.norm(areas, axis=1) / 2.0 / (2.0 * radius)
    thin = np.maximum(COARSE_PX, COARSE_THIN_PX * radius / thickness)
    coarse = np.where(details, thin, COARSE_PX)
    leaves = np.array([patch.material == "leaves" for patch in patches])
    return np.where(leaves, COARSE_LEAF_PX, coarse)


def _level_of(world: World) -> float:
    return max((area[4] for area in world.ground.areas), default=0.0)


def _shadows(world: World, height: float, *, whole: bool = False) -> Polygons:
    """Return what the sun does not reach at ``height``: one convex piece a solid, or a leaf."""
    outlines = []
    for solid in world.solids:
        if not solid.casts_shadow:
            continue
        leaves = solid.two_sided and not whole
        groups = [s.outline.corners for s in solid.sides] if leaves else [solid.corners]
        for corners in groups:
            above = np.maximum(corners[:, 2] - height, 0.0)
            cast = corners[:, :2] - world.sun[:2] * (above / world.sun[2])[:, None]
            hull = cv2.convexHull(cast.astype(np.float32))[:, 0]
            level = np.full(len(hull), height)
            outlines.append(np.column_stack((hull.astype(np.float64), level)))
    return Polygons.of(outlines)


def _blocks(solids: Iterable[Solid]) -> Floats:
    bounds = [solid.bounds for solid in solids if solid.convex and solid.casts_shadow]
    big = [np.stack(pair) for pair in bounds if pair[1][2] - pair[0][2] > 5.0]
    return np.array([pair for pair in big if (pair[1] - pair[0])[:2].min() > 1.0])


@functools.lru_cache(maxsize=64)
def painters_order(name: str, seed: int, eye: Point) -> Indices:
    """Return the pieces of a scenery that face ``eye``, farthest first.

    Between two solids the order is exact wherever a plane x, y or z = constant separates them,
    which is so for everything but a crown round its trunk.
    """
    scene = scenery(name, seed)
    place = np.array(eye, np.float64)
    facing = (scene.normals @ place - scene.offsets > 1e-6) | scene.two_sided
    rank = np.empty(len(scene.world.solids), np.intp)
    rank[_solid_order(scene.world.solids, place)] = np.arange(len(rank))
    distance = _side_distances(scene, place)
    level = np.arange(len(facing)) < scene.level_count
    solid_rank = np.where(level, -1, rank[scene.solid])
    order = np.lexsort((np.arange(len(facing)), -distance, solid_rank))
    return np.asarray(order[facing[order]])


def _side_distances(scene: Scenery, eye: Floats) -> Floats:
    """Return for each piece how far its side is; level pieces keep their order."""
    starts = np.ones(len(scene.solid), np.bool_)
    starts[1:] = (np.diff(scene.solid) != 0) | (np.diff(scene.side) != 0)
    own = np.linalg.norm(scene.polygons.middle - eye, axis=1)
    distance = own[np.flatnonzero(starts)][np.cumsum(starts) - 1]
    distance[: scene.level_count] = 0.0
    return np.asarray(distance, np.float64)


def _solid_order(solids: Sequence[Solid], eye: Floats) -> list[int]:
    """Return the solids' numbers so that none comes after one that it may be hidden by."""
    bounds = np.array([np.stack(solid.bounds) for solid in solids])
    low, high = bounds[:, 0], bounds[:, 1]
    # a can hide b unless some plane between them has the eye on b's side, or in the gap itself.
    below = (high[:, None] <= low[None] + 1e-9) & (eye > high[:, None])
    above = (low[:, None] >= high[None] - 1e-9) & (eye < low[:, None])
    hides = np.asarray(~(below | above).any(axis=2) & ~np.eye(len(low), dtype=np.bool_))
    middle = (low + high) / 2.0
    distance = np.linalg.norm(middle - eye, axis=1)
    both = hides & hides.T
    hides &= ~both | (distance[:, None] < distance[None])
    return _farthest_first(hides, distance)


def _farthest_first(hides: npt.NDArray[np.bool_], distance: Floats) -> list[int]:
    """Return an order with b before a wherever a hides b, else the farthest first."""
    waiting_for = hides.sum(axis=1)  # a waits for everything it hides
    left = np.ones(len(distance), np.bool_)
    order: list[int] = []
    while left.any():
        ready = np.flatnonzero(left & (waiting_for == 0))
        if not len(ready):  # three solids in a ring: nothing is right for all of them
            ready = np.flatnonzero(left)
        chosen = int(ready[np.argmax(distance[ready])])
        order.append(chosen)
        left[chosen] = False
        waiting_for -= hides[:, chosen]
    return order
