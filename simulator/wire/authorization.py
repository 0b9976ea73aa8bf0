"""The syntax of all HTTP and RTSP authentication (RFC 9110 section 11), and Basic (RFC 7617)."""

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from simulator.errors import SimulatorError

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = re.compile(
    rf'[\s,]*({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))\s*(?=,|$)', re.DOTALL
)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


class AuthorizationError(SimulatorError):
    """Credentials that cannot be read or are not right."""


def split_scheme(header: str) -> tuple[str, str]:
    """Return the scheme in lower case and what follows it, of credentials or a challenge."""
    scheme, _, rest = header.strip().partition(" ")
    return scheme.lower(), rest.strip()


def parse_parameters(text: str) -> dict[str, str]:
    """Return comma-separated ``name=value`` parameters, names in lower case, values unquoted.

    An extended value, ``username*=UTF-8''...`` (RFC 8187), is decoded and stands under its plain
    name.

    Raises:
        AuthorizationError: if something is no parameter, or a name is there twice; the text
            says where.
    """
    found: dict[str, str] = {}
    at = 0
    while at < len(text.rstrip(" \t,")):
        match = _PARAMETER.match(text, at)
        if not match:
            raise AuthorizationError(f"no parameter at character {at}: {text[at : at + 40]!r}")
        name, value = _parameter(match)
        if name in found:
            raise AuthorizationError(f"parameter {name!r} is there twice")
        found[name] = value
        at = match.end()
    return found


def _parameter(match: re.Match[str]) -> tuple[str, str]:
    name, quoted, plain = match.groups()
    value = plain if quoted is None else _QUOTED_PAIR.sub(r"\1", quoted)
    if name.endswith("*"):
        return name[:-1].lower(), _extended(value)
    return name.lower(), value


def _extended(value: str) -> str:
    charset, _, rest = value.partition("'")
    _, quote, encoded = rest.partition("'")
    if charset.upper() != "UTF-8" or not quote:
        raise AuthorizationError(f"extended value {value!r} is not UTF-8")
    return unquote_to_bytes(encoded).decode("utf-8", "replace")


def quote(value: str) -> str:
    """Return ``value`` as a quoted-string (RFC 9110 section 5.6.4)."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def parse_basic(text: str) -> tuple[str, str]:
    """Return user name and password of what follows ``Basic`` (RFC 7617, charset UTF-8).

    Raises:
        AuthorizationError: if it is not base64 of UTF-8 text with a colon.
    """
    try:
        plain = base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise AuthorizationError(f"Basic credentials are not base64 of UTF-8: {error}") from error
    name, colon, password = plain.partition(":")
    if not colon:
        raise AuthorizationError("Basic credentials have no colon")
    return name, password


def basic_challenge(realm: str) -> str:
    """Return the WWW-Authenticate value that asks for Basic."""
    return f'Basic realm={quote(realm)}, charset="UTF-8"'
