"""RTP and RTCP (RFC 3550) without I/O: packets and the payload formats of H.264 and JPEG."""
