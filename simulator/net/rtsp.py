"""RTSP connections of one camera: bytes in and out, limits, and who may keep a connection."""

import itertools
import socket
import typing
from typing import Any, cast

from twisted.internet import tcp
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from simulator.clock import Timer
from simulator.net.interleaved import InterleavedWriter, StreamTransport
from simulator.net.rtp import InterleavedSender, Readers, UdpSender
from simulator.net.rtsp_server import RtspServer
from simulator.net.session import RtspSession
from simulator.wire.rtsp.error import RtspError
from simulator.wire.rtsp.headers import Transport
from simulator.wire.rtsp.message import Event, Headers, InterleavedFrame, Request, Response
from simulator.wire.rtsp.parser import RtspParser

IDLE_S = 30.0
"""How long a connection without a session may take for its next complete message."""

LINGER_S = 5.0
"""How long a connection that we close may take to fetch the rest of our answer."""

REQUESTS_PER_S = 20.0
REQUEST_BURST = 60.0
"""Requests that one connection may make; an interleaved frame counts as a fiftieth."""

_FRAME_COST = 0.02
_SPARE_CONNECTIONS = 16
_SEND_BUFFER = 1 << 20

_log = Logger(namespace="camfarm.rtsp")


class TcpTransport(StreamTransport, typing.Protocol):
    """The part of Twisted's ``ITCPTransport`` that is needed here."""

    def getPeer(self) -> Any:
        """Return the client's address."""

    def getHost(self) -> Any:
        """Return the address that it reached."""

    def setTcpNoDelay(self, enabled: bool) -> object:
        """Send small packets at once."""

    def setTcpKeepAlive(self, enabled: bool) -> object:
        """Let the kernel find out about peers that are gone."""


class RtspProtocol(Protocol):
    """One RTSP connection.

    Attributes:
        peer: the client's address and port, for the log.
    """

    def __init__(self, factory: "RtspFactory", peer: str) -> None:
        """Serve ``peer``, as the log names it."""
        self._factory = factory
        self._server = factory.server
        self._clock = factory.server.camera.scheduler
        self.peer = peer
        self._parser = RtspParser()
        self._sessions: dict[str, RtspSession] = {}
        self._channels: dict[int, RtspSession] = {}
        self._timer: Timer | None = None
        self._heard = self._admitted_at = self._clock.seconds()
        self._allowance = REQUEST_BURST
        self._answering = False
        self._closing = False

    @property
    def idle(self) -> bool:
        """Whether no session depends on this connection."""
        return not self._sessions

    @property
    def peer_host(self) -> str:
        """The client's address."""
        return str(self._tcp.getPeer().host)

    @property
    def local_host(self) -> str:
        """The address that the client reached."""
        return str(self._tcp.getHost().host)

    @property
    def _tcp(self) -> TcpTransport:
        return cast(TcpTransport, self.transport)

    def connectionMade(self) -> None:
        """Prepare the connection for media."""
        self._raw: socket.socket | None = None
        if isinstance(self.transport, tcp.Connection):
            self._raw = self.transport.socket
            self._tcp.setTcpNoDelay(True)
            self._tcp.setTcpKeepAlive(True)
        self._writer = InterleavedWriter(self._tcp, self._raw)
        self._timer = self._clock.callLater(IDLE_S, self._check_idle)
        self._factory.connected(self)

    def dataReceived(self, data: bytes) -> None:
        """Answer what the bytes complete."""
        if self._closing:
            return
        try:
            events = self._parser.receive_data(data)
        except RtspError as error:
            self._receive(error.events)
            self._refuse(error)
        else:
            self._receive(events)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: ARG002
        """End the sessions that cannot go on without the connection."""
        self._closing = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._factory.disconnected(self)
        for session in [*self._sessions.values()]:
            session.orphaned = True
            if not isinstance(session.sender, UdpSender):
                session.end("the connection is gone")
        self._sessions.clear()

    def close(self) -> None:
        """Close behind what is still to be sent, or soon in any case."""
        if not self._closing:
            self._closing = True
            if self._timer is not None and self._timer.active():
                self._timer.cancel()
            self._writer.close()
            self._timer = self._clock.callLater(LINGER_S, self._tcp.abortConnection)

    def drop(self) -> None:
        """Close at once."""
        self._closing = True
        self._tcp.abortConnection()

    def send_by_udp(self, session: RtspSession, transport: Transport) -> UdpSender:
        """Return a sender to the client's ports; PortError if there is no way."""
        self._release_channels(session)
        return UdpSender(
            self._factory.reactor,
            self.local_host,
            self.peer_host,
            transport.client_port or (0, 0),
            session.receive_rtcp,
            offload=self._factory.offload,
        )

    def send_interleaved(self, session: RtspSession, transport: Transport) -> InterleavedSender:
        """Return a sender on the channels that the client asked for, or on free ones."""
        self._release_channels(session)
        channels = transport.interleaved
        if channels is None or self._channels.keys() & {*channels} or channels[0] == channels[1]:
            first = next(c for c in itertools.count(0, 2) if not self._channels.keys() & {c, c + 1})
            channels = (first, first + 1)
        self._channels.update(dict.fromkeys(channels, session))
        if self._raw is not None:
            self._raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        return InterleavedSender(self._writer, channels)

    def adopt(self, session: RtspSession) -> None:
        """Tie a session to this connection."""
        self._sessions[session.id] = session

    def ended(self, session: RtspSession) -> None:
        """Let go of a session; if it is not the client that ended it, close, so that it knows."""
        if self._sessions.pop(session.id, None) is not None:
            self._release_channels(session)
            if not self._answering:
                self.close()

    def _release_channels(self, session: RtspSession) -> None:
        self._channels = {c: s for c, s in self._channels.items() if s is not session}

    def _receive(self, events: list[Event] | tuple[Event, ...]) -> None:
        for event in events:
            if self._closing or not self._admit(event):
                return
            if isinstance(event, InterleavedFrame):
                session = self._channels.get(event.channel)
                if session is not None and event.channel % 2:
                    session.receive_rtcp(event.payload)
            elif isinstance(event, Request):
                self._answer(event)

    def _answer(self, request: Request) -> None:
        now = self._clock.seconds()
        self._heard = now
        self._answering = True
        response, began = self._server.answer(request, self, now)
        self._answering = False
        self._writer.write(response.serialize())
        if began is not None:
            began.report()

    def _admit(self, event: Event) -> bool:
        """Keep a client that floods from taking the time of others."""
        now = self._clock.seconds()
        earned = (now - self._admitted_at) * REQUESTS_PER_S
        self._admitted_at = now
        self._allowance = min(REQUEST_BURST, self._allowance + earned)
        self._allowance -= _FRAME_COST if isinstance(event, InterleavedFrame) else 1.0
        if self._allowance < 0:
            self._refuse(RtspError(503, f"more than {REQUESTS_PER_S:.0f} requests a second"))
            return False
        return True

    def _refuse(self, error: RtspError) -> None:
        """Answer bytes that cannot be served, and close: no message boundary is known any more."""
        _log.warn(
            "{camera} {peer}: {error}", camera=self._server.camera.name, peer=self.peer, error=error
        )
        headers = [("CSeq", error.cseq)] if error.cseq else []
        response = Response(error.status, headers=Headers([*headers, ("Connection", "close")]))
        self._writer.write(response.serialize())
        self.close()

    def _check_idle(self) -> None:
        left_s = self._heard + IDLE_S - self._clock.seconds()
        if self._sessions:
            left_s = IDLE_S
        if left_s > 0:
            self._timer = self._clock.callLater(left_s, self._check_idle)
        else:
            self.close()


class RtspFactory(Factory):
    """The RTSP listener of one camera.

    Attributes:
        server: answers the requests.
        reactor: watches the UDP sockets.
        offload: whether UDP may use segmentation offload.
    """

    noisy = False

    def __init__(self, server: RtspServer, reactor: Readers, *, offload: bool = True) -> None:
        """Serve ``server`` to whoever connects."""
        self.server = server
        self.reactor = reactor
        self.offload = offload
        self._connections: dict[RtspProtocol, None] = {}  # the oldest first
        self._most = 2 * server.max_sessions + _SPARE_CONNECTIONS

    def buildProtocol(self, addr: IAddress | None) -> RtspProtocol:
        """Return the protocol of a new connection."""
        peer = f"{getattr(addr, 'host', addr)}:{getattr(addr, 'port', 0)}"
        return RtspProtocol(self, peer)

    def connected(self, protocol: RtspProtocol) -> None:
        """Note a connection; when there are too many, the oldest without a session must go."""
        self._connections[protocol] = None
        if len(self._connections) > self._most:
            idle = next(other for other in self._connections if other.idle)
            _log.warn(
                "{camera} {peer}: dropped, for there are more than {most} connections",
                camera=self.server.camera.name,
                peer=idle.peer,
                most=self._most,
            )
            self.disconnected(idle)
            idle.drop()

    def disconnected(self, protocol: RtspProtocol) -> None:
        """Forget a connection."""
        self._connections.pop(protocol, None)

    def close(self) -> None:
        """End every session and connection, as when the camera reboots."""
        self.server.close()
        for protocol in [*self._connections]:
            protocol.close()
