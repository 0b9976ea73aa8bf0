"""Whether a device answers a Probe: types and scopes (WS-Discovery section 5.1; ONVIF Core 7.3)."""

import re
from collections.abc import Callable, Collection
from urllib.parse import unquote, urlsplit

from simulator.wire.discovery import Dialect, Message, Target

_URN_UUID = re.compile(r"(?:urn:)?uuid:")


def _by_rfc3986(asked: str, has: str) -> bool:
    """Same scheme and authority, and the path a prefix by whole segments."""
    try:
        one, other = urlsplit(asked), urlsplit(has)
    except ValueError:
        return False
    if (one.scheme, one.netloc.lower()) != (other.scheme, other.netloc.lower()):
        return False
    wanted, segments = _segments(one.path), _segments(other.path)
    if {".", ".."} & {*wanted, *segments}:
        return False
    return segments[: len(wanted)] == wanted


def _segments(path: str) -> list[str]:
    return [unquote(segment) for segment in path.strip("/").split("/") if path.strip("/")]


def _by_uuid(asked: str, has: str) -> bool:
    """The same UUID, whatever the case and the form of the URN."""
    return _URN_UUID.sub("", asked.lower()) == _URN_UUID.sub("", has.lower())


def _by_text(asked: str, has: str) -> bool:
    """The same text, case included."""
    return asked == has


_RULES: dict[str, Callable[[str, str], bool]] = {
    "": _by_rfc3986,
    **{
        f"{dialect.discovery}/{name}": rule
        for dialect in Dialect
        for name, rule in (
            ("rfc3986", _by_rfc3986),
            ("rfc2396", _by_rfc3986),
            ("uuid", _by_uuid),
            ("strcmp0", _by_text),
        )
    },
}
_NONE = frozenset(f"{dialect.discovery}/none" for dialect in Dialect)


def matches(probe: Message, target: Target) -> bool:
    """Tell whether ``target`` has all types and scopes that the Probe asks for."""
    if not set(probe.types) <= set(target.types):
        return False
    return matches_scopes(probe.scopes, probe.match_by, target.scopes)


def matches_scopes(asked: Collection[str], match_by: str, has: Collection[str]) -> bool:
    """Tell whether each scope that is asked for matches one of the device's.

    Args:
        asked: scopes of the Probe.
        match_by: URI of the matching rule; empty for RFC 3986.
        has: scopes of the device.
    """
    if match_by in _NONE:
        return not has
    rule = _RULES.get(match_by)
    if rule is None:
        return False
    return all(any(rule(scope, candidate) for candidate in has) for scope in asked)
