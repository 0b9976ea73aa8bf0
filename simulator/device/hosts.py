"""Host names and addresses that a client may write into a camera's memory."""

import ipaddress
import re

from simulator.errors import sender

_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def is_host_name(name: str) -> bool:
    """Tell whether ``name`` is a host name of RFC 1123 section 2.1."""
    labels = name.removesuffix(".").split(".")
    return len(name) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


def check_address(text: str | None, version: int) -> str:
    """Return the address as it is written canonically.

    Args:
        text: the address as the client sent it.
        version: 4 or 6.

    Raises:
        Fault: InvalidIPv4Address or InvalidIPv6Address.
    """
    kind = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
    try:
        return str(kind(text or ""))
    except ValueError as error:
        reason = f"{text!r} is not an IPv{version} address"
        raise sender("InvalidArgVal", f"InvalidIPv{version}Address", reason=reason) from error


def address_type(host: str) -> str:
    """Return ``IPv4``, ``IPv6`` or ``DNS``: what kind of ``tt:NetworkHostType`` a host is."""
    try:
        return f"IPv{ipaddress.ip_address(host).version}"
    except ValueError:
        return "DNS"
