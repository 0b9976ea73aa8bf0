import av
import numpy as np
import pytest


class _Datagrams:
    """A file that hands out the description, its end, and then one packet a read."""

    def __init__(self, sdp, packets):
        self.rest = [sdp, b"", *packets]

    def read(self, size):
        piece, self.rest = self.rest[0], self.rest[1:]
        assert len(piece) <= size
        return piece


def _play(sdp, packets, count):
    # FFmpeg's reader of such a file counts on more packets to come, and gives up after 200.
    assert len(packets) < 200
    options = {
        "sdp_flags": "custom_io",
        "analyzeduration": "0",
        "probesize": "32",
    }
    with av.open(_Datagrams(sdp, packets), format="sdp", options=options) as container:
        frames = container.decode(video=0)
        return [_luma(next(frames)) for _ in range(count)]


def _luma(frame):
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width].copy()


@pytest.fixture
def play():
    """Return a player: FFmpeg's RTP client over (sdp, packets, number of frames); gives luma."""
    return _play
