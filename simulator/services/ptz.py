"""PTZ service: nodes, moves and status (ONVIF PTZ 5.1, 5.3; IEC 62676-2-31 8.2, 8.4)."""

from collections.abc import Mapping
from typing import Any

import attrs

from simulator.config.catalog import PtzSpec
from simulator.device.birth import PTZ_NODE_TOKEN
from simulator.device.state import PtzConfiguration
from simulator.errors import sender
from simulator.mechanics.ptz import Ptz
from simulator.mechanics.spaces import (
    Space,
    Speed,
    parse_position,
    parse_speed,
    parse_translation,
    parse_velocity,
    position_vector,
    spaces_of,
)
from simulator.services.camera import Camera
from simulator.services.configurations import (
    default_speed,
    find_profile,
    find_ptz_configuration,
)
from simulator.services.registry import Access, Call, Service


def _has_ptz(camera: Camera) -> bool:
    return camera.ptz is not None


ptz = Service(
    "ptz",
    "http://www.onvif.org/ver20/ptz/wsdl",
    "/onvif/ptz_service",
    (20, 12),
    when=_has_ptz,
)

Request = Mapping[str, Any]
Answer = Mapping[str, Any] | None

TIMEOUT_S = (0.1, 600.0)
"""Shortest and longest time after which a continuous move can stop by itself."""

_SPACE_LISTS = {
    "AbsolutePanTiltPositionSpace": "absolute_pan_tilt",
    "AbsoluteZoomPositionSpace": "absolute_zoom",
    "RelativePanTiltTranslationSpace": "relative_pan_tilt",
    "RelativeZoomTranslationSpace": "relative_zoom",
    "ContinuousPanTiltVelocitySpace": "continuous_pan_tilt",
    "ContinuousZoomVelocitySpace": "continuous_zoom",
    "PanTiltSpeedSpace": "pan_tilt_speed",
    "ZoomSpeedSpace": "zoom_speed",
}


@attrs.frozen
class Controlled:
    """What a PTZ request acts on: the mechanics behind a profile, and their configuration."""

    ptz: Ptz
    configuration: PtzConfiguration

    @property
    def spec(self) -> PtzSpec:
        """The limits of the mechanics."""
        return self.ptz.spec

    def speed(self, given: Mapping[str, Any] | None) -> Speed:
        """Return the speed of a move; what is not given is as configured.

        Raises:
            Fault: SpaceNotSupported or InvalidSpeed.
        """
        default = default_speed(self.configuration)
        wanted = {
            axis: {"@space": default[axis]["@space"], **part}
            for axis, part in (given or {}).items()
        }
        return parse_speed({**default, **wanted}, self.spec)


def controlled(camera: Camera, profile_token: str) -> Controlled:
    """Return what a profile controls.

    Raises:
        Fault: NoProfile or NoPTZProfile.
    """
    profile = find_profile(camera, profile_token)
    if camera.ptz is None or profile.ptz is None:
        reason = f"the profile {profile_token!r} has no PTZ configuration"
        raise sender("InvalidArgVal", "NoPTZProfile", reason=reason)
    return Controlled(camera.ptz, find_ptz_configuration(camera, profile.ptz))


def mechanics(camera: Camera) -> Ptz:
    """Return the camera's mechanics, which a camera that offers this service has."""
    if camera.ptz is None:
        raise LookupError(f"{camera.name} has no PTZ")
    return camera.ptz


def capabilities(_camera: Camera) -> Mapping[str, Any]:
    """Return ``tptz:Capabilities``."""
    return {
        "@EFlip": False,
        "@Reverse": False,
        "@GetCompatibleConfigurations": "GetCompatibleConfigurations" in ptz.operations,
        "@MoveStatus": True,
        "@StatusPosition": True,
    }


@ptz.operation("GetServiceCapabilities", Access.PRE_AUTH)
def get_service_capabilities(camera: Camera, _request: Request, _call: Call) -> Answer:
    """PTZ 5.10."""
    return {"Capabilities": capabilities(camera)}


@ptz.operation("GetNodes", Access.READ_MEDIA)
def get_nodes(camera: Camera, _request: Request, _call: Call) -> Answer:
    """PTZ 5.1.2."""
    return {"PTZNode": [_node(mechanics(camera).spec)]}


@ptz.operation("GetNode", Access.READ_MEDIA)
def get_node(camera: Camera, request: Request, _call: Call) -> Answer:
    """PTZ 5.1.3."""
    token = request["NodeToken"]
    if token != PTZ_NODE_TOKEN:
        raise sender("InvalidArgVal", "NoEntity", reason=f"there is no PTZ node {token!r}")
    return {"PTZNode": _node(mechanics(camera).spec)}


@ptz.operation("AbsoluteMove", Access.ACTUATE)
def absolute_move(camera: Camera, request: Request, call: Call) -> Answer:
    """PTZ 5.3.1."""
    it = controlled(camera, request["ProfileToken"])
    defaults = it.configuration.absolute_pan_tilt, it.configuration.absolute_zoom
    to = parse_position(request["Position"], it.spec, *defaults)
    speed = it.speed(request.get("Speed"))
    it.ptz.absolute(
        call.now,
        pan_deg=to.pan,
        tilt_deg=to.tilt,
        focal_mm=to.zoom,
        pan_tilt_speed=speed.pan_tilt,
        zoom_speed=speed.zoom,
    )
    return None


@ptz.operation("RelativeMove", Access.ACTUATE)
def relative_move(camera: Camera, request: Request, call: Call) -> Answer:
    """PTZ 5.3.2: at most to the border."""
    it = controlled(camera, request["ProfileToken"])
    defaults = it.configuration.relative_pan_tilt, it.configuration.relative_zoom
    by = parse_translation(request["Translation"], it.spec, *defaults)
    speed = it.speed(request.get("Speed"))
    it.ptz.relative(
        call.now,
        pan_deg=by.pan,
        tilt_deg=by.tilt,
        focal_mm=by.zoom,
        pan_tilt_speed=speed.pan_tilt,
        zoom_speed=speed.zoom,
    )
    return None


@ptz.operation("ContinuousMove", Access.ACTUATE)
def continuous_move(camera: Camera, request: Request, call: Call) -> Answer:
    """PTZ 5.3.3."""
    it = controlled(camera, request["ProfileToken"])
    defaults = it.configuration.continuous_pan_tilt, it.configuration.continuous_zoom
    velocity = parse_velocity(request["Velocity"], it.spec, *defaults)
    timeout_s = request.get("Timeout", it.configuration.timeout_s)
    if not TIMEOUT_S[0] <= timeout_s <= TIMEOUT_S[1]:
        reason = f"the timeout must be {TIMEOUT_S[0]:g} to {TIMEOUT_S[1]:g} s, not {timeout_s:g} s"
        raise sender("InvalidArgVal", "TimeoutNotSupported", reason=reason)
    it.ptz.continuous(
        call.now,
        pan_dps=velocity.pan,
        tilt_dps=velocity.tilt,
        zoom_rate=velocity.zoom,
        timeout_s=timeout_s,
    )
    return None


@ptz.operation("Stop", Access.ACTUATE)
def stop(camera: Camera, request: Request, call: Call) -> Answer:
    """PTZ 5.3.5: what is not named stops too."""
    it = controlled(camera, request["ProfileToken"])
    it.ptz.stop(call.now, pan_tilt=request.get("PanTilt", True), zoom=request.get("Zoom", True))
    return None


@ptz.operation("GetStatus", Access.READ_MEDIA)
def get_status(camera: Camera, request: Request, call: Call) -> Answer:
    """PTZ 5.3.7: the position is in the configuration's default spaces."""
    it = controlled(camera, request["ProfileToken"])
    one = it.configuration
    pan_tilt, zoom = it.ptz.moving(call.now)
    pose = it.ptz.pose(call.now)
    return {
        "PTZStatus": {
            "Position": position_vector(pose, it.spec, one.absolute_pan_tilt, one.absolute_zoom),
            "MoveStatus": {
                "PanTilt": "MOVING" if pan_tilt else "IDLE",
                "Zoom": "MOVING" if zoom else "IDLE",
            },
            "UtcTime": camera.clock.utc(call.now),
        }
    }


def supported_spaces(spec: PtzSpec) -> Mapping[str, Any]:
    """Return ``tt:PTZSpaces`` of a node."""
    spaces = spaces_of(spec)
    return {
        element: [_space(space) for space in getattr(spaces, name)]
        for element, name in _SPACE_LISTS.items()
    }


def _node(spec: PtzSpec) -> Mapping[str, Any]:
    return {
        "@token": PTZ_NODE_TOKEN,
        "@FixedHomePosition": spec.fixed_home,
        "@GeoMove": "GeoMove" in ptz.operations,
        "Name": "ptz node",
        "SupportedPTZSpaces": supported_spaces(spec),
        "MaximumNumberOfPresets": spec.max_presets,
        "HomeSupported": "GotoHomePosition" in ptz.operations,
    }


def _space(space: Space) -> Mapping[str, Any]:
    shape = {"URI": space.uri, "XRange": _range(space.x_range)}
    if space.y_range:
        shape["YRange"] = _range(space.y_range)
    return shape


def _range(limits: tuple[float, float]) -> Mapping[str, float]:
    return {"Min": limits[0], "Max": limits[1]}
