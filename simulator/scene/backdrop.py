"""The static world as one view shows it: a picture, how far everything is, and where the sun falls.

A bake takes seconds and is made in a worker process.
"""

import itertools

import attrs
import cv2
import numpy as np
import numpy.typing as npt

from simulator.scene import materials
from simulator.scene.facets import Scenery, scenery
from simulator.scene.light import Shading
from simulator.scene.raster import Ids, paint_ids
from simulator.scene.view import Projection, View

Bytes = npt.NDArray[np.uint8]
Distances = npt.NDArray[np.float32]

FINE = 3
"""A bake looks at this many samples across a pixel to find out what covers how much of it."""

TILE_ROWS = 96


@attrs.frozen(eq=False)
class Bake:
    """A background.

    Attributes:
        i420: the picture, (height * 3 / 2) x width: luma, then both chroma planes.
        distance: height x width; metres from the lens to what hides actors, infinite where nothing
            does: the sky, and the ground that they stand on.
        sunlit: height x width; how much of what a pixel shows is level ground in the sun, 0 to 255:
            there the shadows of actors fall.
        final: always; a draft is to be replaced.
    """

    i420: Bytes
    distance: Distances
    sunlit: Bytes
    final: bool = True

    @property
    def octets(self) -> int:
        """Its size in memory."""
        return self.i420.nbytes + self.distance.nbytes + self.sunlit.nbytes

    def distance_in(self, left: int, top: int, right: int, bottom: int) -> Distances:
        """Return the distances of some pixels."""
        return self.distance[top:bottom, left:right]

    def sunlit_in(self, left: int, top: int, right: int, bottom: int) -> Bytes:
        """Return the sunlit share of some pixels."""
        return self.sunlit[top:bottom, left:right]


def bake(world_key: tuple[str, int], view: View, width: int, height: int) -> Bake:
    """Return the background of one view; picklable, so that a worker process can run it.

    Args:
        world_key: arguments of ``load_world``.
        view: where the camera looks.
        width: of the picture in pixels, even.
        height: of the picture in pixels, even.
    """
    cv2.setNumThreads(1)
    scene = scenery(*world_key)
    projection = Projection(view, width, height)
    ids = paint_ids(scene, projection, FINE)
    shading = Shading(scene, projection)
    display = np.empty((height, width, 3), np.float32)
    for top in range(0, height, TILE_ROWS):
        bottom = min(height, top + TILE_ROWS)
        display[top:bottom] = _tile(shading, ids[top * FINE : bottom * FINE], top)
    centres = ids[FINE // 2 :: FINE, FINE // 2 :: FINE]
    return Bake(
        i420=to_i420(finish(display)),
        distance=standing_distance(scene, projection, centres),
        sunlit=_sunlit(scene, ids),
    )


def _tile(shading: Shading, ids: Ids, top: int) -> npt.NDArray[np.float32]:
    """Return the display values of some rows, given their fine ids and the first row's number."""
    rows, columns = ids.shape[0] // FINE, ids.shape[1] // FINE
    blocks = ids.reshape(rows, FINE, columns, FINE)
    centre = blocks[:, FINE // 2, :, FINE // 2]
    y, x = np.mgrid[0:rows, 0:columns].reshape(2, -1)
    middle = np.column_stack((x + 0.5, y + top + 0.5))
    display = materials.tone(shading.radiance(centre.reshape(-1), middle))
    mixed = (blocks.max(axis=(1, 3)) != blocks.min(axis=(1, 3))).reshape(-1)
    if mixed.any():
        y, x = y[mixed], x[mixed]
        total = np.zeros((len(x), 3), np.float32)
        for down, right in itertools.product(range(FINE), repeat=2):
            offsets = ((right + 0.5) / FINE, (down + 0.5) / FINE + top)
            pixels = np.column_stack((x + offsets[0], y + offsets[1]))
            total += materials.tone(shading.radiance(blocks[y, down, x, right], pixels))
        display[mixed] = total / FINE**2
    return display.reshape(rows, columns, 3)


def standing_distance(
    scene: Scenery, projection: Projection, ids: Ids, left: int = 0, top: int = 0
) -> Distances:
    """Return how far the standing piece is that each pixel shows, infinite for sky and ground.

    Args:
        scene: whose pieces they are.
        projection: of the picture.
        ids: of a part of the picture.
        left: column of the part's first pixel.
        top: row of the part's first pixel.
    """
    result = np.full(ids.shape, np.inf, np.float32)
    rows, columns = np.nonzero((ids > scene.level_count) & (ids <= len(scene.normals)))
    if len(rows):
        numbers = ids[rows, columns].astype(np.intp) - 1
        rays = projection.rays(np.column_stack((columns + left, rows + top)) + 0.5)
        result[rows, columns] = plane_distance(scene, projection, numbers, rays)
    return result


def plane_distance(
    scene: Scenery,
    projection: Projection,
    numbers: npt.NDArray[np.intp],
    rays: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return the metres along unit ``rays`` to the planes of the pieces ``numbers``."""
    normals = scene.normals[numbers]
    ahead = scene.offsets[numbers] - normals @ projection.eye
    along = (normals * rays).sum(axis=1)
    return np.asarray(np.abs(ahead) / np.maximum(np.abs(along), 1e-6), np.float64)


def _sunlit(scene: Scenery, ids: Ids) -> Bytes:
    """Return the share of each pixel that is level ground without shadow."""
    level = cv2.inRange(ids, 1, scene.level_count)
    size = (ids.shape[1] // FINE, ids.shape[0] // FINE)
    return np.asarray(cv2.resize(level, size, interpolation=cv2.INTER_AREA), np.uint8)


def finish(display: npt.NDArray[np.float32]) -> Bytes:
    """Return 8-bit BGR with what a lens and its electronics do: light fall-off, sharpening."""
    height, width = display.shape[:2]
    blurred = cv2.GaussianBlur(display, (0, 0), 0.9 * width / 1280.0 + 0.4)
    crisp = display + (display - blurred) * np.float32(0.35)
    fall = vignette(width, height)
    return np.asarray(np.clip(crisp[..., ::-1] * fall[..., None] * 255.0 + 0.5, 0, 255), np.uint8)


def vignette(width: int, height: int) -> npt.NDArray[np.float32]:
    """Return the light that reaches each pixel, 1 in the middle."""
    y, x = np.ogrid[0:height, 0:width]
    off_axis = ((x + 0.5) / width - 0.5) ** 2 + ((y + 0.5) / height - 0.5) ** 2
    return np.asarray(1.0 - 0.28 * off_axis, np.float32)


def to_i420(bgr: Bytes) -> Bytes:
    """Return a picture as I420 (BT.601, limited range)."""
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420), np.uint8)
