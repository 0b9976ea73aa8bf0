"""RTSP in virtual time: every answer through the whole protocol, on a transport in memory."""

import importlib.util
import itertools
import json
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from aiortc.rtp import RtcpByePacket, RtcpPacket, RtcpRrPacket, RtcpSrPacket, RtpPacket
from rtsp_client import Client
from square import SquarePainter, square_painter
from twisted.internet.address import IPv4Address
from twisted.internet.testing import StringTransport
from twisted.logger import globalLogPublisher

from simulator.clock import SimClock
from simulator.later import InlineWorkers
from simulator.net.rtsp import IDLE_S, LINGER_S, RtspFactory
from simulator.net.rtsp_server import RtspServer
from simulator.seeds import generator
from simulator.wire.rtp.rtcp import PictureLossIndication, ReceiverReport
from simulator.wire.rtsp.message import InterleavedFrame
from simulator.wire.rtsp.sdp import SessionDescription

spec = importlib.util.spec_from_file_location(
    "rtsp_camera", Path(__file__).with_name("rtsp_camera.py")
)
rtsp_camera = importlib.util.module_from_spec(spec)
spec.loader.exec_module(rtsp_camera)

BASE = "rtsp://192.0.2.1:554"
INTERLEAVED = "RTP/AVP/TCP;unicast;interleaved=0-1"


class Readers:
    def addReader(self, reader):
        pass

    def removeReader(self, reader):
        pass


class MemoryTransport(StringTransport):
    """A transport that has sent all as soon as time goes on, unless it is told to hold back."""

    clock = None
    held = False
    aborted = False

    def abortConnection(self):
        self.aborted = True
        self.disconnecting = True
        self.clock.callLater(0.0, self.protocol.connectionLost)

    def registerProducer(self, producer, streaming):
        super().registerProducer(producer, streaming)
        producer.resumeProducing()  # as Twisted's transports do
        self.clock.callLater(0.0, self.drain)

    def drain(self):
        if self.producer is not None and not self.held:
            self.producer.resumeProducing()


class Server:
    """A camera's RTSP side, with as many connections as a test wants."""

    def __init__(self, directory, rendering="live", **options):
        self.clock = SimClock(100.0)
        self.camera = rtsp_camera.RtspCamera(
            self.clock,
            InlineWorkers(),
            SquarePainter(),
            square_painter,
            directory,
            rendering=rendering,
        )
        self.rtsp = RtspServer(self.camera, generator(1, "rtsp"), **{"max_sessions": 3, **options})
        self.factory = RtspFactory(self.rtsp, Readers())

    def connect(self, port=40000, **credentials):
        """Return a client and its transport."""
        peer = IPv4Address("TCP", "127.0.0.1", port)
        transport = MemoryTransport(IPv4Address("TCP", "127.0.0.1", 554), peer)
        protocol = self.factory.buildProtocol(peer)
        transport.clock, transport.protocol = self.clock, protocol
        protocol.makeConnection(transport)

        def receive():
            data = transport.value()
            transport.clear()
            return data

        client = Client(protocol.dataReceived, receive, BASE, **credentials)
        client.protocol = protocol
        return client, transport


@pytest.fixture
def server(tmp_path):
    return Server(tmp_path)


@pytest.fixture
def client(server):
    return server.connect()[0]


@pytest.fixture
def log():
    lines = []

    def observe(event):
        lines.append(event["log_format"].format(**event))

    globalLogPublisher.addObserver(observe)
    yield lines
    globalLogPublisher.removeObserver(observe)


def received(client, transport):
    """Return what came interleaved: RTP packets and RTCP packets."""
    client.data += transport.value()
    transport.clear()
    client.take_frames()
    frames, client.frames = client.frames, []
    rtp = [RtpPacket.parse(payload) for channel, payload in frames if channel % 2 == 0]
    rtcp = [p for channel, payload in frames if channel % 2 for p in RtcpPacket.parse(payload)]
    return rtp, rtcp


def test_options_needs_no_login_and_lists_what_there_is(client):
    reply = client.once("OPTIONS")
    assert reply.status == 200
    methods = [
        "DESCRIBE",
        "GET_PARAMETER",
        "OPTIONS",
        "PAUSE",
        "PLAY",
        "SETUP",
        "SET_PARAMETER",
        "TEARDOWN",
    ]
    assert sorted(reply["Public"].split(", ")) == methods
    assert client.once("OPTIONS", "/profile_main").status == 200


def test_the_date_is_the_cameras_own(client, server):
    server.camera.clock.offset_s = 3600.0
    date = parsedate_to_datetime(client.once("OPTIONS")["Date"])
    assert date.timestamp() == rtsp_camera.START_UTC + 100 + 3600


@pytest.mark.parametrize("method", ["DESCRIBE", "SETUP", "PLAY", "GET_PARAMETER", "TEARDOWN"])
def test_everything_else_needs_a_login(client, method):
    reply = client.once(method, "/profile_main")
    assert reply.status == 401
    assert [c.split()[0] for c in reply.all("WWW-Authenticate")] == ["Digest", "Digest"]


def test_a_wrong_password_is_refused_and_logged(server, log):
    client, _ = server.connect(password="guess")
    assert client.ask("DESCRIBE", "/profile_main").status == 401
    assert any("cam-001 127.0.0.1:40000: login refused" in line for line in log)


@pytest.mark.parametrize(("username", "status"), [("nobody", 403), ("viewer", 200)])
def test_only_who_may_read_media_sees_streams(server, username, status):
    client, _ = server.connect(username=username)
    assert client.ask("DESCRIBE", "/profile_main").status == status


def test_describe_tells_all_about_a_stream(client):
    reply = client.ask("DESCRIBE", "/profile_main", {"Accept": "application/sdp"})
    assert reply["Content-Type"] == "application/sdp"
    assert reply["Content-Base"] == f"{BASE}/profile_main/"
    session = SessionDescription.parse(reply.body)
    (video,) = session.media
    assert session.origin.address == "127.0.0.1"
    assert video.control == f"{BASE}/profile_main/video"
    assert video.rtpmap(96) == ("H264", 90000, 1)
    parameters = video.format_parameters(96)
    assert parameters["packetization-mode"] == "1"
    assert parameters["profile-level-id"].startswith("4D")
    assert video.attribute("recvonly") == ""


def test_a_jpeg_stream_has_its_static_payload_type(client):
    (video,) = SessionDescription.parse(client.ask("DESCRIBE", "/profile_sub").body).media
    assert video.formats == ("26",)
    assert video.attribute("fmtp") is None


@pytest.mark.parametrize("path", ["/profile_main/", "/profile_main?x=1"])
def test_urls_may_end_with_a_slash_or_a_query(client, path):
    assert client.ask("DESCRIBE", path).status == 200


@pytest.mark.parametrize(
    ("status", "method", "path", "headers"),
    [
        (400, "OPTIONS", "", {"CSeq": None}),
        (404, "DESCRIBE", "/nothing", {}),
        (404, "DESCRIBE", "", {}),
        (404, "SETUP", "/profile_main/audio", {"Transport": INTERLEAVED}),
        (406, "DESCRIBE", "/profile_main", {"Accept": "text/plain"}),
        (400, "SETUP", "/profile_main/video", {}),
        (400, "SETUP", "/profile_main/video", {"Transport": "RTP/AVP;client_port=x"}),
        (459, "SETUP", "/profile_main", {"Transport": INTERLEAVED}),
        (461, "SETUP", "/profile_main/video", {"Transport": "RTP/AVP;multicast;port=5000-5001"}),
        (461, "SETUP", "/profile_main/video", {"Transport": "RTP/AVP;unicast"}),
        (461, "SETUP", "/profile_main/video", {"Transport": "RAW/RAW/UDP;unicast"}),
        (461, "SETUP", "/profile_main/video", {"Transport": f"{INTERLEAVED};mode=RECORD"}),
        (461, "SETUP", "/profile_main/video", {"Transport": "RTP/SAVP;unicast;client_port=2-3"}),
        (454, "SETUP", "/profile_main/video", {"Transport": INTERLEAVED, "Session": "0123"}),
        (454, "PLAY", "/profile_main", {}),
        (454, "PLAY", "/profile_main", {"Session": "0123456789ABCDEF"}),
        (454, "TEARDOWN", "/profile_main", {"Session": "0123456789ABCDEF"}),
        (454, "GET_PARAMETER", "/profile_main", {"Session": "0123456789ABCDEF"}),
        (501, "RECORD", "/profile_main", {}),
        (501, "ANNOUNCE", "/profile_main", {}),
        (501, "describe", "/profile_main", {}),
        (551, "DESCRIBE", "/profile_main", {"Require": "www.onvif.org/ver20/backchannel"}),
    ],
)
def test_a_refusal_has_the_status_of_its_reason(client, status, method, path, headers):
    assert client.ask(method, path, headers).status == status


def test_refusals_say_what_would_be_possible(client):
    reply = client.ask("DESCRIBE", "/profile_main", {"Require": "onvif-replay"})
    assert reply.all("Unsupported") == ["onvif-replay"]
    assert "PLAY" in client.ask("RECORD", "/profile_main")["Allow"]


def test_another_version_is_505(client):
    assert client.once("OPTIONS", version="RTSP/2.0").status == 505


@pytest.mark.parametrize("url", ["http://192.0.2.1/profile_main", "rtsp:///profile_main", "*"])
def test_a_url_that_is_not_absolute_rtsp_is_a_bad_request(client, url):
    client.base = url
    assert client.ask("DESCRIBE").status == 400


def test_setup_takes_the_first_transport_that_it_can_do(client):
    offers = f"RTP/AVP;multicast,RAW/RAW/UDP,RTP/AVP/TCP;unicast;interleaved=4-5,{INTERLEAVED}"
    reply = client.ask("SETUP", "/profile_main/video", {"Transport": offers})
    fields = reply["Transport"].split(";")
    assert fields[:3] == ["RTP/AVP/TCP", "unicast", "interleaved=4-5"]
    assert fields[3].startswith("ssrc=")
    assert reply["Session"].endswith(";timeout=60")


def test_two_streams_on_one_connection_get_channels_of_their_own(client):
    replies = [
        client.ask("SETUP", f"/{profile}/video", {"Transport": INTERLEAVED})
        for profile in ("profile_main", "profile_sub")
    ]
    assert ["interleaved=0-1" in reply["Transport"] for reply in replies] == [True, False]
    assert "interleaved=2-3" in replies[1]["Transport"]
    assert replies[0].session != replies[1].session


def test_a_session_is_of_one_profile(client):
    setup = client.ask("SETUP", "/profile_main/video", {"Transport": INTERLEAVED})
    session = {"Session": setup.session}
    other = client.ask("SETUP", "/profile_sub/video", {"Transport": INTERLEAVED, **session})
    assert other.status == 459
    assert client.ask("PLAY", "/profile_sub", session).status == 459
    assert client.ask("PLAY", "/profile_main/video", session).status == 200


def test_a_method_at_the_wrong_time_is_455_with_the_methods_of_the_state(client):
    setup, _ = client.play("profile_main", INTERLEAVED)
    again = {"Transport": INTERLEAVED, "Session": setup.session}
    reply = client.ask("SETUP", "/profile_main/video", again)
    assert reply.status == 455
    assert "PAUSE" in reply["Allow"].split(", ")
    assert "SETUP" not in reply["Allow"].split(", ")


def test_beyond_the_limit_there_is_not_enough_bandwidth(server):
    clients = [server.connect(port)[0] for port in range(4)]
    statuses = [
        c.ask("SETUP", "/profile_main/video", {"Transport": INTERLEAVED}).status for c in clients
    ]
    assert statuses == [200, 200, 200, 453]


def test_every_clock_that_play_names_agrees_with_packets_and_reports(server):
    client, transport = server.connect()
    server.camera.clock.offset_s = -7.25
    server.clock.advance(0.033)
    _, play = client.play("profile_main", INTERLEAVED)
    server.clock.advance(0.5)
    rtp, rtcp = received(client, transport)
    info = dict(part.split("=", 1) for part in play["RTP-Info"].split(";"))
    assert info["url"] == f"{BASE}/profile_main/video"
    assert rtp[0].sequence_number == int(info["seq"])
    assert rtp[0].timestamp == int(info["rtptime"])
    report = next(packet for packet in rtcp if isinstance(packet, RtcpSrPacket))
    since_start = (report.sender_info.rtp_timestamp - int(info["rtptime"])) % 2**32
    since_start -= 2**32 if since_start > 2**31 else 0
    utc = report.sender_info.ntp_timestamp / 2**32 - 2_208_988_800
    assert play["Range"] == "clock=20260921T141452.850Z-"
    start_utc = 1_790_000_000 + 100.1 - 7.25
    assert utc - since_start / 90000 == pytest.approx(start_utc, abs=1e-5)


def test_reports_come_at_play_and_at_least_every_five_seconds_and_count_right(server):
    client, transport = server.connect()
    client.play("profile_main", INTERLEAVED)
    packets = octets = 0
    reports = []
    for _ in range(220):
        server.clock.advance(0.1)
        rtp, rtcp = received(client, transport)
        packets += len(rtp)
        octets += sum(len(packet.payload) for packet in rtp)
        for report in rtcp:
            if isinstance(report, RtcpSrPacket):
                reports.append((server.clock.seconds(), report))
                counted = report.sender_info.packet_count, report.sender_info.octet_count
                assert counted == (packets, octets) or len(reports) == 1
    times = [at for at, _ in reports]
    assert times[0] == pytest.approx(100.1)
    assert len(times) >= 5
    assert max(b - a for a, b in itertools.pairwise(times)) <= 5.0
    assert len({report.ssrc for _, report in reports}) == 1


def test_sequence_numbers_and_timestamps_go_on_across_pause_and_play(server):
    client, transport = server.connect()
    setup, _ = client.play("profile_main", INTERLEAVED)
    session = {"Session": setup.session}
    server.clock.advance(1.05)
    before, _ = received(client, transport)
    assert client.ask("PAUSE", "/profile_main", session).status == 200
    server.clock.advance(3.0)
    assert received(client, transport)[0] == []
    assert not server.camera.streams.by_profile("profile_main").watched
    client.ask("PLAY", "/profile_main", session)
    server.clock.advance(1.0)
    after, _ = received(client, transport)
    numbers = [packet.sequence_number for packet in before + after]
    assert numbers == [(numbers[0] + n) % 2**16 for n in range(len(numbers))]
    elapsed = (after[0].timestamp - before[0].timestamp) % 2**32
    assert elapsed % 9000 == 0
    assert elapsed >= 4.0 * 90000
    assert after[0].payload[0] & 0x1F == 24  # STAP-A: parameter sets, so a key frame


def test_play_of_a_playing_session_changes_nothing(server):
    client, transport = server.connect()
    setup, play = client.play("profile_main", INTERLEAVED)
    server.clock.advance(0.5)
    again = client.ask("PLAY", "/profile_main", {"Session": setup.session})
    assert (again["Range"], again["RTP-Info"]) == (play["Range"], play["RTP-Info"])
    server.clock.advance(0.5)
    timestamps = {packet.timestamp for packet in received(client, transport)[0]}
    assert len(timestamps) == 10


@pytest.mark.parametrize("unit", ["smpte=0:10:00-", "npt=x-", "soon"])
def test_a_range_that_cannot_be_read_is_refused(client, unit):
    setup = client.ask("SETUP", "/profile_main/video", {"Transport": INTERLEAVED})
    reply = client.ask("PLAY", "/profile_main", {"Session": setup.session, "Range": unit})
    assert reply.status in (400, 457)


def test_teardown_says_goodbye_and_stops(server):
    client, transport = server.connect()
    setup, _ = client.play("profile_main", INTERLEAVED)
    server.clock.advance(0.55)
    received(client, transport)
    reply = client.ask("TEARDOWN", "/profile_main", {"Session": setup.session})
    assert reply.status == 200
    _, rtcp = received(client, transport)
    assert any(isinstance(packet, RtcpByePacket) for packet in rtcp)
    server.clock.advance(1.0)
    assert received(client, transport) == ([], [])
    assert not transport.disconnecting
    assert client.ask("PLAY", "/profile_main", {"Session": setup.session}).status == 454


@pytest.mark.parametrize("method", ["OPTIONS", "GET_PARAMETER", "SET_PARAMETER", "PLAY"])
def test_any_request_keeps_a_session_alive(server, method):
    client, transport = server.connect()
    setup, _ = client.play("profile_main", INTERLEAVED)
    for _ in range(4):
        server.clock.advance(45.0)
        reply = client.ask(method, "/profile_main", {"Session": setup.session})
        assert reply.status == 200
    assert not transport.disconnecting


def test_parameters_with_a_body_are_pings_too(client):
    setup = client.ask("SETUP", "/profile_main/video", {"Transport": INTERLEAVED})
    fields = {"Session": setup.session, "Content-Type": "text/parameters"}
    reply = client.ask("SET_PARAMETER", "/profile_main", fields, body=b"ping: 1\r\n")
    assert (reply.status, reply.session) == (200, setup.session)


def test_receiver_reports_keep_a_session_alive(server):
    client, transport = server.connect()
    client.play("profile_main", INTERLEAVED)
    for _ in range(4):
        server.clock.advance(45.0)
        report = ReceiverReport(ssrc=1).serialize()
        client.send(InterleavedFrame(1, report).serialize())
    assert not transport.disconnecting
    assert len(RtcpPacket.parse(bytes(RtcpRrPacket(ssrc=1)))) == 1


def test_without_a_sign_of_life_a_session_ends_with_its_connection(server):
    client, transport = server.connect()
    client.play("profile_main", INTERLEAVED)
    server.clock.advance(59.0)
    assert not transport.disconnecting
    server.clock.advance(2.0)
    assert transport.disconnecting
    assert not server.camera.streams.by_profile("profile_main").watched
    assert any(isinstance(packet, RtcpByePacket) for packet in received(client, transport)[1])


def test_rubbish_instead_of_rtcp_is_no_sign_of_life(server):
    client, transport = server.connect()
    client.play("profile_main", INTERLEAVED)
    for _ in range(7):
        server.clock.advance(9.0)
        client.send(InterleavedFrame(1, b"rubbish").serialize())
    assert transport.disconnecting


def test_a_picture_loss_indication_brings_a_key_frame(server):
    client, transport = server.connect()
    client.play("profile_main", INTERLEAVED)
    server.clock.advance(0.55)
    received(client, transport)
    pli = PictureLossIndication(sender_ssrc=1, media_ssrc=2).serialize()
    client.send(InterleavedFrame(1, pli).serialize())
    server.clock.advance(0.1)
    (first, *_), _ = received(client, transport)
    assert first.payload[0] & 0x1F == 24


def test_a_blocked_client_loses_whole_frames_up_to_a_key_frame_and_no_number(server):
    client, transport = server.connect()
    client.play("profile_main", INTERLEAVED)
    server.clock.advance(0.55)
    transport.held = True
    server.clock.advance(1.0)
    transport.held = False
    transport.drain()
    server.clock.advance(2.0)
    rtp, _ = received(client, transport)
    numbers = [packet.sequence_number for packet in rtp]
    assert numbers == [(numbers[0] + n) % 2**16 for n in range(len(numbers))]
    times = sorted({(packet.timestamp - rtp[0].timestamp) % 2**32 for packet in rtp})
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert sorted(gaps)[-2:] != [9000, 9000]
    (after,) = [times[i + 1] for i, gap in enumerate(gaps) if gap > 9000]
    resumed = next(p for p in rtp if (p.timestamp - rtp[0].timestamp) % 2**32 == after)
    assert resumed.payload[0] & 0x1F == 24


def test_answers_queue_behind_a_blocked_frame_in_order(server):
    client, transport = server.connect()
    setup, _ = client.play("profile_main", INTERLEAVED)
    transport.held = True
    server.clock.advance(0.3)
    client.data += transport.value()
    transport.clear()
    reply = client.ask("GET_PARAMETER", "/profile_main", {"Session": setup.session})
    assert reply.status == 200


def test_a_client_that_asks_but_never_reads_is_cut_off(server):
    client, transport = server.connect()
    client.play("profile_main", INTERLEAVED)
    transport.held = True
    server.clock.advance(0.2)
    request = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"
    for _ in range(400):
        server.clock.advance(1.0)
        client.send(request * 10)
        if transport.aborted:
            break
    assert transport.aborted


def test_when_the_connection_is_lost_an_interleaved_session_ends(server):
    client, _transport = server.connect()
    client.play("profile_main", INTERLEAVED)
    client.protocol.connectionLost()
    assert not server.camera.streams.by_profile("profile_main").watched
    server.clock.advance(100.0)


def test_a_change_of_encoding_ends_the_sessions(server):
    client, transport = server.connect()
    client.play("profile_main", INTERLEAVED)
    server.camera.streams.reconfigure("encoder_main", rtsp_camera.FORMS["sub"])
    assert transport.disconnecting


def test_closing_the_camera_ends_everything(server):
    (client, playing), (_, idle) = server.connect(), server.connect()
    client.play("profile_main", INTERLEAVED)
    server.factory.close()
    assert playing.disconnecting
    assert idle.disconnecting
    assert not server.camera.streams.by_profile("profile_main").watched


def test_a_connection_that_says_nothing_is_closed(server):
    _, transport = server.connect()
    server.clock.advance(IDLE_S - 1)
    assert not transport.disconnecting
    server.clock.advance(2)
    assert transport.disconnecting


def test_a_request_that_trickles_in_does_not_hold_the_connection(server):
    client, transport = server.connect()
    for _ in range(int(IDLE_S) + 2):
        client.send(b"x")
        server.clock.advance(1.0)
    assert transport.disconnecting


def test_a_closed_connection_has_a_while_to_fetch_its_answer(server):
    client, transport = server.connect()
    client.send(b"\x00\x01\x02")
    assert transport.disconnecting
    assert not transport.aborted
    server.clock.advance(LINGER_S + 1)
    assert transport.aborted


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"DESCRIBE rtsp://x/ RTSP/1.0\r\nCSeq: 7\r\nX: " + b"a" * 100_000, 400),
        (b"SET_PARAMETER rtsp://x/ RTSP/1.0\r\nCSeq: 7\r\nContent-Length: 99999999\r\n\r\n", 413),
        (b"OPTIONS * RTSP/1.0\r\nCSeq 7\r\n\r\n", 400),
    ],
)
def test_bytes_that_are_not_rtsp_are_answered_logged_and_closed(server, log, data, status):
    client, transport = server.connect(41234)
    client.send(data)
    assert client.reply().status == status
    assert transport.disconnecting
    assert any(line.startswith(f"cam-001 127.0.0.1:41234: {status}: ") for line in log)
    client.send(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert transport.value() == b""


def test_a_flood_of_requests_is_cut_off_and_harms_nobody_else(server, log):
    other, other_transport = server.connect(1)
    other.play("profile_main", INTERLEAVED)
    client, transport = server.connect(2)
    client.send(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n" * 500)
    assert transport.disconnecting
    assert transport.value().count(b" 200 OK") == 60
    assert b" 503 Service Unavailable" in transport.value()
    assert any("127.0.0.1:2: 503" in line for line in log)
    server.clock.advance(1.0)
    assert len({packet.timestamp for packet in received(other, other_transport)[0]}) == 10


def test_a_flood_of_interleaved_frames_is_cut_off(server):
    client, transport = server.connect()
    client.play("profile_main", INTERLEAVED)
    client.send(b"$\x01\x00\x00" * 4000)
    assert transport.disconnecting


def test_a_flood_of_connections_drops_the_oldest_that_has_no_session(server, log):
    client, playing = server.connect(1)
    client.play("profile_main", INTERLEAVED)
    transports = []
    for port in range(2, 102):
        late, transport = server.connect(port)
        transports.append(transport)
    most = 2 * 3 + 16
    assert not playing.disconnecting
    assert sum(transport.aborted for transport in transports) == 100 - most + 1
    assert transports[0].aborted
    assert late.once("OPTIONS").status == 200
    assert any("dropped" in line for line in log)


def test_the_log_never_shows_a_password(server, log):
    client, _ = server.connect()
    client.base = BASE.replace("rtsp://", "rtsp://admin:camfarm@")
    client.ask("DESCRIBE", "/nothing")
    client.ask("PLAY", "/profile_main")
    assert "camfarm@" not in json.dumps(log)
