"""``camfarm run``: start the cameras of a scenario."""

import os
from pathlib import Path
from typing import Any

import click

from simulator.cli.mistake import Mistaken
from simulator.cli.worlds import mounts_of
from simulator.config.demo import demo_scenario
from simulator.config.loader import ScenarioError, load_scenario
from simulator.config.model import Scenario
from simulator.config.values import parse_duration
from simulator.farm.options import FarmOptions

HTTP_PORT = 8000
RTSP_PORT = 8554

_Port = click.IntRange(0, 65535)


def _duration(text: str) -> float:
    try:
        seconds = float(text) if text.isdecimal() else parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    if seconds <= 0:
        raise click.BadParameter(f"{text!r} is not above zero")
    return seconds


def _in_a_directory(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and not os.access(path.parent, os.W_OK):
        raise click.BadParameter(f"{str(path.parent)!r} is not a directory that can be written to")
    return path


def _made_directory(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    if path is None:
        return None
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.BadParameter(f"{str(path)!r}: {error.strerror}") from None
    return path


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path), required=False)
@click.option(
    "-n",
    "--cameras",
    type=click.IntRange(1, 10_000),
    help="How many cameras: of the demo, or by scaling the entries with a count.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of all cameras.")
@click.option(
    "--http-port",
    type=_Port,
    help="SOAP port of the first camera, each next camera has the next; 0 takes free ports.  "
    f"[default: {HTTP_PORT}; 80 with --ips]",
)
@click.option(
    "--rtsp-port",
    type=_Port,
    help=f"RTSP port of the first camera, likewise.  [default: {RTSP_PORT}, or the first above the "
    "SOAP ports if they reach so far; 554 with --ips]",
)
@click.option("--ips", metavar="CIDR", help="Give each camera an address out of this network.")
@click.option("--seed", type=click.IntRange(0), help="Replaces the scenario's seed.")
@click.option(
    "--duration", "duration_s", type=_duration, metavar="TIME", help="End after 30s, 5m, ..."
)
@click.option(
    "--inventory",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_in_a_directory,
    help="Write all cameras as JSON to this file once they listen.",
)
@click.option(
    "--no-discovery",
    "discovery",
    is_flag=True,
    flag_value=False,
    default=True,
    help="Do not answer WS-Discovery.",
)
@click.option(
    "--state",
    "state_dir",
    type=click.Path(path_type=Path, file_okay=False),
    callback=_made_directory,
    help="Keep what cameras remember in this directory, from run to run.",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Replace a value of the scenario, for example defaults.model=dome-ptz; may be repeated.",
)
@click.option("--log-json", is_flag=True, help="Write the log as JSON lines.")
@click.option("-v", "--verbose", is_flag=True, help="Log every request and session.")
def run(
    scenario: Path | None,
    cameras: int | None,
    seed: int | None,
    overrides: tuple[str, ...],
    http_port: int | None,
    rtsp_port: int | None,
    ips: str | None,
    **options: Any,
) -> None:
    """Run the cameras of SCENARIO, or of the built-in demo, until SIGINT or SIGTERM.

    Exit code 0 at the end, 2 for a mistake in the call or the scenario, 1 for a failure at run
    time.
    """
    if seed is not None:
        overrides = (*overrides, f"seed={seed}")
    chosen = _scenario(scenario, cameras, overrides)
    http_port, rtsp_port = _ports(http_port, rtsp_port, ips, len(chosen.resolve()))
    ready = FarmOptions(http_port=http_port, rtsp_port=rtsp_port, ips=ips, **options)
    from simulator.farm.farm import run_farm

    raise click.exceptions.Exit(run_farm(chosen, ready))


def _scenario(file: Path | None, cameras: int | None, overrides: tuple[str, ...]) -> Scenario:
    try:
        if file is None:
            return demo_scenario(cameras, overrides, mounts_of=mounts_of)
        scenario = load_scenario(file, overrides, mounts_of=mounts_of)
    except ScenarioError as error:
        raise Mistaken(error) from None
    if cameras is None:
        return scenario
    try:
        return scenario.scaled(cameras)
    except ValueError as error:
        raise click.UsageError(f"-n {cameras}: {error}") from None


def _ports(http: int | None, rtsp: int | None, ips: str | None, cameras: int) -> tuple[int, int]:
    """Fill in the ports that were not given: standard ones, or two ranges that keep clear."""
    if ips is not None:
        return (80 if http is None else http), (554 if rtsp is None else rtsp)
    first = HTTP_PORT if http is None else http
    if rtsp is not None:
        return first, rtsp
    overlap = first and abs(first - RTSP_PORT) < cameras
    return first, (first + cameras if overlap else RTSP_PORT)
