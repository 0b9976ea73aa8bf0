"""The one pool of profiles and configurations, in the shapes of Media 1 and of Media 2.

Both services and PTZ show the same tokens and values; only the mappings differ.
"""

from typing import Any, TypeVar

from simulator.device.state import (
    DeviceState,
    Profile,
    PtzConfiguration,
    VideoEncoderConfiguration,
    VideoSource,
    VideoSourceConfiguration,
    by_token,
)
from simulator.errors import sender
from simulator.services.camera import Camera

Shape = dict[str, Any]
Configuration = TypeVar(
    "Configuration", VideoSourceConfiguration, VideoEncoderConfiguration, PtzConfiguration
)

NO_MULTICAST: Shape = {
    "Address": {"Type": "IPv4", "IPv4Address": "0.0.0.0"},
    "Port": 0,
    "TTL": 0,
    "AutoStart": False,
}
"""What Media 1 requires of a stream that has no multicast group."""


def find_profile(camera: Camera, token: str) -> Profile:
    """Return the profile with that token.

    Raises:
        Fault: NoProfile.
    """
    profile = by_token(camera.store.state.profiles, token)
    if profile is None:
        raise sender("InvalidArgVal", "NoProfile", reason=f"there is no profile {token!r}")
    return profile


def _found(configurations: tuple[Configuration, ...], token: str) -> Configuration:
    found = by_token(configurations, token)
    if found is None:
        raise sender("InvalidArgVal", "NoConfig", reason=f"there is no configuration {token!r}")
    return found


def find_video_source_configuration(camera: Camera, token: str) -> VideoSourceConfiguration:
    """Return the video source configuration with that token.

    Raises:
        Fault: NoConfig.
    """
    return _found(camera.store.state.video_source_configurations, token)


def find_video_encoder_configuration(camera: Camera, token: str) -> VideoEncoderConfiguration:
    """Return the video encoder configuration with that token.

    Raises:
        Fault: NoConfig.
    """
    return _found(camera.store.state.video_encoder_configurations, token)


def find_ptz_configuration(camera: Camera, token: str) -> PtzConfiguration:
    """Return the PTZ configuration with that token.

    Raises:
        Fault: NoConfig.
    """
    return _found(camera.store.state.ptz_configurations, token)


def encoder_instances(state: DeviceState) -> dict[str, int]:
    """Return how many streams can run at a time, by encoding: as many as there are encoders."""
    encodings = [one.encoding for one in state.video_encoder_configurations]
    return {encoding: encodings.count(encoding) for encoding in dict.fromkeys(encodings)}


def video_source(source: VideoSource) -> Shape:
    """Return ``tt:VideoSource``."""
    return {
        "@token": source.token,
        "Framerate": source.framerate,
        "Resolution": {"Width": source.width, "Height": source.height},
    }


def video_source_configuration(one: VideoSourceConfiguration, state: DeviceState) -> Shape:
    """Return ``tt:VideoSourceConfiguration``, the same in both services."""
    bounds = one.bounds
    return {
        "@token": one.token,
        "Name": one.name,
        "UseCount": sum(profile.video_source == one.token for profile in state.profiles),
        "SourceToken": one.source_token,
        "Bounds": {
            "@x": bounds.x,
            "@y": bounds.y,
            "@width": bounds.width,
            "@height": bounds.height,
        },
    }


def video_encoder_configuration(one: VideoEncoderConfiguration, state: DeviceState) -> Shape:
    """Return ``tt:VideoEncoderConfiguration`` (Media 1)."""
    shape = {
        "@token": one.token,
        "Name": one.name,
        "UseCount": _encoder_use_count(one, state),
        "Encoding": one.encoding,
        "Resolution": {"Width": one.width, "Height": one.height},
        "Quality": one.quality,
        "RateControl": {
            "FrameRateLimit": round(one.fps),
            "EncodingInterval": 1,
            "BitrateLimit": one.bitrate_kbps,
        },
        "Multicast": NO_MULTICAST,
        "SessionTimeout": one.session_timeout_s,
    }
    if one.encoding == "H264":
        shape["H264"] = {"GovLength": one.gov_length, "H264Profile": one.profile}
    return shape


def video_encoder_2_configuration(one: VideoEncoderConfiguration, state: DeviceState) -> Shape:
    """Return ``tt:VideoEncoder2Configuration`` (Media 2)."""
    is_h264 = one.encoding == "H264"
    return {
        "@token": one.token,
        "@GovLength": one.gov_length if is_h264 else None,
        "@Profile": one.profile,
        "Name": one.name,
        "UseCount": _encoder_use_count(one, state),
        "Encoding": one.encoding,
        "Resolution": {"Width": one.width, "Height": one.height},
        "RateControl": {"FrameRateLimit": one.fps, "BitrateLimit": one.bitrate_kbps},
        "Quality": one.quality,
    }


def ptz_configuration(one: PtzConfiguration, state: DeviceState) -> Shape:
    """Return ``tt:PTZConfiguration``, the same in all services."""
    return {
        "@token": one.token,
        "Name": one.name,
        "UseCount": sum(profile.ptz == one.token for profile in state.profiles),
        "NodeToken": one.node_token,
        "DefaultAbsolutePantTiltPositionSpace": one.absolute_pan_tilt,
        "DefaultAbsoluteZoomPositionSpace": one.absolute_zoom,
        "DefaultRelativePanTiltTranslationSpace": one.relative_pan_tilt,
        "DefaultRelativeZoomTranslationSpace": one.relative_zoom,
        "DefaultContinuousPanTiltVelocitySpace": one.continuous_pan_tilt,
        "DefaultContinuousZoomVelocitySpace": one.continuous_zoom,
        "DefaultPTZSpeed": default_speed(one),
        "DefaultPTZTimeout": one.timeout_s,
    }


def default_speed(one: PtzConfiguration) -> Shape:
    """Return the ``tt:PTZSpeed`` of moves that name none."""
    x, y = one.pan_tilt_speed
    return {
        "PanTilt": {"@x": x, "@y": y, "@space": one.pan_tilt_speed_space},
        "Zoom": {"@x": one.zoom_speed, "@space": one.zoom_speed_space},
    }


def video_source_options(one: VideoSourceConfiguration) -> Shape:
    """Return ``tt:VideoSourceConfigurationOptions``: the window is as it is."""
    bounds = one.bounds
    return {
        "BoundsRange": {
            "XRange": _single(bounds.x),
            "YRange": _single(bounds.y),
            "WidthRange": _single(bounds.width),
            "HeightRange": _single(bounds.height),
        },
        "VideoSourceTokensAvailable": [one.source_token],
    }


def profile(one: Profile, state: DeviceState) -> Shape:
    """Return ``tt:Profile`` (Media 1), always with its configurations."""
    encoder = by_token(state.video_encoder_configurations, one.video_encoder)
    return {
        "@token": one.token,
        "@fixed": one.fixed,
        "Name": one.name,
        "VideoSourceConfiguration": _source_of(one, state),
        "VideoEncoderConfiguration": video_encoder_configuration(encoder, state)
        if encoder
        else None,
        "PTZConfiguration": _ptz_of(one, state),
    }


def media_profile(one: Profile, state: DeviceState, types: frozenset[str]) -> Shape:
    """Return ``tr2:MediaProfile`` with the configurations of ``types``; ``All`` means every one."""
    encoder = by_token(state.video_encoder_configurations, one.video_encoder)
    shape: Shape = {"@token": one.token, "@fixed": one.fixed, "Name": one.name}
    if types:
        parts = {
            "VideoSource": _source_of(one, state),
            "VideoEncoder": video_encoder_2_configuration(encoder, state) if encoder else None,
            "PTZ": _ptz_of(one, state),
        }
        shape["Configurations"] = {
            kind: part for kind, part in parts.items() if kind in types or "All" in types
        }
    return shape


def _source_of(one: Profile, state: DeviceState) -> Shape | None:
    source = by_token(state.video_source_configurations, one.video_source)
    return video_source_configuration(source, state) if source else None


def _ptz_of(one: Profile, state: DeviceState) -> Shape | None:
    ptz = by_token(state.ptz_configurations, one.ptz)
    return ptz_configuration(ptz, state) if ptz else None


def _encoder_use_count(one: VideoEncoderConfiguration, state: DeviceState) -> int:
    return sum(profile.video_encoder == one.token for profile in state.profiles)


def _single(value: int) -> Shape:
    return {"Min": value, "Max": value}
