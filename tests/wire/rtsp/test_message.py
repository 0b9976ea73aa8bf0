import pytest

from simulator.wire.rtsp.error import RtspError
from simulator.wire.rtsp.message import (
    REASONS,
    Headers,
    InterleavedFrame,
    Request,
    Response,
    parse_head,
)
from simulator.wire.rtsp.parser import RtspParser

# (name, bytes, value); those named after a section follow its example.
CASES = [
    (
        "RFC 2326 10.1 OPTIONS",
        b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nRequire: implicit-play\r\n"
        b"Proxy-Require: gzipped-messages\r\n\r\n",
        Request(
            "OPTIONS",
            "*",
            Headers(
                [("CSeq", "1"), ("Require", "implicit-play"), ("Proxy-Require", "gzipped-messages")]
            ),
        ),
    ),
    (
        "RFC 2326 10.4 SETUP response",
        b"RTSP/1.0 200 OK\r\nCSeq: 302\r\nDate: 23 Jan 1997 15:35:06 GMT\r\nSession: 47112344\r\n"
        b"Transport: RTP/AVP;unicast;client_port=4588-4589;server_port=6256-6257\r\n\r\n",
        Response(
            200,
            "OK",
            Headers(
                [
                    ("CSeq", "302"),
                    ("Date", "23 Jan 1997 15:35:06 GMT"),
                    ("Session", "47112344"),
                    ("Transport", "RTP/AVP;unicast;client_port=4588-4589;server_port=6256-6257"),
                ]
            ),
        ),
    ),
    (
        "RFC 2326 10.8 GET_PARAMETER, its body cut to the length it announces",
        b"GET_PARAMETER rtsp://example.com/fizzle/foo RTSP/1.0\r\nCSeq: 431\r\n"
        b"Content-Type: text/parameters\r\nSession: 12345678\r\nContent-Length: 15\r\n\r\n"
        b"packets_rec\r\nji",
        Request(
            "GET_PARAMETER",
            "rtsp://example.com/fizzle/foo",
            Headers(
                [
                    ("CSeq", "431"),
                    ("Content-Type", "text/parameters"),
                    ("Session", "12345678"),
                    ("Content-Length", "15"),
                ]
            ),
            b"packets_rec\r\nji",
        ),
    ),
    (
        "a challenge with two schemes",
        b'RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Digest realm="a"\r\n'
        b'WWW-Authenticate: Basic realm="a"\r\n\r\n',
        Response(
            401,
            headers=Headers(
                [
                    ("CSeq", "2"),
                    ("WWW-Authenticate", 'Digest realm="a"'),
                    ("WWW-Authenticate", 'Basic realm="a"'),
                ]
            ),
        ),
    ),
    (
        "RFC 2326 10.12 interleaved data",
        b"$\x00\x00\x04\x80\x1a\x00\x01",
        InterleavedFrame(0, b"\x80\x1a\x00\x01"),
    ),
    ("an empty frame on the last channel", b"$\xff\x00\x00", InterleavedFrame(255, b"")),
    (
        "UTF-8 in the URL",
        "DESCRIBE rtsp://h/é RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode(),
        Request("DESCRIBE", "rtsp://h/é", Headers([("CSeq", "1")])),
    ),
    (
        "another version is for the server to refuse",
        b"OPTIONS * RTSP/2.0\r\nCSeq: 9\r\n\r\n",
        Request("OPTIONS", "*", Headers([("CSeq", "9")]), version="RTSP/2.0"),
    ),
]


@pytest.mark.parametrize(("wire", "value"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_both_ways(wire, value):
    assert RtspParser().receive_data(wire) == [value]
    assert value.serialize() == wire


# (bytes, value): what we read, but do not write.
TOLERATED = [
    (b"OPTIONS * RTSP/1.0\nCSeq: 1\n\n", Request("OPTIONS", "*", Headers([("CSeq", "1")]))),
    (b"OPTIONS * RTSP/1.0\r\nCseq :1 \r\n\r\n", Request("OPTIONS", "*", Headers([("CSeq", "1")]))),
    (b"\r\n\r\nOPTIONS * RTSP/1.0\r\n\r\n", Request("OPTIONS", "*")),
    (b"OPTIONS  *  RTSP/1.0 \r\n\r\n", Request("OPTIONS", "*")),
    (
        b"OPTIONS * RTSP/1.0\r\nTransport: RTP/AVP;unicast,\r\n  RTP/AVP/TCP\r\nA: b\r\n\r\n",
        Request(
            "OPTIONS",
            "*",
            Headers([("Transport", "RTP/AVP;unicast,    RTP/AVP/TCP"), ("A", "b")]),
        ),
    ),
    (b"RTSP/1.0 299\r\n\r\n", Response(299, "")),
]


@pytest.mark.parametrize(("wire", "value"), TOLERATED)
def test_tolerates(wire, value):
    assert RtspParser().receive_data(wire) == [value]


@pytest.mark.parametrize(
    ("head", "offset"),
    [
        (b"", 0),
        (b"OPTIONS *", 0),
        (b"GET / HTTP/1.1", 0),
        (b"RTSP/1.0 600 Odd", 0),
        (b"OPT(IONS * RTSP/1.0", 0),
        (b"OPTIONS rtsp://a\x01b RTSP/1.0", 0),
        (b"RTSP/1.0 200 O\x01K", 0),
        (b"OPTIONS * RTSP/1.0\r\nno colon", 20),
        (b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nna me: x", 29),
        (b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nA: b\r\n c\r\nB: \x00", 39),
        (b"OPTIONS * RTSP/1.0\r\nA: \xff", 20),
        (b"OPTIONS * RTSP/1.0\r\nA: b\rInjected: yes", 20),
    ],
)
def test_refuses_with_the_offset_of_the_line(head, offset):
    with pytest.raises(RtspError) as caught:
        parse_head(head)
    assert (caught.value.status, caught.value.offset) == (400, offset)


def test_headers_in_any_case():
    headers = Headers([("CSeq", "1"), ("Accept", "a"), ("ACCEPT", "b")])
    assert headers.get("cseq") == "1"
    assert headers.all("accept") == ["a", "b"]
    assert "Session" not in headers
    assert headers.get("Session") is None
    assert headers == Headers([("cseq", "1"), ("accept", "a"), ("accept", "b")])
    assert headers != Headers([("cseq", "1")])


@pytest.mark.parametrize(
    ("name", "value"), [("A", "x\r\nB: y"), ("A", "x\x00"), ("A\r\n", "x"), ("", "x"), ("A b", "x")]
)
def test_a_header_cannot_break_the_message(name, value):
    with pytest.raises(ValueError, match="header"):
        Headers([(name, value)])


def test_an_answer_has_the_cseq_and_the_length_of_its_body():
    request = Request("DESCRIBE", "rtsp://h/a", Headers([("CSeq", "7")]))
    answer = Response.to(request, headers=[("Content-Type", "application/sdp")], body=b"v=0\r\n")
    assert answer.serialize() == (
        b"RTSP/1.0 200 OK\r\nCSeq: 7\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\n"
        b"v=0\r\n"
    )
    assert Response.to(Request("OPTIONS", "*"), 501).serialize() == (
        b"RTSP/1.0 501 Not Implemented\r\n\r\n"
    )


def test_every_status_that_onvif_names_has_a_reason():
    assert {400, 401, 404, 405, 454, 455, 457, 459, 461, 463, 501, 503, 551} <= set(REASONS)
