"""The farm's discovery: timing in virtual time, and real sockets against the WSDiscovery client."""

import ipaddress
import random
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
import wsdiscovery.threaded
from wsdiscovery.discovery import ThreadedWSDiscovery
from wsdiscovery.qname import QName
from wsdiscovery.scope import Scope

from simulator.clock import SimClock
from simulator.net.discovery import GROUP, MAX_PENDING, DiscoveryResponder
from simulator.wire.discovery import Dialect, Kind, Message, Target, parse, serialize

DN = "http://www.onvif.org/ver10/network/wsdl"
TYPES = (f"{{{DN}}}NetworkVideoTransmitter",)
CLIENT = ("192.0.2.7", 40000)


@attrs.define
class Camera:
    """One announced camera."""

    uuid: str
    name: str = "x"
    types: tuple[str, ...] = TYPES
    metadata_version: int = 1
    discoverable: bool = True

    def scopes(self) -> list[str]:
        return [f"onvif://www.onvif.org/name/{self.name}"]

    def xaddrs(self) -> list[str]:
        return ["http://192.0.2.1:8000/onvif/device_service"]


@attrs.define
class Wire:
    """A datagram transport that keeps what is written, with the time."""

    clock: SimClock
    sent: list[tuple[float, bytes, tuple[str, int]]] = attrs.Factory(list)
    options: list[tuple[int, object]] = attrs.Factory(list)

    def write(self, data: bytes, peer: tuple[str, int]) -> None:
        self.sent.append((self.clock.seconds(), data, peer))

    def getHandle(self) -> "Wire":
        return self

    def setsockopt(self, level: int, name: int, value: object) -> None:
        self.options.append((name, value))

    @property
    def messages(self) -> list[Message]:
        return [parse(data) for _, data, _ in self.sent]


@attrs.define
class Farm:
    """A responder on virtual time and its wire."""

    clock: SimClock
    cameras: list[Camera]
    wire: Wire
    responder: DiscoveryResponder

    def ask(self, message: Message, peer: tuple[str, int] = CLIENT) -> None:
        self.responder.datagramReceived(serialize(message), peer)


def farm(*cameras: Camera, interfaces: tuple[str, ...] = ("127.0.0.1",)) -> Farm:
    clock = SimClock()
    wire = Wire(clock)
    listed = list(cameras)
    responder = DiscoveryResponder(listed, clock, random.Random(3), interfaces, instance=5)
    responder.transport = wire
    responder.startProtocol()
    return Farm(clock, listed, wire, responder)


def cameras(count: int) -> list[Camera]:
    return [Camera(f"{number:032x}", f"cam-{number}") for number in range(count)]


def probe(number: int = 0, **options: object) -> Message:
    return Message(Kind.PROBE, f"urn:uuid:probe-{number}", **options)


@pytest.mark.parametrize("dialect", list(Dialect))
def test_every_camera_answers_a_probe_within_half_a_second(dialect: Dialect) -> None:
    site = farm(*cameras(20))
    site.ask(probe(types=TYPES, dialect=dialect))
    assert site.wire.sent == []
    site.clock.advance(0.51)
    assert {message.targets[0].address for message in site.wire.messages} == {
        f"urn:uuid:{camera.uuid}" for camera in site.cameras
    }
    for message in site.wire.messages:
        assert (message.kind, message.dialect) == (Kind.PROBE_MATCHES, dialect)
        assert message.relates_to == "urn:uuid:probe-0"
        assert message.targets[0].xaddrs and message.targets[0].metadata_version == 1
    assert {peer for _, _, peer in site.wire.sent} == {CLIENT}
    assert len({message.message_id for message in site.wire.messages}) == 20
    site.clock.advance(5)
    assert len(site.wire.sent) == 20


def test_delays_are_spread_over_the_half_second() -> None:
    first = []
    for seed in range(200):
        clock = SimClock()
        wire = Wire(clock)
        responder = DiscoveryResponder(cameras(1), clock, random.Random(seed))
        responder.transport = wire
        responder.datagramReceived(serialize(probe()), CLIENT)
        clock.advance(1)
        first.append(wire.sent[0][0])
    assert min(first) < 0.03 and max(first) > 0.47 and max(first) <= 0.5
    assert 0.2 < sum(first) / len(first) < 0.3


@pytest.mark.parametrize("count", [100, 500])
def test_answers_of_many_never_overrun_a_receiver_that_sleeps_for_150_ms(count: int) -> None:
    site = farm(*cameras(count))
    site.ask(probe())
    site.clock.advance(3)
    assert len(site.wire.sent) == count
    windows: dict[int, int] = defaultdict(int)
    for at, _, _ in site.wire.sent:
        windows[int(at / 0.15)] += 1
    assert max(windows.values()) <= 64


def test_a_repeated_message_is_answered_once() -> None:
    site = farm(*cameras(3))
    for _ in range(4):
        site.ask(probe())
    site.ask(probe(), ("192.0.2.8", 40001))
    site.clock.advance(2)
    assert len(site.wire.sent) == 3


def test_only_what_was_asked_for_answers() -> None:
    site = farm(*cameras(3), Camera("f" * 32, types=("{urn:x}Printer",)))
    scope = "onvif://www.onvif.org/name/cam-1"
    site.ask(probe(1, types=TYPES, scopes=(scope,)))
    site.clock.advance(1)
    assert [message.targets[0].scopes for message in site.wire.messages] == [(scope,)]


@pytest.mark.parametrize("address", ["urn:uuid:" + f"{1:032x}", "urn:uuid:" + f"{1:032X}"])
def test_resolve_is_answered_by_the_camera_itself(address: str) -> None:
    site = farm(*cameras(3))
    site.ask(Message(Kind.RESOLVE, "urn:uuid:r", targets=(Target(address),)))
    site.ask(Message(Kind.RESOLVE, "urn:uuid:s", targets=(Target("urn:uuid:none"),)))
    site.clock.advance(1)
    (message,) = site.wire.messages
    assert message.kind is Kind.RESOLVE_MATCHES
    assert message.targets[0].address == address.lower()


def test_a_hidden_camera_is_silent() -> None:
    site = farm(Camera("a" * 32, discoverable=False), Camera("b" * 32))
    site.ask(probe())
    site.cameras[1].discoverable = False
    site.responder.hello()
    site.responder.bye()
    site.clock.advance(3)
    assert site.wire.sent == []


def test_hello_is_repeated_on_every_interface() -> None:
    site = farm(Camera("a" * 32), interfaces=("127.0.0.1", "192.0.2.1"))
    site.responder.hello()
    site.clock.advance(2)
    assert len(site.wire.sent) == 6
    assert len({data for _, data, _ in site.wire.sent}) == 1
    assert {peer for _, _, peer in site.wire.sent} == {(GROUP, 3702)}
    sent_on = [value for name, value in site.wire.options if name == socket.IP_MULTICAST_IF]
    assert sent_on == [socket.inet_aton("127.0.0.1"), socket.inet_aton("192.0.2.1")] * 3
    times = sorted({at for at, _, _ in site.wire.sent})
    assert times[0] <= 0.5
    assert 0.05 <= times[1] - times[0] <= 0.25
    assert times[2] - times[1] == pytest.approx(2 * (times[1] - times[0]), abs=0.003)


def test_bye_tells_when_it_is_sent() -> None:
    site = farm(*cameras(500))
    done = site.responder.bye()
    site.clock.advance(0.5)
    assert not done.done
    site.clock.advance(1.3)
    assert done.done
    assert {message.kind for message in site.wire.messages} == {Kind.BYE}
    assert len({message.targets[0].address for message in site.wire.messages}) == 500
    assert site.wire.messages[0].targets[0].xaddrs == ()


def test_the_farm_without_cameras_has_nothing_to_say() -> None:
    site = farm()
    site.ask(probe())
    site.responder.hello()
    assert site.responder.bye().done
    site.clock.advance(2)
    assert site.wire.sent == []


def test_message_numbers_grow() -> None:
    site = farm(*cameras(5))
    site.ask(probe())
    site.clock.advance(1)
    sequences = [message.sequence for message in site.wire.messages]
    assert [sequence.number for sequence in sequences if sequence] == [1, 2, 3, 4, 5]
    assert {sequence.instance for sequence in sequences if sequence} == {5}


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"Probe",
        b"<Probe>" * 1000,
        b"\xff\xfeP\x00",
        serialize(probe()).replace(b"a:MessageID", b"a:M"),
        serialize(Message(Kind.PROBE_MATCHES, "urn:1", targets=(Target("urn:2"),))),
    ],
)
def test_hostile_datagrams_are_dropped(datagram: bytes) -> None:
    site = farm(*cameras(3))
    site.responder.datagramReceived(datagram, CLIENT)
    site.clock.advance(2)
    assert site.wire.sent == []


def test_one_peer_cannot_ask_without_end() -> None:
    site = farm(*cameras(2))
    for number in range(1000):
        site.ask(probe(number))
    site.ask(probe(5000), ("192.0.2.8", 1))
    site.clock.advance(2)
    by_peer = defaultdict(int)
    for _, _, (host, _) in site.wire.sent:
        by_peer[host] += 1
    assert by_peer == {"192.0.2.7": 120, "192.0.2.8": 2}
    site.ask(probe(6000))
    site.clock.advance(2)
    assert len(site.wire.sent) == 124


def test_answers_that_wait_are_bounded_however_many_peers_ask() -> None:
    site = farm(*cameras(500))
    for number in range(200):
        site.ask(probe(number), (f"192.0.2.{number}", 1))
    site.clock.advance(5)
    assert len(site.wire.sent) == MAX_PENDING


def test_a_stopped_responder_sends_no_more() -> None:
    site = farm(*cameras(50))
    site.ask(probe())
    site.clock.advance(0.1)
    sent = len(site.wire.sent)
    site.responder.stopProtocol()
    site.clock.advance(2)
    assert 0 < len(site.wire.sent) == sent


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe_socket:
        probe_socket.bind(("127.0.0.1", 0))
        return int(probe_socket.getsockname()[1])


def running(port: int, count: int) -> "subprocess.Popen[bytes]":
    script = Path(__file__).with_name("discovery_farm.py")
    process = subprocess.Popen(
        [sys.executable, script, str(port), str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"listening\n"
    return process


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[ThreadedWSDiscovery, int]]:
    port = free_port()
    monkeypatch.setattr(wsdiscovery.threaded, "MULTICAST_PORT", port)
    discovery = ThreadedWSDiscovery()
    discovery.start()
    # By itself the client leaves loopback out.
    discovery.addSourceAddr(ipaddress.ip_address("127.0.0.1"))
    yield discovery, port
    discovery.stop()


def test_wsdiscovery_finds_the_farm_and_hears_it_come_and_go(
    client: tuple[ThreadedWSDiscovery, int],
) -> None:
    discovery, port = client
    came: list[str] = []
    left: list[str] = []
    all_left = threading.Event()

    def bye(address: str) -> None:
        left.append(address)
        if len(set(left)) == 5:
            all_left.set()

    discovery.setRemoteServiceHelloCallback(lambda service: came.append(service.getEPR()))
    discovery.setRemoteServiceByeCallback(bye)
    with running(port, 5) as process:
        found = discovery.searchServices(types=[QName(DN, "NetworkVideoTransmitter")], timeout=2)
        assert len(found) == 5
        assert all(service.getXAddrs()[0].endswith("/onvif/device_service") for service in found)
        name = "onvif://www.onvif.org/name/cam-003"
        (one,) = discovery.searchServices(scopes=[Scope(name)], timeout=2)
        assert one.getXAddrs() == ["http://127.0.0.1:8003/onvif/device_service"]
        process.communicate(b"", timeout=10)
        assert process.returncode == 0
    assert all_left.wait(10)
    assert set(came) == set(left)


@pytest.mark.parametrize("target", [GROUP, "127.0.0.1"])
def test_500_cameras_reach_a_default_socket_of_a_slow_reader(target: str) -> None:
    port = free_port()
    with (
        running(port, 500) as process,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
    ):
        receiver.setsockopt(
            socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1")
        )
        receiver.settimeout(1.5)
        receiver.sendto(serialize(probe()), (target, port))
        heard = set()
        try:
            while len(heard) < 500:
                heard.add(parse(receiver.recv(65536)).targets[0].address)
                if len(heard) % 100 == 0:
                    time.sleep(0.1)
        except TimeoutError:
            pass
        process.kill()
    assert len(heard) == 500
