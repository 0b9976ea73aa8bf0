"""The UsernameToken of WS-Security (OASIS UsernameToken Profile 1.0; ONVIF Core 5.9.4)."""

import base64
import binascii
import hashlib
import hmac

import attrs
from lxml import etree

from simulator.errors import sender
from simulator.wire.soap.values import parse_datetime

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = _OASIS + "wssecurity-secext-1.0.xsd"
WSU = _OASIS + "wssecurity-utility-1.0.xsd"
PASSWORD_DIGEST = _OASIS + "username-token-profile-1.0#PasswordDigest"
PASSWORD_TEXT = _OASIS + "username-token-profile-1.0#PasswordText"

MAX_TEXT = 256
"""Characters of the longest user name, password, nonce or time that is read."""


def password_digest(nonce: bytes, created: str, password: str) -> bytes:
    """Return the SHA-1 of nonce, creation time and password (UsernameToken Profile section 3.1)."""
    return hashlib.sha1(nonce + created.encode() + password.encode()).digest()


@attrs.frozen
class UsernameToken:
    """What a client shows.

    Attributes:
        username: who it says it is.
        password: in clear, or the base64 of its digest.
        digested: which of the two.
        nonce: bytes that make the token unique; empty if there are none.
        created: when it was made, as sent; empty if it does not say.
    """

    username: str
    password: str = attrs.field(repr=False)
    digested: bool
    nonce: bytes = b""
    created: str = ""

    @classmethod
    def parse(cls, security: etree._Element) -> "UsernameToken | None":
        """Read a ``wsse:Security`` element; None if it has no UsernameToken.

        Raises:
            Fault: NotAuthorized if the token is incomplete. A digest needs nonce and creation time,
                a password in clear may come without, because they could not protect it.
        """
        token = security.find(f"{{{WSSE}}}UsernameToken")
        if token is None:
            return None
        username = _text(token, WSSE, "Username")
        password = _text(token, WSSE, "Password")
        kind = token.find(f"{{{WSSE}}}Password")
        kind_uri = PASSWORD_TEXT if kind is None else kind.get("Type", PASSWORD_TEXT)
        if username is None or kind_uri not in (PASSWORD_DIGEST, PASSWORD_TEXT):
            raise sender(
                "NotAuthorized", reason=f"no Username, or Password Type {kind_uri[:200]!r}"
            )
        nonce = _bytes(_text(token, WSSE, "Nonce") or "")
        created = _text(token, WSU, "Created") or ""
        digested = kind_uri == PASSWORD_DIGEST
        if digested and not (nonce and created):
            raise sender("NotAuthorized", reason="a UsernameToken needs Nonce and Created")
        return cls(username, password or "", digested, nonce, created)

    @property
    def created_utc(self) -> float:
        """When the token was made, Unix seconds on the client's clock.

        Raises:
            Fault: NotAuthorized if that is no time.
        """
        try:
            return parse_datetime(self.created)
        except ValueError as error:
            raise sender("NotAuthorized", reason=f"UsernameToken/Created: {error}") from error

    def matches(self, password: str) -> bool:
        """Tell whether the client knew ``password``; takes the same time for every wrong one."""
        if not self.digested:
            return hmac.compare_digest(password.encode(), self.password.encode())
        right = password_digest(self.nonce, self.created, password)
        return hmac.compare_digest(right, _bytes(self.password))


def _text(token: etree._Element, namespace: str, name: str) -> str | None:
    element = token.find(f"{{{namespace}}}{name}")
    if element is None:
        return None
    text = element.text or ""
    if len(text) > MAX_TEXT:
        raise sender("NotAuthorized", reason=f"UsernameToken/{name} is longer than {MAX_TEXT}")
    # A password may begin or end with a blank; nothing else does.
    return text if name == "Password" else text.strip()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError) as error:
        raise sender("NotAuthorized", reason=f"UsernameToken: {error}") from error
