"""The floors of the house: imports go down, the reactor stays in net/, nothing goes in circles."""

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import simulator

ROOT = Path(simulator.__file__).parent
FLOORS = {
    **dict.fromkeys(("clock", "seeds", "errors", "later", "__init__"), 0),
    **dict.fromkeys(("wire", "schema", "config"), 1),
    **dict.fromkeys(("device", "mechanics", "scene"), 2),
    **dict.fromkeys(("media", "events", "analytics"), 3),
    **dict.fromkeys(("services", "faults"), 4),
    "net": 5,
    "farm": 6,
    **dict.fromkeys(("cli", "testing", "cluster", "__main__"), 7),
}
REACTOR = ("twisted.internet", "twisted.web")


def imports_of(path: Path) -> Iterator[str]:
    """Every module that the file names in an import, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write the import in full"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms(root: Path) -> Iterator[tuple[str, Path]]:
    """Every file with the package, or module of the top, that it belongs to."""
    for path in sorted(root.rglob("*.py")):
        yield path.relative_to(root).parts[0].removesuffix(".py"), path


def own_imports(path: Path) -> set[str]:
    """The rooms of the simulator that the file imports from."""
    parts = (name.split(".") for name in imports_of(path))
    return {part[1] for part in parts if part[0] == "simulator" and len(part) > 1} & FLOORS.keys()


def offences(root: Path) -> list[str]:
    found = []
    for room, path in rooms(root):
        for other in sorted(own_imports(path) - {room}):
            if FLOORS[other] > FLOORS[room]:
                found.append(f"{path.relative_to(root)} imports {other}, which is above {room}")
        if room != "net" and any(name.startswith(REACTOR) for name in imports_of(path)):
            found.append(f"{path.relative_to(root)} imports the reactor or twisted.web")
    return found


def neighbours(root: Path) -> dict[str, set[str]]:
    """Which rooms of its own floor each room imports from."""
    graph: dict[str, set[str]] = {}
    for room, path in rooms(root):
        level = {other for other in own_imports(path) if FLOORS[other] == FLOORS[room]}
        graph.setdefault(room, set()).update(level - {room})
    return graph


def test_every_room_has_a_floor():
    assert {room for room, _ in rooms(ROOT)} <= FLOORS.keys()


def test_imports_go_down_and_the_reactor_stays_in_net():
    assert offences(ROOT) == []


def test_rooms_of_one_floor_import_each_other_in_one_direction():
    graphlib.TopologicalSorter(neighbours(ROOT)).prepare()


@pytest.mark.parametrize(
    ("files", "offence"),
    [
        (
            {"wire/x.py": "from simulator.device.store import Store"},
            "imports device, which is above",
        ),
        ({"seeds.py": "import simulator.wire.soap"}, "imports wire, which is above"),
        ({"wire/x.py": "def f():\n    from simulator import net"}, "imports net, which is above"),
        ({"farm/x.py": "from twisted.internet import reactor"}, "imports the reactor"),
        ({"media/x.py": "from twisted import web\nimport twisted.web"}, "imports the reactor"),
    ],
)
def test_an_import_that_runs_up_is_found(tmp_path, files, offence):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert [offence in line for line in offences(tmp_path)] == [True]


def test_a_circle_within_a_floor_is_found(tmp_path):
    for room, other in (("media", "events"), ("events", "analytics"), ("analytics", "media")):
        (tmp_path / room).mkdir()
        (tmp_path / room / "x.py").write_text(f"import simulator.{other}.y")
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter(neighbours(tmp_path)).prepare()


def test_files_and_functions_stay_small_enough_to_read():
    long = []
    for _, path in rooms(ROOT):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 500:
            long.append(f"{path.name} has more than 500 lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= 60:
                long.append(f"{path.name}:{node.lineno} {node.name} has more than 60 lines")
    assert long == []
