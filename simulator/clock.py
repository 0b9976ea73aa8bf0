"""Time: the one clock of a farm, virtual or real, and the wall clock of each camera.

Scenario time is a float of seconds since the scenario began; everything that happens is a function
of it. A camera's wall clock (UTC) is derived from scenario time, so that a skewed or stepped camera
clock stays coherent in its SOAP answers, sender reports, events and overlays.
"""

import heapq
import itertools
import time
from collections.abc import Callable
from typing import Any, Protocol

import attrs

NTP_EPOCH_OFFSET_S = 2_208_988_800
"""Seconds from the NTP epoch (1900) to the Unix epoch (1970), RFC 5905 section 6."""


class Timer(Protocol):
    """A call that waits for its time; Twisted's ``IDelayedCall`` is one."""

    def cancel(self) -> None:
        """Forget the call; an error if it was made or cancelled before."""

    def active(self) -> bool:
        """Tell whether the call is still to be made."""


class Clock(Protocol):
    """Scenario time and calls at a later time: the part of Twisted's ``IReactorTime`` we use."""

    def seconds(self) -> float:
        """Return scenario time in seconds; it never goes back."""

    def callLater(self, delay: float, call: Callable[..., object], *args: Any) -> Timer:
        """Make the call ``delay`` seconds (>= 0) from now."""


class _SimTimer:
    """One entry of a ``SimClock``."""

    __slots__ = ("args", "call")

    def __init__(self, call: Callable[..., object], args: tuple[Any, ...]) -> None:
        self.call: Callable[..., object] | None = call
        self.args = args

    def cancel(self) -> None:
        if self.call is None:
            raise RuntimeError("the timer was already made or cancelled")
        self.call = None

    def active(self) -> bool:
        return self.call is not None


class SimClock:
    """Virtual time: a heap of calls, advanced by hand; the same order of calls every time."""

    def __init__(self, start: float = 0.0) -> None:
        self._now = start
        self._order = itertools.count()
        self._heap: list[tuple[float, int, _SimTimer]] = []

    def seconds(self) -> float:
        """Return scenario time in seconds."""
        return self._now

    def callLater(self, delay: float, call: Callable[..., object], *args: Any) -> Timer:
        """Make the call ``delay`` seconds (>= 0) from now; equal times keep the order of asking."""
        if delay < 0:
            raise ValueError(f"a timer cannot be {delay} s from now")
        timer = _SimTimer(call, args)
        heapq.heappush(self._heap, (self._now + delay, next(self._order), timer))
        return timer

    def advance(self, seconds: float) -> None:
        """Go ``seconds`` forward and make every call that falls due, each at its own time."""
        end = self._now + seconds
        while self._heap and self._heap[0][0] <= end:
            self._now, _, timer = heapq.heappop(self._heap)
            call, timer.call = timer.call, None
            if call is not None:
                call(*timer.args)
        self._now = end


class RealClock:
    """Scenario time that runs with the machine's monotonic clock, on a Twisted reactor's timers."""

    def __init__(self, call_later: Callable[..., Timer]) -> None:
        """Start at scenario time zero; ``call_later`` is ``reactor.callLater``."""
        self._call_later = call_later
        self._zero = time.monotonic()

    def seconds(self) -> float:
        """Return seconds since this clock was made."""
        return time.monotonic() - self._zero

    def callLater(self, delay: float, call: Callable[..., object], *args: Any) -> Timer:
        """Make the call ``delay`` seconds (>= 0) from now."""
        return self._call_later(delay, call, *args)


def machine_utc() -> float:
    """Return the machine's UTC as Unix seconds: the default start of a scenario."""
    return time.time()


@attrs.define
class CameraClock:
    """A camera's own wall clock, as a function of scenario time.

    Attributes:
        start_utc: UTC (Unix seconds) that the world's clock shows at scenario time zero.
        offset_s: how far this camera's clock is ahead of the world's, in seconds.
        drift: seconds gained per second of scenario time (1e-6 is one part per million).
    """

    start_utc: float
    offset_s: float = 0.0
    drift: float = 0.0

    def utc(self, now: float) -> float:
        """Return the camera's UTC in Unix seconds at scenario time ``now``."""
        return self.start_utc + now * (1.0 + self.drift) + self.offset_s

    def step_to(self, utc: float, now: float) -> None:
        """Set the camera's clock so that it shows ``utc`` at scenario time ``now``."""
        self.offset_s += utc - self.utc(now)


def ntp64(utc: float) -> int:
    """Return Unix seconds as a 64-bit NTP timestamp (RFC 5905 section 6): 32.32 fixed point."""
    return round((utc + NTP_EPOCH_OFFSET_S) * (1 << 32)) & 0xFFFF_FFFF_FFFF_FFFF


def rtp_units(seconds: float, clock_rate: int, offset: int = 0) -> int:
    """Return ``seconds`` on a 32-bit RTP clock of ``clock_rate`` Hz, ``offset`` at zero."""
    return (offset + round(seconds * clock_rate)) & 0xFFFF_FFFF
