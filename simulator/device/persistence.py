"""Memory that outlives the process: one JSON file per camera, replaced at every commit.

The file has the birth state beside the present one, so that a changed scenario is not hidden by
an old file: what no client had changed is as the camera leaves the factory now.
"""

import json
from pathlib import Path
from typing import Any

import attrs
import cattrs

from simulator.device.state import DeviceState
from simulator.device.store import Store
from simulator.errors import SimulatorError

VERSION = 1
"""Version of the file's shape; a file of another version is refused."""

_converter = cattrs.Converter(forbid_extra_keys=True)


class PersistenceError(SimulatorError):
    """A state file that cannot be used; the text names the file and the place in it."""


@attrs.frozen
class _Memory:
    """What a file holds beside its version."""

    birth: DeviceState
    state: DeviceState


class StateFile:
    """The state file of one camera."""

    def __init__(self, path: Path) -> None:
        """Name the file; its directory must exist before the first save."""
        self.path = path

    def load(self, birth: DeviceState | None = None) -> DeviceState | None:
        """Return what the file remembers; None if there is no file.

        Args:
            birth: how the camera leaves the factory now; None takes the file as it is.

        Raises:
            PersistenceError: if it is not a state file of this version.
        """
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise PersistenceError(f"{self.path}: {error}") from error
        memory = self._structure(document)
        return memory.state if birth is None else _moved(memory, birth)

    def save(self, state: DeviceState, birth: DeviceState) -> None:
        """Write ``state``; after a crash of the process there is the old file or the new one."""
        document = {"version": VERSION, **_converter.unstructure(_Memory(birth, state))}
        draft = self.path.with_name(self.path.name + ".new")
        draft.write_text(json.dumps(document, indent=1), encoding="utf-8")
        draft.replace(self.path)

    def follow(self, store: Store) -> None:
        """Save every commit of ``store`` from now on."""
        store.observe(lambda _old, new, _reason: self.save(new, store.birth))

    def _structure(self, document: Any) -> _Memory:
        version = document.pop("version", None) if isinstance(document, dict) else None
        if version != VERSION:
            raise PersistenceError(f"{self.path}: version {version!r}, expected {VERSION}")
        try:
            return _converter.structure(document, _Memory)
        except Exception as error:
            places = "; ".join(cattrs.transform_error(error, path="file"))
            raise PersistenceError(f"{self.path}: {places}") from error


def _moved(memory: _Memory, birth: DeviceState) -> DeviceState:
    """Return ``birth`` with the parts that differed from the earlier birth."""
    parts = ((name, getattr(memory.state, name)) for name in attrs.fields_dict(DeviceState))
    changed = {name: part for name, part in parts if part != getattr(memory.birth, name)}
    return attrs.evolve(birth, **changed)
