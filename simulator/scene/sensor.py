"""The grain of a camera's sensor: a little noise on the luma plane, other in every frame."""

import functools

import cv2
import numpy as np
import numpy.typing as npt

from simulator.seeds import array_generator, generator

Bytes = npt.NDArray[np.uint8]

SIGMA = 1.1
"""Standard deviation of the noise in luma steps."""

PLAY = 64
"""The noise tile is this much larger than the picture and shifted about in every frame."""


def add_grain(luma: Bytes, seed: int, t: float, out: Bytes) -> None:
    """Write ``luma`` with the noise of scenario time ``t`` to ``out``."""
    height, width = luma.shape
    brighter, darker = _tiles(width + PLAY, height + PLAY)
    chance = generator(seed, "grain", round(t * 1_000_000))
    x, y = chance.randrange(PLAY), chance.randrange(PLAY)
    rows, columns = slice(y, y + height), slice(x, x + width)
    cv2.add(luma, brighter[rows, columns], dst=out)
    cv2.subtract(out, darker[rows, columns], dst=out)


@functools.lru_cache(maxsize=4)
def _tiles(width: int, height: int) -> tuple[Bytes, Bytes]:
    chance = array_generator(0, "sensor", "grain")
    grain = np.rint(chance.standard_normal((height, width), np.float32) * SIGMA)
    return np.maximum(grain, 0).astype(np.uint8), np.maximum(-grain, 0).astype(np.uint8)
