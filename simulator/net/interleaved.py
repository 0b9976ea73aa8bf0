"""What leaves on an RTSP connection: messages that must arrive, and media that may be left out."""

import socket
from typing import Any, Protocol

from twisted.internet.interfaces import IPullProducer
from zope.interface import implementer

MAX_QUEUE = 256 * 1024
"""Bytes of messages that may wait for a client that does not read; then it is cut off."""


class StreamTransport(Protocol):
    """The part of Twisted's ``ITCPTransport`` that is needed here."""

    def write(self, data: bytes) -> object:
        """Send as soon as possible."""

    def loseConnection(self) -> object:
        """Close behind what is written."""

    def abortConnection(self) -> object:
        """Close at once."""

    def registerProducer(self, producer: Any, streaming: bool) -> object:
        """Ask for more whenever everything is sent."""

    def unregisterProducer(self) -> object:
        """Ask no more."""


@implementer(IPullProducer)
class InterleavedWriter:
    """Writes straight into the socket; what that does not take goes through the transport's buffer.

    While the transport has a rest to send, nothing may overtake it: messages queue behind it, and
    media is for the caller to leave out (``blocked``).
    """

    def __init__(self, transport: StreamTransport, raw: socket.socket | None) -> None:
        """Write to a connection.

        Args:
            transport: the connection.
            raw: its non-blocking socket; None if bytes do not go there as they are (TLS).
        """
        self._transport = transport
        self._raw = raw
        self._queued = 0
        self._registering = False
        self._closed = False
        self.blocked = False

    def write(self, data: bytes | memoryview) -> None:
        """Write one or more whole messages; a view may be overwritten as soon as this returns."""
        if self._closed:
            return
        if self.blocked:
            self._queue(bytes(data))
            return
        sent = self._send(data)
        if sent < len(data):
            self._transport.write(bytes(data[sent:]))
            self._block()

    def close(self) -> None:
        """Close the connection behind what is queued, and write nothing more."""
        if not self._closed:
            self._closed = True
            if self.blocked:
                self._transport.unregisterProducer()
            self.blocked = True
            self._transport.loseConnection()

    def _send(self, data: bytes | memoryview) -> int:
        if self._raw is None:
            return 0
        try:
            return self._raw.send(data)
        except BlockingIOError:
            return 0
        except OSError:  # the transport will find out by itself, and tell
            return len(data)

    def _queue(self, data: bytes) -> None:
        self._queued += len(data)
        if self._queued > MAX_QUEUE:
            self._closed = True
            self._transport.abortConnection()
        else:
            self._transport.write(data)

    def _block(self) -> None:
        self.blocked = True
        self._registering = True
        self._transport.registerProducer(self, False)
        self._registering = False

    def resumeProducing(self) -> None:
        """Learn that the transport has sent all it had (or just that it has a producer now)."""
        if not self._registering:
            self._transport.unregisterProducer()
            self._queued = 0
            self.blocked = False

    def stopProducing(self) -> None:
        """Learn that the connection is gone."""
        self._closed = self.blocked = True
