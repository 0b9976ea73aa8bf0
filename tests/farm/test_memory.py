import attrs
import pytest

from simulator.device.persistence import PersistenceError
from simulator.farm.memory import Memory


def renamed(state, hostname):
    return attrs.evolve(state, network=attrs.evolve(state.network, hostname=hostname))


@pytest.mark.parametrize("kept", [True, False])
def test_a_boot_knows_what_was_and_has_no_observers(tmp_path, rig, kept):
    memory = Memory(rig.plan.birth, tmp_path / "cam.json" if kept else None)
    store = memory.boot()
    seen = []
    store.observe(lambda *change: seen.append(change))
    store.commit(renamed(store.state, "tower"), "test")
    again = memory.boot()
    again.commit(renamed(again.state, "cellar"), "test")
    assert len(seen) == 1
    assert memory.boot().state.network.hostname == "cellar"


def test_another_run_knows_it_from_the_file(tmp_path, rig):
    store = Memory(rig.plan.birth, tmp_path / "cam.json").boot()
    store.commit(renamed(store.state, "tower"), "test")
    assert Memory(rig.plan.birth, tmp_path / "cam.json").boot().state == store.state


def test_a_file_that_cannot_be_used_is_named(tmp_path, rig):
    path = tmp_path / "cam.json"
    path.write_text("{")
    with pytest.raises(PersistenceError, match=r"cam\.json"):
        Memory(rig.plan.birth, path)
