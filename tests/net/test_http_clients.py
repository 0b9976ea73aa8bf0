"""A camera's HTTP server on real sockets: the requests client, and clients that misbehave."""

import json
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
import requests
from front import envelope
from judge import validate_envelope
from requests.auth import HTTPBasicAuth, HTTPDigestAuth

INFO = envelope("<tds:GetDeviceInformation/>")
PULL = envelope(
    "<tev:PullMessages><tev:Timeout>PT60S</tev:Timeout><tev:MessageLimit>5</tev:MessageLimit>"
    "</tev:PullMessages>"
)
HEADERS = {"Content-Type": "application/soap+xml; charset=utf-8"}


@attrs.define
class Program:
    """The server's process."""

    process: "subprocess.Popen[str]"
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/onvif/device_service"

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def answer_pulls(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)


def start(**limits: float) -> Program:
    script = Path(__file__).with_name("http_farm.py")
    path = [str(script.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(
        [sys.executable, script, json.dumps(limits)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
    )
    program = Program(process, 0)
    program.port = int(program.says())
    return program


@pytest.fixture(scope="module")
def server() -> Iterator[Program]:
    program = start(request_s=1.0, body_bytes=100_000)
    yield program
    program.process.communicate("", timeout=10)
    assert program.process.returncode == 0


@pytest.mark.parametrize(
    "auth", [HTTPDigestAuth("admin", "gehe1m"), HTTPBasicAuth("admin", "gehe1m")]
)
def test_requests_logs_in_and_stays(server: Program, auth: object) -> None:
    with requests.Session() as session:
        for _ in range(3):
            answer = session.post(server.url, INFO, headers=HEADERS, auth=auth, timeout=10)
            assert answer.status_code == 200
            validate_envelope(answer.content)
            assert b"admin" in answer.content


def test_requests_logs_in_from_many_threads_with_one_nonce(server: Program) -> None:
    auth = HTTPDigestAuth("admin", "gehe1m")
    codes: list[int] = []

    def ask() -> None:
        with requests.Session() as session:
            for _ in range(5):
                answer = session.post(server.url, INFO, headers=HEADERS, auth=auth, timeout=10)
                codes.append(answer.status_code)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [200] * 40


def test_a_wrong_password_stays_401(server: Program) -> None:
    auth = HTTPDigestAuth("admin", "guess")
    answer = requests.post(server.url, INFO, headers=HEADERS, auth=auth, timeout=10)
    assert answer.status_code == 401


def test_a_snapshot_by_requests(server: Program) -> None:
    url = f"http://127.0.0.1:{server.port}/snapshot/profile_main"
    answer = requests.get(url, auth=HTTPDigestAuth("user", "user"), timeout=10)
    assert (answer.status_code, answer.content) == (200, b"jpeg")
    assert answer.headers["Content-Type"] == "image/jpeg"


def test_a_large_body_is_refused_while_it_is_sent(server: Program) -> None:
    with server.connect() as client:
        client.sendall(
            b"POST /onvif/x HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 70_000
        )
        assert client.recv(100).startswith(b"HTTP/1.1 413 ")


def test_requests_reads_why_its_large_body_was_refused(server: Program) -> None:
    answer = requests.post(server.url, b"x" * 3_000_000, headers=HEADERS, timeout=10)
    assert answer.status_code == 413


def test_a_slow_request_is_refused_in_time(server: Program) -> None:
    with server.connect() as client:
        client.sendall(b"POST /onvif/x HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")
        answer = b"".join(iter(lambda: client.recv(100), b""))
    assert answer.startswith(b"HTTP/1.1 408 ") and answer.endswith(b"\r\n\r\n")


def pull(server: Program, *, reset: bool) -> socket.socket:
    client = server.connect()
    if reset:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    login = requests.auth._basic_auth_str("user", "user")
    head = (
        f"POST /onvif/events HTTP/1.1\r\nHost: x\r\nContent-Length: {len(PULL)}\r\n"
        f"Content-Type: application/soap+xml\r\nAuthorization: {login}\r\n\r\n"
    )
    client.sendall(head.encode() + PULL)
    assert server.says() == "pulling"
    return client


def test_a_held_request_outlives_the_limit_of_slow_ones(server: Program) -> None:
    with pull(server, reset=False) as client:
        client.settimeout(2.5)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(10)
        server.answer_pulls()
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")
        assert server.says() == "answered"


@pytest.mark.parametrize("reset", [False, True])
def test_a_client_that_vanishes_while_held_is_noticed(server: Program, reset: bool) -> None:
    pull(server, reset=reset).close()
    assert server.says() == "left"
