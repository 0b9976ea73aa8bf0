"""A small world for streams: a square that goes round in two seconds."""

import av
import numpy as np
import pytest
from aiortc.codecs.h264 import H264PayloadDescriptor
from aiortc.rtp import RtpPacket
from square import PERIOD_S, SquarePainter, square_painter

from simulator.clock import SimClock
from simulator.later import InlineWorkers, Later
from simulator.media.format import StreamFormat
from simulator.media.library import LoopLibrary
from simulator.media.pacer import Pacer
from simulator.media.stream import Shot, Stream, Studio
from simulator.scene.view import View


class StallingClock(SimClock):
    """A clock that can be late, as a reactor is."""

    def __init__(self, start=0.0):
        super().__init__(start)
        self.stalled_s = 0.0
        self.timers = 0

    def seconds(self):
        return super().seconds() + self.stalled_s

    def callLater(self, delay, call, *args):
        self.timers += 1
        return super().callLater(delay, call, *args)


class HeldWorkers(InlineWorkers):
    """Workers whose threads finish when the test says so."""

    def __init__(self):
        self.waiting = []

    def thread(self, call, *args):
        later = Later()
        self.waiting.append((later, call, args))
        return later

    def finish(self):
        waiting, self.waiting = self.waiting, []
        for later, call, args in waiting:
            try:
                later.resolve(call(*args))
            except Exception as error:
                later.fail(error)


class Recorder:
    def __init__(self):
        self.frames = []
        self.ended = []

    def deliver(self, frame):
        self.frames.append(frame)

    def end(self, reason):
        self.ended.append(reason)

    @property
    def indexes(self):
        return [frame.index for frame in self.frames]

    @property
    def keys(self):
        return [frame.index for frame in self.frames if frame.keyframe]


class Scene:
    """A studio on virtual time, and what its only camera does."""

    def __init__(self, directory, workers=None):
        self.clock = StallingClock(100.0)
        self.painter = SquarePainter()
        self.workers = workers or InlineWorkers()
        self.pan_deg = 0.0
        self.is_moving = False
        self.studio = Studio(
            clock=self.clock,
            painter=self.painter,
            workers=self.workers,
            pacer=Pacer(self.clock),
            loops=LoopLibrary(self.workers, directory, square_painter),
            world="square",
            seed=1,
            period_s=PERIOD_S,
        )
        self.shot = Shot(
            view_at=lambda t: View((0.0, 0.0, 5.0), self.pan_deg, 0.0, 60.0),
            moving=lambda t: self.is_moving,
            overlay_at=lambda t: f"at {t:.1f}",
        )

    def stream(self, form, **options):
        return Stream("cam/main", form, self.shot, self.studio, **options)


@pytest.fixture
def form():
    return StreamFormat("H264", 320, 180, 10.0, bitrate_bps=300_000, gov_length=10, profile="Main")


@pytest.fixture
def stalling_clock():
    return StallingClock()


@pytest.fixture
def scene(tmp_path):
    return Scene(tmp_path / "loops")


@pytest.fixture
def held_scene(tmp_path):
    return Scene(tmp_path / "loops", HeldWorkers())


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def make_recorder():
    return Recorder


@pytest.fixture
def decode():
    """Decode H.264 frames through another project's parser, depacketiser and decoder."""

    def decode(frames):
        codec = av.CodecContext.create("h264", "r")
        pictures = []
        for frame in frames:
            unit = b""
            packets = [RtpPacket.parse(bytes(p)) for p in frame.packets.packets(7, 9, 11)]
            for packet in packets:
                unit += H264PayloadDescriptor.parse(packet.payload)[1]
            assert [p.marker for p in packets] == [0] * (len(packets) - 1) + [1]
            pictures += codec.decode(av.Packet(unit))
        pictures += codec.decode(None)
        return [picture.to_ndarray()[: picture.height] for picture in pictures]

    return decode


@pytest.fixture
def square_left():
    """Find the square in a decoded picture."""

    def square_left(gray):
        columns = np.flatnonzero(gray[22:50].mean(axis=0) > 170)
        assert len(columns), "no square in the picture"
        return int(columns[0])

    return square_left
