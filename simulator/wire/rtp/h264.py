"""H.264 over RTP (RFC 6184): NAL units, packetisation mode 1, and the parameters in the SDP."""

import base64
import re
from collections.abc import Iterator, Sequence

from simulator.wire.rtp.error import RtpError
from simulator.wire.rtp.packet import MAX_PAYLOAD

SLICE, IDR_SLICE, SEI, SPS, PPS, DELIMITER = 1, 5, 6, 7, 8, 9
"""Types of NAL units (ITU-T H.264 table 7-1)."""

_STAP_A = 24
_FU_A = 28
_START, _END = 0x80, 0x40
_AGGREGATED = {SEI, SPS, PPS, DELIMITER}
_MAX_NAL = 8 * 1024 * 1024
_START_CODE = re.compile(rb"\x00\x00\x01")


def nal_type(nal: bytes) -> int:
    """Return the type of a NAL unit, 0 to 31."""
    return nal[0] & 0x1F


def nal_units(annexb: bytes) -> list[bytes]:
    """Return the NAL units of a byte stream (ITU-T H.264 annex B), without start codes.

    Zero bytes behind a unit belong to the byte stream, not to the unit.
    """
    parts = _START_CODE.split(annexb)[1:]
    return [nal for part in parts if (nal := part.rstrip(b"\x00"))]


def packetize(nals: Sequence[bytes], max_payload: int = MAX_PAYLOAD) -> list[bytes]:
    """Return the payloads of one access unit, in order.

    Parameter sets, SEI and delimiters that follow each other share a STAP-A (RFC 6184 section
    5.7.1); a longer unit is cut into FU-A (section 5.8) of which all but the last are full, so that
    they make one run; any other unit is a packet by itself (section 5.6).

    Args:
        nals: the access unit's NAL units, none empty.
        max_payload: bytes of a full payload, at least 3.
    """
    payloads: list[bytes] = []
    waiting: list[bytes] = []
    for nal in nals:
        small = nal_type(nal) in _AGGREGATED and len(nal) + 3 <= max_payload
        if waiting and not (small and _stap_size([*waiting, nal]) <= max_payload):
            payloads.append(_joined(waiting))
            waiting = []
        if small:
            waiting.append(nal)
        elif len(nal) <= max_payload:
            payloads.append(nal)
        else:
            payloads.extend(_fragments(nal, max_payload))
    if waiting:
        payloads.append(_joined(waiting))
    return payloads


def _stap_size(nals: Sequence[bytes]) -> int:
    return 1 + sum(2 + len(nal) for nal in nals)


def _joined(nals: Sequence[bytes]) -> bytes:
    """Return one unit as it is, several as a STAP-A with the strictest F and NRI of them."""
    if len(nals) == 1:
        return nals[0]
    forbidden = max(nal[0] & 0x80 for nal in nals)
    importance = max(nal[0] & 0x60 for nal in nals)
    sized = b"".join(len(nal).to_bytes(2, "big") + nal for nal in nals)
    return bytes((forbidden | importance | _STAP_A,)) + sized


def _fragments(nal: bytes, max_payload: int) -> Iterator[bytes]:
    indicator, kind = nal[0] & 0xE0 | _FU_A, nal[0] & 0x1F
    room = max_payload - 2
    for offset in range(1, len(nal), room):
        start = _START if offset == 1 else 0
        end = _END if offset + room >= len(nal) else 0
        yield bytes((indicator, start | end | kind)) + nal[offset : offset + room]


class Depacketizer:
    """NAL units from the payloads of one stream, given in order of sequence numbers."""

    def __init__(self) -> None:
        self._fragments: list[bytes] = []
        self._length = 0

    def receive(self, payload: bytes) -> list[bytes]:
        """Return the NAL units that this payload completes.

        Raises:
            RtpError: the payload breaks its format, a fragment came without those before it, or a
                unit grew beyond 8 MiB.
        """
        if not payload:
            raise RtpError("an H.264 payload is empty")
        kind = payload[0] & 0x1F
        if kind == _FU_A:
            return self._fragment(payload)
        self._fragments = []
        if kind == _STAP_A:
            return list(_separated(payload))
        if not 1 <= kind <= 23:
            raise RtpError(f"H.264 payload type {kind} is not of packetization mode 1")
        return [payload]

    def lose(self) -> None:
        """Forget the unit under way, because a packet is missing."""
        self._fragments = []

    def _fragment(self, payload: bytes) -> list[bytes]:
        if len(payload) < 3:
            raise RtpError("a fragment of a NAL unit is empty")
        if payload[1] & _START:
            self._fragments = [bytes((payload[0] & 0xE0 | payload[1] & 0x1F,))]
            self._length = 0
        elif not self._fragments:
            raise RtpError("a fragment of a NAL unit came without its start")
        self._length += len(payload)
        if self._length > _MAX_NAL:
            self._fragments = []
            raise RtpError(f"a NAL unit is longer than {_MAX_NAL} bytes")
        self._fragments.append(payload[2:])
        if not payload[1] & _END:
            return []
        nal, self._fragments = b"".join(self._fragments), []
        return [nal]


def _separated(payload: bytes) -> Iterator[bytes]:
    offset = 1
    while offset < len(payload):
        start = offset + 2
        offset = start + int.from_bytes(payload[offset:start], "big")
        if not start < offset <= len(payload):
            raise RtpError("a NAL unit of an aggregation runs past its end, or is empty")
        yield payload[start:offset]


def sprop_parameter_sets(sps: bytes, pps: bytes) -> str:
    """Return both parameter sets for the SDP (RFC 6184 section 8.1)."""
    return ",".join(base64.b64encode(nal).decode() for nal in (sps, pps))


def profile_level_id(sps: bytes) -> str:
    """Return profile, constraints and level for the SDP as six hexadecimal digits (section 8.1)."""
    if len(sps) < 4 or nal_type(sps) != SPS:
        raise RtpError("not a sequence parameter set")
    return sps[1:4].hex().upper()


def format_parameters(sps: bytes, pps: bytes) -> str:
    """Return the parameters of the SDP's ``a=fmtp`` line, packetization mode 1 (section 8.2.1)."""
    return (
        f"packetization-mode=1;profile-level-id={profile_level_id(sps)};"
        f"sprop-parameter-sets={sprop_parameter_sets(sps, pps)}"
    )
