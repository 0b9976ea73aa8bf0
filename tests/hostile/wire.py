"""Raw connections and datagrams, each test from an address of its own, so that rates do not mix."""

import contextlib
import itertools
import socket

_addresses = itertools.count(1)


def own_address():
    """Return a loopback address that nobody has used yet."""
    number = next(_addresses)
    return f"127.66.{number // 250}.{number % 250 + 1}"


@contextlib.contextmanager
def connection(camera, port, source=None):
    """Open a TCP connection to a port of a camera: ``http_port`` or ``rtsp_port``."""
    address = camera["host"], camera[port]
    with socket.create_connection(address, 30, (source or own_address(), 0)) as sock:
        yield sock


def send(sock, data):
    """Send all of it, as far as the other side lets us."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        sock.sendall(data)


def received(sock):
    """Return what has come; nothing if the other side has closed."""
    try:
        return sock.recv(65536)
    except ConnectionResetError:
        return b""


def everything(sock):
    """Return all that comes until the other side closes."""
    return b"".join(iter(lambda: received(sock), b""))


def status_of(data):
    """Return the status of an HTTP or RTSP response; 0 if there is none."""
    if not data:
        return 0
    version, status, *_ = data.split(b" ", 2)
    assert version.startswith((b"HTTP/1.", b"RTSP/1.0")), data[:100]
    return int(status)
