import pytest

from simulator.analytics.motion import motion_in_view
from simulator.later import InlineWorkers
from simulator.scene.bake import Backgrounds
from simulator.scene.render import Renderer
from simulator.scene.view import View
from simulator.scene.world import load_world


@pytest.fixture(scope="module")
def renderer():
    return Renderer(load_world("street", 7), Backgrounds(InlineWorkers()))


def test_a_street_moves_and_the_sky_does_not(renderer):
    gate = renderer.world.mounts["gate"]
    assert motion_in_view(renderer, gate.view(), 3.0)
    assert not motion_in_view(renderer, View(gate.position, 0.0, 80.0, 30.0), 3.0)


def test_it_is_the_moving_that_counts(renderer):
    """Somebody in sight at some time, nobody at another: the alarm follows the truth boxes."""
    view = renderer.world.mounts["gate"].view(6.0)
    found = {motion_in_view(renderer, view, t / 2) for t in range(40)}
    assert found == {True, False}
