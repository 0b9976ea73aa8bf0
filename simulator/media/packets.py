"""From access units to RTP packets, by the payload format of the encoding."""

from simulator.media.format import StreamFormat
from simulator.wire.rtp import h264, jpeg
from simulator.wire.rtp.packet import PacketBuffer


def packetize(data: bytes, form: StreamFormat) -> PacketBuffer:
    """Return one access unit as RTP packets (RFC 6184 or RFC 2435), ready for patching."""
    if form.encoding == "JPEG":
        payloads = jpeg.packetize(data)
    else:
        payloads = h264.packetize(h264.nal_units(data))
    return PacketBuffer.build(payloads, form.payload_type)
