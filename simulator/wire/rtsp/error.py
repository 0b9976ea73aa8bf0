"""The one error of this package."""

from typing import TYPE_CHECKING

from simulator.errors import SimulatorError

if TYPE_CHECKING:
    from simulator.wire.rtsp.message import Event


class RtspError(SimulatorError):
    """Bytes that are not RTSP, or a request that RTSP refuses (RFC 2326 section 7.1.1).

    Attributes:
        status: the status code that a server answers with, 400 to 599.
        reason: what is wrong, for a log; not the standard reason phrase.
        offset: where, in bytes from the beginning of the stream; None outside a stream.
        cseq: the CSeq of the request that failed, where it could still be read.
        events: what the parser had understood in the same data before the error.
    """

    def __init__(self, status: int, reason: str, offset: int | None = None) -> None:
        """Say what is wrong; ``offset`` may be relative and be corrected with ``moved``."""
        super().__init__(status, reason, offset)
        self.status = status
        self.reason = reason
        self.offset = offset
        self.cseq: str | None = None
        self.events: tuple[Event, ...] = ()

    def moved(self, by: int) -> "RtspError":
        """Return this error with its offset counted from a point ``by`` bytes earlier."""
        self.offset = by + (self.offset or 0)
        return self

    def __str__(self) -> str:
        place = "" if self.offset is None else f" (byte {self.offset})"
        return f"{self.status}: {self.reason}{place}"
