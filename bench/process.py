"""Processes under test: pinned to a core, measured by /proc with all their children."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

SERVER_CORE, CLIENT_CORE = 0, 1
STOP_S = 20.0

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_ROOT = Path(__file__).resolve().parent.parent


def start(command: Sequence[str], core: int | None, **options: Any) -> "subprocess.Popen[str]":
    """Start a program on one core, if it is one of several; on all of them if None.

    ``options`` go to ``subprocess.Popen``.
    """
    process: subprocess.Popen[str] = subprocess.Popen(
        command,
        cwd=_ROOT,
        text=True,
        preexec_fn=None if core is None else lambda: pin(core),
        **options,
    )
    return process


def end_children_too() -> None:
    """Make SIGTERM end this program as Ctrl-C does, so that nothing it started stays behind."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pin(core: int) -> None:
    """Run this process on one core, if it may use that core and another."""
    allowed = os.sched_getaffinity(0)
    if core in allowed and len(allowed) > 1:
        os.sched_setaffinity(0, {core})


def stop(process: "subprocess.Popen[str]") -> int:
    """End a program that ``start`` began, and return its exit code."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def cpu_seconds(pid: int) -> dict[int, float]:
    """Return the CPU time that each process of a tree has used, all of its threads together."""
    used = {}
    for member in tree(pid):
        fields = _stat(member)
        if fields:
            used[member] = (int(fields[11]) + int(fields[12])) / _TICKS_PER_S
    return used


def spent(before: Mapping[int, float], after: Mapping[int, float]) -> float:
    """Return the seconds between two looks at the same tree."""
    return sum(used - before.get(pid, 0.0) for pid, used in after.items())


def resident_bytes(pid: int) -> dict[int, int]:
    """Return the resident memory of each process of a tree; what they share counts in each."""
    page = os.sysconf("SC_PAGE_SIZE")
    return {member: int(_stat(member)[21]) * page for member in tree(pid) if _stat(member)}


def tree(pid: int) -> list[int]:
    """Return the process and all its descendants."""
    children: dict[int, list[int]] = {}
    for other in _pids():
        fields = _stat(other)
        if fields:
            children.setdefault(int(fields[1]), []).append(other)
    found = [pid]
    for member in found:
        found.extend(children.get(member, []))
    return found


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the third on; nothing if the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return text.rpartition(") ")[2].split()
