"""A farm in a process of its own, for tests with real sockets."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

CACHE = Path(__file__).resolve().parents[1] / ".cache" / "farm"
"""Views and loops that test runs make once; ``make clean`` removes them."""

START_S = 60.0
END_S = 5.0
"""A farm ends within this time (the command's promise), and starts long within the other."""


@attrs.frozen
class FarmProcess:
    """A farm that runs.

    Attributes:
        pid: of its main process.
        inventory: what it says of itself.
        log: file with all that it prints.
    """

    pid: int
    inventory: dict[str, Any]
    log: Path

    @property
    def cameras(self) -> list[dict[str, Any]]:
        """Every camera of the inventory."""
        return self.inventory["cameras"]

    def memory_kib(self) -> int:
        """Return how much memory the main process has."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])


def camfarm(*arguments: object, **options: Any) -> "subprocess.Popen[Any]":
    """Start ``camfarm`` with the tests' cache; options as for Popen."""
    command = [sys.executable, "-m", "simulator", *map(str, arguments)]
    return subprocess.Popen(command, env={**os.environ, "XDG_CACHE_HOME": str(CACHE)}, **options)


@contextlib.contextmanager
def farm_process(
    place: Path, *arguments: object, ports: tuple[int, int] | None = (0, 0), discovery: bool = False
) -> Iterator[FarmProcess]:
    """Run ``camfarm run``; demand that SIGTERM ends it well.

    Args:
        place: a directory for its inventory and log.
        arguments: further ones.
        ports: the first HTTP and RTSP port, 0 for free ones; None leaves them to the farm.
        discovery: whether it takes part in discovery, with all others on this machine.
    """
    inventory, log = place / "inventory.json", place / "log"
    inventory.unlink(missing_ok=True)
    options = [*arguments, "--inventory", inventory]
    if ports is not None:
        options += ["--http-port", ports[0], "--rtsp-port", ports[1]]
    if not discovery:
        options.append("--no-discovery")
    with log.open("a") as sink:
        farm = camfarm("run", *options, stdout=sink, stderr=sink)
    try:
        deadline = time.monotonic() + START_S
        while not inventory.exists():
            assert farm.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield FarmProcess(farm.pid, json.loads(inventory.read_text()), log)
        farm.terminate()
        assert farm.wait(END_S) == 0, log.read_text()
    finally:
        farm.kill()
        farm.wait()


@contextlib.contextmanager
def running_farm(place: Path, *arguments: str, discovery: bool = False) -> Iterator[dict[str, Any]]:
    """Run a farm as ``farm_process`` does, and give the inventory."""
    with farm_process(place, *arguments, discovery=discovery) as farm:
        yield farm.inventory
