"""RTP packets (RFC 3550 section 5.1) and access units packetised once for many receivers."""

import struct
from collections.abc import Iterator, Sequence

import attrs

from simulator.wire.rtp.error import RtpError

MAX_PAYLOAD = 1400
"""Payload bytes of a full packet: 1,412 with the header, so that it fits every usual path."""

MAX_RUN = 44
"""Most segments of one send: 44 full packets stay below the 65,507 bytes of a UDP datagram."""

_HEADER = struct.Struct("!BBHII")
_FRAME = struct.Struct("!BBH")
_CHANGING = struct.Struct(
    "!HII"
)  # sequence number, timestamp, SSRC: what differs between receivers
_CHANGING_OFFSET = 2
_EXTENSION = struct.Struct("!HH")


@attrs.frozen(kw_only=True)
class RtpHeader:
    """The fixed header, contributing sources and the extension.

    ::

         0                   1                   2                   3
         0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
        +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
        |V=2|P|X|  CC   |M|     PT      |       sequence number         |
        +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
        |                           timestamp                           |
        +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
        |                             SSRC                              |
        +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

    Attributes:
        payload_type: 0 to 127.
        sequence: modulo 2**16.
        timestamp: in units of the payload's clock, modulo 2**32.
        ssrc: synchronisation source.
        marker: the payload format says of what; of video, the last packet of an access unit.
        csrcs: contributing sources, at most 15.
        extension: profile identifier and data in whole 32-bit words (section 5.3.1), or None.
    """

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    marker: bool = False
    csrcs: tuple[int, ...] = ()
    extension: tuple[int, bytes] | None = None

    @classmethod
    def parse(cls, packet: bytes) -> tuple["RtpHeader", bytes]:
        """Return the header and the payload, without padding.

        Raises:
            RtpError: the packet is no RTP packet of version 2, or shorter than its header says.
        """
        if len(packet) < _HEADER.size:
            raise RtpError(f"an RTP packet of {len(packet)} bytes is shorter than its header")
        first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(packet)
        if first >> 6 != 2:
            raise RtpError(f"RTP version {first >> 6} is not 2")
        start = _HEADER.size + 4 * (first & 15)
        if len(packet) < start:
            raise RtpError("the contributing sources run past the end of the packet")
        extension, start = _extension(packet, start) if first & 0x10 else (None, start)
        end = _end_of_payload(packet, start) if first & 0x20 else len(packet)
        header = cls(
            payload_type=second & 0x7F,
            sequence=sequence,
            timestamp=timestamp,
            ssrc=ssrc,
            marker=second >> 7 == 1,
            csrcs=struct.unpack_from(f"!{first & 15}I", packet, _HEADER.size),
            extension=extension,
        )
        return header, bytes(packet[start:end])

    def serialize(self) -> bytes:
        """Return the header as bytes; struct.error if a field is out of range."""
        first = 0x80 | (0x10 if self.extension else 0) | len(self.csrcs)
        second = self.marker << 7 | self.payload_type
        fixed = _HEADER.pack(first, second, self.sequence, self.timestamp, self.ssrc)
        sources = struct.pack(f"!{len(self.csrcs)}I", *self.csrcs)
        if self.extension is None:
            return fixed + sources
        profile, data = self.extension
        return fixed + sources + _EXTENSION.pack(profile, len(data) // 4) + data


def _extension(packet: bytes, start: int) -> tuple[tuple[int, bytes], int]:
    data = start + _EXTENSION.size
    if len(packet) < data:
        raise RtpError("the header extension runs past the end of the packet")
    profile, words = _EXTENSION.unpack_from(packet, start)
    end = data + 4 * words
    if len(packet) < end:
        raise RtpError("the header extension runs past the end of the packet")
    return (profile, bytes(packet[data:end])), end


def _end_of_payload(packet: bytes, start: int) -> int:
    end = len(packet) - packet[-1]
    if not packet[-1] or end < start:
        raise RtpError(f"{packet[-1]} bytes of padding do not fit the packet")
    return end


class PacketBuffer:
    """One access unit, packetised once and sent to any number of receivers.

    The packets lie in two contiguous buffers, one as plain RTP and one framed for the RTSP
    connection (RFC 2326 section 10.12). Per receiver only sequence numbers, timestamp and SSRC are
    written over, in place: what a method returns is valid until the next call, so send it at once,
    or copy it. A buffer belongs to one thread.

    Attributes:
        count: number of packets; a receiver's sequence number grows by it.
        octets: payload bytes, as a sender report counts them (RFC 3550 section 6.4.1).
        segment_size: size of a full packet with its header; what UDP_SEGMENT is to be set to, once.
    """

    __slots__ = (
        "_channel",
        "_framed",
        "_framed_offsets",
        "_packets",
        "_rtp_offsets",
        "_runs",
        "count",
        "octets",
        "segment_size",
    )

    def __init__(
        self, payloads: Sequence[bytes], payload_type: int, marker: bool, max_payload: int
    ) -> None:
        """Lay out the packets; use ``build``."""
        sizes = [_HEADER.size + len(payload) for payload in payloads]
        self.count = len(payloads)
        self.octets = sum(map(len, payloads))
        self.segment_size = _HEADER.size + max_payload
        headers = _headers(self.count, payload_type, marker)
        framed, rtp = bytearray(), bytearray()
        for size, header, payload in zip(sizes, headers, payloads, strict=True):
            rtp += header + payload
            framed += _FRAME.pack(0x24, 0, size) + header + payload
        self._framed = memoryview(framed)
        self._packets = list(_cut(memoryview(rtp), sizes))
        self._runs = list(_runs(memoryview(rtp), sizes, self.segment_size))
        self._rtp_offsets = _offsets(sizes, 0)
        self._framed_offsets = _offsets(sizes, _FRAME.size)
        self._channel = 0

    @classmethod
    def build(
        cls,
        payloads: Sequence[bytes],
        payload_type: int,
        *,
        marker: bool = True,
        max_payload: int = MAX_PAYLOAD,
    ) -> "PacketBuffer":
        """Packetise one access unit.

        Args:
            payloads: what a payload format made of it, one item a packet, at least one.
            payload_type: 0 to 127.
            marker: whether the last packet has the marker bit.
            max_payload: bytes of a full packet's payload, at most 65,495.

        Raises:
            ValueError: there are no payloads, or one is longer than ``max_payload``.
        """
        if not payloads:
            raise ValueError("an access unit has at least one packet")
        longest = max(map(len, payloads))
        if longest > max_payload:
            raise ValueError(f"a payload of {longest} bytes is longer than {max_payload}")
        return cls(payloads, payload_type, marker, max_payload)

    def rtp_runs(
        self, sequence: int, timestamp: int, ssrc: int
    ) -> list[tuple[memoryview, int, int]]:
        """Return the packets as few sends: (bytes, segment size, number of packets) each.

        All segments of a send have the segment size, but the last may be shorter. A send of more
        than one packet always has ``segment_size``, so a socket can keep one UDP_SEGMENT setting;
        any other packet is a send of its own.
        """
        self._patch_rtp(sequence, timestamp, ssrc)
        return self._runs

    def packets(self, sequence: int, timestamp: int, ssrc: int) -> list[memoryview]:
        """Return the packets one by one."""
        self._patch_rtp(sequence, timestamp, ssrc)
        return self._packets

    def interleaved(self, sequence: int, timestamp: int, ssrc: int, channel: int) -> memoryview:
        """Return all packets as interleaved frames of ``channel``, to be written at once."""
        framed, write, number = self._framed, _CHANGING.pack_into, sequence
        if channel != self._channel:
            self._set_channel(channel)
        for offset in self._framed_offsets:
            write(framed, offset, number, timestamp, ssrc)
            number = (number + 1) & 0xFFFF
        return framed

    def _patch_rtp(self, sequence: int, timestamp: int, ssrc: int) -> None:
        write, number = _CHANGING.pack_into, sequence
        rtp = self._packets[0].obj
        for offset in self._rtp_offsets:
            write(rtp, offset, number, timestamp, ssrc)
            number = (number + 1) & 0xFFFF

    def _set_channel(self, channel: int) -> None:
        for offset in self._framed_offsets:
            self._framed[offset - _CHANGING_OFFSET - _FRAME.size + 1] = channel
        self._channel = channel


def _headers(count: int, payload_type: int, marker: bool) -> Iterator[bytes]:
    for index in range(count):
        last = index == count - 1
        yield _HEADER.pack(0x80, (last and marker) << 7 | payload_type, 0, 0, 0)


def _offsets(sizes: Sequence[int], prefix: int) -> list[int]:
    """Return where the changing fields of each packet lie, if ``prefix`` bytes precede each."""
    offsets, start = [], 0
    for size in sizes:
        offsets.append(start + prefix + _CHANGING_OFFSET)
        start += prefix + size
    return offsets


def _cut(view: memoryview, sizes: Sequence[int]) -> Iterator[memoryview]:
    start = 0
    for size in sizes:
        yield view[start : start + size]
        start += size


def _runs(
    view: memoryview, sizes: Sequence[int], segment_size: int
) -> Iterator[tuple[memoryview, int, int]]:
    """Join full packets, and a shorter one behind them, as far as one datagram reaches."""
    most = min(MAX_RUN, 65_507 // segment_size)
    index = start = 0
    while index < len(sizes):
        end = index + 1
        while end < len(sizes) and end - index < most and sizes[end - 1] == segment_size:
            end += 1
        length = sum(sizes[index:end])
        yield view[start : start + length], sizes[index], end - index
        index, start = end, start + length
