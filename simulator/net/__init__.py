"""The only floor that talks to Twisted's reactor: HTTP, RTSP, RTP, discovery."""
