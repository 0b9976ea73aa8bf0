"""Painters for worker processes, which cannot share the farm's own."""

import functools

import cv2

from simulator.farm.cache import cache_directory
from simulator.later import InlineWorkers
from simulator.media.look import Look
from simulator.scene.bake import Backgrounds
from simulator.scene.render import Renderer
from simulator.scene.world import load_world


def painter_of(look: Look) -> Renderer:
    """Return this process's painter of the world of ``look``."""
    return _painter(look.world, look.seed)


@functools.lru_cache(maxsize=2)
def _painter(world: str, seed: int) -> Renderer:
    cv2.setNumThreads(1)
    backgrounds = Backgrounds(InlineWorkers(), cache_directory() / "views")
    return Renderer(load_world(world, seed), backgrounds)
