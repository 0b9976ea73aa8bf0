"""Threads and processes that render, encode and bake; their results come back on the reactor."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any, TypeVar

from twisted.internet.interfaces import IReactorFromThreads

from simulator.later import Later

T = TypeVar("T")

WORKER_NICENESS = 5
"""Bakes and loops can wait; packets cannot."""


class ReactorWorkers:
    """The farm's ``Workers``: a pool of threads, and of processes once the first is needed.

    Worker processes are spawned, not forked: a fork would carry the reactor's sockets along.
    """

    def __init__(self, reactor: IReactorFromThreads, threads: int, processes: int) -> None:
        """Make the pools.

        Args:
            reactor: where results are delivered.
            threads: how many pictures may be rendered and encoded at a time.
            processes: how many bakes and loops may be made at a time.
        """
        self._reactor = reactor
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="camfarm")
        spawn = multiprocessing.get_context("spawn")
        self._processes = ProcessPoolExecutor(processes, spawn, initializer=_be_a_worker)
        self._begun: set[Future[Any]] = set()
        self._closed = False

    def thread(self, call: Callable[..., T], *args: Any) -> Later[T]:
        """Run the call in a thread."""
        return self._submit(self._threads, call, args)

    def process(self, call: Callable[..., T], *args: Any) -> Later[T]:
        """Run the call in another process."""
        return self._submit(self._processes, call, args)

    def close(self) -> bool:
        """Drop what has not begun and end the worker processes; no result is delivered any more.

        Returns:
            Whether no thread is at work, nor a pool of processes: the interpreter would wait.
        """
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        children = list((self._processes._processes or {}).values())
        self._processes.shutdown(wait=False, cancel_futures=True)
        for child in children:
            child.terminate()
        # The pool of processes ends in a thread of its own, which the interpreter's end would race.
        return not children and all(future.done() for future in tuple(self._begun))

    def _submit(self, pool: Executor, call: Callable[..., T], args: tuple[Any, ...]) -> Later[T]:
        later: Later[T] = Later()
        future = pool.submit(call, *args)
        if pool is self._threads:
            self._begun.add(future)
            future.add_done_callback(self._begun.discard)
        future.add_done_callback(lambda done: self._deliver(later, done))
        return later

    def _deliver(self, later: Later[T], future: Future[T]) -> None:
        if self._closed or future.cancelled():
            return
        error = future.exception()
        if error is not None:
            self._reactor.callFromThread(later.fail, error)
        else:
            self._reactor.callFromThread(later.resolve, future.result())


def _be_a_worker() -> None:
    """Give way to whoever streams, leave Ctrl-C to the farm, and do not outlive it."""
    os.nice(WORKER_NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_farm, daemon=True).start()


def _end_with_the_farm() -> None:
    farm = multiprocessing.parent_process()
    if farm is not None:
        farm.join()  # a farm that was killed could not end its workers
        os._exit(1)
