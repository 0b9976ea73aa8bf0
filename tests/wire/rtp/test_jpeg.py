import struct

import cv2
import numpy as np
import pytest

from simulator.wire.rtp import jpeg
from simulator.wire.rtp.error import RtpError
from simulator.wire.rtp.packet import PacketBuffer

SAMPLING_422 = getattr(cv2, "IMWRITE_JPEG_SAMPLING_FACTOR_422", 0x211111)
SDP = (
    b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=video 5000 RTP/AVP 26\r\n"
)


def picture(width=320, height=176, seed=1):
    noise = np.random.default_rng(seed).integers(0, 255, (12, 20, 3), dtype=np.uint8)
    return cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)


def encoded(image, *parameters):
    return cv2.imencode(".jpg", image, list(parameters))[1].tobytes()


def decoded(data):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def segment(marker, data):
    return bytes((0xFF, marker)) + struct.pack("!H", len(data) + 2) + data


def huffman_tables():
    """The DHT segments that another encoder writes: the typical tables of ITU-T T.81."""
    data, found = encoded(picture()), b""
    at = 2
    while data[at + 1] != 0xDA:
        end = at + 2 + struct.unpack_from("!H", data, at + 2)[0]
        found += data[at:end] if data[at + 1] == 0xC4 else b""
        at = end
    return found


def reassembled(payloads, tables=None):
    """A plain reader of RFC 2435 section 3.1: one JPEG file from the payloads of one frame."""
    scan = b""
    for number, payload in enumerate(payloads):
        offset = int.from_bytes(payload[1:4], "big")
        kind, q, width, height = payload[4:8]
        assert payload[0] == 0
        assert offset == len(scan)
        rest, interval = payload[8:], 0
        if kind >= 64:
            interval, count = struct.unpack_from("!HH", rest)
            assert count == 0xFFFF
            rest = rest[4:]
        if number == 0 and q >= 128:
            must_be_zero, precision, length = struct.unpack_from("!BBH", rest)
            assert (must_be_zero, precision, length) == (0, 0, 128)
            tables = rest[4:68], rest[68:132]
            rest = rest[132:]
        scan += rest
    factors = {0: 0x21, 1: 0x22}[kind & 63]
    return b"".join(
        [
            b"\xff\xd8",
            *(segment(0xDB, bytes((i,)) + tables[i]) for i in (0, 1)),
            segment(
                0xC0,
                struct.pack("!BHHB", 8, height * 8, width * 8, 3)
                + bytes((1, factors, 0, 2, 0x11, 1, 3, 0x11, 1)),
            ),
            huffman_tables(),
            segment(0xDD, struct.pack("!H", interval)) if interval else b"",
            segment(0xDA, bytes((3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0))),
            scan,
            b"\xff\xd9",
        ]
    )


FILES = {
    "usual": (),
    "coarse": (cv2.IMWRITE_JPEG_QUALITY, 5),
    "fine": (cv2.IMWRITE_JPEG_QUALITY, 100),
    "restarts": (cv2.IMWRITE_JPEG_RST_INTERVAL, 7),
    "4:2:2": (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, SAMPLING_422),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("most", [200, 1400, 60000])
def test_a_plain_reader_gets_the_same_picture(name, most):
    data = encoded(picture(), *FILES[name])
    payloads = jpeg.packetize(data, most)
    assert {len(payload) for payload in payloads[:-1]} <= {most}
    assert len(payloads[-1]) <= most
    kind = payloads[0][4]
    assert kind == (0 if name == "4:2:2" else 1) + (64 if name == "restarts" else 0)
    assert np.array_equal(decoded(reassembled(payloads)), decoded(data))


@pytest.mark.parametrize("name", FILES)
def test_ffmpeg_plays_it(name, play):
    files = [encoded(picture(seed=seed), *FILES[name]) for seed in range(3)]
    packets, sequence = [], 65530
    for number, data in enumerate([*files, files[0]]):
        buffer = PacketBuffer.build(jpeg.packetize(data), 26)
        packets += [bytes(p) for p in buffer.packets(sequence & 0xFFFF, number * 6000, 1)]
        sequence += buffer.count
    frames = play(SDP, packets, 3)
    for frame, data in zip(frames, files, strict=True):
        luma = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert np.abs(frame.astype(int) - luma).max() <= 1


@pytest.mark.parametrize("q", [1, 20, 49, 50, 51, 80, 99])
def test_tables_of_a_q_are_not_sent(q, play):
    data = encoded(picture(), cv2.IMWRITE_JPEG_QUALITY, q)
    payloads = jpeg.packetize(data, q=q)
    assert {payload[5] for payload in payloads} == {q}
    assert len(payloads[0]) <= 1400
    whole = reassembled(payloads, jpeg.quantization_tables(q))
    assert np.array_equal(decoded(whole), decoded(data))
    buffer = PacketBuffer.build(payloads, 26)
    packets = [bytes(packet) for packet in buffer.packets(0, 0, 1)]
    packets += [bytes(packet) for packet in buffer.packets(buffer.count, 6000, 1)]
    luma = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    frame = play(SDP, packets, 1)[0]
    assert np.abs(frame.astype(int) - luma).max() <= 1


@pytest.mark.parametrize(("width", "height", "blocks"), [(2040, 16, (255, 2)), (17, 9, (3, 2))])
def test_sizes_count_in_blocks_of_eight(width, height, blocks):
    payload = jpeg.packetize(encoded(picture(width, height)))[0]
    assert tuple(payload[6:8]) == blocks


def test_the_header_byte_by_byte():
    data = encoded(picture(64, 48), cv2.IMWRITE_JPEG_QUALITY, 80)
    first, second, *_ = jpeg.packetize(data, 200)
    assert first[:12] == bytes.fromhex("00 000000 01 ff 08 06 00 00 0080")
    assert second[:8] == bytes.fromhex("00 00003c 01 ff 08 06")  # 200 - 8 - 4 - 128 = 60 before


def test_the_end_marker_is_left_to_the_receiver():
    data = encoded(picture(64, 48))
    assert data.endswith(b"\xff\xd9")
    payloads = jpeg.packetize(data)
    assert payloads[-1].endswith(data[-10:-2])
    assert jpeg.packetize(data[:-2]) == payloads


def test_larger_pictures_are_refused():
    for size in ((2048, 16), (16, 2048)):
        with pytest.raises(RtpError, match="2040"):
            jpeg.packetize(encoded(picture(*size)))


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ((cv2.IMWRITE_JPEG_PROGRESSIVE, 1), "baseline"),
        ((cv2.IMWRITE_JPEG_OPTIMIZE, 1), "Huffman"),
        ((cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x111111), "4:2:0"),
    ],
)
def test_other_kinds_are_refused(parameters, reason):
    with pytest.raises(RtpError, match=reason):
        jpeg.packetize(encoded(picture(), *parameters))


def test_grey_pictures_are_refused():
    with pytest.raises(RtpError, match="components"):
        jpeg.packetize(encoded(picture()[:, :, 0]))


def test_a_wrong_q_is_refused():
    data = encoded(picture(), cv2.IMWRITE_JPEG_QUALITY, 80)
    with pytest.raises(RtpError, match="Q 79"):
        jpeg.packetize(data, q=79)
    for q in (0, 100, 200):
        with pytest.raises(ValueError, match="1 to 99"):
            jpeg.packetize(data, q=q)


def test_any_damage_raises_nothing_else():
    data = encoded(picture(64, 48))
    head = data.index(b"\xff\xda") + 20
    chance = np.random.default_rng(7)
    for length in range(head):
        with pytest.raises(RtpError):
            jpeg.packetize(data[:length][: head - 6])
    for _ in range(3000):
        broken = bytearray(data)
        for _ in range(chance.integers(1, 4)):
            broken[chance.integers(0, head)] = chance.integers(0, 256)
        try:
            assert jpeg.packetize(bytes(broken))
        except RtpError as error:
            assert str(error)
