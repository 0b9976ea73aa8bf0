"""The load client counts what arrives, on packets made by hand: its figures can be trusted."""

import math
import os
import socket
import subprocess
import sys

import pytest

from bench.client import percentile, summary
from bench.process import cpu_seconds, resident_bytes, spent, tree
from bench.readers import InterleavedReader
from bench.reception import Reception
from simulator.wire.rtp.packet import PacketBuffer, RtpHeader
from simulator.wire.rtp.rtcp import ReceiverReport, SenderReport
from simulator.wire.rtsp.message import Headers, InterleavedFrame, Response

FPS = 10
STEP = 9000
IDR, SLICE, SPS = b"\x65" + bytes(9), b"\x41" + bytes(9), b"\x67" + bytes(9)


class Stream:
    """Sends RTP packets of 22 bytes into the accounts, and sets the time of their arrival."""

    def __init__(self):
        self.now = 0.0
        self.reception = Reception(FPS, lambda: self.now)

    def send(self, sequence, frame, at=None, marker=True, payload=SLICE):
        packet = rtp(sequence, frame, marker, payload)
        self.now = frame / FPS if at is None else at
        return self.reception.packet(bytearray(packet), 0, len(packet))


def rtp(sequence, frame, marker=True, payload=SLICE):
    header = RtpHeader(
        payload_type=96,
        sequence=sequence & 0xFFFF,
        timestamp=(0xFFFF_0000 + frame * STEP) & 0xFFFF_FFFF,  # runs over in the eighth frame
        ssrc=7,
        marker=marker,
    )
    return header.serialize() + payload


@pytest.fixture
def stream():
    return Stream()


def test_nothing_is_lost_of_a_stream_whose_sequence_and_time_run_over(stream):
    for frame in range(20):
        stream.send(65_530 + 2 * frame, frame, marker=False)
        assert stream.send(65_531 + 2 * frame, frame)
    got = stream.reception
    assert (got.packets, got.octets, got.frames) == (40, 880, 20)
    assert (got.lost, got.missing) == (0, 0)
    assert max(got.lateness()) == pytest.approx(0, abs=1e-9)


def test_a_gap_in_the_sequence_is_what_was_lost(stream):
    stream.send(65_534, 0)
    stream.send(2, 1)
    assert stream.reception.lost == 3


def test_a_packet_that_comes_after_all_was_not_lost(stream):
    for sequence in (1, 4, 2, 3, 5):
        stream.send(sequence, 0, marker=False)
    assert stream.reception.lost == 0


def test_frames_that_were_left_out_show_in_the_timestamps(stream):
    for sequence, frame in enumerate((0, 1, 4, 5)):  # a server drops frames before numbering them
        stream.send(sequence, frame)
    assert (stream.reception.lost, stream.reception.missing) == (0, 2)


def test_lateness_is_against_the_streams_own_best_frame(stream):
    for frame, delay in enumerate((0.050, 0.020, 0.021, 0.320)):
        stream.send(frame, frame, at=frame / FPS + delay)
    assert stream.reception.lateness() == pytest.approx([0.030, 0.0, 0.001, 0.300])


def test_it_is_the_marker_packet_that_a_frame_arrives_with(stream):
    stream.send(0, 0, at=0.0)
    stream.send(1, 1, at=0.1, marker=False)
    stream.send(2, 1, at=0.17)
    assert stream.reception.lateness() == pytest.approx([0.0, 0.070])


def test_begin_forgets_counts_but_not_the_sequence(stream):
    stream.send(0, 0, at=5.0)
    stream.reception.begin()
    stream.send(2, 1, at=0.1)
    stream.send(3, 2, at=0.2)
    got = stream.reception
    assert (got.packets, got.lost, got.frames) == (2, 1, 2)
    assert max(got.lateness()) == pytest.approx(0.0)


def test_a_packet_shorter_than_its_header_is_refused(stream):
    with pytest.raises(ValueError, match="11 bytes"):
        stream.reception.packet(bytearray(20), 0, 11)


@pytest.mark.parametrize(
    ("payloads", "known", "good"),
    [
        ([SPS, IDR], False, True),
        ([b"\x78\x00\x0a" + SPS + b"\x00\x0a" + IDR], False, True),
        ([SPS, b"\x7c\x85" + bytes(8), b"\x7c\x45" + bytes(8)], False, True),
        ([IDR], True, True),
        ([IDR], False, False),
        ([SPS, SLICE, IDR], False, False),
        ([SPS, b"\x7c\x81" + bytes(8), IDR], False, False),
        ([SPS], False, None),
    ],
    ids=[
        "single",
        "aggregated",
        "fragmented",
        "described",
        "no SPS",
        "slice first",
        "fragment of a slice first",
        "no picture",
    ],
)
def test_a_stream_can_be_decoded_from_its_start(stream, payloads, known, good):
    stream.reception.has_parameters = known
    for sequence, payload in enumerate(payloads):
        stream.send(sequence, 0, marker=False, payload=payload)
    assert stream.reception.starts_with_key is good


@pytest.fixture
def connection():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize("cut", [1, 3, 7, 64, 4096])
def test_media_reports_and_answers_on_one_connection_however_it_is_cut(cut, connection):
    reception = Reception(FPS)
    ours, theirs = connection
    reader = InterleavedReader(ours, reception)
    buffer = PacketBuffer.build([IDR, bytes(1400), bytes(300)], 96)
    report = SenderReport(ssrc=1, ntp=2, rtp_timestamp=3, packet_count=4, octet_count=5)
    data = b"".join(
        (
            Response(200, headers=Headers([("CSeq", "1")]), body=b"$" * 9).serialize(),
            bytes(buffer.interleaved(0xFFFF, 0, 1, 0)),
            InterleavedFrame(1, report.serialize()).serialize(),
            InterleavedFrame(1, ReceiverReport(ssrc=1).serialize()).serialize(),
            Response(200).serialize(),
            bytes(buffer.interleaved(3, STEP, 1, 0)),
        )
    )
    for start in range(0, len(data), cut):
        theirs.sendall(data[start : start + cut])
        reader.read()
    assert (reception.packets, reception.octets) == (6, 2 * (36 + 1710))
    assert (reception.frames, reception.lost, reception.reports) == (2, 1, 1)


def test_a_refusal_and_a_hang_up_are_errors(connection):
    ours, theirs = connection
    reader = InterleavedReader(ours, Reception(FPS))
    theirs.sendall(Response(454).serialize())
    with pytest.raises(ConnectionError, match="454"):
        reader.read()
    theirs.close()
    with pytest.raises(ConnectionError, match="hung up"):
        reader.read()


def test_the_summary_adds_streams_up():
    streams = [Stream(), Stream()]
    for frame in range(10):
        streams[0].send(2 * frame, frame)
        streams[1].send(frame, frame, at=frame / FPS + (0.15 if frame == 9 else 0))
    got = summary([stream.reception for stream in streams], 1.0)
    assert (got["streams"], got["flowing"], got["frames"], got["lost_packets"]) == (2, 2, 20, 9)
    assert got["gigabits"] == pytest.approx(20 * 22 * 8 / 1e9)
    assert got["late_frames"] == 1
    assert got["lateness_ms"]["p50"] == pytest.approx(0, abs=1e-6)
    assert got["lateness_ms"]["max"] == pytest.approx(150)


def test_percentiles_are_values_that_occurred():
    assert [percentile(range(1, 101), share) for share in (0.0, 0.5, 0.99, 1.0)] == [1, 50, 99, 100]
    assert math.isnan(percentile([], 0.5))


def test_the_cpu_time_and_memory_of_a_child_count():
    code = "x = [*range(3_000_000)]\nprint(flush=True)\ninput()"
    before = cpu_seconds(os.getpid())
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1) as child:
        child.stdout.readline()
        assert child.pid in tree(os.getpid())
        alone = cpu_seconds(child.pid)[child.pid]
        assert alone > 0
        assert spent(before, cpu_seconds(os.getpid())) >= alone
        assert resident_bytes(os.getpid())[child.pid] > 50_000_000
        child.communicate(b"\n")
