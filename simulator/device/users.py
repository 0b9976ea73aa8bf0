"""The accounts of a camera (ONVIF Core 8.4)."""

import enum

import attrs


class UserLevel(enum.Enum):
    """Levels of ``tt:UserLevel``; which access classes each one has is in services.access."""

    ADMINISTRATOR = "Administrator"
    OPERATOR = "Operator"
    USER = "User"
    ANONYMOUS = "Anonymous"
    EXTENDED = "Extended"


@attrs.frozen
class User:
    """One account.

    Attributes:
        name: what the client logs in with, unique on the camera.
        password: in clear, because both digests need it.
        level: what the account may do.
    """

    name: str
    password: str = attrs.field(repr=False)
    level: UserLevel
