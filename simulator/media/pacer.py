"""When frames are due: one heap of deadlines for all streams of a farm."""

import heapq
import itertools
import math
from collections.abc import Callable

from twisted.logger import Logger

from simulator.clock import Clock, Timer

LEAST_WAIT_S = 0.002
"""Shortest wait between two rounds: it batches wake-ups and leaves the reactor to others."""

_EARLY_S = 0.0005
_BACKLOG_S = 1.0

_log = Logger(namespace="camfarm.media")


class Beat:
    """A call at every frame of a grid, each by ``phase_s`` after the frame's capture time."""

    __slots__ = ("call", "fps", "index", "phase_s")

    def __init__(
        self, fps: float, phase_s: float, call: Callable[[int], object], index: int
    ) -> None:
        self.fps = fps
        self.phase_s = phase_s
        self.call: Callable[[int], object] | None = call
        self.index = index

    @property
    def due(self) -> float:
        """When the next call is due, in seconds of scenario time."""
        return self.index / self.fps + self.phase_s

    def stop(self) -> None:
        """Make no more calls."""
        self.call = None


class Pacer:
    """One timer for all beats, with absolute deadlines, so that no error adds up.

    A beat that falls behind is called for every frame it owes, up to a second's worth; what is
    older is left out.
    """

    def __init__(self, clock: Clock) -> None:
        """Keep time by ``clock``."""
        self._clock = clock
        self._heap: list[tuple[float, int, Beat]] = []
        self._order = itertools.count()
        self._timer: Timer | None = None
        self._armed_for = math.inf

    def start(self, fps: float, phase_s: float, call: Callable[[int], object]) -> Beat:
        """Call ``call(index)`` for every frame from the next one on.

        Args:
            fps: frames per second.
            phase_s: delay of each call after the frame's capture time, less than a frame interval.
            call: takes the frame's index; an exception is logged, and ends nothing.
        """
        beat = Beat(fps, phase_s, call, _next_index(fps, phase_s, self._clock.seconds()))
        heapq.heappush(self._heap, (beat.due, next(self._order), beat))
        self._arm()
        return beat

    def _arm(self) -> None:
        due = self._heap[0][0] if self._heap else math.inf
        if self._timer is not None and self._timer.active():
            if self._armed_for <= due + LEAST_WAIT_S:
                return
            self._timer.cancel()
        if self._heap:
            wait = max(LEAST_WAIT_S, due - self._clock.seconds())
            self._armed_for = self._clock.seconds() + wait
            self._timer = self._clock.callLater(wait, self._round)

    def _round(self) -> None:
        heap, now = self._heap, self._clock.seconds()
        while heap and heap[0][0] <= now + _EARLY_S:
            _, _, beat = heap[0]
            call, index = beat.call, beat.index
            if call is None:
                heapq.heappop(heap)
                continue
            beat.index += 1
            if beat.due < now - _BACKLOG_S:
                beat.index = _next_index(beat.fps, beat.phase_s, now)
            heapq.heapreplace(heap, (beat.due, next(self._order), beat))
            try:
                call(index)
            except Exception:
                _log.failure("a stream failed at frame {index}", index=index)
        self._arm()


def _next_index(fps: float, phase_s: float, now: float) -> int:
    """Return the first frame whose call is due at ``now`` or later."""
    return max(0, math.ceil((now - phase_s) * fps - 1e-6))
