"""Which UsernameTokens a camera has seen: each is good once, and only while it is fresh."""

import heapq
import math

FRESH_S = 300.0
"""How far, in seconds, a token's creation time may be from the camera's clock, either way."""

CAPACITY = 16_384
"""Tokens that are remembered at most."""


class SeenTokens:
    """A memory of tokens for as long as they would be fresh.

    When it is full the oldest by creation time is forgotten, and with it every token that is not
    younger is refused: a flood can cost an honest client a try, but lets no token in twice.
    """

    def __init__(self, fresh_s: float = FRESH_S, capacity: int = CAPACITY) -> None:
        """Start empty; ``fresh_s`` is the window to either side, in seconds."""
        self._fresh_s = fresh_s
        self._capacity = capacity
        self._floor_utc = -math.inf
        self._keys: set[bytes] = set()
        self._by_age: list[tuple[float, bytes]] = []

    def __len__(self) -> int:
        """Return how many tokens are remembered."""
        return len(self._keys)

    def is_fresh(self, created_utc: float, utc: float) -> bool:
        """Tell whether a token of that creation time may be used when the clock shows ``utc``."""
        return abs(created_utc - utc) <= self._fresh_s

    def admit(self, key: bytes, created_utc: float, utc: float) -> bool:
        """Remember a fresh token; false if it was seen, or is too old for us to know.

        Args:
            key: what makes the token unique.
            created_utc: its creation time, Unix seconds.
            utc: what the camera's clock shows, Unix seconds.
        """
        self._forget(utc)
        if key in self._keys or created_utc <= self._floor_utc:
            return False
        self._keys.add(key)
        heapq.heappush(self._by_age, (created_utc, key))
        return True

    def _forget(self, utc: float) -> None:
        # After the clock was set back a floor from the future would shut everybody out.
        if self._floor_utc > utc + self._fresh_s:
            self._floor_utc = -math.inf
        while self._by_age:
            created_utc, key = self._by_age[0]
            expired = created_utc < utc - self._fresh_s
            if not expired and len(self._keys) < self._capacity:
                return
            heapq.heappop(self._by_age)
            self._keys.discard(key)
            if not expired and self.is_fresh(created_utc, utc):
                self._floor_utc = max(self._floor_utc, created_utc)
