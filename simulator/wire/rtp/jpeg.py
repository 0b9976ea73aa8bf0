"""Baseline JPEG over RTP (RFC 2435)."""

import struct
from collections.abc import Iterator

import attrs

from simulator.wire.rtp.error import RtpError
from simulator.wire.rtp.packet import MAX_PAYLOAD

IN_BAND = 255
"""The Q that says: the quantisation tables stand in the frame's first packet, and may change."""

MAX_SIDE = 2040
"""Longest side in pixels: 255 blocks of 8 (RFC 2435 section 3.1.5)."""

_SOI, _EOI, _SOS, _DQT, _DHT, _SOF0, _DRI = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xC0, 0xDD
_MAIN = struct.Struct("!IBBBB")
_RESTART = struct.Struct("!HH")
_TABLES = struct.Struct("!BBH")
_SIZE = struct.Struct("!BHHB")

_TYPES = {0x21: 0, 0x22: 1}
"""RTP/JPEG type by the sampling factors of luma: 4:2:2 and 4:2:0."""

_WITH_RESTARTS = 64
_WHOLE_FRAME = 0xFFFF
"""Restart count of a packet whose beginning and end are not those of restart intervals."""

_LUMA_TABLE = bytes.fromhex(
    "100b0c0e0c0a100e0d0e1211101318281a181616183123251d283a333d3c3933383740485c4e404457453738"
    "506d51575f626768673e4d71797064785c656763"
)
_CHROMA_TABLE = bytes.fromhex("1112121815182f1a1a2f634238426363").ljust(64, b"\x63")
"""The example tables of ITU-T T.81 annex K.1 in zigzag order, of which Q 1 to 99 are multiples."""

_HUFFMAN_TABLES = {
    0x00: "00010501010101010100000000000000000102030405060708090a0b",
    0x01: "00030101010101010101010000000000000102030405060708090a0b",
    0x10: "0002010303020403050504040000017d"
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a"
    "25262728292a3435363738393a434445464748494a535455565758595a636465666768696a73747576777879"
    "7a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9"
    "cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa",
    0x11: "00020102040403040705040400010277"
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f117"
    "18191a262728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778"
    "797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7"
    "c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa",
}
_HUFFMAN = {key: bytes.fromhex(table) for key, table in _HUFFMAN_TABLES.items()}
"""The typical tables of ITU-T T.81 annex K.3 by class and destination, all that RTP knows."""


@attrs.frozen
class _Picture:
    """What RTP needs of a JPEG file."""

    kind: int
    width: int
    height: int
    luma_table: bytes
    chroma_table: bytes
    restart_interval: int
    scan: bytes


def quantization_tables(q: int) -> tuple[bytes, bytes]:
    """Return the luma and chroma table of Q 1 to 99, in zigzag order (RFC 2435 section 4.2)."""
    if not 1 <= q <= 99:
        raise ValueError(f"Q {q} is not 1 to 99")
    factor = 5000 // q if q < 50 else 200 - 2 * q
    luma, chroma = (
        bytes(min(max((value * factor + 50) // 100, 1), 255) for value in table)
        for table in (_LUMA_TABLE, _CHROMA_TABLE)
    )
    return luma, chroma


def packetize(jpeg: bytes, max_payload: int = MAX_PAYLOAD, q: int = IN_BAND) -> list[bytes]:
    """Return the payloads of one frame, in order (RFC 2435 section 3.1); all but the last are full.

    Args:
        jpeg: a baseline JPEG file, YCbCr 4:2:0 or 4:2:2, with the typical Huffman tables.
        max_payload: bytes of a full payload, at least 200.
        q: 255 for tables in band; 1 to 99 if the file has exactly the tables of that Q.

    Raises:
        RtpError: the file is not of this kind, or a side is longer than 2,040 pixels.
    """
    picture = _read(jpeg)
    tables = picture.luma_table + picture.chroma_table
    if q == IN_BAND:
        first = _TABLES.pack(0, 0, len(tables)) + tables
    elif tables == b"".join(quantization_tables(q)):
        first = b""
    else:
        raise RtpError(f"the JPEG has other quantisation tables than those of Q {q}")
    return list(_fragments(picture, q, first, max_payload))


def _fragments(picture: _Picture, q: int, first: bytes, max_payload: int) -> Iterator[bytes]:
    kind, restart = picture.kind, b""
    if picture.restart_interval:
        kind += _WITH_RESTARTS
        restart = _RESTART.pack(picture.restart_interval, _WHOLE_FRAME)
    blocks = (-(-picture.width // 8), -(-picture.height // 8))
    offset, extra = 0, first
    while offset < len(picture.scan):
        header = _MAIN.pack(offset, kind, q, *blocks) + restart + extra
        end = offset + max_payload - len(header)
        yield header + picture.scan[offset:end]
        offset, extra = end, b""


def _read(jpeg: bytes) -> _Picture:
    """Read the file's markers (ITU-T T.81 annex B) up to and with its only scan."""
    segments = dict[int, bytes]()
    tables = dict[int, bytes]()
    for marker, segment in _segments(jpeg):
        if marker == _DQT:
            tables.update(_quantization(segment))
        elif marker == _DHT:
            _check_huffman(segment)
        elif marker & 0xF0 == 0xC0 and marker != _SOF0:
            raise RtpError("the JPEG is not baseline")
        else:
            segments[marker] = segment
    if not {_SOF0, _SOS} <= set(segments):
        raise RtpError("the JPEG has no frame or no scan")
    kind, height, width, (luma, chroma) = _frame(segments[_SOF0])
    if not {luma, chroma} <= set(tables):
        raise RtpError("the JPEG lacks a quantisation table")
    return _Picture(
        kind=kind,
        width=width,
        height=height,
        luma_table=tables[luma],
        chroma_table=tables[chroma],
        restart_interval=int.from_bytes(segments.get(_DRI, b""), "big"),
        scan=_scan(segments[_SOS]),
    )


def _segments(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each marker and what it holds; of SOS also the coded data up to EOI."""
    if jpeg[:2] != bytes((0xFF, _SOI)):
        raise RtpError("not a JPEG file")
    offset = 2
    while True:
        length = int.from_bytes(jpeg[offset + 2 : offset + 4], "big")
        end = offset + 2 + length
        if end > len(jpeg) or length < 2 or jpeg[offset] != 0xFF:
            raise RtpError(f"JPEG byte {offset}: no marker segment")
        marker = jpeg[offset + 1]
        if marker == _SOS:
            yield marker, jpeg[offset + 4 :]
            return
        yield marker, jpeg[offset + 4 : end]
        offset = end


def _quantization(segment: bytes) -> Iterator[tuple[int, bytes]]:
    if len(segment) % 65 or max(segment[::65], default=0) > 3:
        raise RtpError("the JPEG's quantisation tables are not of 8 bits")
    for start in range(0, len(segment), 65):
        yield segment[start], segment[start + 1 : start + 65]


def _check_huffman(segment: bytes) -> None:
    while segment:
        length = 1 + 16 + sum(segment[1:17])
        if _HUFFMAN.get(segment[0]) != segment[1:length]:
            raise RtpError("the JPEG has Huffman tables of its own, which RTP cannot carry")
        segment = segment[length:]


def _frame(segment: bytes) -> tuple[int, int, int, tuple[int, int]]:
    """Return type, height, width, and the numbers of the luma and the chroma table."""
    if len(segment) != 15:
        raise RtpError("the JPEG has not three components")
    precision, height, width, _ = _SIZE.unpack_from(segment)
    luma, blue, red = (segment[start : start + 3] for start in (6, 9, 12))
    kind = _TYPES.get(luma[1])
    if precision != 8 or kind is None or blue[1:] != red[1:] or blue[1] != 0x11:
        raise RtpError("the JPEG is not YCbCr 4:2:0 or 4:2:2 of 8 bits")
    if not 0 < width <= MAX_SIDE or not 0 < height <= MAX_SIDE:
        raise RtpError(f"{width}x{height} does not fit RTP: a side is 1 to {MAX_SIDE} pixels")
    return kind, height, width, (luma[2], blue[2])


def _scan(segment: bytes) -> bytes:
    """Return the coded data, without EOI (RFC 2435 section 3.1.9)."""
    length = 1 + 2 * segment[0] + 3 if segment else 0
    if not segment or segment[0] != 3 or segment[2:7:2] != b"\x00\x11\x11":
        raise RtpError("the JPEG's scan is not of three components in the usual order")
    coded = segment[length:]
    end = coded.rfind(bytes((0xFF, _EOI)))
    if end > 0:
        coded = coded[:end]
    if not coded or len(coded) >= 1 << 24:
        raise RtpError("the JPEG's scan is empty, or longer than 24 bits can tell")
    return coded
