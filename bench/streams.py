"""Streams side by side: camfarm and GStreamer's RTSP server send the same pictures, one core each.

Prints CPU-seconds per delivered gigabit, lateness, losses and memory, and the ratios of this run.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from bench.clip import groups_of_pictures, make_mp4
from bench.farm import running_farm
from bench.process import CLIENT_CORE, SERVER_CORE, end_children_too, resident_bytes, start, stop
from bench.rtsp import Lower

FPS = 15
CLIPS = 10
"""How many of the farm's streams the other server gets: one of each view of the world."""

WARM_UP_CAMERAS = 10

SETTLE_S = 22.0
"""How long streams play before they are measured: a round of the world, so that caches are full."""

SYSTEM_PYTHON = "/usr/bin/python3"
APT_GET = (
    "apt-get install python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-rtsp "
    "gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad"
)

_GST_SERVER = Path(__file__).with_name("gst_server.py")
_PROBE = (
    "import gi; gi.require_version('GstRtspServer', '1.0'); gi.require_version('Gst', '1.0'); "
    "from gi.repository import Gst, GstRtspServer; Gst.init(None); "
    "assert Gst.ElementFactory.find('qtdemux') and Gst.ElementFactory.find('rtph264pay')"
)
_SPARE_S = 120.0
_WARM_UP_S = 4.0
_WARM_UP_ROUNDS = 50
_AT_REST = 0.15  # of a core: a farm that still makes a loop takes more, and shows live pictures
_LOWERS: tuple[Lower, ...] = ("udp", "tcp")

Figures = dict[str, Any]


def play(
    urls: Sequence[str], pid: int, lower: Lower, seconds: float, settle_s: float, *more: str
) -> Figures:
    """Play URLs by the load client in a process of its own, and return its figures."""
    command = [sys.executable, "-m", "bench.client", "--transport", lower]
    command += [
        "--seconds",
        str(seconds),
        "--fps",
        str(FPS),
        "--settle",
        str(settle_s),
        "--pid",
        str(pid),
        *more,
        *urls,
    ]
    client = start(command, CLIENT_CORE, stdout=subprocess.PIPE)
    try:
        output, _ = client.communicate()
    finally:
        code = stop(client)
    if code:
        raise click.ClickException(f"the load client ended with exit code {code}")
    figures: Figures = json.loads(output)
    return figures


def make_loops(folder: Path, options: Sequence[str]) -> None:
    """Run some cameras until their loops are made, so that the next farm finds them on disk."""
    with running_farm(WARM_UP_CAMERAS, folder, options, core=None) as farm:
        click.echo("making the loops, unless they are there", err=True)
        for _ in range(_WARM_UP_ROUNDS):
            where = ["--inventory", str(farm.inventory)]
            figures = play([], farm.pid, "udp", _WARM_UP_S, _WARM_UP_S, *where)
            whole = figures["frames"] > 0.99 * figures["streams"] * FPS * figures["seconds"]
            if whole and figures["server_cpu_s"] < _AT_REST * figures["seconds"]:
                return
    raise click.ClickException("the farm does not get its loops made")


def measure_camfarm(
    count: int, seconds: float, folder: Path, options: Sequence[str]
) -> dict[str, Figures]:
    """Play every camera of a farm by each transport, and record what the first ones send."""
    with running_farm(count, folder, options) as farm:
        idle_mb = sum(resident_bytes(farm.pid).values()) / 1e6
        click.echo(
            f"camfarm: {count} cameras listen after {farm.start_s:.1f} s and take {idle_mb:.0f} MB "
            "before anyone watches",
            err=True,
        )
        where = ["--inventory", str(farm.inventory)]
        recording = ["--record", str(folder), "--record-count", str(min(CLIPS, count))]
        return {
            "udp": play([], farm.pid, "udp", seconds, SETTLE_S, *where, *recording),
            "tcp": play([], farm.pid, "tcp", seconds, SETTLE_S, *where),
        }


def measure_gstreamer(count: int, seconds: float, folder: Path) -> dict[str, Figures]:
    """Play as many mounts of GStreamer's server, which sends what was recorded."""
    clips = []
    for recording in sorted(folder.glob("*.rtp")):
        clips.append(recording.with_suffix(".mp4"))
        make_mp4(groups_of_pictures(recording), clips[-1], FPS, seconds + _SPARE_S)
    figures: dict[str, Figures] = {}
    for lower in _LOWERS:
        with running_gstreamer(count, clips) as (pid, port):
            urls = [f"rtsp://127.0.0.1:{port}/{number}" for number in range(count)]
            figures[lower] = play(urls, pid, lower, seconds, SETTLE_S)
    return figures


@contextlib.contextmanager
def running_gstreamer(count: int, clips: Sequence[Path]) -> Iterator[tuple[int, int]]:
    """Run GStreamer's server on the server's core; yields its pid and port."""
    command = [SYSTEM_PYTHON, str(_GST_SERVER), "--mounts", str(count), *map(str, clips)]
    process = start(command, SERVER_CORE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        port, _, version = process.stdout.readline().partition(" ")
        click.echo(f"{version.strip()}: {count} mounts", err=True)
        yield process.pid, int(port)
    finally:
        stop(process)
        if process.stdout is not None:
            process.stdout.close()


def has_gstreamer() -> bool:
    """Tell whether the system's Python can run GStreamer's RTSP server."""
    with contextlib.suppress(OSError):
        probe = subprocess.run([SYSTEM_PYTHON, "-c", _PROBE], capture_output=True, check=False)
        return probe.returncode == 0
    return False


ROWS: tuple[tuple[str, str], ...] = (
    ("streams that flow", "flowing"),
    ("streams that start with a key frame", "starting_with_key"),
    ("delivered, Mbit/s", "mbit_s"),
    ("server CPU, % of a core", "cpu_share"),
    ("CPU-seconds per gigabit", "cpu_per_gigabit"),
    ("lateness p50, ms", "p50"),
    ("lateness p99, ms", "p99"),
    ("lateness max, ms", "max"),
    ("frames late by an interval", "late_frames"),
    ("frames missing", "missing_frames"),
    ("packets lost", "lost_packets"),
    ("datagrams dropped by the client", "dropped_by_client"),
    ("sender reports", "sender_reports"),
    ("memory (RSS), MB", "rss_mb"),
    ("memory per camera, MB", "rss_per_camera_mb"),
    ("client CPU, % of a core", "client_share"),
)
RATIOS = ("cpu_per_gigabit", "p50", "p99", "rss_mb")


def row_values(figures: Figures) -> dict[str, float]:
    """Return what the table shows of one run."""
    rss_mb = sum(figures["server_rss"].values()) / 1e6
    return {
        **{key: figures[key] for _, key in ROWS if key in figures},
        **figures["lateness_ms"],
        "mbit_s": 1000 * figures["gigabits"] / figures["seconds"],
        "cpu_share": 100 * figures["server_cpu_s"] / figures["seconds"],
        "cpu_per_gigabit": figures["server_cpu_s"] / max(1e-9, figures["gigabits"]),
        "rss_mb": rss_mb,
        "rss_per_camera_mb": rss_mb / figures["streams"],
        "client_share": 100 * figures["client_cpu_s"] / figures["seconds"],
    }


def table(results: dict[str, dict[str, Figures]]) -> str:
    """Return all runs side by side, by transport, with the ratio of the first server to the second.

    ``results`` are figures by server and transport.
    """
    columns = [_column("", [title for title, _ in ROWS])]
    for lower in _LOWERS:
        runs = {server: row_values(figures[lower]) for server, figures in results.items()}
        for server, run in runs.items():
            columns.append(_column(f"{server} {lower}", [f"{run[key]:.4g}" for _, key in ROWS]))
        if len(runs) == 2:
            ours, theirs = runs.values()
            ratios = [_ratio(key, ours[key], theirs[key]) for _, key in ROWS]
            columns.append(_column("ratio", ratios))
    return "\n".join("  ".join(line) for line in zip(*columns, strict=True))


def _column(head: str, cells: list[str]) -> list[str]:
    """Return the column's lines, all of one width: titles to the left, numbers to the right."""
    width = max(map(len, [head, *cells]))
    return [cell.rjust(width) if head else cell.ljust(width) for cell in [head, *cells]]


def _ratio(key: str, ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if key in RATIOS and theirs else ""


@click.command()
@click.option("-n", "--cameras", "count", default=100, show_default=True, help="How many.")
@click.option("--seconds", default=20.0, show_default=True, help="Of each of the four runs.")
@click.option(
    "--set",
    "overrides",
    multiple=True,
    help="As of camfarm run: cameras.0.streams.main.size=640x360",
)
@click.option("--json", "target", type=click.Path(path_type=Path), help="Write all figures here.")
def main(count: int, seconds: float, overrides: tuple[str, ...], target: Path | None) -> None:
    """Play N cameras of 1280x720, 15 fps, 2 Mbit/s H.264, of camfarm and of GStreamer's server."""
    end_children_too()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        options = [word for override in overrides for word in ("--set", override)]
        make_loops(folder, options)
        results = {"camfarm": measure_camfarm(count, seconds, folder, options)}
        if has_gstreamer():
            results["gstreamer"] = measure_gstreamer(count, seconds, folder)
        else:
            click.echo(f"to compare with GStreamer's RTSP server: {APT_GET}", err=True)
    click.echo(table(results))
    if target is not None:
        target.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
