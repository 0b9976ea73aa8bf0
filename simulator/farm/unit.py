"""One camera's place in the farm: what it announces, and its power switch."""

from collections.abc import Sequence
from typing import Protocol

from simulator.clock import Timer
from simulator.device.state import DeviceState
from simulator.farm.addresses import Bound, bind
from simulator.farm.camera import Blueprint, build_camera
from simulator.farm.memory import Memory
from simulator.media.stream import Studio
from simulator.net.server import CameraServer
from simulator.services.camera import Camera, Endpoints

REBOOT_S = 5.0
"""How long a camera that reboots is away, in seconds of scenario time."""

_ANSWER_S = 0.3
_TYPES = (
    "{http://www.onvif.org/ver10/network/wsdl}NetworkVideoTransmitter",
    "{http://www.onvif.org/ver10/device/wsdl}Device",
)


class Town(Protocol):
    """What a unit needs of the farm around it."""

    def serve(self, camera: Camera, bound: Bound) -> CameraServer:
        """Begin to listen for a camera."""

    def arrived(self, unit: "Unit") -> None:
        """A camera came onto the network, or what it announces has changed."""

    def left(self, unit: "Unit") -> None:
        """A camera is about to leave the network."""


class Unit:
    """A camera that can be switched on and off; ``net.discovery.Announced``.

    Attributes:
        camera: as it is since it was last switched on; None while it is off.
        endpoints: where it listens while it is on.
        metadata_version: counts the changes of what it announces.
    """

    types: Sequence[str] = _TYPES

    def __init__(
        self, plan: Blueprint, memory: Memory, studio: Studio, bound: Bound, town: Town
    ) -> None:
        """Install a camera, switched off, on sockets that are already bound."""
        self.plan = plan
        self.camera: Camera | None = None
        self.endpoints: Endpoints = bound.endpoints
        self.metadata_version = 1
        self._host = bound.host
        self._bound: Bound | None = bound
        self._memory = memory
        self._studio = studio
        self._town = town
        self._server: CameraServer | None = None
        self._timer: Timer | None = None

    @property
    def uuid(self) -> str:
        """Its endpoint reference, without ``urn:uuid:``."""
        return self.plan.uuid

    @property
    def discoverable(self) -> bool:
        """Whether it is on, and takes part in discovery."""
        return self.camera is not None and self.camera.store.state.network.discoverable

    def scopes(self) -> Sequence[str]:
        """Return its scopes."""
        if self.camera is None:
            return ()
        return [scope.item for scope in self.camera.store.state.scopes]

    def xaddrs(self) -> Sequence[str]:
        """Return the URL of its device service."""
        return [self.endpoints.device_xaddr]

    def power_on(self) -> None:
        """Listen, with the memory of before and nothing else.

        Raises:
            AddressError: if another program took a port while the camera was off.
        """
        bound = self._bound or bind(self._host, self.endpoints.http_port, self.endpoints.rtsp_port)
        self._bound = None
        store = self._memory.boot()
        store.booted(self.plan.clock.utc(self._studio.clock.seconds()))
        self.camera = build_camera(
            self.plan, store, self._studio, self.endpoints, self._request_reboot
        )
        store.observe(self._announce_change)
        self._server = self._town.serve(self.camera, bound)
        self._town.arrived(self)

    def power_off(self) -> None:
        """Cut every connection, session and subscription, and give the ports back."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        if self.camera is None or self._server is None:
            return
        self.camera.pull_points.close()
        self._server.close()
        self.camera = self._server = None

    def _request_reboot(self) -> None:
        """Reboot once the answer to whoever asked for it has had time to leave."""
        if self._timer is None or not self._timer.active():
            self._timer = self._studio.clock.callLater(_ANSWER_S, self._reboot)

    def _reboot(self) -> None:
        self._town.left(self)
        self.power_off()
        self._timer = self._studio.clock.callLater(REBOOT_S, self.power_on)

    def _announce_change(self, old: DeviceState, new: DeviceState, _reason: str) -> None:
        shown = old.scopes, old.network.discoverable
        if (new.scopes, new.network.discoverable) != shown:
            self.metadata_version += 1
            self._town.arrived(self)
