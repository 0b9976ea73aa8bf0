"""What is shown of a look while its loop is being made."""

from collections import OrderedDict

import attrs

from simulator.later import Later, Workers
from simulator.media.live import LiveSource
from simulator.media.look import Look
from simulator.media.source import Frame, Painter

INTERVAL_S = 1.0
"""Time from one placeholder to the next, at least."""

_REMEMBERED = 256


@attrs.define
class _Still:
    """The encoder of one look, and its latest frame."""

    source: LiveSource
    index: int
    frame: Later[Frame]


class Placeholders:
    """Live key frames, one a second and look: all cameras with that look share them."""

    def __init__(self, painter: Painter, workers: Workers) -> None:
        """Paint with ``painter``, in threads of ``workers``."""
        self._painter = painter
        self._workers = workers
        self._stills: OrderedDict[str, _Still] = OrderedDict()

    def frame(self, look: Look, index: int) -> Later[Frame] | None:
        """Return frame ``index`` of the grid; None if the one before is still being made."""
        still = self._stills.get(look.key)
        if still is not None and still.index == index:
            return still.frame
        source = still.source if still else LiveSource(self._painter, self._workers, look.form)
        if source.busy:
            return None
        made = source.frame(index, look.view, None, key=True)
        self._stills[look.key] = _Still(source, index, made)
        self._stills.move_to_end(look.key)
        if len(self._stills) > _REMEMBERED:
            self._stills.popitem(last=False)
        return made

    def forget(self, look: Look) -> None:
        """Let go of the encoder of a look that has its loop now."""
        self._stills.pop(look.key, None)
