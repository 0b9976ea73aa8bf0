import math
import subprocess
import sys

import cv2
import numpy as np
import pytest

from simulator.scene.view import Projection
from simulator.scene.world import UnknownWorldError, load_world, world_names

STREET = load_world("street", 7)
TIMES = np.arange(0.0, STREET.period_s, 0.1)


def footprint(actor, margin=0.0):
    length, width, _ = actor.size
    return cv2.RotatedRect(
        actor.position[:2], (length + margin, width + margin), 90.0 - actor.heading_deg
    )


def test_the_world_repeats():
    for t in (0.0, 3.7, 19.99):
        assert STREET.actors_at(t) == STREET.actors_at(t + 2 * STREET.period_s - 0.0)


def test_an_unknown_world_names_those_that_are():
    with pytest.raises(UnknownWorldError, match="street"):
        load_world("strret", 1)
    assert world_names() == ("street",)


def test_another_seed_is_the_same_street_in_other_clothes():
    other = load_world("street", 8)
    assert other.fingerprint != STREET.fingerprint
    assert [a.position for a in other.actors_at(5.0)] == [a.position for a in STREET.actors_at(5.0)]
    assert [a.look for a in other.actors_at(5.0)] != [a.look for a in STREET.actors_at(5.0)]


def test_it_is_the_same_in_another_process():
    code = (
        "from simulator.scene.world import load_world as w;"
        "print(w('street', 7).fingerprint, w('street', 7).actors_at(4.25))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == f"{STREET.fingerprint} {STREET.actors_at(4.25)}"


def test_speeds_are_those_of_people_and_vehicles():
    for walk in STREET.walks:
        low, high = (0.8, 3.0) if walk.kind == "person" else (8.0, 14.0)
        assert low <= walk.speed <= high, walk.id


def test_everybody_moves_on_without_a_jump():
    for walk in STREET.walks:
        for t in TIMES:
            now = walk.at(t, STREET.period_s, STREET.ground)
            later = walk.at((t + 0.05) % STREET.period_s, STREET.period_s, STREET.ground)
            if now and later and (walk.lap or later.phase > now.phase):
                gone = math.dist(now.position[:2], later.position[:2])
                assert gone <= walk.speed * 0.05 * 1.01, (walk.id, t)


def test_nobody_appears_or_vanishes_in_sight():
    """A way that is no lap begins and ends inside a house, or at the far end of a side road."""
    houses = [solid.bounds for solid in STREET.solids if solid.bounds[1][2] > 6 and solid.convex]
    for walk in STREET.walks:
        if walk.lap:
            assert walk.route.at(0.0)[:2] == pytest.approx(walk.route.at(walk.route.length)[:2])
            assert (walk.speed * STREET.period_s) % walk.route.length == pytest.approx(
                0.0, abs=1e-6
            ) or walk.speed * STREET.period_s == pytest.approx(walk.route.length)
            continue
        assert walk.route.length < walk.speed * STREET.period_s
        for distance in (0.0, walk.route.length):
            x, y, _ = walk.route.at(distance)
            indoors = any(
                low[0] < x < high[0] and low[1] + 0.5 < y < high[1] - 0.5 for low, high in houses
            )
            assert indoors or abs(y) > 35.0, walk.id


def test_nobody_walks_or_drives_into_another():
    for t in TIMES:
        actors = STREET.actors_at(t)
        for i, first in enumerate(actors):
            for second in actors[:i]:
                if math.dist(first.position[:2], second.position[:2]) < 14.0:
                    kind, _ = cv2.rotatedRectangleIntersection(
                        footprint(first, 0.1), footprint(second, 0.1)
                    )
                    assert kind == cv2.INTERSECT_NONE, (t, first.id, second.id)


def test_nobody_walks_into_what_stands():
    # Doors are painted on houses, and crowns are above everybody.
    bounds = [(solid.bounds, solid.occludes) for solid in STREET.solids]
    bounds = [pair for pair, hides in bounds if hides and pair[1][2] - pair[0][2] < 6.0]
    low, high = np.array([pair for pair in bounds if pair[0][2] < 1.8]).transpose(1, 0, 2)
    for t in TIMES[::2]:
        for actor in STREET.actors_at(t):
            corners = cv2.boxPoints(footprint(actor))[:, None]
            inside = (corners > low[:, :2]) & (corners < high[:, :2])
            assert not inside.all(axis=2).any(), (t, actor.id)


def test_there_are_eight_mounts_and_each_sees_somebody_all_the_time():
    assert len(STREET.mounts) >= 8
    for name, mount in STREET.mounts.items():
        projection = Projection(mount.view(), 1280, 720)
        counts = []
        for t in TIMES[::10]:
            pixels, depth = projection.project([a.position for a in STREET.actors_at(t)])
            inside = (depth > 1) & (depth < 60) & (pixels > 0).all(axis=1)
            counts.append(int((inside & (pixels < (1280, 720)).all(axis=1)).sum()))
        assert min(counts) >= 1 and np.mean(counts) >= 2.3, (name, counts)


def test_people_stand_on_the_pavement_and_vehicles_on_the_road():
    for t in TIMES[::5]:
        for actor in STREET.actors_at(t):
            if actor.class_name == "Vehicle":
                assert actor.position[2] == 0.0
            elif 6.0 < abs(actor.position[1]) < 9.0:
                assert actor.position[2] == pytest.approx(0.12)
