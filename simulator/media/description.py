"""What DESCRIBE says of a stream (RFC 4566; RFC 2326 appendix C)."""

import zlib

from simulator.media.encoder import parameter_sets
from simulator.media.format import CLOCK_RATE, StreamFormat
from simulator.wire.rtp import h264
from simulator.wire.rtsp.sdp import Attribute, MediaDescription, Origin, SessionDescription


def describe(form: StreamFormat, *, name: str, host: str, control: str) -> bytes:
    """Return the session description of a presentation with one video stream.

    Args:
        form: how the stream is encoded.
        name: of the session, for people.
        host: the server's address.
        control: absolute URL of the stream for SETUP.
    """
    media = MediaDescription(
        kind="video",
        formats=(str(form.payload_type),),
        bandwidths=(("AS", _kilobits(form)),) if form.encoding == "H264" else (),
        attributes=(
            *_format_attributes(form),
            ("framerate", f"{form.fps:g}"),
            ("recvonly", None),
            ("control", control),
        ),
    )
    session = SessionDescription(
        origin=Origin(
            session_id=zlib.crc32(control.encode()),
            version=zlib.crc32(repr(form).encode()),
            address=host,
        ),
        name=name,
        connection="::" if ":" in host else "0.0.0.0",
        attributes=(("control", "*"),),
        media=(media,),
    )
    return session.serialize()


def _format_attributes(form: StreamFormat) -> tuple[Attribute, ...]:
    number = form.payload_type
    rtpmap = ("rtpmap", f"{number} {form.encoding}/{CLOCK_RATE}")
    if form.encoding == "JPEG":
        return (rtpmap,)
    sets = parameter_sets(form)
    return rtpmap, ("fmtp", f"{number} {h264.format_parameters(sets.sps, sets.pps)}")


def _kilobits(form: StreamFormat) -> int:
    """Return the session bandwidth, RTP and UDP headers included (RFC 4566 section 5.8)."""
    return max(1, round(form.bitrate_bps * 1.03 / 1000))
