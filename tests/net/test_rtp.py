"""RTP over real UDP sockets on this machine."""

import errno
import socket

import pytest
from aiortc.rtp import RtpPacket
from twisted.logger import globalLogPublisher

from simulator.net.rtp import PortError, UdpSender
from simulator.wire.rtp.packet import PacketBuffer


class Readers:
    def __init__(self):
        self.now = []

    def addReader(self, reader):
        self.now.append(reader)

    def removeReader(self, reader):
        self.now.remove(reader)


@pytest.fixture
def readers():
    return Readers()


@pytest.fixture
def client():
    """Return the client's two sockets."""
    pair = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
    for sock in pair:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(5)
    yield pair
    for sock in pair:
        sock.close()


@pytest.fixture
def open_sender(readers, client):
    senders = []

    def open_sender(on_rtcp=lambda packet: None, **options):
        ports = tuple(sock.getsockname()[1] for sock in client)
        sender = UdpSender(readers, "127.0.0.1", "127.0.0.1", ports, on_rtcp, **options)
        senders.append(sender)
        return sender

    yield open_sender
    for sender in senders:
        if sender.fileno() >= 0:
            sender.close()


PAYLOADS = [b"small", *[bytes([n]) * 1400 for n in range(100)], b"the rest" * 50, b"end"]


@pytest.mark.parametrize("offload", [True, False])
def test_a_frame_arrives_packet_by_packet_in_order(open_sender, client, offload):
    sender = open_sender(offload=offload)
    client[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    assert sender.send(PacketBuffer.build(PAYLOADS, 96), 65_500, 1234, 77)
    packets = [RtpPacket.parse(client[0].recv(65536)) for _ in PAYLOADS]
    assert [packet.payload for packet in packets] == PAYLOADS
    assert [packet.sequence_number for packet in packets] == [
        (65_500 + n) % 65_536 for n in range(len(PAYLOADS))
    ]
    assert {(packet.timestamp, packet.ssrc) for packet in packets} == {(1234, 77)}
    assert [packet.marker for packet in packets] == [0] * (len(PAYLOADS) - 1) + [1]


def test_ports_are_an_even_one_and_the_next_and_rtcp_goes_both_ways(open_sender, client, readers):
    got = []
    sender = open_sender(got.append)
    rtp_port, rtcp_port = sender.transport.server_port
    assert rtp_port % 2 == 0
    assert rtcp_port == rtp_port + 1
    sender.send_rtcp(b"report")
    data, address = client[1].recvfrom(100)
    assert (data, address[1]) == (b"report", rtcp_port)
    client[1].sendto(b"answer", ("127.0.0.1", rtcp_port))
    (reader,) = readers.now
    reader.doRead()
    assert got == [b"answer"]
    sender.close()
    assert readers.now == []


def test_rtcp_from_elsewhere_is_not_heard(open_sender, readers):
    got = []
    sender = open_sender(got.append)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"spoof", ("127.0.0.1", sender.transport.server_port[1]))
    sender.doRead()
    assert got == []


class RefusingSocket:
    """A socket whose way to the client cannot do segmentation offload."""

    def __init__(self, sock, error):
        self._sock = sock
        self._error = error

    def send(self, data):
        if len(data) > 1412:
            raise OSError(self._error, "no offload here")
        return self._sock.send(data)

    def __getattr__(self, name):
        return getattr(self._sock, name)


@pytest.mark.parametrize("error", [errno.EINVAL, errno.EIO, errno.EMSGSIZE])
def test_where_offload_is_refused_packets_go_one_by_one(open_sender, client, error):
    sender = open_sender()
    sender._send = RefusingSocket(sender._rtp, error).send
    buffer = PacketBuffer.build([b"a" * 1400, b"b" * 1400, b"c"], 96)
    for sequence in (10, 13):
        assert sender.send(buffer, sequence, 0, 0)
    numbers = [RtpPacket.parse(client[0].recv(2000)).sequence_number for _ in range(6)]
    assert numbers == [10, 11, 12, 13, 14, 15]


def test_a_client_that_is_gone_is_noticed(open_sender, client):
    sender = open_sender()
    buffer = PacketBuffer.build([b"a"], 96)
    for sock in client:
        sock.close()
    assert not sender.refused
    for _ in range(3):
        assert sender.send(buffer, 0, 0, 0)
    sender.send_rtcp(b"x")
    sender.send_rtcp(b"x")
    sender.doRead()
    assert sender.refused


def test_a_full_socket_loses_packets_and_nothing_else(open_sender):
    sender = open_sender()

    def full(data):
        raise BlockingIOError

    sender._send = full
    assert sender.send(PacketBuffer.build([b"a"], 96), 0, 0, 0)
    assert not sender.refused


def test_any_other_failure_is_only_logged(open_sender):
    sender = open_sender()
    lines = []
    globalLogPublisher.addObserver(lines.append)

    def unreachable(data):
        raise OSError(errno.ENETUNREACH, "unreachable")

    sender._send = unreachable
    try:
        assert sender.send(PacketBuffer.build([b"a"], 96), 0, 0, 0)
    finally:
        globalLogPublisher.removeObserver(lines.append)
    assert any(line["log_namespace"] == "camfarm.rtsp" for line in lines)


def test_an_address_that_is_not_ours_is_a_port_error(readers):
    with pytest.raises(PortError, match=r"192\.0\.2\.9"):
        UdpSender(readers, "192.0.2.1", "192.0.2.9", (5000, 5001), print)
    assert readers.now == []


def test_reading_may_close_the_sender(open_sender, client, readers):
    sender = open_sender(lambda packet: sender.close())
    for _ in range(3):
        client[1].sendto(b"bye", ("127.0.0.1", sender.transport.server_port[1]))
    sender.doRead()
    assert readers.now == []
