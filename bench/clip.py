"""What a farm sent, as an MP4 file for another server: the same pictures, at the same rate."""

import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av

from simulator.wire.rtp.h264 import Depacketizer, nal_type
from simulator.wire.rtp.packet import RtpHeader

_IDR = 5
_START_CODE = b"\x00\x00\x00\x01"


def write_recording(path: Path, packets: list[bytes]) -> None:
    """Write RTP packets, each behind its length in two bytes (as in RFC 4571)."""
    path.write_bytes(b"".join(len(packet).to_bytes(2, "big") + packet for packet in packets))


def read_recording(path: Path) -> Iterator[bytes]:
    """Yield the packets of a recording."""
    data, at = path.read_bytes(), 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        yield data[start:at]


def groups_of_pictures(recording: Path) -> list[bytes]:
    """Return the access units of all whole groups of pictures, from a key frame to before one."""
    units = list(_access_units(read_recording(recording)))
    keys = [index for index, unit in enumerate(units) if unit[1]]
    if len(keys) < 2:
        raise ValueError(f"{recording} has no whole group of pictures")
    return [data for data, _ in units[keys[0] : keys[-1]]]


def make_mp4(units: list[bytes], path: Path, fps: int, seconds: float) -> None:
    """Write access units again and again until the file lasts for ``seconds``."""
    interval = Fraction(1, fps)
    with (
        av.open(io.BytesIO(b"".join(units)), format="h264") as raw,
        av.open(str(path), "w", format="mp4") as target,
    ):
        stream = target.add_stream_from_template(raw.streams.video[0])
        stream.time_base = interval
        for index in range(round(seconds * fps)):
            packet = av.Packet(units[index % len(units)])
            packet.pts = packet.dts = index
            packet.duration = 1
            packet.time_base = interval
            packet.is_keyframe = _is_key(units[index % len(units)])
            packet.stream = stream
            target.mux(packet)


def _access_units(packets: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each access unit as Annex B, and whether it is a key frame."""
    depacketizer, nals = Depacketizer(), list[bytes]()
    whole = False  # the recording may begin within an access unit
    for packet in packets:
        header, payload = RtpHeader.parse(packet)
        if whole:
            nals += depacketizer.receive(payload)
        if header.marker:
            if nals:
                data = b"".join(_START_CODE + nal for nal in nals)
                yield data, any(nal_type(nal) == _IDR for nal in nals)
            nals, whole = [], True


def _is_key(unit: bytes) -> bool:
    return any(part and part[0] & 0x1F == _IDR for part in unit.split(_START_CODE))
