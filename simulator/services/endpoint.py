"""One camera's SOAP endpoint: a POST in, the answer out, whatever came in (ONVIF Core 5.4, 5.9)."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

import attrs
from twisted.logger import Logger, LogLevel

from simulator.device.login import Denied, Login
from simulator.device.users import User
from simulator.errors import Fault, receiver, sender
from simulator.later import AbandonedError, Later
from simulator.schema.table import load_table, local_of
from simulator.services.access import permits
from simulator.services.registry import Access, Call, Registered, Registry
from simulator.wire.soap.codec import decode, encode
from simulator.wire.soap.envelope import Envelope, EnvelopeFault, content_type, parse, reply
from simulator.wire.soap.fault import render

SOAP_TYPES = frozenset({"application/soap+xml", "text/xml", "application/xml"})
"""Media types of a request; one without Content-Type is taken for SOAP."""

log = Logger(namespace="camfarm.soap")


@attrs.frozen
class Post:
    """A POST to one of a camera's service paths.

    Attributes:
        data: the request's body.
        content_type: of the body, or None.
        path: the request's target: path and query.
        base_url: scheme, host and port that the client used.
        authorization: the Authorization header, or None.
        now: scenario time in seconds.
        peer: who sent it, for the log.
    """

    data: bytes
    content_type: str | None
    path: str
    base_url: str
    authorization: str | None
    now: float
    peer: str


@attrs.frozen
class Reply:
    """The answer to a POST.

    Attributes:
        status: of HTTP.
        headers: names and values, Content-Type among them.
        body: the SOAP envelope; empty for a one-way operation.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Host(Protocol):
    """What the endpoint itself needs of a camera; handlers need all of it."""

    @property
    def name(self) -> str:
        """The camera's name."""

    @property
    def login(self) -> Login:
        """Who checks credentials."""


@attrs.define
class _Exchange:
    """One request on its way; what is not known yet is None."""

    post: Post
    envelope: Envelope | None = None
    registered: Registered | None = None

    @property
    def operation(self) -> str:
        if self.registered is not None:
            return f"{self.registered.service.name}.{self.registered.operation.name}"
        return "?" if self.envelope is None else local_of(self.envelope.body.tag)[:60]


def _is_soap(content_type: str | None) -> bool:
    if content_type is None:
        return True
    return content_type.partition(";")[0].strip().lower() in SOAP_TYPES


class Endpoint:
    """Answers POSTs for one camera by the operations that are registered."""

    def __init__(self, camera: Any, registry: Registry) -> None:
        """Serve ``camera`` (a ``services.camera.Camera``) with the operations of ``registry``."""
        self._camera = camera
        self._host: Host = camera
        self._registry = registry

    def answer(self, post: Post) -> Reply | Later[Reply]:
        """Answer a request, now or later; a Later never fails.

        If the client is gone before a Later has its reply, ``abandon`` it: the handler then knows.
        """
        if not _is_soap(post.content_type):
            kind = (post.content_type or "")[:100]
            log.info(
                "{camera}: {peer} sent {kind!r}, which is not SOAP",
                camera=self._host.name,
                peer=post.peer,
                kind=kind,
            )
            return Reply(415, (("Accept", "application/soap+xml"),), b"")
        exchange = _Exchange(post)
        try:
            answer = self._handle(exchange)
            if isinstance(answer, Later):
                return answer.conclude(partial(self._close, exchange))
            return self._success(exchange, answer)
        except Exception as error:
            return self._failure(exchange, error)

    def _handle(self, exchange: _Exchange) -> Mapping[str, Any] | Later[Any] | None:
        post = exchange.post
        exchange.envelope = envelope = parse(post.data)
        exchange.registered = registered = self._find(envelope.body.tag)
        user = None
        if registered.access is not Access.PRE_AUTH:
            user = self._user(post, envelope)
            if not permits(user.level, registered.access):
                reason = f"{user.level.value} may not call {registered.operation.name}"
                raise sender("NotAuthorized", reason=reason)
        call = Call(post.now, post.base_url, post.path.partition("?")[0], envelope.to, user)
        return registered.handler(self._camera, decode(envelope.body), call)

    def _find(self, element: str) -> Registered:
        registered = self._registry.find(self._camera, element)
        if registered is not None:
            return registered
        name = local_of(element)[:100]
        if load_table().operation_of(element) is None:
            raise sender("UnknownAction", reason=f"there is no operation {name}")
        raise receiver("ActionNotSupported", reason=f"{name} is not implemented by this device")

    def _user(self, post: Post, envelope: Envelope) -> User:
        """Return who is asking: HTTP's credentials are checked first, then those of the envelope.

        Raises:
            Denied: if HTTP credentials are wrong, or there are none at all and HTTP takes them.
            Fault: NotAuthorized if the UsernameToken is wrong, or missing where nothing else is
                taken.
        """
        login = self._host.login
        user = None
        if login.http_offered:
            user = login.http("POST", post.path, post.authorization, post.now)
        if login.token_offered and envelope.security is not None:
            user = login.token(envelope.security, post.now) or user
        if user is not None:
            return user
        if login.http_offered:
            raise Denied("no credentials", login.challenges(post.now))
        raise sender("NotAuthorized")

    def _close(self, exchange: _Exchange, value: Any, error: BaseException | None) -> Reply:
        try:
            if error is not None:
                raise error
            return self._success(exchange, value)
        except Exception as raised:
            return self._failure(exchange, raised)

    def _success(self, exchange: _Exchange, value: Mapping[str, Any] | None) -> Reply:
        envelope, registered = exchange.envelope, exchange.registered
        assert envelope is not None and registered is not None
        operation = registered.operation
        if operation.output is None:
            return Reply(202, (), b"")
        body = reply(envelope, encode(operation.output, value), operation.output_action)
        return Reply(200, (("Content-Type", content_type(envelope.version)),), body)

    def _failure(self, exchange: _Exchange, error: Exception) -> Reply:
        """Say what went wrong: to the client as a fault, and in the log with who sent what."""
        challenges: list[str] = []
        if isinstance(error, Denied):
            challenges = error.challenges
            fault = sender("NotAuthorized")
        elif isinstance(error, Fault):
            fault = error
        else:
            fault = receiver("Action")
        self._log(exchange, error)
        envelope = exchange.envelope
        if envelope is None and isinstance(error, EnvelopeFault):
            envelope = error.envelope
        status, body = render(envelope, fault)
        version = envelope.version if envelope else "1.2"
        headers = [("Content-Type", content_type(version))]
        headers += [("WWW-Authenticate", challenge) for challenge in challenges]
        return Reply(401 if challenges else status, tuple(headers), body)

    def _log(self, exchange: _Exchange, error: Exception) -> None:
        facts: dict[str, Any] = {
            "camera": self._host.name,
            "peer": exchange.post.peer,
            "operation": exchange.operation,
        }
        if isinstance(error, AbandonedError):
            log.debug("{camera}: {peer} left during {operation}", **facts)
        elif isinstance(error, Denied | Fault):
            log.info(
                "{camera}: {operation} from {peer} refused: {reason!r}",
                reason=f"{'/'.join(_codes(error))} {error}".strip()[:400],
                **facts,
            )
        else:
            log.failure("{camera}: {operation} from {peer} failed", level=LogLevel.error, **facts)


def _codes(error: Denied | Fault) -> tuple[str, ...]:
    return (error.code, *error.subcodes) if isinstance(error, Fault) else ("401",)
