"""What surfaces look like in daylight: procedural albedo, light, haze and tone.

Lines and joints are box-filtered over the footprint of a pixel: far surfaces do not glitter.
"""

import functools
from collections.abc import Callable
from typing import Any

import attrs
import cv2
import numpy as np
import numpy.typing as npt

from simulator.seeds import array_generator

MATERIALS = (
    "plain",
    "asphalt",
    "marking",
    "paving",
    "kerb",
    "brick",
    "plaster",
    "glass",
    "shop",
    "grass",
    "gravel",
    "hedge",
    "leaves",
    "crown",
    "metal",
    "paint",
    "cloth",
)

SUN_LIGHT = np.array((2.75, 2.50, 2.12), np.float32)
SKY_LIGHT = np.array((0.50, 0.58, 0.70), np.float32)
BOUNCE_LIGHT = np.array((0.30, 0.28, 0.25), np.float32)
HAZE = np.array((0.78, 0.84, 0.92), np.float32)
HAZE_M = 420.0

Array = npt.NDArray[np.float32]


@attrs.frozen(eq=False)
class Samples:
    """Points on surfaces of one material, N of them.

    Attributes:
        points: N x 3, metres.
        normals: N x 3, unit.
        rays: N x 3, unit, from the eye.
        colours: N x 3, the albedo to start from.
        footprint: N; width of a pixel there, metres.
    """

    points: Array
    normals: Array
    rays: Array
    colours: Array
    footprint: Array


@functools.cache
def _noise_tile() -> Array:
    """Return smooth noise that tiles, 512 x 512, mean 0, about -1 to 1."""
    chance = array_generator(0, "materials", "noise")
    tile = np.zeros((512, 512), np.float32)
    for octave, weight in ((8, 1.0), (16, 0.7), (32, 0.5), (64, 0.36), (128, 0.26), (256, 0.2)):
        lattice = chance.standard_normal((octave, octave)).astype(np.float32)
        wrapped = np.pad(lattice, 2, mode="wrap")
        size = 512 * (octave + 4) // octave
        smooth = cv2.resize(wrapped, (size, size), interpolation=cv2.INTER_CUBIC)
        margin = 2 * 512 // octave
        tile += weight * smooth[margin : margin + 512, margin : margin + 512]
    return np.asarray(tile / (2.0 * tile.std()), np.float32)


def noise(u: npt.NDArray[Any], v: npt.NDArray[Any]) -> Array:
    """Return smooth noise at ``u``, ``v`` in tiles: it repeats after 1."""
    if not len(u):
        return np.empty(0, np.float32)
    row = 2048
    padding = -len(u) % row
    maps = [
        np.pad((np.mod(part, 1.0) * 512.0).astype(np.float32), (0, padding)).reshape(-1, row)
        for part in (u, v)
    ]
    found = cv2.remap(_noise_tile(), maps[0], maps[1], cv2.INTER_LINEAR, None, cv2.BORDER_WRAP)
    return np.asarray(found, np.float32).reshape(-1)[: len(u)]


def _cell_noise(i: Array, j: Array) -> Array:
    """Return a number from 0 to 1 for each whole pair."""
    mixed = i.astype(np.int64) * 73856093 ^ j.astype(np.int64) * 19349663
    mixed = (mixed ^ (mixed >> 13)) * 1274126177
    return np.asarray(((mixed >> 8) & 0xFFFF) / 65535.0, np.float32)


def _line(distance: Array, width: float, footprint: Array) -> Array:
    """Return how much of a pixel a line of ``width`` covers at ``distance`` from its middle."""
    reach = (width + footprint) / 2.0 - np.abs(distance)
    return np.asarray(np.clip(reach, 0.0, np.minimum(width, footprint)) / footprint, np.float32)


def _joints(u: Array, pitch: float, width: float, footprint: Array) -> Array:
    """Return the coverage of parallel joints, ``pitch`` metres apart."""
    near = _line(np.mod(u + pitch / 2.0, pitch) - pitch / 2.0, width, footprint)
    far = np.float32(width / pitch)
    share = np.clip(footprint / pitch - 0.5, 0.0, 1.0)
    return np.asarray(near * (1.0 - share) + far * share, np.float32)


def _fade(footprint: Array, detail_m: float) -> Array:
    """Return 1 where detail of this size can be seen, going to 0 where pixels are larger."""
    return np.asarray(np.clip(1.5 - footprint / detail_m, 0.0, 1.0), np.float32)


def _along(samples: Samples) -> Array:
    """Return metres along an upright wall."""
    x_wall = np.abs(samples.normals[:, 0]) > np.abs(samples.normals[:, 1])
    return np.where(x_wall, samples.points[:, 1], samples.points[:, 0])


def _plain(samples: Samples) -> Array:
    return samples.colours


def _asphalt(samples: Samples) -> Array:
    x, y, fp = samples.points[:, 0], samples.points[:, 1], samples.footprint
    grey = 1.0 + 0.10 * noise(x / 31.0, y / 31.0) + 0.10 * noise(x / 5.3, y / 5.3)
    grey += 0.15 * noise(x / 0.61, y / 0.61) * _fade(fp, 0.03)
    for track in (-2.5, -0.95, 0.95, 2.5):  # polished by wheels
        grey += 0.10 * np.exp(-(((y - track) / 0.32) ** 2)) * (np.abs(x) < 60)
    for oil in (-1.75, 1.75):  # and darkened between them
        dark = np.exp(-(((y - oil) / 0.28) ** 2)) * (0.8 + 0.6 * noise(x / 9.0, y / 9.0))
        grey -= 0.13 * dark * (np.abs(x) < 60)
    gutter = np.exp(-np.abs(5.5 - np.abs(y)) / 0.25) * (np.abs(y) < 5.6)
    grey -= 0.25 * gutter
    crack = noise(x / 14.0 + 0.37, y / 14.0 + 0.11)
    grey -= 0.3 * np.clip(1.0 - np.abs(crack) / (0.010 + fp * 0.4), 0.0, 1.0) * _fade(fp, 0.05)
    return np.asarray(samples.colours * grey[:, None], np.float32)


def _marking(samples: Samples) -> Array:
    x, y = samples.points[:, 0], samples.points[:, 1]
    wear = noise(x / 3.1, y / 3.1) * 0.5 + noise(x / 0.7, y / 0.7) * _fade(samples.footprint, 0.05)
    worn = np.clip(0.10 + 0.22 * wear, 0.0, 0.7)[:, None]
    return np.asarray(samples.colours * (1.0 - worn) + 0.12 * worn, np.float32)


def _paving(samples: Samples) -> Array:
    x, y, fp = samples.points[:, 0], samples.points[:, 1], samples.footprint
    row = np.floor(y / 0.6)
    shifted = x + 0.3 * np.mod(row, 2.0)
    grey = 1.0 + 0.16 * (_cell_noise(np.floor(shifted / 0.6), row) - 0.5) * _fade(fp, 0.6)
    grey += 0.07 * noise(x / 17.0, y / 17.0) + 0.06 * noise(x / 1.3, y / 1.3)
    joints = np.maximum(_joints(shifted, 0.6, 0.014, fp), _joints(y, 0.6, 0.014, fp))
    grey *= 1.0 - 0.55 * joints
    grey -= 0.18 * np.exp(-np.abs(9.5 - np.abs(y)) / 0.3)  # dirt along the houses
    kerb = (np.abs(np.abs(y) - 5.62) < 0.13) & (np.abs(x) < 60.0)
    tinted = samples.colours * grey[:, None]
    stones = 0.36 * (1.0 - 0.4 * _joints(x, 0.9, 0.015, fp))
    return np.asarray(np.where(kerb[:, None], stones[:, None], tinted), np.float32)


def _brick(samples: Samples) -> Array:
    u, z, fp = _along(samples), samples.points[:, 2], samples.footprint
    row = np.floor(z / 0.075)
    shifted = u + 0.11 * np.mod(row, 2.0)
    tone = 1.0 + 0.35 * (_cell_noise(np.floor(shifted / 0.22), row) - 0.5) * _fade(fp, 0.12)
    tone += 0.10 * noise(u / 11.0, z / 11.0)
    joints = np.maximum(_joints(z, 0.075, 0.01, fp), _joints(shifted, 0.22, 0.01, fp))
    tinted = samples.colours * (tone * _grime(u, z))[:, None]
    mortar = (0.6 * joints)[:, None]
    return np.asarray(tinted * (1.0 - mortar) + 0.34 * mortar, np.float32)


def _plaster(samples: Samples) -> Array:
    u, z = _along(samples), samples.points[:, 2]
    tone = 1.0 + 0.06 * noise(u / 13.0, z / 13.0)
    tone += 0.05 * noise(u / 2.1, z / 2.1) * _fade(samples.footprint, 0.1)
    return np.asarray(samples.colours * (tone * _grime(u, z))[:, None], np.float32)


def _grime(u: Array, z: Array) -> Array:
    """Return how rain and the street have darkened a wall."""
    streaks = noise(u / 5.0, z / 60.0)
    return np.asarray(1.0 - 0.22 * np.exp(-z / 0.7) - 0.05 * np.clip(streaks, 0, 1), np.float32)


def _grass(samples: Samples) -> Array:
    x, y, fp = samples.points[:, 0], samples.points[:, 1], samples.footprint
    tone = 1.0 + 0.22 * noise(x / 9.0, y / 9.0) + 0.18 * noise(x / 1.7, y / 1.7)
    tone += 0.35 * noise(x / 0.31, y / 0.31) * _fade(fp, 0.04)
    dry = np.clip(noise(x / 21.0, y / 21.0), 0.0, 1.0)[:, None] * np.float32(0.35)
    straw = np.array((0.17, 0.16, 0.07), np.float32)
    return np.asarray((samples.colours * (1.0 - dry) + straw * dry) * tone[:, None], np.float32)


def _gravel(samples: Samples) -> Array:
    x, y = samples.points[:, 0], samples.points[:, 1]
    tone = 1.0 + 0.10 * noise(x / 4.0, y / 4.0)
    tone += 0.25 * noise(x / 0.4, y / 0.4) * _fade(samples.footprint, 0.04)
    return np.asarray(samples.colours * tone[:, None], np.float32)


def _hedge(samples: Samples) -> Array:
    u, z = samples.points[:, 0] + samples.points[:, 1], samples.points[:, 2]
    v = samples.points[:, 0] - samples.points[:, 1] + z
    tone = 1.0 + 0.5 * noise(u / 1.9, v / 1.9) + 0.4 * noise(u / 0.5, v / 0.5)
    return np.asarray(samples.colours * np.clip(tone, 0.3, 2.0)[:, None], np.float32)


_ALBEDO: dict[str, Callable[[Samples], Array]] = {
    "asphalt": _asphalt,
    "marking": _marking,
    "paving": _paving,
    "kerb": _paving,
    "brick": _brick,
    "plaster": _plaster,
    "grass": _grass,
    "gravel": _gravel,
    "hedge": _hedge,
}


def albedo(material: str, samples: Samples) -> Array:
    """Return the albedo, N x 3."""
    return _ALBEDO.get(material, _plain)(samples)


def light(normals: Array, lit: Array | np.float32, sun: Array, *, leaves: bool = False) -> Array:
    """Return the light that falls on surfaces, N x 3.

    Args:
        normals: N x 3.
        lit: N; how much of the sun they see, 0 to 1.
        sun: unit vector towards the sun.
        leaves: whether light also comes through from behind.
    """
    facing = normals @ sun
    direct = np.maximum(np.abs(facing) * 0.55 + 0.25, facing) if leaves else np.maximum(facing, 0.0)
    up = (normals[:, 2] * 0.5 + 0.5)[:, None]
    ambient = SKY_LIGHT * up + BOUNCE_LIGHT * (1.0 - up)
    return np.asarray(ambient + SUN_LIGHT * np.asarray(direct * lit)[:, None], np.float32)


def reflection(samples: Samples) -> tuple[Array, Array]:
    """Return what glass or paint mirrors (N x 3) and how strongly (N)."""
    return mirror(samples.rays, samples.normals)


def mirror(rays: Array, normals: Array) -> tuple[Array, Array]:
    """Return what a surface mirrors (N x 3) and how strongly (N), seen along unit ``rays``."""
    into = (rays * normals).sum(axis=1)
    mirrored = rays - 2.0 * into[:, None] * normals
    up = mirrored[:, 2]
    sky_share = np.clip(up * 5.0 - 0.6, 0.0, 1.0)[:, None]
    street = np.where((up < -0.03)[:, None], np.float32(0.22), np.float32(0.42))
    seen = street * _STREET * (1.0 - sky_share) + _blue(up) * 0.8 * sky_share
    strength = 0.05 + 0.75 * (1.0 - np.clip(-into, 0.0, 1.0)) ** 4
    return np.asarray(seen, np.float32), np.asarray(strength, np.float32)


_STREET = np.array((1.0, 0.96, 0.90), np.float32)
_LOW_SKY = np.array((0.88, 0.96, 1.06), np.float32)
_HIGH_SKY = np.array((0.22, 0.42, 0.80), np.float32)


def _blue(up: Array) -> Array:
    """Return the radiance of the clear sky, given the upward part of the direction."""
    horizon = np.exp(np.maximum(up, 0.0) * -4.0)[:, None]
    return np.asarray(_LOW_SKY * horizon + _HIGH_SKY * (1.0 - horizon), np.float32)


def sky(directions: Array) -> Array:
    """Return the radiance of the sky, N x 3, with a few soft clouds."""
    up = np.maximum(directions[:, 2], 0.0)
    blue = _blue(up)
    reach = 0.35 / (up + 0.12)
    cloud = noise(directions[:, 0] * reach + 0.13, directions[:, 1] * reach + 0.71)
    cover = np.clip(cloud * 1.1 + 0.05, 0.0, 1.0) * np.clip(up * 7.0, 0.0, 1.0)
    white = np.array((1.25, 1.25, 1.25), np.float32)
    share = (cover * 0.75)[:, None]
    return np.asarray(blue * (1.0 - share) + white * share, np.float32)


def haze(radiance: Array, distance: Array) -> Array:
    """Return radiance as seen through ``distance`` metres of air."""
    share = 1.0 - np.exp(-np.maximum(distance - 12.0, 0.0) / HAZE_M)
    return np.asarray(radiance + (HAZE - radiance) * share[:, None], np.float32)


def tone(radiance: Array) -> Array:
    """Return display values 0 to 1: a soft shoulder, gamma, less saturation, some contrast."""
    display = (1.0 - np.exp(-1.15 * np.maximum(radiance, 0.0))) ** np.float32(1.0 / 2.0)
    grey = display.mean(axis=-1, keepdims=True)
    muted = grey + (display - grey) * np.float32(0.86)
    middle = 2.0 * muted - 1.0
    contrasted = muted + 0.07 * middle * (1.0 - middle * middle)
    return np.asarray(np.clip(contrasted * 1.02, 0.0, 1.0), np.float32)


def shop_window(samples: Samples) -> Array:
    """Return the light from a shop behind its window: shelves of things, two metres inside."""
    into = np.maximum(-(samples.rays * samples.normals).sum(axis=1), 0.15)
    inside = samples.points + samples.rays * (1.6 / into)[:, None]
    u, z = _along(attrs.evolve(samples, points=inside)), inside[:, 2]
    shelf = np.mod(z, 0.62) < 0.05
    goods = _cell_noise(np.floor(u / 0.23), np.floor(z / 0.62))
    tall = np.mod(z, 0.62) < 0.12 + 0.4 * goods
    tint = _cell_noise(np.floor(u / 0.23) + 91, np.floor(z / 0.62))[:, None]
    warm, cool = np.array((0.30, 0.17, 0.09), np.float32), np.array((0.10, 0.16, 0.22), np.float32)
    seen = np.where(tall[:, None], warm * tint + cool * (1.0 - tint), np.float32(0.05))
    seen = np.where(shelf[:, None], np.float32(0.16), seen)
    detail = _fade(samples.footprint, 0.35)[:, None]
    mean = np.array((0.11, 0.095, 0.08), np.float32)
    return np.asarray(seen * detail + mean * (1.0 - detail), np.float32)
