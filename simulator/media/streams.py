"""The streams of one camera, by the tokens that clients know, and snapshots of what they show."""

import math
from collections.abc import Callable, Mapping

import attrs

from simulator.errors import SimulatorError
from simulator.later import Later
from simulator.media.encoder import JpegEncoder
from simulator.media.format import StreamFormat
from simulator.media.source import Painter
from simulator.media.stream import Shot, Stream, Studio
from simulator.scene.view import View

_SNAPSHOTS_AT_A_TIME = 4


class UnknownStreamError(SimulatorError):
    """A token that names no stream of the camera."""


class BusyError(SimulatorError):
    """Too many snapshots of this camera are being taken."""


@attrs.frozen
class _Exposure:
    """One snapshot: who asks in the same frame interval gets the same picture."""

    encoder_token: str
    form: StreamFormat
    index: int


class Streams:
    """A camera's streams by token of their video encoder configuration."""

    def __init__(
        self,
        streams: Mapping[str, Stream],
        encoder_of: Callable[[str], str | None],
        shot: Shot,
        studio: Studio,
    ) -> None:
        """Collect the streams.

        Args:
            streams: by token of the video encoder configuration.
            encoder_of: returns the encoder's token in the profile with a token; None if there is no
                such profile, or it has no video encoder.
            shot: what the camera sees.
            studio: what the farm's streams share.
        """
        self.by_encoder = dict(streams)
        self._encoder_of = encoder_of
        self._shot = shot
        self._studio = studio
        self._exposures: dict[_Exposure, Later[bytes]] = {}

    def by_profile(self, token: str) -> Stream | None:
        """Return the stream of the profile, or None if it has none."""
        return self.by_encoder.get(self._encoder_of(token) or "")

    def reconfigure(self, encoder_token: str, form: StreamFormat) -> None:
        """Change how the stream of an encoder configuration is encoded, also for who watches."""
        self.by_encoder[encoder_token].reconfigure(form)

    def request_key(self, profile_token: str) -> None:
        """Have a key frame made as soon as possible; does nothing for a profile without stream."""
        stream = self.by_profile(profile_token)
        if stream is not None:
            stream.request_key()

    def snapshot(self, profile_token: str, now: float) -> Later[bytes]:
        """Return a JPEG file of what the profile's stream shows at ``now``, in its size.

        The Later fails with UnknownStreamError for a profile without stream, and with BusyError
        while too many are being taken.
        """
        token = self._encoder_of(profile_token) or ""
        stream = self.by_encoder.get(token)
        if stream is None:
            return _failed(UnknownStreamError(f"profile {profile_token!r} has no video stream"))
        form = stream.form
        exposure = _Exposure(token, form, math.floor(now * form.fps + 1e-6))
        if exposure in self._exposures:
            return self._exposures[exposure]
        if sum(not later.done for later in self._exposures.values()) >= _SNAPSHOTS_AT_A_TIME:
            return _failed(BusyError(f"{_SNAPSHOTS_AT_A_TIME} snapshots are being taken"))
        t = form.time_of(exposure.index)
        view, overlay = self._shot.view_at(t), self._shot.overlay_at(t)
        studio = self._studio
        later = studio.workers.thread(_take, studio.painter, view, form, t, overlay)
        self._forget_other_times(exposure)
        self._exposures[exposure] = later
        return later

    def _forget_other_times(self, exposure: _Exposure) -> None:
        """Keep only what is being taken, and the pictures of this instant."""
        self._exposures = {
            other: later
            for other, later in self._exposures.items()
            if not later.done or other.index == exposure.index
        }


def _take(painter: Painter, view: View, form: StreamFormat, t: float, overlay: object) -> bytes:
    picture = painter.render(view, form.width, form.height, t, overlay)
    return JpegEncoder(form.quality).encode(picture.i420).data


def _failed(error: SimulatorError) -> Later[bytes]:
    later: Later[bytes] = Later()
    later.fail(error)
    return later
