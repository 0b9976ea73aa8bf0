"""ONVIF operations, one service a file."""
