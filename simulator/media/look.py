"""What a loop shows: two cameras with the same look share one encoding of it."""

import functools
import hashlib
from fractions import Fraction
from pathlib import Path

import attrs
import av
import cv2

import simulator.media
import simulator.scene
from simulator.media.format import StreamFormat
from simulator.scene.view import View

_LONGEST_S = 120


@attrs.frozen
class Look:
    """A picture of the world as seen by a camera at rest, and how it is encoded.

    Attributes:
        world: name of the world.
        seed: of the scenario.
        period_s: after how long the world repeats, more than 0.
        view: where the camera looks.
        form: how it is encoded.
    """

    world: str
    seed: int
    period_s: float
    view: View
    form: StreamFormat

    @functools.cached_property
    def key(self) -> str:
        """A digest of all that decides the encoded bytes, the code among it."""
        text = "\n".join((_code_version(), repr(self)))
        return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()

    @property
    def length(self) -> int:
        """Frames until the picture repeats; 0 if that takes too long for a loop."""
        frames = Fraction(self.period_s).limit_denominator(1000) * self.form.rate
        length = frames.numerator  # of as many periods as the denominator says
        return length if length <= _LONGEST_S * self.form.rate else 0

    @property
    def start(self) -> int:
        """The frame at which the loop begins, with a key frame.

        It differs from look to look, so that the key frames of a farm are spread in time.
        """
        return int(self.key, 16) % min(self.form.gov_length, max(1, self.length))


@functools.cache
def _code_version() -> str:
    """Return a digest of the code that makes pictures, and the versions of what it calls."""
    digest = hashlib.blake2b(f"{cv2.__version__} {av.library_versions}".encode())
    for package in (simulator.scene, simulator.media):
        for folder in package.__path__:
            for path in sorted(Path(folder).rglob("*.py")):
                digest.update(path.read_bytes())
    return digest.hexdigest()
