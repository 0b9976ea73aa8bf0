"""Sunlight on the static world: the radiance of any sample of it, and flat colours for drafts."""

import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from simulator.scene import materials
from simulator.scene.actors import Actor
from simulator.scene.facets import Scenery, scenery
from simulator.scene.materials import MATERIALS, Array, Samples
from simulator.scene.view import Floats, Point, Projection

GLASSY = {MATERIALS.index(name): share for name, share in (("glass", 1.0), ("paint", 0.35))}
SHOP = MATERIALS.index("shop")
LEAVES = [MATERIALS.index("leaves"), MATERIALS.index("crown")]

Bytes = npt.NDArray[np.uint8]


class Shading:
    """Works out what samples of one view look like."""

    def __init__(self, scene: Scenery, projection: Projection) -> None:
        self._scene = scene
        self._projection = projection
        self._sun = scene.world.sun.astype(np.float32)

    def radiance(self, ids: npt.NDArray[np.uint16], pixels: Floats) -> Array:
        """Return the light towards the lens, N x 3, of the pieces ``ids`` at the pixels (N x 2)."""
        rays = self._projection.rays(pixels)
        result = np.empty((len(ids), 3), np.float32)
        open_sky = ids == 0
        result[open_sky] = materials.sky(rays[open_sky].astype(np.float32))
        solid = np.flatnonzero(~open_sky)
        if len(solid):
            result[solid] = self._surface(ids[solid].astype(np.intp) - 1, rays[solid])
        return result

    def _surface(self, numbers: npt.NDArray[np.intp], rays: Floats) -> Array:
        scene, count = self._scene, len(self._scene.normals)
        shaded = numbers >= count
        numbers = np.where(shaded, numbers - count, numbers)
        normals = scene.normals[numbers]
        along = (normals * rays).sum(axis=1)
        ahead = scene.offsets[numbers] - normals @ self._projection.eye
        distance = np.abs(ahead) / np.maximum(np.abs(along), 1e-4)
        points = self._projection.eye + rays * distance[:, None]
        slant = np.maximum(np.abs(along), 0.08)
        samples = Samples(
            points=points.astype(np.float32),
            normals=np.where(along[:, None] > 0, -normals, normals).astype(np.float32),
            rays=rays.astype(np.float32),
            colours=scene.colours[numbers].astype(np.float32),
            footprint=(distance / self._projection.focal_px / np.sqrt(slant)).astype(np.float32),
        )
        lit = self._lit(samples, numbers, shaded)
        seen = self._reflected(samples, scene.materials[numbers], lit)
        return materials.haze(seen, distance.astype(np.float32))

    def _lit(
        self, samples: Samples, numbers: npt.NDArray[np.intp], shaded: npt.NDArray[np.bool_]
    ) -> Array:
        """Return how much sun falls on each sample: painted shadows on the ground, else a ray."""
        lit = np.where(shaded, 0.0, 1.0).astype(np.float32)
        standing = np.flatnonzero(numbers >= self._scene.level_count)
        if len(standing):
            lit[standing] = sees_sun(self._scene, samples.points[standing])
        return lit

    def _reflected(self, samples: Samples, kinds: npt.NDArray[np.intp], lit: Array) -> Array:
        radiance = np.empty_like(samples.colours)
        for kind in np.unique(kinds).tolist():
            chosen = np.flatnonzero(kinds == kind)
            part = Samples(
                samples.points[chosen],
                samples.normals[chosen],
                samples.rays[chosen],
                samples.colours[chosen],
                samples.footprint[chosen],
            )
            falling = materials.light(part.normals, lit[chosen], self._sun, leaves=kind in LEAVES)
            falling *= nearby_shade(part)[:, None]
            seen = materials.albedo(MATERIALS[kind], part) * falling
            if kind in GLASSY or kind == SHOP:
                mirrored, strength = materials.reflection(part)
                strength = strength * np.float32(GLASSY.get(kind, 0.8))
                if kind == SHOP:
                    seen = materials.shop_window(part)
                seen = seen * (1.0 - strength[:, None]) + mirrored * strength[:, None]
            radiance[chosen] = seen
        return radiance


def nearby_shade(samples: Samples) -> Array:
    """Return how open to the sky a place is: less so at the foot of walls."""
    low = samples.points[:, 2]
    upright = 1.0 - np.abs(samples.normals[:, 2])
    return np.asarray(1.0 - 0.32 * upright * np.exp(-np.maximum(low, 0.0) / 0.8), np.float32)


def sees_sun(scene: Scenery, points: Array) -> Array:
    """Return 1 for each point (N x 3) that no big block shades, else 0."""
    sun = scene.world.sun
    start = points + sun.astype(np.float32) * np.float32(0.03)
    lit = np.ones(len(points), np.float32)
    low, high = points.min(axis=0), points.max(axis=0)
    for block in scene.blocks:
        if _out_of_the_way(block, low, high, sun):
            continue
        first = (block[0].astype(np.float32) - start) / sun.astype(np.float32)
        second = (block[1].astype(np.float32) - start) / sun.astype(np.float32)
        enter = np.minimum(first, second).max(axis=1)
        leave = np.maximum(first, second).min(axis=1)
        lit[(leave > np.maximum(enter, 0.0)) & (leave > 0.02)] = 0.0
    return lit


def _out_of_the_way(block: Floats, low: Array, high: Array, sun: Floats) -> bool:
    """Tell whether a block cannot stand between the sun and any point between low and high."""
    behind = np.where(sun > 0, block[1] < low, block[0] > high)
    rise = (block[1][2] - float(low[2])) / sun[2]
    reach = np.abs(sun) * max(0.0, float(rise))
    too_far = np.where(sun > 0, block[0] > high + reach, block[1] < low - reach)
    return bool((behind | too_far)[:2].any())


@functools.lru_cache(maxsize=64)
def flat_palette(name: str, seed: int, eye: Point) -> tuple[Bytes, Bytes, Bytes]:
    """Return luma and chroma of every id as seen from ``eye``: one colour a piece."""
    scene = scenery(name, seed)
    count = len(scene.normals)
    place = np.array(eye)
    middle = scene.polygons.middle
    rays = (middle - place).astype(np.float32)
    distance = np.linalg.norm(rays, axis=1).astype(np.float32)
    away = (scene.normals @ place - scene.offsets) < 0
    normals = np.where(away[:, None], -scene.normals, scene.normals).astype(np.float32)
    samples = Samples(
        points=middle.astype(np.float32),
        normals=normals,
        rays=rays / np.maximum(distance, 1e-3)[:, None],
        colours=scene.colours.astype(np.float32),
        footprint=np.full(count, 50.0, np.float32),
    )
    sun = scene.world.sun.astype(np.float32)
    levels = np.arange(count) < scene.level_count
    lit = np.where(levels, np.float32(1.0), sees_sun(scene, samples.points))
    sunny = _flat(samples, scene, lit, distance, sun)
    shaded = _flat(samples, scene, np.zeros_like(lit), distance, sun)
    sky = materials.sky(np.array(((0.0, 1.0, 0.25),), np.float32))
    display = materials.tone(np.concatenate((sky, sunny, shaded)))
    luma, red, blue = np.ascontiguousarray(limited_yuv(display * 255.0).T)
    return luma, blue, red


def _flat(samples: Samples, scene: Scenery, lit: Array, distance: Array, sun: Array) -> Array:
    falling = materials.light(samples.normals, lit, sun)
    leaves = np.isin(scene.materials, LEAVES)
    through = materials.light(samples.normals, lit, sun, leaves=True)
    falling = np.where(leaves[:, None], through, falling)
    seen = samples.colours * falling
    mirrored, strength = materials.reflection(samples)
    share = np.zeros(len(seen), np.float32)
    for kind, part in (*GLASSY.items(), (SHOP, 0.8)):
        share[scene.materials == kind] = part
    share = (share * strength)[:, None]
    return materials.haze(seen * (1.0 - share) + mirrored * share, distance)


def limited_yuv(rgb: Array) -> Bytes:
    """Return Y, Cr, Cb of display values 0 to 255 (N x 3), BT.601 in limited range."""
    return np.asarray(np.rint(rgb @ _TO_YUV + _YUV_OFFSET), np.uint8)


_TO_YUV = np.array(
    ((0.257, 0.439, -0.148), (0.504, -0.368, -0.291), (0.098, -0.071, 0.439)), np.float32
)
_YUV_OFFSET = np.array((16.0, 128.0, 128.0), np.float32)


SPREAD_M = 0.4
GRID_M = 0.2


def sun_on(scene: Scenery, actors: Sequence[Actor]) -> list[float]:
    """Return for each actor how much of the sun it sees past the big blocks, 0 to 1."""
    key = scene.world.key
    return [
        _sun_at(*key, round(actor.position[0] / GRID_M), round(actor.position[1] / GRID_M))
        for actor in actors
    ]


@functools.lru_cache(maxsize=16384)
def _sun_at(name: str, seed: int, column: int, row: int) -> float:
    """Return how much sun reaches a place (steps of ``GRID_M``) a metre above the ground."""
    scene = scenery(name, seed)
    middle = np.array((column * GRID_M, row * GRID_M, 1.0))
    around = np.array(((0, 0, 0), (1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0)))
    lit = sees_sun(scene, (middle + around * SPREAD_M).astype(np.float32))
    return float(lit.mean())
