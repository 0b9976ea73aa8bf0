"""The vocabulary of a scenario file, and the cameras that a scenario means."""

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import attrs
from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    WithJsonSchema,
    field_validator,
)

from simulator.config.catalog import (
    CameraModel,
    Codec,
    H264Profile,
    StreamSpec,
    camera_model,
    model_names,
)
from simulator.config.document import Path
from simulator.config.values import Bitrate, Drift, Duration, Size, Strict, did_you_mean

__all__ = [
    "CameraEntry",
    "CameraOptions",
    "CameraSpec",
    "ClockSpec",
    "MountSpec",
    "OverlaySpec",
    "Problem",
    "Scenario",
    "StreamOptions",
    "StreamSpec",
    "StreamsOptions",
]

Rendering = Literal["auto", "live", "loop"]

_NAME = re.compile(r"[A-Za-z0-9#][A-Za-z0-9._#-]{0,62}")
_NUMBER = re.compile(r"#+")


@attrs.frozen
class Problem:
    """A mistake that no single value shows: where in the file, and what."""

    path: Path
    message: str


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


@attrs.frozen
class CameraSpec:
    """One camera, fully resolved.

    Attributes:
        name: unique in the scenario.
        index: its place in the scenario, from 0.
        model: the product.
        mount: a place, the name of one of the world's mounts, or None for the mount whose turn
            it is by ``index``.
        username, password: of the administrator.
        streams: ``main`` and ``sub``, in this order.
        rendering: ``auto``, ``live`` or ``loop``.
        live_at_rest: whether the picture is its own (with name and clock) while nothing moves.
        overlay: the text in its own picture.
        clock: its clock against the world's.
        tags: words to select it by.
        discovery: whether it answers WS-Discovery.
    """

    name: str
    index: int
    model: CameraModel
    mount: MountSpec | str | None = None
    username: str = "admin"
    password: str = "camfarm"
    streams: Mapping[str, StreamSpec] = attrs.field()
    rendering: Rendering = "auto"
    live_at_rest: bool = True
    overlay: OverlaySpec = attrs.field(factory=OverlaySpec)
    clock: ClockSpec = attrs.field(factory=ClockSpec)
    tags: tuple[str, ...] = ()
    discovery: bool = True

    @streams.default
    def _streams_of_the_model(self) -> Mapping[str, StreamSpec]:
        return {"main": self.model.streams.main, "sub": self.model.streams.sub}


def _utc(value: object) -> float | None:
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, datetime.datetime):
        raise ValueError("not a UTC time such as 2026-06-01T08:00:00Z")
    zone = value.tzinfo or datetime.UTC
    return value.replace(tzinfo=zone).timestamp()


Utc = Annotated[
    float, BeforeValidator(_utc), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""Unix seconds."""


class Scenario(Strict):
    """A scenario file.

    Attributes:
        seed: every random choice of the run depends on it.
        start: UTC (Unix seconds) of the world's clock at scenario time zero; None for now.
        world: the simulated world that the cameras look at.
        live_budget: how many cameras with ``rendering: auto`` are live also at rest.
        defaults: said of every camera that does not say otherwise.
        cameras: in the order in which they get addresses.
    """

    version: Literal[1] = Field(description="Version of this format.")
    seed: int = Field(default=1, ge=0, lt=1 << 63)
    start: Utc | None = None
    world: str = "street"
    live_budget: int = Field(default=4, ge=0, le=10_000)
    defaults: CameraOptions = CameraOptions()
    cameras: tuple[CameraEntry, ...] = Field(min_length=1)

    def problems(self) -> list[Problem]:
        """Return the mistakes that no single value shows; resolve() needs that there are none."""
        return [*self._name_problems(), *self._stream_problems()]

    def resolve(self) -> tuple[CameraSpec, ...]:
        """Return every camera of the scenario, in order."""
        cameras: list[CameraSpec] = []
        live_left = self.live_budget
        for entry in self.cameras:
            common = self._resolved(entry)
            for name in entry.names():
                own = common["rendering"] == "live"
                if common["rendering"] == "auto" and live_left > 0:
                    own, live_left = True, live_left - 1
                cameras.append(
                    CameraSpec(name=name, index=len(cameras), live_at_rest=own, **common)
                )
        return tuple(cameras)

    def scaled(self, cameras: int) -> "Scenario":
        """Return the scenario with ``cameras`` cameras, by scaling the entries that have a count.

        Raises:
            ValueError: if no entry has a count, or there is less than one camera for each entry.
        """
        counted = [entry for entry in self.cameras if entry.count is not None]
        if not counted:
            raise ValueError("no entry of the scenario has a count that could be scaled")
        room = cameras - (len(self.cameras) - len(counted))
        if room < len(counted):
            least = len(self.cameras)
            raise ValueError(f"the scenario has {least} entries, so {least} cameras are the least")
        shares = iter(_shares([entry.count or 1 for entry in counted], room))
        entries = tuple(
            entry if entry.count is None else entry.model_copy(update={"count": next(shares)})
            for entry in self.cameras
        )
        return self.model_copy(update={"cameras": entries})

    def _resolved(self, entry: CameraEntry) -> dict[str, Any]:
        """Return the keyword arguments that all cameras of an entry share."""
        given = {
            key: value
            for options in (self.defaults, entry)
            for key, value in options
            if key in CameraOptions.model_fields and value is not None
        }
        given["model"] = model = camera_model(given.get("model", "bullet"))
        given["streams"] = {
            stream: getattr(entry.streams, stream).over(
                getattr(self.defaults.streams, stream).over(getattr(model.streams, stream))
            )
            for stream in ("main", "sub")
        }
        return {"rendering": "auto", **given}

    def _name_problems(self) -> Iterator[Problem]:
        taken: dict[str, int] = {}
        for index, entry in enumerate(self.cameras):
            where: Path = ("cameras", index, "name")
            if entry.count is None and "#" in entry.name:
                yield Problem(where, f"{entry.name!r} has a # for a number, but no count")
            twin = next((taken[name] for name in entry.names() if name in taken), None)
            if twin is not None:
                yield Problem(where, f"the name {entry.name!r} is taken by camera entry {twin + 1}")
            taken.update(dict.fromkeys(entry.names(), index))

    def _stream_problems(self) -> Iterator[Problem]:
        for index, entry in enumerate(self.cameras):
            try:
                self._resolved(entry)
            except ValidationError as error:
                where: Path = ("cameras", index, "streams")
                for detail in error.errors(include_url=False):
                    yield Problem(where, detail["msg"].removeprefix("Value error, "))


def _shares(counts: list[int], total: int) -> list[int]:
    """Divide ``total`` in the proportion of ``counts``, at least one each, by largest remainder."""
    spare = total - len(counts)
    exact = [spare * count / sum(counts) for count in counts]
    shares = [int(share) for share in exact]
    by_remainder = sorted(range(len(counts)), key=lambda i: shares[i] - exact[i])
    for index in by_remainder[: spare - sum(shares)]:
        shares[index] += 1
    return [1 + share for share in shares]
