"""Plays RTSP streams with PyAV, which is FFmpeg's client and decoder: a judge of ours."""

import contextlib
import itertools
from urllib.parse import quote

import attrs
import av
import av.logging


@attrs.define
class Clip:
    """What was decoded of a stream.

    Attributes:
        codec: FFmpeg's name of it.
        sizes: every width and height that occurred.
        times: presentation time of each frame in seconds, from RTP timestamps.
        frame: the last picture.
        errors: what the demuxer and the decoder complained of.
    """

    codec: str
    sizes: set = attrs.Factory(set)
    times: list = attrs.Factory(list)
    frame: av.VideoFrame | None = None
    errors: list = attrs.Factory(list)

    @property
    def gaps(self):
        """Seconds between each frame and the next."""
        return [after - before for before, after in itertools.pairwise(self.times)]


def login_url(camera, profile):
    """Return the RTSP URL of a profile with the credentials in it."""
    user, password = quote(camera["username"]), quote(camera["password"], safe="")
    return profile["rtsp_url"].replace("rtsp://", f"rtsp://{user}:{password}@")


@contextlib.contextmanager
def opened(camera, profile, transport="tcp"):
    """Open a stream for decoding in this thread."""
    options = {"rtsp_transport": transport, "allowed_media_types": "video"}
    container = av.open(login_url(camera, profile), options=options, timeout=(30.0, 30.0))
    try:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        yield container, stream
    finally:
        container.close()


def play(camera, profile, count, transport="tcp", *, in_time=False):
    """Decode ``count`` frames; with ``in_time`` only those count that follow at the profile's rate.

    A camera whose loop is not made yet shows few pictures, and one that renders for itself leaves
    some out while the machine is busy.
    """
    with av.logging.Capture(local=True) as messages, opened(camera, profile, transport) as parts:
        container, stream = parts
        clip = Clip(stream.codec_context.name)
        for frame in container.decode(stream):
            if frame.pts is None:  # FFmpeg does not date the first picture of some streams
                continue
            clip.times.append(float(frame.pts * stream.time_base))
            clip.sizes.add((frame.width, frame.height))
            clip.frame = frame
            if in_time:
                counted = sum(abs(gap - 1 / profile["fps"]) < 1e-3 for gap in clip.gaps)
            else:
                counted = len(clip.times)
            if counted == count:
                break
    clip.errors.extend(text for level, _, text in messages if level <= av.logging.ERROR)
    return clip
