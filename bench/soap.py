"""SOAP: authenticated requests a second of one camera on one core, how long they take, and where.

The clients are several, as a farm's are, each from a loopback address of its own: a camera limits
what one peer may ask.
"""

import base64
import collections
import datetime
import hashlib
import random
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from bench.client import percentile
from bench.farm import Farm, running_farm
from bench.login import Login
from bench.process import CLIENT_CORE, cpu_seconds, end_children_too, pin, spent, start, stop
from bench.streams import make_loops
from simulator.wire.soap.codec import decode, encode
from simulator.wire.soap.envelope import parse

OPERATIONS = {
    "GetStatus": (
        b'<GetStatus xmlns="http://www.onvif.org/ver20/ptz/wsdl">'
        b"<ProfileToken>profile_main</ProfileToken></GetStatus>"
    ),
    "GetProfiles": b'<GetProfiles xmlns="http://www.onvif.org/ver10/media/wsdl"/>',
}
LOGINS = ("digest", "token")

_ENVELOPE = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">%s<s:Body>%s</s:Body>'
    b"</s:Envelope>"
)
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_TOKEN = (
    f'<s:Header><w:Security xmlns:w="{_WSSE}wssecurity-secext-1.0.xsd"><w:UsernameToken>'
    f'<w:Username>%s</w:Username><w:Password Type="{_WSSE}username-token-profile-1.0'
    f'#PasswordDigest">%s</w:Password><w:Nonce>%s</w:Nonce>'
    f'<u:Created xmlns:u="{_WSSE}wssecurity-utility-1.0.xsd">%s</u:Created>'
    "</w:UsernameToken></w:Security></s:Header>"
)
_STREAMS_UP_S = 24.0
_BASE_S = 3.0

PEERS = 8
"""Addresses that take turns, also where one request is under way at a time."""


class Caller:
    """One connection that asks again as soon as it has its answer.

    Attributes:
        socket: the connection.
        answer: the body of the last answer.
        durations: of all requests so far, in seconds.
    """

    def __init__(self, camera: dict[str, Any], operation: str, login: str, number: int) -> None:
        """Connect from 127.0.1.``number``, and log in."""
        parts = urlsplit(camera["xaddr"])
        self._host, self._path = parts.netloc, parts.path
        self._user = camera["username"], camera["password"]
        self._body = OPERATIONS[operation]
        self._by_token = login == "token"
        self._login = Login(*self._user)
        self._numbers = random.Random(number)
        self._data = b""
        self._sent_at = 0.0
        self.answer = b""
        self.durations: list[float] = []
        address = (parts.hostname or "", parts.port or 80)
        self.socket = socket.create_connection(address, 10, (f"127.0.1.{number}", 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ask()
        while not self.receive():
            pass
        self.durations.clear()

    def ask(self) -> None:
        """Send the next request."""
        self._sent_at = time.perf_counter()
        header = self._token() if self._by_token else b""
        body = _ENVELOPE % (header, self._body)
        head = [
            f"POST {self._path} HTTP/1.1",
            f"Host: {self._host}",
            "Content-Type: application/soap+xml; charset=utf-8",
            f"Content-Length: {len(body)}",
        ]
        credentials = self._login.credentials("POST", self._path)
        if credentials:
            head.append(f"Authorization: {credentials}")
        self.socket.sendall("\r\n".join([*head, "", ""]).encode() + body)

    def receive(self) -> bool:
        """Take what has come; true if the answer is complete and good."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError("the camera hung up")
        self._data += data
        head, end, body = self._data.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        fields = [line.partition(": ")[::2] for line in lines]
        length = next((int(v) for k, v in fields if k.lower() == "content-length"), None)
        if not end or length is None or len(body) < length:
            return False
        self._data = b""
        if " 401 " in status and not self._login.credentials("POST", self._path):
            self._login.challenged([v for k, v in fields if k.lower() == "www-authenticate"])
            self.ask()
            return False
        if " 200 " not in status:
            raise ConnectionError(f"{status}: {body[:400]!r}")
        self.answer = body
        self.durations.append(time.perf_counter() - self._sent_at)
        return True

    def _token(self) -> bytes:
        username, password = self._user
        nonce = self._numbers.randbytes(16)
        created = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        digest = hashlib.sha1(nonce + created.encode() + password.encode()).digest()
        texts = base64.b64encode(digest).decode(), base64.b64encode(nonce).decode()
        return (_TOKEN % (username, *texts, created)).encode()


def call(callers: Sequence[Caller], at_a_time: int, seconds: float) -> tuple[int, list[float]]:
    """Let callers ask in turn for some seconds; returns how many answers came, and their durations.

    No more than ``at_a_time`` requests are under way.
    """
    poll = select.epoll()
    waiting = collections.deque(callers)
    by_descriptor = {caller.socket.fileno(): caller for caller in callers}
    for caller in callers:
        caller.durations.clear()
        poll.register(caller.socket, select.EPOLLIN)
    for _ in range(at_a_time):
        waiting.popleft().ask()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for descriptor, _ in poll.poll(1):
            caller = by_descriptor[descriptor]
            if caller.receive():
                waiting.append(caller)
                waiting.popleft().ask()
    poll.close()
    durations = sorted(one for caller in callers for one in caller.durations)
    return len(durations), durations


def measure(
    farm: Farm, operation: str, login: str, at_a_time: int, seconds: float, base: float
) -> str:
    """Return a line of the table; the bytes are those of an answer.

    The server is charged for what it uses beyond ``base``, its share of a core without requests.
    """
    camera = farm.cameras()[0]
    numbers = range(1, max(PEERS, at_a_time) + 1)
    callers = [Caller(camera, operation, login, number) for number in numbers]
    before, own = cpu_seconds(farm.pid), time.process_time()
    count, durations = call(callers, at_a_time, seconds)
    cpu = spent(before, cpu_seconds(farm.pid)) - base * seconds
    own = time.process_time() - own
    for caller in callers:
        caller.socket.close()
    milliseconds = [1000 * percentile(durations, share) for share in (0.5, 0.99)]
    return (
        f"{operation:12} {login:7} {at_a_time:7} {count / seconds:10.0f} {milliseconds[0]:8.2f} "
        f"{milliseconds[1]:8.2f} {1e6 * cpu / max(1, count):12.0f} {100 * own / seconds:10.0f} "
        f"{len(callers[0].answer):8}"
    )


HEAD = (
    "operation    login    at once  answers/s   p50 ms   p99 ms   us of server   client %    bytes"
)


def share_of_core(farm: Farm) -> float:
    """Return how much of a core the farm uses while nobody asks."""
    before = cpu_seconds(farm.pid)
    time.sleep(_BASE_S)
    return spent(before, cpu_seconds(farm.pid)) / _BASE_S


def codec_lines(farm: Farm) -> list[str]:
    """Return what the parts of an answer cost without a server around them, in microseconds."""
    lines = []
    for operation, body in OPERATIONS.items():
        caller = Caller(farm.cameras()[0], operation, "digest", 1)
        caller.socket.close()
        request, answer = _ENVELOPE % (b"", body), parse(caller.answer).body
        name, value = str(answer.tag), decode(answer)
        steps: dict[str, Callable[[], object]] = {
            "parse and decode the request": lambda data=request: decode(parse(data).body),  # type: ignore[misc]
            "encode the answer": lambda name=name, value=value: encode(name, value),  # type: ignore[misc]
        }
        lines += [
            f"{operation:12} {step:30} {_microseconds(run):8.1f} us" for step, run in steps.items()
        ]
    return lines


def _microseconds(run: Callable[[], object], rounds: int = 2000) -> float:
    """Return the best of five times for one call."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(rounds // 5):
            run()
        times.append((time.perf_counter() - began) / (rounds // 5))
    return 1e6 * min(times)


def play_all(farm: Farm, seconds: float) -> "subprocess.Popen[str]":
    """Play every camera of the farm in a process of its own, and wait until all play."""
    command = [sys.executable, "-m", "bench.client", "--inventory", str(farm.inventory)]
    process = start([*command, "--seconds", str(seconds)], CLIENT_CORE, stdout=subprocess.DEVNULL)
    time.sleep(_STREAMS_UP_S)
    return process


def measure_all(farm: Farm, seconds: float, at_once: int, streaming: bool) -> None:
    """Print a line for each operation, login and number of requests; stream meanwhile, or not."""
    runs = [
        (operation, login, count)
        for operation in OPERATIONS
        for login in LOGINS
        for count in sorted({1, at_once})
    ]
    player = play_all(farm, (seconds + 1) * len(runs) + _STREAMS_UP_S) if streaming else None
    pin(CLIENT_CORE)
    try:
        base = share_of_core(farm)
        click.echo(f"before any request the farm uses {100 * base:.1f} % of its core")
        click.echo(HEAD)
        for run in runs:
            click.echo(measure(farm, *run, seconds, base))
    finally:
        if player is not None:
            stop(player)
    click.echo("\n".join(codec_lines(farm)))


@click.command()
@click.option("--seconds", default=5.0, show_default=True, help="Of each measurement.")
@click.option("--at-once", default=8, show_default=True, help="Requests under way.")
@click.option("--streams", default=0, show_default=True, help="Cameras that stream meanwhile.")
def main(seconds: float, at_once: int, streams: int) -> None:
    """Ask one camera as fast as it answers: one request at a time, then several."""
    end_children_too()
    options = ["--set", "defaults.model=dome-ptz"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if streams:
            make_loops(folder, options)
        with running_farm(max(1, streams), folder, options) as farm:
            measure_all(farm, seconds, at_once, streams > 0)


if __name__ == "__main__":
    main()
