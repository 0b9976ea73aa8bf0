"""Listening sockets, bound before anything is built on them: a port in use is found at once."""

import errno
import resource
import socket

from simulator.errors import SimulatorError

BACKLOG = 512


class AddressError(SimulatorError):
    """An address or port that cannot be had; the text says which and what to do."""


def bind_tcp(host: str, port: int) -> socket.socket:
    """Return a listening, non-blocking TCP socket.

    Args:
        host: a local IPv4 address.
        port: 0 to 65535; 0 takes a free one.

    Raises:
        AddressError: if the address is not local, or the port is in use or not allowed.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise AddressError(_advice(host, port, error)) from error
    listener.setblocking(False)
    return listener


def advertised_host(host: str) -> str:
    """Return the address by which others reach a socket that is bound to ``host``.

    For 0.0.0.0 it is the one that this machine uses towards the rest of the network.
    """
    if host != "0.0.0.0":
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: it only chooses a route
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _advice(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"{host}:{port} is in use; choose other ports with --http-port and --rtsp-port"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine; choose another --host or --ips"
    if error.errno == errno.EACCES:
        return (
            f"{host}:{port} needs privileges (ports below 1024); choose higher ports "
            "with --http-port and --rtsp-port"
        )
    return f"cannot listen on {host}:{port}: {error.strerror}"


def raise_descriptor_limit(needed: int) -> None:
    """Raise this process's limit of open files to at least ``needed``.

    Raises:
        AddressError: if the hard limit is lower.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise AddressError(
            f"this farm needs about {needed} open files, and the limit is {hard}; "
            f"raise it (ulimit -Hn {needed}) or start fewer cameras"
        )
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed if hard == -1 else hard, hard))
