"""RTCP: reports and goodbyes (RFC 3550 section 6), key frame requests (RFC 4585, RFC 5104)."""

import struct
from collections.abc import Iterable
from typing import ClassVar, TypeAlias

import attrs

from simulator.wire.rtp.error import RtpError

_HEADER = struct.Struct("!BBH")
_SENDER = struct.Struct("!IQIII")
_BLOCK = struct.Struct("!IIIIII")
_SSRC = struct.Struct("!I")
_FEEDBACK = struct.Struct("!II")
_FIR_ENTRY = struct.Struct("!IB3x")

_PAYLOAD_FEEDBACK = 206
_PLI, _FIR = 1, 4
CNAME = 1
"""Type of the source description item that every compound packet has (section 6.5.1)."""


@attrs.frozen(kw_only=True)
class ReportBlock:
    """How one source is received (RFC 3550 section 6.4.1).

    Attributes:
        ssrc: the source.
        fraction_lost: of the packets since the last report, in 1/256.
        packets_lost: since the beginning, -2**23 to 2**23 - 1.
        highest_sequence: extended: cycles in the upper 16 bits.
        jitter: in units of the RTP timestamp.
        last_sr: middle 32 bits of the NTP timestamp of the last sender report, 0 if none.
        delay_since_last_sr: in 1/65536 s.
    """

    ssrc: int
    fraction_lost: int = 0
    packets_lost: int = 0
    highest_sequence: int = 0
    jitter: int = 0
    last_sr: int = 0
    delay_since_last_sr: int = 0

    @classmethod
    def parse(cls, data: bytes, offset: int) -> "ReportBlock":
        """Return the block of 24 bytes at ``offset``."""
        ssrc, lost, highest, jitter, last_sr, delay = _BLOCK.unpack_from(data, offset)
        total = lost & 0xFF_FFFF
        return cls(
            ssrc=ssrc,
            fraction_lost=lost >> 24,
            packets_lost=total - (1 << 24) if total >> 23 else total,
            highest_sequence=highest,
            jitter=jitter,
            last_sr=last_sr,
            delay_since_last_sr=delay,
        )

    def serialize(self) -> bytes:
        """Return the block as 24 bytes."""
        lost = self.fraction_lost << 24 | self.packets_lost & 0xFF_FFFF
        return _BLOCK.pack(
            self.ssrc,
            lost,
            self.highest_sequence,
            self.jitter,
            self.last_sr,
            self.delay_since_last_sr,
        )


@attrs.frozen(kw_only=True)
class SenderReport:
    """What a sender has sent, and when (RFC 3550 section 6.4.1).

    Attributes:
        ssrc: the sender.
        ntp: wall clock as a 64-bit NTP timestamp.
        rtp_timestamp: the same instant on the RTP clock.
        packet_count: RTP packets since the sender began, modulo 2**32.
        octet_count: payload bytes since the sender began, modulo 2**32.
        reports: how it receives others.
    """

    packet_type: ClassVar[int] = 200

    ssrc: int
    ntp: int
    rtp_timestamp: int
    packet_count: int
    octet_count: int
    reports: tuple[ReportBlock, ...] = ()

    @classmethod
    def parse(cls, count: int, body: bytes) -> "SenderReport":
        """Return the report whose packet has this count and body."""
        ssrc, ntp, rtp_timestamp, packets, octets = _SENDER.unpack_from(body)
        return cls(
            ssrc=ssrc,
            ntp=ntp,
            rtp_timestamp=rtp_timestamp,
            packet_count=packets,
            octet_count=octets,
            reports=_blocks(count, body, _SENDER.size),
        )

    def serialize(self) -> bytes:
        """Return the packet."""
        sender = _SENDER.pack(
            self.ssrc,
            self.ntp,
            self.rtp_timestamp,
            self.packet_count & 0xFFFF_FFFF,
            self.octet_count & 0xFFFF_FFFF,
        )
        return _packet(self.packet_type, len(self.reports), sender + _joined(self.reports))


@attrs.frozen(kw_only=True)
class ReceiverReport:
    """How a receiver receives (RFC 3550 section 6.4.2).

    Attributes:
        ssrc: the receiver.
        reports: one block a source.
    """

    packet_type: ClassVar[int] = 201

    ssrc: int
    reports: tuple[ReportBlock, ...] = ()

    @classmethod
    def parse(cls, count: int, body: bytes) -> "ReceiverReport":
        """Return the report whose packet has this count and body."""
        return cls(ssrc=_SSRC.unpack_from(body)[0], reports=_blocks(count, body, _SSRC.size))

    def serialize(self) -> bytes:
        """Return the packet."""
        body = _SSRC.pack(self.ssrc) + _joined(self.reports)
        return _packet(self.packet_type, len(self.reports), body)


@attrs.frozen
class SourceDescription:
    """Who the sources are (RFC 3550 section 6.5).

    Attributes:
        chunks: of each source its SSRC and its items: type (1 is CNAME) and text.
    """

    packet_type: ClassVar[int] = 202

    chunks: tuple[tuple[int, tuple[tuple[int, str], ...]], ...]

    @classmethod
    def of(cls, ssrc: int, cname: str) -> "SourceDescription":
        """Return the description of one source by its canonical name."""
        return cls(((ssrc, ((CNAME, cname),)),))

    @classmethod
    def parse(cls, count: int, body: bytes) -> "SourceDescription":
        """Return the description whose packet has this count and body."""
        chunks, offset = [], 0
        for _ in range(count):
            (ssrc,) = _SSRC.unpack_from(body, offset)
            items, offset = _items(body, offset + _SSRC.size)
            chunks.append((ssrc, items))
        return cls(tuple(chunks))

    def serialize(self) -> bytes:
        """Return the packet; ValueError for a text of more than 255 bytes."""
        body = b"".join(_chunk(ssrc, items) for ssrc, items in self.chunks)
        return _packet(self.packet_type, len(self.chunks), body)


@attrs.frozen
class Bye:
    """Sources that leave (RFC 3550 section 6.6).

    Attributes:
        ssrcs: the sources.
        reason: why, for a person; may be empty.
    """

    packet_type: ClassVar[int] = 203

    ssrcs: tuple[int, ...]
    reason: str = ""

    @classmethod
    def parse(cls, count: int, body: bytes) -> "Bye":
        """Return the goodbye whose packet has this count and body."""
        ssrcs = struct.unpack_from(f"!{count}I", body)
        rest = body[4 * count :]
        if not rest:
            return cls(ssrcs)
        if len(rest) < 1 + rest[0]:
            raise RtpError("the reason of an RTCP BYE runs past its end")
        return cls(ssrcs, rest[1 : 1 + rest[0]].decode(errors="replace"))

    def serialize(self) -> bytes:
        """Return the packet; ValueError for a reason of more than 255 bytes."""
        text = self.reason.encode()
        reason = bytes((len(text),)) + text if text else b""
        sources = struct.pack(f"!{len(self.ssrcs)}I", *self.ssrcs)
        return _packet(self.packet_type, len(self.ssrcs), sources + reason)


@attrs.frozen(kw_only=True)
class PictureLossIndication:
    """A receiver asks one source for a key frame (RFC 4585 section 6.3.1)."""

    sender_ssrc: int
    media_ssrc: int

    def serialize(self) -> bytes:
        """Return the packet."""
        return _packet(_PAYLOAD_FEEDBACK, _PLI, _FEEDBACK.pack(self.sender_ssrc, self.media_ssrc))


@attrs.frozen(kw_only=True)
class FullIntraRequest:
    """A receiver asks sources for a key frame (RFC 5104 section 4.3.1).

    Attributes:
        sender_ssrc: who asks.
        requests: SSRC of each source, and the number of the command: a repetition keeps its number.
    """

    sender_ssrc: int
    requests: tuple[tuple[int, int], ...]

    def serialize(self) -> bytes:
        """Return the packet."""
        entries = b"".join(_FIR_ENTRY.pack(*request) for request in self.requests)
        return _packet(_PAYLOAD_FEEDBACK, _FIR, _FEEDBACK.pack(self.sender_ssrc, 0) + entries)


@attrs.frozen
class OtherPacket:
    """A packet of a kind that we do not read.

    Attributes:
        packet_type: 0 to 255.
        count: the five bits behind version and padding.
        body: what follows the first four bytes, in whole 32-bit words.
    """

    packet_type: int
    count: int
    body: bytes

    def serialize(self) -> bytes:
        """Return the packet."""
        return _packet(self.packet_type, self.count, self.body)


RtcpPacket: TypeAlias = (
    SenderReport
    | ReceiverReport
    | SourceDescription
    | Bye
    | PictureLossIndication
    | FullIntraRequest
    | OtherPacket
)

_KINDS: dict[int, type[SenderReport | ReceiverReport | SourceDescription | Bye]] = {
    kind.packet_type: kind for kind in (SenderReport, ReceiverReport, SourceDescription, Bye)
}


def serialize_compound(packets: Iterable[RtcpPacket]) -> bytes:
    """Return packets that travel together, a report first (RFC 3550 section 6.1)."""
    return b"".join(packet.serialize() for packet in packets)


def parse_compound(data: bytes) -> list[RtcpPacket]:
    """Return the packets of one datagram or frame.

    A datagram that does not begin with a report is read too (RFC 5506).

    Raises:
        RtpError: it is not RTCP of version 2, or a length does not fit.
    """
    packets: list[RtcpPacket] = []
    offset = 0
    while offset < len(data):
        if len(data) - offset < _HEADER.size:
            raise RtpError(f"RTCP byte {offset}: shorter than a packet's header")
        first, kind, words = _HEADER.unpack_from(data, offset)
        end = offset + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            raise RtpError(f"RTCP byte {offset}: not version 2, or longer than the data")
        body = data[offset + 4 : end]
        try:
            packets.append(_parse(kind, first & 31, _without_padding(first, body)))
        except struct.error as error:
            raise RtpError(f"RTCP byte {offset}: packet type {kind} is too short") from error
        offset = end
    return packets


def _parse(kind: int, count: int, body: bytes) -> RtcpPacket:
    if kind in _KINDS:
        return _KINDS[kind].parse(count, body)
    if kind == _PAYLOAD_FEEDBACK and count in (_PLI, _FIR):
        sender, media = _FEEDBACK.unpack_from(body)
        if count == _PLI:
            return PictureLossIndication(sender_ssrc=sender, media_ssrc=media)
        entries = body[_FEEDBACK.size :]
        if len(entries) % _FIR_ENTRY.size:
            raise RtpError("the entries of a full intra request are not whole")
        return FullIntraRequest(sender_ssrc=sender, requests=tuple(_FIR_ENTRY.iter_unpack(entries)))
    return OtherPacket(kind, count, body)


def _without_padding(first: int, body: bytes) -> bytes:
    if not first & 0x20:
        return body
    if not body or body[-1] % 4 or not 0 < body[-1] <= len(body):
        raise RtpError("the padding of an RTCP packet does not fit")
    return body[: -body[-1]]


def _packet(kind: int, count: int, body: bytes) -> bytes:
    """Return the packet, its body filled up with zero bytes to whole 32-bit words."""
    words = -(-len(body) // 4)
    return _HEADER.pack(0x80 | count, kind, words) + body.ljust(4 * words, b"\x00")


def _blocks(count: int, body: bytes, offset: int) -> tuple[ReportBlock, ...]:
    starts = range(offset, offset + count * _BLOCK.size, _BLOCK.size)
    return tuple(ReportBlock.parse(body, start) for start in starts)


def _joined(reports: Iterable[ReportBlock]) -> bytes:
    return b"".join(report.serialize() for report in reports)


def _chunk(ssrc: int, items: Iterable[tuple[int, str]]) -> bytes:
    """Return a chunk: its items, one zero byte at least, and more to a whole 32-bit word."""
    data = _SSRC.pack(ssrc) + b"".join(_item(kind, text.encode()) for kind, text in items)
    return data.ljust(len(data) // 4 * 4 + 4, b"\x00")


def _item(kind: int, text: bytes) -> bytes:
    return bytes((kind, len(text))) + text


def _items(body: bytes, offset: int) -> tuple[tuple[tuple[int, str], ...], int]:
    """Return the items of a chunk and where the next chunk begins."""
    items = []
    while offset < len(body) and body[offset]:
        text = offset + 2
        end = text + (body[offset + 1] if text <= len(body) else 0)
        if max(text, end) > len(body):
            raise RtpError("an item of an RTCP source description runs past its end")
        items.append((body[offset], body[text:end].decode(errors="replace")))
        offset = end
    if offset >= len(body):
        raise RtpError("a chunk of an RTCP source description has no end")
    return tuple(items), offset // 4 * 4 + 4
