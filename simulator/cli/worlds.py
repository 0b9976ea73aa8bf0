"""The names that a scenario may use for worlds and mounts."""

from collections.abc import Collection


def mounts_of(world: str) -> Collection[str]:
    """Return the names of a world's mounts.

    Raises:
        LookupError: if there is no such world.
    """
    from simulator.scene.world import load_world

    return load_world(world, seed=1).mounts
