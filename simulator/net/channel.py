"""HTTP connections with limits: how large, how slow and how many requests may be.

Twisted parses HTTP; what it lacks is here: a body is refused before it is read, a request must be
complete in time, and there is an end to connections and to what one peer may ask.
"""

import io
from collections.abc import Callable
from typing import Any

import attrs
from twisted.internet.interfaces import IAddress
from twisted.logger import Logger
from twisted.web.http import RESPONSES, HTTPChannel
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from simulator.net.rates import PeerRates

LINGER_S = 2.0
"""How long a refused client may go on sending, so that it gets to read why (RFC 9112 9.6)."""

COMPLAINT_S = 10.0
"""How often the log says that a peer asks too often."""

log = Logger(namespace="camfarm.http")


@attrs.frozen
class HttpLimits:
    """What a camera's HTTP server puts up with.

    Attributes:
        body_bytes: largest body of a request.
        header_bytes: largest request line and headers together.
        headers: most headers of a request.
        request_s: longest time from the first byte of a request to its last, seconds; a new
            connection has as long to begin.
        idle_s: longest silence between requests, seconds. A request that is held has no limit.
        connections: most open connections of the camera.
        requests_per_s: how many requests one peer may make in the long run.
        requests_burst: how many it may make at once.
    """

    body_bytes: int = 256 * 1024
    header_bytes: int = 16 * 1024
    headers: int = 100
    request_s: float = 15.0
    idle_s: float = 60.0
    connections: int = 200
    requests_per_s: float = 1000.0
    requests_burst: int = 2000


def deliver(request: Any, status: int, headers: Any = (), body: bytes = b"") -> int:
    """Send a whole response; the result is what a resource's ``render`` returns then."""
    request.setResponseCode(status)
    for name, value in headers:
        request.responseHeaders.addRawHeader(name, value)
    request.responseHeaders.setRawHeaders("Content-Length", [str(len(body))])
    request.write(body)
    request.finish()
    return NOT_DONE_YET


class Refusal(Resource):
    """A page that is not there, or not now: a status, perhaps headers, and no more."""

    isLeaf = True

    def __init__(self, status: int, *headers: tuple[str, str]) -> None:
        """Answer every request with ``status`` and ``headers``."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._status = status
        self._headers = headers

    def render(self, request: Any) -> int:
        """Answer."""
        return deliver(request, self._status, self._headers)


class LimitedRequest(Request):
    """A request whose body is kept in memory, within the site's limit, and is no form."""

    defaultContentType = None
    channel: Any
    content: Any

    def gotLength(self, _length: int | None) -> None:
        """Begin the body; the channel has refused a length beyond the limit."""
        self.content = io.BytesIO()

    def handleContentChunk(self, data: bytes) -> None:
        """Keep a part of the body; a chunked one shows its size only as it comes."""
        if self.content.tell() + len(data) > self.channel.site.limits.body_bytes:
            self.channel.refuse(413)
        else:
            self.content.write(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Find who answers; a target that is a whole URL counts by its path (RFC 9112 3.2.2)."""
        self.content.seek(0)
        self.args = {}
        self.method, self.clientproto = command, version
        if path.lower().startswith((b"http://", b"https://")):
            path = b"/" + path.split(b"/", 3)[3] if path.count(b"/") > 2 else b"/"
        self.uri = path
        self.path = path.split(b"?", 1)[0]
        self.process()  # type: ignore[no-untyped-call]


class LimitedChannel(HTTPChannel):
    """One connection."""

    site: "LimitedSite"
    _deadline: Any = None
    _linger: Any = None
    _refused = False

    def connectionMade(self) -> None:
        """Count the connection, and wait for its first request for a while."""
        self.maxHeaders = self.site.limits.headers
        self.totalHeadersSize = self.site.limits.header_bytes
        self.site.channels[self] = None
        super().connectionMade()  # type: ignore[no-untyped-call]
        transport: Any = self.transport
        if hasattr(transport, "setTcpKeepAlive"):
            transport.setTcpKeepAlive(True)
        self._start_deadline()

    def connectionLost(self, reason: Any) -> None:  # type: ignore[override]
        """Stop all that waits for this connection."""
        self.site.channels.pop(self, None)
        self._stop_deadline()
        if self._linger is not None and self._linger.active():
            self._linger.cancel()
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    @property
    def idle(self) -> bool:
        """Whether no request is being answered."""
        return not self._handlingRequest

    def abort(self) -> None:
        """Cut the connection; a request that is held is abandoned."""
        transport: Any = self.transport
        transport.abortConnection()

    def dataReceived(self, data: bytes) -> None:
        """Read; the clock of a request starts with its first byte."""
        if self._refused:
            return
        if self._deadline is None and not self._handlingRequest:
            self._start_deadline()
        super().dataReceived(data)  # type: ignore[no-untyped-call]

    def lineReceived(self, line: bytes) -> None:
        """Read a line of the head."""
        if not self._refused:
            super().lineReceived(line)  # type: ignore[no-untyped-call]

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002
        """Refuse a line that is longer than a head may be, instead of hanging up without a word."""
        self.refuse(400)

    def rawDataReceived(self, data: bytes) -> None:
        """Read a part of the body."""
        if not self._refused:
            super().rawDataReceived(data)

    def allHeadersReceived(self) -> None:
        """Refuse a body that is announced too large, before it is sent."""
        if self.length is not None and self.length > self.site.limits.body_bytes:
            self.refuse(413)
        else:
            super().allHeadersReceived()  # type: ignore[no-untyped-call]

    def allContentReceived(self) -> None:
        """Hand the request on; from here on it takes as long as it takes."""
        if not self._refused:
            self._stop_deadline()
            super().allContentReceived()  # type: ignore[no-untyped-call]

    def refuse(self, status: int) -> None:
        """Answer ``status``, and read no more requests of this connection."""
        if self._refused:
            return
        self._refused = True
        self._stop_deadline()
        self.setTimeout(None)  # type: ignore[no-untyped-call]
        transport: Any = self.transport
        peer = transport.getPeer().host
        log.info(
            "{camera}: {peer} is refused: {status}", camera=self.site.name, peer=peer, status=status
        )
        reason = RESPONSES[status].decode()
        head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        transport.write(head.encode())
        self._networkProducer.unregisterProducer()
        transport.loseWriteConnection()
        self._linger = self._after(LINGER_S, transport.abortConnection)

    def _respondToBadRequestAndDisconnect(self) -> None:
        self.refuse(400)

    def _start_deadline(self) -> None:
        self._deadline = self._after(self.site.limits.request_s, self._too_slow)

    def _stop_deadline(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None

    def _after(self, delay_s: float, call: Callable[[], object]) -> Any:
        return self.callLater(delay_s, call)  # type: ignore[no-untyped-call]

    def _too_slow(self) -> None:
        self._deadline = None
        self.refuse(408)


class LimitedSite(Site):
    """The HTTP server of one camera.

    Attributes:
        name: the camera's name, for the log.
        limits: what it puts up with.
        channels: the open connections, the oldest first.
    """

    protocol = LimitedChannel  # type: ignore[assignment]
    noisy = False

    def __init__(self, root: Resource, name: str, limits: HttpLimits, reactor: Any) -> None:
        """Serve ``root``.

        Args:
            root: where requests go.
            name: of the camera, for the log.
            limits: see there.
            reactor: its timers.
        """
        super().__init__(  # type: ignore[no-untyped-call]
            root, LimitedRequest, timeout=limits.idle_s, reactor=reactor
        )
        self.name = name
        self.limits = limits
        self.channels: dict[LimitedChannel, None] = {}
        self._rates = PeerRates(limits.requests_per_s, limits.requests_burst)
        self._busy = Refusal(503, ("Retry-After", "1"))
        self._full = False
        self._complained_s = -COMPLAINT_S
        self._seconds: Callable[[], float] = reactor.seconds

    def buildProtocol(self, addr: IAddress | None) -> Any:
        """Accept a connection; None if there are too many.

        One that waits for its next request makes room, the oldest first: whoever opens connections
        and says nothing locks nobody out.
        """
        full = len(self.channels) >= self.limits.connections
        if full and not self._full:
            log.warn(
                "{camera}: all {count} connections are in use",
                camera=self.name,
                count=len(self.channels),
            )
        self._full = full
        idle = next((channel for channel in self.channels if channel.idle), None) if full else None
        if full and idle is None:
            return None
        if idle is not None:
            idle.abort()
        return super().buildProtocol(addr)  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Cut every connection, as a loss of power does; requests that are held are abandoned."""
        for channel in tuple(self.channels):
            channel.abort()

    def getResourceFor(self, request: Any) -> Any:
        """Find who answers; a peer that asks too often is told to come back later."""
        request.setHeader(b"Server", b"camfarm")
        peer = request.getClientAddress().host
        if not self._rates.allow(peer, self._seconds()):
            self._complain(peer)
            return self._busy
        return super().getResourceFor(request)  # type: ignore[no-untyped-call]

    def _complain(self, peer: str) -> None:
        now = self._seconds()
        # A flood of requests must not become a flood of lines.
        if now - self._complained_s >= COMPLAINT_S:
            self._complained_s = now
            log.warn("{camera}: {peer} asks too often", camera=self.name, peer=peer)

    def startFactory(self) -> None:
        """Keep no access log: a thousand sites would have a thousand timers for its clock."""

    def stopFactory(self) -> None:
        """Nothing was started."""

    def log(self, request: Any) -> None:
        """Write no access log."""
