import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator.later import Later
from simulator.net.workers import ReactorWorkers

PROGRAM = """
import os, signal, sys
from simulator.net.workers import ReactorWorkers

class Reactor:
    def callFromThread(self, call, *args):
        call(*args)

if __name__ == "__main__":
    workers = ReactorWorkers(Reactor(), threads=1, processes=1)
    workers.process(os.getpid).then(lambda pid, error: print(pid or error, flush=True))
    signal.pause()
"""


class Reactor:
    def callFromThread(self, call, *args):
        call(*args)


@pytest.fixture
def workers():
    made = ReactorWorkers(Reactor(), threads=1, processes=1)
    yield made
    made.close()


def outcome(later: Later) -> object:
    deadline = time.monotonic() + 60
    while not later.done and time.monotonic() < deadline:
        time.sleep(0.005)
    found = []
    later.then(lambda value, error: found.append(error or value))
    return found[0]


def test_a_thread_gives_its_result(workers: ReactorWorkers) -> None:
    assert outcome(workers.thread(sum, [1, 2])) == 3


def test_an_error_comes_back(workers: ReactorWorkers) -> None:
    assert isinstance(outcome(workers.thread(int, "x")), ValueError)
    assert isinstance(outcome(workers.process(int, "x")), ValueError)


def test_a_process_is_another_one_and_gives_way(workers: ReactorWorkers) -> None:
    assert outcome(workers.process(os.getpid)) != os.getpid()
    assert outcome(workers.process(os.nice, 0)) > os.nice(0)


def test_a_worker_ends_with_a_farm_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE) as farm:
        assert farm.stdout is not None
        worker = int(farm.stdout.readline())
        farm.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while _runs(worker) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _runs(worker)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
