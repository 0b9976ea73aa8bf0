"""A farm under test: started in a process of its own, and ended by its pid."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs

from bench.process import SERVER_CORE, start, stop

CAMERAS = Path(__file__).with_name("cameras.yaml")

_START_S = 120.0


class StartError(Exception):
    """A server that did not come up; the text is what it said last."""


@attrs.frozen
class Farm:
    """A farm that listens.

    Attributes:
        pid: of its main process.
        inventory: the file that lists its cameras.
        start_s: how long it took until every camera listened.
    """

    pid: int
    inventory: Path
    start_s: float

    def cameras(self) -> list[dict[str, Any]]:
        """Return the cameras of the inventory."""
        cameras: list[dict[str, Any]] = json.loads(self.inventory.read_text())["cameras"]
        return cameras


@contextlib.contextmanager
def running_farm(
    count: int, folder: Path, options: Sequence[str] = (), core: int | None = SERVER_CORE
) -> Iterator[Farm]:
    """Run ``count`` cameras on one core, or on all, with free ports and no discovery.

    Raises:
        StartError: if they do not come up, or do not end as they should.
    """
    inventory, log = folder / "inventory.json", folder / "farm.log"
    command = [sys.executable, "-m", "simulator", "run", str(CAMERAS), "-n", str(count)]
    command += ["--http-port", "0", "--rtsp-port", "0", "--no-discovery"]
    command += ["--inventory", str(inventory), *options]
    inventory.unlink(missing_ok=True)
    began = time.monotonic()
    with log.open("w") as output:
        process = start(command, core, stdout=output, stderr=subprocess.STDOUT)
    try:
        _await(inventory, process, log)
        start_s = time.monotonic() - began
        yield Farm(process.pid, inventory, start_s)
    finally:
        code = stop(process)
    if code:
        raise StartError(f"the farm ended with exit code {code}:\n{_tail(log)}")


def _await(inventory: Path, process: "subprocess.Popen[str]", log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while not inventory.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise StartError(_tail(log))
        time.sleep(0.02)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text().splitlines()[-20:])
