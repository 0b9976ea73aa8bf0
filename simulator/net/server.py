"""The two listeners of one camera, and their end."""

import random
import socket
from typing import Any

from simulator.net.http import camera_site
from simulator.net.rtsp import RtspFactory
from simulator.net.rtsp_server import RtspServer
from simulator.services.camera import Camera
from simulator.services.endpoint import Endpoint
from simulator.services.registry import Registry


class CameraServer:
    """SOAP, snapshots and RTSP of one camera, on sockets that are bound already."""

    def __init__(
        self,
        reactor: Any,
        camera: Camera,
        registry: Registry,
        numbers: random.Random,
        http: socket.socket,
        rtsp: socket.socket,
    ) -> None:
        """Begin to listen.

        Args:
            reactor: watches the sockets.
            camera: whose server this is.
            registry: the operations.
            numbers: RTSP session identifiers, SSRCs and first sequence numbers come from here.
            http: a listening socket; it belongs to the server now.
            rtsp: the same for RTSP.
        """
        self._site = camera_site(camera, Endpoint(camera, registry), reactor)
        server = RtspServer(camera, numbers, max_sessions=camera.model.limits.rtsp_sessions)
        self._rtsp = RtspFactory(server, reactor)
        self._ports = (_adopt(reactor, http, self._site), _adopt(reactor, rtsp, self._rtsp))

    def close(self) -> None:
        """Stop listening and cut every connection, as a camera does that loses its power."""
        for port in self._ports:
            port.stopListening()
        self._site.close()
        self._rtsp.close()


def _adopt(reactor: Any, listener: socket.socket, factory: Any) -> Any:
    """Let the reactor listen on a bound socket; it works on a duplicate, so ours is closed."""
    port = reactor.adoptStreamPort(listener.fileno(), socket.AF_INET, factory)
    listener.close()
    return port
