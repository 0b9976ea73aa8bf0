"""The reactor of the process: it runs until a signal, with a deadline for saying goodbye."""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.logger import Logger

from simulator.later import Later

_log = Logger(namespace="camfarm.farm")

GOODBYE_S = 3.0
"""How long the end may take once it was asked for."""


def the_reactor() -> Any:
    """Return Twisted's reactor; importing it installs it, so nobody does before the farm runs."""
    from twisted.internet import reactor

    return reactor


def run_until_signal(
    reactor: Any,
    begin: Callable[[], None],
    end: Callable[[], Later[None]],
    duration_s: float | None,
) -> bool:
    """Run the reactor until SIGINT, SIGTERM or the end of ``duration_s``, then let ``end`` finish.

    Args:
        reactor: from ``the_reactor``.
        begin: called once signals are heeded.
        end: begins the end; the reactor goes on until its result is there, or GOODBYE_S are over.
        duration_s: seconds to run; None has no end.

    Returns:
        Whether ``begin`` went well; if it raised, that was logged and the end began at once.
    """
    begun = False

    def start() -> None:
        nonlocal begun
        try:
            begin()
        except Exception:
            _log.failure("the farm cannot start")
            reactor.stop()
            return
        begun = True
        if duration_s is not None:
            reactor.callLater(duration_s, reactor.stop)

    def shut_down() -> Deferred[None]:
        over: Deferred[None] = deferLater(reactor, GOODBYE_S)
        over.addErrback(lambda _cancelled: None)
        end().then(lambda _value, _error: over.cancel())
        return over

    reactor.addSystemEventTrigger("before", "shutdown", shut_down)
    reactor.callWhenRunning(start)
    reactor.run()
    return begun
