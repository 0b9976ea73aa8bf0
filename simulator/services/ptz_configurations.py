"""PTZ service: configurations (ONVIF PTZ 5.2; IEC 62676-2-31 8.3)."""

from collections.abc import Mapping
from typing import Any

import attrs

from simulator.config.catalog import PtzSpec
from simulator.device.state import PtzConfiguration, replaced
from simulator.errors import Fault, sender
from simulator.mechanics.spaces import parse_speed, spaces_of
from simulator.services.camera import Camera
from simulator.services.configurations import (
    default_speed,
    find_profile,
    find_ptz_configuration,
    ptz_configuration,
)
from simulator.services.ptz import (
    TIMEOUT_S,
    Answer,
    Request,
    mechanics,
    ptz,
    supported_spaces,
)
from simulator.services.registry import Access, Call

_DEFAULT_SPACES = {
    "DefaultAbsolutePantTiltPositionSpace": "absolute_pan_tilt",
    "DefaultAbsoluteZoomPositionSpace": "absolute_zoom",
    "DefaultRelativePanTiltTranslationSpace": "relative_pan_tilt",
    "DefaultRelativeZoomTranslationSpace": "relative_zoom",
    "DefaultContinuousPanTiltVelocitySpace": "continuous_pan_tilt",
    "DefaultContinuousZoomVelocitySpace": "continuous_zoom",
}
"""Elements of ``tt:PTZConfiguration`` (one misspelt by the schema) and where they are kept."""

_NOT_CONFIGURABLE = ("PanTiltLimits", "ZoomLimits", "Extension")


@ptz.operation("GetConfigurations", Access.READ_MEDIA)
def get_configurations(camera: Camera, _request: Request, _call: Call) -> Answer:
    """PTZ 5.2.2."""
    return _configurations(camera)


@ptz.operation("GetConfiguration", Access.READ_MEDIA)
def get_configuration(camera: Camera, request: Request, _call: Call) -> Answer:
    """PTZ 5.2.3."""
    one = find_ptz_configuration(camera, request["PTZConfigurationToken"])
    return {"PTZConfiguration": ptz_configuration(one, camera.store.state)}


@ptz.operation("GetCompatibleConfigurations", Access.READ_MEDIA)
def get_compatible_configurations(camera: Camera, request: Request, _call: Call) -> Answer:
    """PTZ 5.2.6: every configuration fits every profile, as there is one video source."""
    find_profile(camera, request["ProfileToken"])
    return _configurations(camera)


@ptz.operation("GetConfigurationOptions", Access.READ_MEDIA)
def get_configuration_options(camera: Camera, request: Request, _call: Call) -> Answer:
    """PTZ 5.2.4."""
    find_ptz_configuration(camera, request["ConfigurationToken"])
    return {
        "PTZConfigurationOptions": {
            "Spaces": supported_spaces(mechanics(camera).spec),
            "PTZTimeout": {"Min": TIMEOUT_S[0], "Max": TIMEOUT_S[1]},
        }
    }


@ptz.operation("SetConfiguration", Access.ACTUATE)
def set_configuration(camera: Camera, request: Request, _call: Call) -> Answer:
    """PTZ 5.2.5: what is missing stays; limits and control direction cannot be set."""
    wanted, state = request["PTZConfiguration"], camera.store.state
    old = find_ptz_configuration(camera, wanted["@token"])
    new = _changed(old, wanted, mechanics(camera).spec)
    configurations = replaced(state.ptz_configurations, new)
    camera.store.commit(attrs.evolve(state, ptz_configurations=configurations), "SetConfiguration")
    return None


def _configurations(camera: Camera) -> Answer:
    state = camera.store.state
    configurations = state.ptz_configurations
    return {"PTZConfiguration": [ptz_configuration(one, state) for one in configurations]}


def _changed(old: PtzConfiguration, wanted: Mapping[str, Any], spec: PtzSpec) -> PtzConfiguration:
    if wanted["NodeToken"] != old.node_token:
        raise _refused("the node of a configuration cannot be changed")
    for element in _NOT_CONFIGURABLE:
        if wanted.get(element):
            raise _refused(f"this device has no {element}")
    timeout_s = wanted.get("DefaultPTZTimeout", old.timeout_s)
    if not TIMEOUT_S[0] <= timeout_s <= TIMEOUT_S[1]:
        raise _refused(f"the timeout must be {TIMEOUT_S[0]:g} to {TIMEOUT_S[1]:g} s")
    changes: dict[str, Any] = {"name": wanted["Name"], "timeout_s": timeout_s}
    new = attrs.evolve(old, **changes, **_spaces(wanted, spec))
    return _with_speed(new, wanted.get("DefaultPTZSpeed", {}), spec)


def _spaces(wanted: Mapping[str, Any], spec: PtzSpec) -> dict[str, Any]:
    supported = spaces_of(spec)
    spaces = {name: wanted[key] for key, name in _DEFAULT_SPACES.items() if key in wanted}
    for name, uri in spaces.items():
        if uri not in [space.uri for space in getattr(supported, name)]:
            raise _refused(f"{uri} is not one of the node's spaces for this")
    return spaces


def _with_speed(
    old: PtzConfiguration, wanted: Mapping[str, Any], spec: PtzSpec
) -> PtzConfiguration:
    speed = default_speed(old)
    for axis, part in wanted.items():
        speed[axis] = {**speed[axis], **part}
    try:
        parse_speed(speed, spec)
    except Fault as fault:
        raise _refused(fault.reason) from fault
    return attrs.evolve(
        old,
        pan_tilt_speed=(speed["PanTilt"]["@x"], speed["PanTilt"]["@y"]),
        pan_tilt_speed_space=speed["PanTilt"]["@space"],
        zoom_speed=speed["Zoom"]["@x"],
        zoom_speed_space=speed["Zoom"]["@space"],
    )


def _refused(reason: str) -> Fault:
    return sender("InvalidArgVal", "ConfigModify", reason=reason)
