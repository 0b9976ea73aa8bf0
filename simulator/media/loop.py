"""Loops: one round of the world as a closed sequence of access units, encoded once for a farm."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

from simulator.errors import SimulatorError
from simulator.media.encoder import Encoded, make_encoder
from simulator.media.look import Look
from simulator.media.packets import packetize
from simulator.media.source import Frame, Objects, Painter
from simulator.scene.render import VisibleObject
from simulator.wire.rtp.packet import PacketBuffer

_MAGIC = b"camfarm loop 2\n"


class LoopFileError(SimulatorError):
    """A file that is not a whole loop."""


@attrs.frozen
class LoopFrame:
    """One picture of a loop: its access unit, and the truth of it as JSON."""

    unit: Encoded
    truth: bytes


class Loop:
    """A loop in memory. Frames are packetised when they are first needed."""

    def __init__(self, look: Look, frames: Sequence[LoopFrame]) -> None:
        """Take the frames, in order from ``look.start`` on."""
        self.look = look
        self._start = look.start
        self._keys = tuple(frame.unit.keyframe for frame in frames)
        self._truth: list[bytes | Objects] = [frame.truth for frame in frames]
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
                self._objects(position),
            )
        return self._latest

    def _objects(self, position: int) -> Objects:
        """Return the truth of a frame, read when it is needed: a loop has thousands of boxes."""
        truth = self._truth[position]
        if isinstance(truth, bytes):
            truth = self._truth[position] = read_truth(truth)
        return truth

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
        frames.append(LoopFrame(unit, write_truth(picture.objects)))
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
    """Return a loop as a file: a line of JSON on the frames, then access unit and truth of each."""
    index = [[len(f.unit.data), f.unit.keyframe, len(f.truth)] for f in frames]
    body = b"".join(part for frame in frames for part in (frame.unit.data, frame.truth))
    head = json.dumps([_digest(body), index], separators=(",", ":")).encode()
    return b"".join((_MAGIC, head, b"\n", body))


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=8).hexdigest()


def write_truth(objects: Sequence[VisibleObject]) -> bytes:
    """Return what is to be seen in a picture, as JSON."""
    rows = [[seen.id, seen.kind, seen.class_name, seen.box, seen.visible] for seen in objects]
    return json.dumps(rows, separators=(",", ":")).encode()


def read_truth(truth: bytes) -> Objects:
    """Return what ``write_truth`` wrote."""
    return tuple(
        VisibleObject(number, kind, class_name, tuple(box), visible)
        for number, kind, class_name, box, visible in json.loads(truth)
    )


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
    except (ValueError, TypeError) as error:
        raise LoopFileError(f"{path}: {error}") from error
    if len(frames) != look.length:
        raise LoopFileError(f"{path}: {len(frames)} frames, not {look.length}")
    return Loop(look, frames)


def _frames(data: bytes) -> list[LoopFrame]:
    if not data.startswith(_MAGIC):
        raise ValueError("not a loop")
    body = data.index(b"\n", len(_MAGIC)) + 1
    frames = []
    digest, index = json.loads(data[len(_MAGIC) : body])
    if digest != _digest(data[body:]):
        raise ValueError("its bytes are not those that were written")
    for size, keyframe, truth_size in index:
        unit = Encoded(data[body : body + size], keyframe)
        body += size
        frames.append(LoopFrame(unit, data[body : body + truth_size]))
        body += truth_size
    return frames
