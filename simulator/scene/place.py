"""A place where something goes on: what stands, who moves, and good places for cameras."""

import functools
import hashlib
from collections.abc import Mapping

import attrs
import numpy as np

from simulator.scene.actors import Actor, Ground, Walk
from simulator.scene.solids import Patch, Solid
from simulator.scene.view import Floats, Point, View


@attrs.frozen
class Mount:
    """A good place for a camera.

    Attributes:
        position: of the lens, metres.
        pan_deg: where it points, clockwise from north.
        tilt_deg: above the horizon.
        hfov_deg: a horizontal field of view that suits the place.
    """

    position: Point
    pan_deg: float
    tilt_deg: float
    hfov_deg: float = 65.0

    def view(self, hfov_deg: float | None = None) -> View:
        """Return the view from here, with the mount's own field of view if none is given."""
        return View(self.position, self.pan_deg, self.tilt_deg, hfov_deg or self.hfov_deg)


@attrs.frozen(eq=False)
class World:
    """A place that lives the same ``period_s`` seconds again and again.

    Attributes:
        name: of the world.
        seed: its colours and small differences come from it.
        ground_patches: the flat ground at height zero and what is painted on it, in order.
        solids: everything else that stands still.
        ground: heights, for those who walk.
        walks: everybody's part.
        mounts: by name.
        sun: unit vector towards the sun.
        period_s: after this many seconds everything repeats.
    """

    name: str
    seed: int
    ground_patches: tuple[Patch, ...]
    solids: tuple[Solid, ...]
    ground: Ground
    walks: tuple[Walk, ...]
    mounts: Mapping[str, Mount]
    sun: Floats
    period_s: float = 20.0

    @property
    def key(self) -> tuple[str, int]:
        """What ``load_world`` needs to make this world again, in another process for example."""
        return self.name, self.seed

    def actors_at(self, t: float) -> tuple[Actor, ...]:
        """Return everybody who is about at scenario time ``t``, in the order of their ids."""
        # A microsecond is far below a frame; rounding makes every lap the same to the bit.
        return _cast(self, round(t % self.period_s, 6) % self.period_s)

    @functools.cached_property
    def fingerprint(self) -> str:
        """A digest of everything that stands still: pictures of it can be kept by this name."""
        digest = hashlib.blake2b(digest_size=16)
        patches = [side.outline for solid in self.solids for side in solid.sides]
        details = [patch for s in self.solids for side in s.sides for patch in side.details]
        for patch in (*self.ground_patches, *patches, *details):
            digest.update(np.ascontiguousarray(patch.corners).tobytes())
            digest.update(repr((patch.colour, patch.material)).encode())
        digest.update(self.sun.tobytes())
        return digest.hexdigest()


@functools.lru_cache(maxsize=256)
def _cast(world: World, moment: float) -> tuple[Actor, ...]:
    """Return who is about; kept, because all cameras of a farm ask for the same moments."""
    actors = (walk.at(moment, world.period_s, world.ground) for walk in world.walks)
    return tuple(actor for actor in actors if actor is not None)
