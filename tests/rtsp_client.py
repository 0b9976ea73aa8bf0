"""A small RTSP client of the tests' own, with the digest of RFC 7616 by hand."""

import hashlib
import re
import socket

import attrs


@attrs.frozen
class Reply:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __getitem__(self, name):
        return next(value for key, value in self.headers if key.lower() == name.lower())

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def session(self):
        return self["Session"].partition(";")[0]


def parse_reply(data):
    """Return the first reply in ``data``, and how many bytes it takes; None if it is not whole."""
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        return None
    first, *lines = head.decode().split("\r\n")
    headers = tuple(tuple(line.split(": ", 1)) for line in lines)
    length = next((int(v) for k, v in headers if k.lower() == "content-length"), 0)
    if len(rest) < length:
        return None
    version, status, _ = first.split(" ", 2)
    assert version == "RTSP/1.0"
    return Reply(int(status), headers, rest[:length]), len(head) + 4 + length


def digest(challenge, method, uri, username, password):
    """Answer a digest challenge (RFC 7616 section 3.4.1), qop auth."""
    terms = dict(re.findall(r'(\w+)="?([^",]*)"?', challenge))
    algorithm = terms.get("algorithm", "MD5")

    def hashed(text):
        return hashlib.new(algorithm.replace("-", ""), text.encode()).hexdigest()

    first = hashed(f"{username}:{terms['realm']}:{password}")
    second = hashed(f"{method}:{uri}")
    response = hashed(f"{first}:{terms['nonce']}:00000001:c0ffee:auth:{second}")
    return (
        f'Digest username="{username}", realm="{terms["realm"]}", nonce="{terms["nonce"]}", '
        f'uri="{uri}", response="{response}", algorithm={algorithm}, qop=auth, nc=00000001, '
        'cnonce="c0ffee"'
    )


def request_bytes(method, url, headers, version="RTSP/1.0", body=b""):
    lines = [f"{method} {url} {version}", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class Client:
    """Speaks RTSP over anything with ``send(bytes)`` and ``receive() -> bytes``."""

    def __init__(self, send, receive, base, username="admin", password="camfarm"):
        self.send = send
        self.receive = receive
        self.base = base
        self.credentials = username, password
        self.data = b""
        self.frames = []
        self.cseq = 0

    def ask(self, method, path="", headers=None, version="RTSP/1.0", body=b""):
        """Send a request and return its reply, logging in if asked to."""
        reply = self.once(method, path, headers or {}, version, body)
        if reply.status == 401 and self.credentials:
            url = self.base + path
            answer = digest(reply["WWW-Authenticate"], method, url, *self.credentials)
            again = {**(headers or {}), "Authorization": answer}
            reply = self.once(method, path, again, version, body)
        return reply

    def once(self, method, path="", headers=None, version="RTSP/1.0", body=b""):
        self.cseq += 1
        fields = {"CSeq": str(self.cseq), **(headers or {})}
        fields = {name: value for name, value in fields.items() if value is not None}
        self.send(request_bytes(method, self.base + path, fields, version, body))
        reply = self.reply()
        if "CSeq" in fields:
            assert reply["CSeq"] == str(self.cseq)
        return reply

    def reply(self):
        """Return the next reply; interleaved frames before it are kept."""
        while True:
            self.take_frames()
            found = None if self.data[:1] == b"$" else parse_reply(self.data)
            if found:
                self.data = self.data[found[1] :]
                return found[0]
            self.more()

    def frame(self):
        """Return the next interleaved frame: channel and payload."""
        while not self.frames:
            self.take_frames()
            if not self.frames:
                self.more()
        return self.frames.pop(0)

    def more(self):
        data = self.receive()
        assert data, "the server closed the connection"
        self.data += data

    def take_frames(self):
        while self.data[:1] == b"$" and len(self.data) >= 4:
            end = 4 + int.from_bytes(self.data[2:4], "big")
            if len(self.data) < end:
                return
            self.frames.append((self.data[1], self.data[4:end]))
            self.data = self.data[end:]

    def play(self, profile, transport):
        """Set a stream up and play it; return the replies to both requests."""
        setup = self.ask("SETUP", f"/{profile}/video", {"Transport": transport})
        assert setup.status == 200, setup
        play = self.ask("PLAY", f"/{profile}", {"Session": setup.session, "Range": "npt=now-"})
        assert play.status == 200, play
        return setup, play


def connect(port, **credentials):
    """Return a client of the RTSP port on this machine, and its socket."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=20)
    base = f"rtsp://127.0.0.1:{port}"
    return Client(sock.sendall, lambda: sock.recv(65536), base, **credentials), sock
