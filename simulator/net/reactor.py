"""The reactor of the process: it runs until a signal, with a deadline for saying goodbye."""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from simulator.later import Later

GOODBYE_S = 3.0
"""How long the end may take once it was asked for."""


def the_reactor() -> Any:
    """Return Twisted's reactor; importing it installs it, so nobody does before the farm runs."""
    from twisted.internet import reactor

    return reactor


def run_until_signal(
    reactor: Any, end: Callable[[], Later[None]], duration_s: float | None
) -> None:
    """Run the reactor until SIGINT, SIGTERM or the end of ``duration_s``, then let ``end`` finish.

    Args:
        reactor: from ``the_reactor``.
        end: begins the end; the reactor goes on until its result is there, or GOODBYE_S are over.
        duration_s: seconds to run; None has no end.
    """

    def shut_down() -> Deferred[None]:
        over: Deferred[None] = deferLater(reactor, GOODBYE_S)
        over.addErrback(lambda _cancelled: None)
        end().then(lambda _value, _error: over.cancel())
        return over

    reactor.addSystemEventTrigger("before", "shutdown", shut_down)
    if duration_s is not None:
        reactor.callLater(duration_s, reactor.stop)
    reactor.run()
