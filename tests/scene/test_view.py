import math

import cv2
import numpy as np
import pytest

from simulator.scene.view import Projection, View, focal_to_hfov


def test_the_axis_meets_the_middle_of_the_picture():
    projection = Projection(View((1.0, 2.0, 3.0), 90.0, 0.0, 60.0), 640, 360)
    pixels, depth = projection.project([(11.0, 2.0, 3.0)])
    assert pixels[0] == pytest.approx((320.0, 180.0))
    assert depth[0] == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("point", "side"),
    [((1, 10, 0), "right"), ((-1, 10, 0), "left"), ((0, 10, 1), "up"), ((0, 10, -1), "down")],
)
def test_signs_looking_north(point, side):
    (x, y), _ = (a[0] for a in Projection(View((0, 0, 0), 0, 0, 60), 640, 360).project([point]))
    assert {"right": x > 321, "left": x < 319, "up": y < 179, "down": y > 181}[side]


def test_panning_right_moves_things_left_and_tilting_up_moves_things_down():
    def where(pan, tilt):
        return Projection(View((0, 0, 0), pan, tilt, 60), 640, 360).project([(0, 10, 0)])[0][0]

    assert where(5, 0)[0] < 320
    assert where(0, 5)[1] > 180


def test_half_the_field_of_view_is_the_edge_of_the_picture():
    half = math.radians(35.0)
    projection = Projection(View((0, 0, 0), 0, 0, 70.0), 800, 450)
    assert projection.project([(math.sin(half), math.cos(half), 0)])[0][0] == pytest.approx(
        (800, 225)
    )


def test_it_agrees_with_opencvs_pinhole():
    view = View((3.0, -8.0, 5.5), 37.0, -21.0, 55.0, roll_deg=4.0)
    projection = Projection(view, 1280, 720)
    forward = projection.axes[2] * 20
    points = view.position + forward + np.random.default_rng(1).uniform(-6, 6, (50, 3))
    camera = np.array(
        [[projection.focal_px, 0, 640], [0, projection.focal_px, 360], [0, 0, 1]], np.float64
    )
    expected, _ = cv2.projectPoints(
        points, cv2.Rodrigues(projection.axes)[0], -projection.axes @ view.position, camera, None
    )
    assert projection.project(points)[0] == pytest.approx(expected[:, 0], abs=1e-6)


def test_rays_are_the_way_back():
    projection = Projection(View((3, 1, 5), 200, -30, 80, 10), 640, 480)
    pixels = np.array([(0, 0), (640, 480), (123.4, 56.7)])
    points = projection.eye + projection.rays(pixels) * 17.0
    assert projection.project(points)[0] == pytest.approx(pixels)


def test_points_behind_the_lens_have_no_pixel():
    pixels, depth = Projection(View((0, 0, 0), 0, 0, 60), 640, 360).project([(0, -5, 0), (0, 5, 0)])
    assert np.isnan(pixels[0]).all()
    assert depth[0] < 0 < depth[1]


def test_roll_turns_the_camera_clockwise_so_the_picture_goes_the_other_way():
    pixels, _ = Projection(View((0, 0, 0), 0, 0, 60, 90), 640, 360).project([(0, 10, 1)])
    assert pixels[0, 0] < 320
    assert pixels[0, 1] == pytest.approx(180)


def test_focal_length():
    assert focal_to_hfov(4.8, 9.6) == pytest.approx(90.0)
