"""What a camera answers to RTSP (RFC 2326 section 10; ONVIF Streaming Specification 5.2)."""

import random
from collections.abc import Callable
from email.utils import formatdate
from typing import Protocol
from urllib.parse import urlsplit

import attrs
from twisted.logger import Logger

from simulator.clock import CameraClock, Clock
from simulator.device.login import Denied
from simulator.device.users import User
from simulator.media.description import describe
from simulator.media.stream import Stream
from simulator.net.rtp import PortError, RtpSender
from simulator.net.session import RtspSession, SessionPlace
from simulator.services.access import permits
from simulator.services.registry import Access
from simulator.wire.rtsp.error import RtspError
from simulator.wire.rtsp.headers import Range, RtpInfo, Session, Transport, parse_transports
from simulator.wire.rtsp.message import VERSION, Request, Response
from simulator.wire.rtsp.session import METHODS, State, allowed

TIMEOUT_S = 60
"""Seconds without a sign of life after which a session ends (RFC 2326 section 12.37)."""

CONTROL = "video"
"""Last part of the control URL of a profile's video stream."""

SERVER = "camfarm"

_log = Logger(namespace="camfarm.rtsp")

Fields = list[tuple[str, str]]


class StreamFinder(Protocol):
    """Where streams are found (media.streams.Streams is one)."""

    def by_profile(self, token: str) -> Stream | None:
        """Return the stream of a profile, or None."""


class Gate(Protocol):
    """Who checks credentials (device.login.Login is one)."""

    def http(self, method: str, uri: str, authorization: str | None, now: float) -> User | None:
        """Return the user, None without credentials; raise Denied for wrong ones."""

    def challenges(self, now: float) -> list[str]:
        """Return the WWW-Authenticate values of a 401."""


class RtspCamera(Protocol):
    """What RTSP needs of a camera (services.camera.Camera is one)."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def scheduler(self) -> Clock:
        """Scenario time."""

    @property
    def clock(self) -> CameraClock:
        """Its wall clock."""

    @property
    def login(self) -> Gate:
        """Who may come in."""

    @property
    def streams(self) -> StreamFinder:
        """What it shows."""


class Client(Protocol):
    """The connection that a request came by."""

    @property
    def peer(self) -> str:
        """Address and port, for the log."""

    @property
    def local_host(self) -> str:
        """The address that the client reached."""

    def send_by_udp(self, session: RtspSession, transport: Transport) -> RtpSender:
        """Return a sender to the client's UDP ports; PortError if there is no way."""

    def send_interleaved(self, session: RtspSession, transport: Transport) -> RtpSender:
        """Return a sender on the connection."""

    def adopt(self, session: RtspSession) -> None:
        """Tie a session to the connection."""

    def ended(self, session: RtspSession) -> None:
        """Let go of a session."""


@attrs.frozen
class _Call:
    """A request on its way: who sent it, when, and what it is about."""

    request: Request
    client: Client
    now: float
    session: RtspSession | None


class RtspServer:
    """The RTSP side of one camera, without sockets.

    Attributes:
        camera: whose streams are served.
        max_sessions: how many sessions there may be at a time.
    """

    def __init__(
        self,
        camera: RtspCamera,
        numbers: random.Random,
        *,
        max_sessions: int = 20,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Serve a camera.

        Args:
            camera: whose streams are served.
            numbers: session identifiers, SSRCs and first sequence numbers come from here.
            max_sessions: how many sessions there may be at a time.
            timeout_s: seconds without a sign of life after which a session ends.
        """
        self.camera = camera
        self.max_sessions = max_sessions
        self._numbers = numbers
        self._timeout_s = timeout_s
        self._sessions: dict[str, RtspSession] = {}
        self._homes: dict[str, Client] = {}
        self._began: RtspSession | None = None
        self._methods: dict[str, Callable[[_Call], Response]] = {
            "OPTIONS": self._options,
            "DESCRIBE": self._describe,
            "SETUP": self._setup,
            "PLAY": self._play,
            "PAUSE": self._pause,
            "TEARDOWN": self._teardown,
            "GET_PARAMETER": self._keep_alive,
            "SET_PARAMETER": self._keep_alive,
        }

    def answer(
        self, request: Request, client: Client, now: float
    ) -> tuple[Response, RtspSession | None]:
        """Return the answer, and the session that begins to play behind it, if one does."""
        self._began = None
        try:
            response = self._dispatch(request, client, now)
        except RtspError as error:
            _log.debug(
                "{camera} {peer}: {method} {error}",
                camera=self.camera.name,
                peer=client.peer,
                method=request.method,
                error=error,
            )
            response = Response.to(request, error.status, self._explanation(error, request))
        except Exception:
            _log.failure(
                "{camera} {peer}: {method} failed",
                camera=self.camera.name,
                peer=client.peer,
                method=request.method,
            )
            response = Response.to(request, 500)
        response.headers.add("Server", SERVER)
        response.headers.add("Date", formatdate(self.camera.clock.utc(now), usegmt=True))
        return response, self._began

    def close(self) -> None:
        """End every session."""
        for session in [*self._sessions.values()]:
            session.end("the camera goes away")

    def _dispatch(self, request: Request, client: Client, now: float) -> Response:
        if request.version != VERSION:
            raise RtspError(505, f"{request.version} is not spoken here")
        cseq = request.headers.get("CSeq") or ""
        if not (cseq.isascii() and cseq.isdigit()):
            raise RtspError(400, f"CSeq {cseq[:20]!r} is not a number")
        method = self._methods.get(request.method)
        if method is None:
            raise RtspError(501, f"method {request.method[:40]} is not implemented")
        if request.method != "OPTIONS":
            challenges = self._challenges(request, client, now)
            if challenges:
                return Response.to(request, 401, [("WWW-Authenticate", c) for c in challenges])
        if request.headers.all("Require") or request.headers.all("Proxy-Require"):
            raise RtspError(551, "the client requires an option")
        return method(_Call(request, client, now, self._session(request, client)))

    def _challenges(self, request: Request, client: Client, now: float) -> list[str]:
        """Return what a client that is not logged in must be told; nothing if it is.

        Raises:
            RtspError: 403 for a user who may not see streams.
        """
        authorization = request.headers.get("Authorization")
        login = self.camera.login
        try:
            user = login.http(request.method, request.url, authorization, now)
        except Denied as denied:
            _log.info(
                "{camera} {peer}: login refused: {reason}",
                camera=self.camera.name,
                peer=client.peer,
                reason=str(denied),
            )
            return denied.challenges
        if user is None:
            return login.challenges(now)
        if not permits(user.level, Access.READ_MEDIA):
            raise RtspError(403, f"{user.level.value} may not see streams")
        return []

    def _session(self, request: Request, client: Client) -> RtspSession | None:
        """Return the session that the request names; every request is a sign of life."""
        text = request.headers.get("Session")
        if text is None:
            return None
        session = self._sessions.get(Session.parse(text).id)
        if session is None:
            raise RtspError(454, f"no session {text[:40]!r}")
        session.alive()
        if session.orphaned and request.method != "OPTIONS":  # which needs no login
            session.orphaned = False
            self._homes[session.id] = client
            client.adopt(session)
        return session

    def _explanation(self, error: RtspError, request: Request) -> Fields:
        if error.status == 455:
            text = request.headers.get("Session")
            session = self._sessions.get(text.partition(";")[0].strip()) if text else None
            return [("Allow", ", ".join(allowed(session.state if session else State.INIT)))]
        if error.status == 501:
            return [("Allow", ", ".join(METHODS))]
        if error.status == 551:
            names = ("Require", "Proxy-Require")
            return [("Unsupported", v) for name in names for v in request.headers.all(name)]
        return []

    def _options(self, call: _Call) -> Response:
        return Response.to(call.request, headers=[("Public", ", ".join(METHODS))])

    def _keep_alive(self, call: _Call) -> Response:
        """Answer GET_PARAMETER and SET_PARAMETER: there are no parameters, they are pings."""
        return Response.to(call.request, headers=_session_field(call.session))

    def _describe(self, call: _Call) -> Response:
        url, _, stream, _ = self._target(call.request)
        accept = call.request.headers.get("Accept")
        if accept and not any(
            kind in accept for kind in ("application/sdp", "*/*", "application/*")
        ):
            raise RtspError(
                406, f"there is a description as application/sdp only, not {accept[:80]!r}"
            )
        body = describe(
            stream.form,
            name=self.camera.name,
            host=call.client.local_host,
            control=f"{url}/{CONTROL}",
        )
        headers = [("Content-Type", "application/sdp"), ("Content-Base", f"{url}/")]
        return Response.to(call.request, headers=headers, body=body)

    def _setup(self, call: _Call) -> Response:
        url, token, stream, of_media = self._target(call.request)
        if not of_media:
            raise RtspError(459, "SETUP of a whole presentation")
        text = call.request.headers.get("Transport")
        if text is None:
            raise RtspError(400, "SETUP without Transport")
        transport = _chosen(parse_transports(text))
        session = call.session or self._new_session(token, stream, call.client)
        if session.stream is not stream:
            raise RtspError(459, "a session is of one profile")
        try:
            session.advance("SETUP")
            session.setup(_sender(call.client, session, transport))
        except PortError as error:
            session.end("no way to the client")
            raise RtspError(461, str(error)) from error
        session.url = f"{url}/{CONTROL}"
        sender = session.sender
        assert sender is not None
        answer = attrs.evolve(sender.transport, ssrc=session.ssrc, mode="PLAY")
        return Response.to(
            call.request, headers=[("Transport", str(answer)), *self._session_timeout(session)]
        )

    def _play(self, call: _Call) -> Response:
        session = self._needed(call)
        text = call.request.headers.get("Range")
        if text is not None:
            Range.parse(text)
        resumes = session.state is State.PLAYING
        playback = session.play()
        if not resumes:
            self._began = session
        info = RtpInfo(session.url, playback.sequence, playback.rtp_time)
        return Response.to(
            call.request,
            headers=[
                *self._session_timeout(session),
                ("Range", str(Range("clock", playback.utc))),
                ("RTP-Info", str(info)),
            ],
        )

    def _pause(self, call: _Call) -> Response:
        session = self._needed(call)
        session.pause()
        return Response.to(call.request, headers=_session_field(session))

    def _teardown(self, call: _Call) -> Response:
        session = self._needed(call)
        session.end("teardown")
        return Response.to(call.request, headers=_session_field(session))

    def _needed(self, call: _Call) -> RtspSession:
        """Return the session of a request that must have one, on the URL of that session."""
        if call.session is None:
            raise RtspError(454, f"{call.request.method} without Session")
        _, token, _ = _split(call.request.url)
        if token != call.session.token:
            raise RtspError(459, "the URL is not of this session")
        return call.session

    def _target(self, request: Request) -> tuple[str, str, Stream, bool]:
        """Return URL and token of a presentation, its stream, and if the stream itself is meant."""
        authority, token, control = _split(request.url)
        stream = self.camera.streams.by_profile(token)
        if stream is None or control not in ("", CONTROL):
            raise RtspError(404, f"nothing at {token[:80]!r}")
        return f"rtsp://{authority}/{token}", token, stream, control == CONTROL

    def _new_session(self, token: str, stream: Stream, client: Client) -> RtspSession:
        if len(self._sessions) >= self.max_sessions:
            raise RtspError(453, f"there are {self.max_sessions} sessions")
        camera = self.camera
        place = SessionPlace(
            camera.name, client.peer, camera.scheduler, camera.clock, self._timeout_s
        )
        identifier = f"{self._numbers.getrandbits(64):016X}"
        session = RtspSession(identifier, token, stream, place, self._numbers, self._ended)
        self._sessions[identifier] = session
        self._homes[identifier] = client
        client.adopt(session)
        return session

    def _ended(self, session: RtspSession) -> None:
        del self._sessions[session.id]
        self._homes.pop(session.id).ended(session)

    def _session_timeout(self, session: RtspSession) -> Fields:
        return [("Session", str(Session(session.id, round(self._timeout_s))))]


def _session_field(session: RtspSession | None) -> Fields:
    return [] if session is None else [("Session", session.id)]


def _split(url: str) -> tuple[str, str, str]:
    """Return host and port as the client wrote them, the profile's token, and the path behind."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise RtspError(400, f"{url[:80]!r} is not a URL") from error
    authority = parts.netloc.rpartition("@")[2]
    if parts.scheme.lower() not in ("rtsp", "rtspu") or not authority:
        raise RtspError(400, f"{url[:80]!r} is not an absolute RTSP URL")
    token, _, control = parts.path.strip("/").partition("/")
    return authority, token, control


def _chosen(offers: list[Transport]) -> Transport:
    """Return the client's favourite among what we can do; RtspError 461 if that is nothing."""
    for offer in offers:
        plays = offer.mode in ("", "PLAY") and offer.profile == "RTP/AVP" and not offer.multicast
        if plays and (offer.protocol == "TCP" or offer.client_port):
            return offer
    raise RtspError(461, "neither unicast to client ports nor interleaved")


def _sender(client: Client, session: RtspSession, transport: Transport) -> RtpSender:
    if transport.protocol == "TCP":
        return client.send_interleaved(session, transport)
    return client.send_by_udp(session, transport)
