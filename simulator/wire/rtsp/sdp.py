"""Session descriptions (RFC 4566) as DESCRIBE answers them (RFC 2326 appendix C)."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import attrs

from simulator.wire.rtsp.error import RtspError

CONTENT_TYPE = "application/sdp"

_LINE = re.compile(r"([a-z])=([^\x00-\x08\x0a-\x1f]*)")
_MEDIA = re.compile(r"(\S+) ([0-9]{1,5})(?:/[0-9]{1,5})? (\S+)((?: \S+)+)")
_ORIGIN = re.compile(r"(\S+) ([0-9]{1,20}) ([0-9]{1,20}) IN (IP[46]) (\S+)")
_CONNECTION = re.compile(r"IN (IP[46]) (\S+)")
_BANDWIDTH = re.compile(r"([A-Za-z-]+):([0-9]{1,12})")
_RTPMAP = re.compile(r"([A-Za-z0-9_.+-]+)/([0-9]{1,9})(?:/([0-9]{1,3}))?")

Attribute = tuple[str, str | None]
"""Name, and the value of a ``a=name:value`` line or None of ``a=name``."""


class RtpMap(NamedTuple):
    """What a payload type means (RFC 4566 section 6): encoding, RTP clock rate in Hz, channels."""

    encoding: str
    clock_rate: int
    channels: int = 1


@attrs.frozen(kw_only=True)
class Origin:
    """Who made the description (RFC 4566 section 5.2).

    Attributes:
        username: ``-`` if there is none.
        session_id: a number that no other session of this address has.
        version: grows when the description changes.
        address: IPv4 or IPv6 address, or a name.
    """

    username: str = "-"
    session_id: int = 0
    version: int = 0
    address: str = "0.0.0.0"

    @classmethod
    def parse(cls, text: str) -> "Origin":
        """Return the value of an ``o=`` line; ValueError for bad syntax."""
        match = _matched(_ORIGIN, text, "an origin")
        return cls(
            username=match[1], session_id=int(match[2]), version=int(match[3]), address=match[5]
        )

    def __str__(self) -> str:
        kind = _address_kind(self.address)
        return f"{self.username} {self.session_id} {self.version} IN {kind} {self.address}"


@attrs.frozen(kw_only=True)
class _Attributed:
    """What session and media have in common: connection, bandwidths and attributes.

    Attributes:
        connection: address of the stream, with ``/ttl`` for multicast; None if not given.
        bandwidths: type (``AS`` in kbit/s) and value.
        attributes: names and values, in order.
    """

    connection: str | None = None
    bandwidths: tuple[tuple[str, int], ...] = ()
    attributes: tuple[Attribute, ...] = ()

    def attribute(self, name: str) -> str | None:
        """Return the value of the first attribute of this name; empty if it has none."""
        return next((value or "" for key, value in self.attributes if key == name), None)

    @property
    def control(self) -> str | None:
        """The control URL, absolute or relative (RFC 2326 appendix C.1.1)."""
        return self.attribute("control")

    def _of_type(self, name: str, payload_type: int) -> str | None:
        """Return what an attribute says of one payload type."""
        for key, value in self.attributes:
            number, _, rest = (value or "").partition(" ")
            if key == name and number == str(payload_type):
                return rest.strip()
        return None

    def _lines(self) -> Iterator[str]:
        if self.connection is not None:
            yield f"c=IN {_address_kind(self.connection)} {self.connection}"
        yield from (f"b={kind}:{value}" for kind, value in self.bandwidths)

    def _attribute_lines(self) -> Iterator[str]:
        for name, value in self.attributes:
            yield f"a={name}" if value is None else f"a={name}:{value}"


@attrs.frozen(kw_only=True)
class MediaDescription(_Attributed):
    """One stream (RFC 4566 section 5.14).

    Attributes:
        kind: ``video``, ``audio`` or ``application``.
        port: 0, if SETUP decides; the group's port of multicast.
        protocol: ``RTP/AVP``.
        formats: payload types, as text.
    """

    kind: str
    formats: tuple[str, ...]
    port: int = 0
    protocol: str = "RTP/AVP"

    @classmethod
    def parse(cls, text: str) -> "MediaDescription":
        """Return the value of an ``m=`` line; ValueError for bad syntax."""
        match = _matched(_MEDIA, text, "a media description")
        port = int(match[2])
        if port > 65535:
            raise ValueError(f"port {port} is above 65535")
        return cls(kind=match[1], port=port, protocol=match[3], formats=tuple(match[4].split()))

    def rtpmap(self, payload_type: int) -> RtpMap | None:
        """Return what the payload type means, if the description says; ValueError if ill-formed."""
        text = self._of_type("rtpmap", payload_type)
        if text is None:
            return None
        match = _matched(_RTPMAP, text, "an rtpmap")
        return RtpMap(match[1], int(match[2]), int(match[3] or 1))

    def format_parameters(self, payload_type: int) -> dict[str, str]:
        """Return the ``a=fmtp`` parameters of the payload type; names in lower case."""
        text = self._of_type("fmtp", payload_type) or ""
        pairs = (part.strip().partition("=") for part in text.split(";") if part.strip())
        return {name.lower(): value for name, _, value in pairs}

    def lines(self) -> Iterator[str]:
        """Yield the lines of this stream."""
        yield f"m={self.kind} {self.port} {self.protocol} {' '.join(self.formats)}"
        yield from self._lines()
        yield from self._attribute_lines()


@attrs.frozen(kw_only=True)
class SessionDescription(_Attributed):
    """A whole description (RFC 4566 section 5).

    Attributes:
        origin: who made it.
        name: the session's name, ``-`` or a blank if it has none.
        information: for a person; None if not given.
        timing: start and stop as NTP seconds; ``0 0`` is permanent.
        media: the streams.
    """

    origin: Origin = attrs.field(factory=Origin)
    name: str = "-"
    information: str | None = None
    timing: str = "0 0"
    media: tuple[MediaDescription, ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> "SessionDescription":
        """Return the description; lines of a kind that we do not use are read over.

        Raises:
            RtspError: 400, with the number of the line.
        """
        session, streams = _Section(), list[_Section]()
        for number, line in enumerate(data.split(b"\n"), 1):
            try:
                _read_line(line.removesuffix(b"\r").decode(), session, streams)
            except ValueError as error:
                raise RtspError(400, f"SDP line {number}: {error}") from error
        if session.origin is None:
            raise RtspError(400, "SDP without an origin")
        return session.session(stream.description() for stream in streams)

    def serialize(self) -> bytes:
        """Return the description; ValueError if a value would break its line."""
        lines = list(self._all_lines())
        for line in lines:
            _matched(_LINE, line, "a line of SDP")
        return "".join(f"{line}\r\n" for line in lines).encode()

    def _all_lines(self) -> Iterator[str]:
        yield "v=0"
        yield f"o={self.origin}"
        yield f"s={self.name}"
        if self.information is not None:
            yield f"i={self.information}"
        yield from self._lines()
        yield f"t={self.timing}"
        yield from self._attribute_lines()
        for media in self.media:
            yield from media.lines()


class _Section:
    """What has been read of the session or of one stream."""

    def __init__(self, media: MediaDescription | None = None) -> None:
        self._media = media
        self.origin: Origin | None = None
        self.name = "-"
        self.information: str | None = None
        self.timing = "0 0"
        self.connection: str | None = None
        self.bandwidths: list[tuple[str, int]] = []
        self.attributes: list[Attribute] = []

    def take(self, kind: str, value: str) -> None:
        """Take one line."""
        if kind == "a":
            name, colon, rest = value.partition(":")
            self.attributes.append((name, rest if colon else None))
        elif kind == "c":
            self.connection = _matched(_CONNECTION, value, "a connection")[2]
        elif kind == "b":
            match = _matched(_BANDWIDTH, value, "a bandwidth")
            self.bandwidths.append((match[1], int(match[2])))
        elif self._media is None:
            self._take_of_session(kind, value)

    def _take_of_session(self, kind: str, value: str) -> None:
        if kind == "v" and value != "0":
            raise ValueError(f"version {value!r} is not 0")
        if kind == "o":
            self.origin = Origin.parse(value)
        elif kind == "s":
            self.name = value
        elif kind == "i":
            self.information = value
        elif kind == "t":
            self.timing = value

    def description(self) -> MediaDescription:
        """Return the stream that was read."""
        assert self._media is not None
        return attrs.evolve(
            self._media,
            connection=self.connection,
            bandwidths=tuple(self.bandwidths),
            attributes=tuple(self.attributes),
        )

    def session(self, media: Iterable[MediaDescription]) -> SessionDescription:
        """Return the session that was read, with its streams."""
        return SessionDescription(
            origin=self.origin or Origin(),
            name=self.name,
            information=self.information,
            timing=self.timing,
            connection=self.connection,
            bandwidths=tuple(self.bandwidths),
            attributes=tuple(self.attributes),
            media=tuple(media),
        )


def _read_line(line: str, session: _Section, streams: list[_Section]) -> None:
    if not line:
        return
    match = _matched(_LINE, line, "a line of SDP")
    if match[1] == "m":
        streams.append(_Section(MediaDescription.parse(match[2])))
    else:
        (streams or [session])[-1].take(match[1], match[2])


def _matched(pattern: re.Pattern[str], text: str, what: str) -> re.Match[str]:
    match = pattern.fullmatch(text)
    if not match:
        raise ValueError(f"{text[:80]!r} is not {what}")
    return match


def _address_kind(address: str) -> str:
    return "IP6" if ":" in address else "IP4"
