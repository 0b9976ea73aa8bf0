"""The street: a town street with a park, two side roads, and everybody who is about there.

The street runs east to west; x is 0 at the zebra crossing. Its carriageway is 11 m wide with
parking on both sides, the pavements 4 m. People come out of one door and go into another; vehicles
come round a corner and leave round another: nobody appears or vanishes in sight.
"""

import math
import random

import numpy as np

from simulator.scene import furniture as things
from simulator.scene.actors import Ground, Kind, Look, Route, Walk
from simulator.scene.buildings import House
from simulator.scene.meshes import vehicle
from simulator.scene.place import Mount, World
from simulator.scene.solids import Colour, Patch, Side, Solid, box, flat
from simulator.scene.view import Floats
from simulator.seeds import generator

PERIOD_S = 20.0
KERB_M = things.KERB_M
ROAD, PAVEMENT = 5.5, 9.5
"""Half widths in metres: to the kerb and to the houses."""
SIDE = 64.0
"""Where the side roads cross, metres east and west."""

ASPHALT: Colour = (0.115, 0.115, 0.120)
PAINT: Colour = (0.56, 0.56, 0.53)
PAVING: Colour = (0.29, 0.28, 0.265)
GRASS: Colour = (0.085, 0.140, 0.045)
GRAVEL: Colour = (0.36, 0.31, 0.23)

VEHICLE_PAINT: tuple[Colour, ...] = (
    (0.60, 0.60, 0.60),
    (0.36, 0.03, 0.03),
    (0.05, 0.09, 0.26),
    (0.03, 0.03, 0.035),
    (0.28, 0.30, 0.32),
    (0.10, 0.20, 0.15),
    (0.42, 0.33, 0.20),
)
COATS: tuple[Colour, ...] = (
    (0.42, 0.04, 0.04),
    (0.05, 0.08, 0.22),
    (0.55, 0.50, 0.40),
    (0.05, 0.05, 0.055),
    (0.10, 0.22, 0.12),
    (0.50, 0.36, 0.05),
    (0.30, 0.30, 0.32),
    (0.34, 0.16, 0.30),
    (0.62, 0.62, 0.62),
)
TROUSERS: tuple[Colour, ...] = (
    (0.03, 0.04, 0.09),
    (0.035, 0.035, 0.04),
    (0.16, 0.13, 0.09),
    (0.10, 0.10, 0.11),
)
HAIR: tuple[Colour, ...] = (
    (0.03, 0.02, 0.015),
    (0.10, 0.06, 0.03),
    (0.30, 0.20, 0.08),
    (0.30, 0.29, 0.28),
)
SKIN: tuple[Colour, ...] = ((0.55, 0.36, 0.27), (0.42, 0.26, 0.18), (0.20, 0.11, 0.07))

MOUNTS = {
    "gate": Mount((-12.0, -9.2, 6.0), 62.0, -15.0, 66.0),
    "crossing": Mount((6.5, 9.2, 5.5), 232.0, -20.0, 68.0),
    "west": Mount((-16.0, -9.2, 5.5), 292.0, -15.0, 64.0),
    "east": Mount((38.0, -9.2, 6.2), 290.0, -14.0, 60.0),
    "park": Mount((33.0, -9.3, 5.5), 262.0, -16.0, 78.0),
    "shops": Mount((-26.0, -9.2, 4.8), 8.0, -12.0, 80.0),
    "bus-stop": Mount((24.5, 9.2, 5.0), 200.0, -18.0, 74.0),
    "roof": Mount((-40.0, -9.0, 11.0), 74.0, -17.0, 58.0),
    "corner": Mount((50.0, 9.2, 5.8), 248.0, -12.0, 60.0),
    "arcade": Mount((-46.0, -9.2, 4.8), 40.0, -10.0, 70.0),
}


def build(seed: int) -> World:
    """Return the street with the colours of this seed."""
    return World(
        name="street",
        seed=seed,
        ground_patches=_ground_patches(),
        solids=tuple(_solids(seed)),
        ground=Ground(tuple((x0, y0, x1, y1, KERB_M) for x0, y0, x1, y1 in _PAVEMENTS)),
        walks=tuple(_walks(seed)),
        mounts=MOUNTS,
        sun=_sun(azimuth_deg=222.0, elevation_deg=49.0),
        period_s=PERIOD_S,
    )


def _sun(azimuth_deg: float, elevation_deg: float) -> Floats:
    azimuth, elevation = math.radians(azimuth_deg), math.radians(elevation_deg)
    level = math.cos(elevation)
    return np.array((math.sin(azimuth) * level, math.cos(azimuth) * level, math.sin(elevation)))


# -- the ground ------------------------------------------------------------------------------------

_EDGE = SIDE - 4.0
_PAVEMENTS = (
    (-_EDGE, ROAD, _EDGE, 22.0),
    (-_EDGE, -40.0, _EDGE, -ROAD),
    (-90.0, -40.0, -SIDE - 4.0, 40.0),
    (SIDE + 4.0, -40.0, 90.0, 40.0),
    (-_EDGE, 22.0, _EDGE, 40.0),
)
"""Raised areas: x0, y0, x1, y1. The houses stand on them."""


def _ground_patches() -> tuple[Patch, ...]:
    patches = [
        flat((-400.0, -400.0), (400.0, 400.0), 0.0, (0.22, 0.22, 0.17), "grass"),
        flat((-90.0, -60.0), (90.0, 60.0), 0.0, ASPHALT, "asphalt"),
    ]
    patches += [  # dashes between the lanes
        flat((x, -0.06), (x + 3.0, 0.06), 0.0, PAINT, "marking")
        for x in range(-56, 56, 6)
        if not -9 < x < 4
    ]
    for y in (-ROAD + 2.0, ROAD - 2.0):  # the edge of the parking bays
        patches += [
            flat((x, y - 0.05), (x + 0.8, y + 0.05), 0.0, PAINT, "marking")
            for x in np.arange(-54.0, 54.0, 1.6).tolist()
            if not -8 < x < 6
        ]
    patches += [  # the zebra crossing, and where vehicles give way
        flat((-3.0, y), (1.0, y + 0.5), 0.0, PAINT, "marking")
        for y in np.arange(-5.25, 5.2, 1.0).tolist()
    ]
    patches += [
        flat((-4.6, -3.4), (-4.3, -0.2), 0.0, PAINT, "marking"),
        flat((2.3, 0.2), (2.6, 3.4), 0.0, PAINT, "marking"),
        *_manhole(-17.0, -1.4),
        *_manhole(12.0, 1.9),
        *_manhole(28.0, -2.1),
        flat((6.0, -3.0), (10.5, -0.9), 0.0, (0.075, 0.075, 0.08), "asphalt"),
        flat((-26.0, 0.5), (-21.0, 2.6), 0.0, (0.145, 0.145, 0.150), "asphalt"),
    ]
    return tuple(patches)


def _manhole(x: float, y: float) -> list[Patch]:
    angles = np.arange(12) * math.tau / 12
    ring = [
        np.column_stack((x + r * np.cos(angles), y + r * np.sin(angles), np.zeros(12)))
        for r in (0.36, 0.31)
    ]
    return [Patch(ring[0], (0.05, 0.05, 0.05)), Patch(ring[1], (0.10, 0.095, 0.09), "asphalt")]


# -- what stands -----------------------------------------------------------------------------------

_HOUSES = (
    # The north side, west to east; doors are where people come out.
    House((-58.0, 9.5), (-41.0, 22.0), 3, (0,), (-54.0, -46.0), (1,)),
    House((-41.0, 9.5), (-27.0, 22.0), 4, (0,), (-38.0, -32.0), (1, 3)),
    House((-27.0, 9.5), (-13.0, 22.0), 3, (0,), (-22.0, -16.0), (1, 3)),
    House((-13.0, 9.5), (5.0, 22.0), 4, (0,), (-9.0, -5.0, 2.0), (3,)),
    House((9.5, 9.5), (24.0, 22.0), 3, (0,), (14.0, 20.0), (1,)),
    House((24.0, 9.5), (38.0, 22.0), 5, (0,), (28.0, 35.0), (1, 3)),
    House((38.0, 9.5), (58.0, 22.0), 3, (0,), (43.0, 53.0), (3,)),
    House((2.0, 26.0), (13.0, 38.0), 4),
    # The south side.
    House((-58.0, -22.0), (-41.0, -9.5), 4, (2,), (-54.0, -44.0), (1,)),
    House((-41.0, -22.0), (-25.0, -9.5), 3, (2,), (-37.0, -28.0), (1, 3)),
    House((-25.0, -22.0), (-8.0, -9.5), 4, (2,), (-22.0, -11.0), (1, 3)),
    House((-8.0, -22.0), (7.0, -9.5), 3, (2,), (-4.0, 3.0), (3,)),
    House((33.0, -22.0), (46.0, -9.5), 4, (2,), (36.0, 42.0), (1,)),
    House((46.0, -22.0), (58.0, -9.5), 3, (2,), (50.0,), (3,)),
    # Behind the park, at both ends of the street, and on the skyline.
    House((-6.0, -52.0), (15.0, -40.0), 4),
    House((15.0, -50.0), (30.0, -40.0), 5, blank=(3,)),
    House((30.0, -52.0), (48.0, -40.0), 4, blank=(3,)),
    House((70.0, -38.0), (84.0, -14.0), 4, (3,)),
    House((70.0, -14.0), (84.0, 9.0), 5, (3,), blank=(0,)),
    House((70.0, 9.0), (84.0, 38.0), 4, (3,), blank=(0,)),
    House((-84.0, -38.0), (-70.0, -10.0), 4, (1,)),
    House((-84.0, -10.0), (-70.0, 12.0), 4, (1,), blank=(0,)),
    House((-84.0, 12.0), (-70.0, 38.0), 5, (1,), blank=(0,)),
    House((-62.0, 44.0), (-40.0, 58.0), 7),
    House((18.0, 46.0), (36.0, 60.0), 8),
    House((40.0, 44.0), (68.0, 56.0), 6),
    House((-34.0, 46.0), (-12.0, 60.0), 6),
    House((-60.0, -62.0), (-36.0, -48.0), 7),
    House((52.0, -64.0), (72.0, -48.0), 7),
)


def _solids(seed: int) -> list[Solid]:
    chance = generator(seed, "street", "static")
    solids = [_slab(*area) for area in _PAVEMENTS]
    for house in _HOUSES:
        solids += house.build(chance)
    solids += _park(chance)
    for x, y in ((-50, 6.3), (-36, 6.3), (-19.5, 6.3), (17, 6.3), (32, 6.3), (55, 6.3)):
        solids += things.tree(x, y, chance)
    for x, y in ((-48, -6.3), (-31, -6.3), (-14.5, -6.3), (39, -6.3), (54, -6.3)):
        solids += things.tree(x, y, chance)
    for x in (-42.0, -25.0, -7.5, 9.0, 26.0, 41.0):
        solids += things.lamp(x, 5.9, -1.6)
    for x in (-34.0, -18.0, 6.0, 37.0):
        solids += things.lamp(x, -5.9, 1.6)
    for x, y in ((-11.0, 6.1), (23.0, 6.1), (-40.0, -6.1), (10.0, -6.1)):
        solids += things.bin_(x, y)
    solids += things.shelter(18.0, -9.4)
    solids += _parked(chance)
    return solids


def _slab(x0: float, y0: float, x1: float, y1: float) -> Solid:
    return box(
        (x0, y0, 0.0),
        (x1, y1, KERB_M),
        (0.36, 0.355, 0.34),
        material="kerb",
        top=(PAVING, "paving"),
        occludes=False,
        casts_shadow=False,
    )


def _park(chance: random.Random) -> list[Solid]:
    lawn = (
        flat((8.0, -38.0), (32.5, -11.0), KERB_M + 0.01, GRASS, "grass"),
        flat((10.0, -24.0), (30.5, -22.4), KERB_M + 0.01, GRAVEL, "gravel"),
        flat((10.0, -14.0), (30.5, -12.4), KERB_M + 0.01, GRAVEL, "gravel"),
        flat((10.0, -22.4), (11.6, -14.0), KERB_M + 0.01, GRAVEL, "gravel"),
        flat((28.9, -22.4), (30.5, -14.0), KERB_M + 0.01, GRAVEL, "gravel"),
        flat((19.0, -12.4), (20.6, -9.5), KERB_M + 0.01, GRAVEL, "gravel"),
    )
    solids = [_sheet(patch) for patch in lawn]
    solids += things.wall((8.0, -10.3), (18.2, -10.0), 0.75)
    solids += things.wall((21.4, -10.3), (32.5, -10.0), 0.75)
    solids += things.hedge((8.0, -39.0), (32.5, -38.0), 1.6)
    solids += things.bench(15.0, -15.4)
    solids += things.bench(25.0, -15.4)
    for x, y in (
        (14.5, -19.0),
        (20.5, -18.0),
        (26.0, -19.5),
        (12.0, -30.0),
        (23.0, -31.0),
        (30, -28),
    ):
        solids += things.tree(x, y, chance)
    return solids


def _sheet(patch: Patch) -> Solid:
    return Solid((Side(patch),), occludes=False, casts_shadow=False)


def _parked(chance: random.Random) -> list[Solid]:
    solids: list[Solid] = []
    north = (-53.0, -46.5, -39.5, -33.0, -22.5, -16.0, 13.5, 20.0, 29.5, 36.0, 44.5)
    south = (-51.5, -44.0, -37.5, -27.5, -21.0, 8.5, 34.5, 43.0, 50.0)
    for y, heading, places in ((4.55, 270.0, north), (-4.55, 90.0, south)):
        for x in places:
            if chance.random() < 0.85:
                kind: Kind = "van" if chance.random() < 0.15 else "car"
                look = Look(main=chance.choice(VEHICLE_PAINT))
                solids += things.standing(vehicle(kind, look), x, y, heading)
    return solids


# -- who moves -------------------------------------------------------------------------------------

_EASTBOUND = Route(
    [(-SIDE + 1.75, -36.0), (-SIDE + 1.75, -1.75), (SIDE + 1.75, -1.75), (SIDE + 1.75, 36.0)], 6.0
)
_WESTBOUND = Route(
    [(SIDE - 1.75, 36.0), (SIDE - 1.75, 1.75), (-SIDE - 1.75, 1.75), (-SIDE - 1.75, -36.0)], 6.0
)

_VEHICLES: tuple[tuple[Kind, Route, float, float], ...] = (
    # Kind, route, metres per second, and when it passes the zebra crossing. People cross from 6 to
    # 13 s, so nobody drives over it then.
    ("car", _EASTBOUND, 10.6, 14.8),
    ("van", _EASTBOUND, 10.6, 17.2),
    ("car", _EASTBOUND, 10.6, 0.2),
    ("car", _EASTBOUND, 10.6, 3.4),
    ("car", _WESTBOUND, 11.4, 15.2),
    ("bus", _WESTBOUND, 11.4, 18.4),
    ("car", _WESTBOUND, 11.4, 2.2),
    ("car", _WESTBOUND, 11.4, 4.4),
)

_PEOPLE: tuple[tuple[tuple[tuple[float, float], ...], float, float], ...] = (
    # Corners from door to door, metres per second, and when they set out.
    (((2.0, 10.6), (2.0, 7.6), (-0.2, 7.0), (-0.2, -7.2), (-4.0, -7.8), (-4.0, -10.6)), 1.45, 0.0),
    (((3.0, -10.6), (3.0, -7.8), (-1.6, -7.0), (-1.6, 7.0), (-5.0, 7.8), (-5.0, 10.6)), 1.50, 0.0),
    (((-32.0, 10.6), (-32.0, 7.3), (-9.0, 7.3), (-9.0, 10.6)), 1.55, 3.0),
    (((-16.0, 10.6), (-16.0, 8.5), (-38.0, 8.5), (-38.0, 10.6)), 1.42, 11.0),
    (((35.0, 10.6), (35.0, 8.5), (14.0, 8.5), (14.0, 10.6)), 1.40, 6.0),
    (((20.0, 10.6), (20.0, 7.3), (43.0, 7.3), (43.0, 10.6)), 1.60, 15.0),
    (((-11.0, -10.6), (-11.0, -8.5), (-37.0, -8.5), (-37.0, -10.6)), 1.62, 8.0),
    (((-44.0, -10.6), (-44.0, -7.3), (-22.0, -7.3), (-22.0, -10.6)), 1.52, 17.0),
    (((3.0, -10.6), (3.0, -7.3), (26.0, -7.3), (36.0, -7.5), (36.0, -10.6)), 2.05, 12.0),
    (((42.0, -10.6), (42.0, -8.5), (54.0, -8.3), (50.0, -7.6), (50.0, -10.6)), 1.35, 2.0),
    (((-54.0, 10.6), (-54.0, 7.4), (-46.5, 7.4), (-46.0, 10.6)), 1.2, 9.0),
)

_LAPS: tuple[tuple[tuple[tuple[float, float], ...], int, float], ...] = (
    # Corners of a closed lap, laps a period, and when it starts.
    (
        ((20.0, -13.2), (29.7, -13.2), (29.7, -23.2), (10.8, -23.2), (10.8, -13.2), (20.0, -13.2)),
        1,
        0.0,
    ),
    (((17.0, -7.7), (22.5, -7.7), (22.5, -8.1), (14.0, -8.1), (14.0, -7.7), (17.0, -7.7)), 1, 5.0),
    (((15.0, -27.0), (24.0, -26.0), (26.0, -28.5), (16.0, -29.0), (15.0, -27.0)), 1, 8.0),
)


def _walks(seed: int) -> list[Walk]:
    chance = generator(seed, "street", "walks")
    walks: list[Walk] = []
    for kind, route, speed, crossing_s in _VEHICLES:
        start = crossing_s - _distance_to_crossing(route) / speed
        main = (0.45, 0.05, 0.04) if kind == "bus" else chance.choice(VEHICLE_PAINT)
        walks.append(Walk(len(walks) + 1, kind, route, speed, start, Look(main=main)))
    for corners, speed, start in _PEOPLE:
        walks.append(_person(len(walks) + 1, Route(corners, 0.8), speed, start, chance))
    for corners, laps, start in _LAPS:
        route = Route(corners, 1.5)
        speed = laps * route.length / PERIOD_S
        walks.append(_person(len(walks) + 1, route, speed, start, chance, lap=True))
    return walks


def _distance_to_crossing(route: Route) -> float:
    """Return the metres after which a route reaches x = -1, the middle of the zebra crossing."""
    grid = np.arange(0.0, route.length, 0.05)
    offsets = [abs(route.at(float(distance))[0] + 1.0) for distance in grid]
    return float(grid[int(np.argmin(offsets))])


def _person(
    number: int,
    route: Route,
    speed: float,
    start: float,
    chance: random.Random,
    *,
    lap: bool = False,
) -> Walk:
    look = Look(
        main=chance.choice(COATS),
        second=chance.choice(TROUSERS),
        third=chance.choice(HAIR),
        skin=chance.choice(SKIN),
    )
    height = round(chance.uniform(0.92, 1.08), 2)
    return Walk(number, "person", route, speed, start, look, height, lap)
