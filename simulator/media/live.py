"""The live maker: renders and encodes for one stream, a frame at a time, in a worker thread."""

from typing import Any

from simulator.later import Later, Workers
from simulator.media.encoder import Encoder, make_encoder
from simulator.media.format import StreamFormat
from simulator.media.packets import packetize
from simulator.media.source import Frame, Painter
from simulator.scene.view import View


class LiveSource:
    """One encoder and the pictures for it. Its first frame is a key frame."""

    def __init__(self, painter: Painter, workers: Workers, form: StreamFormat) -> None:
        """Make a source; the encoder is opened in the worker with the first frame."""
        self._painter = painter
        self._workers = workers
        self._form = form
        self._encoder: Encoder | None = None
        self._since_key = 0
        self.busy = False

    def frame(self, index: int, view: View, overlay: Any, *, key: bool) -> Later[Frame]:
        """Make one frame; call it only while the source is not ``busy``, with rising indexes.

        Args:
            index: of the frame on the stream's grid; some may be left out.
            view: where the camera looks at the time of the frame.
            overlay: the text in the picture, or None.
            key: whether it must be a key frame, though none is due.
        """
        self.busy = True
        later = self._workers.thread(self._make, index, view, overlay, key)
        later.then(self._idle)
        return later

    def _idle(self, _frame: Frame | None, _error: BaseException | None) -> None:
        self.busy = False

    def _make(self, index: int, view: View, overlay: Any, key: bool) -> Frame:
        form = self._form
        if self._encoder is None:
            self._encoder = make_encoder(form)
        time_s = form.time_of(index)
        picture = self._painter.render(view, form.width, form.height, time_s, overlay)
        key = key or self._since_key >= form.gov_length
        unit = self._encoder.encode(picture.i420, key=key)
        self._since_key = 1 if unit.keyframe else self._since_key + 1
        packets = packetize(unit.data, form)
        return Frame(index, time_s, unit.keyframe, packets, tuple(picture.objects))
