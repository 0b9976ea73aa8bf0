"""Motion in a camera's view: whether anything that moves can be seen, by the world's truth."""

from collections import OrderedDict

from simulator.later import Later, Workers
from simulator.scene.render import Renderer
from simulator.scene.view import View

INTERVAL_S = 0.5
"""Time between two looks, in seconds of scenario time."""

LEAST_HEIGHT = 0.04
"""The smallest height of a moving thing that counts, as a fraction of the picture's height."""

LEAST_VISIBLE = 0.3
"""The smallest visible fraction of a moving thing that counts."""

_WIDTH, _HEIGHT = 320, 180
_REMEMBERED = 4096


class MotionDetector:
    """Looks at the same small picture that a stream would show, every half second of scenario time.

    The world repeats, so a camera at rest is looked through once; cameras with one view share it.
    """

    def __init__(self, renderer: Renderer, workers: Workers, period_s: float) -> None:
        """Look with ``renderer`` at a world that repeats every ``period_s`` seconds."""
        self._renderer = renderer
        self._workers = workers
        self._period_s = period_s
        self._seen: OrderedDict[tuple[View, float], Later[bool]] = OrderedDict()

    def at(self, view: View, tick: int) -> Later[bool]:
        """Tell whether something moves in ``view``, ``tick`` intervals after the scenario began."""
        moment = round((tick * INTERVAL_S) % self._period_s, 6)
        key = (view, moment)
        if key not in self._seen:
            self._seen[key] = self._workers.thread(motion_in_view, self._renderer, view, moment)
            if len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
        return self._seen[key]


def motion_in_view(renderer: Renderer, view: View, t: float) -> bool:
    """Tell whether a moving thing of a relevant size can be seen at scenario time ``t``."""
    least = LEAST_HEIGHT * _HEIGHT
    return any(
        seen.visible >= LEAST_VISIBLE and seen.box[3] - seen.box[1] >= least
        for seen in renderer.render(view, _WIDTH, _HEIGHT, t, None).objects
    )
