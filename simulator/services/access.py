"""Which user level may call what (ONVIF Core 5.9.4.3, default access policy)."""

from simulator.device.users import UserLevel
from simulator.services.registry import Access

_EVERYBODY = {Access.PRE_AUTH}
_USER = _EVERYBODY | {Access.READ_SYSTEM, Access.READ_MEDIA}
_OPERATOR = _USER | {Access.READ_SYSTEM_SENSITIVE, Access.ACTUATE}

CLASSES: dict[UserLevel, frozenset[Access]] = {
    UserLevel.ADMINISTRATOR: frozenset(Access),
    UserLevel.OPERATOR: frozenset(_OPERATOR),
    UserLevel.USER: frozenset(_USER),
    UserLevel.ANONYMOUS: frozenset(_EVERYBODY),
    # The standard leaves this level to the maker; a camera that gives it no meaning gives no right.
    UserLevel.EXTENDED: frozenset(_EVERYBODY),
}
"""Access classes by level."""


def permits(level: UserLevel, access: Access) -> bool:
    """Tell whether a user of this level may call an operation of this access class."""
    return access in CLASSES[level]
