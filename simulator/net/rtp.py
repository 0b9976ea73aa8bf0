"""RTP to one client: over UDP by segmentation offload, or interleaved in its RTSP connection."""

import errno
import socket
from collections.abc import Callable
from typing import Any, Protocol

from twisted.internet.interfaces import IReadDescriptor
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from simulator.errors import SimulatorError
from simulator.net.interleaved import InterleavedWriter
from simulator.wire.rtp.packet import MAX_PAYLOAD, PacketBuffer
from simulator.wire.rtsp.headers import Transport
from simulator.wire.rtsp.message import InterleavedFrame

SEGMENT_SIZE = 12 + MAX_PAYLOAD
"""Bytes of a full RTP packet, the unit of segmentation offload."""

_UDP_SEGMENT = 103  # linux/udp.h; Python's socket module has no name for it
_SEND_BUFFER = 1 << 20
_PAIR_ATTEMPTS = 50
_RTCP_BATCH = 16
_MAX_DATAGRAM = 65_535

_log = Logger(namespace="camfarm.rtsp")


class PortError(SimulatorError):
    """No pair of ports could be had for a stream."""


class Readers(Protocol):
    """The part of Twisted's ``IReactorFDSet`` that is needed here."""

    def addReader(self, reader: Any) -> object:
        """Call ``reader.doRead`` whenever its descriptor has something."""

    def removeReader(self, reader: Any) -> object:
        """Watch it no more."""


class RtpSender(Protocol):
    """Carries one stream to one client."""

    @property
    def transport(self) -> Transport:
        """What the answer to SETUP says of it, without SSRC."""

    @property
    def refused(self) -> bool:
        """Whether the client's host said that nobody listens."""

    def send(self, packets: PacketBuffer, sequence: int, timestamp: int, ssrc: int) -> bool:
        """Send one access unit; False if it was left out, so that a key frame must come next."""

    def send_rtcp(self, packet: bytes) -> None:
        """Send one compound RTCP packet."""

    def close(self) -> None:
        """Send nothing more."""


class InterleavedSender:
    """RTP in the RTSP connection (RFC 2326 section 10.12)."""

    refused = False

    def __init__(self, writer: InterleavedWriter, channels: tuple[int, int]) -> None:
        """Send on a pair of channels, for RTP and RTCP."""
        self._writer = writer
        self._channel, self._rtcp_channel = channels
        self.transport = Transport("TCP", interleaved=channels)

    def send(self, packets: PacketBuffer, sequence: int, timestamp: int, ssrc: int) -> bool:
        """Send one access unit, whole or not at all."""
        writer = self._writer
        if writer.blocked:
            return False
        writer.write(packets.interleaved(sequence, timestamp, ssrc, self._channel))
        return True

    def send_rtcp(self, packet: bytes) -> None:
        """Send one compound RTCP packet, behind what is queued if the connection is blocked."""
        self._writer.write(InterleavedFrame(self._rtcp_channel, packet).serialize())

    def close(self) -> None:
        """Do nothing: the connection is its owner's."""


@implementer(IReadDescriptor)
class UdpSender:
    """RTP and RTCP on a pair of connected sockets of its own.

    A run of equal packets is one send; where the kernel has no segmentation offload, or refuses it
    on the way to this client, each packet is one.
    """

    def __init__(
        self,
        reactor: Readers,
        local_host: str,
        peer_host: str,
        client_ports: tuple[int, int],
        on_rtcp: Callable[[bytes], object],
        *,
        offload: bool = True,
    ) -> None:
        """Open the sockets.

        Args:
            reactor: watches for RTCP of the client.
            local_host: the address that the client reached the server at.
            peer_host: the client's address.
            client_ports: its ports for RTP and RTCP.
            on_rtcp: takes each RTCP packet of the client.
            offload: whether to let the kernel cut runs into packets (a capture on the sending host
                then shows the runs).

        Raises:
            PortError: if there is no free pair of ports, or no way to the client.
        """
        self._rtp, self._rtcp = _open_pair(local_host, peer_host, client_ports)
        self._send = self._rtp.send
        self._offload = offload and _set_offload(self._rtp, SEGMENT_SIZE)
        self._on_rtcp = on_rtcp
        self._reactor = reactor
        self.refused = False
        self.transport = Transport(
            "UDP",
            client_port=client_ports,
            server_port=(self._rtp.getsockname()[1], self._rtcp.getsockname()[1]),
        )
        reactor.addReader(self)

    def send(self, packets: PacketBuffer, sequence: int, timestamp: int, ssrc: int) -> bool:
        """Send one access unit; what the kernel does not take is lost, as UDP may be."""
        try:
            if self._offload:
                for run, _size, _count in packets.rtp_runs(sequence, timestamp, ssrc):
                    self._send(run)
            else:
                for packet in packets.packets(sequence, timestamp, ssrc):
                    self._send(packet)
        except BlockingIOError:
            pass
        except ConnectionRefusedError:
            self.refused = True
        except OSError as error:
            if self._offload and error.errno in (errno.EINVAL, errno.EIO, errno.EMSGSIZE):
                _set_offload(self._rtp, 0)
                self._offload = False
                return self.send(packets, sequence, timestamp, ssrc)
            _log.debug("RTP to {peer}: {error}", peer=self.transport, error=error)
        return True

    def send_rtcp(self, packet: bytes) -> None:
        """Send one compound RTCP packet."""
        try:
            self._rtcp.send(packet)
        except OSError as error:
            _log.debug("RTCP to {peer}: {error}", peer=self.transport, error=error)

    def close(self) -> None:
        """Close both sockets."""
        self._reactor.removeReader(self)
        self._rtp.close()
        self._rtcp.close()

    def fileno(self) -> int:
        """Return the descriptor of the RTCP socket."""
        return self._rtcp.fileno()

    def doRead(self) -> None:
        """Take what RTCP has come, a few packets at a time."""
        for _ in range(_RTCP_BATCH):
            try:
                packet = self._rtcp.recv(_MAX_DATAGRAM)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error that an earlier send caused
            self._on_rtcp(packet)
            if self._rtcp.fileno() < 0:
                return

    def connectionLost(self, reason: Failure) -> None:
        """Learn that the reactor gave the socket up."""

    def logPrefix(self) -> str:
        """Return the name of this reader in Twisted's log."""
        return "rtcp"


def _set_offload(sock: socket.socket, segment_size: int) -> bool:
    try:
        sock.setsockopt(socket.IPPROTO_UDP, _UDP_SEGMENT, segment_size)
    except OSError:
        return False
    return True


def _open_pair(
    local_host: str, peer_host: str, client_ports: tuple[int, int]
) -> tuple[socket.socket, socket.socket]:
    """Return connected sockets on an even port and the next (RFC 3550 section 11)."""
    try:
        for _ in range(_PAIR_ATTEMPTS):
            pair = _bound_pair(local_host)
            if pair is not None:
                return _connected(*pair, peer_host, client_ports)
    except OSError as error:
        raise PortError(f"no UDP way to {peer_host}: {error.strerror}") from error
    raise PortError(f"no free pair of UDP ports on {local_host}")


def _bound_pair(host: str) -> tuple[socket.socket, socket.socket] | None:
    """Return sockets on a free even port and the next; None if chance offered no such pair."""
    rtp = _bound(host, 0)
    port = rtp.getsockname()[1]
    try:
        if port % 2 == 0:
            return rtp, _bound(host, port + 1)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            rtp.close()
            raise
    rtp.close()
    return None


def _connected(
    rtp: socket.socket, rtcp: socket.socket, peer_host: str, client_ports: tuple[int, int]
) -> tuple[socket.socket, socket.socket]:
    try:
        for sock, port in zip((rtp, rtcp), client_ports, strict=True):
            sock.connect((peer_host, port))
        rtp.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    except OSError:
        rtp.close()
        rtcp.close()
        raise
    return rtp, rtcp


def _bound(host: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock
