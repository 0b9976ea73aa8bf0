"""Where a camera looks, and the pinhole that maps the world into its picture.

Axes of the world: metres, x east, y north, z up. Pan is clockwise from north seen from above, tilt
is positive upwards (the signs of the spherical PTZ space, ONVIF PTZ Service Specification 5.7).
"""

import copy
import functools
import math

import attrs
import numpy as np
import numpy.typing as npt

Point = tuple[float, float, float]
Floats = npt.NDArray[np.float64]

NEAR_M = 0.2
"""Nothing closer to the lens than this many metres is drawn."""


def focal_to_hfov(focal_mm: float, sensor_width_mm: float) -> float:
    """Return the horizontal field of view in degrees; both lengths in millimetres, above zero."""
    return math.degrees(2.0 * math.atan(sensor_width_mm / (2.0 * focal_mm)))


@attrs.frozen
class View:
    """A lens at a place: hashable, so that pictures can be kept by view.

    Attributes:
        position: of the lens, metres.
        pan_deg: clockwise from north.
        tilt_deg: above the horizon; -90 is straight down.
        hfov_deg: horizontal field of view, above 0 and below 180.
        roll_deg: the camera turned clockwise about its own axis.
    """

    position: Point
    pan_deg: float
    tilt_deg: float
    hfov_deg: float
    roll_deg: float = 0.0


class Projection:
    """The exact pinhole of one view on one picture size, with square pixels.

    Pixel coordinates are continuous: the picture spans (0, 0) to (width, height), the centre of its
    first pixel is (0.5, 0.5), and the optical axis meets (width / 2, height / 2).

    Attributes:
        eye: the lens, metres.
        axes: rows right, down, forward of the camera, as unit vectors of the world.
        centre: the middle of the picture, pixels.
        focal_px: the focal length in pixels.
    """

    def __init__(self, view: View, width: int, height: int) -> None:
        self.view = view
        self.width = width
        self.height = height
        self.eye: Floats = np.array(view.position, np.float64)
        self.axes: Floats = _camera_axes(view)
        self.centre: Floats = np.array((width / 2.0, height / 2.0), np.float64)
        self.focal_px = width / (2.0 * math.tan(math.radians(view.hfov_deg) / 2.0))

    def to_camera(self, points: npt.ArrayLike) -> Floats:
        """Return world points (N x 3) in the camera's own axes: right, down, forward; metres."""
        return (np.asarray(points, np.float64) - self.eye) @ self.axes.T

    def to_pixels(self, camera_points: Floats) -> Floats:
        """Return pixel coordinates (N x 2) of points in camera axes, all in front of the lens."""
        scaled = camera_points[..., :2] * (self.focal_px / camera_points[..., 2:])
        return scaled + self.centre

    def project(self, points: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Project world points (N x 3).

        Returns:
            Pixel coordinates (N x 2) and depth along the optical axis in metres (N). Where the
            depth is not above zero the point is behind the lens and its pixel is NaN.
        """
        camera_points = self.to_camera(points)
        depth = camera_points[..., 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            pixels = self.to_pixels(camera_points)
        pixels[depth <= 0.0] = np.nan
        return pixels, depth

    def turned(self, position: Point, heading_deg: float) -> "Projection":
        """Return the same camera in the axes of something at ``position`` that faces a heading.

        Its axes are x forward, y left, z up; so a mesh is projected without being placed first.
        """
        angle = math.radians(90.0 - heading_deg)
        cos, sin = math.cos(angle), math.sin(angle)
        turn = np.array(((cos, sin, 0.0), (-sin, cos, 0.0), (0.0, 0.0, 1.0)))
        other = copy.copy(self)
        other.eye = turn @ (self.eye - position)
        other.axes = self.axes @ turn.T
        return other

    def rays(self, pixels: npt.ArrayLike) -> Floats:
        """Return the world direction (N x 3, unit length) through each pixel coordinate (N x 2)."""
        offsets = (
            np.asarray(pixels, np.float64) - (self.width / 2.0, self.height / 2.0)
        ) / self.focal_px
        directions = offsets @ self.axes[:2] + self.axes[2]
        lengths = np.linalg.norm(directions, axis=-1, keepdims=True)
        return np.asarray(directions / lengths, np.float64)


@functools.lru_cache(maxsize=1024)
def _camera_axes(view: View) -> Floats:
    pan, tilt, roll = map(math.radians, (view.pan_deg, view.tilt_deg, view.roll_deg))
    forward = np.array(
        (math.sin(pan) * math.cos(tilt), math.cos(pan) * math.cos(tilt), math.sin(tilt)), np.float64
    )
    level_right = np.array((math.cos(pan), -math.sin(pan), 0.0), np.float64)
    level_down = np.cross(forward, level_right)
    right = level_right * math.cos(roll) + level_down * math.sin(roll)
    axes = np.stack((right, np.cross(forward, right), forward))
    axes.flags.writeable = False
    return axes
