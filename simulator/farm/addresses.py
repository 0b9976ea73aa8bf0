"""Which address and ports each camera gets: ports of one host, or an address of its own."""

import ipaddress
import socket
from collections.abc import Iterator

import attrs

from simulator.net.sockets import AddressError, advertised_host, bind_tcp
from simulator.services.camera import Endpoints


@attrs.frozen
class Bound:
    """One camera's two listening sockets and the endpoints that they make.

    Attributes:
        host: the address that both are bound to.
        endpoints: as they are advertised.
        http: listens for SOAP and snapshots.
        rtsp: listens for RTSP.
    """

    host: str
    endpoints: Endpoints
    http: socket.socket
    rtsp: socket.socket

    def close(self) -> None:
        """Give both ports back."""
        self.http.close()
        self.rtsp.close()


def bind_port_range(host: str, http_port: int, rtsp_port: int, count: int) -> list[Bound]:
    """Bind ``count`` cameras to consecutive ports of one host.

    Args:
        host: the local address that all share.
        http_port: the first camera's SOAP port; 0 takes free ports.
        rtsp_port: the first camera's RTSP port; 0 takes free ports.
        count: how many cameras.

    Raises:
        AddressError: at the first port that cannot be had; nothing stays bound.
    """
    if http_port and rtsp_port and abs(http_port - rtsp_port) < count:
        raise AddressError(
            f"{count} cameras need {count} ports from --http-port {http_port} and as many from "
            f"--rtsp-port {rtsp_port}: the ranges overlap"
        )
    if max(http_port, rtsp_port) + count - 1 > 65535:
        raise AddressError(f"{count} ports from {max(http_port, rtsp_port)} on do not exist")
    wanted = (
        (host, http_port and http_port + index, rtsp_port and rtsp_port + index)
        for index in range(count)
    )
    return _bind_all(wanted)


def bind_addresses(network: str, http_port: int, rtsp_port: int, count: int) -> list[Bound]:
    """Bind ``count`` cameras, each to an address of its own out of ``network``, on equal ports.

    Raises:
        AddressError: if the network is malformed or too small, or an address cannot be had.
    """
    try:
        hosts = ipaddress.ip_network(network, strict=False)
    except ValueError as error:
        raise AddressError(f"--ips {network}: {error}") from error
    if hosts.version != 4:
        raise AddressError(f"--ips {network}: only IPv4 networks can be used")
    if hosts.num_addresses - 2 < count:
        raise AddressError(
            f"--ips {network} has {max(hosts.num_addresses - 2, 0)} addresses for {count} cameras"
        )
    addresses = hosts.hosts()
    wanted = ((str(next(addresses)), http_port, rtsp_port) for _ in range(count))
    return _bind_all(wanted)


def _bind_all(wanted: Iterator[tuple[str, int, int]]) -> list[Bound]:
    bound: list[Bound] = []
    try:
        bound.extend(bind(*place) for place in wanted)
    except AddressError:
        for pair in bound:
            pair.close()
        raise
    return bound


def bind(host: str, http_port: int, rtsp_port: int) -> Bound:
    """Bind one camera's two ports; 0 takes a free one.

    Raises:
        AddressError: if one of them cannot be had.
    """
    http = bind_tcp(host, http_port)
    try:
        rtsp = bind_tcp(host, rtsp_port)
    except AddressError:
        http.close()
        raise
    ports = http.getsockname()[1], rtsp.getsockname()[1]
    return Bound(host, Endpoints(advertised_host(host), *ports), http, rtsp)
