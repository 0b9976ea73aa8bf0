"""Loops: one round of the world as a closed sequence of access units, encoded once for a farm."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
import cattrs

from simulator.errors import SimulatorError
from simulator.media.encoder import Encoded, make_encoder
from simulator.media.look import Look
from simulator.media.packets import packetize
from simulator.media.source import Frame, Objects, Painter
from simulator.scene.render import VisibleObject
from simulator.wire.rtp.packet import PacketBuffer

_MAGIC = b"camfarm loop 1\n"


class LoopFileError(SimulatorError):
    """A file that is not a whole loop."""


@attrs.frozen
class LoopFrame:
    """One picture of a loop: its access unit and the truth of it."""

    unit: Encoded
    objects: Objects


class Loop:
    """A loop in memory. Frames are packetised when they are first needed."""

    def __init__(self, look: Look, frames: Sequence[LoopFrame]) -> None:
        """Take the frames, in order from ``look.start`` on."""
        self.look = look
        self._start = look.start
        self._keys = tuple(frame.unit.keyframe for frame in frames)
        self._objects = tuple(frame.objects for frame in frames)
        self._units: list[bytes | None] = [frame.unit.data for frame in frames]
        self._packets: list[PacketBuffer | None] = [None] * len(frames)
        self._latest: Frame | None = None
        self.weight = 2 * sum(len(frame.unit.data) for frame in frames)

    def __len__(self) -> int:
        return len(self._keys)

    def is_key(self, index: int) -> bool:
        """Tell whether frame ``index`` of the stream's grid is a key frame."""
        return self._keys[(index - self._start) % len(self._keys)]

    def next_key(self, index: int) -> int:
        """Return the first key frame at or after ``index``."""
        return next(i for i in range(index, index + len(self)) if self.is_key(i))

    def frame(self, index: int) -> Frame:
        """Return frame ``index`` of the stream's grid; cameras that ask for it in turn share it."""
        if self._latest is None or self._latest.index != index:
            position = (index - self._start) % len(self._keys)
            self._latest = Frame(
                index,
                self.look.form.time_of(index),
                self._keys[position],
                self._packets[position] or self._packetize(position),
                self._objects[position],
            )
        return self._latest

    def _packetize(self, position: int) -> PacketBuffer:
        packets = packetize(self._units[position] or b"", self.look.form)
        self._packets[position] = packets
        self._units[position] = None
        return packets


def render_loop(look: Look, painter: Painter) -> list[LoopFrame]:
    """Render and encode a loop: seconds of work, for a worker."""
    form = look.form
    encoder = make_encoder(form, "loop")
    frames = []
    for position in range(look.length):
        t = form.time_of(look.start + position)
        picture = painter.render(look.view, form.width, form.height, t)
        unit = encoder.encode(picture.i420, key=position % form.gov_length == 0)
        frames.append(LoopFrame(unit, tuple(picture.objects)))
    return frames


def make_loop_file(look: Look, painter_of: Callable[[Look], Painter], path: str) -> None:
    """Render a loop into a file, which appears when it is complete.

    A worker process can run it: the painter is made there, by ``painter_of``.
    """
    frames = render_loop(look, painter_of(look))
    target = Path(path)
    partial = target.with_suffix(f".{os.getpid()}")
    partial.write_bytes(dump_loop(frames))
    partial.replace(target)


def dump_loop(frames: Sequence[LoopFrame]) -> bytes:
    """Return a loop as a file: a line of JSON about the frames, then their access units."""
    index = [
        [len(frame.unit.data), frame.unit.keyframe, cattrs.unstructure(frame.objects)]
        for frame in frames
    ]
    head = json.dumps(index, separators=(",", ":")).encode()
    return b"".join((_MAGIC, head, b"\n", *(frame.unit.data for frame in frames)))


def load_loop(look: Look, path: str) -> Loop:
    """Read the file of a loop, and mark it as used.

    Raises:
        OSError: if there is none.
        LoopFileError: if it is damaged.
    """
    data = Path(path).read_bytes()
    os.utime(path)
    try:
        frames = _frames(data)
    except (ValueError, TypeError, cattrs.BaseValidationError) as error:
        raise LoopFileError(f"{path}: {error}") from error
    if len(frames) != look.length:
        raise LoopFileError(f"{path}: {len(frames)} frames, not {look.length}")
    return Loop(look, frames)


def _frames(data: bytes) -> list[LoopFrame]:
    if not data.startswith(_MAGIC):
        raise ValueError("not a loop")
    body = data.index(b"\n", len(_MAGIC)) + 1
    frames = []
    for size, keyframe, objects in json.loads(data[len(_MAGIC) : body]):
        unit = Encoded(data[body : body + size], keyframe)
        frames.append(LoopFrame(unit, cattrs.structure(objects, tuple[VisibleObject, ...])))
        body += size
    if body != len(data):
        raise ValueError(f"{len(data)} bytes, not {body}")
    return frames
