"""The shadows of actors on the ground: cast ones where the sun shines, contact ones everywhere."""

import math

import cv2
import numpy as np
import numpy.typing as npt

from simulator.scene.bake import Background
from simulator.scene.figures import Figure, Rect
from simulator.scene.raster import SHIFT
from simulator.scene.view import NEAR_M, Floats, Projection

Bytes = npt.NDArray[np.uint8]

CAST, CONTACT = 0.52, 0.42
"""How much light the two take away, as a share of the display value."""


def cast_shadow(
    i420: Bytes, projection: Projection, drawn: Figure, background: Background, sun: Floats
) -> None:
    """Darken the ground of an I420 picture where an actor keeps light away."""
    ground = drawn.actor.position[2]
    vertices = drawn.mesh.vertices
    above = np.maximum(vertices[:, 2] - ground, 0.0)
    cast = np.column_stack((vertices[:, :2] - sun[:2] * (above / sun[2])[:, None],))
    points = np.column_stack((cast, np.full(len(cast), ground)))
    under = np.column_stack(
        (vertices[above < 0.9][:, :2], np.full(int((above < 0.9).sum()), ground))
    )
    hulls = [_hull(projection, points), _hull(projection, under)]
    if hulls[0] is None or hulls[1] is None:
        return
    size = i420.shape[1], i420.shape[0] * 2 // 3
    rect = _rect(np.concatenate((hulls[0], hulls[1])), size)
    if rect is None:
        return
    taken = _taken(rect, hulls[0], hulls[1], background)
    luma = i420[rect.rows, rect.columns]
    cv2.multiply(luma, cv2.bitwise_not(taken), dst=luma, scale=1.0 / 255.0)


def _taken(rect: Rect, cast: Floats, contact: Floats, background: Background) -> Bytes:
    """Return how much light is taken from each pixel of ``rect``, 0 to 255."""
    shape = rect.size[::-1]
    soft = max(1, rect.size[1] // 40) | 1
    full, close = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(full, _fixed(cast, rect), round(255 * CAST), cv2.LINE_AA, SHIFT)
    cv2.fillConvexPoly(close, _fixed(contact, rect), round(255 * CONTACT), cv2.LINE_AA, SHIFT)
    corners = (rect.left, rect.top, rect.right, rect.bottom)
    full = np.asarray(cv2.blur(full, (soft, soft)), np.uint8)
    close = np.asarray(cv2.blur(close, (2 * soft + 1, 2 * soft + 1)), np.uint8)
    cv2.multiply(full, background.sunlit_in(*corners), dst=full, scale=1.0 / 255.0)
    open_ground = np.isinf(background.distance_in(*corners)).view(np.uint8) * np.uint8(255)
    cv2.bitwise_and(close, open_ground, dst=close)
    return np.asarray(cv2.max(full, close), np.uint8)


def _hull(projection: Projection, points: Floats) -> Floats | None:
    camera = projection.to_camera(points)
    if not len(camera) or camera[:, 2].min() <= NEAR_M:
        return None
    pixels = projection.to_pixels(camera).astype(np.float32)
    return np.asarray(cv2.convexHull(pixels)[:, 0], np.float64)


def _rect(pixels: Floats, size: tuple[int, int]) -> Rect | None:
    low, high = pixels.min(axis=0) - 4.0, pixels.max(axis=0) + 4.0
    left, top = max(0, math.floor(low[0])) & ~1, max(0, math.floor(low[1])) & ~1
    right = min(size[0], math.ceil(high[0]) + 1 & ~1)
    bottom = min(size[1], math.ceil(high[1]) + 1 & ~1)
    return Rect(left, top, right, bottom) if left < right and top < bottom else None


def _fixed(pixels: Floats, rect: Rect) -> npt.NDArray[np.int32]:
    local = pixels - (rect.left, rect.top) - np.float64(0.5)
    return np.rint(local * (1 << SHIFT)).astype(np.int32)
