"""Whether outlines are where an independent pinhole says, in bakes and in drafts."""

import attrs
import cv2
import numpy as np
import pytest

from simulator.scene.actors import Ground
from simulator.scene.backdrop import standing_distance
from simulator.scene.facets import painters_order, scenery
from simulator.scene.raster import cut_to_frustum, paint_ids
from simulator.scene.view import NEAR_M, Projection, View
from simulator.scene.world import load_world

SCENE = scenery("street", 7)
WORLD = load_world("street", 7)


def judge(view, width, height, points):
    """Project by OpenCV, from angles, with none of our projection code."""
    pan, tilt = np.radians((view.pan_deg, view.tilt_deg))
    ahead = np.array((np.sin(pan) * np.cos(tilt), np.cos(pan) * np.cos(tilt), np.sin(tilt)))
    right = np.array((np.cos(pan), -np.sin(pan), 0.0))
    axes = np.stack((right, np.cross(ahead, right), ahead))
    focal = width / 2 / np.tan(np.radians(view.hfov_deg) / 2)
    camera = np.array(((focal, 0, width / 2), (0, focal, height / 2), (0, 0, 1)))
    shift = -axes @ np.array(view.position)
    pixels, _ = cv2.projectPoints(
        np.array(points, float), cv2.Rodrigues(axes)[0], shift, camera, None
    )
    return pixels[:, 0], (np.array(points) - view.position) @ ahead


def stripes():
    """The stripes of the zebra crossing: numbers and corners."""
    for number, patch in enumerate(WORLD.ground_patches):
        low, high = patch.corners.min(axis=0), patch.corners.max(axis=0)
        if patch.material == "marking" and (low[0], high[0]) == (-3.0, 1.0):
            yield number, patch.corners


@pytest.mark.parametrize(("scale", "coarse", "tolerance"), [(3, False, 0.3), (1, True, 1.0)])
@pytest.mark.parametrize("pan", [55.0, 62.0, 71.3])
def test_the_zebra_crossing_is_where_the_pinhole_says(scale, coarse, tolerance, pan):
    view = attrs.evolve(WORLD.mounts["gate"].view(), pan_deg=pan)
    ids = paint_ids(SCENE, Projection(view, 1280, 720), scale, coarse=coarse)
    checked = 0
    for number, corners in stripes():
        pixels, depth = judge(view, 1280, 720, corners)
        low, high = pixels.min(axis=0), pixels.max(axis=0)
        shown = (ids == number + 1) | (ids == number + 1 + len(SCENE.normals))
        whole = (low > 2).all() and (high < (1278, 718)).all() and depth.min() > 1
        if not (whole and shown.any()):
            continue
        rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
        found_low = np.array((columns[0], rows[0])) / scale
        found_high = np.array((columns[-1] + 1, rows[-1] + 1)) / scale
        assert np.abs(found_low - low).max() <= tolerance + 1 / scale / 2
        assert np.abs(found_high - high).max() <= tolerance + 1 / scale / 2
        checked += 1
    assert checked >= 6


def test_the_nearest_piece_wins_everywhere():
    """Painter's order against brute force: a ray through the pixel, every piece tried."""
    rng = np.random.default_rng(3)
    wrong = tried = 0
    for mount in list(WORLD.mounts.values())[::2]:
        projection = Projection(mount.view(), 640, 360)
        ids = paint_ids(SCENE, projection, 3)
        order = painters_order("street", 7, mount.position)
        for _ in range(25):
            column, row = int(rng.integers(640)), int(rng.integers(360))
            block = ids[row * 3 : row * 3 + 3, column * 3 : column * 3 + 3]
            if (block != block[0, 0]).any():
                continue  # on an outline
            ray = projection.rays([(column + 0.5, row + 0.5)])[0]
            expected = first_hit(projection.eye, ray, order)
            shown = (int(block[0, 0]) - 1) % len(SCENE.normals) if block[0, 0] else -1
            tried += 1
            wrong += surface(shown) != surface(expected)
    assert tried > 75
    assert wrong <= tried * 0.01, (wrong, tried)


def surface(number):
    """What a piece belongs to; the leaves of a crown lie through each other."""
    if number < 0:
        return None
    side = -1 if SCENE.two_sided[number] else int(SCENE.side[number])
    return int(SCENE.solid[number]), side


def first_hit(eye, ray, order):
    best, nearest = -1, np.inf
    along = SCENE.normals[order] @ ray
    distance = (SCENE.offsets[order] - SCENE.normals[order] @ eye) / np.where(along, along, np.nan)
    for number, far in zip(order.tolist(), distance.tolist(), strict=True):
        if not NEAR_M < far < nearest + 1e-6:
            continue
        first, last = SCENE.polygons.first[number : number + 2]
        corners = SCENE.polygons.corners[first:last]
        edges = np.roll(corners, -1, axis=0) - corners
        side = np.cross(edges, eye + ray * far - corners) @ SCENE.normals[number]
        if (side >= -1e-9).all():
            best, nearest = number, min(far, nearest)
    return best


def test_distances_are_those_of_the_surface():
    view = WORLD.mounts["gate"].view()
    projection = Projection(view, 320, 180)
    ids = paint_ids(SCENE, projection, 1)
    distance = standing_distance(SCENE, projection, ids)
    rows, columns = np.nonzero(np.isfinite(distance))
    assert len(rows) > 1000
    for row, column in list(zip(rows.tolist(), columns.tolist(), strict=True))[::997]:
        ray = projection.rays([(column + 0.5, row + 0.5)])[0]
        point = projection.eye + ray * distance[row, column]
        number = int(ids[row, column]) - 1
        assert SCENE.normals[number] @ point == pytest.approx(SCENE.offsets[number], abs=1e-3)
    level = (ids > 0) & (ids <= SCENE.level_count) | (ids > len(SCENE.normals)) | (ids == 0)
    assert np.isinf(distance[level]).all()


def test_a_polygon_through_the_lens_is_cut():
    projection = Projection(View((0, 0, 0), 0, 0, 60), 640, 360)
    square = projection.to_camera([(-5, -5, -1), (5, -5, -1), (5, 50, -1), (-5, 50, -1)])
    cut = cut_to_frustum(square, projection)
    assert len(cut) >= 4
    assert cut[:, 2].min() >= NEAR_M - 1e-9
    assert (
        len(cut_to_frustum(projection.to_camera([(0, -3, 0), (1, -3, 0), (0, -3, 1)]), projection))
        == 0
    )


def test_views_from_within_and_straight_down_do_not_break():
    for view in (
        View((0, 0, 3), 10, -90, 60),
        View((0, 0, 3), 10, 90, 60),
        View((15, 15, 2), 0, 0, 100),
        View((20, -4.5, 0.6), 90, 0, 2.0),
    ):
        ids = paint_ids(SCENE, Projection(view, 320, 180), 1)
        assert ids.shape == (180, 320)


def test_ground_heights():
    ground = Ground(((0.0, 0.0, 10.0, 10.0, 0.12),), ramp=0.2)
    assert [ground.height(x, 5.0) for x in (-1.0, 0.1, 5.0)] == pytest.approx([0.0, 0.06, 0.12])
