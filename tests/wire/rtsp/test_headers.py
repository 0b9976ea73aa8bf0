import email.utils

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.wire.rtsp.error import RtspError
from simulator.wire.rtsp.headers import (
    Range,
    RtpInfo,
    Session,
    Transport,
    parse_rtp_info,
    parse_transports,
)

# (text, value): both ways.
TRANSPORTS = [
    (
        "RTP/AVP;unicast;client_port=4588-4589;server_port=6256-6257",
        Transport("UDP", client_port=(4588, 4589), server_port=(6256, 6257)),
    ),
    (
        "RTP/AVP;multicast;destination=224.2.0.1;ttl=127;port=3456-3457",
        Transport("UDP", multicast=True, destination="224.2.0.1", ttl=127, port=(3456, 3457)),
    ),
    (
        "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=0000ABCD",
        Transport("TCP", interleaved=(0, 1), ssrc=0xABCD),
    ),
    (
        'RTP/SAVP;unicast;source=10.0.0.1;client_port=1-65535;mode="PLAY"',
        Transport(
            "UDP", client_port=(1, 65535), source="10.0.0.1", mode="PLAY", profile="RTP/SAVP"
        ),
    ),
]

# (text, value): what we read, but do not write.
TOLERATED_TRANSPORTS = [
    ("RTP/AVP/UDP;unicast;client_port=5000", Transport("UDP", client_port=(5000, 5001))),
    ("rtp/avp/tcp; Interleaved=2-3 ;unicast;", Transport("TCP", interleaved=(2, 3))),
    ("RTP/AVP/TCP", Transport("TCP")),
    ("RTP/AVP;client_port=8-9", Transport("UDP", client_port=(8, 9))),
    ("RTP/AVP;port=8-9", Transport("UDP", multicast=True, port=(8, 9))),
    ("RTP/AVP;unicast;mode=play", Transport("UDP", mode="PLAY")),
    ("RTP/AVP;unicast;append;layers=2;x-odd=1", Transport("UDP")),
    ("RTP/AVP;unicast;ssrc=1a", Transport("UDP", ssrc=26)),
]


@pytest.mark.parametrize(("text", "value"), TRANSPORTS)
def test_transport_both_ways(text, value):
    assert Transport.parse(text) == value
    assert str(value) == text


@pytest.mark.parametrize(("text", "value"), TOLERATED_TRANSPORTS)
def test_transport_tolerates(text, value):
    assert Transport.parse(text) == value
    assert Transport.parse(str(value)) == value


def test_a_list_keeps_the_client_order_and_skips_what_we_do_not_have():
    # RFC 2326 section 12.39 example, with two foreign transports and a quoted comma.
    text = (
        'RTP/AVP;multicast;ttl=127;mode="PLAY,RECORD", RAW/RAW/UDP;unicast,RTP/AVP/DCCP;unicast,'
        'RTP/AVP;unicast;client_port=3456-3457;mode="PLAY"'
    )
    first, second = parse_transports(text)
    assert (first.multicast, first.ttl, first.mode) == (True, 127, "PLAY,RECORD")
    assert (second.multicast, second.client_port) == (False, (3456, 3457))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 461),
        (" , ,", 461),
        ("MP2T/H2221/UDP;unicast", 461),
        ("RTP/AVP;unicast;client_port=", 400),
        ("RTP/AVP;unicast;client_port=0-1", 400),
        ("RTP/AVP;unicast;client_port=65535-65536", 400),
        ("RTP/AVP;unicast;client_port=-5", 400),
        ("RTP/AVP;unicast;client_port=٣-٤", 400),
        ("RTP/AVP/TCP;interleaved=255-256", 400),
        ("RTP/AVP;multicast;ttl=256", 400),
        ("RTP/AVP;unicast;ssrc=123456789", 400),
        ("RTP/AVP;unicast;ssrc=xyz", 400),
        ("FOO;unicast,RTP/AVP;unicast;ttl=x", 400),
    ],
)
def test_transport_refuses(text, status):
    with pytest.raises(RtspError) as caught:
        parse_transports(text)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("text", "value"),
    [("12345678;timeout=60", Session("12345678", 60)), ("QKyj8s", Session("QKyj8s"))],
)
def test_session_both_ways(text, value):
    assert Session.parse(text) == value
    assert str(value) == text


def test_session_tolerates_blanks():
    assert Session.parse(" 1a ; Timeout = 30 ") == Session("1a", 30)


@pytest.mark.parametrize(
    "text", ["", ";timeout=60", "a b", "ä", "x" * 257, "1;timeout=x", "1;timeout="]
)
def test_session_refuses(text):
    with pytest.raises(RtspError, match="400"):
        Session.parse(text)


RANGES = [
    ("npt=now-", Range("npt")),
    ("npt=0.000-", Range("npt", 0.0)),
    ("npt=3.500-12.250", Range("npt", 3.5, 12.25)),
    # RFC 2326 section 3.7: 8 November 1996 at 14 h 37 min and 20 and a quarter seconds UTC.
    ("clock=19961108T143720.250Z-", Range("clock", 847463840.25)),
    ("clock=19700101T000000.000Z-19700101T000001.500Z", Range("clock", 0.0, 1.5)),
]

TOLERATED_RANGES = [
    ("npt=0-", Range("npt", 0.0)),
    ("npt = now - ", Range("npt")),
    ("npt=123.45-125", Range("npt", 123.45, 125.0)),
    ("npt=12:05:35.3-", Range("npt", 43535.3)),
    ("npt=0:00:09-0:1:00", Range("npt", 9.0, 60.0)),
    ("npt=-10", Range("npt", None, 10.0)),
    ("npt=0.-", Range("npt", 0.0)),
    ("clock=19970127T153000Z-;time=19970123T153600Z", Range("clock", 854379000.0)),
    ("clock=20090615T114900.440Z-20090615T115000Z", Range("clock", 1245066540.44, 1245066600.0)),
    ("clock=20090615T115000Z-20090615T114900Z", Range("clock", 1245066600.0, 1245066540.0)),
]


@pytest.mark.parametrize(("text", "value"), RANGES)
def test_range_both_ways(text, value):
    assert Range.parse(text) == value
    assert str(value) == text


@pytest.mark.parametrize(("text", "value"), TOLERATED_RANGES)
def test_range_tolerates(text, value):
    assert Range.parse(text) == value


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 400),
        ("npt", 400),
        ("npt=5", 400),
        ("npt=x-", 400),
        ("npt=1e5-", 400),
        ("npt=0:99:00-", 400),
        ("clock=yesterday-", 400),
        ("clock=19960230T000000Z-", 400),
        ("clock=00000101T000000Z-", 400),
        ("clock=19960101T000000-", 400),
        ("smpte=10:12:33:20-", 457),
        ("bytes=0-5", 457),
    ],
)
def test_range_refuses(text, status):
    with pytest.raises(RtspError) as caught:
        Range.parse(text)
    assert caught.value.status == status


@given(st.integers(0, 4_000_000_000_000))
def test_a_clock_range_agrees_with_another_calendar(milliseconds):
    text = str(Range("clock", milliseconds / 1000))
    stamp = text.removeprefix("clock=")
    date, fraction = stamp.removesuffix("Z-").split(".")
    rfc822 = email.utils.formatdate(milliseconds // 1000, usegmt=True)
    parsed = email.utils.parsedate(rfc822)
    assert date == "{:04}{:02}{:02}T{:02}{:02}{:02}".format(*parsed[:6])
    assert int(fraction) == milliseconds % 1000
    assert Range.parse(text).start == pytest.approx(milliseconds / 1000, abs=1e-6)


def test_rounding_up_reaches_the_next_second():
    assert str(Range("clock", 59.9996)) == "clock=19700101T000100.000Z-"


RTP_INFOS = [
    (
        "url=rtsp://foo.com/bar.avi/streamid=0;seq=45102",
        [RtpInfo("rtsp://foo.com/bar.avi/streamid=0", 45102)],
    ),
    (
        "url=rtsp://h/a,b;x/video;seq=0;rtptime=4294967295,url=rtsp://h/a,b;x/audio;rtptime=1",
        [RtpInfo("rtsp://h/a,b;x/video", 0, 4294967295), RtpInfo("rtsp://h/a,b;x/audio", None, 1)],
    ),
    ("url=track1", [RtpInfo("track1")]),
]


@pytest.mark.parametrize(("text", "value"), RTP_INFOS)
def test_rtp_info_both_ways(text, value):
    assert parse_rtp_info(text) == value
    assert ",".join(map(str, value)) == text


def test_rtp_info_tolerates_blanks_and_quotes():
    assert parse_rtp_info('url="rtsp://h/v"; seq=5 ; rtptime = 6 , url=x') == [
        RtpInfo("rtsp://h/v", 5, 6),
        RtpInfo("x"),
    ]


@pytest.mark.parametrize("text", ["", "seq=5", "url=x;seq=65536", "url=x;rtptime=4294967296"])
def test_rtp_info_refuses(text):
    with pytest.raises(RtspError, match="400"):
        parse_rtp_info(text)


PARSERS = [parse_transports, Session.parse, Range.parse, parse_rtp_info]
CRUMBS = st.sampled_from(
    [
        *("RTP/AVP", "/TCP", ";", ",", "=", "-", '"', "unicast", "client_port", "interleaved"),
        *("ttl", "ssrc", "npt", "clock", "now", "19961108T143720Z", "url", "seq", "rtptime"),
        *("timeout", "0", "1", "65536", "9" * 5000, ":", ".", " ", "²", "٣"),
    ]
)


@pytest.mark.parametrize("parse", PARSERS)
@given(text=st.lists(st.one_of(CRUMBS, st.text(max_size=3)), max_size=12).map("".join))
def test_garbage_raises_nothing_else(parse, text):
    try:
        parse(text)
    except RtspError as error:
        assert 400 <= error.status < 500
