"""Requests, responses and interleaved frames (RFC 2326 sections 4 to 7 and 10.12)."""

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import attrs

from simulator.wire.rtsp.error import RtspError

VERSION = "RTSP/1.0"

REASONS = {
    100: "Continue",
    200: "OK",
    201: "Created",
    250: "Low on Storage Space",
    300: "Multiple Choices",
    301: "Moved Permanently",
    302: "Moved Temporarily",
    303: "See Other",
    304: "Not Modified",
    305: "Use Proxy",
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Time-out",
    410: "Gone",
    411: "Length Required",
    412: "Precondition Failed",
    413: "Request Entity Too Large",
    414: "Request-URI Too Large",
    415: "Unsupported Media Type",
    451: "Parameter Not Understood",
    452: "Conference Not Found",
    453: "Not Enough Bandwidth",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    456: "Header Field Not Valid for Resource",
    457: "Invalid Range",
    458: "Parameter Is Read-Only",
    459: "Aggregate operation not allowed",
    460: "Only aggregate operation allowed",
    461: "Unsupported transport",
    462: "Destination unreachable",
    463: "Key management Failure",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
    505: "RTSP Version not supported",
    551: "Option not supported",
}
"""Reason phrases of RFC 2326 section 7.1.1, and 463 of RFC 4567."""

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_REQUEST_LINE = re.compile(r"(\S+) +(\S+) +RTSP/([0-9]\.[0-9]) *")
_STATUS_LINE = re.compile(r"RTSP/([0-9]\.[0-9]) +([1-5][0-9][0-9])(?: (.*))?")


class Headers:
    """Header fields in order; names in any case, and more than once (RFC 2326 section 4.2)."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        """Take the fields in order.

        Raises:
            ValueError: a name is not a token, or a value has a control character.
        """
        self._fields: list[tuple[str, str]] = []
        for name, value in fields:
            self.add(name, value)

    def add(self, name: str, value: str) -> None:
        """Add one field behind the others; ValueError for what would break the message."""
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} is not a header name")
        if _UNPRINTABLE.search(value):
            raise ValueError(f"control character in the value of header {name}")
        self._fields.append((name, value))

    def get(self, name: str) -> str | None:
        """Return the first value of the field, or None."""
        folded = name.lower()
        return next((value for key, value in self._fields if key.lower() == folded), None)

    def all(self, name: str) -> list[str]:
        """Return every value of the field, in order."""
        folded = name.lower()
        return [value for key, value in self._fields if key.lower() == folded]

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Headers):
            return NotImplemented
        return [(k.lower(), v) for k, v in self] == [(k.lower(), v) for k, v in other]

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Headers({self._fields!r})"


def _serialize(first_line: str, headers: Headers, body: bytes) -> bytes:
    lines = [first_line, *(f"{name}: {value}" for name, value in headers)]
    if body and "Content-Length" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


@attrs.frozen
class Request:
    """A request, of a client mostly (RFC 2326 section 6).

    Attributes:
        method: the method's name; case matters.
        url: absolute URL, or ``*``.
        headers: the fields; ``Content-Length`` is added by ``serialize``.
        body: the message body.
        version: protocol and version of the first line.
    """

    method: str
    url: str
    headers: Headers = attrs.field(factory=Headers)
    body: bytes = b""
    version: str = VERSION

    def serialize(self) -> bytes:
        """Return the message as bytes."""
        return _serialize(f"{self.method} {self.url} {self.version}", self.headers, self.body)


@attrs.frozen
class Response:
    """The answer to a request (RFC 2326 section 7).

    Attributes:
        status: 100 to 599.
        reason: reason phrase; empty means the standard's phrase.
        headers: the fields; ``Content-Length`` is added by ``serialize``.
        body: the message body.
        version: protocol and version of the first line.
    """

    status: int
    reason: str = attrs.field(
        default=attrs.Factory(lambda self: REASONS.get(self.status, "Unknown"), takes_self=True)
    )
    headers: Headers = attrs.field(factory=Headers)
    body: bytes = b""
    version: str = VERSION

    @classmethod
    def to(
        cls,
        request: Request,
        status: int = 200,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> "Response":
        """Return the answer to ``request``: its CSeq (RFC 2326 section 12.17), then ``headers``."""
        cseq = request.headers.get("CSeq")
        echoed = [] if cseq is None else [("CSeq", cseq)]
        return cls(status, headers=Headers([*echoed, *headers]), body=body)

    def serialize(self) -> bytes:
        """Return the message as bytes."""
        first_line = f"{self.version} {self.status} {self.reason}"
        return _serialize(first_line, self.headers, self.body)


@attrs.frozen
class InterleavedFrame:
    """Binary data on the RTSP connection (RFC 2326 section 10.12).

    On the wire ``$``, the channel in one byte, the length in two, and the payload.

    Attributes:
        channel: 0 to 255; by convention even for RTP, odd for RTCP.
        payload: at most 65,535 bytes.
    """

    channel: int
    payload: bytes

    def serialize(self) -> bytes:
        """Return the frame as bytes."""
        length = len(self.payload).to_bytes(2, "big")
        return b"".join((b"$", bytes((self.channel,)), length, self.payload))


Message: TypeAlias = Request | Response
Event: TypeAlias = Request | Response | InterleavedFrame


def parse_head(head: bytes) -> Message:
    """Return the message whose first line and header fields are ``head``; its body is still empty.

    Lines end with CRLF or LF; a line that begins with blank space continues the field before it.

    Args:
        head: all up to the empty line that ends the header fields.

    Raises:
        RtspError: 400, with the offset of the bad line in ``head``.
    """
    offset = 0
    first: Message | None = None
    for line in _unfolded(head.split(b"\n")):
        try:
            text = line.removesuffix(b"\r").decode()
            if first is None:
                first = _first_line(text)
            else:
                first.headers.add(*_field(text))
        except ValueError as error:
            raise RtspError(400, str(error), offset) from error
        offset += len(line) + 1
    if first is None:
        raise RtspError(400, "empty message", 0)
    return first


def _unfolded(lines: list[bytes]) -> Iterator[bytes]:
    """Join continuation lines to the line before; the joined line is as long as its parts."""
    pending: bytes | None = None
    for line in lines:
        if pending is not None and line[:1] in (b" ", b"\t"):
            pending = pending.removesuffix(b"\r").ljust(len(pending) + 1) + line
            continue
        if pending is not None:
            yield pending
        pending = line
    if pending:
        yield pending


def _first_line(text: str) -> Message:
    if match := _STATUS_LINE.fullmatch(text):
        version, status, reason = match.groups()
        if _UNPRINTABLE.search(reason or ""):
            raise ValueError("control character in the reason phrase")
        return Response(int(status), reason or "", version=f"RTSP/{version}")
    match = _REQUEST_LINE.fullmatch(text)
    if not match or not _TOKEN.fullmatch(match[1]):
        raise ValueError(f"{text[:60]!r} is neither a request line nor a status line")
    if _UNPRINTABLE.search(match[2]):
        raise ValueError("control character in the URL")
    return Request(match[1], match[2], version=f"RTSP/{match[3]}")


def _field(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise ValueError(f"header line {text[:60]!r} has no colon")
    return name.rstrip(" \t"), value.strip(" \t")
