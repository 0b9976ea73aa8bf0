"""Plays RTSP streams with PyAV, which is FFmpeg's client and decoder: a judge of ours."""

import contextlib
from urllib.parse import quote

import attrs
import av
import av.logging


@attrs.frozen
class Clip:
    """What was decoded of a stream.

    Attributes:
        codec: FFmpeg's name of it.
        frames: pictures, oldest first.
        times: presentation time of each frame in seconds, from RTP timestamps.
        errors: what the demuxer and the decoder complained of.
    """

    codec: str
    frames: list
    times: list
    errors: list

    @property
    def sizes(self):
        """Every size that occurred."""
        return {(frame.width, frame.height) for frame in self.frames}


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


def play(camera, profile, count, transport="tcp", *, steady=False):
    """Decode frames until there are ``count``.

    With ``steady`` they must follow each other at the profile's rate: a camera whose loop is not
    made yet shows a picture a second, and those are passed over.
    """
    with av.logging.Capture(local=True) as messages, opened(camera, profile, transport) as parts:
        container, stream = parts
        clip = Clip(stream.codec_context.name, [], [], [])
        for frame in container.decode(stream):
            if frame.pts is None:  # FFmpeg does not date the first picture of some streams
                continue
            time = float(frame.pts * stream.time_base)
            if steady and clip.times and abs(time - clip.times[-1] - 1 / profile["fps"]) > 1e-3:
                clip.frames.clear()
                clip.times.clear()
            clip.frames.append(frame)
            clip.times.append(time)
            if len(clip.frames) == count:
                break
    clip.errors.extend(text for level, _, text in messages if level <= av.logging.ERROR)
    return clip
