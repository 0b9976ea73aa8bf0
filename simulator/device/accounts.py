"""Changing accounts (ONVIF Core 8.4.4 to 8.4.6): all that a request asks for, or nothing."""

from collections.abc import Iterable

import attrs

from simulator.device.users import User, UserLevel
from simulator.errors import receiver, sender

MAX_NAME = 64
"""Characters of a user name."""

MAX_PASSWORD = 64
"""Characters of a password."""

Users = tuple[User, ...]


@attrs.frozen
class Account:
    """An account as a client asks for it; a password of None keeps the present one."""

    name: str
    password: str | None
    level: UserLevel


def with_new(users: Users, wanted: Iterable[Account], limit: int) -> Users:
    """Return ``users`` and the new accounts.

    Raises:
        Fault: UsernameClash, UsernameTooShort, UsernameTooLong, Password, PasswordTooLong,
            AnonymousNotAllowed, or TooManyUsers beyond ``limit``.
    """
    for account in wanted:
        if any(user.name == account.name for user in users):
            raise _prohibited("UsernameClash", f"the user {account.name!r} exists")
        if not account.name:
            raise _prohibited("UsernameTooShort", "a user name has at least one character")
        if len(account.name) > MAX_NAME:
            raise _prohibited("UsernameTooLong", f"a user name has at most {MAX_NAME} characters")
        if not account.password:
            raise _prohibited("Password", "a new user needs a password")
        users = (*users, _user(account, account.password))
    if len(users) > limit:
        raise receiver("Action", "TooManyUsers", reason=f"there may be {limit} users")
    return users


def with_changed(users: Users, wanted: Iterable[Account]) -> Users:
    """Return ``users`` with the named accounts changed.

    Raises:
        Fault: UsernameMissing, PasswordTooLong, AnonymousNotAllowed, or FixedUser if no
            administrator would be left.
    """
    by_name = {user.name: user for user in users}
    for account in wanted:
        known = by_name.get(account.name)
        if known is None:
            raise _missing(account.name)
        by_name[account.name] = _user(account, account.password or known.password)
    return _with_administrator(tuple(by_name.values()))


def without(users: Users, names: Iterable[str]) -> Users:
    """Return ``users`` without the named accounts.

    Raises:
        Fault: UsernameMissing, or FixedUser if no administrator would be left.
    """
    by_name = {user.name: user for user in users}
    for name in names:
        if by_name.pop(name, None) is None:
            raise _missing(name)
    return _with_administrator(tuple(by_name.values()))


def _user(account: Account, password: str) -> User:
    if account.level is UserLevel.ANONYMOUS:
        raise _prohibited("AnonymousNotAllowed", "an account cannot be anonymous")
    if account.level is UserLevel.EXTENDED:
        raise sender("InvalidArgVal", reason="this device has no extended user levels")
    if len(password) > MAX_PASSWORD:
        raise _prohibited("PasswordTooLong", f"a password has at most {MAX_PASSWORD} characters")
    return User(account.name, password, account.level)


def _with_administrator(users: Users) -> Users:
    if not any(user.level is UserLevel.ADMINISTRATOR for user in users):
        reason = "the last administrator stays an administrator"
        raise sender("InvalidArgVal", "FixedUser", reason=reason)
    return users


def _missing(name: str) -> Exception:
    return sender("InvalidArgVal", "UsernameMissing", reason=f"there is no user {name!r}")


def _prohibited(fault: str, reason: str) -> Exception:
    return sender("OperationProhibited", fault, reason=reason)
