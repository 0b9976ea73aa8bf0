import base64
import fractions
import io

import av
import numpy as np
import pytest
from aiortc.codecs.h264 import h264_depayload
from hypothesis import given
from hypothesis import strategies as st

from simulator.wire.rtp import h264
from simulator.wire.rtp.error import RtpError
from simulator.wire.rtp.packet import PacketBuffer
from simulator.wire.rtsp.sdp import MediaDescription, SessionDescription

START = b"\x00\x00\x00\x01"
SPS = bytes.fromhex("6742c01ed900a0479b0110000003001000000303c0f162e48000")[:-1]
PPS = bytes.fromhex("68cb83cb20")
IDR = b"\x65" + bytes(range(1, 200)) * 30
SLICE = b"\x41\x9a" + b"\x05" * 50


def clip(frames=6, width=192, height=112):
    """Return the access units of a noisy clip as x264 writes them, in Annex B."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.thread_count = 1
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = fractions.Fraction(1, 15)
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "x264-params": "keyint=3:level=31:sliced-threads=0",
    }
    noise = np.random.default_rng(1)
    units = []
    for index in range(frames):
        picture = noise.integers(0, 255, (height * 3 // 2, width), dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts = index
        units += [bytes(packet) for packet in encoder.encode(frame)]
    units += [bytes(packet) for packet in encoder.encode(None)]
    return units


def decoded(annexb):
    with av.open(io.BytesIO(annexb), format="h264") as container:
        return [frame.to_ndarray() for frame in container.decode(video=0)]


# (byte stream, NAL units)
STREAMS = [
    (b"", []),
    (START + SPS + START + PPS + b"\x00\x00\x01" + IDR, [SPS, PPS, IDR]),
    (b"\x00\x00\x01" + SLICE + b"\x00\x00\x00", [SLICE]),
    (b"\x00\x00" + START + SLICE + b"\x00" + START + SLICE, [SLICE, SLICE]),
    (START + b"\x41\x00\x00\x03\x01" + START + START, [b"\x41\x00\x00\x03\x01"]),
    (SLICE, []),
]


@pytest.mark.parametrize(("stream", "nals"), STREAMS)
def test_nal_units_of_a_byte_stream(stream, nals):
    assert h264.nal_units(stream) == nals


# (NAL units, largest payload, payloads): by hand from RFC 6184 sections 5.6 to 5.8.
PAYLOADS = [
    ([SLICE], 1400, [SLICE]),
    ([SPS], 1400, [SPS]),
    (
        [b"\x67AB", b"\x68C", b"\x06DE", b"\x65xyz"],
        1400,
        [b"\x78\x00\x03\x67AB\x00\x02\x68C\x00\x03\x06DE", b"\x65xyz"],
    ),
    ([b"\x06A", b"\x41x", b"\x06B"], 1400, [b"\x06A", b"\x41x", b"\x06B"]),
    ([b"\x06A", b"\x86B"], 1400, [b"\x98\x00\x02\x06A\x00\x02\x86B"]),
    ([b"\x67" + b"a" * 6, b"\x68" + b"b" * 6], 18, [b"\x67" + b"a" * 6, b"\x68" + b"b" * 6]),
    (
        [b"\x67" + b"a" * 6, b"\x68" + b"b" * 6],
        19,
        [b"\x78\x00\x07\x67" + b"a" * 6 + b"\x00\x07\x68" + b"b" * 6],
    ),
    ([b"\x65abcdef"], 6, [b"\x7c\x85abcd", b"\x7c\x45ef"]),
    ([b"\x41abcdefgh"], 6, [b"\x5c\x81abcd", b"\x5c\x41efgh"]),
    ([b"\x41abcdefghi"], 6, [b"\x5c\x81abcd", b"\x5c\x01efgh", b"\x5c\x41i"]),
    ([b"\x41abcde"], 6, [b"\x41abcde"]),
]


@pytest.mark.parametrize(("nals", "most", "payloads"), PAYLOADS)
def test_payloads_both_ways(nals, most, payloads):
    assert h264.packetize(nals, most) == payloads
    depacketizer = h264.Depacketizer()
    assert [nal for payload in payloads for nal in depacketizer.receive(payload)] == nals


NALS = st.builds(
    lambda head, body: bytes((head,)) + body,
    st.sampled_from([0x67, 0x68, 0x06, 0x09, 0x65, 0x41, 0x01]),
    st.binary(min_size=1, max_size=300),
)


@given(st.lists(NALS, min_size=1, max_size=8), st.integers(10, 120))
def test_another_depacketizer_returns_every_unit(nals, most):
    payloads = h264.packetize(nals, most)
    assert all(0 < len(payload) <= most for payload in payloads)
    assert b"".join(h264_depayload(payload) for payload in payloads) == b"".join(
        START + nal for nal in nals
    )
    depacketizer = h264.Depacketizer()
    assert [nal for payload in payloads for nal in depacketizer.receive(payload)] == nals


def test_a_real_clip_decodes_bit_exactly_after_the_wire():
    units = clip()
    wire = b""
    for unit in units:
        payloads = h264.packetize(h264.nal_units(unit))
        wire += b"".join(map(h264_depayload, payloads))
        full = [len(payload) for payload in payloads if payload[0] & 31 == 28]
        assert set(full[:-1]) <= {1400}
    before, after = decoded(b"".join(units)), decoded(wire)
    assert len(before) == len(after) == 6
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_ffmpeg_plays_it_as_described(play):
    units = clip()
    first = h264.nal_units(units[0])
    sps, pps = (next(n for n in first if h264.nal_type(n) == k) for k in (h264.SPS, h264.PPS))
    media = MediaDescription(
        kind="video",
        port=5000,
        formats=("96",),
        connection="127.0.0.1",
        attributes=(
            ("rtpmap", "96 H264/90000"),
            ("fmtp", f"96 {h264.format_parameters(sps, pps)}"),
        ),
    )
    packets, sequence = [], 65530
    for number, unit in enumerate(units):
        buffer = PacketBuffer.build(h264.packetize(h264.nal_units(unit)), 96)
        packets += map(bytes, buffer.packets(sequence & 0xFFFF, number * 6000, 1))
        sequence += buffer.count
    frames = play(SessionDescription(media=(media,)).serialize(), packets, 4)
    before = decoded(b"".join(units))
    for frame, other in zip(frames, before, strict=False):
        assert np.array_equal(frame, other[: frame.shape[0]])


def test_parameters_of_a_real_stream():
    nals = h264.nal_units(clip(1)[0])
    sps = next(nal for nal in nals if h264.nal_type(nal) == h264.SPS)
    pps = next(nal for nal in nals if h264.nal_type(nal) == h264.PPS)
    parameters = dict(p.split("=", 1) for p in h264.format_parameters(sps, pps).split(";"))
    assert parameters["packetization-mode"] == "1"
    assert parameters["profile-level-id"] == "42C01F"  # constrained baseline, level 3.1
    sets = [base64.b64decode(part) for part in parameters["sprop-parameter-sets"].split(",")]
    assert sets == [sps, pps]


def test_profile_level_id_is_for_parameter_sets_only():
    assert h264.profile_level_id(SPS) == "42C01E"
    with pytest.raises(RtpError):
        h264.profile_level_id(PPS)


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b"\x7c", b"\x7c\x85", b"\x7c\x05a", b"\x7c\x45a", b"\x78\x00"),
        *(b"\x78\x00\x05abc", b"\x78\x00\x00", b"\x79\x00", b"\x7dabc", b"\x60abc"),
    ],
)
def test_depacketizer_refuses(payload):
    with pytest.raises(RtpError):
        h264.Depacketizer().receive(payload)


def test_a_lost_packet_loses_its_unit_only():
    depacketizer = h264.Depacketizer()
    first, *_, last = h264.packetize([IDR], 500)
    assert depacketizer.receive(first) == []
    depacketizer.lose()
    with pytest.raises(RtpError, match="without its start"):
        depacketizer.receive(last)
    assert depacketizer.receive(SLICE) == [SLICE]


def test_another_unit_ends_one_that_was_cut_short():
    depacketizer = h264.Depacketizer()
    first, *_, last = h264.packetize([IDR], 500)
    assert depacketizer.receive(first) == []
    assert depacketizer.receive(SLICE) == [SLICE]
    with pytest.raises(RtpError, match="without its start"):
        depacketizer.receive(last)


def test_an_endless_unit_is_refused():
    depacketizer = h264.Depacketizer()
    depacketizer.receive(b"\x7c\x85" + bytes(60000))
    with pytest.raises(RtpError, match="longer"):
        for _ in range(200):
            depacketizer.receive(b"\x7c\x05" + bytes(60000))


@given(st.lists(st.binary(max_size=20), max_size=10))
def test_garbage_raises_nothing_else(payloads):
    depacketizer = h264.Depacketizer()
    for payload in payloads:
        try:
            assert all(depacketizer.receive(payload))
        except RtpError:
            depacketizer.lose()
