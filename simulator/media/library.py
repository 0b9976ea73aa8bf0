"""The loops of a farm: in memory while needed, on disk by content hash, made by workers."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from weakref import WeakValueDictionary

from simulator.later import Later, Workers
from simulator.media.look import Look
from simulator.media.loop import Loop, LoopFileError, load_loop, make_loop_file
from simulator.media.source import Painter

MEMORY_BYTES = 1 << 30
"""What loops that nobody plays may take in memory."""

DISK_BYTES = 8 << 30
"""What loops may take on disk; the ones unused for longest go first."""


class LoopLibrary:
    """Finds or makes the loop of a look, once for all who ask."""

    def __init__(
        self,
        workers: Workers,
        directory: Path,
        painter_of: Callable[[Look], Painter],
        *,
        memory_bytes: int = MEMORY_BYTES,
        disk_bytes: int = DISK_BYTES,
    ) -> None:
        """Open the library.

        Args:
            workers: who renders and reads.
            directory: where the files are; made if it is missing.
            painter_of: makes the painter of a look's world; picklable, as a process runs it.
            memory_bytes: bound of what is kept in memory beyond what streams hold.
            disk_bytes: bound of the directory.
        """
        directory.mkdir(parents=True, exist_ok=True)
        self._workers = workers
        self._directory = directory
        self._painter_of = painter_of
        self._memory_bytes = memory_bytes
        self._disk_bytes = disk_bytes
        self._known: WeakValueDictionary[str, Loop] = WeakValueDictionary()
        self._kept: OrderedDict[str, Loop] = OrderedDict()
        self._pending: dict[str, Later[Loop]] = {}

    def get(self, look: Look) -> Later[Loop]:
        """Return the loop of a look: at once, after reading a file, or after rendering for seconds.

        The Later fails with whatever went wrong; asking again tries again.
        """
        loop = self._known.get(look.key)
        if loop is not None:
            self._keep(loop)
            return Later.of(loop)
        return self._pending.get(look.key) or self._begin(look)

    def _begin(self, look: Look) -> Later[Loop]:
        result: Later[Loop] = Later()
        self._pending[look.key] = result
        result.then(lambda loop, _error: self._settled(look, loop))
        path = str(self._directory / f"{look.key}.loop")

        def made(_none: None, error: BaseException | None) -> None:
            if error is not None:
                result.fail(error)
                return
            self._workers.thread(load_loop, look, path).then(remade)
            self._workers.thread(prune, self._directory, self._disk_bytes)

        def remade(loop: Loop | None, error: BaseException | None) -> None:
            if loop is not None:
                result.resolve(loop)
            elif error is not None:
                result.fail(error)

        def found(loop: Loop | None, error: BaseException | None) -> None:
            if not isinstance(error, FileNotFoundError | LoopFileError):
                remade(loop, error)
                return
            try:
                self._workers.process(make_loop_file, look, self._painter_of, path).then(made)
            except Exception as refusal:  # no process can be had, or they have died
                result.fail(refusal)

        self._workers.thread(load_loop, look, path).then(found)
        return result

    def _settled(self, look: Look, loop: Loop | None) -> None:
        del self._pending[look.key]
        if loop is not None:
            self._keep(loop)

    def _keep(self, loop: Loop) -> None:
        key = loop.look.key
        self._known[key] = loop
        self._kept[key] = loop
        self._kept.move_to_end(key)
        while (
            len(self._kept) > 1 and sum(k.weight for k in self._kept.values()) > self._memory_bytes
        ):
            self._kept.popitem(last=False)


def prune(directory: Path, disk_bytes: int) -> None:
    """Delete what was unused for longest, until ``directory`` fits into ``disk_bytes``."""
    files = sorted(
        (entry.stat().st_mtime, entry.stat().st_size, entry) for entry in _loops(directory)
    )
    total = sum(size for _, size, _ in files)
    for _, size, path in files[:-1]:
        if total <= disk_bytes:
            break
        path.unlink(missing_ok=True)
        total -= size


def _loops(directory: Path) -> list[Path]:
    return [*directory.glob("*.loop")]
