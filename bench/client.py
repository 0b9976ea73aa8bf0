"""A light RTSP load client: plays many streams, and prints as JSON how well they arrived."""

import itertools
import json
import math
import random
import select
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from bench.clip import write_recording
from bench.process import CLIENT_CORE, cpu_seconds, pin, resident_bytes, spent
from bench.readers import ControlReader, InterleavedReader, UdpReader, enlarge
from bench.reception import Reception
from bench.rtsp import Lower, RtspClient

STAGGER_S = 4.0
"""PLAY requests are spread over this time, so that no server sends all its key frames at once."""

SETTLE_S = 4.0
KEEP_ALIVE_S = 20.0
RECORD_S = 24.0  # a round of the world, and two groups of pictures


class Player:
    """Many streams on one epoll.

    Attributes:
        receptions: the accounts of the streams, in order of their URLs.
        failures: what went wrong with the connections while they played.
    """

    def __init__(self, urls: Sequence[str], lower: Lower, fps: float) -> None:
        """Set up every stream, one after the other.

        Raises:
            OSError: a server could not be reached, or refused.
        """
        self.receptions = [Reception(fps) for _ in urls]
        self.failures: list[str] = []
        self._clients: list[RtspClient] = []
        self._udp: list[UdpReader] = []
        self._poll = select.epoll()
        self._handlers: dict[int, Callable[[], None]] = {}
        for url, reception in zip(urls, self.receptions, strict=True):
            self._set_up(RtspClient(url), lower, reception)
        self._turns = itertools.cycle(self._clients)
        self._alive_at = math.inf

    def play(self, stagger_s: float, numbers: random.Random) -> None:
        """Start every stream at a random moment of ``stagger_s`` seconds, and read meanwhile."""
        now = time.monotonic()
        moments = sorted(now + numbers.random() * stagger_s for _ in self._clients)
        for client, moment in zip(self._clients, moments, strict=True):
            self.run(moment)
            client.play()
        self._alive_at = time.monotonic() + KEEP_ALIVE_S / len(self._clients)

    def run(self, until: float) -> None:
        """Receive until a moment of the monotonic clock."""
        poll, handlers, clock = self._poll.poll, self._handlers, time.monotonic
        while (now := clock()) < until:
            if now >= self._alive_at:
                self._keep_alive(now)
            for descriptor, _ in poll(min(until, self._alive_at) - now):
                try:
                    handlers[descriptor]()
                except (OSError, ValueError) as error:
                    self._fail(descriptor, error)

    def dropped_here(self) -> int:
        """Return the datagrams that this machine dropped at our sockets: no fault of the server."""
        ours = {reader.rtp.fileno(): reader for reader in self._udp}
        inodes = {Path(f"/proc/self/fd/{number}").stat().st_ino for number in ours}
        lines = Path("/proc/net/udp").read_text().splitlines()[1:]
        return sum(int(line.split()[12]) for line in lines if int(line.split()[9]) in inodes)

    def close(self) -> None:
        """Tear every session down."""
        for client in self._clients:
            client.tear_down()
        for reader in self._udp:
            reader.close()
        self._poll.close()

    def _set_up(self, client: RtspClient, lower: Lower, reception: Reception) -> None:
        self._clients.append(client)
        if lower == "udp":
            reader = UdpReader(reception)
            self._udp.append(reader)
            client.set_up(lower, reader.ports)
            self._watch(reader.rtp, reader.read_rtp)
            self._watch(reader.rtcp, reader.read_rtcp)
            self._watch(client.socket, ControlReader(client.socket).read)
        else:
            enlarge(client.socket)
            client.set_up(lower, (0, 0))
            self._watch(client.socket, InterleavedReader(client.socket, reception).read)
        reception.has_parameters = client.parameters_given

    def _watch(self, source: socket.socket, handler: Callable[[], None]) -> None:
        self._handlers[source.fileno()] = handler
        self._poll.register(source, select.EPOLLIN)

    def _keep_alive(self, now: float) -> None:
        """Let one session show a sign of life; the others follow, evenly spread in time."""
        self._alive_at = now + KEEP_ALIVE_S / len(self._clients)
        client = next(self._turns)
        if client.socket.fileno() in self._handlers:
            try:
                client.keep_alive()
            except OSError as error:
                self._fail(client.socket.fileno(), error)

    def _fail(self, descriptor: int, error: Exception) -> None:
        self.failures.append(str(error))
        self._poll.unregister(descriptor)
        del self._handlers[descriptor]


def measure(player: Player, seconds: float, pid: int | None) -> dict[str, Any]:
    """Receive for ``seconds`` and return what arrived; of the server ``pid`` what that cost it."""
    for reception in player.receptions:
        reception.begin()
    server = cpu_seconds(pid) if pid else {}
    own, began = time.process_time(), time.monotonic()
    player.run(began + seconds)
    took, own_cpu = time.monotonic() - began, time.process_time() - own
    figures = summary(player.receptions, took)
    figures["client_cpu_s"] = own_cpu
    figures["dropped_by_client"] = player.dropped_here()
    figures["failures"] = player.failures
    if pid:
        figures["server_cpu_s"] = spent(server, cpu_seconds(pid))
        figures["server_rss"] = resident_bytes(pid)
    return figures


def record_streams_to(folder: Path, player: Player, count: int) -> None:
    """Write what the first streams bring in RECORD_S seconds: files 0.rtp, 1.rtp and so on."""
    recordings: list[list[bytes]] = [[] for _ in player.receptions[:count]]
    for reception, packets in zip(player.receptions, recordings, strict=False):
        reception.recording = packets
    player.run(time.monotonic() + RECORD_S)
    for number, (reception, packets) in enumerate(zip(player.receptions, recordings, strict=False)):
        reception.recording = None
        write_recording(folder / f"{number:03}.rtp", packets)


def summary(receptions: Sequence[Reception], seconds: float) -> dict[str, Any]:
    """Return the accounts of all streams together; lateness in milliseconds."""
    late = sorted(one for reception in receptions for one in reception.lateness())
    interval_s = receptions[0].interval_s
    return {
        "streams": len(receptions),
        "seconds": seconds,
        "flowing": sum(reception.frames > 0 for reception in receptions),
        "starting_with_key": sum(bool(reception.starts_with_key) for reception in receptions),
        "gigabits": sum(reception.octets for reception in receptions) * 8 / 1e9,
        "packets": sum(reception.packets for reception in receptions),
        "frames": len(late),
        "lost_packets": sum(reception.lost for reception in receptions),
        "missing_frames": sum(reception.missing for reception in receptions),
        "sender_reports": sum(reception.reports for reception in receptions),
        "late_frames": sum(one > interval_s for one in late),
        "lateness_ms": {
            "p50": 1000 * percentile(late, 0.5),
            "p99": 1000 * percentile(late, 0.99),
            "max": 1000 * percentile(late, 1.0),
        },
    }


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the least of ``ordered`` values that ``share`` of them do not exceed; nan of none."""
    if not ordered:
        return math.nan
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def urls_of(inventory: Path, profile: str) -> list[str]:
    """Return the stream URL of each camera of an inventory, with its credentials."""
    urls = []
    for camera in json.loads(inventory.read_text())["cameras"]:
        url = next(p["rtsp_url"] for p in camera["profiles"] if p["name"] == profile)
        login = f"{camera['username']}:{camera['password']}@"
        urls.append(url.replace("rtsp://", "rtsp://" + login))
    return urls


@click.command()
@click.argument("urls", nargs=-1)
@click.option("--inventory", type=click.Path(path_type=Path), help="Play all cameras of a farm.")
@click.option("--profile", default="main", show_default=True, help="Of the inventory's cameras.")
@click.option("--transport", type=click.Choice(["udp", "tcp"]), default="udp", show_default=True)
@click.option("--seconds", default=20.0, show_default=True, help="How long to measure.")
@click.option("--settle", default=SETTLE_S, show_default=True, help="Seconds to play before.")
@click.option("--fps", default=15.0, show_default=True, help="Frames a second of every stream.")
@click.option("--pid", type=int, help="The server, to measure its CPU time and memory.")
@click.option("--core", default=CLIENT_CORE, show_default=True, help="Where the client runs.")
@click.option("--record", type=click.Path(path_type=Path), help="A directory for packets.")
@click.option("--record-count", default=1, help="How many streams to record, before measuring.")
def main(
    urls: tuple[str, ...],
    inventory: Path | None,
    profile: str,
    transport: Lower,
    seconds: float,
    settle: float,
    fps: float,
    pid: int | None,
    core: int,
    record: Path | None,
    record_count: int,
) -> None:
    """Play URLS, or all cameras of an inventory, and print what arrived as one line of JSON."""
    pin(core)
    player = Player([*urls, *(urls_of(inventory, profile) if inventory else [])], transport, fps)
    player.play(STAGGER_S, random.Random(1))
    player.run(time.monotonic() + settle)
    if record is not None:
        record_streams_to(record, player, record_count)
    figures = measure(player, seconds, pid)
    player.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
