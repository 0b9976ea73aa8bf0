import os

import pytest
from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from simulator.wire.rtp.error import RtpError
from simulator.wire.rtp.packet import PacketBuffer, RtpHeader

# (bytes of header and payload, header, payload)
CASES = [
    (
        bytes.fromhex("80e0 0001 00000002 00000003") + b"abc",
        RtpHeader(payload_type=96, sequence=1, timestamp=2, ssrc=3, marker=True),
        b"abc",
    ),
    (
        bytes.fromhex("827f ffff ffffffff ffffffff 00000007 00000008"),
        RtpHeader(
            payload_type=127, sequence=65535, timestamp=2**32 - 1, ssrc=2**32 - 1, csrcs=(7, 8)
        ),
        b"",
    ),
    (
        # The replay extension of ONVIF: profile ABAC, three words.
        bytes.fromhex("9060 0001 00000002 00000003 abac0003 e0000000 80000000 80070000") + b"x",
        RtpHeader(
            payload_type=96,
            sequence=1,
            timestamp=2,
            ssrc=3,
            extension=(0xABAC, bytes.fromhex("e0000000 80000000 80070000")),
        ),
        b"x",
    ),
    (
        bytes.fromhex("901a 0001 00000002 00000003 ffff0000") + b"y",
        RtpHeader(payload_type=26, sequence=1, timestamp=2, ssrc=3, extension=(0xFFFF, b"")),
        b"y",
    ),
]


@pytest.mark.parametrize(("wire", "header", "payload"), CASES)
def test_header_both_ways(wire, header, payload):
    assert RtpHeader.parse(wire) == (header, payload)
    assert header.serialize() + payload == wire


def test_padding_is_no_payload():
    wire = bytes.fromhex("a060 0001 00000002 00000003") + b"abc\0\0\3"
    assert RtpHeader.parse(wire)[1] == b"abc"
    assert RtpPacket.parse(wire).payload == b"abc"


@pytest.mark.parametrize(
    "wire",
    [
        "",
        "80600001000000020000",
        "40600001 00000002 00000003",
        "81600001 00000002 00000003",
        "90600001 00000002 00000003 abac",
        "90600001 00000002 00000003 abac0001 00",
        "a0600001 00000002 00000003 00",
        "a0600001 00000002 00000003 0003",
    ],
)
def test_header_refuses(wire):
    with pytest.raises(RtpError):
        RtpHeader.parse(bytes.fromhex(wire.replace(" ", "")))


@given(st.binary(max_size=60))
def test_garbage_raises_nothing_else(data):
    try:
        header, payload = RtpHeader.parse(data)
    except RtpError:
        return
    if not data[0] & 0x20:
        assert header.serialize() + payload == data


@given(
    st.integers(0, 127),
    st.integers(0, 2**16 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.booleans(),
    st.lists(st.integers(0, 2**32 - 1), max_size=15),
    st.binary(max_size=30),
)
def test_another_reader_agrees(payload_type, sequence, timestamp, ssrc, marker, csrcs, payload):
    header = RtpHeader(
        payload_type=payload_type,
        sequence=sequence,
        timestamp=timestamp,
        ssrc=ssrc,
        marker=marker,
        csrcs=tuple(csrcs),
    )
    other = RtpPacket.parse(header.serialize() + payload)
    assert (other.payload_type, other.sequence_number) == (payload_type, sequence)
    assert (other.timestamp, other.ssrc, bool(other.marker)) == (timestamp, ssrc, marker)
    assert (other.csrc, other.payload) == (csrcs, payload)


def payloads_of(sizes):
    return [os.urandom(size) for size in sizes]


def check_packets(packets, payloads, payload_type, sequence, timestamp, ssrc):
    """Judge packets with another reader."""
    others = [RtpPacket.parse(bytes(packet)) for packet in packets]
    assert [other.payload for other in others] == payloads
    count = len(payloads)
    assert [o.sequence_number for o in others] == [(sequence + i) & 0xFFFF for i in range(count)]
    assert [o.marker for o in others] == [0] * (count - 1) + [1]
    assert {(o.payload_type, o.timestamp, o.ssrc) for o in others} == {
        (payload_type, timestamp, ssrc)
    }


def segments(runs):
    """Cut the runs as the kernel does with UDP_SEGMENT."""
    for data, size, count in runs:
        pieces = [bytes(data[i : i + size]) for i in range(0, len(data), size)]
        assert len(pieces) == count
        yield from pieces


def frames(data):
    """Read interleaved frames, straight from RFC 2326 section 10.12."""
    data = bytes(data)
    while data:
        assert data[:1] == b"$"
        length = int.from_bytes(data[2:4], "big")
        assert len(data) >= 4 + length
        yield data[1], data[4 : 4 + length]
        data = data[4 + length :]


SHAPES = [
    [1],
    [1400],
    [60, 1400, 1400, 700],
    [1400] * 11 + [700],
    [60, 700, 300, 300],
    [1400, 700, 1400, 1400, 20, 20],
    [1400] * 100,
    [1400] * 44 + [3],
]


@pytest.mark.parametrize("sizes", SHAPES)
def test_three_forms_of_one_access_unit(sizes):
    payloads = payloads_of(sizes)
    buffer = PacketBuffer.build(payloads, 96)
    assert (buffer.count, buffer.octets) == (len(sizes), sum(sizes))
    for receiver in ((65530, 90000, 0xDEADBEEF), (7, 2**32 - 1, 0), (65535, 0, 1)):
        check_packets(buffer.packets(*receiver), payloads, 96, *receiver)
        check_packets(segments(buffer.rtp_runs(*receiver)), payloads, 96, *receiver)
        for channel in (0, 4, 255, 0):
            read = list(frames(buffer.interleaved(*receiver, channel)))
            assert {number for number, _ in read} == {channel}
            check_packets([packet for _, packet in read], payloads, 96, *receiver)


@given(st.lists(st.sampled_from([5, 60, 700, 1399, 1400]), min_size=1, max_size=120))
def test_runs_obey_segmentation_offload(sizes):
    buffer = PacketBuffer.build([bytes(size) for size in sizes], 26)
    runs = buffer.rtp_runs(0, 0, 0)
    assert sum(count for _, _, count in runs) == len(sizes)
    assert b"".join(run[0] for run in runs) == b"".join(buffer.packets(0, 0, 0))
    for data, size, count in runs:
        assert count <= 44
        assert len(data) <= 65507
        assert (count - 1) * size < len(data) <= count * size
        assert count == 1 or size == buffer.segment_size == 1412
        assert len(data) <= 1412 * count  # one UDP_SEGMENT setting cuts every run rightly


def test_as_few_runs_as_can_be():
    def counts(sizes):
        return [run[2] for run in PacketBuffer.build(payloads_of(sizes), 96).rtp_runs(0, 0, 0)]

    assert counts([1400] * 11 + [700]) == [12]
    assert counts([60] + [1400] * 11 + [700]) == [1, 12]
    assert counts([1400] * 100) == [44, 44, 12]
    assert counts([700, 300]) == [1, 1]


def test_large_segments_stay_below_a_datagram():
    buffer = PacketBuffer.build([bytes(8988)] * 20, 96, max_payload=8988)
    assert [run[2] for run in buffer.rtp_runs(0, 0, 0)] == [7, 7, 6]


def test_no_marker_on_request():
    packet = PacketBuffer.build([b"a"], 0, marker=False).packets(1, 2, 3)[0]
    assert bytes(packet) == bytes.fromhex("8000 0001 00000002 00000003") + b"a"


@pytest.mark.parametrize("payloads", [[], [bytes(1401)]])
def test_build_refuses(payloads):
    with pytest.raises(ValueError, match=r"packet|payload"):
        PacketBuffer.build(payloads, 96)


def test_buffers_of_the_same_payloads_do_not_share_bytes():
    payload = [b"abc"]
    one, two = PacketBuffer.build(payload, 96), PacketBuffer.build(payload, 96)
    first = one.packets(1, 1, 1)[0]
    two.packets(2, 2, 2)
    assert RtpPacket.parse(bytes(first)).ssrc == 1
