"""Changing discovery scopes (ONVIF Core 8.3.15 to 8.3.17); fixed ones always stay."""

from collections.abc import Iterable

from simulator.device.state import Scope
from simulator.errors import receiver, sender

MAX_SCOPES = 64
"""Fixed and configurable scopes together."""

Scopes = tuple[Scope, ...]


def with_configurable(scopes: Scopes, items: Iterable[str]) -> Scopes:
    """Return the fixed ones of ``scopes`` with ``items`` as the configurable ones.

    Raises:
        Fault: TooManyScopes, or InvalidArgVal for an item that is no URI.
    """
    return with_added(tuple(scope for scope in scopes if scope.fixed), items)


def with_added(scopes: Scopes, items: Iterable[str]) -> Scopes:
    """Return ``scopes`` and ``items``; one that is there already is not added again.

    Raises:
        Fault: TooManyScopes, or InvalidArgVal for an item that is no URI.
    """
    known = {scope.item for scope in scopes}
    new = [item for item in dict.fromkeys(items) if item not in known]
    for item in new:
        if not item or item.split() != [item] or ":" not in item:
            raise sender("InvalidArgVal", reason=f"the scope {item!r} is not an absolute URI")
    if len(scopes) + len(new) > MAX_SCOPES:
        raise receiver("Action", "TooManyScopes", reason=f"there may be {MAX_SCOPES} scopes")
    return (*scopes, *(Scope(item, False) for item in new))


def without(scopes: Scopes, items: Iterable[str]) -> Scopes:
    """Return ``scopes`` without ``items``.

    Raises:
        Fault: FixedScope or NoScope; then nothing is removed.
    """
    by_item = {scope.item: scope for scope in scopes}
    for item in items:
        scope = by_item.pop(item, None)
        if scope is None:
            raise sender("InvalidArgVal", "NoScope", reason=f"there is no scope {item!r}")
        if scope.fixed:
            reason = f"the scope {item!r} is fixed"
            raise sender("OperationProhibited", "FixedScope", reason=reason)
    return tuple(by_item.values())
