"""Which piece of the static world each pixel shows."""

import math

import cv2
import numpy as np
import numpy.typing as npt

from simulator.scene.facets import Indices, Polygons, Scenery, painters_order
from simulator.scene.view import NEAR_M, Floats, Projection

Ids = npt.NDArray[np.uint16]

SHIFT = 4
"""Corners are drawn with this many fractional bits."""

FINE_PX = 0.35
"""A bake leaves out pieces whose surrounding circle has a smaller radius in pixels."""

GUARD_PX = 4096.0
"""Corners farther out of the picture are cut off, which keeps OpenCV's edges exact."""


def paint_ids(
    scene: Scenery, projection: Projection, scale: int = 1, *, coarse: bool = False
) -> Ids:
    """Return for each pixel the number of the piece that it shows, plus one; zero is the sky.

    Level pieces in shadow have the number of pieces added.

    Args:
        scene: what to paint.
        projection: how to see it.
        scale: pixels are divided by this in both directions.
        coarse: leave out what is hardly larger than a pixel.
    """
    ids = np.zeros((projection.height * scale, projection.width * scale), np.uint16)
    name, seed = scene.world.key
    order = painters_order(name, seed, projection.view.position)
    # Level pieces come first, by number; so the order begins with an ascending stretch.
    levels = np.sort(order[order < scene.level_count])
    standing = order[order >= scene.level_count]
    ground = levels[levels < scene.ground_count]
    count = len(scene.normals)
    least = scene.coarse_px if coarse else np.full(count, FINE_PX / scale)
    shadows = scene.coarse_shadows if coarse else scene.shadows
    _paint(ids, scene.polygons, projection, scale, ground, least)
    _shade(ids, shadows[0], projection, scale, (1, scene.ground_count), count)
    _paint(ids, scene.polygons, projection, scale, levels[len(ground) :], least)
    raised = (scene.ground_count + 1, scene.level_count)
    _shade(ids, shadows[1], projection, scale, raised, count)
    _paint(ids, scene.polygons, projection, scale, standing, least)
    return ids


def _paint(
    ids: Ids,
    polygons: Polygons,
    projection: Projection,
    scale: int,
    order: Indices,
    least: Floats,
) -> None:
    for number, corners in _outlines(polygons, projection, scale, order, least):
        cv2.fillConvexPoly(ids, corners, number + 1, cv2.LINE_8, SHIFT)


def _shade(
    ids: Ids,
    shadows: Polygons,
    projection: Projection,
    scale: int,
    numbers: tuple[int, int],
    offset: int,
) -> None:
    """Add ``offset`` to ids from ``numbers[0]`` to ``numbers[1]`` where a shadow falls."""
    mask = np.zeros(ids.shape, np.uint8)
    order = np.arange(len(shadows.radius))
    for _, corners in _outlines(shadows, projection, scale, order, np.ones(len(order))):
        cv2.fillConvexPoly(mask, corners, 255, cv2.LINE_8, SHIFT)
    cv2.bitwise_and(mask, cv2.inRange(ids, *numbers), dst=mask)
    cv2.add(ids, offset, dst=ids, mask=mask)  # type: ignore[call-overload]


def _outlines(
    polygons: Polygons, projection: Projection, scale: int, order: Indices, least: Floats
) -> list[tuple[int, npt.NDArray[np.int32]]]:
    """Return number and fixed-point corners of every polygon in sight, in order."""
    seen = order[_in_sight(polygons, projection, order, least)]
    counts = polygons.first[seen + 1] - polygons.first[seen]
    ends = np.cumsum(counts)
    starts = ends - counts
    index = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(
        polygons.first[seen] - starts, counts
    )
    camera = projection.to_camera(polygons.corners[index])
    fixed = to_fixed(projection, camera, scale)
    whole = _need_no_cut(projection, camera, starts) if len(starts) else []
    result = []
    for number, start, end, easy in zip(
        seen.tolist(), starts.tolist(), ends.tolist(), whole, strict=True
    ):
        if easy:
            result.append((number, fixed[start:end]))
        else:
            cut = cut_to_frustum(camera[start:end], projection)
            if len(cut):
                result.append((number, to_fixed(projection, cut, scale)))
    return result


def to_fixed(projection: Projection, camera: Floats, scale: int) -> npt.NDArray[np.int32]:
    """Return points in camera axes as fixed-point pixels whose centres are whole numbers."""
    depth = np.maximum(camera[:, 2], 1e-3)
    pixels = camera[:, :2] * (projection.focal_px / depth)[:, None] + projection.centre
    limit = GUARD_PX * 4.0
    pixels = np.clip(pixels, -limit, limit) * scale - 0.5
    return np.rint(pixels * (1 << SHIFT)).astype(np.int32)


def _in_sight(
    polygons: Polygons, projection: Projection, order: Indices, least: Floats
) -> npt.NDArray[np.bool_]:
    """Tell whose surrounding sphere meets the picture and is not too small to be seen."""
    middle = projection.to_camera(polygons.middle[order])
    radius = polygons.radius[order]
    depth = middle[:, 2]
    half_x = projection.width / 2.0 / projection.focal_px
    half_y = projection.height / 2.0 / projection.focal_px
    reach_x, reach_y = radius * math.hypot(1.0, half_x), radius * math.hypot(1.0, half_y)
    inside = (depth + radius > NEAR_M) & (np.abs(middle[:, 0]) < depth * half_x + reach_x)
    inside &= np.abs(middle[:, 1]) < depth * half_y + reach_y
    return np.asarray(inside & (radius * projection.focal_px > depth * least[order]))


def _need_no_cut(projection: Projection, camera: Floats, starts: Indices) -> list[bool]:
    """Tell which polygons lie in front of the lens and near the picture with all their corners."""
    reach = GUARD_PX / projection.focal_px
    depth = camera[:, 2]
    fine = (depth > NEAR_M) & (np.abs(camera[:, :2]).max(axis=1) < depth * reach)
    return list(np.logical_and.reduceat(fine, starts).tolist())


def cut_to_frustum(camera: Floats, projection: Projection) -> Floats:
    """Return the part of a convex polygon (camera axes) that can be drawn exactly."""
    reach = GUARD_PX / 2.0 / projection.focal_px
    planes = (
        (0.0, 0.0, 1.0, NEAR_M),
        (1.0, 0.0, reach, 0.0),
        (-1.0, 0.0, reach, 0.0),
        (0.0, 1.0, reach, 0.0),
        (0.0, -1.0, reach, 0.0),
    )
    for a, b, c, least in planes:
        height = camera @ np.array((a, b, c)) - least
        if float(height.max()) <= 0.0:
            return np.empty((0, 3))
        if float(height.min()) < 0.0:
            camera = _cut(camera, height)
    return camera


def _cut(corners: Floats, height: Floats) -> Floats:
    """Return the part of a convex polygon whose ``height`` above a plane is not negative."""
    kept: list[Floats] = []
    for i in range(len(corners)):
        j = (i + 1) % len(corners)
        if height[i] >= 0.0:
            kept.append(corners[i])
        if (height[i] >= 0.0) != (height[j] >= 0.0):
            share = height[i] / (height[i] - height[j])
            kept.append(corners[i] + (corners[j] - corners[i]) * share)
    return np.array(kept).reshape(-1, 3)
