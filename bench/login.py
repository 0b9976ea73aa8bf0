"""The client's side of a digest login, for RTSP and HTTP."""

import secrets
from collections.abc import Iterable

from simulator.wire.digest import ALGORITHMS, Challenge


class Login:
    """One user's credentials on one connection: a nonce of its own, counted request by request."""

    def __init__(self, username: str, password: str) -> None:
        """Log in as this user when asked to."""
        self._username, self._password = username, password
        self._challenge: Challenge | None = None
        self._count = 0

    def challenged(self, challenges: Iterable[str]) -> None:
        """Take the values of WWW-Authenticate; ConnectionError if there is no digest to answer."""
        for text in challenges:
            if text.lower().startswith("digest"):
                challenge = Challenge.parse(text)
                if challenge.algorithm in ALGORITHMS:
                    self._challenge, self._count = challenge, 0
                    return
        raise ConnectionError("the server offers no digest login")

    def credentials(self, method: str, uri: str) -> str:
        """Return the Authorization value of the next request; nothing if none was asked for."""
        if self._challenge is None:
            return ""
        self._count += 1
        cnonce = secrets.token_hex(8)
        return str(
            self._challenge.answer(self._username, self._password, method, uri, self._count, cnonce)
        )
