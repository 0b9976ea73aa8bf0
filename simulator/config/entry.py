"""What a scenario file says of a camera: every key of an entry under ``cameras``."""

import re
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, field_validator

from simulator.config.catalog import Codec, H264Profile, StreamSpec, model_names
from simulator.config.values import Bitrate, Drift, Duration, Size, Strict, did_you_mean

Rendering = Literal["auto", "live", "loop"]

_NAME = re.compile(r"[A-Za-z0-9#][A-Za-z0-9._#-]{0,62}")
_NUMBER = re.compile(r"#+")


class OverlaySpec(Strict):
    """The text in the picture of a camera that renders for itself.

    Attributes:
        name: draw the camera's name.
        clock: draw the camera's own clock.
    """

    name: bool = True
    clock: bool = True


class ClockSpec(Strict):
    """A camera's own clock against the world's.

    Attributes:
        skew: seconds that it is ahead at scenario time zero.
        drift: seconds that it gains per second.
    """

    skew: Duration = 0.0
    drift: Drift = 0.0


class MountSpec(Strict):
    """Where a camera hangs and points.

    Attributes:
        position: east, north and up in metres.
        pan: degrees clockwise from north, seen from above.
        tilt: degrees over the horizon, negative looks down.
    """

    position: tuple[float, float, float]
    pan: float = Field(ge=-360, le=360)
    tilt: float = Field(default=0.0, ge=-90, le=90)


def _mount_kind(value: object) -> str:
    return "name" if isinstance(value, str) else "place"


Mount = Annotated[
    Annotated[str, Tag("name")] | Annotated[MountSpec, Tag("place")], Discriminator(_mount_kind)
]
"""A mount of the world by name, or a place of one's own."""


class StreamOptions(Strict):
    """What a scenario says of a stream; the rest is as the camera model has it.

    If only ``fps`` is given, ``gop`` keeps its length in seconds.
    """

    codec: Codec | None = None
    size: Size | None = None
    fps: int | None = Field(default=None, ge=1, le=60)
    bitrate: Bitrate | None = None
    gop: int | None = Field(default=None, ge=1, le=600)
    profile: H264Profile | None = None
    quality: int | None = Field(default=None, ge=1, le=100)

    def over(self, base: StreamSpec) -> StreamSpec:
        """Return ``base`` with these options in place.

        Raises:
            pydantic.ValidationError: if the options do not fit together.
        """
        given = self.model_dump(exclude_none=True)
        if "fps" in given and "gop" not in given:
            given["gop"] = max(1, round(base.gop * given["fps"] / base.fps))
        return StreamSpec.model_validate({**base.model_dump(), **given}) if given else base


class StreamsOptions(Strict):
    """The two streams that every camera has."""

    main: StreamOptions = StreamOptions()
    sub: StreamOptions = StreamOptions()


class CameraOptions(Strict):
    """What can be said of one camera, or of all of them under ``defaults``."""

    model: Annotated[str, Field(json_schema_extra={"enum": list(model_names())})] | None = Field(
        default=None, description="Camera model; `camfarm models` lists them."
    )
    mount: Mount | None = Field(
        default=None,
        description="Name of a mount, or a place; by default the world's mounts in turn.",
    )
    username: str | None = Field(default=None, min_length=1, max_length=64)
    password: str | None = Field(default=None, min_length=1, max_length=64)
    streams: StreamsOptions = StreamsOptions()
    rendering: Rendering | None = Field(
        default=None,
        description="live: rendered for this camera; loop: one encoded round of the world, shared "
        "by all cameras with the same view; auto: live for the first live_budget cameras and for "
        "any that moves, else loop.",
    )
    overlay: OverlaySpec | None = None
    clock: ClockSpec | None = None
    tags: tuple[str, ...] | None = None
    discovery: bool | None = Field(default=None, description="Answer WS-Discovery probes.")

    @field_validator("model")
    @classmethod
    def _is_in_the_catalogue(cls, name: str | None) -> str | None:
        if name is not None and name not in model_names():
            raise ValueError(
                f"no camera model {name!r}{did_you_mean(name, model_names())} "
                f"(there are {', '.join(model_names())})"
            )
        return name


class CameraEntry(CameraOptions):
    """One camera of the scenario, or ``count`` of them alike."""

    name: str = Field(
        description="Unique. With a count, `#` stands for the number: `load-###` gives load-001; "
        "without a `#`, `-###` is appended."
    )
    count: int | None = Field(default=None, ge=1, le=10_000)

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(
                f"{name!r} is not a name: letters, digits, '.', '_' and '-', 63 at the most"
            )
        return name

    def names(self) -> list[str]:
        """Return the names of the cameras that this entry stands for."""
        if self.count is None:
            return [self.name]
        pattern = self.name if "#" in self.name else f"{self.name}-###"
        return [_numbered(pattern, number) for number in range(1, self.count + 1)]


def _numbered(pattern: str, number: int) -> str:
    return _NUMBER.sub(lambda run: str(number).zfill(len(run[0])), pattern)
