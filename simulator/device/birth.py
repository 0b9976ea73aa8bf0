"""How a camera leaves the factory: its model and the scenario, turned into its first state."""

from urllib.parse import quote

from simulator.config.catalog import CameraModel, PtzSpec, StreamSpec
from simulator.config.model import CameraSpec
from simulator.device.state import (
    DeviceState,
    Identity,
    Network,
    OperatingTimes,
    Profile,
    PtzConfiguration,
    PtzPosition,
    Rectangle,
    Scope,
    TimeSettings,
    VideoEncoderConfiguration,
    VideoSource,
    VideoSourceConfiguration,
)
from simulator.device.users import User, UserLevel

SCOPE_ROOT = "onvif://www.onvif.org/"
"""What every scope of ONVIF Core 7.3.2.2 starts with."""

STREAMS = ("main", "sub")
"""The streams that every camera has, in the order in which they are listed."""

SOURCE_TOKEN = "source_1"
SOURCE_CONFIGURATION_TOKEN = "vsc_1"
PTZ_NODE_TOKEN = "ptz_node_1"
PTZ_CONFIGURATION_TOKEN = "ptz_1"

_PAN_TILT_SPACES = "http://www.onvif.org/ver10/tptz/PanTiltSpaces/"
_ZOOM_SPACES = "http://www.onvif.org/ver10/tptz/ZoomSpaces/"


def encoder_token(stream: str) -> str:
    """Return the token of the video encoder configuration of ``main`` or ``sub``."""
    return f"encoder_{stream}"


def profile_token(stream: str) -> str:
    """Return the token of the profile of ``main`` or ``sub``."""
    return f"profile_{stream}"


def birth_state(
    spec: CameraSpec, uuid: str, mount_tilt_deg: float = 0.0, location: str = ""
) -> DeviceState:
    """Return the state in which a camera leaves the factory.

    Args:
        spec: what the scenario says of it, with its model.
        uuid: its stable endpoint reference, without ``urn:uuid:``.
        mount_tilt_deg: where a PTZ camera's home looks, degrees over the horizon.
        location: where it hangs, for its location scope; no such scope if empty.
    """
    model = spec.model
    has_ptz = model.ptz is not None
    return DeviceState(
        identity=_identity(model, uuid),
        users=(User(spec.username, spec.password, UserLevel.ADMINISTRATOR),),
        scopes=tuple(_scopes(spec, _mac(uuid), location)),
        time=TimeSettings(),
        network=Network(hostname=_hostname(spec.name), discoverable=spec.discovery),
        operating=OperatingTimes(),
        video_sources=(_video_source(model),),
        video_source_configurations=(_video_source_configuration(model),),
        video_encoder_configurations=tuple(_encoder(name, spec.streams[name]) for name in STREAMS),
        ptz_configurations=(_ptz_configuration(),) if has_ptz else (),
        profiles=tuple(_profile(name, has_ptz) for name in STREAMS),
        home=_home(model.ptz, mount_tilt_deg) if model.ptz else None,
    )


def _identity(model: CameraModel, uuid: str) -> Identity:
    return Identity(
        manufacturer=model.manufacturer,
        model=model.model,
        firmware=model.firmware,
        serial_number=uuid.replace("-", "")[-12:].upper(),
        hardware_id=model.hardware_id,
        uuid=uuid,
        mac=_mac(uuid),
    )


def _mac(uuid: str) -> str:
    digits = uuid.replace("-", "")[-10:]
    return ":".join(["02", *(digits[at : at + 2] for at in range(0, 10, 2))])


def _hostname(name: str) -> str:
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in name)
    return plain.strip("-")[:63] or "camera"


def _scopes(spec: CameraSpec, mac: str, location: str) -> list[Scope]:
    model = spec.model
    fixed = [
        *(f"Profile/{profile}" for profile in model.profiles),
        "type/video_encoder",
        "type/Network_Video_Transmitter",
        *(["type/ptz"] if model.ptz else []),
        *model.scopes,
        f"hardware/{quote(model.model)}",
        f"MacAddress/{quote(mac)}",
    ]
    configurable = [f"name/{quote(spec.name)}"]
    if location:
        configurable.append(f"location/{quote(location)}")
    return [
        *(Scope(SCOPE_ROOT + path, True) for path in dict.fromkeys(fixed)),
        *(Scope(SCOPE_ROOT + path, False) for path in configurable),
    ]


def _video_source(model: CameraModel) -> VideoSource:
    width, height = model.source.size
    return VideoSource(SOURCE_TOKEN, float(model.source.fps), width, height)


def _video_source_configuration(model: CameraModel) -> VideoSourceConfiguration:
    bounds = Rectangle(0, 0, *model.source.size)
    return VideoSourceConfiguration(
        SOURCE_CONFIGURATION_TOKEN, "video source", SOURCE_TOKEN, bounds
    )


def _encoder(name: str, stream: StreamSpec) -> VideoEncoderConfiguration:
    is_h264 = stream.codec == "h264"
    return VideoEncoderConfiguration(
        token=encoder_token(name),
        name=f"{name} encoder",
        encoding="H264" if is_h264 else "JPEG",
        width=stream.width,
        height=stream.height,
        fps=float(stream.fps),
        bitrate_kbps=stream.bitrate // 1000,
        gov_length=stream.gop if is_h264 else 1,
        profile=stream.profile if is_h264 else None,
        quality=float(stream.quality),
    )


def _profile(name: str, has_ptz: bool) -> Profile:
    return Profile(
        token=profile_token(name),
        name=name,
        fixed=True,
        video_source=SOURCE_CONFIGURATION_TOKEN,
        video_encoder=encoder_token(name),
        ptz=PTZ_CONFIGURATION_TOKEN if has_ptz else None,
    )


def _ptz_configuration() -> PtzConfiguration:
    return PtzConfiguration(
        token=PTZ_CONFIGURATION_TOKEN,
        name="ptz",
        node_token=PTZ_NODE_TOKEN,
        absolute_pan_tilt=_PAN_TILT_SPACES + "PositionGenericSpace",
        absolute_zoom=_ZOOM_SPACES + "PositionGenericSpace",
        relative_pan_tilt=_PAN_TILT_SPACES + "TranslationGenericSpace",
        relative_zoom=_ZOOM_SPACES + "TranslationGenericSpace",
        continuous_pan_tilt=_PAN_TILT_SPACES + "VelocityGenericSpace",
        continuous_zoom=_ZOOM_SPACES + "VelocityGenericSpace",
        pan_tilt_speed=(1.0, 1.0),
        pan_tilt_speed_space=_PAN_TILT_SPACES + "GenericSpeedSpace",
        zoom_speed=1.0,
        zoom_speed_space=_ZOOM_SPACES + "ZoomGenericSpeedSpace",
        timeout_s=5.0,
    )


def _home(ptz: PtzSpec, tilt_deg: float) -> PtzPosition:
    lowest, highest = ptz.tilt_deg
    tilt_deg = min(max(tilt_deg, lowest), highest)
    return PtzPosition(pan_deg=0.0, tilt_deg=tilt_deg, focal_mm=ptz.focal_mm[0])
