"""Digest authentication, both sides: RFC 7616, and for older clients RFC 2617 and RFC 2069.

The server's side, ``DigestGuard``, knows neither users nor sockets: both are arguments.
"""

import hashlib
import hmac
import random
import re
from collections.abc import Callable, Sequence
from urllib.parse import unquote

import attrs

from simulator.wire.authorization import AuthorizationError, parse_parameters, quote, split_scheme
from simulator.wire.nonces import Nonces

_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
_ORIGIN = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
_COUNT = re.compile(r"[0-9A-Fa-f]{1,8}")

ALGORITHMS = tuple(_HASHES)
"""The algorithms that both sides know."""

NONCE_LIFETIME_S = 300.0
"""Seconds that a nonce stays good after its last use; an RTSP keep-alive comes well within them."""


class DigestError(AuthorizationError):
    """A refused digest.

    Attributes:
        stale: the client knows the password, and may try again with a new nonce (RFC 7616 section
            3.3).
    """

    def __init__(self, reason: str, *, stale: bool = False) -> None:
        super().__init__(reason)
        self.stale = stale


def response(
    algorithm: str,
    username: str,
    realm: str,
    password: str,
    method: str,
    uri: str,
    nonce: str,
    count: str = "",
    cnonce: str = "",
    qop: str = "",
) -> str:
    """Return the ``response`` of RFC 7616 section 3.4.1; without ``qop`` that of RFC 2069.

    ``algorithm`` is one of ``ALGORITHMS``, ``count`` the nonce count as it is sent (eight
    hexadecimal digits), ``qop`` is ``auth`` or nothing.
    """

    def digest(*parts: str) -> str:
        return _HASHES[algorithm](":".join(parts).encode()).hexdigest()

    secret = digest(username, realm, password)
    request = digest(method, uri)
    if not qop:
        return digest(secret, nonce, request)
    return digest(secret, nonce, count, cnonce, qop, request)


@attrs.frozen
class Challenge:
    """A WWW-Authenticate value with the scheme Digest.

    Attributes:
        qop: what quality of protection the server offers, ``("auth",)`` or none.
        stale: only the nonce was wrong.
    """

    realm: str
    nonce: str
    algorithm: str = "MD5"
    qop: tuple[str, ...] = ("auth",)
    opaque: str | None = None
    stale: bool = False

    @classmethod
    def parse(cls, header: str) -> "Challenge":
        """Read the value of one WWW-Authenticate header.

        Raises:
            AuthorizationError: if it is not a Digest challenge.
        """
        scheme, rest = split_scheme(header)
        given = parse_parameters(rest)
        if scheme != "digest" or not {"realm", "nonce"} <= given.keys():
            raise DigestError(f"no digest challenge: {header[:80]!r}")
        return cls(
            realm=given["realm"],
            nonce=given["nonce"],
            algorithm=given.get("algorithm", "MD5").upper(),
            qop=tuple(given.get("qop", "").replace(",", " ").split()),
            opaque=given.get("opaque"),
            stale=given.get("stale", "").lower() == "true",
        )

    def __str__(self) -> str:
        """Write the header's value."""
        parts = [f"realm={quote(self.realm)}"]
        if self.qop:
            parts.append(f"qop={quote(', '.join(self.qop))}")
        parts += [f"algorithm={self.algorithm}", f"nonce={quote(self.nonce)}"]
        if self.opaque is not None:
            parts.append(f"opaque={quote(self.opaque)}")
        if self.stale:
            parts.append("stale=true")
        return "Digest " + ", ".join(parts)

    def answer(
        self, username: str, password: str, method: str, uri: str, count: int, cnonce: str
    ) -> "DigestCredentials":
        """Return the credentials that a client sends with its request number ``count`` (from 1)."""
        qop = "auth" if "auth" in self.qop else ""
        nc = f"{count:08x}" if qop else ""
        cnonce = cnonce if qop else ""
        return DigestCredentials(
            username=username,
            realm=self.realm,
            nonce=self.nonce,
            uri=uri,
            response=response(
                self.algorithm,
                username,
                self.realm,
                password,
                method,
                uri,
                self.nonce,
                nc,
                cnonce,
                qop,
            ),
            algorithm=self.algorithm,
            qop=qop,
            count=nc,
            cnonce=cnonce,
            opaque=self.opaque,
        )


@attrs.frozen
class DigestCredentials:
    """An Authorization value with the scheme Digest; what the client left out is empty."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str = attrs.field(repr=False)
    algorithm: str = "MD5"
    qop: str = ""
    count: str = ""
    cnonce: str = ""
    opaque: str | None = None

    @classmethod
    def parse(cls, header: str) -> "DigestCredentials":
        """Read an Authorization value.

        Raises:
            AuthorizationError: if it is not Digest, or lacks a parameter, or its nonce count is no
                number.
        """
        scheme, rest = split_scheme(header)
        given = parse_parameters(rest)
        needed = ["username", "realm", "nonce", "uri", "response"]
        if given.get("qop"):
            needed += ["nc", "cnonce"]
        missing = [name for name in needed if name not in given]
        if scheme != "digest" or missing:
            raise DigestError(f"{scheme} credentials without {', '.join(missing) or 'digest'}")
        if given.get("qop") and not _COUNT.fullmatch(given["nc"]):
            raise DigestError(f"nc={given['nc'][:20]!r} is not a hexadecimal number")
        return cls(
            username=given["username"],
            realm=given["realm"],
            nonce=given["nonce"],
            uri=given["uri"],
            response=given["response"],
            algorithm=given.get("algorithm", "MD5").upper(),
            qop=given.get("qop", ""),
            count=given.get("nc", ""),
            cnonce=given.get("cnonce", ""),
            opaque=given.get("opaque"),
        )

    def __str__(self) -> str:
        """Write the header's value."""
        quoted = ("username", "realm", "nonce", "uri", "response")
        parts = [f"{name}={quote(getattr(self, name))}" for name in quoted]
        parts.append(f"algorithm={self.algorithm}")
        if self.qop:
            parts += [f"qop={self.qop}", f"nc={self.count}", f"cnonce={quote(self.cnonce)}"]
        if self.opaque is not None:
            parts.append(f"opaque={quote(self.opaque)}")
        return "Digest " + ", ".join(parts)


def covers(uri: str, target: str) -> bool:
    """Tell whether a digest's ``uri`` is good for the request's ``target``.

    Both may be a whole URL or a path: proxies and clients differ, and only path and query count.
    RTSP clients sign the presentation's URL when they speak to one of its streams (live555, VLC),
    which is one that the target begins with.
    """
    signed, asked = _path(uri), _path(target)
    if signed == asked:
        return True
    return target.lower().startswith("rtsp") and signed != "" and asked.startswith(signed + "/")


def _path(uri: str) -> str:
    path = unquote(_ORIGIN.sub("", uri)).rstrip("/")
    return path if path in ("", "*") or path.startswith(("/", "?")) else "/" + path


class DigestGuard:
    """The server's side: challenges, and the check of what comes back."""

    def __init__(
        self,
        realm: str,
        algorithms: Sequence[str],
        generator: random.Random,
        nonce_lifetime_s: float = NONCE_LIFETIME_S,
    ) -> None:
        """Guard one realm.

        Args:
            realm: shown to people.
            algorithms: of ``ALGORITHMS``, preferred ones first; one challenge each.
            generator: where the nonces' key comes from.
            nonce_lifetime_s: seconds that a nonce stays good after its last use.
        """
        unknown = set(algorithms) - set(ALGORITHMS)
        if unknown or not algorithms:
            raise ValueError(f"digest algorithms {list(algorithms)}; there are {list(ALGORITHMS)}")
        self.realm = realm
        self.algorithms = tuple(algorithms)
        self._nonces = Nonces(generator, nonce_lifetime_s)
        self._nobody = generator.randbytes(16).hex()

    def challenges(self, now: float, stale: bool = False) -> list[str]:
        """Return a 401's WWW-Authenticate values, one for each algorithm, with one new nonce."""
        nonce = self._nonces.mint(now)
        return [
            str(Challenge(self.realm, nonce, algorithm, stale=stale))
            for algorithm in self.algorithms
        ]

    def verify(
        self,
        method: str,
        uri: str,
        header: str,
        password_of: Callable[[str], str | None],
        now: float,
    ) -> str:
        """Check an Authorization value and return the user name.

        An unknown user costs the same work as a known one. A client without ``qop`` (RFC 2069)
        sends no nonce count, so that nothing but the nonce's age bounds a replay of the same
        request; it is let in because GStreamer and live555 speak no other digest.

        Args:
            method: of the request, ``POST`` or ``DESCRIBE`` for example.
            uri: the request's target, a path or an absolute URL.
            header: the Authorization value.
            password_of: gives a user's password, or None if there is no such user.
            now: scenario time in seconds.

        Raises:
            AuthorizationError: if it cannot be read.
            DigestError: if it is not right.
        """
        given = DigestCredentials.parse(header)
        self._check_terms(given, uri)
        password = password_of(given.username)
        right = response(
            given.algorithm,
            given.username,
            self.realm,
            self._nobody if password is None else password,
            method,
            given.uri,
            given.nonce,
            given.count,
            given.cnonce,
            given.qop,
        )
        same = hmac.compare_digest(right.encode(), given.response.lower().encode())
        if password is None or not same:
            raise DigestError(f"wrong password or unknown user {given.username!r}")
        count = int(given.count, 16) if given.qop else None
        if not self._nonces.spend(given.nonce, count, now):
            raise DigestError("the nonce is stale, or its count was used before", stale=True)
        return given.username

    def _check_terms(self, given: DigestCredentials, uri: str) -> None:
        if given.realm != self.realm:
            raise DigestError(f"realm {given.realm!r} is not {self.realm!r}")
        if given.algorithm not in self.algorithms:
            raise DigestError(f"algorithm {given.algorithm!r} was not offered")
        if given.qop not in ("", "auth"):
            raise DigestError(f"qop {given.qop!r} was not offered")
        if not covers(given.uri, uri):
            raise DigestError(f"the digest is for {given.uri!r}, the request for {uri!r}")
