"""What one camera remembers: a frozen tree, read everywhere and changed only by ``Store.commit``.

Tokens name things across services (ONVIF Core 5.3): at most 36 characters, unique in their class,
the same in Media 1, Media 2 and PTZ. Where the camera listens is not here: that is the farm's.
"""

from typing import Literal, Protocol, TypeVar

import attrs

from simulator.config.catalog import H264Profile
from simulator.device.users import User

Encoding = Literal["H264", "JPEG"]


@attrs.frozen
class Identity:
    """Who the camera is; never changed by a client.

    Attributes:
        manufacturer: as GetDeviceInformation reports it.
        model: product name.
        firmware: firmware version.
        serial_number: unique in the farm.
        hardware_id: hardware revision.
        uuid: stable endpoint reference without ``urn:uuid:``.
        mac: hardware address, ``02:..`` (locally administered).
    """

    manufacturer: str
    model: str
    firmware: str
    serial_number: str
    hardware_id: str
    uuid: str
    mac: str


@attrs.frozen
class Scope:
    """One discovery scope; a fixed one cannot be removed by a client."""

    item: str
    fixed: bool


@attrs.frozen
class TimeSettings:
    """How the clock is set.

    Attributes:
        source: ``Manual`` or ``NTP``.
        time_zone: a POSIX TZ string.
        daylight_savings: whether the time zone's summer time is observed.
    """

    source: str = "Manual"
    time_zone: str = "UTC0"
    daylight_savings: bool = False


@attrs.frozen
class Network:
    """Names and servers that a client may set.

    Attributes:
        hostname: RFC 1123 name of the device.
        search_domains: DNS search list.
        dns: addresses of DNS servers, IPv4 or IPv6.
        ntp: NTP servers: addresses or DNS names.
        gateways: IPv4 addresses of default gateways.
        discoverable: whether WS-Discovery answers for this camera.
    """

    hostname: str
    search_domains: tuple[str, ...] = ()
    dns: tuple[str, ...] = ()
    ntp: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    discoverable: bool = True


@attrs.frozen
class OperatingTimes:
    """When it last happened, in the camera's UTC (Unix seconds); 0.0 means never."""

    last_reboot: float = 0.0
    last_reset: float = 0.0
    last_clock_synchronization: float = 0.0


@attrs.frozen
class Rectangle:
    """A window in pixels, origin at the upper left."""

    x: int
    y: int
    width: int
    height: int


@attrs.frozen
class VideoSource:
    """A physical video input: its token, frame rate (1/s) and size in pixels."""

    token: str
    framerate: float
    width: int
    height: int


@attrs.frozen
class VideoSourceConfiguration:
    """A window of a video source."""

    token: str
    name: str
    source_token: str
    bounds: Rectangle


@attrs.frozen
class VideoEncoderConfiguration:
    """How a window is encoded.

    Attributes:
        token: unique token.
        name: for people.
        encoding: ``H264`` or ``JPEG``.
        width: pixels.
        height: pixels.
        fps: frames per second.
        bitrate_kbps: upper limit in kbit/s.
        gov_length: frames from one key frame to the next; 1 for JPEG.
        profile: ``Baseline``, ``Main`` or ``High``; None for JPEG.
        quality: 0 to 100.
        session_timeout_s: RTSP session timeout in seconds.
    """

    token: str
    name: str
    encoding: Encoding
    width: int
    height: int
    fps: float
    bitrate_kbps: int
    gov_length: int
    profile: H264Profile | None
    quality: float
    session_timeout_s: float = 60.0


@attrs.frozen
class PtzConfiguration:
    """Defaults of PTZ commands; a space is a URI of the PTZ specification 5.7.

    Attributes:
        token: unique token.
        name: for people.
        node_token: the PTZ node it controls.
        absolute_pan_tilt: default space of absolute positions; likewise the next five.
        absolute_zoom: see above.
        relative_pan_tilt: see above.
        relative_zoom: see above.
        continuous_pan_tilt: see above.
        continuous_zoom: see above.
        pan_tilt_speed: default speed, x and y as the schema has both.
        pan_tilt_speed_space: the space of that speed.
        zoom_speed: default zoom speed.
        zoom_speed_space: the space of that speed.
        timeout_s: after how long a continuous move stops if the command does not say.
    """

    token: str
    name: str
    node_token: str
    absolute_pan_tilt: str
    absolute_zoom: str
    relative_pan_tilt: str
    relative_zoom: str
    continuous_pan_tilt: str
    continuous_zoom: str
    pan_tilt_speed: tuple[float, float]
    pan_tilt_speed_space: str
    zoom_speed: float
    zoom_speed_space: str
    timeout_s: float


@attrs.frozen
class PtzPosition:
    """Where the camera looks: degrees and focal length in millimetres."""

    pan_deg: float
    tilt_deg: float
    focal_mm: float


@attrs.frozen
class Preset:
    """A position with a name, kept by the PTZ node."""

    token: str
    name: str
    position: PtzPosition


@attrs.frozen
class Profile:
    """A media profile: tokens of the configurations that make a stream.

    Attributes:
        token: unique token; also the path of its stream and snapshot URLs.
        name: for people.
        fixed: whether a client may not delete it.
        video_source: token of a video source configuration, or None.
        video_encoder: token of a video encoder configuration, or None.
        ptz: token of a PTZ configuration, or None.
    """

    token: str
    name: str
    fixed: bool
    video_source: str | None = None
    video_encoder: str | None = None
    ptz: str | None = None


@attrs.frozen
class DeviceState:
    """Everything that a camera remembers, in one revision."""

    identity: Identity
    users: tuple[User, ...]
    scopes: tuple[Scope, ...]
    time: TimeSettings
    network: Network
    operating: OperatingTimes
    video_sources: tuple[VideoSource, ...]
    video_source_configurations: tuple[VideoSourceConfiguration, ...]
    video_encoder_configurations: tuple[VideoEncoderConfiguration, ...]
    ptz_configurations: tuple[PtzConfiguration, ...]
    profiles: tuple[Profile, ...]
    presets: tuple[Preset, ...] = ()
    home: PtzPosition | None = None


class Named(Protocol):
    """A thing with a token."""

    @property
    def token(self) -> str:
        """Its token."""


Thing = TypeVar("Thing", bound=Named)


def by_token(things: tuple[Thing, ...], token: str | None) -> Thing | None:
    """Return the one with this token, or None."""
    return next((thing for thing in things if thing.token == token), None)


def replaced(things: tuple[Thing, ...], new: Thing) -> tuple[Thing, ...]:
    """Return ``things`` with ``new`` in the place of the one with its token, or appended."""
    if by_token(things, new.token) is None:
        return (*things, new)
    return tuple(new if thing.token == new.token else thing for thing in things)
