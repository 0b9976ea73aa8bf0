"""The sockets of one stream: packets go from the kernel to the accounts without a copy."""

import socket

from bench.reception import Reception
from simulator.wire.rtp.rtcp import SenderReport, parse_compound
from simulator.wire.rtsp.message import Response, parse_head

_SO_RCVBUFFORCE = 33  # asm-generic/socket.h; root may go beyond net.core.rmem_max
_RECEIVE_BUFFER = 4 << 20
_TCP_BUFFER = 1 << 20
_MAX_DATAGRAM = 65_536
_DOLLAR = ord("$")


class UdpReader:
    """The two sockets of one stream over UDP."""

    def __init__(self, reception: Reception) -> None:
        """Open a pair of ports."""
        self.reception = reception
        self.rtp, self.rtcp = _open_pair()
        self._buffer = bytearray(_MAX_DATAGRAM)

    @property
    def ports(self) -> tuple[int, int]:
        """The ports for RTP and RTCP."""
        return self.rtp.getsockname()[1], self.rtcp.getsockname()[1]

    def read_rtp(self) -> None:
        """Take packets up to the end of a frame; what is left shows at the next poll."""
        receive, buffer, account = self.rtp.recv_into, self._buffer, self.reception.packet
        try:
            while not account(buffer, 0, receive(buffer)):
                pass
        except BlockingIOError:
            pass

    def read_rtcp(self) -> None:
        """Count sender reports."""
        self.reception.reports += _sender_reports(self.rtcp.recv(_MAX_DATAGRAM))

    def close(self) -> None:
        """Close both sockets."""
        self.rtp.close()
        self.rtcp.close()


class InterleavedReader:
    """Media and answers on one RTSP connection, read in place."""

    def __init__(self, connection: socket.socket, reception: Reception) -> None:
        """Read ``connection`` from a message boundary on."""
        self.reception = reception
        self._socket = connection
        self._buffer = bytearray(_TCP_BUFFER)
        self._view = memoryview(self._buffer)
        self._filled = 0

    def read(self) -> None:
        """Take what has come; ConnectionError if the server hung up or refused."""
        try:
            count = self._socket.recv_into(self._view[self._filled :])
        except BlockingIOError:
            return
        if not count:
            raise ConnectionError("the server hung up")
        self._account(self._filled + count)

    def _account(self, end: int) -> None:
        """Account for the first ``end`` bytes of the buffer, and keep what is incomplete."""
        buffer, at = self._buffer, 0
        account = self.reception.packet
        while end - at >= 4:
            if buffer[at] != _DOLLAR:
                after = self._message(at, end)
            else:
                after = at + 4 + (buffer[at + 2] << 8 | buffer[at + 3])
                if after <= end:
                    if buffer[at + 1] & 1:
                        self.reception.reports += _sender_reports(bytes(buffer[at + 4 : after]))
                    else:
                        account(buffer, at + 4, after - at - 4)
            if not at < after <= end:
                break
            at = after
        buffer[: end - at] = buffer[at:end]
        self._filled = end - at

    def _message(self, at: int, end: int) -> int:
        """Return where the answer at ``at`` ends, or ``at`` if it is not whole."""
        head = self._buffer.find(b"\r\n\r\n", at, end)
        if head < 0:
            return at
        answer = parse_head(bytes(self._buffer[at:head]))
        if isinstance(answer, Response) and answer.status != 200:
            raise ConnectionError(f"{answer.status} {answer.reason}")
        return head + 4 + int(answer.headers.get("Content-Length") or 0)


class ControlReader:
    """The RTSP connection of a stream whose media comes by UDP."""

    def __init__(self, connection: socket.socket) -> None:
        """Read ``connection``, and mind only its end."""
        self._socket = connection

    def read(self) -> None:
        """Take answers; ConnectionError if the server hung up or refused."""
        data = self._socket.recv(_MAX_DATAGRAM)
        if not data:
            raise ConnectionError("the server hung up")
        if data.startswith(b"RTSP/") and not data.startswith(b"RTSP/1.0 200"):
            raise ConnectionError(data.partition(b"\r\n")[0].decode(errors="replace"))


def _sender_reports(packet: bytes) -> int:
    return sum(isinstance(part, SenderReport) for part in parse_compound(packet))


def _open_pair() -> tuple[socket.socket, socket.socket]:
    """Return non-blocking sockets on an even port and the next."""
    while True:
        rtp, rtcp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        rtp.bind(("", 0))
        port = rtp.getsockname()[1]
        try:
            if port % 2 == 0:
                rtcp.bind(("", port + 1))
                enlarge(rtp)
                rtp.setblocking(False)
                rtcp.setblocking(False)
                return rtp, rtcp
        except OSError:
            pass  # the next port is taken: try another pair
        rtp.close()
        rtcp.close()


def enlarge(receiver: socket.socket) -> None:
    """Give a socket room for all that comes while we are busy."""
    try:
        receiver.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_BUFFER)
    except OSError:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
