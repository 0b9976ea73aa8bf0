"""RTSP 1.0 (RFC 2326): messages, headers, session states, SDP."""
