"""Chance: every random choice of a farm comes from its one seed and a name for the purpose.

Two purposes never share a generator, so that adding a random choice somewhere leaves all others as
they were.
"""

import hashlib
import random
import uuid

import numpy as np


def _digest(seed: int, purpose: tuple[str | int, ...]) -> bytes:
    text = "\x1f".join((str(seed), *map(str, purpose)))
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def generator(seed: int, *purpose: str | int) -> random.Random:
    """Return the generator for this seed and purpose, for example ``(7, "cam-001", "nonce")``."""
    return random.Random(int.from_bytes(_digest(seed, purpose)))


def array_generator(seed: int, *purpose: str | int) -> np.random.Generator:
    """Return the numpy generator for this seed and purpose."""
    return np.random.Generator(np.random.PCG64(int.from_bytes(_digest(seed, purpose))))


def stable_uuid(seed: int, *purpose: str | int) -> str:
    """Return a version 4 UUID that depends on nothing but seed and purpose."""
    return str(uuid.UUID(bytes=_digest(seed, purpose), version=4))
