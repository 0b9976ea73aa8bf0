"""Real clients on a real listener in a process of its own."""

import contextlib
import itertools
import json
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import av
import numpy as np
import pytest
from aiortc.codecs.h264 import H264PayloadDescriptor
from aiortc.rtp import RtcpByePacket, RtcpPacket, RtcpSrPacket, RtpPacket
from rtsp_client import connect
from square import square_left


class Program:
    """The camera of rtsp_camera.py in its own process."""

    def __init__(self, directory):
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("rtsp_camera.py")), str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.port = json.loads(self.process.stdout.readline())["port"]
        self.log = []
        self.reader = threading.Thread(target=self._read_log)
        self.reader.start()

    def _read_log(self):
        self.log.extend(self.process.stderr)

    def tell(self, **settings):
        """Change the camera and return what it says of itself."""
        self.process.stdin.write(json.dumps(settings) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def until(self, condition, seconds=10):
        deadline = time.monotonic() + seconds
        while not condition(self.tell()):
            assert time.monotonic() < deadline, self.tell()
            time.sleep(0.05)

    def url(self, profile):
        return f"rtsp://admin:camfarm@127.0.0.1:{self.port}/{profile}"

    def logged(self, text):
        return any(text in line for line in self.log)

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(15) == 0
        self.reader.join()
        self.process.stdout.close()
        self.process.stderr.close()


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    program = Program(tmp_path_factory.mktemp("loops"))
    program.until(lambda facts: facts["prepared"], 60)
    yield program
    program.close()
    assert not program.logged("Traceback"), "".join(program.log)


@pytest.fixture
def rtsp(program):
    with contextlib.ExitStack() as stack:

        def open_client(**credentials):
            client, sock = connect(program.port, **credentials)
            stack.enter_context(sock)
            return client, sock

        yield open_client


def ffmpeg_frames(url, transport, count):
    """Decode pictures with FFmpeg's own RTSP client."""
    options = {"rtsp_transport": transport, "stimeout": "10000000"}
    with av.open(url, options=options, timeout=30) as container:
        frames = []
        for frame in container.decode(video=0):
            frames.append(frame)
            if len(frames) == count:
                return frames
    raise AssertionError(f"the stream ended after {len(frames)} frames")


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize(("profile", "fps"), [("profile_main", 10), ("profile_sub", 5)])
def test_ffmpeg_plays_every_frame_on_time_over_both_transports(program, transport, profile, fps):
    frames = ffmpeg_frames(program.url(profile), transport, 26)[
        1:
    ]  # FFmpeg gives the first no time
    times = [float(frame.pts * frame.time_base) for frame in frames]
    assert np.diff(times) == pytest.approx([1 / fps] * 24, abs=2e-4)
    lefts = []
    for frame in frames:
        luma = frame.to_ndarray(format="gray")
        assert luma.shape[1] == 320
        lefts.append(int(np.flatnonzero(luma[24:48].mean(axis=0) > 170)[0]))
    steps = np.diff(lefts)
    expected = (320 - 32) / 2 / fps
    assert np.median(steps) == pytest.approx(expected, abs=2.1)
    assert (steps > 0).sum() >= 24 - 3


def test_ffmpeg_is_refused_with_a_wrong_password(program):
    url = program.url("profile_main").replace("camfarm@", "wrong@")
    with pytest.raises(av.error.HTTPUnauthorizedError):
        av.open(url, options={"rtsp_transport": "tcp"}, timeout=10)


def read_rtp(sock, seconds):
    """Return the RTP packets that come in ``seconds``."""
    packets = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        sock.settimeout(max(0.001, deadline - time.monotonic()))
        with contextlib.suppress(TimeoutError):
            packets.append(RtpPacket.parse(sock.recv(65536)))
    return packets


@contextlib.contextmanager
def udp_pair():
    with contextlib.ExitStack() as stack:
        pair = [
            stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2)
        ]
        for sock in pair:
            sock.bind(("127.0.0.1", 0))
        yield pair, "-".join(str(sock.getsockname()[1]) for sock in pair)


def test_packets_of_udp_agree_with_rtp_info_sender_report_and_truth(rtsp):
    client, _ = rtsp()
    with udp_pair() as ((rtp, rtcp), ports):
        _, play = client.play("profile_main", f"RTP/AVP;unicast;client_port={ports}")
        packets = read_rtp(rtp, 2.5)
        rtcp.settimeout(2)
        reports = RtcpPacket.parse(rtcp.recv(2000))
    info = dict(part.split("=", 1) for part in play["RTP-Info"].split(";"))
    numbers = [packet.sequence_number for packet in packets]
    assert numbers == [(int(info["seq"]) + n) % 2**16 for n in range(len(numbers))]
    assert isinstance(reports[0], RtcpSrPacket)
    assert {packet.ssrc for packet in packets} == {reports[0].ssrc}
    decoder = av.CodecContext.create("h264", "r")
    report = reports[0].sender_info
    report_s = report.ntp_timestamp / 2**32 - 2_208_988_800 - 1_790_000_000
    seen = 0
    unit = b""
    for packet in packets:
        unit += H264PayloadDescriptor.parse(packet.payload)[1]
        if not packet.marker:
            continue
        for picture in decoder.decode(av.Packet(unit)):
            ticks = (packet.timestamp - report.rtp_timestamp + 2**31) % 2**32 - 2**31
            scenario_s = round(report_s + ticks / 90000, 5)
            assert scenario_s * 10 == round(scenario_s * 10)
            columns = picture.to_ndarray()[24:48].mean(axis=0) > 170
            left = int(np.flatnonzero(columns)[0])
            assert abs(left - square_left(scenario_s, 320)) <= 2
            seen += 1
        unit = b""
    assert seen >= 10


def test_a_moving_camera_stays_decodable_without_a_break(program, rtsp):
    client, _ = rtsp()
    client.play("profile_main", "RTP/AVP/TCP;unicast;interleaved=0-1")
    decoder = av.CodecContext.create("h264", "r")
    stamps, numbers, backgrounds, unit = [], [], [], b""
    began = time.monotonic()
    moving = False
    while time.monotonic() - began < 5.5:
        wish = 1.5 < time.monotonic() - began < 2.5
        if wish != moving:
            moving = wish
            program.tell(moving=moving, **({"pan_deg": 50.0} if moving else {}))
        channel, payload = client.frame()
        if channel:
            continue
        packet = RtpPacket.parse(payload)
        numbers.append(packet.sequence_number)
        unit += H264PayloadDescriptor.parse(packet.payload)[1]
        if packet.marker:
            stamps.append(packet.timestamp)
            (picture,) = decoder.decode(av.Packet(unit))
            backgrounds.append(int(picture.to_ndarray()[170, 310]))
            unit = b""
    program.tell(pan_deg=0.0)
    assert numbers == [(numbers[0] + n) % 2**16 for n in range(len(numbers))]
    steps = {(b - a) % 2**32 for a, b in itertools.pairwise(stamps)}
    assert steps == {9000}
    assert backgrounds[0] == pytest.approx(40, abs=3)
    assert backgrounds[-1] == pytest.approx(90, abs=3)


def test_a_client_that_stops_reading_misses_frames_and_harms_nobody(program, rtsp):
    slow, slow_socket = rtsp()
    quick, _ = rtsp()
    slow_socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    slow.play("profile_big", "RTP/AVP/TCP;unicast;interleaved=0-1")
    quick.play("profile_main", "RTP/AVP/TCP;unicast;interleaved=0-1")
    quick_stamps = []
    until = time.monotonic() + 4.0
    while time.monotonic() < until:
        channel, payload = quick.frame()
        if channel == 0:
            quick_stamps.append(RtpPacket.parse(payload).timestamp)
    decoder = av.CodecContext.create("h264", "r")
    numbers, stamps, unit = [], [], b""
    until = time.monotonic() + 4.0
    while time.monotonic() < until:
        channel, payload = slow.frame()
        if channel:
            continue
        packet = RtpPacket.parse(payload)
        numbers.append(packet.sequence_number)
        unit += H264PayloadDescriptor.parse(packet.payload)[1]
        if packet.marker:
            stamps.append(packet.timestamp)
            assert len(decoder.decode(av.Packet(unit))) == 1
            unit = b""
    assert numbers == [(numbers[0] + n) % 2**16 for n in range(len(numbers))]
    gaps = [(b - a) % 2**32 for a, b in itertools.pairwise(stamps)]
    assert max(gaps) > 6000, "nothing was dropped: the test did not fill the connection"
    assert all(gap % 6000 == 0 for gap in gaps)
    steps = {(b - a) % 2**32 for a, b in itertools.pairwise(quick_stamps)}
    assert steps <= {0, 9000}


def test_a_udp_session_outlives_its_connection_and_can_be_torn_down_on_another(program, rtsp):
    first, first_socket = rtsp()
    with udp_pair() as ((rtp, rtcp), ports):
        setup, _ = first.play("profile_main", f"RTP/AVP;unicast;client_port={ports}")
        first_socket.close()
        program.until(lambda facts: facts["connections"] == 0)
        assert read_rtp(rtp, 1.5)
        second, _ = rtsp()
        reply = second.ask("TEARDOWN", "/profile_main", {"Session": setup.session})
        assert reply.status == 200
        rtcp.settimeout(2)
        while not any(isinstance(p, RtcpByePacket) for p in RtcpPacket.parse(rtcp.recv(2000))):
            pass
        assert program.tell()["sessions"] == 0


def test_a_udp_client_that_vanishes_is_let_go(program, rtsp):
    client, sock = rtsp()
    with udp_pair() as (_, ports):
        client.play("profile_main", f"RTP/AVP;unicast;client_port={ports}")
    sock.close()
    program.until(lambda facts: facts["sessions"] == 0)
    assert program.tell()["watched"] == []


def test_hostile_connections_leave_players_in_peace(program, rtsp):
    player, _ = rtsp()
    player.play("profile_main", "RTP/AVP/TCP;unicast;interleaved=0-1")
    while player.frame()[0]:
        pass
    with contextlib.ExitStack() as stack:

        def throw(data):
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", program.port)))
            with contextlib.suppress(ConnectionError):
                sock.sendall(data)
            return sock

        for _ in range(60):
            throw(b"OPTIONS rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\nX-Half: open")
        for data in (b"\x00" * 5000, b"A" * 70_000, b"$" * 70_000, b"\xff\xfe\r\n\r\n" * 100):
            throw(data)
        flood = throw(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n" * 2000)
        flood.settimeout(10)
        with contextlib.suppress(ConnectionError):
            while flood.recv(65536):
                pass
        stamps = []
        until = time.monotonic() + 2.0
        while time.monotonic() < until:
            channel, payload = player.frame()
            if channel == 0:
                stamps.append(RtpPacket.parse(payload).timestamp)
    steps = {(b - a) % 2**32 for a, b in itertools.pairwise(stamps)}
    assert steps <= {0, 9000}
    assert len(set(stamps)) >= 19
    assert program.logged("503: more than 20 requests a second")
    assert program.logged("cam-001 127.0.0.1:")
    assert player.ask("OPTIONS").status == 200
