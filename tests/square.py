"""A world of one bright square that goes round in two seconds, for tests of streams."""

import attrs
import numpy as np

from simulator.scene.render import VisibleObject

PERIOD_S = 2.0
SIDE = 32


@attrs.frozen
class SquarePicture:
    i420: np.ndarray
    objects: tuple[VisibleObject, ...]


def square_left(t: float, width: int) -> int:
    """Return where the square's left edge is at time ``t``."""
    return 2 * round((t % PERIOD_S) / PERIOD_S * (width - SIDE) / 2)


class SquarePainter:
    """Draws the square, on a background that tells the pan; the wider pictures are noisy."""

    def __init__(self):
        self.rendered = []

    def render(self, view, width, height, t, overlay=None):
        self.rendered.append((view, t, overlay))
        i420 = np.full((height * 3 // 2, width), 128, np.uint8)
        i420[:height] = 40 + int(view.pan_deg) % 60
        if width > 1000:
            noise = np.random.default_rng(round(t * 1000))
            i420[height // 2 : height] = noise.integers(40, 120, (height - height // 2, width))
        left = square_left(t, width)
        i420[20 : 20 + SIDE, left : left + SIDE] = 220
        box = (left, 20, left + SIDE, 20 + SIDE)
        found = VisibleObject(id=1, kind="person", class_name="Human", box=box, visible=1.0)
        return SquarePicture(i420, (found,))


def square_painter(_look):
    return SquarePainter()
