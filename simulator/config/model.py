"""A scenario file, and the cameras that it means."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import attrs
from pydantic import Field, ValidationError

from simulator.config.catalog import CameraModel, StreamSpec, camera_model
from simulator.config.document import Path
from simulator.config.entry import (
    CameraEntry,
    CameraOptions,
    ClockSpec,
    MountSpec,
    OverlaySpec,
    Rendering,
)
from simulator.config.values import Strict, Utc

__all__ = ["CameraSpec", "MountSpec", "Problem", "Scenario"]


@attrs.frozen
class Problem:
    """A mistake that no single value shows: where in the file, and what."""

    path: Path
    message: str


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
