"""Which address and ports each camera gets: one range of ports on one host, or one address per camera."""

import ipaddress
import socket
from collections.abc import Iterator

import attrs

from simulator.net.sockets import AddressError, bind_tcp
from simulator.services.camera import Endpoints

STANDARD_HTTP_PORT = 80
STANDARD_RTSP_PORT = 554


@attrs.frozen
class Bound:
    """One camera's two listening sockets and the endpoints that they make."""

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
    """Bind ``count`` cameras each to an address of its own out of ``network`` (CIDR), on equal ports.

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
        for host, http_port, rtsp_port in wanted:
            bound.append(bind(Endpoints(host, http_port, rtsp_port)))
    except AddressError:
        for pair in bound:
            pair.close()
        raise
    return bound


def bind(endpoints: Endpoints) -> Bound:
    """Bind one camera's two ports; ports given as 0 come back as what was found free."""
    http = bind_tcp(endpoints.host, endpoints.http_port)
    try:
        rtsp = bind_tcp(endpoints.host, endpoints.rtsp_port)
    except AddressError:
        http.close()
        raise
    found = Endpoints(endpoints.host, http.getsockname()[1], rtsp.getsockname()[1])
    return Bound(found, http, rtsp)
