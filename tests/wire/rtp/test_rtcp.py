import pytest
from aiortc.rtp import (
    RtcpByePacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSdesPacket,
    RtcpSourceInfo,
    RtcpSrPacket,
)
from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import ntp64
from simulator.wire.rtp.error import RtpError
from simulator.wire.rtp.rtcp import (
    Bye,
    FullIntraRequest,
    OtherPacket,
    PictureLossIndication,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceDescription,
    parse_compound,
    serialize_compound,
)


def words(*texts):
    return bytes.fromhex("".join(texts).replace(" ", ""))


# (bytes, value), by hand from the diagrams of RFC 3550 section 6, RFC 4585 6.3.1, RFC 5104 4.3.1.
BLOCK = ReportBlock(
    ssrc=0x11,
    fraction_lost=0x40,
    packets_lost=-2,
    highest_sequence=0x1FFFF,
    jitter=5,
    last_sr=0xB7052000,
    delay_since_last_sr=0x54000,
)
BLOCK_WIRE = "00000011 40fffffe 0001ffff 00000005 b7052000 00054000"
CASES = [
    (
        words("80c80006 0000002a b44db705 20000000 00015f90 00000003 00000bb8"),
        SenderReport(
            ssrc=42, ntp=0xB44DB705_20000000, rtp_timestamp=90000, packet_count=3, octet_count=3000
        ),
    ),
    (
        words("81c8000c 0000002a b44db705 20000000 00015f90 00000003 00000bb8", BLOCK_WIRE),
        SenderReport(
            ssrc=42,
            ntp=0xB44DB705_20000000,
            rtp_timestamp=90000,
            packet_count=3,
            octet_count=3000,
            reports=(BLOCK,),
        ),
    ),
    (words("80c90001 00000007"), ReceiverReport(ssrc=7)),
    (words("81c90007 00000007", BLOCK_WIRE), ReceiverReport(ssrc=7, reports=(BLOCK,))),
    (words("81ca0003 00000001 0104 61626364 0000"), SourceDescription.of(1, "abcd")),
    (words("81ca0003 00000001 0105 6162636465 00"), SourceDescription.of(1, "abcde")),
    (words("81ca0004 00000001 0106 616263646566 00000000"), SourceDescription.of(1, "abcdef")),
    (
        words("82ca0006 00000001 0101 61 0601 62 0000 00000002 0102c3a9 00000000"),
        SourceDescription(((1, ((1, "a"), (6, "b"))), (2, ((1, "é"),)))),
    ),
    (
        words("82ca0006 00000001 0102 6162 00000000 00000002 0102 6364 00000000"),
        SourceDescription(((1, ((1, "ab"),)), (2, ((1, "cd"),)))),
    ),
    (words("81cb0001 00000009"), Bye((9,))),
    (words("82cb0004 00000009 0000000a 04 67617465 000000"), Bye((9, 10), "gate")),
    (words("81ce0002 00000001 00000002"), PictureLossIndication(sender_ssrc=1, media_ssrc=2)),
    (
        words("84ce0006 00000001 00000000 00000002 07000000 00000003 ff000000"),
        FullIntraRequest(sender_ssrc=1, requests=((2, 7), (3, 255))),
    ),
    (
        words("81cd0003 00000001 00000002 00050000"),
        OtherPacket(205, 1, words("00000001 00000002 00050000")),
    ),
]


@pytest.mark.parametrize(("wire", "value"), CASES)
def test_both_ways(wire, value):
    assert parse_compound(wire) == [value]
    assert value.serialize() == wire
    assert len(RtcpPacket.parse(wire)) == 1


def test_a_compound_of_everything():
    wire = b"".join(case[0] for case in CASES)
    values = [case[1] for case in CASES]
    assert parse_compound(wire) == values
    assert serialize_compound(values) == wire
    assert len(RtcpPacket.parse(wire)) == len(CASES)


def test_another_reader_of_what_a_server_sends():
    report = SenderReport(
        ssrc=0xCAFE,
        ntp=ntp64(1_700_000_000.25),
        rtp_timestamp=0xFFFFFFFF,
        packet_count=2**32 + 5,
        octet_count=2**33 + 6,
    )
    wire = serialize_compound(
        [report, SourceDescription.of(0xCAFE, "cam-0001"), Bye((0xCAFE,), "teardown")]
    )
    sender, description, bye = RtcpPacket.parse(wire)
    assert isinstance(sender, RtcpSrPacket)
    assert (sender.ssrc, sender.reports) == (0xCAFE, [])
    info = sender.sender_info
    assert info.ntp_timestamp >> 32 == 1_700_000_000 + 2_208_988_800
    assert info.ntp_timestamp & 0xFFFFFFFF == 1 << 30
    assert (info.rtp_timestamp, info.packet_count, info.octet_count) == (0xFFFFFFFF, 5, 6)
    assert isinstance(description, RtcpSdesPacket)
    assert description.chunks == [RtcpSourceInfo(ssrc=0xCAFE, items=[(1, b"cam-0001")])]
    assert isinstance(bye, RtcpByePacket)
    assert bye.sources == [0xCAFE]


def test_we_read_what_another_writer_sends():
    heard = RtcpReceiverInfo(
        ssrc=5, fraction_lost=3, packets_lost=-7, highest_sequence=70000, jitter=11, lsr=12, dlsr=13
    )
    wire = bytes(RtcpRrPacket(ssrc=1, reports=[heard]))
    wire += bytes(RtcpPsfbPacket(fmt=1, ssrc=1, media_ssrc=5))
    wire += bytes(RtcpPsfbPacket(fmt=4, ssrc=1, media_ssrc=0, fci=words("00000005 09000000")))
    block = ReportBlock(
        ssrc=5,
        fraction_lost=3,
        packets_lost=-7,
        highest_sequence=70000,
        jitter=11,
        last_sr=12,
        delay_since_last_sr=13,
    )
    assert parse_compound(wire) == [
        ReceiverReport(ssrc=1, reports=(block,)),
        PictureLossIndication(sender_ssrc=1, media_ssrc=5),
        FullIntraRequest(sender_ssrc=1, requests=((5, 9),)),
    ]


def test_padding_of_the_last_packet():
    assert parse_compound(words("a0c90002 00000007 00000004")) == [ReceiverReport(ssrc=7)]


@pytest.mark.parametrize(
    "wire",
    [
        "80c900",
        "80c90002 00000007",
        "40c90001 00000007",
        "80c90000",
        "81c90001 00000007",
        "80c80005 00000001 00000002 00000003 00000004 00000005",
        "81ca0001 00000001",
        "81ca0002 00000001 01046162",
        "81ca0002 00000001 00000001 80c90001",
        "82ca0002 00000001 00000000",
        "81ca0002 00000001 01026162",
        "82cb0001 00000009",
        "81cb0002 00000009 04676100",
        "81ce0001 00000001",
        "84ce0003 00000001 00000000 00000002",
        "a0c90001 00000000",
        "a0c90001 00000003",
        "a0c90001 0000000c",
        "a0c90000",
    ],
)
def test_refuses(wire):
    with pytest.raises(RtpError):
        parse_compound(words(wire))


@given(st.binary(max_size=80), st.integers(0, 31), st.integers(195, 210))
def test_garbage_raises_nothing_else(body, count, kind):
    body = body[: len(body) // 4 * 4]
    wire = bytes((0x80 | count, kind)) + (len(body) // 4).to_bytes(2, "big") + body
    for data in (wire, body, wire + body):
        try:
            parse_compound(data)
        except RtpError as error:
            assert str(error)


def test_too_long_a_text_is_refused():
    with pytest.raises(ValueError, match="range"):
        SourceDescription.of(1, "x" * 256).serialize()
