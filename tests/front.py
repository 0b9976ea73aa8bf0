"""A small camera with a few operations of its own, for tests of the doors: SOAP and HTTP."""

import random
from collections.abc import Callable
from typing import Any

import attrs

from simulator.clock import CameraClock, Clock, SimClock
from simulator.config.catalog import AuthSpec
from simulator.device.login import Login
from simulator.device.users import User, UserLevel
from simulator.errors import receiver
from simulator.later import Later
from simulator.services.registry import Access, Registry, Service

UTC_0 = 1_795_341_600.0
"""2026-11-22T10:00:00Z"""

TDS = "http://www.onvif.org/ver10/device/wsdl"
TEV = "http://www.onvif.org/ver10/events/wsdl"
WSNT = "http://docs.oasis-open.org/wsn/b-2"
BASE_NOTIFICATION = "http://docs.oasis-open.org/wsn/bw-2"
SOAP = "http://www.w3.org/2003/05/soap-envelope"

USERS = (
    User("admin", "gehe1m", UserLevel.ADMINISTRATOR),
    User("operator", "operator", UserLevel.OPERATOR),
    User("user", "user", UserLevel.USER),
    User("guest", "guest", UserLevel.ANONYMOUS),
)

device = Service("device", TDS, "/onvif/device_service", (2, 60))
events = Service("events", TEV, "/onvif/event_service", (2, 60))


@attrs.define
class Store:
    """A store whose state is itself."""

    users: tuple[User, ...] = USERS

    @property
    def state(self) -> "Store":
        return self


@attrs.define
class Pictures:
    """A camera's streams, as far as snapshots go."""

    take: Callable[[str, float], Later[bytes]]

    def snapshot(self, token: str, now: float) -> Later[bytes]:
        return self.take(token, now)


@attrs.define
class Endpoints:
    """Where it listens."""

    host: str = "192.0.2.1"
    http_port: int = 8000


@attrs.define(eq=False)
class SmallCamera:
    """As much of a camera as the doors see."""

    login: Login
    scheduler: Clock = attrs.Factory(SimClock)
    name: str = "cam-001"
    streams: Pictures = attrs.field(default=Pictures(lambda token, now: Later.of(b"jpeg")))
    endpoints: Endpoints = attrs.Factory(Endpoints)
    calls: list[Any] = attrs.Factory(list)
    pulls: list[Later[Any]] = attrs.Factory(list)


def small_camera(*schemes: str, **parts: Any) -> SmallCamera:
    """Make one; ``schemes`` as in the camera models."""
    policy = AuthSpec.model_validate({"schemes": schemes or ("digest", "username_token")})
    return SmallCamera(Login(Store(), CameraClock(UTC_0), random.Random(1), policy), **parts)


@device.operation("GetHostname", Access.PRE_AUTH)
def get_hostname(camera: SmallCamera, request: Any, call: Any) -> Any:
    camera.calls.append((request, call))
    return {"HostnameInformation": {"FromDHCP": False, "Name": camera.name}}


@device.operation("GetDeviceInformation", Access.READ_SYSTEM)
def get_device_information(camera: SmallCamera, request: Any, call: Any) -> Any:
    camera.calls.append((request, call))
    names = ("Manufacturer", "Model", "FirmwareVersion", "SerialNumber", "HardwareId")
    return dict.fromkeys(names, call.user.name)


@device.operation("SetHostname", Access.WRITE_SYSTEM)
def set_hostname(camera: SmallCamera, request: Any, call: Any) -> None:
    camera.calls.append((request, call))


@device.operation("GetUsers", Access.READ_SYSTEM_SECRET)
def get_users(camera: SmallCamera, request: Any, call: Any) -> Any:
    return {"User": []}


@device.operation("GetSystemLog", Access.READ_SYSTEM_SECRET)
def get_system_log(camera: SmallCamera, request: Any, call: Any) -> Any:
    raise receiver("Action", "AccesslogUnavailable")


@device.operation("GetNTP", Access.PRE_AUTH)
def get_ntp(camera: SmallCamera, request: Any, call: Any) -> Any:
    raise RuntimeError("secret detail of ours")


@device.operation("GetDNS", Access.PRE_AUTH)
def get_dns(camera: SmallCamera, request: Any, call: Any) -> Any:
    return {"DNSInformation": {"NoSuchElement": 1}}


@device.operation("GetWsdlUrl", Access.PRE_AUTH, when=lambda camera: False)
def get_wsdl_url(camera: SmallCamera, request: Any, call: Any) -> Any:
    return {"WsdlUrl": "x"}


@events.operation("PullMessages", Access.READ_MEDIA)
def pull_messages(camera: SmallCamera, request: Any, call: Any) -> Later[Any]:
    later: Later[Any] = Later()
    camera.calls.append((request, call))
    camera.pulls.append(later)
    return later


@events.operation("Notify", Access.PRE_AUTH, namespace=BASE_NOTIFICATION)
def notify(camera: SmallCamera, request: Any, call: Any) -> None:
    camera.calls.append((request, call))


PULLED = {"CurrentTime": UTC_0, "TerminationTime": UTC_0 + 60, "NotificationMessage": []}
REGISTRY = Registry((device, events))


def envelope(body: str, header: str = "", soap: str = SOAP) -> bytes:
    """Return a request with this body."""
    head = f"<e:Header>{header}</e:Header>" if header else ""
    return (
        f'<e:Envelope xmlns:e="{soap}" xmlns:tds="{TDS}" xmlns:tev="{TEV}" xmlns:b="{WSNT}">'
        f"{head}<e:Body>{body}</e:Body></e:Envelope>"
    ).encode()
