"""PTZ service: presets and home position (ONVIF PTZ 5.4, 5.5; IEC 62676-2-31 8.5, 8.6)."""

from collections.abc import Mapping
from typing import Any

import attrs

from simulator.device.presets import find_preset, with_preset, without_preset
from simulator.device.state import PtzPosition
from simulator.errors import receiver, sender
from simulator.mechanics.ptz import Ptz, PtzPose
from simulator.mechanics.spaces import position_vector
from simulator.services.camera import Camera
from simulator.services.ptz import Answer, Controlled, Request, controlled, ptz
from simulator.services.registry import Access, Call


@ptz.operation("GetPresets", Access.READ_MEDIA)
def get_presets(camera: Camera, request: Request, _call: Call) -> Answer:
    """PTZ 5.4.2."""
    it = controlled(camera, request["ProfileToken"])
    return {
        "Preset": [
            {
                "@token": preset.token,
                "Name": preset.name,
                "PTZPosition": _vector(preset.position, it),
            }
            for preset in camera.store.state.presets
        ]
    }


@ptz.operation("SetPreset", Access.ACTUATE)
def set_preset(camera: Camera, request: Request, call: Call) -> Answer:
    """PTZ 5.4.1: only while nothing moves."""
    it = controlled(camera, request["ProfileToken"])
    if any(it.ptz.moving(call.now)):
        raise receiver("Action", "MovingPTZ", reason="the camera is moving")
    state, token = with_preset(
        camera.store.state,
        request.get("PresetToken"),
        request.get("PresetName"),
        _position(it.ptz, call.now),
        it.spec.max_presets,
    )
    camera.store.commit(state, "SetPreset")
    return {"PresetToken": token}


@ptz.operation("GotoPreset", Access.ACTUATE)
def goto_preset(camera: Camera, request: Request, call: Call) -> Answer:
    """PTZ 5.4.3."""
    it = controlled(camera, request["ProfileToken"])
    preset = find_preset(camera.store.state, request["PresetToken"])
    speed = it.speed(request.get("Speed"))
    if camera.presets is None:
        raise LookupError(f"{camera.name} has mechanics, but nobody watches its presets")
    camera.presets.go(preset, call.now, pan_tilt_speed=speed.pan_tilt, zoom_speed=speed.zoom)
    return None


@ptz.operation("RemovePreset", Access.ACTUATE)
def remove_preset(camera: Camera, request: Request, _call: Call) -> Answer:
    """PTZ 5.4.4."""
    controlled(camera, request["ProfileToken"])
    state = without_preset(camera.store.state, request["PresetToken"])
    camera.store.commit(state, "RemovePreset")
    return None


@ptz.operation("GotoHomePosition", Access.ACTUATE)
def goto_home_position(camera: Camera, request: Request, call: Call) -> Answer:
    """PTZ 5.5.1."""
    it = controlled(camera, request["ProfileToken"])
    home = camera.store.state.home
    if home is None:
        raise sender("InvalidArgVal", "NoHomePosition", reason="no home position is set")
    speed = it.speed(request.get("Speed"))
    it.ptz.absolute(
        call.now,
        pan_deg=home.pan_deg,
        tilt_deg=home.tilt_deg,
        focal_mm=home.focal_mm,
        pan_tilt_speed=speed.pan_tilt,
        zoom_speed=speed.zoom,
    )
    return None


@ptz.operation("SetHomePosition", Access.ACTUATE)
def set_home_position(camera: Camera, request: Request, call: Call) -> Answer:
    """PTZ 5.5.2."""
    it = controlled(camera, request["ProfileToken"])
    if it.spec.fixed_home:
        raise receiver("Action", "CannotOverwriteHome", reason="the home position is fixed")
    home = _position(it.ptz, call.now)
    camera.store.commit(attrs.evolve(camera.store.state, home=home), "SetHomePosition")
    return None


def _position(mechanics: Ptz, now: float) -> PtzPosition:
    pose = mechanics.pose(now)
    return PtzPosition(pose.pan_deg, pose.tilt_deg, pose.focal_mm)


def _vector(position: PtzPosition, it: Controlled) -> Mapping[str, Any]:
    pose = PtzPose(position.pan_deg, position.tilt_deg, position.focal_mm)
    spaces = it.configuration.absolute_pan_tilt, it.configuration.absolute_zoom
    return position_vector(pose, it.spec, *spaces)
