"""RTSP 1.0 (RFC 2326) without I/O: messages, parser, headers, session states, SDP."""
