"""A camera's memory from boot to boot, and from run to run if there is a place for it."""

from pathlib import Path

from simulator.device.persistence import StateFile
from simulator.device.state import DeviceState
from simulator.device.store import Store


class Memory:
    """Gives a camera its store at every boot, with what it knew before."""

    def __init__(self, birth: DeviceState, path: Path | None) -> None:
        """Remember in the file ``path``, or for this run only if it is None.

        Raises:
            PersistenceError: if the file cannot be used.
        """
        self._birth = birth
        self._file = path and StateFile(path)
        self._store: Store | None = None
        self._state = self._file.load(birth) if self._file else None

    def boot(self) -> Store:
        """Return a store that only its own saving observes; the one of the boot before is dead."""
        state = self._store.state if self._store else self._state
        self._store = Store(self._birth, state)
        if self._file:
            self._file.follow(self._store)
        return self._store
