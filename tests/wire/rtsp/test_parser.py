import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.wire.rtsp.error import RtspError
from simulator.wire.rtsp.message import Headers, InterleavedFrame, Request, Response
from simulator.wire.rtsp.parser import RtspParser

SETUP = Request(
    "SETUP", "rtsp://h/a/video", Headers([("CSeq", "3"), ("Transport", "RTP/AVP/TCP;unicast")])
)
SET_PARAMETER = Request(
    "SET_PARAMETER", "*", Headers([("CSeq", "4"), ("Content-Length", "5")]), b"a\r\n\r\n"
)
ANSWER = Response(200, "OK", Headers([("CSeq", "9")]))
FRAME = InterleavedFrame(2, b"$\r\n\r\n$")
EVENTS = [SETUP, FRAME, SET_PARAMETER, FRAME, FRAME, ANSWER, SETUP]


def outcome(chunks, **limits):
    """Return (events, error) of a parser that gets the chunks."""
    parser, events = RtspParser(**limits), []
    for chunk in chunks:
        try:
            events += parser.receive_data(chunk)
        except RtspError as error:
            return [*events, *error.events], (error.status, error.offset, error.cseq, error.reason)
    return events, None


def cut(data, places):
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]


def test_every_single_cut_gives_the_same_events():
    data = b"\r\n".join(event.serialize() for event in EVENTS)
    assert outcome([data]) == (EVENTS, None)
    for place in range(len(data)):
        assert outcome(cut(data, [place])) == (EVENTS, None)
    assert outcome([data[i : i + 1] for i in range(len(data))]) == (EVENTS, None)


PIECES = st.sampled_from(
    [event.serialize() for event in EVENTS]
    + [b"\r\n", b"\n", b"\r", b"$", b"$\x00\x00\x09", b"CSeq: 5\r\n", b"OPTIONS * RTSP/1.0\r\n"]
    + [
        b"Content-Length: 3\r\n",
        b"Content-Length: 99\r\n",
        b": ",
        b" ",
        b"\x00",
        b"\xc3",
        b"x" * 40,
    ]
)


@given(
    data=st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=12).map(b"".join),
    places=st.lists(st.integers(0, 2000), max_size=8),
)
def test_any_bytes_cut_anywhere_end_alike_and_raise_nothing_else(data, places):
    limits = {"max_header": 64, "max_body": 50}
    whole = outcome([data], **limits)
    assert outcome(cut(data, places), **limits) == whole
    assert outcome([data[i : i + 1] for i in range(len(data))], **limits) == whole


TOKENS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_", min_size=1, max_size=12)
VALUES = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=("Cs", "Cc", "Z")),
    max_size=30,
)
FIELDS = st.lists(
    st.tuples(TOKENS.filter(lambda name: name.lower() != "content-length"), VALUES), max_size=6
).map(Headers)


@given(TOKENS, VALUES.filter(bool), FIELDS, st.binary(max_size=40))
def test_any_request_comes_back(method, url, headers, body):
    request = Request(method, url, headers, body)
    (back,) = RtspParser().receive_data(request.serialize())
    assert (back.method, back.url, back.body) == (method, url, body)
    assert [field for field in back.headers if field[0] != "Content-Length"] == list(headers)


def test_events_before_an_error_are_not_lost():
    good = SETUP.serialize() + FRAME.serialize()
    parser = RtspParser()
    with pytest.raises(RtspError) as caught:
        parser.receive_data(good + b"PLAY rtsp://h/a\r\nCSeq: 12\r\n\r\n")
    error = caught.value
    assert error.events == (SETUP, FRAME)
    assert (error.status, error.offset, error.cseq) == (400, len(good), "12")
    assert f"byte {len(good)}" in str(error)
    with pytest.raises(RtspError) as again:
        parser.receive_data(SETUP.serialize())
    assert again.value.events == ()


def test_offsets_count_from_the_beginning_of_the_stream():
    parser, good = RtspParser(), SETUP.serialize()
    for _ in range(3):
        parser.receive_data(good)
    with pytest.raises(RtspError) as caught:
        parser.receive_data(b"PLAY * RTSP/1.0\r\nCSeq: 1\r\nbad\r\n\r\n")
    assert caught.value.offset == 3 * len(good) + len("PLAY * RTSP/1.0\r\nCSeq: 1\r\n")


@pytest.mark.parametrize("end", [b"\r\n\r\n", b"\n\n", b"\n\r\n"])
def test_the_limit_of_the_head_is_exact(end):
    head = b"OPTIONS * RTSP/1.0\r\nA: "
    carriage = 1 if end.startswith(b"\r") else 0
    room = 100 - len(head) - carriage
    for chunk in (1, 7, 1000):
        for length, passes in ((room, True), (room + 1, False)):
            data = head + b"x" * length + end
            _, error = outcome(
                [data[i : i + chunk] for i in range(0, len(data), chunk)], max_header=100
            )
            assert (error is None) == passes


def test_an_endless_head_is_refused_without_waiting():
    parser = RtspParser(max_header=1000)
    with pytest.raises(RtspError) as caught:
        for _ in range(101):
            parser.receive_data(b"CSeq: 77\r\n")
    assert (caught.value.status, caught.value.cseq) == (400, "77")


@pytest.mark.parametrize(
    ("length", "status"),
    [(b"51", 413), (b"-1", 400), (b"+5", 400), (b"5 5", 400), (b"", 400), (b"9" * 5000, 400)],
)
def test_a_body_is_refused_by_its_announcement(length, status):
    data = b"OPTIONS * RTSP/1.0\r\nCSeq: 4\r\nContent-Length: " + length + b"\r\n\r\n"
    events, error = outcome([data], max_body=50)
    assert events == []
    assert error[0] == status
    assert error[2] == "4"


def test_two_lengths_must_agree():
    two = b"OPTIONS * RTSP/1.0\r\nContent-Length: 2\r\nContent-Length: %s\r\n\r\nab"
    assert outcome([two % b"2"])[0][0].body == b"ab"
    assert outcome([two % b"3"])[1][0] == 400


@pytest.mark.parametrize("first", [b"\x16\x03\x01", b"\x80\x60\x00\x01", b"\x00"])
def test_what_cannot_begin_a_message_is_refused_at_its_first_byte(first):
    with pytest.raises(RtspError) as caught:
        RtspParser().receive_data(first[:1])
    assert caught.value.offset == 0
