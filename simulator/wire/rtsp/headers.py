"""The RTSP header fields that have a structure (RFC 2326 section 12)."""

import calendar
import datetime
import re
from collections.abc import Iterator
from typing import Literal

import attrs

from simulator.wire.rtsp.error import RtspError

_PORTS = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
_NUMBER = re.compile(r"[0-9]{1,10}")
_SSRC = re.compile(r"[0-9A-Fa-f]{1,8}")
_PROTOCOL = re.compile(r"(RTP/S?AVPF?)(?:/(UDP|TCP))?", re.IGNORECASE)

Pair = tuple[int, int]


def _refuse(what: str, text: str, status: int = 400) -> RtspError:
    return RtspError(status, f"{text[:80]!r} is not {what}")


def _number(text: str, most: int, what: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > most:
        raise _refuse(f"{what} of 0 to {most}", text)
    return int(text)


def _pair(text: str, most: int, what: str) -> Pair:
    """Return ``a-b``; ``a`` alone means ``a`` and the next one."""
    match = _PORTS.fullmatch(text)
    if not match:
        raise _refuse(what, text)
    first = _number(match[1], most, what)
    return first, _number(match[2], most, what) if match[2] else min(first + 1, most)


@attrs.frozen
class Transport:
    """How one stream is carried (RFC 2326 section 12.39).

    Attributes:
        protocol: the lower transport; TCP means interleaved in the RTSP connection.
        multicast: delivered to a group. A client that says neither ``unicast`` nor anything that
            only multicast has is taken for a unicast client: the field, against the RFC's default.
        client_port, server_port: RTP and RTCP port of unicast UDP, 1 to 65535.
        port: RTP and RTCP port of multicast.
        interleaved: RTP and RTCP channel, 0 to 255.
        ssrc: the sender's synchronisation source.
        destination, source: addresses.
        ttl: time to live of multicast, 0 to 255.
        mode: methods that the stream is for, upper case; empty if not said.
        profile: the RTP profile.
    """

    protocol: Literal["UDP", "TCP"]
    multicast: bool = False
    client_port: Pair | None = None
    server_port: Pair | None = None
    port: Pair | None = None
    interleaved: Pair | None = None
    ssrc: int | None = None
    destination: str | None = None
    source: str | None = None
    ttl: int | None = None
    mode: str = ""
    profile: str = "RTP/AVP"

    @classmethod
    def parse(cls, text: str) -> "Transport":
        """Return one transport specification.

        Raises:
            RtspError: 400 for bad syntax, 461 for a transport that is not RTP over UDP or TCP.
        """
        name, *parameters = (part.strip() for part in text.split(";"))
        match = _PROTOCOL.fullmatch(name)
        if not match:
            raise _refuse("a transport of RTP over UDP or TCP", name, 461)
        given = dict(_parameter(part) for part in parameters if part)
        multicast = "multicast" in given or (
            "unicast" not in given and bool({"port", "ttl"} & {*given})
        )
        return cls(
            protocol="TCP" if (match[2] or "").upper() == "TCP" else "UDP",
            multicast=multicast,
            client_port=_port(given, "client_port"),
            server_port=_port(given, "server_port"),
            port=_port(given, "port"),
            interleaved=_optional_pair(given, "interleaved", 255),
            ssrc=_ssrc(given["ssrc"]) if "ssrc" in given else None,
            destination=given.get("destination") or None,
            source=given.get("source") or None,
            ttl=_number(given["ttl"], 255, "a ttl") if "ttl" in given else None,
            mode=given.get("mode", "").upper(),
            profile=match[1].upper(),
        )

    def __str__(self) -> str:
        return ";".join(self._parts())

    def _parts(self) -> Iterator[str]:
        yield self.profile + ("/TCP" if self.protocol == "TCP" else "")
        yield "multicast" if self.multicast else "unicast"
        for name in ("destination", "source", "ttl"):
            value = getattr(self, name)
            if value is not None:
                yield f"{name}={value}"
        for name in ("port", "client_port", "server_port", "interleaved"):
            pair = getattr(self, name)
            if pair:
                yield f"{name}={pair[0]}-{pair[1]}"
        if self.ssrc is not None:
            yield f"ssrc={self.ssrc:08X}"
        if self.mode:
            yield f'mode="{self.mode}"'


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), value.strip().strip('"')


def _optional_pair(given: dict[str, str], name: str, most: int) -> Pair | None:
    return _pair(given[name], most, f"a pair for {name}") if name in given else None


def _port(given: dict[str, str], name: str) -> Pair | None:
    pair = _optional_pair(given, name, 65535)
    if pair and not all(pair):
        raise _refuse(f"a pair of ports for {name}", given[name])
    return pair


def _ssrc(text: str) -> int:
    if not _SSRC.fullmatch(text):
        raise _refuse("an ssrc of up to eight hexadecimal digits", text)
    return int(text, 16)


def parse_transports(text: str) -> list[Transport]:
    """Return the specifications of a Transport header that we know, the client's favourite first.

    Raises:
        RtspError: 400 for bad syntax, 461 if there is none that we know.
    """
    known = []
    refusal = RtspError(461, "empty Transport header")
    for element in _elements(text):
        try:
            known.append(Transport.parse(element))
        except RtspError as error:
            if error.status != 461:
                raise
            refusal = error
    if not known:
        raise refusal
    return known


def _elements(text: str) -> list[str]:
    """Split a list at the commas that are not in quotes."""
    parts, quoted = [""], False
    for character in text:
        quoted ^= character == '"'
        if character == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


@attrs.frozen
class Session:
    """The Session header (RFC 2326 section 12.37).

    Attributes:
        id: the session's identifier.
        timeout_s: seconds without a sign of life after which the server closes the session; None in
            requests, 60 if a response does not say.
    """

    id: str
    timeout_s: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Session":
        """Return the header's value; RtspError 400 for bad syntax."""
        identifier, *parameters = (part.strip() for part in text.split(";"))
        if not identifier or len(identifier) > 256 or not identifier.isascii() or " " in identifier:
            raise _refuse("a session identifier", identifier)
        given = dict(_parameter(part) for part in parameters)
        timeout = given.get("timeout")
        return cls(identifier, None if timeout is None else _number(timeout, 2**31, "a timeout"))

    def __str__(self) -> str:
        return self.id if self.timeout_s is None else f"{self.id};timeout={self.timeout_s}"


_NPT = re.compile(r"(?:([0-9]{1,9}):([0-5]?[0-9]):([0-5]?[0-9])|([0-9]{1,12}))(\.[0-9]{0,9})?")
_UTC = re.compile(r"([0-9]{8}T[0-9]{6})(\.[0-9]{1,9})?Z")


@attrs.frozen
class Range:
    """What is to be played (RFC 2326 section 12.29).

    Attributes:
        unit: ``npt``, seconds of normal play time (section 3.6), or ``clock``, absolute time (3.7).
        start: seconds of play time, or UTC as Unix seconds; None is npt ``now`` or an open start.
        end: the same; None is open.
    """

    unit: Literal["npt", "clock"]
    start: float | None = None
    end: float | None = None

    @classmethod
    def parse(cls, text: str) -> "Range":
        """Return the header's value; a ``time`` parameter is read over.

        Raises:
            RtspError: 400 for bad syntax, 457 for a unit that is neither npt nor clock.
        """
        unit, equals, value = text.partition(";")[0].partition("=")
        unit = unit.strip()
        start, dash, end = value.strip().partition("-")
        if not equals or not dash:
            raise _refuse("a range", text)
        if unit == "npt":
            return cls("npt", _npt(start), _npt(end))
        if unit == "clock":
            return cls("clock", _utc(start), _utc(end))
        raise _refuse("a range of npt or clock", text, 457)

    def __str__(self) -> str:
        if self.unit == "npt":
            start = "now" if self.start is None else f"{self.start:.3f}"
            return f"npt={start}-" + ("" if self.end is None else f"{self.end:.3f}")
        return f"clock={_clock_text(self.start)}-{_clock_text(self.end)}"


def _npt(text: str) -> float | None:
    if text.strip() in ("", "now"):
        return None
    match = _NPT.fullmatch(text.strip())
    if not match:
        raise _refuse("a normal play time", text)
    hours, minutes, seconds, plain, fraction = match.groups()
    whole = int(plain) if plain else int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    return float(f"{whole}{fraction or ''}")


def _utc(text: str) -> float | None:
    if not text.strip():
        return None
    match = _UTC.fullmatch(text.strip())
    try:
        moment = datetime.datetime.strptime(match[1] if match else "", "%Y%m%dT%H%M%S")
    except ValueError as error:
        raise _refuse("a UTC time", text) from error
    whole = calendar.timegm(moment.timetuple())
    return whole + float(f"0{match[2]}") if match and match[2] else float(whole)


def _clock_text(utc: float | None) -> str:
    if utc is None:
        return ""
    seconds, milliseconds = divmod(round(utc * 1000), 1000)
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return f"{moment:%Y%m%dT%H%M%S}.{milliseconds:03d}Z"


_RTP_INFO = re.compile(r'url="?([^\s"]*?)"?((?:\s*;\s*(?:seq|rtptime)\s*=\s*[0-9]{1,10})*)')


@attrs.frozen
class RtpInfo:
    """One stream of an RTP-Info header (RFC 2326 section 12.33).

    Attributes:
        url: the stream's control URL.
        sequence: sequence number of the first packet that belongs to the PLAY request.
        rtp_time: RTP timestamp of the start of the range.
    """

    url: str
    sequence: int | None = None
    rtp_time: int | None = None

    @classmethod
    def parse(cls, text: str) -> "RtpInfo":
        """Return one stream's part of the header; RtspError 400 for bad syntax."""
        match = _RTP_INFO.fullmatch(text.strip())
        if not match:
            raise _refuse("a stream of RTP-Info", text)
        given = dict(_parameter(part) for part in match[2].split(";") if part)
        return cls(
            match[1],
            _number(given["seq"], 0xFFFF, "a sequence number") if "seq" in given else None,
            _number(given["rtptime"], 0xFFFF_FFFF, "an RTP time") if "rtptime" in given else None,
        )

    def __str__(self) -> str:
        sequence = "" if self.sequence is None else f";seq={self.sequence}"
        rtp_time = "" if self.rtp_time is None else f";rtptime={self.rtp_time}"
        return f"url={self.url}{sequence}{rtp_time}"


def parse_rtp_info(text: str) -> list[RtpInfo]:
    """Return the streams of an RTP-Info header; a comma inside a URL is part of it."""
    return [RtpInfo.parse(part) for part in re.split(r",(?=\s*url=)", text)]
