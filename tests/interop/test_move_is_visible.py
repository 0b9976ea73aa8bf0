"""What PTZ status says is what the decoded picture shows: a pinhole turned by so many degrees.

The prediction is made here from the reported angles and the lens alone; the measurement by OpenCV's
features and a homography between two pictures that FFmpeg decoded while the camera was at rest.
"""

import math

import cv2
import numpy as np
import player
import pytest
from running import farm_process
from soap_client import Soap, find

from simulator.config.catalog import camera_model

SPACES = "http://www.onvif.org/ver10/tptz/"
DEGREES = f"{SPACES}PanTiltSpaces/SphericalPositionSpaceDegrees"
MILLIMETRES = f"{SPACES}ZoomSpaces/PositionSpaceMillimeter"
DEGREES_PER_S = f"{SPACES}PanTiltSpaces/VelocitySpaceDegrees"
MILLIMETRES_PER_S = f"{SPACES}ZoomSpaces/VelocitySpaceMillimeter"

TOLERANCE = 0.005
"""Of the field of view; a wrong lens or angle is far beyond."""

START = {"pan": 0.0, "tilt": -12.0, "focal": 4.4}


@pytest.fixture(scope="module")
def dome(tmp_path_factory):
    place = tmp_path_factory.mktemp("dome")
    with farm_process(place, "-n", 1, "--set", "live_budget=1") as farm:
        (camera,) = farm.cameras
        assert camera["model"] == "dome-ptz"
        yield Ptz(camera)


class Ptz:
    """A client that reads positions in degrees and millimetres."""

    def __init__(self, camera):
        self.camera = camera
        self.soap = Soap(camera)
        token = camera["profiles"][0]["token"]
        self.profile = f"<tptz:ProfileToken>{token}</tptz:ProfileToken>"
        node = self.ask("<tptz:GetNodes/>")
        self.pan = self.range(node, "AbsolutePanTiltPositionSpace", DEGREES, "XRange")
        self.tilt = self.range(node, "AbsolutePanTiltPositionSpace", DEGREES, "YRange")
        self.focal = self.range(node, "AbsoluteZoomPositionSpace", MILLIMETRES, "XRange")

    def ask(self, body):
        return self.soap.ask(body, "/onvif/ptz_service")

    @staticmethod
    def range(node, kind, uri, axis):
        path = f".//tt:{kind}[tt:URI='{uri}']/tt:{axis}"
        return tuple(float(find(node, f"{path}/tt:{end}").text) for end in ("Min", "Max"))

    def status(self):
        """Return pan and tilt in degrees and the focal length, and whether anything moves."""
        answer = self.ask(f"<tptz:GetStatus>{self.profile}</tptz:GetStatus>")
        pan_tilt = find(answer, ".//tt:Position/tt:PanTilt")
        zoom = find(answer, ".//tt:Position/tt:Zoom")
        states = [node.text for node in find(answer, ".//tt:MoveStatus")]
        assert pan_tilt.get("space").endswith("PositionGenericSpace")
        return {
            "pan": scaled(float(pan_tilt.get("x")), (-1, 1), self.pan),
            "tilt": scaled(float(pan_tilt.get("y")), (-1, 1), self.tilt),
            "focal": scaled(float(zoom.get("x")), (0, 1), self.focal),
        }, "MOVING" in states

    def absolute(self, pan, tilt, focal):
        self.ask(
            f"<tptz:AbsoluteMove>{self.profile}<tptz:Position>"
            f'<tt:PanTilt x="{pan}" y="{tilt}" space="{DEGREES}"/>'
            f'<tt:Zoom x="{focal}" space="{MILLIMETRES}"/>'
            "</tptz:Position></tptz:AbsoluteMove>"
        )

    def continuous(self, pan=0.0, tilt=0.0, zoom=0.0, seconds=1.0):
        self.ask(
            f"<tptz:ContinuousMove>{self.profile}<tptz:Velocity>"
            f'<tt:PanTilt x="{pan}" y="{tilt}" space="{DEGREES_PER_S}"/>'
            f'<tt:Zoom x="{zoom}" space="{MILLIMETRES_PER_S}"/>'
            f"</tptz:Velocity><tptz:Timeout>PT{seconds}S</tptz:Timeout></tptz:ContinuousMove>"
        )

    def at_rest(self):
        """Return where the camera came to rest, and a gray picture of it."""
        while True:
            pose, moving = self.status()
            if not moving:
                break
        # The first frames after a move may still show a draft of the view.
        clip = player.play(self.camera, self.camera["profiles"][0], 20)
        assert self.status() == (pose, False)
        return pose, clip.frame.to_ndarray(format="gray")


def scaled(value, source, target):
    share = (value - source[0]) / (source[1] - source[0])
    return target[0] + share * (target[1] - target[0])


def focal_px(pose, width):
    sensor_mm = camera_model("dome-ptz").lens.sensor_width_mm
    return pose["focal"] * width / sensor_mm


def rotation(pose):
    """Return rows right, down and forward of the camera; x east, y north, z up."""
    pan, tilt = math.radians(pose["pan"]), math.radians(pose["tilt"])
    forward = (math.sin(pan) * math.cos(tilt), math.cos(pan) * math.cos(tilt), math.sin(tilt))
    right = (math.cos(pan), -math.sin(pan), 0.0)
    return np.array([right, np.cross(forward, right), forward])


def predicted(before, after, width, height):
    """Return the homography that a pinhole makes when it turns and zooms."""

    def camera(pose):
        f = focal_px(pose, width)
        return np.array([[f, 0, width / 2], [0, f, height / 2], [0, 0, 1]])

    turn = rotation(after) @ rotation(before).T
    return camera(after) @ turn @ np.linalg.inv(camera(before))


def measured(before, after):
    """Return the homography between two pictures, by features that most of them agree on."""
    sift = cv2.SIFT_create(4000)
    (points, words), (other_points, other_words) = (
        sift.detectAndCompute(picture, None) for picture in (before, after)
    )
    pairs = cv2.BFMatcher().knnMatch(words, other_words, k=2)
    good = [first for first, second in pairs if first.distance < 0.7 * second.distance]
    source = np.float32([points[match.queryIdx].pt for match in good]) + 0.5
    target = np.float32([other_points[match.trainIdx].pt for match in good]) + 0.5
    homography, inliers = cv2.findHomography(source, target, cv2.RANSAC, 2.0)
    assert inliers.sum() >= 40, f"{inliers.sum()} of {len(good)} features agree"
    return homography, source[inliers.ravel() == 1]


def shown(homography, points):
    return cv2.perspectiveTransform(points[None], homography)[0]


def check(before, after):
    """Compare where features went with where they had to go; return their mean shift."""
    (pose, picture), (other_pose, other_picture) = before, after
    height, width = picture.shape
    found, points = measured(picture, other_picture)
    expected = predicted(pose, other_pose, width, height)
    error = np.abs(shown(found, points) - shown(expected, points)).max(axis=0)
    assert error[0] < TOLERANCE * width, (error, pose, other_pose)
    assert error[1] < TOLERANCE * height, (error, pose, other_pose)
    return (shown(found, points) - points).mean(axis=0)


@pytest.fixture
def start(dome):
    dome.absolute(**START)
    return dome.at_rest()


@pytest.mark.parametrize("axis", ["pan", "tilt"])
def test_a_continuous_move_shifts_the_picture_as_far_as_status_says(dome, start, axis):
    velocity = {"pan": (10.0, 0.0), "tilt": (0.0, 5.0)}[axis]
    dome.continuous(*velocity, seconds=1.0)
    there = dome.at_rest()
    way = there[0][axis] - start[0][axis]
    assert way == pytest.approx(max(velocity), rel=0.1), "not as far as velocity and time make it"
    shift = check(start, there)
    # To the right the scene goes left; upwards it goes down.
    assert shift[0] < -100 if axis == "pan" else shift[1] > 50


def test_an_absolute_move_in_degrees_turns_both_axes_that_far(dome, start):
    dome.absolute(pan=-9.0, tilt=-8.0, focal=4.4)
    there = dome.at_rest()
    assert there[0] == pytest.approx({"pan": -9.0, "tilt": -8.0, "focal": 4.4}, abs=0.01)
    shift = check(start, there)
    assert shift[0] > 100
    assert shift[1] > 40


def test_zoom_scales_the_picture_about_its_centre(dome, start):
    dome.continuous(zoom=3.0, seconds=1.0)
    there = dome.at_rest()
    ratio = there[0]["focal"] / start[0]["focal"]
    assert ratio == pytest.approx(1 + 3.0 / 4.4, rel=0.15)
    check(start, there)
    found, _ = measured(start[1], there[1])
    height, width = start[1].shape
    corners = np.float32([[width / 4, height / 4], [width * 3 / 4, height * 3 / 4]])
    sides = np.diff(shown(found, corners), axis=0) / np.diff(corners, axis=0)
    assert sides == pytest.approx(np.full((1, 2), ratio), rel=TOLERANCE)
