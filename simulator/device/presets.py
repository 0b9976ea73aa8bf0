"""Keeping PTZ presets (ONVIF PTZ Service Specification 5.4)."""

import attrs

from simulator.device.state import DeviceState, Preset, PtzPosition, by_token, replaced
from simulator.errors import receiver, sender

MAX_NAME = 64
"""Characters of a preset's name (``tt:Name``)."""


def find_preset(state: DeviceState, token: str) -> Preset:
    """Return the preset with that token.

    Raises:
        Fault: NoToken.
    """
    preset = by_token(state.presets, token)
    if preset is None:
        raise sender("InvalidArgVal", "NoToken", reason=f"there is no preset {token!r}")
    return preset


def with_preset(
    state: DeviceState, token: str | None, name: str | None, position: PtzPosition, limit: int
) -> tuple[DeviceState, str]:
    """Return ``state`` with a preset created or overwritten, and the preset's token.

    Args:
        state: what the camera remembers.
        token: the preset to overwrite; None creates one.
        name: its new name; None keeps the present one, or makes one up.
        position: where it is.
        limit: how many presets there may be.

    Raises:
        Fault: NoToken, InvalidPresetName, PresetExist or TooManyPresets.
    """
    if token:
        old = find_preset(state, token)
        preset = attrs.evolve(old, name=name or old.name, position=position)
    else:
        if len(state.presets) >= limit:
            reason = f"all {limit} presets are in use"
            raise receiver("Action", "TooManyPresets", reason=reason)
        number = _free_number(state)
        preset = Preset(f"preset_{number}", name or f"preset {number}", position)
    _check_name(state, preset)
    return attrs.evolve(state, presets=replaced(state.presets, preset)), preset.token


def without_preset(state: DeviceState, token: str) -> DeviceState:
    """Return ``state`` without a preset.

    Raises:
        Fault: NoToken.
    """
    gone = find_preset(state, token)
    return attrs.evolve(state, presets=tuple(one for one in state.presets if one != gone))


def _free_number(state: DeviceState) -> int:
    used = {preset.token for preset in state.presets}
    return next(n for n in range(1, len(used) + 2) if f"preset_{n}" not in used)


def _check_name(state: DeviceState, preset: Preset) -> None:
    if len(preset.name) > MAX_NAME or not preset.name.isprintable():
        reason = f"a preset's name has at most {MAX_NAME} printable characters"
        raise sender("InvalidArgVal", "InvalidPresetName", reason=reason)
    for other in state.presets:
        if other.name == preset.name and other.token != preset.token:
            reason = f"{other.token} has the name {preset.name!r}"
            raise sender("InvalidArgVal", "PresetExist", reason=reason)
