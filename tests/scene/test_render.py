"""Whether the truth about actors is the truth about pixels."""

import subprocess
import sys

import attrs
import cv2
import numpy as np
import pytest

from simulator.later import InlineWorkers, Later
from simulator.scene.bake import Backgrounds, Bake
from simulator.scene.facets import scenery
from simulator.scene.figures import figure
from simulator.scene.meshes import mesh_of
from simulator.scene.overlay import Overlay
from simulator.scene.raster import paint_ids
from simulator.scene.render import Renderer
from simulator.scene.view import Projection, View
from simulator.scene.world import load_world

WORLD = load_world("street", 7)
WIDTH, HEIGHT = 640, 360


class NoWorkers(InlineWorkers):
    """A worker pool that never delivers: every background stays a draft."""

    def process(self, call, *args):
        return Later()


class Blank:
    """A background of nothing."""

    final = True

    def __init__(self, width, height, distance=np.inf):
        self.i420 = np.full((height * 3 // 2, width), 128, np.uint8)
        self.distance = np.full((height, width), distance, np.float32)

    def distance_in(self, left, top, right, bottom):
        return self.distance[top:bottom, left:right]

    def sunlit_in(self, left, top, right, bottom):
        return np.zeros((bottom - top, right - left), np.uint8)


class OnBlank:
    """Backgrounds that are always the same one."""

    def __init__(self, background):
        self.background = background

    def get(self, world, view, width, height):
        return self.background


def alone(actor):
    """A world in which nobody but one moves."""
    walk = next(walk for walk in WORLD.walks if walk.id == actor.id)
    return attrs.evolve(WORLD, walks=(walk,))


def plain(world, background):
    return Renderer(world, OnBlank(background), grain=False, shadows=False)


def poses(count, seed):
    """Random cameras, each near some actor and looking at it."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        t = float(rng.uniform(0, WORLD.period_s))
        actors = WORLD.actors_at(t)
        actor = actors[int(rng.integers(len(actors)))]
        way = rng.uniform(6, 40)
        around, up = rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.9)
        offset = np.array((np.cos(around) * np.cos(up), np.sin(around) * np.cos(up), np.sin(up)))
        middle = np.add(actor.position, (0, 0, actor.size[2] / 2))
        eye = middle + offset * way
        pan = np.degrees(np.arctan2(-offset[0], -offset[1])) + rng.uniform(-8, 8)
        tilt = -np.degrees(up) + rng.uniform(-4, 4)
        yield (
            t,
            actor,
            View(tuple(eye.tolist()), float(pan), float(tilt), float(rng.uniform(25, 70))),
        )


def drawn_extent(world, background, view, t):
    """The extent of changed pixels, found without the renderer's bookkeeping."""
    picture = plain(world, background).render(view, WIDTH, HEIGHT, t)
    before = background.i420.astype(int)
    changed = np.abs(picture.i420.astype(int) - before)
    luma = changed[:HEIGHT] > 0
    return picture, luma


def test_boxes_hold_every_changed_pixel_and_meet_the_projected_mesh():
    checked, worst = 0, 0.0
    background = Blank(WIDTH, HEIGHT)
    for t, actor, view in poses(120, 5):
        picture, luma = drawn_extent(alone(actor), background, view, t)
        if not picture.objects:
            continue
        (seen,) = picture.objects
        left, top, right, bottom = seen.box
        assert not luma[:top].any() and not luma[bottom:].any()
        assert not luma[:, :left].any() and not luma[:, right:].any()
        pixels, depth = judge(view, mesh_of(actor).vertices)
        if depth.min() < 0.3 or (pixels < 1).any() or (pixels > (WIDTH - 1, HEIGHT - 1)).any():
            continue
        low, high = pixels.min(axis=0), pixels.max(axis=0)
        edges = np.abs(np.array(seen.box) - (*low, *high))
        worst = max(worst, edges.max())
        assert edges.max() <= 1.0, (actor.id, seen.box, low, high)
        checked += 1
    assert checked > 80, checked


def judge(view, points):
    pan, tilt = np.radians((view.pan_deg, view.tilt_deg))
    ahead = np.array((np.sin(pan) * np.cos(tilt), np.cos(pan) * np.cos(tilt), np.sin(tilt)))
    right = np.array((np.cos(pan), -np.sin(pan), 0.0))
    axes = np.stack((right, np.cross(ahead, right), ahead))
    focal = WIDTH / 2 / np.tan(np.radians(view.hfov_deg) / 2)
    camera = np.array(((focal, 0, WIDTH / 2), (0, focal, HEIGHT / 2), (0, 0, 1)))
    shift = -axes @ np.array(view.position)
    pixels, _ = cv2.projectPoints(points, cv2.Rodrigues(axes)[0], shift, camera, None)
    return pixels[:, 0], (points - view.position) @ ahead


def test_the_box_is_tight():
    """On a background that no actor looks like, the outermost drawn pixels have changed."""
    loose = 0
    for t, actor, view in poses(40, 6):
        bright = Blank(WIDTH, HEIGHT)
        bright.i420[:] = 255
        picture, luma = drawn_extent(alone(actor), bright, view, t)
        if not picture.objects:
            continue
        rows, columns = np.flatnonzero(luma.any(axis=1)), np.flatnonzero(luma.any(axis=0))
        found = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
        loose += found != picture.objects[0].box
    assert loose == 0


def test_what_stands_before_an_actor_takes_its_pixels_from_the_box():
    """Against brute force: the mesh's distance in every pixel compared with the background's."""
    checked = 0
    for t, actor, view in poses(60, 8):
        background = Blank(WIDTH, HEIGHT)
        projection = Projection(view, WIDTH, HEIGHT)
        free = figure(projection, actor, 1.0, WORLD.sun, background)
        if free is None or free.outline < 400:
            continue
        far = float(np.linalg.norm(np.array(actor.position) - projection.eye))
        background.distance[:, : WIDTH // 2] = far - 0.1  # a wall through the middle of the actor
        hidden = figure(projection, actor, 1.0, WORLD.sun, background)
        expected = free.tile[..., 3] > 0
        mesh_distance = brute_distance(projection, actor)[free.rect.rows, free.rect.columns]
        wall = background.distance[free.rect.rows, free.rect.columns]
        sure = np.isfinite(mesh_distance)
        sure &= ~np.isclose(mesh_distance, wall, rtol=0, atol=0.05)
        expected = expected & ~(wall < mesh_distance)
        found = hidden.tile[..., 3] > 0
        differing = (expected != found) & sure
        assert differing.sum() <= 0.01 * free.outline + 3, (actor.id, t)
        checked += 1
    assert checked > 20


def brute_distance(projection, actor):
    """The distance to the nearest face in every pixel, by plane and point-in-polygon."""
    mesh = mesh_of(actor)
    best = np.full((HEIGHT, WIDTH), np.inf)
    pixels = projection.project(mesh.vertices)[0]
    for face, normal in zip(mesh.polygons(), mesh.normals, strict=True):
        corner = mesh.vertices[face[0]]
        if (corner - projection.eye) @ normal >= 0:
            continue
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        fixed = np.rint((pixels[face] - 0.5) * 16).astype(np.int32)
        cv2.fillConvexPoly(mask, fixed, 1, cv2.LINE_8, 4)
        rows, columns = np.nonzero(mask)
        rays = projection.rays(np.column_stack((columns, rows)) + 0.5)
        distance = ((corner - projection.eye) @ normal) / np.minimum(rays @ normal, -1e-6)
        best[rows, columns] = np.minimum(best[rows, columns], distance)
    return best


def test_an_actor_behind_everything_is_not_reported():
    t, actor, view = next(poses(1, 9))
    assert (
        plain(alone(actor), Blank(WIDTH, HEIGHT, 0.5)).render(view, WIDTH, HEIGHT, t).objects == ()
    )


def test_actors_hide_each_other():
    """Two people on the same ray: the far one's box is what the near one leaves of it."""
    view = View((0.0, -20.0, 3.0), 0.0, -6.0, 30.0)
    near = attrs.evolve(WORLD.walks[8], start_s=0.0)
    person = near.at(1.0, 20.0, WORLD.ground)
    background = Blank(WIDTH, HEIGHT)
    people = [
        attrs.evolve(person, id=1, position=(0.0, 0.0, 0.0)),
        attrs.evolve(person, id=2, position=(0.1, -4.0, 0.0)),
    ]

    class Two:
        """A world of two."""

        def __getattr__(self, name):
            return getattr(WORLD, name)

        def actors_at(self, t):
            return tuple(people)

    both = plain(Two(), background).render(view, WIDTH, HEIGHT, 0.0)
    assert [seen.id for seen in both.objects] == [2, 1]
    assert both.objects[0].visible == 1.0
    assert both.objects[1].visible < 0.7
    people.reverse()
    again = plain(Two(), background).render(view, WIDTH, HEIGHT, 0.0)
    assert again.objects == both.objects
    assert (again.i420 == both.i420).all()
    del people[0 if people[0].id == 2 else 1]
    one = plain(Two(), background).render(view, WIDTH, HEIGHT, 0.0)
    projection = Projection(view, WIDTH, HEIGHT)
    cover = np.zeros((HEIGHT, WIDTH), bool)
    front = attrs.evolve(person, id=2, position=(0.1, -4.0, 0.0))
    tile = figure(projection, front, 0.0, WORLD.sun, background)
    cover[tile.rect.rows, tile.rect.columns] = tile.tile[..., 3] > 0
    back = figure(projection, people[0], 0.0, WORLD.sun, background)
    own = np.zeros((HEIGHT, WIDTH), bool)
    own[back.rect.rows, back.rect.columns] = back.tile[..., 3] > 0
    assert one.objects[0].visible == 1.0
    left = own & ~cover
    rows, columns = np.flatnonzero(left.any(axis=1)), np.flatnonzero(left.any(axis=0))
    assert both.objects[1].box == (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    assert both.objects[1].visible == pytest.approx(left.sum() / own.sum())


@pytest.fixture(scope="module")
def backgrounds(tmp_path_factory):
    return Backgrounds(InlineWorkers(), tmp_path_factory.mktemp("bakes"))


def test_a_world_looks_the_same_every_period(backgrounds):
    renderer = Renderer(WORLD, backgrounds)
    view = WORLD.mounts["gate"].view()
    overlay = Overlay("gate", "2026-11-22 10:00:00")
    first = renderer.render(view, 320, 180, 3.2, overlay)
    second = renderer.render(view, 320, 180, 3.2 + 3 * WORLD.period_s, overlay)
    assert first.final
    assert (first.i420 == second.i420).all()
    assert first.objects == second.objects
    assert (first.i420 != renderer.render(view, 320, 180, 3.3, overlay).i420).any()


def test_two_processes_render_the_same_bytes():
    code = """
import hashlib
from simulator.later import InlineWorkers
from simulator.scene.bake import Backgrounds
from simulator.scene.overlay import Overlay
from simulator.scene.raster import paint_ids
from simulator.scene.render import Renderer
from simulator.scene.world import load_world
world = load_world("street", 7)
renderer = Renderer(world, Backgrounds(InlineWorkers()))
view = world.mounts["crossing"].view()
for t in (0.0, 4.5):
    picture = renderer.render(view, 192, 108, t, Overlay("a", "b"))
    print(hashlib.sha256(picture.i420.tobytes()).hexdigest(), picture.objects)
"""
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout
    assert "person" in runs[0].stdout


def test_a_bake_and_a_draft_show_the_same_outlines(backgrounds):
    view = WORLD.mounts["gate"].view()
    baked = backgrounds.prepare(WORLD, view, 640, 360)
    found = []
    baked.then(lambda made, error: found.append(made))
    sketch = Backgrounds(NoWorkers()).get(WORLD, view, 640, 360)
    made = found[0]
    assert isinstance(made, Bake) and made.final and not sketch.final
    crown = np.zeros((360, 640), bool)  # a draft leaves out most leaves, but nothing else of size
    scene = scenery("street", 7)
    for ids in (paint_ids(scene, Projection(view, 640, 360), 3)[1::3, 1::3], sketch.ids):
        crown |= np.append(scene.two_sided, False)[(ids.astype(int) - 1) % len(scene.normals)]
    exact, quick = (np.minimum(b.distance_in(0, 0, 640, 360), 1e6) for b in (made, sketch))
    around = np.ones((3, 3), np.uint8)  # an outline may be a pixel farther out
    low, high = cv2.erode(exact, around) - 0.05, cv2.dilate(exact, around) + 0.05
    assert crown.mean() < 0.15
    assert ((quick >= low) & (quick <= high))[~crown].mean() > 0.998
    luma = [picture.i420[:360].astype(float) for picture in (made, sketch)]
    assert np.corrcoef(luma[0].reshape(-1), luma[1].reshape(-1))[0, 1] > 0.85


def test_a_landmark_of_the_baked_picture_is_within_half_a_pixel(backgrounds):
    """Corners of zebra stripes, refined on the luma plane, against the pinhole."""
    view = WORLD.mounts["crossing"].view()
    found = []
    backgrounds.prepare(WORLD, view, 1280, 720).then(lambda made, error: found.append(made))
    luma = found[0].i420[:720]
    stripes = [
        patch.corners
        for patch in WORLD.ground_patches
        if patch.material == "marking" and patch.corners[:, 0].min() == -3.0
    ]
    points = np.concatenate(stripes)
    projection = Projection(view, 1280, 720)
    expected, _ = projection.project(points)
    inside = ((expected > 20) & (expected < (1260, 700))).all(axis=1)
    expected = expected[inside]
    corners = (expected - 0.5).astype(np.float32).reshape(-1, 1, 2)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 0.005)
    refined = (
        cv2.cornerSubPix(luma, corners.copy(), (5, 5), (-1, -1), criteria).reshape(-1, 2) + 0.5
    )
    error = np.linalg.norm(refined - expected, axis=1)
    assert len(error) >= 20
    assert np.median(error) < 0.5


def test_bakes_are_kept_on_disk_and_in_bounds(tmp_path):
    view = WORLD.mounts["gate"].view()
    calls = []

    class Counting(InlineWorkers):
        """Counts bakes."""

        def process(self, call, *args):
            calls.append(args)
            return super().process(call, *args)

    Backgrounds(Counting(), tmp_path).get(WORLD, view, 64, 36)
    again = Backgrounds(Counting(), tmp_path).get(WORLD, view, 64, 36)
    assert len(calls) == 1 and again.final
    for path in tmp_path.iterdir():
        path.write_bytes(b"damaged")
    Backgrounds(Counting(), tmp_path).get(WORLD, view, 64, 36)
    assert len(calls) == 2
    small = Backgrounds(Counting(), tmp_path, memory_octets=1, disk_octets=1)
    small.get(WORLD, attrs.evolve(view, pan_deg=1.0), 64, 36)
    assert list(tmp_path.iterdir()) == []


def test_a_turning_camera_asks_for_no_bakes_and_a_resting_one_for_one():
    asked = []

    class Recording(NoWorkers):
        """Notes what it is asked."""

        def process(self, call, *args):
            asked.append(args)
            return super().process(call, *args)

    class Pool:
        """Workers that are not inline."""

        def __init__(self):
            self._inner = Recording()

        def process(self, call, *args):
            return self._inner.process(call, *args)

    keeper = Backgrounds(Pool())
    view = WORLD.mounts["gate"].view()
    for pan in range(5):
        assert not keeper.get(WORLD, attrs.evolve(view, pan_deg=pan), 160, 90).final
    assert asked == []
    for _ in range(3):
        keeper.get(WORLD, view, 160, 90)
    assert len(asked) == 1


def test_the_overlay_is_white_with_a_dark_edge():
    background = Blank(640, 360)
    renderer = plain(attrs.evolve(WORLD, walks=()), background)
    picture = renderer.render(WORLD.mounts["gate"].view(), 640, 360, 0.0, Overlay("gate", "12:00"))
    luma = picture.i420[:360]
    for part in (luma[:40, :200], luma[320:, :200]):
        assert part.max() > 200 and part.min() < 60
    assert (luma[60:300] == 128).all()


def test_grain_is_light_and_changes_with_time():
    background = Blank(640, 360)
    renderer = Renderer(attrs.evolve(WORLD, walks=()), OnBlank(background))
    view = WORLD.mounts["gate"].view()
    first, second = (renderer.render(view, 640, 360, t).i420[:360].astype(float) for t in (0, 1))
    assert 0.5 < first.std() < 2.0
    assert abs(first.mean() - 128) < 0.1
    assert (first != second).mean() > 0.3
