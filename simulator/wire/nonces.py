"""The server's nonces, and which of their counts were used (RFC 7616 sections 3.3 and 5.5)."""

import hashlib
import hmac
import math
import random
import struct
from collections import OrderedDict

_STAMP = struct.Struct(">dQ")
_MAC_SIZE = 16
_WINDOW = 64


class _Use:
    """The counts of one nonce that were used: the highest, and a window of bits below it."""

    __slots__ = ("highest", "last_s", "window")

    def __init__(self) -> None:
        self.highest = 0
        self.window = 0
        self.last_s = 0.0

    def take(self, count: int) -> bool:
        """Use up ``count``; false if it was used, or is too far below the highest to know."""
        ahead = count - self.highest
        if ahead > 0:
            self.window = (self.window << min(ahead, _WINDOW) | 1) & (1 << _WINDOW) - 1
            self.highest = count
            return True
        bit = 1 << -ahead
        if count < 1 or -ahead >= _WINDOW or self.window & bit:
            return False
        self.window |= bit
        return True


class Nonces:
    """Nonces that prove by themselves that they are ours; only those in use take memory.

    A nonce is a time and a serial number with a keyed hash. It is good for ``lifetime_s`` after it
    was made, and after each use. When the memory is full the one that was idle longest is
    forgotten; so that it cannot be used as if it were new, all unused nonces up to its serial
    number become stale with it. So are those from before the first one: a camera that was
    switched off and on has the same key, and has forgotten the counts.
    """

    def __init__(self, generator: random.Random, lifetime_s: float, capacity: int = 1024) -> None:
        """Start without any.

        Args:
            generator: where the key comes from.
            lifetime_s: seconds that a nonce stays good unused.
            capacity: how many nonces in use are remembered.
        """
        self._key = generator.randbytes(32)
        self._lifetime_s = lifetime_s
        self._capacity = capacity
        self._serial = 0
        self._floor = 0
        self._born_s = math.inf
        self._uses: OrderedDict[int, _Use] = OrderedDict()

    def __len__(self) -> int:
        """Return how many nonces in use are remembered."""
        return len(self._uses)

    def mint(self, now: float) -> str:
        """Return a new nonce: 64 hexadecimal digits."""
        self._born_s = min(self._born_s, now)
        self._serial += 1
        stamp = _STAMP.pack(now, self._serial)
        return (stamp + self._mac(stamp)).hex()

    def spend(self, nonce: str, count: int | None, now: float) -> bool:
        """Use a nonce; false if it is not ours or too old, or if ``count`` was used before.

        Args:
            nonce: as the client sent it.
            count: the nonce count; None if the client sends none (RFC 2069), which leaves nothing
                to compare.
            now: scenario time in seconds.
        """
        stamp = self._read(nonce)
        if stamp is None:
            return False
        made_s, serial = stamp
        use = self._uses.get(serial)
        if now - (use.last_s if use else made_s) > self._lifetime_s:
            return False
        if use is None:
            if serial <= self._floor or made_s < self._born_s:
                return False
            use = self._remember(serial, now)
        if count is not None and not use.take(count):
            return False
        use.last_s = now
        self._uses.move_to_end(serial)
        return True

    def _remember(self, serial: int, now: float) -> _Use:
        while self._uses:
            idle, use = next(iter(self._uses.items()))
            expired = now - use.last_s > self._lifetime_s
            if not expired and len(self._uses) < self._capacity:
                break
            del self._uses[idle]
            if not expired:
                self._floor = max(self._floor, idle)
        return self._uses.setdefault(serial, _Use())

    def _read(self, nonce: str) -> tuple[float, int] | None:
        try:
            data = bytes.fromhex(nonce)
        except ValueError:
            return None
        stamp, mac = data[: _STAMP.size], data[_STAMP.size :]
        if not hmac.compare_digest(mac, self._mac(stamp)):
            return None
        made_s, serial = _STAMP.unpack(stamp)
        return made_s, serial

    def _mac(self, stamp: bytes) -> bytes:
        return hashlib.blake2b(stamp, key=self._key, digest_size=_MAC_SIZE).digest()
