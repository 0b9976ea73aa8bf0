"""Everything one camera is to its services: farm/ assembles it, services and net/ read it."""

from collections.abc import Callable

import attrs

from simulator.clock import CameraClock, Clock
from simulator.config.catalog import CameraModel
from simulator.config.model import CameraSpec
from simulator.device.login import Login
from simulator.device.store import Store
from simulator.events.broker import Broker
from simulator.events.presets import PresetWatch
from simulator.events.subscriptions import PullPoints
from simulator.mechanics.ptz import Ptz
from simulator.media.streams import Streams


@attrs.frozen
class Endpoints:
    """Where a camera listens.

    Attributes:
        host: the address it is bound to and advertises.
        http_port: TCP port of SOAP and snapshots.
        rtsp_port: TCP port of RTSP.
    """

    host: str
    http_port: int
    rtsp_port: int

    @property
    def device_xaddr(self) -> str:
        """The URL of the device service, as discovery announces it."""
        return f"http://{self.host}:{self.http_port}/onvif/device_service"


@attrs.define(eq=False)
class Camera:
    """One virtual camera.

    Attributes:
        spec: what the scenario says of it.
        model: the product it simulates.
        uuid: its stable endpoint reference, without ``urn:uuid:``.
        scheduler: scenario time and timers, shared by the farm.
        clock: its own wall clock.
        store: what it remembers; every change is a commit.
        login: checks credentials, for SOAP, snapshots and RTSP alike.
        broker: where its events are published.
        pull_points: its pull-point subscriptions.
        streams: its media, by video encoder configuration.
        ptz: its mechanics; None on a fixed camera.
        presets: sends the mechanics to presets and reports what becomes of that; None without them.
        endpoints: where it listens.
        request_reboot: asks the farm for a real absence: Bye, ports closed, and back after a while.
    """

    spec: CameraSpec
    model: CameraModel
    uuid: str
    scheduler: Clock
    clock: CameraClock
    store: Store
    login: Login
    broker: Broker
    pull_points: PullPoints
    streams: Streams
    ptz: Ptz | None
    presets: PresetWatch | None
    endpoints: Endpoints
    request_reboot: Callable[[], None]

    @property
    def name(self) -> str:
        """The camera's name, unique in the farm."""
        return self.spec.name

    def utc(self) -> float:
        """Return the camera's own UTC now, in Unix seconds."""
        return self.clock.utc(self.scheduler.seconds())
