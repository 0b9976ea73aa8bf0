"""The built-in camera models: what a product is, one YAML file each in ``models/``."""

import functools
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

import yaml
from pydantic import Field, field_validator, model_validator

from simulator.config.values import Bitrate, IntRange, Range, Size, Strict, did_you_mean

Codec = Literal["h264", "jpeg"]
H264Profile = Literal["Baseline", "Main", "High"]
AuthScheme = Literal["digest", "basic", "username_token"]
DigestAlgorithm = Literal["MD5", "SHA-256"]

MAX_RTP_JPEG_SIDE = 2040
"""Largest width or height in pixels that RTP can carry as JPEG (RFC 2435 section 3.1.5)."""


class StreamSpec(Strict):
    """One video stream, complete.

    Attributes:
        codec: ``h264`` or ``jpeg``.
        size: width and height in pixels.
        fps: frames per second, 1 to 60.
        bitrate: bits per second that an H.264 encoder aims at.
        gop: frames from one H.264 key frame to the next.
        profile: H.264 profile.
        quality: JPEG quality, 1 to 100.
    """

    codec: Codec = "h264"
    size: Size
    fps: int = Field(ge=1, le=60)
    bitrate: Bitrate = 2_000_000
    gop: int = Field(default=30, ge=1, le=600)
    profile: H264Profile = "Main"
    quality: int = Field(default=70, ge=1, le=100)

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.size[0]

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.size[1]

    @model_validator(mode="after")
    def _fits_rtp(self) -> "StreamSpec":
        if self.codec == "jpeg":
            if max(self.size) > MAX_RTP_JPEG_SIDE:
                raise ValueError(
                    f"jpeg over RTP ends at {MAX_RTP_JPEG_SIDE} pixels a side (RFC 2435), "
                    f"not {self.width}x{self.height}; use h264"
                )
            if self.width % 8 or self.height % 8:
                raise ValueError(
                    f"jpeg over RTP needs sides that are multiples of 8 (RFC 2435), "
                    f"not {self.width}x{self.height}"
                )
        return self


class LensSpec(Strict):
    """Sensor and lens.

    Attributes:
        sensor_width_mm: width of the picture on the sensor.
        focal_mm: shortest and longest focal length; equal on a fixed lens.
    """

    sensor_width_mm: float = Field(gt=0, le=50)
    focal_mm: Range


class PtzSpec(Strict):
    """Pan, tilt and zoom mechanics.

    Pan 0 is where the mount points; tilt 0 is the horizon and up is positive. The home position at
    birth is the mount's own pan and tilt at the shortest focal length.

    Attributes:
        endless: pan turns without a stop; ``pan_deg`` must then be (-180, 180).
        pan_deg: leftmost and rightmost pan.
        tilt_deg: lowest and highest tilt.
        focal_mm: shortest and longest focal length; the lens's own if not given.
        max_speed_dps: fastest turn of pan and of tilt, degrees per second.
        acceleration_dps2: of pan and of tilt, degrees per second squared.
        zoom_speed_mm_s: fastest change of focal length, millimetres per second.
        max_presets: how many presets it can keep.
        fixed_home: whether the home position cannot be set.
    """

    endless: bool = False
    pan_deg: Range = (-180.0, 180.0)
    tilt_deg: Range
    focal_mm: Range
    max_speed_dps: float = Field(gt=0, le=1000)
    acceleration_dps2: float = Field(gt=0, le=10000)
    zoom_speed_mm_s: float = Field(gt=0, le=1000)
    max_presets: int = Field(default=100, ge=1, le=1000)
    fixed_home: bool = False

    @field_validator("tilt_deg")
    @classmethod
    def _within_the_sphere(cls, tilt_deg: tuple[float, float]) -> tuple[float, float]:
        if tilt_deg[0] < -90 or tilt_deg[1] > 90:
            raise ValueError("tilt_deg goes beyond straight down (-90) or straight up (90)")
        return tilt_deg

    @model_validator(mode="after")
    def _endless_is_a_full_circle(self) -> "PtzSpec":
        if self.endless and self.pan_deg != (-180.0, 180.0):
            raise ValueError("an endless pan has pan_deg [-180, 180]")
        return self


class SourceSpec(Strict):
    """The video source: the largest picture it gives and how often."""

    size: Size
    fps: int = Field(ge=1, le=60)


class EncoderSpec(Strict):
    """What its video encoders can be set to.

    Attributes:
        codecs: encodings that a client may choose.
        profiles: H.264 profiles.
        sizes: picture sizes, largest first.
        fps: lowest and highest frame rate.
        gop: shortest and longest distance of key frames, in frames.
        bitrate: lowest and highest bits per second.
        quality: lowest and highest quality, 0 to 100.
    """

    codecs: tuple[Codec, ...]
    profiles: tuple[H264Profile, ...]
    sizes: tuple[Size, ...]
    fps: IntRange
    gop: IntRange
    bitrate: tuple[Bitrate, Bitrate]
    quality: IntRange = (1, 100)


class StreamDefaults(Strict):
    """The streams of a camera as it leaves the factory."""

    main: StreamSpec
    sub: StreamSpec


class ServicesSpec(Strict):
    """Which optional services the product has."""

    media2: bool = True


class AuthSpec(Strict):
    """How clients may log in.

    Attributes:
        schemes: ``digest`` and ``basic`` over HTTP and RTSP, ``username_token`` in the SOAP header.
        algorithms: of digest, in the order in which they are offered.
    """

    schemes: tuple[AuthScheme, ...] = ("digest", "username_token")
    algorithms: tuple[DigestAlgorithm, ...] = ("SHA-256", "MD5")


class LimitsSpec(Strict):
    """How much of everything it takes at once."""

    pull_points: int = Field(default=10, ge=1, le=1000)
    rtsp_sessions: int = Field(default=20, ge=1, le=10000)
    users: int = Field(default=20, ge=1, le=1000)


class CameraModel(Strict):
    """One product.

    Attributes:
        name: its key in the catalogue, for example ``dome-ptz``.
        summary: one line for people.
        manufacturer, model, firmware, hardware_id: what GetDeviceInformation reports.
        profiles: ONVIF profiles that its scopes claim, for example ``Streaming``.
        scopes: further fixed scopes, each a path after ``onvif://www.onvif.org/``.
        ptz: its mechanics; None on a fixed camera.
    """

    name: str
    summary: str
    manufacturer: str
    model: str
    firmware: str
    hardware_id: str
    profiles: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    services: ServicesSpec = ServicesSpec()
    source: SourceSpec
    lens: LensSpec
    ptz: PtzSpec | None = None
    encoder: EncoderSpec
    streams: StreamDefaults
    auth: AuthSpec = AuthSpec()
    limits: LimitsSpec = LimitsSpec()

    @model_validator(mode="before")
    @classmethod
    def _zoom_is_the_lens(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and isinstance(data.get("ptz"), Mapping):
            lens = data.get("lens")
            focal_mm = lens.get("focal_mm") if isinstance(lens, Mapping) else None
            return {**data, "ptz": {"focal_mm": focal_mm, **data["ptz"]}}
        return data


def model_text(name: str) -> str:
    """Return the YAML text of a built-in model, for people to copy.

    Raises:
        LookupError: if there is no such model; the message has a suggestion.
    """
    path = _folder() / f"{name}.yaml"
    if name not in model_names():
        raise LookupError(f"no camera model {name!r}{did_you_mean(name, model_names())}")
    return path.read_text(encoding="utf-8")


@functools.cache
def model_names() -> tuple[str, ...]:
    """Return the names of the built-in models, sorted."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


@functools.cache
def catalog() -> Mapping[str, CameraModel]:
    """Return all built-in camera models by name."""
    return MappingProxyType({name: camera_model(name) for name in model_names()})


@functools.cache
def camera_model(name: str) -> CameraModel:
    """Return one built-in camera model.

    Raises:
        LookupError: if there is no such model; the message has a suggestion.
    """
    return CameraModel.model_validate({"name": name, **yaml.safe_load(model_text(name))})


def _folder() -> resources.abc.Traversable:
    return resources.files(__package__) / "models"
