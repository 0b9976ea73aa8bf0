"""From pictures to access units: H.264 by x264, JPEG by OpenCV's libjpeg."""

import functools
from fractions import Fraction
from typing import Literal, Protocol

import attrs
import av
import cv2
import numpy as np
import numpy.typing as npt
from av.codec.context import Flags
from av.video.frame import PictureType

from simulator.media.format import StreamFormat
from simulator.wire.rtp import h264

I420 = npt.NDArray[np.uint8]
Effort = Literal["live", "loop"]

_PRESETS: dict[Effort, str] = {"live": "ultrafast", "loop": "veryfast"}
_PARAMETER_SETS = (7, 8)  # nal_unit_type of SPS and PPS, ITU-T H.264 table 7-1
_SEI = 6


@attrs.frozen
class Encoded:
    """One access unit.

    Attributes:
        data: H.264 as an Annex B byte stream, a key frame with its parameter sets; or a JPEG file.
        keyframe: whether a decoder can begin here.
    """

    data: bytes
    keyframe: bool


class Encoder(Protocol):
    """An encoder that gives one access unit for each picture, at once."""

    def encode(self, i420: I420, *, key: bool = False) -> Encoded:
        """Encode the next picture; ``key`` forces a key frame."""


class H264Encoder:
    """x264 without delay and without B pictures; where key frames are is the caller's decision.

    Both efforts write the same parameter sets, so that a stream may change from one to the other.
    """

    def __init__(self, form: StreamFormat, effort: Effort = "live") -> None:
        """Make an encoder; ``effort`` trades time for quality at the same bitrate."""
        self._codec = _codec(form, effort)
        self._index = 0

    def encode(self, i420: I420, *, key: bool = False) -> Encoded:
        """Encode the next picture, (height * 3 // 2, width); the first is a key frame (IDR)."""
        frame = av.VideoFrame.from_ndarray(i420, format="yuv420p")
        frame.pts = self._index
        if key:
            frame.pict_type = PictureType.I
        self._index += 1
        (packet,) = self._codec.encode(frame)
        return Encoded(_without_sei(bytes(packet)), packet.is_keyframe)


class JpegEncoder:
    """Baseline JPEG, 4:2:0, with the Huffman tables of ITU-T T.81 annex K, as RFC 2435 wants it."""

    def __init__(self, quality: int) -> None:
        """Make an encoder of a quality of 1 to 100 (as the Independent JPEG Group counts it)."""
        self._options = [
            *(cv2.IMWRITE_JPEG_QUALITY, quality),
            *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420),
        ]

    def encode(self, i420: I420, *, key: bool = False) -> Encoded:  # noqa: ARG002
        """Encode one picture, (height * 3 // 2, width); each is a key frame."""
        bgr = cv2.cvtColor(i420, cv2.COLOR_YUV2BGR_I420)
        _, data = cv2.imencode(".jpg", bgr, self._options)
        return Encoded(data.tobytes(), True)


def make_encoder(form: StreamFormat, effort: Effort = "live") -> Encoder:
    """Return an encoder for the format."""
    return JpegEncoder(form.quality) if form.encoding == "JPEG" else H264Encoder(form, effort)


@attrs.frozen
class ParameterSets:
    """SPS and PPS of an H.264 stream, each a NAL unit without start code."""

    sps: bytes
    pps: bytes


@functools.lru_cache(maxsize=256)
def parameter_sets(form: StreamFormat) -> ParameterSets:
    """Return the parameter sets that any encoder of this H.264 format writes (a few ms, once)."""
    codec = _codec(form, "live", Flags.global_header)
    codec.open()
    units = {nal[0] & 0x1F: nal for nal in h264.nal_units(bytes(codec.extradata or b""))}
    sps, pps = (units[kind] for kind in _PARAMETER_SETS)
    return ParameterSets(sps, pps)


def _codec(form: StreamFormat, effort: Effort, flags: Flags | None = None) -> av.VideoCodecContext:
    codec = av.VideoCodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = form.width, form.height, "yuv420p"
    codec.framerate, codec.time_base = form.rate, Fraction(1) / form.rate
    codec.bit_rate = form.bitrate_bps
    if flags is not None:
        codec.flags |= flags
    codec.options = {
        "preset": _PRESETS[effort],
        "tune": "zerolatency",
        "forced-idr": "1",
        "x264-params": ":".join(f"{name}={value}" for name, value in _x264(form).items()),
    }
    return codec


def _x264(form: StreamFormat) -> dict[str, object]:
    """Return x264's parameters: all that decide the parameter sets, so that no preset does."""
    kilobits = max(1, form.bitrate_bps // 1000)
    return {
        "cabac": int(form.profile != "Baseline"),
        "8x8dct": int(form.profile == "High"),
        "bframes": 0,
        "ref": 1,
        "weightp": 0,
        "deblock": "0,0",
        "scenecut": 0,
        "keyint": "infinite",
        "vbv-maxrate": kilobits,
        "vbv-bufsize": kilobits,
        "threads": 1,
        "sliced-threads": 0,
        "annexb": 1,
        "repeat-headers": 1,
    }


def _without_sei(unit: bytes) -> bytes:
    """Drop supplemental information: x264 spends 700 bytes on its settings."""
    nals = h264.nal_units(unit)
    kept = [nal for nal in nals if nal[0] & 0x1F != _SEI]
    return unit if len(kept) == len(nals) else b"".join(b"\0\0\0\1" + nal for nal in kept)
