"""WS-Discovery for the whole farm: one UDP socket answers for every camera (ONVIF Core 7)."""

import errno
import hashlib
import random
import socket
import uuid
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any, Protocol

from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import DatagramProtocol
from twisted.logger import Logger

from simulator.clock import Clock, Timer
from simulator.later import Later
from simulator.net.rates import PeerRates
from simulator.wire.discovery import (
    AppSequence,
    Dialect,
    DiscoveryError,
    Kind,
    Message,
    Target,
    parse,
    serialize,
)
from simulator.wire.matching import matches

GROUP = "239.255.255.250"
PORT = 3702
LOOPBACK = "127.0.0.1"

MAX_DELAY_S = 0.5
"""APP_MAX_DELAY of WS-Discovery: an answer to a multicast, and a Hello, wait 0 to this long."""

ANSWERS_PER_S = 400
"""The pace of many cameras' answers. A receiver's buffer of 208 KiB holds about 90 of them, so that
a client may be busy for 0.2 s; 200 cameras still answer within ``MAX_DELAY_S``."""

MAX_BYE_S = 1.0
"""The longest time that a farm takes to say goodbye."""

REPEATS = 2
REPEAT_S = (0.05, 0.25)
"""Hello and Bye are sent this many times more, the first time after so long, then twice as long
(SOAP over UDP, MULTICAST_UDP_REPEAT, MIN_DELAY and MAX_DELAY). Answers are not repeated: several
hundred of them at a time would do more harm in the receiver's buffer than good."""

MAX_PENDING = 20_000
"""Answers that wait for their time at most; questions beyond are dropped, as a lost datagram is."""

QUESTIONS_PER_S = 20.0
QUESTIONS_BURST = 60
REMEMBERED_IDS = 4096
MIN_WAIT_S = 0.002

Peer = tuple[str, int]
Parcel = tuple[float, Callable[[], bytes | None]]

log = Logger(namespace="camfarm.discovery")


class Announced(Protocol):
    """What a camera tells about itself."""

    @property
    def uuid(self) -> str:
        """Its endpoint reference without ``urn:uuid:``."""

    @property
    def types(self) -> Sequence[str]:
        """Its types in Clark notation."""

    @property
    def metadata_version(self) -> int:
        """Grows with every change of scopes or addresses."""

    @property
    def discoverable(self) -> bool:
        """Whether it takes part at all."""

    def scopes(self) -> Sequence[str]:
        """Return its scopes."""

    def xaddrs(self) -> Sequence[str]:
        """Return the URLs of its device service."""


class _Round:
    """Datagrams to one destination, each made and sent at its own time."""

    def __init__(
        self, clock: Clock, parcels: Collection[Parcel], send: Callable[[bytes], object]
    ) -> None:
        self.done: Later[None] = Later()
        self._clock = clock
        self._send = send
        start = clock.seconds()
        self._parcels = sorted(((start + delay, make) for delay, make in parcels), key=_due)
        self._parcels.reverse()
        self._timer: Timer | None = None
        self._arm()

    def __len__(self) -> int:
        return len(self._parcels)

    def cancel(self) -> None:
        self._parcels.clear()
        if self._timer and self._timer.active():
            self._timer.cancel()
        self.done.resolve(None)

    def _arm(self) -> None:
        if not self._parcels:
            self.done.resolve(None)
            return
        wait = max(MIN_WAIT_S, self._parcels[-1][0] - self._clock.seconds())
        self._timer = self._clock.callLater(wait, self._send_due)

    def _send_due(self) -> None:
        now = self._clock.seconds()
        while self._parcels and self._parcels[-1][0] <= now:
            data = self._parcels.pop()[1]()
            if data is not None:
                self._send(data)
        self._arm()


def _same(data: bytes | None) -> bytes | None:
    return data


def _due(parcel: Parcel) -> float:
    return parcel[0]


class DiscoveryResponder(DatagramProtocol):
    """Answers Probe and Resolve, and sends Hello and Bye, for all cameras of a farm.

    A question that came by unicast is answered like one that came by multicast: one socket takes
    both and cannot tell them apart.
    """

    def __init__(
        self,
        targets: Collection[Announced],
        clock: Clock,
        generator: random.Random,
        interfaces: Sequence[str] = (LOOPBACK,),
        instance: int = 1,
        port: int = PORT,
    ) -> None:
        """Speak for ``targets``.

        Args:
            targets: the cameras; the collection may change while the farm runs.
            clock: scenario time and timers.
            generator: draws delays and message ids.
            interfaces: IPv4 addresses of the interfaces to join and to send multicasts on.
            instance: grows with every start of the farm, for example Unix seconds.
            port: UDP port that clients listen on for Hello and Bye, and that we listen on.
        """
        self._targets = targets
        self._clock = clock
        self._generator = generator
        self._interfaces = list(dict.fromkeys(interfaces))
        self._instance = instance
        self._port = port
        self._number = 0
        self._rates = PeerRates(QUESTIONS_PER_S, QUESTIONS_BURST)
        self._seen: OrderedDict[bytes, None] = OrderedDict()
        self._rounds: set[_Round] = set()

    def listen(self, reactor: Any) -> IListeningPort:
        """Open the socket beside those of other programs, and join the group.

        Raises:
            CannotListenError: if another program has the port for itself.
        """
        port: IListeningPort = reactor.listenMulticast(self._port, self, listenMultiple=True)
        return port

    def startProtocol(self) -> None:
        """Join the group on each interface; one whose interface is joined already is left out."""
        joined = []
        for address in self._interfaces:
            membership = socket.inet_aton(GROUP) + socket.inet_aton(address)
            try:
                self._option(socket.IP_ADD_MEMBERSHIP, membership)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    log.warn("no discovery on {address}: {error}", address=address, error=error)
                continue
            joined.append(address)
        self._interfaces = joined
        self._option(socket.IP_MULTICAST_LOOP, 1)

    def stopProtocol(self) -> None:
        """Forget what was still to be sent."""
        for unsent in tuple(self._rounds):
            unsent.cancel()

    def hello(self, targets: Collection[Announced] | None = None) -> None:
        """Announce cameras that came, or whose metadata changed; all of them if None."""
        self._announce(Kind.HELLO, self._targets if targets is None else targets)

    def bye(self, targets: Collection[Announced] | None = None) -> Later[None]:
        """Take cameras off the network; the result is there when all was sent."""
        return self._announce(Kind.BYE, self._targets if targets is None else targets).done

    def datagramReceived(self, datagram: bytes, addr: Any) -> None:
        """Answer a question; whatever else comes is dropped (WS-Discovery section 3.1)."""
        # Our own announcements come back by multicast: they cost one search, not a parser.
        if b"Probe" not in datagram and b"Resolve" not in datagram:
            return
        if not self._rates.allow(addr[0], self._clock.seconds()):
            return
        try:
            question = parse(datagram)
        except DiscoveryError as error:
            log.debug("from {peer}: {error!s}", peer=addr[0], error=error)
            return
        if question.kind in (Kind.PROBE, Kind.RESOLVE) and self._is_new(question.message_id):
            self._answer(question, addr)

    def _answer(self, question: Message, peer: Peer) -> None:
        asked = [target for target in self._targets if _is_asked(question, target)]
        pending = sum(map(len, self._rounds))
        if not asked:
            return
        if pending + len(asked) > MAX_PENDING:
            log.warn("{pending} answers wait; {peer} gets none", pending=pending, peer=peer[0])
            return
        kind = Kind.PROBE_MATCHES if question.kind is Kind.PROBE else Kind.RESOLVE_MATCHES
        delays = self._delays(len(asked), max(MAX_DELAY_S, len(asked) / ANSWERS_PER_S))
        parcels: list[Parcel] = [
            (delay, partial(self._message, kind, target, question))
            for delay, target in zip(delays, asked, strict=True)
        ]
        self._start(parcels, partial(self._send, peer=peer))

    def _announce(self, kind: Kind, targets: Collection[Announced]) -> _Round:
        window_s = max(MAX_DELAY_S, len(targets) / ANSWERS_PER_S)
        if kind is Kind.BYE:
            window_s = min(MAX_BYE_S, len(targets) / ANSWERS_PER_S)
        parcels: list[Parcel] = []
        for delay, target in zip(self._delays(len(targets), window_s), targets, strict=True):
            data = self._message(kind, target, None)
            wait = self._generator.uniform(*REPEAT_S)
            times = [delay + wait * (2**repeat - 1) for repeat in range(REPEATS + 1)]
            parcels += [(time, partial(_same, data)) for time in times]
        return self._start(parcels, self._multicast)

    def _delays(self, count: int, window_s: float) -> list[float]:
        """Return a delay each, evenly random over the window and yet never in a clump."""
        draw = self._generator.random
        delays = [(place + draw()) / count * window_s for place in range(count)]
        self._generator.shuffle(delays)
        return delays

    def _start(self, parcels: list[Parcel], send: Callable[[bytes], object]) -> _Round:
        started = _Round(self._clock, parcels, send)
        self._rounds.add(started)
        started.done.then(lambda _value, _error: self._rounds.discard(started))
        return started

    def _message(self, kind: Kind, target: Announced, question: Message | None) -> bytes | None:
        if not target.discoverable:
            return None
        self._number += 1
        drawn = uuid.UUID(int=self._generator.getrandbits(128), version=4)
        message = Message(
            kind=kind,
            message_id=f"urn:uuid:{drawn}",
            dialect=question.dialect if question else Dialect.APRIL_2005,
            relates_to=question.message_id if question else None,
            sequence=AppSequence(self._instance, self._number),
            targets=(_described(target, kind),),
        )
        return serialize(message)

    def _is_new(self, message_id: str) -> bool:
        key = hashlib.blake2b(message_id.encode(), digest_size=16).digest()
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > REMEMBERED_IDS:
            self._seen.popitem(last=False)
        return True

    def _multicast(self, data: bytes) -> None:
        for address in self._interfaces:
            self._option(socket.IP_MULTICAST_IF, socket.inet_aton(address))
            self._send(data, (GROUP, self._port))

    def _send(self, data: bytes, peer: Peer) -> None:
        transport: Any = self.transport
        if transport is None:
            return
        try:
            transport.write(data, peer)
        except OSError as error:
            log.debug("to {peer}: {error}", peer=peer[0], error=error)

    def _option(self, name: int, value: int | bytes) -> None:
        if self.transport is not None:
            self.transport.getHandle().setsockopt(socket.IPPROTO_IP, name, value)


def _is_asked(question: Message, target: Announced) -> bool:
    if not target.discoverable:
        return False
    if question.kind is Kind.RESOLVE:
        return question.targets[0].address.lower() == _address(target).lower()
    return matches(question, _described(target, Kind.PROBE_MATCHES))


def _described(target: Announced, kind: Kind) -> Target:
    if kind is Kind.BYE:
        return Target(_address(target))
    return Target(
        address=_address(target),
        types=tuple(target.types),
        scopes=tuple(target.scopes()),
        xaddrs=tuple(target.xaddrs()),
        metadata_version=target.metadata_version,
    )


def _address(target: Announced) -> str:
    return f"urn:uuid:{target.uuid}"
