"""The other server gets the same pictures: whole groups, in order, for as long as asked."""

import av
import numpy as np
import pytest

from bench.clip import groups_of_pictures, make_mp4, read_recording, write_recording
from simulator.wire.rtp.h264 import nal_type, nal_units, packetize
from simulator.wire.rtp.packet import PacketBuffer

GOP, FPS = 5, 10


@pytest.fixture
def recording(tmp_path):
    """23 frames whose brightness tells their number; the first and the last group are not whole."""
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt, context.framerate = 64, 48, "yuv420p", FPS
    context.gop_size, context.max_b_frames = GOP, 0
    context.options = {"tune": "zerolatency", "sc_threshold": "0"}
    noise = np.random.default_rng(1).integers(-5, 6, (72, 64))
    packets = []
    for number in range(23):
        picture = av.VideoFrame.from_ndarray((10 * number + 5 + noise).astype(np.uint8), "yuv420p")
        picture.pts = number
        for unit in context.encode(picture):
            buffer = PacketBuffer.build(packetize(nal_units(bytes(unit)), 100), 96)
            packets += map(bytes, buffer.packets(len(packets), number * 9000, 1))
    write_recording(tmp_path / "0.rtp", packets[1:])
    assert list(read_recording(tmp_path / "0.rtp")) == packets[1:]
    return tmp_path / "0.rtp"


def test_only_whole_groups_are_taken(recording):
    units = groups_of_pictures(recording)
    keys = [i for i, u in enumerate(units) if any(nal_type(nal) == 5 for nal in nal_units(u))]
    assert len(units) == 15
    assert keys == [0, 5, 10]


def test_the_clip_repeats_them_until_it_is_long_enough(recording, tmp_path):
    make_mp4(groups_of_pictures(recording), tmp_path / "clip.mp4", FPS, seconds=4)
    with av.open(str(tmp_path / "clip.mp4")) as clip:
        frames = list(clip.decode(video=0))
    assert [frame.time for frame in frames] == pytest.approx([i / FPS for i in range(40)])
    levels = [round(float(frame.to_ndarray()[:48, :64].mean() - 5) / 10) for frame in frames]
    assert levels == [5 + i % 15 for i in range(40)]


def test_a_recording_without_a_whole_group_is_refused(recording, tmp_path):
    write_recording(tmp_path / "short.rtp", list(read_recording(recording))[:4])
    with pytest.raises(ValueError, match="no whole group"):
        groups_of_pictures(tmp_path / "short.rtp")
