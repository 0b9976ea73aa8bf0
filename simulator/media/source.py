"""One access unit on its way from a camera to its clients, and who takes part in that."""

from collections.abc import Sequence
from typing import Any, Protocol

import attrs
import numpy as np
import numpy.typing as npt

from simulator.scene.view import View
from simulator.wire.rtp.packet import PacketBuffer

Objects = tuple[Any, ...]
"""Truth of a picture: ``VisibleObject`` of scene.render, or what another kind of painter gives."""


class Picture(Protocol):
    """A rendered picture (scene.render.Picture is one)."""

    @property
    def i420(self) -> npt.NDArray[np.uint8]:
        """Luma and chroma planes, (height * 3 // 2, width)."""

    @property
    def objects(self) -> Sequence[Any]:
        """What is to be seen, with its boxes in pixels."""


class Painter(Protocol):
    """Who turns a view into a picture (scene.render.Renderer is one); worker threads call it."""

    def render(self, view: View, width: int, height: int, t: float, overlay: Any = None) -> Picture:
        """Return what ``view`` shows at scenario time ``t``, with ``overlay`` drawn over it."""


@attrs.frozen(slots=True)
class Frame:
    """One access unit, encoded and packetised once for everybody.

    Attributes:
        index: its place on the stream's frame grid.
        time_s: when the picture was taken, scenario time in seconds; its RTP time says the same.
        keyframe: whether a decoder can begin here.
        packets: the RTP packets.
        objects: the truth of the picture.
    """

    index: int
    time_s: float
    keyframe: bool
    packets: PacketBuffer
    objects: Objects = ()

    @property
    def octets(self) -> int:
        """Payload octets, as sender reports count them (RFC 3550 section 6.4.1)."""
        return self.packets.octets


class Receiver(Protocol):
    """A client of a stream."""

    def deliver(self, frame: Frame) -> None:
        """Take a frame; the first one may be in the middle of a group of pictures."""

    def end(self, reason: str) -> None:
        """Learn that the stream is no longer what was described to the client."""
