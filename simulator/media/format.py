"""What a stream is encoded as."""

from fractions import Fraction
from typing import Literal

import attrs

Encoding = Literal["H264", "JPEG"]
H264Profile = Literal["Baseline", "Main", "High"]

CLOCK_RATE = 90_000
"""RTP clock of every video payload format, in Hz (RFC 6184 section 8.2.1, RFC 2435 section 3)."""

_DYNAMIC_PAYLOAD_TYPE = 96
_JPEG_PAYLOAD_TYPE = 26  # static, RFC 3551 section 6


@attrs.frozen
class StreamFormat:
    """The settings of one video encoder.

    Attributes:
        encoding: ``H264`` or ``JPEG``.
        width: pixels, even.
        height: pixels, even.
        fps: frames per second, more than 0.
        bitrate_bps: what an H.264 encoder aims at, and its limit over a second.
        gov_length: frames from one H.264 key frame to the next, at least 1.
        profile: H.264 profile; JPEG has none and ignores it.
        quality: JPEG quality, 1 to 100; H.264 follows its bitrate.
    """

    encoding: Encoding
    width: int = attrs.field(validator=attrs.validators.ge(2))
    height: int = attrs.field(validator=attrs.validators.ge(2))
    fps: float = attrs.field(validator=attrs.validators.gt(0))
    bitrate_bps: int = 2_000_000
    gov_length: int = attrs.field(default=30, validator=attrs.validators.ge(1))
    profile: H264Profile = "Main"
    quality: int = 70

    @property
    def payload_type(self) -> int:
        """RTP payload type."""
        return _JPEG_PAYLOAD_TYPE if self.encoding == "JPEG" else _DYNAMIC_PAYLOAD_TYPE

    @property
    def rate(self) -> Fraction:
        """Frames per second as an exact fraction."""
        return Fraction(self.fps).limit_denominator(1001)

    def time_of(self, index: int) -> float:
        """Return the capture time of frame ``index``, in seconds of scenario time.

        Every stream of this rate shares the grid: frame 0 is taken when the scenario begins.
        """
        return index / self.fps
