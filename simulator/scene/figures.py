"""Actors as drawn: each in a rectangle of its own, anti-aliased, with what hides it taken away."""

import functools
import math

import attrs
import cv2
import numpy as np
import numpy.typing as npt

from simulator.scene import materials
from simulator.scene.actors import Actor
from simulator.scene.bake import Background
from simulator.scene.light import limited_yuv
from simulator.scene.meshes import Mesh, local_mesh
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


@attrs.frozen(eq=False)
class Figure:
    """One actor in one picture.

    Attributes:
        actor: who it is.
        mesh: in its own axes.
        camera: the projection, in the axes of the mesh.
        rect: where in the picture.
        tile: height x width x 4: luma, U, V, each times coverage, and coverage; zero where it is
            not drawn at all.
        outline: pixels that it would cover if nothing stood before it.
    """

    actor: Actor
    mesh: Mesh
    camera: Projection
    rect: Rect
    tile: Bytes
    outline: int


@attrs.frozen(eq=False)
class _Faces:
    """The faces of a mesh that face the lens, farthest first, with their corners in pixels."""

    numbers: npt.NDArray[np.intp]
    pixels: list[Floats] | Floats


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
    mesh = local_mesh(actor)
    camera = projection.turned(actor.position, actor.heading_deg)
    points = camera.to_camera(mesh.vertices)
    rect = rect_around(camera, points)
    if rect is None:
        return None
    reach = np.sqrt(np.einsum("ij,ij->i", points, points))
    near, far = float(reach.min()), float(reach.max())
    faces = _facing(camera, mesh, points)
    colours = palette(mesh, _light_key(actor, camera, lit, (near + far) / 2.0), sun.tobytes())
    tile = _draw(rect, faces, [colours[i] for i in faces.numbers.tolist()])
    drawn = np.asarray(cv2.inRange(tile[..., 3], DRAWN, 255), np.uint8)
    outline = cv2.countNonZero(drawn)
    hidden = _hidden(camera, rect, mesh, faces, background, (near, far)) if outline else None
    if hidden is not None:
        cv2.subtract(drawn, hidden, dst=drawn)
    tile = np.asarray(cv2.bitwise_and(tile, tile, mask=drawn), np.uint8)
    return Figure(actor, mesh, camera, rect, tile, outline)


def rect_around(camera: Projection, points: Floats) -> Rect | None:
    """Return the even rectangle of the picture that holds points in camera axes, None if none."""
    nearest, farthest = float(points[:, 2].min()), float(points[:, 2].max())
    if farthest <= NEAR_M:
        return None
    if nearest <= NEAR_M:
        return Rect(0, 0, camera.width, camera.height)
    return even_rect(camera.to_pixels(points), 1.0, camera.width, camera.height)


def even_rect(pixels: Floats, margin: float, width: int, height: int) -> Rect | None:
    """Return the even rectangle round pixels with a margin, cut to the picture; None if beside."""
    (x0, y0), (x1, y1) = pixels.min(axis=0).tolist(), pixels.max(axis=0).tolist()
    left, top = max(0, math.floor(x0 - margin)) & ~1, max(0, math.floor(y0 - margin)) & ~1
    right = min(width, math.ceil(x1 + margin) + 1 & ~1)
    bottom = min(height, math.ceil(y1 + margin) + 1 & ~1)
    return Rect(left, top, right, bottom) if left < right and top < bottom else None


def _facing(camera: Projection, mesh: Mesh, points: Floats) -> _Faces:
    facing = np.flatnonzero(mesh.normals @ camera.eye > mesh.offsets)
    offset = mesh.middles - camera.eye
    distance = np.sqrt(np.einsum("ij,ij->i", offset, offset))[mesh.base] - mesh.bias
    numbers = facing[np.argsort(-distance[facing], kind="stable")]
    if float(points[:, 2].min()) > NEAR_M:
        return _Faces(numbers, camera.to_pixels(points)[mesh.faces[numbers]])
    cut = [cut_to_frustum(points[face], camera) for face in mesh.faces[numbers]]
    kept = [i for i, part in enumerate(cut) if len(part)]
    return _Faces(numbers[kept], [camera.to_pixels(cut[i]) for i in kept])


@attrs.frozen
class LightKey:
    """What decides the colours of a mesh, in steps too small to see: colours are kept by it.

    Attributes:
        heading: in steps of 3 degrees.
        lit: in eighths.
        haze: distance in steps of 12 m.
        bearing: direction to the lens in the mesh's axes, in steps of 5 degrees; 0 if it mirrors
            nothing.
        elevation: the same upwards.
    """

    heading: int
    lit: int
    haze: int
    bearing: int = 0
    elevation: int = 0


def _light_key(actor: Actor, camera: Projection, lit: float, distance: float) -> LightKey:
    common = (round(actor.heading_deg / 3.0) % 120, round(lit * 8.0), round(distance / 12.0))
    if actor.kind == "person":
        return LightKey(*common)
    x, y, z = camera.eye.tolist()
    bearing = round(math.degrees(math.atan2(y, x)) / 5.0) % 72
    return LightKey(*common, bearing, round(math.degrees(math.atan2(z, math.hypot(x, y))) / 5.0))


@functools.lru_cache(maxsize=8192)
def palette(mesh: Mesh, key: LightKey, sun: bytes) -> list[tuple[int, int, int, int]]:
    """Return luma, U, V and full coverage for each face of a mesh in its own axes.

    Args:
        mesh: whose faces.
        key: how it is lit and seen.
        sun: three float64, a unit vector towards the sun in the world.
    """
    angle = math.radians(90.0 - key.heading * 3.0)
    cos, sin = math.cos(angle), math.sin(angle)
    x, y, z = np.frombuffer(sun, np.float64)
    local_sun = np.array((x * cos + y * sin, y * cos - x * sin, z), np.float32)
    normals = mesh.normals.astype(np.float32)
    falling = materials.light(normals, np.float32(key.lit / 8.0), local_sun)
    open_sky = 0.72 + 0.28 * np.clip(mesh.middles[:, 2] / 0.9, 0.0, 1.0)
    falling *= open_sky.astype(np.float32)[:, None]
    seen = mesh.colours.astype(np.float32) * falling
    if mesh.shine.any():
        mirrored, strength = materials.mirror(_rays_from(key, len(normals)), normals)
        share = (strength * mesh.shine)[:, None]
        seen = seen * (1.0 - share) + mirrored * share
    distance = np.full(len(normals), key.haze * 12.0, np.float32)
    yuv = limited_yuv(materials.tone(materials.haze(seen, distance)) * 255.0)
    return [(luma, blue, red, 255) for luma, red, blue in yuv.tolist()]


def _rays_from(key: LightKey, count: int) -> npt.NDArray[np.float32]:
    bearing, elevation = math.radians(key.bearing * 5.0), math.radians(key.elevation * 5.0)
    level = math.cos(elevation)
    towards = (level * math.cos(bearing), level * math.sin(bearing), math.sin(elevation))
    return np.tile(-np.array(towards, np.float32), (count, 1))


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
    camera: Projection,
    rect: Rect,
    mesh: Mesh,
    faces: _Faces,
    background: Background,
    span: tuple[float, float],
) -> Bytes | None:
    """Return 255 where something that stands is nearer than the actor, None if nowhere.

    ``span`` is how far the nearest and the farthest point of the actor are.
    """
    near, far = span
    before = background.distance_in(rect.left, rect.top, rect.right, rect.bottom)
    if cv2.minMaxLoc(before)[0] >= far:
        return None
    hidden = np.asarray(cv2.inRange(before, 0.0, near), np.uint8)
    rows, columns = np.nonzero((before > near) & (before < far))
    if len(rows):
        own = _distance_at(camera, rect, mesh, faces, rows, columns)
        closer = before[rows, columns] < np.clip(own, near, far)
        hidden[rows[closer], columns[closer]] = 255
    return hidden


def _distance_at(
    camera: Projection,
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
    chosen = faces.numbers[np.maximum(found, 1) - 1]
    rays = camera.rays(np.column_stack((columns + rect.left, rows + rect.top)) + 0.5)
    ahead = mesh.offsets[chosen] - mesh.normals[chosen] @ camera.eye
    along = np.einsum("ij,ij->i", rays, mesh.normals[chosen])
    return np.where(found > 0, ahead / np.minimum(along, -1e-6), np.inf)
