"""Where the log goes: text or JSON lines on standard error."""

import sys
from typing import TextIO, cast

from twisted.logger import (
    FilteringLogObserver,
    ILogFilterPredicate,
    ILogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
    eventAsText,
    globalLogBeginner,
    jsonFileLogObserver,
)


def begin_logging(*, as_json: bool, verbose: bool, stream: TextIO = sys.stderr) -> None:
    """Send the log to ``stream`` from now on.

    Args:
        as_json: one JSON object a line instead of text.
        verbose: also requests and sessions, not only what went wrong.
        stream: where to write.
    """
    if as_json:
        writer = cast(ILogObserver, jsonFileLogObserver(stream, recordSeparator=""))
    else:
        writer = cast(ILogObserver, _TextObserver(stream))
    level = LogLevel.debug if verbose else LogLevel.warn
    predicate = LogLevelFilterPredicate(defaultLogLevel=level)
    predicate.setLogLevelForNamespace("camfarm.farm", LogLevel.info)
    observer = FilteringLogObserver(writer, [cast(ILogFilterPredicate, predicate)])
    globalLogBeginner.beginLoggingTo(
        [cast(ILogObserver, observer)], redirectStandardIO=False, discardBuffer=True
    )


class _TextObserver:
    """Writes a line an event: time, level, namespace, text."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: LogEvent) -> None:
        self._stream.write(eventAsText(event, includeTimestamp=True, includeSystem=True) + "\n")
        self._stream.flush()
