"""The shadows of actors on the ground: cast ones where the sun shines, contact ones everywhere."""

import math

import cv2
import numpy as np
import numpy.typing as npt

from simulator.scene.bake import Background
from simulator.scene.figures import Figure, Rect, even_rect
from simulator.scene.raster import SHIFT
from simulator.scene.view import NEAR_M, Floats, Projection

Bytes = npt.NDArray[np.uint8]

UNDER_M = 0.4
"""What is lower than this keeps the sky's light from the ground as well."""

CAST, CONTACT = 0.50, 0.40
"""How much light the two take away, as a share of the display value."""


def cast_shadow(i420: Bytes, drawn: Figure, background: Background, sun: Floats) -> None:
    """Darken the ground of an I420 picture where an actor keeps light away."""
    vertices, camera = drawn.mesh.vertices, drawn.camera
    angle = math.radians(90.0 - drawn.actor.heading_deg)
    cos, sin = math.cos(angle), math.sin(angle)
    slope = np.array((sun[0] * cos + sun[1] * sin, sun[1] * cos - sun[0] * sin)) / sun[2]
    cast = np.zeros_like(vertices)
    cast[:, :2] = vertices[:, :2] - vertices[:, 2:] * slope
    under = np.zeros_like(vertices)
    under[:, :2] = vertices[:, :2]
    hulls = _hull(camera, cast), _hull(camera, under[vertices[:, 2] < UNDER_M])
    if hulls[0] is None or hulls[1] is None:
        return
    around = np.concatenate((hulls[0], hulls[1]))
    rect = even_rect(around, 4.0, camera.width, camera.height)
    if rect is not None:
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
    standing = cv2.inRange(background.distance_in(*corners), 0.0, 1e9)
    cv2.subtract(close, standing, dst=close)
    return np.asarray(cv2.max(full, close), np.uint8)


def _hull(projection: Projection, points: Floats) -> Floats | None:
    camera = projection.to_camera(points)
    if not len(camera) or camera[:, 2].min() <= NEAR_M:
        return None
    pixels = projection.to_pixels(camera).astype(np.float32)
    return np.asarray(cv2.convexHull(pixels)[:, 0], np.float64)


def _fixed(pixels: Floats, rect: Rect) -> npt.NDArray[np.int32]:
    local = pixels - (rect.left, rect.top) - np.float64(0.5)
    return np.rint(local * (1 << SHIFT)).astype(np.int32)
