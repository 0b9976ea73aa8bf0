"""Who is asking: one check of credentials for SOAP, snapshots and RTSP (ONVIF Core 5.9)."""

import hashlib
import hmac
import random
from typing import Protocol

from lxml import etree

from simulator.clock import CameraClock
from simulator.config.catalog import AuthSpec
from simulator.device.replays import SeenTokens
from simulator.device.users import User
from simulator.errors import SimulatorError, sender
from simulator.wire.authorization import (
    AuthorizationError,
    basic_challenge,
    parse_basic,
    split_scheme,
)
from simulator.wire.digest import DigestError, DigestGuard
from simulator.wire.soap.security import UsernameToken

REALM = "camfarm"


class Denied(SimulatorError):  # noqa: N818 - an answer, as a Fault is
    """Credentials that were refused, or are missing where they are needed.

    Attributes:
        challenges: the WWW-Authenticate values of the 401.
    """

    def __init__(self, reason: str, challenges: list[str]) -> None:
        super().__init__(reason)
        self.challenges = challenges


class Accounts(Protocol):
    """What a login needs of a camera's state."""

    @property
    def users(self) -> tuple[User, ...]:
        """All accounts."""


class AccountStore(Protocol):
    """What a login needs of a camera's store."""

    @property
    def state(self) -> Accounts:
        """The state as of the latest commit."""


class Login:
    """The check of one camera, with what it remembers against replays."""

    def __init__(
        self,
        store: AccountStore,
        clock: CameraClock,
        generator: random.Random,
        policy: AuthSpec,
        realm: str = REALM,
    ) -> None:
        """Check against the users in ``store``.

        Args:
            store: where the users are.
            clock: the camera's own clock, against which a token's creation time is held.
            generator: where the key of the digest's nonces comes from.
            policy: which schemes and digest algorithms there are.
            realm: of digest and Basic, shown to people.
        """
        self._store = store
        self._clock = clock
        self._policy = policy
        self._realm = realm
        self._guard = DigestGuard(realm, policy.algorithms, generator)
        self._seen = SeenTokens()

    @property
    def http_offered(self) -> bool:
        """Whether SOAP requests may log in on the level of HTTP."""
        return bool({"digest", "basic"} & set(self._policy.schemes))

    @property
    def token_offered(self) -> bool:
        """Whether SOAP requests may log in with a UsernameToken."""
        return "username_token" in self._policy.schemes

    def challenges(self, now: float, *, stale: bool = False) -> list[str]:
        """Return the WWW-Authenticate values of a 401: digest by algorithm, then Basic.

        A camera that knows UsernameToken alone still guards snapshots and RTSP, which have no SOAP
        header, with digest.
        """
        challenges = self._guard.challenges(now, stale) if self._has_digest else []
        if "basic" in self._policy.schemes:
            challenges.append(basic_challenge(self._realm))
        return challenges

    def http(self, method: str, uri: str, authorization: str | None, now: float) -> User | None:
        """Check the Authorization header of an HTTP or RTSP request.

        Args:
            method: of the request.
            uri: its target: path and query, or an absolute URL.
            authorization: the header's value, or None.
            now: scenario time in seconds.

        Returns:
            Who it is; None for a request without credentials.

        Raises:
            Denied: if the credentials are not right.
        """
        if authorization is None:
            return None
        try:
            name = self._verify(method, uri, authorization, now)
        except AuthorizationError as error:
            stale = isinstance(error, DigestError) and error.stale
            raise Denied(str(error), self.challenges(now, stale=stale)) from error
        user = self._user(name)
        if user is None:
            raise Denied("the user is gone", self.challenges(now))
        return user

    def token(self, security: etree._Element, now: float) -> User | None:
        """Check the UsernameToken of a ``wsse:Security`` header.

        Returns:
            Who it is; None if the header has no UsernameToken.

        Raises:
            Fault: NotAuthorized if it is not right, not fresh or was used before. The reason for
                the client does not tell an unknown user from a wrong password.
        """
        token = UsernameToken.parse(security)
        if token is None:
            return None
        utc = self._clock.utc(now)
        user = self._user(token.username)
        right = token.matches(user.password if user else "")
        if user is None or not right:
            raise sender("NotAuthorized")
        if token.created:
            self._check_age(token, utc)
        return user

    def _check_age(self, token: UsernameToken, utc: float) -> None:
        created_utc = token.created_utc
        if not self._seen.is_fresh(created_utc, utc):
            raise sender("NotAuthorized", reason=f"Created is {utc - created_utc:+.0f} s old")
        if token.nonce and not self._seen.admit(_key(token), created_utc, utc):
            raise sender("NotAuthorized", reason="the UsernameToken was used before")

    def _verify(self, method: str, uri: str, authorization: str, now: float) -> str:
        scheme, rest = split_scheme(authorization)
        if scheme == "digest" and self._has_digest:
            return self._guard.verify(method, uri, authorization, self._password_of, now)
        if scheme == "basic" and "basic" in self._policy.schemes:
            return self._verify_basic(rest)
        raise AuthorizationError(f"scheme {scheme[:40]!r} is not offered")

    def _verify_basic(self, credentials: str) -> str:
        name, given = parse_basic(credentials)
        password = self._password_of(name)
        right = hmac.compare_digest((password or "").encode(), given.encode())
        if password is None or not right:
            raise AuthorizationError(f"wrong password or unknown user {name!r}")
        return name

    @property
    def _has_digest(self) -> bool:
        return "digest" in self._policy.schemes or not self.http_offered

    def _password_of(self, name: str) -> str | None:
        user = self._user(name)
        return None if user is None else user.password

    def _user(self, name: str) -> User | None:
        return next((user for user in self._store.state.users if user.name == name), None)


def _key(token: UsernameToken) -> bytes:
    parts = (token.username.encode(), token.created.encode(), token.nonce)
    return hashlib.blake2b(b"\0".join(parts), digest_size=16).digest()
