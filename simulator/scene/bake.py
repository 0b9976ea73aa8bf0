"""Backgrounds of views: from memory, from disk, or a draft until a worker has baked them."""

import functools
import hashlib
import importlib.resources
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Protocol

import attrs
import cv2
import numpy as np

from simulator.later import InlineWorkers, Later, Workers
from simulator.scene.backdrop import Bake, Bytes, Distances, bake, standing_distance
from simulator.scene.facets import Scenery, scenery
from simulator.scene.light import flat_palette
from simulator.scene.place import World
from simulator.scene.raster import Ids, paint_ids
from simulator.scene.view import Projection, View

__all__ = ["Background", "Backgrounds", "Bake", "Draft", "bake", "draft"]

Key = tuple[str, int, View, int, int]

OPENCV_MAJOR = int(cv2.__version__.split(".", maxsplit=1)[0])
DEFAULT_MEMORY = 256 * 1024 * 1024
DEFAULT_DISK = 1024 * 1024 * 1024


class Background(Protocol):
    """What actors are drawn on."""

    @property
    def i420(self) -> Bytes:
        """The picture."""

    @property
    def final(self) -> bool:
        """Whether it is a bake."""

    def distance_in(self, left: int, top: int, right: int, bottom: int) -> Distances:
        """Return metres to what hides actors, for these pixels; infinite where nothing does."""

    def sunlit_in(self, left: int, top: int, right: int, bottom: int) -> Bytes:
        """Return how much level ground in the sun these pixels show, 0 to 255."""


@attrs.frozen(eq=False)
class Draft:
    """A background of flat colours, with every outline where it belongs; made in milliseconds.

    Attributes:
        i420: the picture.
        ids: which piece each pixel shows.
    """

    i420: Bytes
    ids: Ids
    _scene: Scenery
    _projection: Projection
    final: bool = False

    def distance_in(self, left: int, top: int, right: int, bottom: int) -> Distances:
        """Return metres to what hides actors, worked out for these pixels only."""
        part = self.ids[top:bottom, left:right]
        return standing_distance(self._scene, self._projection, part, left, top)

    def sunlit_in(self, left: int, top: int, right: int, bottom: int) -> Bytes:
        """Return how much level ground in the sun these pixels show, 0 to 255."""
        part = self.ids[top:bottom, left:right]
        return np.asarray(cv2.inRange(part, 1, self._scene.level_count), np.uint8)


def draft(world_key: tuple[str, int], view: View, width: int, height: int) -> Draft:
    """Return a quick background of one view."""
    scene = scenery(*world_key)
    projection = Projection(view, width, height)
    ids = paint_ids(scene, projection, 1, coarse=True)
    luma, blue, red = flat_palette(*world_key, view.position)
    i420 = np.empty((height * 3 // 2, width), np.uint8)
    cv2.blur(_look_up(luma, ids), (3, 3), dst=i420[:height])
    half = ids[::2, ::2]
    chroma = i420[height:].reshape(2, height // 2, width // 2)
    chroma[0] = np.take(blue, half)
    chroma[1] = np.take(red, half)
    return Draft(i420, ids, scene, projection)


def _look_up(table: Bytes, ids: Ids) -> Bytes:
    """Return ``table[ids]``; three times as fast where OpenCV looks up 16-bit numbers."""
    if OPENCV_MAJOR < 5:
        return np.take(table, ids)
    padded = np.zeros(1 << 16, np.uint8)
    padded[: len(table)] = table
    return np.asarray(cv2.LUT(ids, padded), np.uint8)


class Backgrounds:
    """Keeps backgrounds in memory and on disk, both bounded; the least recently used go first.

    Calls may come from any thread; ``workers.process`` is called on the thread that asks.
    """

    def __init__(
        self,
        workers: Workers,
        cache_dir: Path | None = None,
        memory_octets: int = DEFAULT_MEMORY,
        disk_octets: int = DEFAULT_DISK,
    ) -> None:
        """Keep bakes in ``cache_dir`` (None: in memory only), up to so many octets each."""
        self._workers = workers
        self._dir = cache_dir
        self._memory_octets = memory_octets
        self._disk_octets = disk_octets
        self._lock = threading.RLock()
        self._kept: OrderedDict[Key, Bake] = OrderedDict()
        self._drafts: OrderedDict[Key, Draft] = OrderedDict()
        self._coming: dict[Key, Later[Bake]] = {}

    def get(self, world: World, view: View, width: int, height: int) -> Background:
        """Return the background at once: the bake if it is there, else a draft.

        The bake of a view is asked for when the view is wanted for the second time, so that a
        turning camera, whose view changes with every frame, costs no bakes. Workers that do it at
        once are asked at once, so that they give a bake every time.
        """
        key = (*world.key, view, width, height)
        with self._lock:
            kept = self._recall(key) or self._from_disk(world, key)
            if kept is not None:
                return kept
            known = self._drafts.get(key)
        if known is None and not isinstance(self._workers, InlineWorkers):
            known = draft(world.key, view, width, height)
            with self._lock:
                self._drafts[key] = known
                while len(self._drafts) > 8:
                    self._drafts.popitem(last=False)
            return known
        later = self.prepare(world, view, width, height)
        with self._lock:
            found = self._kept.get(key) if later.done else None
            return found or known or draft(world.key, view, width, height)

    def prepare(self, world: World, view: View, width: int, height: int) -> Later[Bake]:
        """Return the bake of a view as soon as there is one; asks a worker if need be."""
        key = (*world.key, view, width, height)
        with self._lock:
            kept = self._recall(key) or self._from_disk(world, key)
            if kept is not None:
                return Later.of(kept)
            if key in self._coming:
                return self._coming[key]
            result: Later[Bake] = Later()
            self._coming[key] = result
        job = self._workers.process(bake, world.key, view, width, height)
        job.then(functools.partial(self._arrived, world, key, result))
        return result

    def _arrived(
        self,
        world: World,
        key: Key,
        result: Later[Bake],
        made: Bake | None,
        error: BaseException | None,
    ) -> None:
        with self._lock:
            self._coming.pop(key, None)
            if made is not None:
                self._keep(key, made)
                self._drafts.pop(key, None)
        if made is None:
            result.fail(error or RuntimeError("a worker returned no bake"))
            return
        self._to_disk(world, key, made)
        result.resolve(made)

    def _recall(self, key: Key) -> Bake | None:
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def _keep(self, key: Key, made: Bake) -> None:
        self._kept[key] = made
        total = sum(kept.octets for kept in self._kept.values())
        while total > self._memory_octets and len(self._kept) > 1:
            total -= self._kept.popitem(last=False)[1].octets

    def _path(self, world: World, key: Key) -> Path | None:
        if self._dir is None:
            return None
        text = repr((_code_digest(), world.fingerprint, key[2:]))
        return self._dir / f"bake-{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}.npz"

    def _from_disk(self, world: World, key: Key) -> Bake | None:
        path = self._path(world, key)
        if path is None or not path.exists():
            return None
        made = read_bake(path)
        if made is not None:
            self._keep(key, made)
        return made

    def _to_disk(self, world: World, key: Key, made: Bake) -> None:
        path = self._path(world, key)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bake(path, made)
        trim(path.parent, self._disk_octets)


def write_bake(path: Path, made: Bake) -> None:
    """Write a bake to a file, which appears as a whole or not at all."""
    partial = path.with_name(f"{path.name}.{threading.get_ident()}.partial")
    with partial.open("wb") as file:
        np.savez(file, i420=made.i420, distance=made.distance, sunlit=made.sunlit)
    partial.replace(path)


def read_bake(path: Path) -> Bake | None:
    """Return the bake of a file, None if the file is gone or damaged."""
    try:
        with np.load(path) as arrays:
            made = Bake(arrays["i420"], arrays["distance"], arrays["sunlit"])
        path.touch()
    except (OSError, ValueError, KeyError, EOFError):
        return None
    return made


def trim(folder: Path, octets: int) -> None:
    """Remove the least recently used bakes of a folder beyond so many octets."""
    files = sorted(
        ((file.stat().st_mtime, file.stat().st_size, file) for file in folder.glob("bake-*.npz")),
        reverse=True,
    )
    total = 0
    for _, size, file in files:
        total += size
        if total > octets:
            file.unlink(missing_ok=True)


@functools.cache
def _code_digest() -> str:
    """Return a digest of the code that makes bakes: other code, other pictures."""
    digest = hashlib.blake2b(digest_size=16)
    folder = importlib.resources.files(__package__)
    for name in ("backdrop", "facets", "light", "materials", "raster", "view"):
        digest.update((folder / f"{name}.py").read_bytes())
    return digest.hexdigest()
