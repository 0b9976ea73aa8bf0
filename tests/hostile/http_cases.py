"""Broken and hostile HTTP: bytes of a connection, and the status, or 0 where it is just closed."""

POST = b"POST /onvif/device_service HTTP/1.1\r\nHost: camera\r\n"
XML = b"Content-Type: application/soap+xml\r\n"
END = b"\r\n\r\n"
CHUNKED = POST + XML + b"Transfer-Encoding: chunked" + END

BYTES = [
    ("control characters", b"\x01\x02\x03\r\n\r\n", 400),
    ("a TLS greeting", b"\x16\x03\x01\x00\x05hello\r\n\r\n", 400),
    ("a word", b"POST" + END, 400),
    ("RTSP", b"OPTIONS * RTSP/1.0\r\nCSeq: 1" + END, 400),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("a word too many", b"POST / x HTTP/1.1\r\nHost: camera" + END, 400),
    ("a header without colon", POST + b"nonsense" + END, 400),
    ("a header name with a blank", POST + b"Content Type: x" + END, 400),
    ("a header without name", POST + b": x" + END, 400),
    ("a header with a NUL", POST + b"X: a\0b\r\nContent-Length: 0" + END, 400),
    ("a header of 100,000 letters", POST + b"X: " + b"x" * 100_000 + END, 400),
    ("a request line of 100,000 letters", b"POST /" + b"x" * 100_000 + b" HTTP/1.1" + END, 400),
    ("1,000 headers", POST + b"X: y\r\n" * 1000 + END, 400),
    ("a negative length", POST + b"Content-Length: -1" + END, 400),
    ("a length of letters", POST + b"Content-Length: ten" + END, 400),
    ("two lengths", POST + b"Content-Length: 1\r\nContent-Length: 2" + END, 400),
    ("length and chunks", POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked" + END, 400),
    ("an unknown coding", POST + b"Transfer-Encoding: zip" + END, 400),
    ("a chunk size of letters", CHUNKED + b"xyz\r\n", 400),
    ("a negative chunk size", CHUNKED + b"-5\r\nabcde\r\n", 400),
    ("an endless chunk size", CHUNKED + b"1" * 5000, 400),
    ("a chunk that is longer than it says", CHUNKED + b"3\r\nabcdef\r\n0\r\n\r\n", 400),
    ("a body of 10 GB", POST + XML + b"Content-Length: 10000000000" + END, 413),
    ("chunks of 1 MB", CHUNKED + b"100000\r\n" + b"x" * (1 << 20) + b"\r\n0\r\n\r\n", 413),
]

METHODS = ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "EXPLODE")
"""Not for services: 405."""

LOST = [
    "/",
    "/index.html",
    "/favicon.ico",
    "/../../../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/..%5c..%5cwindows",
    "//etc/passwd",
    "/etc/passwd%00",
    "/cgi-bin/sh?id",
    "/.git/config",
    "/ONVIF/device_service",
    "/" + "a/" * 3000,
]
"""Paths that are not there for anybody: 404."""

LOST_PICTURES = [
    "/snapshot",
    "/snapshot/",
    "/snapshot/nobody",
    "/snapshot/../../../etc/passwd",
    "/snapshot/%2e%2e/%2e%2e/etc/passwd",
    "/snapshot/..%2f..%2fetc%2fpasswd",
    "/snapshot/profile_main/more",
    "/snapshot/profile_main%00.jpg",
    "/snapshot/%ff%fe",
    "/snapshot/" + "x" * 5000,
]
"""Pictures that are not there, for who is logged in: 404."""

CREDENTIALS = [
    "",
    "Digest",
    "Digest ,,,,",
    "Digest nonsense",
    'Digest username="admin"',
    'Digest username="admin", username="admin"',
    'Digest username="admin", realm="camfarm", nonce="x", uri="/", response="y", qop=auth, nc=zz, '
    'cnonce="c"',
    "Digest username=" + '"' * 5,
    "Basic",
    "Basic !!!",
    "Basic YWRtaW46d3Jvbmc=",
    "Basic YWRtaW4=",
    "Bearer eyJhbGciOiJub25lIn0.e30.",
    "Negotiate YII=",
    "x" * 5000,
    "é",
]
"""Authorization values that let nobody in: 401."""

DIGESTS = {
    "a wrong password": {"password": "wrong"},
    "nobody": {"username": "nobody"},
    "another realm": {"realm": "elsewhere"},
    "a nonce of its own": {"nonce": "0123456789abcdef"},
    "an algorithm that was not offered": {"algorithm": "SHA-512"},
    "a protection that was not offered": {"qop": "auth-int"},
    "another path": {"uri": "/onvif/ptz_service"},
    "another method": {"method": "GET"},
    "no count": {"nc": ""},
    "a count of letters": {"nc": "zzzzzzzz"},
}
"""What is wrong with a digest: 401."""
