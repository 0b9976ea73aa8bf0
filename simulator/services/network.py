"""Device service: names, servers and interfaces (ONVIF Core 8.2).

What is set here is remembered and answered; a simulated camera asks no name server and has no DHCP
client, so a request to take a value from DHCP is refused. NTP servers say whether it may use NTP.
"""

import ipaddress
from collections.abc import Mapping
from typing import Any

import attrs

from simulator.device.hosts import address_type, check_address, is_host_name
from simulator.errors import Fault, sender
from simulator.services.camera import Camera
from simulator.services.device import Answer, Request, device
from simulator.services.registry import Access, Call

MAX_NTP_SERVERS = 4
"""How many NTP servers a client may set."""

INTERFACE_TOKEN = "eth0"
MTU = 1500
"""Octets of an Ethernet frame's payload; RTP packets are cut to fit."""


@device.operation("GetHostname", Access.PRE_AUTH)
def get_hostname(camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.2.1."""
    name = camera.store.state.network.hostname
    return {"HostnameInformation": {"FromDHCP": False, "Name": name}}


@device.operation("SetHostname", Access.WRITE_SYSTEM)
def set_hostname(camera: Camera, request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.2.2."""
    name = request["Name"]
    if not is_host_name(name):
        reason = f"{name!r} is not a host name (RFC 1123)"
        raise sender("InvalidArgVal", "InvalidHostname", reason=reason)
    _commit(camera, "SetHostname", hostname=name)
    return None


@device.operation("GetDNS", Access.READ_SYSTEM)
def get_dns(camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.2.4."""
    network = camera.store.state.network
    return {
        "DNSInformation": {
            "FromDHCP": False,
            "SearchDomain": network.search_domains,
            "DNSManual": [_host(address) for address in network.dns],
        }
    }


@device.operation("SetDNS", Access.WRITE_SYSTEM)
def set_dns(camera: Camera, request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.2.5: a list that is missing keeps what it is."""
    _refuse_dhcp(request)
    network = camera.store.state.network
    servers = request.get("DNSManual")
    dns = network.dns if servers is None else tuple(map(_address, servers))
    domains = tuple(request.get("SearchDomain", network.search_domains))
    _commit(camera, "SetDNS", dns=dns, search_domains=domains)
    return None


@device.operation("GetNTP", Access.READ_SYSTEM)
def get_ntp(camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.2.6."""
    servers = [_host(server) for server in camera.store.state.network.ntp]
    return {"NTPInformation": {"FromDHCP": False, "NTPManual": servers}}


@device.operation("SetNTP", Access.WRITE_SYSTEM)
def set_ntp(camera: Camera, request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.2.7: the last server stays while the clock is set by NTP."""
    _refuse_dhcp(request)
    servers = tuple(map(_address, request.get("NTPManual", ())))
    if not servers and camera.store.state.time.source == "NTP":
        raise sender("InvalidArgVal", "TimeSyncedToNtp", reason="the clock is set by NTP")
    if len(servers) > MAX_NTP_SERVERS:
        raise sender("InvalidArgVal", reason=f"there may be {MAX_NTP_SERVERS} NTP servers")
    _commit(camera, "SetNTP", ntp=servers)
    return None


@device.operation("GetNetworkDefaultGateway", Access.READ_SYSTEM)
def get_network_default_gateway(camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.2.14."""
    return {"NetworkGateway": {"IPv4Address": camera.store.state.network.gateways}}


@device.operation("SetNetworkDefaultGateway", Access.WRITE_SYSTEM)
def set_network_default_gateway(camera: Camera, request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.2.15: IPv4 only, as the interface is."""
    if request.get("IPv6Address"):
        reason = "the interface has no IPv6"
        raise sender("InvalidArgVal", "InvalidIPv6Address", reason=reason)
    addresses = request.get("IPv4Address", ())
    gateways = tuple(check_address(address, 4) for address in addresses)
    if any(ipaddress.IPv4Address(gateway).is_multicast for gateway in gateways):
        reason = "a multicast address is no gateway"
        raise sender("InvalidArgVal", "InvalidGatewayAddress", reason=reason)
    _commit(camera, "SetNetworkDefaultGateway", gateways=gateways)
    return None


@device.operation("GetNetworkInterfaces", Access.READ_SYSTEM)
def get_network_interfaces(camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.2.10: the one address that the camera listens on."""
    interface = {
        "@token": INTERFACE_TOKEN,
        "Enabled": True,
        "Info": {
            "Name": INTERFACE_TOKEN,
            "HwAddress": camera.store.state.identity.mac,
            "MTU": MTU,
        },
        "IPv4": _ipv4(camera.endpoints.host),
    }
    return {"NetworkInterfaces": [interface]}


@device.operation("GetNetworkProtocols", Access.READ_SYSTEM)
def get_network_protocols(camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.2.12: the ports that the camera listens on."""
    ports = {"HTTP": camera.endpoints.http_port, "RTSP": camera.endpoints.rtsp_port}
    return {
        "NetworkProtocols": [
            {"Name": name, "Enabled": True, "Port": [port]} for name, port in ports.items()
        ]
    }


def _commit(camera: Camera, reason: str, **changes: Any) -> None:
    state = camera.store.state
    network = attrs.evolve(state.network, **changes)
    camera.store.commit(attrs.evolve(state, network=network), reason)


def _refuse_dhcp(request: Request) -> None:
    if request["FromDHCP"]:
        raise sender("InvalidArgVal", reason="the camera has no DHCP client")


def _ipv4(host: str) -> Mapping[str, Any] | None:
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        return None
    prefix = {"Address": str(address), "PrefixLength": 8 if address.is_loopback else 24}
    return {"Enabled": True, "Config": {"Manual": [prefix], "DHCP": False}}


def _host(host: str) -> Mapping[str, Any]:
    """Return an address or name as ``tt:IPAddress`` or ``tt:NetworkHost``."""
    kind = address_type(host)
    return {"Type": kind, "DNSname" if kind == "DNS" else f"{kind}Address": host}


def _address(host: Mapping[str, Any]) -> str:
    """Return the checked address or name of a ``tt:IPAddress`` or ``tt:NetworkHost``."""
    kind = host["Type"]
    if kind != "DNS":
        return check_address(host.get(f"{kind}Address"), int(kind[-1]))
    name = host.get("DNSname", "")
    if not is_host_name(name):
        raise _invalid_name(name)
    return str(name)


def _invalid_name(name: str) -> Fault:
    reason = f"{name!r} is not a DNS name"
    return sender("InvalidArgVal", "InvalidDnsName", reason=reason)
