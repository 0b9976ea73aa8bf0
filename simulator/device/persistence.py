"""Memory that outlives the process: one JSON file per camera, replaced at every commit."""

import json
from pathlib import Path
from typing import Any

import cattrs

from simulator.device.state import DeviceState
from simulator.device.store import Store
from simulator.errors import SimulatorError

VERSION = 1
"""Version of the file's shape; a file of another version is refused."""

_converter = cattrs.Converter(forbid_extra_keys=True)


class PersistenceError(SimulatorError):
    """A state file that cannot be used; the text names the file and the place in it."""


class StateFile:
    """The state file of one camera."""

    def __init__(self, path: Path) -> None:
        """Name the file; its directory must exist before the first save."""
        self.path = path

    def load(self) -> DeviceState | None:
        """Return what the file remembers; None if there is no file.

        Raises:
            PersistenceError: if it is not a state file of this version.
        """
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise PersistenceError(f"{self.path}: {error}") from error
        return self._structure(document)

    def save(self, state: DeviceState) -> None:
        """Write ``state``; after a crash of the process there is the old file or the new one."""
        document = {"version": VERSION, "state": _converter.unstructure(state)}
        draft = self.path.with_name(self.path.name + ".new")
        draft.write_text(json.dumps(document, indent=1), encoding="utf-8")
        draft.replace(self.path)

    def follow(self, store: Store) -> None:
        """Save every commit of ``store`` from now on."""
        store.observe(lambda _old, new, _reason: self.save(new))

    def _structure(self, document: Any) -> DeviceState:
        version = document.get("version") if isinstance(document, dict) else None
        if version != VERSION:
            raise PersistenceError(f"{self.path}: version {version!r}, expected {VERSION}")
        try:
            return _converter.structure(document.get("state"), DeviceState)
        except Exception as error:
            places = "; ".join(cattrs.transform_error(error, path="state"))
            raise PersistenceError(f"{self.path}: {places}") from error
