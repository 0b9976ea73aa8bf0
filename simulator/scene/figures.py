"""Actors as drawn: each in a rectangle of its own, anti-aliased, with what hides it taken away."""

import math

import attrs
import cv2
import numpy as np
import numpy.typing as npt

from simulator.scene import materials
from simulator.scene.actors import Actor
from simulator.scene.bake import Background
from simulator.scene.light import limited_yuv
from simulator.scene.meshes import Mesh, mesh_of
from simulator.scene.raster import SHIFT, cut_to_frustum
from simulator.scene.view import NEAR_M, Floats, Projection

Bytes = npt.NDArray[np.uint8]

DRAWN = 28
"""Of 255: a pixel belongs to an actor if at least this much of it is covered."""

MAX_SAMPLES = 1_500_000
"""An actor that fills the picture is drawn with fewer samples a pixel."""


@attrs.frozen
class Rect:
    """Whole pixels from left, top up to, but without, right, bottom; all even."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def rows(self) -> slice:
        """Its rows in a luma plane."""
        return slice(self.top, self.bottom)

    @property
    def columns(self) -> slice:
        """Its columns in a luma plane."""
        return slice(self.left, self.right)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.right - self.left, self.bottom - self.top

    def meets(self, other: "Rect") -> bool:
        """Tell whether they share a pixel."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


@attrs.define(eq=False)
class Figure:
    """One actor in one picture.

    Attributes:
        actor: who it is.
        mesh: in the world.
        rect: where in the picture.
        tile: height x width x 4: luma, U, V, each times coverage, and coverage; zero where it is
            not drawn at all.
        outline: pixels that it would cover if nothing stood before it.
    """

    actor: Actor
    mesh: Mesh
    rect: Rect
    tile: Bytes
    outline: int = 0


@attrs.frozen(eq=False)
class _Faces:
    """The faces of a mesh that face the lens, farthest first, in camera axes."""

    numbers: npt.NDArray[np.intp]
    corners: list[Floats] | Floats
    pixels: list[Floats] | Floats


def rect_around(projection: Projection, mesh: Mesh) -> Rect | None:
    """Return the even rectangle of the picture that holds a mesh, None if it is out of sight."""
    camera = projection.to_camera(mesh.vertices)
    depth = camera[:, 2]
    if depth.max() <= NEAR_M:
        return None
    width, height = projection.width, projection.height
    if depth.min() <= NEAR_M:
        return Rect(0, 0, width, height)
    pixels = projection.to_pixels(camera)
    low, high = pixels.min(axis=0) - 1.0, pixels.max(axis=0) + 1.0
    left, top = max(0, math.floor(low[0])) & ~1, max(0, math.floor(low[1])) & ~1
    right = min(width, math.ceil(high[0]) + 1 & ~1)
    bottom = min(height, math.ceil(high[1]) + 1 & ~1)
    return Rect(left, top, right, bottom) if left < right and top < bottom else None


def figure(
    projection: Projection, actor: Actor, lit: float, sun: Floats, background: Background
) -> Figure | None:
    """Return an actor as this picture shows it behind what stands, None if it is out of sight.

    Args:
        projection: of the picture.
        actor: whom to draw.
        lit: how much sun falls on it, 0 to 1.
        sun: unit vector towards the sun.
        background: whose distances tell what stands before it.
    """
    mesh = mesh_of(actor)
    rect = rect_around(projection, mesh)
    if rect is None:
        return None
    faces = _facing(projection, mesh)
    tile = _draw(rect, faces, _colours(projection, mesh, faces.numbers, lit, sun))
    drawn = np.asarray(cv2.inRange(tile[..., 3], DRAWN, 255), np.uint8)
    outline = cv2.countNonZero(drawn)
    if outline:
        hidden = _hidden(projection, rect, mesh, faces, background)
        if hidden is not None:
            drawn &= ~hidden
        tile = np.asarray(cv2.bitwise_and(tile, tile, mask=drawn), np.uint8)
    return Figure(actor, mesh, rect, tile, outline)


def _facing(projection: Projection, mesh: Mesh) -> _Faces:
    first = mesh.vertices[mesh.faces[:, 0]]
    facing = np.flatnonzero(((first - projection.eye) * mesh.normals).sum(axis=1) < 0.0)
    middles = mesh.vertices[mesh.faces].mean(axis=1)
    offset = middles - projection.eye
    distance = np.sqrt((offset * offset).sum(axis=1))[mesh.base] - mesh.bias
    numbers = facing[np.argsort(-distance[facing], kind="stable")]
    camera = projection.to_camera(mesh.vertices)
    if camera[:, 2].min() > NEAR_M:
        corners = mesh.faces[numbers]
        return _Faces(numbers, camera[corners], projection.to_pixels(camera)[corners])
    cut = [cut_to_frustum(camera[face], projection) for face in mesh.faces[numbers]]
    kept = [i for i, part in enumerate(cut) if len(part)]
    parts = [cut[i] for i in kept]
    return _Faces(numbers[kept], parts, [projection.to_pixels(part) for part in parts])


def _colours(
    projection: Projection,
    mesh: Mesh,
    numbers: npt.NDArray[np.intp],
    lit: float,
    sun: Floats,
) -> list[tuple[int, int, int, int]]:
    """Return luma, U, V and full coverage for each face."""
    normals = mesh.normals[numbers].astype(np.float32)
    middles = mesh.vertices[mesh.faces[numbers, 0]]
    falling = materials.light(normals, np.float32(lit), sun.astype(np.float32))
    low = middles[:, 2] - mesh.vertices[:, 2].min()
    falling *= (0.72 + 0.28 * np.clip(low / 0.9, 0.0, 1.0)).astype(np.float32)[:, None]
    seen = mesh.colours[numbers].astype(np.float32) * falling
    offset = (middles - projection.eye).astype(np.float32)
    distance = np.sqrt((offset * offset).sum(axis=1))
    shiny = mesh.shine[numbers]
    if shiny.any():
        rays = offset / distance[:, None]
        mirrored, strength = materials.mirror(rays, normals)
        share = (strength * shiny)[:, None]
        seen = seen * (1.0 - share) + mirrored * share
    display = materials.tone(materials.haze(seen, distance))
    yuv = limited_yuv(display * 255.0)
    return [(y, u, v, 255) for y, v, u in yuv.tolist()]


def _draw(
    rect: Rect,
    faces: _Faces,
    colours: list[tuple[int, int, int, int]],
) -> Bytes:
    width, height = rect.size
    scale = _samples_across(width, height)
    canvas = np.zeros((height * scale, width * scale, 4), np.uint8)
    for corners, colour in zip(_fixed(faces, rect, scale), colours, strict=True):
        cv2.fillConvexPoly(canvas, corners, colour, cv2.LINE_8, SHIFT)
    if scale == 1:
        return canvas
    return np.asarray(cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _samples_across(width: int, height: int) -> int:
    if height <= 90:
        return 4
    return 2 if width * height * 4 <= MAX_SAMPLES else 1


def _fixed(faces: _Faces, rect: Rect, scale: int) -> list[npt.NDArray[np.int32]]:
    """Return corners of faces as fixed-point pixels of a canvas for ``rect``."""
    origin = np.array((rect.left, rect.top), np.float64)

    def fixed(pixels: Floats) -> npt.NDArray[np.int32]:
        return np.rint(((pixels - origin) * scale - 0.5) * (1 << SHIFT)).astype(np.int32)

    if isinstance(faces.pixels, np.ndarray):
        return list(fixed(faces.pixels))
    return [fixed(pixels) for pixels in faces.pixels]


def _hidden(
    projection: Projection, rect: Rect, mesh: Mesh, faces: _Faces, background: Background
) -> Bytes | None:
    """Return 255 where something that stands is nearer than the actor, None if nowhere."""
    offset = mesh.vertices - projection.eye
    distance = np.sqrt((offset * offset).sum(axis=1))
    near, far = float(distance.min()), float(distance.max())
    before = background.distance_in(rect.left, rect.top, rect.right, rect.bottom)
    if float(before.min()) >= far:
        return None
    hidden = (before < near).astype(np.uint8) * np.uint8(255)
    rows, columns = np.nonzero((before >= near) & (before < far))
    if len(rows):
        own = _distance_at(projection, rect, mesh, faces, rows, columns)
        closer = before[rows, columns] < own
        hidden[rows[closer], columns[closer]] = 255
    return hidden


def _distance_at(
    projection: Projection,
    rect: Rect,
    mesh: Mesh,
    faces: _Faces,
    rows: npt.NDArray[np.intp],
    columns: npt.NDArray[np.intp],
) -> Floats:
    """Return how far the actor's surface is at some pixels of ``rect``, infinite beside it."""
    width, height = rect.size
    shown = np.zeros((height, width), np.uint16)
    for number, corners in enumerate(_fixed(faces, rect, 1)):
        cv2.fillConvexPoly(shown, corners, number + 1, cv2.LINE_8, SHIFT)
    found = shown[rows, columns].astype(np.intp)
    pixels = np.column_stack((columns + rect.left, rows + rect.top)) + 0.5
    rays = projection.rays(pixels)
    chosen = faces.numbers[np.maximum(found, 1) - 1]
    normals = mesh.normals[chosen]
    ahead = ((mesh.vertices[mesh.faces[chosen, 0]] - projection.eye) * normals).sum(axis=1)
    along = (rays * normals).sum(axis=1)
    distance = ahead / np.minimum(along, -1e-6)
    offset = mesh.vertices - projection.eye
    limits = np.sqrt((offset * offset).sum(axis=1))
    return np.where(found > 0, np.clip(distance, limits.min(), limits.max()), np.inf)
