import gc
import os

import attrs
import pytest

from simulator.later import InlineWorkers
from simulator.media.library import LoopLibrary, prune
from simulator.media.look import Look
from simulator.scene.view import View


class CountingWorkers(InlineWorkers):
    def __init__(self):
        self.processes = []

    def process(self, call, *args):
        self.processes.append(args[0])
        return super().process(call, *args)


@pytest.fixture
def workers():
    return CountingWorkers()


@pytest.fixture
def looks(form):
    small = attrs.evolve(form, fps=5.0)
    return [
        Look("square", seed, 2.0, View((0.0, 0.0, 5.0), 0.0, 0.0, 60.0), small) for seed in range(4)
    ]


@pytest.fixture
def open_library(workers, scene, tmp_path):
    def open_library(painter_of=lambda look: scene.painter, **options):
        return LoopLibrary(workers, tmp_path / "cache", painter_of, **options)

    return open_library


def outcome(later):
    results = []
    later.then(lambda value, error: results.append(value or error))
    (result,) = results
    return result


def test_a_look_is_rendered_once_for_all_who_ask(open_library, workers, looks):
    library = open_library()
    assert outcome(library.get(looks[0])) is outcome(library.get(attrs.evolve(looks[0])))
    assert workers.processes == [looks[0]]


def test_who_asks_meanwhile_waits_for_the_same_loop(held_scene, tmp_path, looks):
    workers = held_scene.workers
    library = LoopLibrary(workers, tmp_path, lambda look: held_scene.painter)
    first, second = library.get(looks[0]), library.get(looks[0])
    assert first is second
    assert len(workers.waiting) == 1
    while workers.waiting:
        workers.finish()
    assert outcome(first).look == looks[0]


def test_the_disk_spares_the_next_farm_the_work(open_library, workers, looks):
    outcome(open_library().get(looks[0]))
    loop = outcome(open_library().get(looks[0]))
    assert loop.look == looks[0]
    assert len(workers.processes) == 1


def test_a_damaged_file_is_made_again(open_library, workers, looks, tmp_path):
    outcome(open_library().get(looks[0]))
    (path,) = (tmp_path / "cache").glob("*.loop")
    path.write_bytes(b"rubbish")
    assert outcome(open_library().get(looks[0])).look == looks[0]
    assert len(workers.processes) == 2


def test_memory_is_bounded_but_what_plays_stays_shared(open_library, workers, looks):
    library = open_library(memory_bytes=1)
    playing = outcome(library.get(looks[0]))
    for look in looks[1:]:
        outcome(library.get(look))
    gc.collect()
    assert outcome(library.get(looks[0])) is playing
    assert len(library._known) == 1


def test_the_disk_is_bounded_and_keeps_what_was_used_last(open_library, looks, tmp_path):
    library = open_library()
    for look in looks:
        outcome(library.get(look))
    files = {look.key: tmp_path / "cache" / f"{look.key}.loop" for look in looks}
    for age, path in enumerate(files.values()):
        os.utime(path, (1000 + age, 1000 + age))
    os.utime(files[looks[0].key], (5000, 5000))
    size = files[looks[0].key].stat().st_size
    prune(tmp_path / "cache", int(2.5 * size))
    assert {key for key, path in files.items() if path.exists()} == {looks[0].key, looks[3].key}


def test_workers_that_refuse_are_reported(open_library, workers, looks, monkeypatch):
    def refuse(call, *args):
        raise RuntimeError("no processes left")

    monkeypatch.setattr(workers, "process", refuse)
    assert isinstance(outcome(open_library().get(looks[0])), RuntimeError)


def test_a_painter_that_fails_is_reported_and_may_be_tried_again(open_library, scene, looks):
    failures = [RuntimeError("no sun")]

    def painter_of(look):
        if failures:
            raise failures.pop()
        return scene.painter

    library = open_library(painter_of)
    assert isinstance(outcome(library.get(looks[0])), RuntimeError)
    assert outcome(library.get(looks[0])).look == looks[0]
