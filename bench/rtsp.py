"""An RTSP session of the load client: a blocking handshake with login, then bare sending."""

import contextlib
import socket
import time
from collections.abc import Mapping
from typing import Literal
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from bench.login import Login
from simulator.wire.rtsp.headers import Session, Transport
from simulator.wire.rtsp.message import Headers, Request, Response
from simulator.wire.rtsp.parser import RtspParser
from simulator.wire.rtsp.sdp import MediaDescription, SessionDescription

TIMEOUT_S = 20.0

_CONNECT_ATTEMPTS = 40
_CONNECT_PAUSE_S = 0.05

Lower = Literal["udp", "tcp"]


class RtspClient:
    """One connection to one video stream.

    Attributes:
        socket: the connection, blocking until ``play``.
        parameters_given: whether the session description has SPS and PPS.
        transport: what the server answered to SETUP.
    """

    def __init__(self, url: str) -> None:
        """Connect to an ``rtsp://user:password@host:port/path``."""
        parts = urlsplit(url)
        self._login = Login(unquote(parts.username or ""), unquote(parts.password or ""))
        address = (parts.hostname or "", parts.port or 554)
        self._url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        self._sequence = 0
        self._session = ""
        self._parser = RtspParser()
        self.socket = _connect(address)
        self.parameters_given = False
        self.transport: Transport | None = None

    def set_up(self, lower: Lower, ports: tuple[int, int]) -> None:
        """Describe and set up the first video stream; ``ports`` are ours for UDP."""
        described = self._ask("DESCRIBE", self._url, {"Accept": "application/sdp"})
        video = _video(SessionDescription.parse(described.body))
        parameters = video.format_parameters(int(video.formats[0]))
        self.parameters_given = "sprop-parameter-sets" in parameters
        base = described.headers.get("Content-Base") or self._url + "/"
        offer = (
            Transport("UDP", client_port=ports)
            if lower == "udp"
            else Transport("TCP", interleaved=(0, 1))
        )
        control = urljoin(base.replace("rtsp://", "http://"), video.control or "")
        target = control.replace("http://", "rtsp://")
        answer = self._ask("SETUP", target, {"Transport": str(offer)})
        self._session = Session.parse(answer.headers.get("Session") or "").id
        self.transport = Transport.parse(answer.headers.get("Transport") or "")
        self._url = base.rstrip("/")

    def play(self) -> None:
        """Ask for media, and do not wait for the answer: it comes among the media."""
        self.socket.sendall(self._request("PLAY", self._url, {"Range": "npt=now-"}).serialize())
        self.socket.setblocking(False)

    def keep_alive(self) -> None:
        """Show that we are there."""
        self.socket.sendall(self._request("GET_PARAMETER", self._url, {}).serialize())

    def tear_down(self) -> None:
        """Say goodbye, if the server still hears it."""
        with contextlib.suppress(OSError):  # the end of the connection says the same
            self.socket.sendall(self._request("TEARDOWN", self._url, {}).serialize())
        self.socket.close()

    def _ask(self, method: str, url: str, headers: Mapping[str, str]) -> Response:
        answer = self._exchange(self._request(method, url, headers))
        if answer.status == 401:
            self._login.challenged(answer.headers.all("WWW-Authenticate"))
            answer = self._exchange(self._request(method, url, headers))
        if answer.status != 200:
            raise ConnectionError(f"{method} {url}: {answer.status} {answer.reason}")
        return answer

    def _request(self, method: str, url: str, headers: Mapping[str, str]) -> Request:
        self._sequence += 1
        fields = Headers([("CSeq", str(self._sequence)), *headers.items()])
        if self._session:
            fields.add("Session", self._session)
        credentials = self._login.credentials(method, url)
        if credentials:
            fields.add("Authorization", credentials)
        return Request(method, url, fields)

    def _exchange(self, request: Request) -> Response:
        self.socket.sendall(request.serialize())
        while True:
            data = self.socket.recv(65_536)
            if not data:
                raise ConnectionError(f"{request.method} {request.url}: the server hung up")
            for event in self._parser.receive_data(data):
                if isinstance(event, Response):
                    return event


def _connect(address: tuple[str, int]) -> socket.socket:
    """Connect, patiently: a server whose queue is full refuses for a moment."""
    for _ in range(_CONNECT_ATTEMPTS):
        try:
            connection = socket.create_connection(address, TIMEOUT_S)
        except ConnectionRefusedError:
            time.sleep(_CONNECT_PAUSE_S)
        else:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
    raise ConnectionError(f"{address[0]}:{address[1]} refuses connections")


def _video(description: SessionDescription) -> MediaDescription:
    for media in description.media:
        if media.kind == "video":
            return media
    raise ConnectionError("the session description has no video")
