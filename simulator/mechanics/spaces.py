"""PTZ coordinate spaces (ONVIF PTZ Service Specification 5.7): URIs, ranges and conversions.

Only here do the generic -1..1 coordinates exist; the mechanics know degrees and millimetres.
"""

import math
from collections.abc import Mapping
from typing import Any

import attrs

from simulator.config.catalog import PtzSpec
from simulator.errors import sender
from simulator.mechanics.ptz import PtzPose

PAN_TILT = "http://www.onvif.org/ver10/tptz/PanTiltSpaces/"
ZOOM = "http://www.onvif.org/ver10/tptz/ZoomSpaces/"

POSITION_GENERIC = PAN_TILT + "PositionGenericSpace"
POSITION_DEGREES = PAN_TILT + "SphericalPositionSpaceDegrees"
TRANSLATION_GENERIC = PAN_TILT + "TranslationGenericSpace"
TRANSLATION_DEGREES = PAN_TILT + "SphericalTranslationSpaceDegrees"
VELOCITY_GENERIC = PAN_TILT + "VelocityGenericSpace"
VELOCITY_DEGREES = PAN_TILT + "VelocitySpaceDegrees"
SPEED_GENERIC = PAN_TILT + "GenericSpeedSpace"
SPEED_DEGREES = PAN_TILT + "SpeedSpaceDegrees"

ZOOM_POSITION_GENERIC = ZOOM + "PositionGenericSpace"
ZOOM_POSITION_MM = ZOOM + "PositionSpaceMillimeter"
ZOOM_TRANSLATION_GENERIC = ZOOM + "TranslationGenericSpace"
ZOOM_TRANSLATION_MM = ZOOM + "TranslationSpaceMillimeter"
ZOOM_VELOCITY_GENERIC = ZOOM + "VelocityGenericSpace"
ZOOM_VELOCITY_MM = ZOOM + "VelocitySpaceMillimeter"
ZOOM_SPEED_GENERIC = ZOOM + "ZoomGenericSpeedSpace"
ZOOM_SPEED_MM = ZOOM + "SpeedSpaceMillimeter"

Range = tuple[float, float]
SIGNED_UNIT: Range = (-1.0, 1.0)
UNIT: Range = (0.0, 1.0)


@attrs.frozen
class Space:
    """One space that a node supports.

    Attributes:
        uri: its name.
        x_range: of the first, or only, coordinate.
        y_range: of the second coordinate; None in one-dimensional spaces.
    """

    uri: str
    x_range: Range
    y_range: Range | None = None


@attrs.frozen
class Spaces:
    """The eight lists of ``tt:PTZSpaces`` in the schema's order, each with the default first."""

    absolute_pan_tilt: tuple[Space, ...]
    absolute_zoom: tuple[Space, ...]
    relative_pan_tilt: tuple[Space, ...]
    relative_zoom: tuple[Space, ...]
    continuous_pan_tilt: tuple[Space, ...]
    continuous_zoom: tuple[Space, ...]
    pan_tilt_speed: tuple[Space, ...]
    zoom_speed: tuple[Space, ...]


@attrs.frozen
class Move:
    """A decoded vector in degrees and millimetres (per second); a part not given is None."""

    pan: float | None = None
    tilt: float | None = None
    zoom: float | None = None


@attrs.frozen
class Speed:
    """A decoded ``tt:PTZSpeed``: degrees of the combined movement and millimetres per second."""

    pan_tilt: float | None = None
    zoom: float | None = None


def spaces_of(spec: PtzSpec) -> Spaces:
    """Return every space that a camera with these mechanics supports."""
    fastest, zoom_fastest = spec.max_speed_dps, spec.zoom_speed_mm_s
    tilt_way, zoom_way = _width(spec.tilt_deg), _width(spec.focal_mm)
    both, both_mm = (-fastest, fastest), (-zoom_fastest, zoom_fastest)
    return Spaces(
        absolute_pan_tilt=(
            Space(POSITION_GENERIC, SIGNED_UNIT, SIGNED_UNIT),
            Space(POSITION_DEGREES, spec.pan_deg, spec.tilt_deg),
        ),
        absolute_zoom=(
            Space(ZOOM_POSITION_GENERIC, UNIT),
            Space(ZOOM_POSITION_MM, spec.focal_mm),
        ),
        relative_pan_tilt=(
            Space(TRANSLATION_GENERIC, SIGNED_UNIT, SIGNED_UNIT),
            Space(TRANSLATION_DEGREES, _both_ways(_width(spec.pan_deg)), _both_ways(tilt_way)),
        ),
        relative_zoom=(
            Space(ZOOM_TRANSLATION_GENERIC, SIGNED_UNIT),
            Space(ZOOM_TRANSLATION_MM, _both_ways(zoom_way)),
        ),
        continuous_pan_tilt=(
            Space(VELOCITY_GENERIC, SIGNED_UNIT, SIGNED_UNIT),
            Space(VELOCITY_DEGREES, both, both),
        ),
        continuous_zoom=(
            Space(ZOOM_VELOCITY_GENERIC, SIGNED_UNIT),
            Space(ZOOM_VELOCITY_MM, both_mm),
        ),
        pan_tilt_speed=(Space(SPEED_GENERIC, UNIT), Space(SPEED_DEGREES, (0.0, fastest))),
        zoom_speed=(Space(ZOOM_SPEED_GENERIC, UNIT), Space(ZOOM_SPEED_MM, (0.0, zoom_fastest))),
    )


def parse_position(
    vector: Mapping[str, Any], spec: PtzSpec, pan_tilt_space: str = "", zoom_space: str = ""
) -> Move:
    """Return the target of an AbsoluteMove in degrees and millimetres.

    Args:
        vector: a decoded ``tt:PTZVector``.
        spec: the mechanics.
        pan_tilt_space: the configuration's default, where the vector names none; generic if empty.
        zoom_space: the same for zoom.

    Raises:
        Fault: ``SpaceNotSupported``, or ``InvalidPosition`` for a target out of range.
    """
    spaces, fault = spaces_of(spec), "InvalidPosition"
    pan, tilt = _pan_tilt(vector, spaces.absolute_pan_tilt, pan_tilt_space, fault)
    zoom = _zoom(vector, spaces.absolute_zoom, zoom_space, fault)
    return Move(
        _rescale(pan, spec.pan_deg),
        _rescale(tilt, spec.tilt_deg),
        _rescale(zoom, spec.focal_mm),
    )


def parse_translation(
    vector: Mapping[str, Any], spec: PtzSpec, pan_tilt_space: str = "", zoom_space: str = ""
) -> Move:
    """Return the way of a RelativeMove in degrees and millimetres; see ``parse_position``.

    In the generic spaces 1 is the whole mechanical range.

    Raises:
        Fault: ``SpaceNotSupported``, or ``InvalidTranslation`` for a way out of the space's range.
    """
    spaces, fault = spaces_of(spec), "InvalidTranslation"
    pan, tilt = _pan_tilt(vector, spaces.relative_pan_tilt, pan_tilt_space, fault)
    zoom = _zoom(vector, spaces.relative_zoom, zoom_space, fault)
    return Move(*map(_stretch, (pan, tilt, zoom), map(_width, _ranges(spec))))


def parse_velocity(
    vector: Mapping[str, Any], spec: PtzSpec, pan_tilt_space: str = "", zoom_space: str = ""
) -> Move:
    """Return the velocity of a ContinuousMove in degrees and millimetres per second.

    Raises:
        Fault: ``SpaceNotSupported``, or ``InvalidVelocity`` for one faster than the motors.
    """
    spaces, fault = spaces_of(spec), "InvalidVelocity"
    pan, tilt = _pan_tilt(vector, spaces.continuous_pan_tilt, pan_tilt_space, fault)
    zoom = _zoom(vector, spaces.continuous_zoom, zoom_space, fault)
    fastest = (spec.max_speed_dps, spec.max_speed_dps, spec.zoom_speed_mm_s)
    return Move(*map(_stretch, (pan, tilt, zoom), fastest))


def parse_speed(vector: Mapping[str, Any] | None, spec: PtzSpec) -> Speed:
    """Return a ``tt:PTZSpeed`` in degrees and millimetres per second.

    The pan and tilt speed is one number although the schema gives it two; the larger one counts.

    Raises:
        Fault: ``SpaceNotSupported`` or ``InvalidSpeed``.
    """
    spaces, fault = spaces_of(spec), "InvalidSpeed"
    x, y = _pan_tilt(vector or {}, spaces.pan_tilt_speed, "", fault)
    zoom = _zoom(vector or {}, spaces.zoom_speed, "", fault)
    fastest, zoom_fastest = spec.max_speed_dps, spec.zoom_speed_mm_s
    parts = [part for part in (_stretch(x, fastest), _stretch(y, fastest)) if part is not None]
    return Speed(max(parts, default=None), _stretch(zoom, zoom_fastest))


def position_vector(
    pose: PtzPose,
    spec: PtzSpec,
    pan_tilt_space: str = POSITION_GENERIC,
    zoom_space: str = ZOOM_POSITION_GENERIC,
) -> dict[str, Any]:
    """Return a pose as ``tt:PTZVector`` in the given absolute spaces."""
    pan, tilt, zoom = pose.pan_deg, pose.tilt_deg, pose.focal_mm
    if pan_tilt_space == POSITION_GENERIC:
        pan, tilt = _normalise(pan, spec.pan_deg, -1.0), _normalise(tilt, spec.tilt_deg, -1.0)
    if zoom_space == ZOOM_POSITION_GENERIC:
        zoom = _normalise(zoom, spec.focal_mm, 0.0)
    return {
        "PanTilt": {"@x": pan, "@y": tilt, "@space": pan_tilt_space},
        "Zoom": {"@x": zoom, "@space": zoom_space},
    }


class _Coordinate(float):
    """A coordinate that remembers whether its space is a generic one, and its lower end."""

    generic: bool
    low: float


def _pan_tilt(
    vector: Mapping[str, Any], spaces: tuple[Space, ...], default: str, fault: str
) -> tuple[_Coordinate | None, _Coordinate | None]:
    given = vector.get("PanTilt")
    if given is None:
        return None, None
    space = _space(given, spaces, default)
    y_range = space.y_range or space.x_range
    return (
        _coordinate(given["@x"], space, space.x_range, "PanTilt/@x", fault),
        _coordinate(given["@y"], space, y_range, "PanTilt/@y", fault),
    )


def _zoom(
    vector: Mapping[str, Any], spaces: tuple[Space, ...], default: str, fault: str
) -> _Coordinate | None:
    given = vector.get("Zoom")
    if given is None:
        return None
    space = _space(given, spaces, default)
    return _coordinate(given["@x"], space, space.x_range, "Zoom/@x", fault)


def _space(given: Mapping[str, Any], spaces: tuple[Space, ...], default: str) -> Space:
    uri = given.get("@space") or default or spaces[0].uri
    for space in spaces:
        if space.uri == uri:
            return space
    raise sender("InvalidArgVal", "SpaceNotSupported", reason=f"space {uri} is not supported here")


def _coordinate(value: float, space: Space, limits: Range, path: str, fault: str) -> _Coordinate:
    if not (math.isfinite(value) and limits[0] <= value <= limits[1]):
        reason = f"{path}: {value:g} is not within {limits[0]:g} to {limits[1]:g} of {space.uri}"
        raise sender("InvalidArgVal", fault, reason=reason)
    coordinate = _Coordinate(value)
    coordinate.generic = "Generic" in space.uri
    coordinate.low = limits[0]
    return coordinate


def _rescale(value: _Coordinate | None, limits: Range) -> float | None:
    """Return a generic position (low..1) within ``limits``; other positions are what they are."""
    if value is None or not value.generic:
        return None if value is None else float(value)
    share = (value - value.low) / (1.0 - value.low)
    return limits[1] if share == 1.0 else limits[0] + share * _width(limits)


def _normalise(value: float, limits: Range, low: float) -> float:
    width = _width(limits)
    share = (value - limits[0]) / width if width else 0.0
    return low + share * (1.0 - low)


def _stretch(value: _Coordinate | None, unit: float) -> float | None:
    if value is None:
        return None
    return value * unit if value.generic else float(value)


def _ranges(spec: PtzSpec) -> tuple[Range, Range, Range]:
    return spec.pan_deg, spec.tilt_deg, spec.focal_mm


def _width(limits: Range) -> float:
    return limits[1] - limits[0]


def _both_ways(way: float) -> Range:
    return -way, way
