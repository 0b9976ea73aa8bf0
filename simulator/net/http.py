"""The HTTP server of one camera: SOAP under /onvif/, pictures under /snapshot/."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from twisted.logger import Logger, LogLevel
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from simulator.device.login import Denied
from simulator.later import Later
from simulator.media.streams import BusyError, UnknownStreamError
from simulator.net.channel import HttpLimits, LimitedSite, Refusal, deliver
from simulator.services.access import permits
from simulator.services.camera import Camera
from simulator.services.endpoint import Endpoint, Post, Reply
from simulator.services.registry import Access

_HOST = re.compile(rb"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")

log = Logger(namespace="camfarm.http")


def camera_site(
    camera: Camera, endpoint: Endpoint, reactor: Any, limits: HttpLimits | None = None
) -> LimitedSite:
    """Return the factory of a camera's HTTP server, for its listening port.

    Args:
        camera: whose it is.
        endpoint: answers its SOAP requests.
        reactor: for timers.
        limits: what it puts up with; the usual if None.
    """
    pages = {b"onvif": _Services(camera, endpoint), b"snapshot": _Snapshots(camera)}
    return LimitedSite(_Root(pages), camera.name, limits or HttpLimits(), reactor)


class _Root(Resource):
    """Who answers, by the first part of the path."""

    def __init__(self, pages: dict[bytes, Resource]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._pages = pages

    def getChild(self, path: bytes, _request: Any) -> Resource:
        return self._pages.get(path) or Refusal(404)


class _Services(Resource):
    """All service paths: the body's element says which operation it is, not the path."""

    isLeaf = True

    def __init__(self, camera: Camera, endpoint: Endpoint) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._camera = camera
        self._endpoint = endpoint

    def render(self, request: Any) -> int:
        if request.method != b"POST":
            return deliver(request, 405, [("Allow", "POST")])
        post = Post(
            data=request.content.read(),
            content_type=_header(request, "Content-Type"),
            path=_target(request),
            base_url=_base_url(request, self._camera),
            authorization=_header(request, "Authorization"),
            now=self._camera.scheduler.seconds(),
            peer=request.getClientAddress().host,
        )
        answer = self._endpoint.answer(post)
        if isinstance(answer, Reply):
            return _reply(request, answer)
        _hold(request, answer, lambda reply: _reply(request, reply), answer.abandon)
        return NOT_DONE_YET


class _Snapshots(Resource):
    """``/snapshot/<profile token>``: a fresh JPEG for whoever may see media (ONVIF Media2 5.6)."""

    isLeaf = True

    def __init__(self, camera: Camera) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._camera = camera

    def render(self, request: Any) -> int:
        if request.method not in (b"GET", b"HEAD"):
            return deliver(request, 405, [("Allow", "GET, HEAD")])
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal.render(request)
        token = unquote("/".join(part.decode("utf-8", "replace") for part in request.postpath))
        later = self._camera.streams.snapshot(token, self._camera.scheduler.seconds())
        settled = later.conclude(self._picture)
        # Others may be waiting for the same picture: one that leaves does not stop its making.
        _hold(request, settled, lambda reply: _reply(request, reply), _stay)
        return NOT_DONE_YET

    def _refusal(self, request: Any) -> Refusal | None:
        login, now = self._camera.login, self._camera.scheduler.seconds()
        method = request.method.decode("ascii")
        try:
            user = login.http(method, _target(request), _header(request, "Authorization"), now)
        except Denied as denied:
            peer = request.getClientAddress().host
            log.info(
                "{camera}: snapshot for {peer} refused: {reason!r}",
                camera=self._camera.name,
                peer=peer,
                reason=str(denied)[:400],
            )
            return _unauthorized(denied.challenges)
        if user is None:
            return _unauthorized(login.challenges(now))
        return None if permits(user.level, Access.READ_MEDIA) else Refusal(403)

    def _picture(self, data: bytes | None, error: BaseException | None) -> Reply:
        if error is None and data is not None:
            headers = (("Content-Type", "image/jpeg"), ("Cache-Control", "no-store"))
            return Reply(200, headers, data)
        if isinstance(error, UnknownStreamError):
            return Reply(404, (), b"")
        if isinstance(error, BusyError):
            return Reply(503, (("Retry-After", "1"),), b"")
        failure = Failure(error)  # type: ignore[no-untyped-call]
        log.failure("{camera}: no snapshot", failure, LogLevel.error, camera=self._camera.name)
        return Reply(500, (), b"")


def _unauthorized(challenges: list[str]) -> Refusal:
    return Refusal(401, *(("WWW-Authenticate", challenge) for challenge in challenges))


def _reply(request: Any, reply: Reply) -> int:
    return deliver(request, reply.status, reply.headers, reply.body)


def _hold(
    request: Any,
    later: Later[Reply],
    send: Callable[[Reply], object],
    leave: Callable[[], object],
) -> None:
    """Answer a request when ``later`` comes; ``leave()`` if its client does not wait for that."""
    gone = False

    def left(_reason: Failure) -> None:
        nonlocal gone
        gone = True
        leave()

    def settle(reply: Reply | None, _error: BaseException | None) -> None:
        if not gone:
            send(reply or Reply(500, (), b""))

    request.notifyFinish().addErrback(left)
    later.then(settle)


def _stay() -> None:
    """Let the work go on."""


def _header(request: Any, name: str) -> str | None:
    values = request.requestHeaders.getRawHeaders(name.encode())
    return values[0].decode("utf-8", "replace") if values else None


def _target(request: Any) -> str:
    target: bytes = request.uri
    return target.decode("utf-8", "replace")


def _base_url(request: Any, camera: Camera) -> str:
    """Return scheme and host as the client named them, so that addresses in answers suit it."""
    values = request.requestHeaders.getRawHeaders(b"Host") or [b""]
    scheme = "https" if request.isSecure() else "http"
    if len(values) == 1 and _HOST.fullmatch(values[0]):
        return f"{scheme}://{values[0].decode('ascii')}"
    return f"{scheme}://{camera.endpoints.host}:{camera.endpoints.http_port}"
