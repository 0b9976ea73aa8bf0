"""One video stream of one camera: it chooses the maker of each frame and serves every client."""

import math
from collections.abc import Callable
from typing import Any, Literal

import attrs
from twisted.logger import Logger

from simulator.clock import Clock
from simulator.later import Workers
from simulator.media.encoder import parameter_sets
from simulator.media.format import StreamFormat
from simulator.media.library import LoopLibrary
from simulator.media.live import LiveSource
from simulator.media.look import Look
from simulator.media.loop import Loop
from simulator.media.pacer import Beat, Pacer
from simulator.media.placeholders import INTERVAL_S, Placeholders
from simulator.media.source import Frame, Painter, Receiver
from simulator.media.standins import StandIns
from simulator.scene.view import View

Rendering = Literal["auto", "live", "loop"]

SETTLE_S = 5.0
"""How long a camera must rest after a move before it is worth having a loop of the new view."""

_FORCED_KEY_GAP_S = 0.25
_LOOP_KEY_WAIT_S = 0.25

_log = Logger(namespace="camfarm.media")


@attrs.frozen
class Studio:
    """What all streams of a farm share.

    Attributes:
        clock: scenario time.
        painter: draws the farm's world.
        workers: who renders and encodes.
        pacer: says when a frame is due.
        loops: the loops of the farm.
        world: name of the world.
        seed: of the scenario.
        period_s: after how long the world repeats.
        stand_ins: how many streams may be live until their loops are made.
        placeholders: what the others show meanwhile.
    """

    clock: Clock
    painter: Painter
    workers: Workers
    pacer: Pacer
    loops: LoopLibrary
    world: str
    seed: int
    period_s: float
    stand_ins: StandIns = attrs.field(factory=StandIns)
    placeholders: Placeholders = attrs.field()

    @placeholders.default
    def _placeholders_of_the_world(self) -> Placeholders:
        return Placeholders(self.painter, self.workers)


@attrs.frozen
class Shot:
    """What one camera sees.

    Attributes:
        view_at: where it looks at a scenario time.
        moving: whether it is on its way then.
        overlay_at: the text in a picture that is rendered for it alone; loops carry none.
    """

    view_at: Callable[[float], View]
    moving: Callable[[float], bool] = lambda _t: False
    overlay_at: Callable[[float], Any] = lambda _t: None


class Stream:
    """The frames of one video encoder configuration, made once for all clients, while there is one.

    A frame is taken on a grid of scenario time that all streams of its rate share, and delivered
    ``phase`` frame intervals later, or as soon as it is encoded. A change of maker begins with a
    key frame, so that clients see neither a gap in time nor a broken picture.

    Attributes:
        form: how it is encoded; change it with ``reconfigure``.
        skipped: live frames that were left out because the one before was not ready.
    """

    def __init__(
        self,
        name: str,
        form: StreamFormat,
        shot: Shot,
        studio: Studio,
        *,
        rendering: Rendering = "auto",
        live_at_rest: bool = False,
        phase: float = 0.0,
    ) -> None:
        """Describe the stream; it costs nothing until somebody attaches.

        Args:
            name: for the log.
            form: how it is encoded.
            shot: what its camera sees.
            studio: what it shares with the other streams of the farm.
            rendering: ``live``; or ``loop`` and ``auto``: a loop while the camera rests, live while
                it moves. With ``auto``, live frames answer a request for a key frame.
            live_at_rest: makes ``auto`` live also at rest.
            phase: delay of delivery after capture, 0 to 1 frame intervals.
        """
        self.name = name
        self.form = form
        self.skipped = 0
        self._shot = shot
        self._studio = studio
        self._rendering = rendering
        self._wants_loops = rendering == "loop" or (rendering == "auto" and not live_at_rest)
        self._phase = phase
        self._receivers: tuple[Receiver, ...] = ()
        self._beat: Beat | None = None
        self._moved_at = -math.inf
        self._look: Look | None = None
        self._loop: Loop | None = None
        self._loop_pending = False
        self._stands_in = False
        self._live: LiveSource | None = None
        self._on_air: Literal["live", "loop"] | None = None
        self._last_index = -1
        self._last_s = -math.inf
        self._last_key_s = -math.inf
        self._key_wanted = False
        self._whole = False

    @property
    def watched(self) -> bool:
        """Tell whether anybody receives the stream."""
        return bool(self._receivers)

    def attach(self, receiver: Receiver) -> float:
        """Deliver frames to ``receiver``, beginning at a key frame.

        A live stream makes one at once; a loop has one within its group of pictures.

        Returns:
            The capture time of the frame that comes first, in seconds of scenario time (if nothing
            intervenes, such as a camera that begins to move, or a worker that is late).
        """
        if self._beat is None:
            self._start()
        self._receivers = (*self._receivers, receiver)
        self._key_wanted = True
        index = self._beat.index if self._beat else 0
        if self._loop is not None and self._on_air != "live":
            index = self._loop.next_key(index)
        return self.form.time_of(index)

    def detach(self, receiver: Receiver) -> None:
        """Deliver nothing more to ``receiver``; the last one to go ends all work for the stream."""
        self._receivers = tuple(other for other in self._receivers if other is not receiver)
        if not self._receivers:
            self._stop()

    def request_key(self) -> None:
        """Have a key frame made as soon as possible (ONVIF SetSynchronizationPoint; RFC 4585 PLI).

        A loop that has none soon is left for live pictures until it has.
        """
        self._key_wanted = True
        if self._on_air == "loop" and self._loop is not None and self._rendering != "loop":
            index = self._last_index + 1
            if (self._loop.next_key(index) - index) / self.form.fps > _LOOP_KEY_WAIT_S:
                self._on_air = "live"

    def reconfigure(self, form: StreamFormat) -> None:
        """Encode differently from now on; clients that know of another encoding are sent away."""
        if form == self.form:
            return
        changed = form.encoding != self.form.encoding
        receivers = self._receivers
        self._stop()
        self.form = form
        if changed:
            self._receivers = ()
            for receiver in receivers:
                receiver.end(f"the stream is {form.encoding} now")
        elif receivers:
            self._start()
            self._key_wanted = True

    def prepare(self) -> None:
        """Have everything found or made that the first client would wait for: the loop, mostly."""
        now = self._studio.clock.seconds()
        if self.form.encoding == "H264":
            self._studio.workers.thread(parameter_sets, self.form)
        if self._wants_loops and not self._shot.moving(now):
            self._find_loop(self._shot.view_at(now))

    def _start(self) -> None:
        studio = self._studio
        self._beat = studio.pacer.start(self.form.fps, self._phase / self.form.fps, self._on_beat)
        self._loop_at(studio.clock.seconds())

    def _stop(self) -> None:
        if self._beat is not None:
            self._beat.stop()
        self._beat = self._live = self._look = self._loop = self._on_air = None
        self._loop_pending = self._whole = False
        self._release_stand_in()

    def _on_beat(self, index: int) -> None:
        t = self.form.time_of(index)
        if t <= self._last_s:
            return  # the grid of another rate had a frame in this interval
        loop = self._loop_at(t)
        if loop is not None and (self._on_air != "live" or loop.is_key(index)):
            self._show_loop(loop, index)
        elif self._loop_pending and self._moved_at == -math.inf and not self._may_stand_in():
            self._show_placeholder(index)
        else:
            self._on_air = "live"
            self._show_live(index, t)

    def _loop_at(self, t: float) -> Loop | None:
        """Return the loop of what the camera sees, if it rests and there is one."""
        if not self._wants_loops:
            return None
        if self._shot.moving(t):
            self._moved_at = t
            self._look = self._loop = None
            self._loop_pending = False
            return None
        view = self._shot.view_at(t)
        if self._look is not None and self._look.view != view:
            self._moved_at = t  # a move so short that no frame saw it
            self._look = self._loop = None
            self._loop_pending = False
        if self._look is None and t - self._moved_at >= SETTLE_S:
            self._find_loop(view)
        return self._loop

    def _find_loop(self, view: View) -> None:
        studio = self._studio
        look = Look(studio.world, studio.seed, studio.period_s, view, self.form)
        self._look = look
        if look.length:
            self._loop_pending = True
            studio.loops.get(look).then(lambda loop, error: self._found_loop(look, loop, error))

    def _found_loop(self, look: Look, loop: Loop | None, error: BaseException | None) -> None:
        if error is not None:
            _log.error("{name} has no loop: {error}", name=self.name, error=error)
        self._studio.placeholders.forget(look)
        if look is self._look:
            self._loop = loop
            self._loop_pending = False

    def _may_stand_in(self) -> bool:
        if not self._stands_in and self._rendering != "loop":
            self._stands_in = self._studio.stand_ins.take()
        return self._stands_in

    def _release_stand_in(self) -> None:
        if self._stands_in:
            self._stands_in = False
            self._studio.stand_ins.give_back()

    def _show_loop(self, loop: Loop, index: int) -> None:
        """Deliver a frame of the loop, unless it depends on one that was not delivered."""
        follows = self._on_air == "loop" and self._whole and index == self._last_index + 1
        self._on_air = "loop"
        self._live = None
        self._release_stand_in()
        self._whole = follows or loop.is_key(index)
        if self._whole:
            self._deliver(loop.frame(index))

    def _show_placeholder(self, index: int) -> None:
        """Show one key frame a second while a loop is made and too many others stand in.

        Each look has its own moment of the second, so that they are not all rendered at once.
        """
        look = self._look
        if look is None or (index + look.start) % math.ceil(self.form.fps * INTERVAL_S):
            return
        made = self._studio.placeholders.frame(look, index)
        if made is not None:
            made.then(lambda frame, error: self._made_placeholder(look, frame, error))

    def _made_placeholder(
        self, look: Look, frame: Frame | None, error: BaseException | None
    ) -> None:
        if error is not None:
            _log.error("{name} has no placeholder: {error}", name=self.name, error=error)
        elif frame is not None and look is self._look and self._loop_pending:
            self._deliver(frame)

    def _show_live(self, index: int, t: float) -> None:
        """Begin a live frame, if the one before is done and this one is not long past."""
        studio, shot = self._studio, self._shot
        if self._live is None:
            self._live = LiveSource(studio.painter, studio.workers, self.form)
        if self._live.busy or studio.clock.seconds() - t > (2 + self._phase) / self.form.fps:
            self.skipped += 1
            return
        live = self._live
        key = self._key_wanted and t - self._last_key_s >= _FORCED_KEY_GAP_S
        made = live.frame(index, shot.view_at(t), shot.overlay_at(t), key=key)
        made.then(lambda frame, error: self._made_live(live, frame, error))

    def _made_live(
        self, live: LiveSource, frame: Frame | None, error: BaseException | None
    ) -> None:
        if live is not self._live:
            return
        if frame is not None:
            self._deliver(frame)
        else:
            _log.error("{name} lost a live frame: {error}", name=self.name, error=error)
            self._live = None

    def _deliver(self, frame: Frame) -> None:
        self._last_index = frame.index
        self._last_s = frame.time_s
        if frame.keyframe:
            self._last_key_s = frame.time_s
            self._key_wanted = False
        for receiver in self._receivers:
            try:
                receiver.deliver(frame)
            except Exception:
                _log.failure("{name} could not be delivered to a client", name=self.name)
                self.detach(receiver)
