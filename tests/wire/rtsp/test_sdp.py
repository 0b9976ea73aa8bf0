import pytest
from aiortc.sdp import SessionDescription as OtherDescription
from hypothesis import given
from hypothesis import strategies as st

from simulator.wire.rtsp.error import RtspError
from simulator.wire.rtsp.sdp import MediaDescription, Origin, RtpMap, SessionDescription


def lines(*texts):
    return "".join(f"{text}\r\n" for text in texts).encode()


# (bytes, value): both ways.
CASES = [
    (
        lines("v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=-", "t=0 0"),
        SessionDescription(),
    ),
    (
        # A description in the order of RFC 4566 section 5.
        lines(
            "v=0",
            "o=jdoe 2890844526 2890842807 IN IP4 10.47.16.5",
            "s=SDP Seminar",
            "i=A Seminar on the session description protocol",
            "c=IN IP4 224.2.17.12/127",
            "t=2873397496 2873404696",
            "a=recvonly",
            "m=audio 49170 RTP/AVP 0",
            "m=video 51372 RTP/AVP 99",
            "a=rtpmap:99 h263-1998/90000",
        ),
        SessionDescription(
            origin=Origin(
                username="jdoe",
                session_id=2890844526,
                version=2890842807,
                address="10.47.16.5",
            ),
            name="SDP Seminar",
            information="A Seminar on the session description protocol",
            connection="224.2.17.12/127",
            timing="2873397496 2873404696",
            attributes=(("recvonly", None),),
            media=(
                MediaDescription(kind="audio", port=49170, formats=("0",)),
                MediaDescription(
                    kind="video",
                    port=51372,
                    formats=("99",),
                    attributes=(("rtpmap", "99 h263-1998/90000"),),
                ),
            ),
        ),
    ),
    (
        lines(
            "v=0",
            "o=- 5 1 IN IP6 fe80::1",
            "s=camera é",
            "t=0 0",
            "a=control:*",
            "m=video 0 RTP/AVP 96 97",
            "c=IN IP6 ff1e::5",
            "b=AS:2048",
            "a=control:rtsp://[fe80::1]/a/video",
            "a=rtpmap:96 H264/90000",
            "a=fmtp:96 packetization-mode=1;profile-level-id=42C01F;sprop-parameter-sets=Z0I=,aM4=",
            "a=rtpmap:97 L16/8000/2",
            "a=recvonly",
        ),
        SessionDescription(
            origin=Origin(session_id=5, version=1, address="fe80::1"),
            name="camera é",
            attributes=(("control", "*"),),
            media=(
                MediaDescription(
                    kind="video",
                    formats=("96", "97"),
                    connection="ff1e::5",
                    bandwidths=(("AS", 2048),),
                    attributes=(
                        ("control", "rtsp://[fe80::1]/a/video"),
                        ("rtpmap", "96 H264/90000"),
                        (
                            "fmtp",
                            "96 packetization-mode=1;profile-level-id=42C01F;"
                            "sprop-parameter-sets=Z0I=,aM4=",
                        ),
                        ("rtpmap", "97 L16/8000/2"),
                        ("recvonly", None),
                    ),
                ),
            ),
        ),
    ),
]


@pytest.mark.parametrize(("wire", "value"), CASES)
def test_both_ways(wire, value):
    assert SessionDescription.parse(wire) == value
    assert value.serialize() == wire


def test_what_a_client_asks_of_a_stream():
    description = SessionDescription.parse(CASES[2][0])
    (video,) = description.media
    assert description.control == "*"
    assert video.control == "rtsp://[fe80::1]/a/video"
    assert video.rtpmap(96) == RtpMap("H264", 90000)
    assert video.rtpmap(97) == RtpMap("L16", 8000, 2)
    assert video.rtpmap(9) is None
    assert video.format_parameters(96) == {
        "packetization-mode": "1",
        "profile-level-id": "42C01F",
        "sprop-parameter-sets": "Z0I=,aM4=",
    }
    assert video.format_parameters(97) == {}
    assert video.attribute("recvonly") == ""
    assert video.attribute("sendonly") is None


def test_another_reader_agrees():
    other = OtherDescription.parse(CASES[2][0].decode())
    (video,) = other.media
    assert (other.origin, other.name, video.kind) == ("- 5 1 IN IP6 fe80::1", "camera é", "video")
    assert video.host == "ff1e::5"
    assert video.direction == "recvonly"
    assert [(c.mimeType, c.clockRate, c.payloadType) for c in video.rtp.codecs] == [
        ("video/H264", 90000, 96),
        ("video/L16", 8000, 97),
    ]
    assert str(video.rtp.codecs[0].parameters["profile-level-id"]) == "42C01F"


def test_tolerates_line_feeds_and_lines_of_no_use():
    wire = (
        b"v=0\no=- 1 1 IN IP4 h\ns= \nu=http://x\ne=a@b\nk=clear:x\nm=video 0/2 RTP/AVP 26\ni=x\n\n"
    )
    assert SessionDescription.parse(wire) == SessionDescription(
        origin=Origin(session_id=1, version=1, address="h"),
        name=" ",
        media=(MediaDescription(kind="video", formats=("26",)),),
    )


@pytest.mark.parametrize(
    ("wire", "place"),
    [
        (b"", "origin"),
        (b"v=0\r\n", "origin"),
        (b"v=1\r\n", "line 1"),
        (b"v=0\r\no=-\r\n", "line 2"),
        (b"v=0\r\nnonsense\r\n", "line 2"),
        (b"v=0\r\nm=video RTP/AVP 0\r\n", "line 2"),
        (b"v=0\r\nm=video 65536 RTP/AVP 0\r\n", "line 2"),
        (b"v=0\r\n\r\nm=video 0 RTP/AVP\r\n", "line 3"),
        (b"v=0\r\nc=IN IP5 x\r\n", "line 2"),
        (b"v=0\r\nb=AS:many\r\n", "line 2"),
        (b"v=0\r\ns=\xff\r\n", "line 2"),
        (b"v=0\r\ns=a\rb\r\n", "line 2"),
    ],
)
def test_refuses_with_the_number_of_the_line(wire, place):
    with pytest.raises(RtspError, match=place) as caught:
        SessionDescription.parse(wire)
    assert caught.value.status == 400


def test_a_value_cannot_break_its_line():
    with pytest.raises(ValueError, match="line of SDP"):
        SessionDescription(name="x\r\na=sendonly").serialize()


def test_an_ill_formed_rtpmap_is_refused():
    media = MediaDescription(kind="video", formats=("96",), attributes=(("rtpmap", "96 H264"),))
    with pytest.raises(ValueError, match="rtpmap"):
        media.rtpmap(96)


CRUMBS = st.sampled_from(
    [
        *(
            b"v=0\r\n",
            b"o=- 0 0 IN IP4 x\r\n",
            b"s=-\r\n",
            b"m=video 0 RTP/AVP 96\r\n",
            b"c=IN IP4 ",
        ),
        *(
            b"a=",
            b"rtpmap:96 ",
            b"fmtp:96 ",
            b":",
            b";",
            b"=",
            b"\r\n",
            b"\n",
            b"m=",
            b"b=AS:",
            b"1",
        ),
    ]
)


@given(st.lists(st.one_of(CRUMBS, st.binary(max_size=4)), max_size=15).map(b"".join))
def test_garbage_raises_nothing_else(data):
    try:
        description = SessionDescription.parse(data)
    except RtspError:
        return
    assert SessionDescription.parse(description.serialize()) == description
