"""A farm in a process of its own, for tests with real sockets."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def running_farm(place: Path, *arguments: str, discovery: bool = False) -> Iterator[dict[str, Any]]:
    """Run ``camfarm run`` on free ports; give the inventory; demand that SIGTERM ends it well."""
    inventory, log = place / "inventory.json", place / "log"
    options = ["--http-port", "0", "--rtsp-port", "0", "--inventory", str(inventory)]
    if not discovery:
        options.append("--no-discovery")
    command = [sys.executable, "-m", "simulator", "run", *arguments, *options]
    with log.open("w") as sink:
        farm = subprocess.Popen(command, stdout=sink, stderr=sink)
    try:
        while not inventory.exists():
            assert farm.poll() is None, log.read_text()
            time.sleep(0.05)
        yield json.loads(inventory.read_text())
        farm.terminate()
        assert farm.wait(5) == 0, log.read_text()
    finally:
        farm.kill()
        farm.wait()
