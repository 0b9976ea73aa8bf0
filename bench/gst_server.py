"""GStreamer's RTSP server with one mount per camera. Runs on the system's Python, for its bindings.

Every mount reads its MP4 file for itself, as separate cameras would: demultiplex, payload, send.
"""

import argparse
import importlib
import itertools
from typing import Any

LAUNCH = (
    '( filesrc location="{file}" ! qtdemux ! '
    "rtph264pay name=pay0 pt=96 mtu=1412 config-interval=-1 )"
)


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", default="0")
    parser.add_argument("--mounts", type=int, default=1)
    parser.add_argument("files", nargs="+", help="MP4 files; the mounts take them in turn")
    arguments = parser.parse_args()
    gst, rtsp, glib = _bindings()
    gst.init(None)
    server = rtsp.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(arguments.port)
    server.set_backlog(512)
    mounts = server.get_mount_points()
    for number, file in zip(range(arguments.mounts), itertools.cycle(arguments.files)):
        factory = rtsp.RTSPMediaFactory()
        factory.set_launch(LAUNCH.format(file=file))
        mounts.add_factory(f"/{number}", factory)
    server.attach(None)
    print(f"{server.get_bound_port()} {gst.version_string()}", flush=True)
    glib.MainLoop().run()


def _bindings() -> tuple[Any, Any, Any]:
    gi = importlib.import_module("gi")
    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    names = ("Gst", "GstRtspServer", "GLib")
    gst, rtsp, glib = (importlib.import_module(f"gi.repository.{name}") for name in names)
    return gst, rtsp, glib


if __name__ == "__main__":
    main()
