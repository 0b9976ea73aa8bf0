"""The worlds by name; each depends on nothing but name, seed and time."""

import functools
from collections.abc import Callable

from simulator.errors import SimulatorError
from simulator.scene import street
from simulator.scene.place import Mount, World

__all__ = ["Mount", "UnknownWorldError", "World", "load_world", "world_names"]

_BUILDERS: dict[str, Callable[[int], World]] = {"street": street.build}


class UnknownWorldError(SimulatorError, LookupError):
    """No world has this name."""


@functools.lru_cache(maxsize=16)
def load_world(name: str, seed: int) -> World:
    """Return a world; the same arguments give the same world in every process.

    Raises:
        UnknownWorldError: if no world has this name.
    """
    if name not in _BUILDERS:
        raise UnknownWorldError(f"no world {name!r}; there is {', '.join(sorted(_BUILDERS))}")
    return _BUILDERS[name](seed)


def world_names() -> tuple[str, ...]:
    """Return the names of all worlds."""
    return tuple(sorted(_BUILDERS))
