"""What arrived of one H.264 stream over RTP: losses, frames, and how late each frame was."""

import struct
import time
from array import array
from collections.abc import Callable, Iterator

CLOCK_RATE = 90_000

_HEAD = struct.Struct("!BBHI")
_HEADER_SIZE = 12
_SLICE, _IDR, _SPS, _STAP_A, _FU_A = 1, 5, 7, 24, 28

Buffer = bytearray | memoryview


class Reception:
    """The accounts of one stream since ``begin``; of all of it before that.

    A frame is an access unit whose marker packet arrived. Its lateness is that arrival minus its
    RTP time, against the least of the same stream: the delay of the way itself drops out, and a
    server that falls behind shows.

    Attributes:
        interval_s: from one frame to the next.
        packets: that arrived.
        octets: of RTP that arrived, headers included.
        lost: sequence numbers that were left out, less those that came after all.
        frames: whose marker packet arrived.
        missing: frames that the RTP timestamps say there should have been between those.
        reports: RTCP sender reports.
        has_parameters: whether SPS and PPS are known, in band or by the session description.
        starts_with_key: whether the first picture can be decoded; None until there is one.
        recording: takes a copy of every packet, if it is a list.
    """

    def __init__(self, fps: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Expect frames at a steady rate; ``clock`` tells the arrival of each, in seconds."""
        self.packets = self.octets = self.lost = self.frames = self.missing = self.reports = 0
        self.has_parameters = False
        self.starts_with_key: bool | None = None
        self.recording: list[bytes] | None = None
        self._clock = clock
        self.interval_s = 1 / fps
        self._expected: int | None = None
        self._timestamp: int | None = None
        self._media_ticks = 0
        self._offsets = array("d")

    def begin(self) -> None:
        """Count from zero; what was learnt of the stream stays known."""
        self.packets = self.octets = self.lost = self.frames = self.missing = self.reports = 0
        self._offsets = array("d")

    def packet(self, buffer: Buffer, start: int, size: int) -> bool:
        """Account for the RTP packet at ``start``; true if it ends a frame."""
        if size < _HEADER_SIZE:
            raise ValueError(f"an RTP packet of {size} bytes")
        _, kind, sequence, timestamp = _HEAD.unpack_from(buffer, start)
        if sequence == self._expected:
            self._expected = (sequence + 1) & 0xFFFF
        else:
            self._out_of_order(sequence)
        self.packets += 1
        self.octets += size
        if self.recording is not None:
            self.recording.append(bytes(buffer[start : start + size]))
        if self.starts_with_key is None:
            self._look(bytes(buffer[start + _HEADER_SIZE : start + size]))
        if kind < 0x80:
            return False
        self._frame(timestamp, self._clock())
        return True

    def lateness(self) -> list[float]:
        """Return the lateness of every frame, in seconds."""
        least = min(self._offsets, default=0.0)
        return [offset - least for offset in self._offsets]

    def _out_of_order(self, sequence: int) -> None:
        gap = (sequence - self._expected) & 0xFFFF if self._expected is not None else 0
        if gap < 0x8000:
            self.lost += gap
            self._expected = (sequence + 1) & 0xFFFF
        else:
            self.lost -= 1  # one that was given up came after all

    def _frame(self, timestamp: int, arrival: float) -> None:
        if self._timestamp is not None:
            ticks = ((timestamp - self._timestamp + 0x8000_0000) & 0xFFFF_FFFF) - 0x8000_0000
            self._media_ticks += ticks
            self.missing += max(0, round(ticks / CLOCK_RATE / self.interval_s) - 1)
        self._timestamp = timestamp
        self.frames += 1
        self._offsets.append(arrival - self._media_ticks / CLOCK_RATE)

    def _look(self, payload: bytes) -> None:
        """Look for the first picture: a key frame whose parameters are known, or not."""
        for kind in _nal_types(payload):
            if kind == _SPS:
                self.has_parameters = True
            elif _SLICE <= kind <= _IDR and self.starts_with_key is None:
                self.starts_with_key = kind == _IDR and self.has_parameters


def _nal_types(payload: bytes) -> Iterator[int]:
    """Yield the types of the NAL units that are in a payload, or begin there (RFC 6184)."""
    kind = payload[0] & 0x1F if payload else 0
    if kind == _FU_A:
        if len(payload) > 1:
            yield payload[1] & 0x1F
    elif kind == _STAP_A:
        at = 1
        while at + 2 < len(payload):
            yield payload[at + 2] & 0x1F
            at += 2 + int.from_bytes(payload[at : at + 2], "big")
    else:
        yield kind
