"""RTSP from a byte stream, for either side of a connection (RFC 2326 sections 4 and 10.12)."""

import re

import attrs

from simulator.wire.rtsp.error import RtspError
from simulator.wire.rtsp.message import Event, InterleavedFrame, Message, parse_head

MAX_HEADER = 16 * 1024
"""Longest first line and header fields of one message, in bytes."""

MAX_BODY = 64 * 1024
"""Longest body of one message, in bytes."""

_DOLLAR = ord("$")
_NEWLINES = b"\r\n"
_END_OF_HEAD = re.compile(rb"\n\r?\n")
_CSEQ = re.compile(rb"^cseq[ \t]*:[ \t]*([0-9]{1,10})", re.IGNORECASE | re.MULTILINE)
_LENGTH = re.compile(r"[0-9]{1,10}")


class RtspParser:
    """Requests, responses and interleaved frames, as they complete; however the stream is cut.

    After an error the stream has no known message boundary any more: the parser raises the same
    error for all further data, and the connection should be closed behind the answer.
    """

    def __init__(self, max_header: int = MAX_HEADER, max_body: int = MAX_BODY) -> None:
        """Set the limits, in bytes; an interleaved frame is limited by its own 16-bit length."""
        self._max_header = max_header
        self._max_body = max_body
        self._buffer = bytearray()
        self._position = 0  # of the next byte to look at, in the buffer
        self._searched = 0  # how far the buffer is known to hold no end of a head
        self._dropped = 0  # bytes of the stream before the buffer
        self._open: tuple[Message, int] | None = None  # a message that waits for its body
        self._error: RtspError | None = None

    def receive_data(self, data: bytes) -> list[Event]:
        """Take the next bytes of the stream and return what they complete.

        Raises:
            RtspError: 400 for bytes that are not RTSP, 413 for a body above the limit. The error
                has the offset in the stream, the CSeq if legible, and the events before it.
        """
        if self._error is not None:
            self._error.events = ()
            raise self._error
        self._buffer += data
        events: list[Event] = []
        try:
            while (event := self._next()) is not None:
                events.append(event)
        except RtspError as error:
            self._error = error.moved(self._dropped + self._position)
            error.events = tuple(events)
            self._buffer.clear()
            raise
        self._drop()
        return events

    def _drop(self) -> None:
        """Forget the bytes that have been understood: once a call, not once an event."""
        if self._position:
            del self._buffer[: self._position]
            self._dropped += self._position
            self._searched = max(0, self._searched - self._position)
            self._position = 0

    def _next(self) -> Event | None:
        if self._open is not None:
            return self._body(*self._open)
        buffer, end = self._buffer, len(self._buffer)
        while self._position < end and buffer[self._position] in _NEWLINES:
            self._position += 1
        if self._position == end:
            return None
        if buffer[self._position] == _DOLLAR:
            return self._frame()
        return self._message()

    def _frame(self) -> InterleavedFrame | None:
        start = self._position
        payload = start + 4
        if len(self._buffer) < payload:
            return None
        end = payload + int.from_bytes(self._buffer[start + 2 : payload], "big")
        if len(self._buffer) < end:
            return None
        self._position = end
        return InterleavedFrame(self._buffer[start + 1], bytes(self._buffer[payload:end]))

    def _message(self) -> Message | None:
        start = self._position
        if not 0x20 < self._buffer[start] < 0x7F:
            raise RtspError(400, f"a message cannot begin with byte 0x{self._buffer[start]:02x}", 0)
        found = _END_OF_HEAD.search(self._buffer, max(start, self._searched - 2))
        # Without an end the last two bytes may be the first of one, and do not count.
        length = (found.start() if found else len(self._buffer) - 2) - start
        if length > self._max_header:
            raise self._refusal(400, f"header fields longer than {self._max_header} bytes")
        if not found:
            self._searched = len(self._buffer)
            return None
        head = bytes(self._buffer[start : found.start()])
        try:
            message = parse_head(head)
            body_length = self._body_length(message)
        except RtspError as error:
            error.cseq = _cseq(head)
            raise
        self._position = found.end()
        self._open = message, body_length
        return self._body(message, body_length)

    def _body_length(self, message: Message) -> int:
        """Return the announced length of the body (RFC 2326 section 12.14: none means no body)."""
        lengths = set(message.headers.all("Content-Length"))
        if not lengths:
            return 0
        text = lengths.pop()
        if lengths or not _LENGTH.fullmatch(text):
            raise RtspError(400, "Content-Length is not one decimal number", 0)
        if int(text) > self._max_body:
            raise RtspError(413, f"body of {text} bytes is longer than {self._max_body}", 0)
        return int(text)

    def _body(self, message: Message, length: int) -> Message | None:
        end = self._position + length
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[self._position : end])
        self._position = end
        self._open = None
        return attrs.evolve(message, body=body) if body else message

    def _refusal(self, status: int, reason: str) -> RtspError:
        error = RtspError(status, reason, 0)
        error.cseq = _cseq(bytes(self._buffer[self._position : self._position + self._max_header]))
        return error


def _cseq(head: bytes) -> str | None:
    found = _CSEQ.search(head)
    return found[1].decode() if found else None
