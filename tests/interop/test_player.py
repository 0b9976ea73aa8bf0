"""FFmpeg's RTSP client and decoders, by PyAV, play what the farm streams."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import av
import av.logging
import pytest
from player import play

CODECS = {"H264": "h264", "JPEG": "mjpeg"}
FRAMES = 30
AT_A_TIME = 20


@pytest.fixture(autouse=True, scope="module")
def complaints():
    """Let FFmpeg tell its errors."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    yield
    av.logging.set_level(level)


def watch(job):
    camera, profile, transport, count = job
    return play(camera, profile, count, transport, in_time=True)


def check(jobs):
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for (camera, profile, transport, _), clip in zip(jobs, pool.map(watch, jobs), strict=True):
            where = f"{camera['name']} {profile['token']} by {transport}"
            assert clip.errors == [], where
            assert clip.codec == CODECS[profile["encoding"]], where
            assert clip.sizes == {(profile["width"], profile["height"])}, where
            frames = [gap * profile["fps"] for gap in clip.gaps]
            assert frames == pytest.approx([round(gap) for gap in frames], abs=0.02), where
            assert min(frames) > 0.5, f"{where} goes back in time"
            picture = clip.frame.to_ndarray(format="gray")
            assert picture.std() > 10, f"{where} shows nothing"


@pytest.mark.timeout(900)  # the first run of all renders what later ones find in the cache
def test_every_main_stream_plays_as_declared_by_udp_and_by_tcp(hundred):
    transports = itertools.cycle(("udp", "tcp"))
    check(
        [
            (camera, camera["profiles"][0], transport, FRAMES)
            for camera, transport in zip(hundred.cameras, transports, strict=False)
        ]
    )


@pytest.mark.timeout(300)
def test_sub_streams_play_too_jpeg_among_them(one_of_each):
    jobs = [
        (camera, camera["profiles"][1], transport, 10)
        for camera in one_of_each.values()
        for transport in ("udp", "tcp")
    ]
    assert {profile["encoding"] for _, profile, _, _ in jobs} == {"H264", "JPEG"}
    check(jobs)
