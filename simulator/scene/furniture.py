"""What stands about in a street: trees, lamps, bins, benches, a bus shelter, parked vehicles."""

import itertools
import random

import numpy as np

from simulator.scene.meshes import Mesh
from simulator.scene.solids import Colour, Patch, Side, Solid, box, flat, patch, post, prism
from simulator.scene.view import Floats

STEEL: Colour = (0.16, 0.17, 0.18)
WOOD: Colour = (0.28, 0.17, 0.09)
BARK: Colour = (0.12, 0.09, 0.06)
KERB_M = 0.12
LEAVES = 240
"""Clusters of leaves on a tree."""


def tree(x: float, y: float, chance: random.Random, z: float = KERB_M) -> tuple[Solid, ...]:
    """Return a trunk and a crown: leaf clusters round a dark core."""
    trunk = chance.uniform(2.3, 2.9)
    radius, tall = chance.uniform(1.5, 2.0), chance.uniform(1.6, 2.1)
    green = chance.uniform(0.8, 1.15)
    centre = np.array((x, y, z + trunk + tall * 0.85))
    sides = [Side(patch) for patch in _core(centre, radius, tall, green)]
    sides += [Side(leaf) for leaf in _leaves(centre, radius, tall, green, chance)]
    pit = flat((x - 0.6, y - 0.6), (x + 0.6, y + 0.6), z + 0.01, (0.10, 0.08, 0.06))
    return (
        Solid((Side(pit),), occludes=False, casts_shadow=False),
        post(x, y, z + 0.01, z + trunk, 0.13, BARK),
        Solid(tuple(sides), convex=False, two_sided=True),
    )


def _core(centre: Floats, radius: float, tall: float, green: float) -> list[Patch]:
    """Return the inside of a crown, which is all that a draft shows of it from afar."""
    rings = []
    for height in (-0.95, -0.45, 0.25, 0.75, 0.98):
        ring = np.sqrt(1.0 - height * height)
        angles = np.arange(8) * np.pi / 4.0
        unit = np.column_stack((np.cos(angles) * ring, np.sin(angles) * ring, np.full(8, height)))
        rings.append(centre + unit * (radius * 0.88, radius * 0.88, tall * 0.88))
    patches = []
    for level, (low, high) in enumerate(itertools.pairwise(rings)):
        tone = green * (0.45 + 0.14 * level)
        colour = (0.085 * tone, 0.150 * tone, 0.040 * tone)
        for i in range(8):
            j = (i + 1) % 8
            corners = np.stack((low[i], low[j], high[j], high[i]))
            patches.append(Patch(corners, colour, "crown"))
    return patches


def _leaves(
    centre: Floats,
    radius: float,
    tall: float,
    green: float,
    chance: random.Random,
) -> list[Patch]:
    """Return two-sided clusters of leaves on and in an ellipsoid; the lower ones are darker."""
    leaves = []
    for index in range(LEAVES):
        # A sunflower spiral spreads the clusters evenly over the sphere.
        height = 1.0 - 2.0 * (index + 0.5) / LEAVES
        angle = index * 2.39996 + chance.uniform(-0.3, 0.3)
        ring = np.sqrt(1.0 - height * height)
        out = np.array((np.cos(angle) * ring, np.sin(angle) * ring, height))
        depth = chance.uniform(0.8, 1.02)
        middle = centre + out * (radius, radius, tall) * depth
        tone = green * (0.62 + 0.38 * depth) * (0.75 + 0.25 * height) * chance.uniform(0.8, 1.2)
        colour = (0.085 * tone, 0.150 * tone, 0.040 * tone)
        leaves.append(_cluster(middle, out, chance, colour))
    return leaves


def _cluster(
    middle: Floats,
    out: Floats,
    chance: random.Random,
    colour: Colour,
) -> Patch:
    tilt = np.array([chance.uniform(-0.5, 0.5) for _ in range(3)])
    normal = out + tilt
    normal /= np.linalg.norm(normal)
    first = np.cross(normal, (0.31, 0.17, 0.93))
    first /= np.linalg.norm(first)
    second = np.cross(normal, first)
    size = chance.uniform(0.24, 0.42)
    turn, corners = chance.uniform(0.0, 6.28), 5
    angles = turn + np.arange(corners) * 2.0 * np.pi / corners
    points = [middle + size * (np.cos(a) * first + np.sin(a) * second) for a in angles]
    return Patch(np.array(points), colour, "leaves")


def lamp(x: float, y: float, towards: float) -> tuple[Solid, ...]:
    """Return a street lamp on the pavement whose arm reaches ``towards`` metres in y."""
    y0, y1 = sorted((y, y + towards))
    return (
        post(x, y, KERB_M, 0.9, 0.11, STEEL),
        post(x, y, 0.9, 6.8, 0.06, STEEL),
        box((x - 0.05, y0, 6.8), (x + 0.05, y1, 6.9), STEEL, casts_shadow=False),
    )


def bin_(x: float, y: float) -> tuple[Solid, ...]:
    """Return a litter bin."""
    green: Colour = (0.03, 0.10, 0.06)
    return (
        prism(
            [
                (x - 0.28, y - 0.28),
                (x + 0.28, y - 0.28),
                (x + 0.28, y + 0.28),
                (x - 0.28, y + 0.28),
            ],
            KERB_M,
            1.0,
            green,
            top_scale=1.1,
        ),
        box((x - 0.33, y - 0.33, 1.0), (x + 0.33, y + 0.33, 1.08), (0.02, 0.05, 0.03)),
    )


def bench(x: float, y: float) -> tuple[Solid, ...]:
    """Return a bench along x, its back to the north."""
    return (
        box((x - 0.85, y - 0.22, KERB_M), (x - 0.75, y + 0.2, 0.53), STEEL),
        box((x + 0.75, y - 0.22, KERB_M), (x + 0.85, y + 0.2, 0.53), STEEL),
        box((x - 0.95, y - 0.25, 0.53), (x + 0.95, y + 0.2, 0.59), WOOD),
        box((x - 0.95, y + 0.2, 0.65), (x + 0.95, y + 0.25, 1.0), WOOD),
    )


def shelter(x: float, y: float) -> tuple[Solid, ...]:
    """Return a bus shelter along x, open to the north, with a poster at its east end."""
    poster = patch(
        [
            (x + 2.0, y + 0.8, 0.5),
            (x + 2.0, y + 0.1, 0.5),
            (x + 2.0, y + 0.1, 2.1),
            (x + 2.0, y + 0.8, 2.1),
        ],
        (0.45, 0.30, 0.08),
    )
    return (
        box((x - 2.0, y, 0.35), (x + 1.9, y + 0.06, 2.35), (0.20, 0.25, 0.27), material="glass"),
        box((x + 2.0, y, KERB_M), (x + 2.12, y + 0.9, 2.35), STEEL, details={3: (poster,)}),
        box((x - 2.1, y, KERB_M), (x - 2.0, y + 0.1, 2.35), STEEL),
        box((x - 2.2, y - 0.1, 2.36), (x + 2.2, y + 1.1, 2.46), STEEL),
        box((x - 1.6, y + 0.1, 0.5), (x + 0.9, y + 0.45, 0.56), WOOD, casts_shadow=False),
    )


def hedge(low: tuple[float, float], high: tuple[float, float], tall: float) -> tuple[Solid, ...]:
    """Return a clipped hedge."""
    green: Colour = (0.05, 0.10, 0.03)
    return (
        box(
            (*low, KERB_M),
            (*high, tall),
            green,
            material="hedge",
            top=((0.07, 0.13, 0.04), "hedge"),
        ),
    )


def wall(low: tuple[float, float], high: tuple[float, float], tall: float) -> tuple[Solid, ...]:
    """Return a low garden wall with a coping."""
    (x0, y0), (x1, y1) = low, high
    return (
        box((x0, y0, KERB_M), (x1, y1, tall - 0.1), (0.40, 0.20, 0.14), material="brick"),
        box(
            (x0 - 0.04, y0 - 0.04, tall - 0.1),
            (x1 + 0.04, y1 + 0.04, tall),
            (0.45, 0.43, 0.40),
            casts_shadow=False,
        ),
    )


def standing(mesh: Mesh, x: float, y: float, heading_deg: float) -> tuple[Solid, ...]:
    """Return a vehicle that is parked on the road: its body, and the cabin on top of it."""
    placed = mesh.placed((x, y, 0.0), heading_deg)
    patches = [
        Patch(placed.vertices[face], (red, green, blue), material)
        for face, (red, green, blue), material in zip(
            placed.polygons(), placed.colours.tolist(), placed.materials, strict=True
        )
    ]
    painted: dict[int, list[Patch]] = {}
    for number, base in enumerate(placed.base.tolist()):
        painted.setdefault(base, [])
        if number != base:
            painted[base].append(patches[number])
    body = [Side(patches[i], tuple(on)) for i, on in painted.items() if placed.bias[i] == 0.0]
    cabin = [Side(patches[i], tuple(on)) for i, on in painted.items() if placed.bias[i] > 0.0]
    return Solid(tuple(body), convex=False), Solid(tuple(cabin), convex=False)
