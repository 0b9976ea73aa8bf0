"""Broken and hostile RTSP: what is sent, the status that the standard names, whether it ends.

In ``BYTES`` a case is (name, bytes, status); the connection is closed behind the answer, because
nobody knows where the next message begins. In ``REQUESTS`` and ``LOGGED_IN`` a case is (name,
method, path, headers, status) and the connection goes on.
"""

OPTIONS = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n"
END = b"\r\n\r\n"

BYTES = [
    ("control characters", b"\x01\x02\x03\x04", 400),
    ("a TLS greeting", b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + b"\0" * 32, 400),
    ("NULs", b"\0" * 64, 400),
    ("bytes above ASCII", b"\xff\xfe\xfd" + END, 400),
    ("a blank first", b" OPTIONS * RTSP/1.0\r\nCSeq: 1" + END, 400),
    ("HTTP", b"GET / HTTP/1.1\r\nHost: camera" + END, 400),
    ("SIP", b"OPTIONS sip:a@b SIP/2.0\r\nCSeq: 1 OPTIONS" + END, 400),
    ("SSH", b"SSH-2.0-OpenSSH_9.9" + END, 400),
    ("a word", b"OPTIONS" + END, 400),
    ("no version", b"OPTIONS *\r\nCSeq: 1" + END, 400),
    ("no URL", b"OPTIONS RTSP/1.0\r\nCSeq: 1" + END, 400),
    ("a word too many", b"OPTIONS * * RTSP/1.0\r\nCSeq: 1" + END, 400),
    ("a version of letters", b"OPTIONS * RTSP/x.y\r\nCSeq: 1" + END, 400),
    ("a method with a colon", b"OPT:IONS * RTSP/1.0\r\nCSeq: 1" + END, 400),
    ("a header without colon", OPTIONS + b"nonsense" + END, 400),
    ("a header without name", OPTIONS + b": value" + END, 400),
    ("a header name with a blank", OPTIONS + b"User Agent: x" + END, 400),
    ("a header with a NUL", OPTIONS + b"User-Agent: a\0b" + END, 400),
    ("a header with a bell", OPTIONS + b"User-Agent: a\x07b" + END, 400),
    ("a header that is not UTF-8", OPTIONS + b"User-Agent: \xff\xff" + END, 400),
    ("a header of 20,000 letters", OPTIONS + b"X: " + b"x" * 20_000 + END, 400),
    ("a header name of 20,000 letters", OPTIONS + b"x" * 20_000 + b": y" + END, 400),
    ("5,000 headers", OPTIONS + b"X: y\r\n" * 5000 + END, 400),
    ("20,000 letters without a line", b"x" * 20_000, 400),
    ("a URL of 20,000 letters", b"OPTIONS rtsp://" + b"x" * 20_000 + b" RTSP/1.0" + END, 400),
    ("a negative length", OPTIONS + b"Content-Length: -1" + END, 400),
    ("a length of letters", OPTIONS + b"Content-Length: ten" + END, 400),
    ("a hexadecimal length", OPTIONS + b"Content-Length: 0x10" + END, 400),
    ("two lengths", OPTIONS + b"Content-Length: 1\r\nContent-Length: 2" + END, 400),
    ("a body of 10 MB", OPTIONS + b"Content-Length: 10000000" + END, 413),
    ("a body of 10^30 bytes", OPTIONS + b"Content-Length: 1" + b"0" * 30 + END, 400),
]

REQUESTS = [
    ("another version", "OPTIONS", "", {}, 505),
    ("no CSeq", "OPTIONS", "", {"CSeq": None}, 400),
    ("CSeq of letters", "OPTIONS", "", {"CSeq": "abc"}, 400),
    ("a negative CSeq", "OPTIONS", "", {"CSeq": "-5"}, 400),
    ("a CSeq of nothing", "OPTIONS", "", {"CSeq": ""}, 400),
    ("a method in lower case", "options", "", {}, 501),
    ("a method that nobody knows", "EXPLODE", "", {}, 501),
    ("a method of 5,000 letters", "X" * 5000, "", {}, 501),
    ("RECORD", "RECORD", "/profile_main", {}, 501),
    ("ANNOUNCE", "ANNOUNCE", "/profile_main", {}, 501),
    ("REDIRECT", "REDIRECT", "/profile_main", {}, 501),
    ("DESCRIBE without login", "DESCRIBE", "/profile_main", {}, 401),
    ("DESCRIBE of nothing without login", "DESCRIBE", "/../../etc/passwd", {}, 401),
    ("SETUP without login", "SETUP", "/profile_main/video", {}, 401),
    ("PLAY without login", "PLAY", "/profile_main", {"Session": "1"}, 401),
    *(
        (f"credentials {value[:24]!r}", "DESCRIBE", "/profile_main", {"Authorization": value}, 401)
        for value in (
            "",
            "Digest",
            "Digest ,,,,",
            'Digest username="admin"',
            'Digest username="admin", realm="camfarm", nonce="x", uri="*", response="y"',
            'Digest username="admin", username="admin"',
            "Digest username=" + '"' * 3,
            "Basic YWRtaW46Y2FtZmFybQ==",
            "Basic !!!!",
            "Bearer abc.def.ghi",
            "Negotiate " + "A" * 8000,
            "x" * 9000,
        )
    ),
]

TCP = {"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1"}
VIDEO = "/profile_main/video"

LOGGED_IN = [
    *(
        (f"DESCRIBE {path[:30]}", "DESCRIBE", path, {}, 404)
        for path in (
            "",
            "/",
            "/nobody",
            "/profile_main/audio",
            "/profile_main/video/more",
            "/profile_main/../../etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/profile_main%00",
            "/" + "x" * 8000,
            "/PROFILE_MAIN",
        )
    ),
    ("a description as HTML", "DESCRIBE", "/profile_main", {"Accept": "text/html"}, 406),
    ("an option required", "DESCRIBE", "/profile_main", {"Require": "x-levitation"}, 551),
    ("a proxy option required", "SETUP", VIDEO, {"Proxy-Require": "x", **TCP}, 551),
    ("SETUP without Transport", "SETUP", VIDEO, {}, 400),
    ("SETUP of the whole", "SETUP", "/profile_main", TCP, 459),
    ("SETUP of nothing", "SETUP", "/nobody/video", TCP, 404),
    *(
        (f"Transport {text!r}", "SETUP", VIDEO, {"Transport": text}, status)
        for text, status in (
            ("", 461),
            ("carrier-pigeon", 461),
            ("RTP/AVP", 461),
            ("RTP/AVP/UDP;unicast", 461),
            ("RTP/AVP;multicast;port=5000-5001;ttl=1", 461),
            ("RTP/SAVP;unicast;client_port=5000-5001", 461),
            ("RAW/RAW/UDP;unicast;client_port=5000", 461),
            ("RTP/AVP;unicast;client_port=0-1", 400),
            ("RTP/AVP;unicast;client_port=70000-70001", 400),
            ("RTP/AVP;unicast;client_port=a-b", 400),
            ("RTP/AVP;unicast;client_port=-1", 400),
            ("RTP/AVP/TCP;unicast;interleaved=300-301", 400),
            ("RTP/AVP/TCP;unicast;interleaved=x", 400),
            ("RTP/AVP/TCP;unicast;interleaved=0-1;mode=RECORD", 461),
            ("RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=XYZ", 400),
            ("RTP/AVP/TCP;unicast;interleaved=0-1;ttl=999", 400),
            (";;;;", 461),
            (",", 461),
        )
    ),
    ("SETUP in a session of nobody", "SETUP", VIDEO, {"Session": "nobody", **TCP}, 454),
    *(
        (f"{method} without session", method, "/profile_main", {}, 454)
        for method in ("PLAY", "PAUSE", "TEARDOWN")
    ),
    *(
        (f"{method} of nobody's session", method, "/profile_main", {"Session": "0" * 16}, 454)
        for method in ("PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "OPTIONS")
    ),
]
"""``OPTIONS`` needs no login, but names a session."""
