"""Writes docs/coverage.md: every operation of the ONVIF schema, whether it is there, and its tests.

Run it by ``make docs-coverage``; a test compares the page with what this program writes.
"""

import ast
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from simulator.schema.table import Operation, load_table
from simulator.services.all import REGISTRY
from simulator.services.registry import Registered

ROOT = Path(__file__).resolve().parents[1]
TITLES = {
    "device": "Device management",
    "media": "Media 1",
    "media2": "Media 2",
    "ptz": "PTZ",
    "events": "Events and WS-BaseNotification",
    "imaging": "Imaging",
    "analytics": "Analytics",
    "deviceio": "Device IO",
    "recording": "Recording control",
    "search": "Recording search",
    "replay": "Replay",
}
HEAD = """\
# Coverage

Every operation of the ONVIF services that a camera can have, and whether camfarm has it. An
operation that is not here is answered with the fault `ter:ActionNotSupported`. This page is made by
`make docs-coverage` from the registered operations and from the tests that call them.
"""


def registered() -> dict[tuple[str, str], Registered]:
    """Return what the farm implements, by (namespace, name)."""
    return {
        (each.operation.namespace, each.operation.name): each
        for service in REGISTRY.services
        for each in service.operations.values()
    }


def tested() -> dict[tuple[str, str], list[str]]:
    """Return the test files that call an operation, by (service, name)."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for pair in set(_pairs(ast.parse(path.read_text(encoding="utf-8")))):
            found.setdefault(pair, []).append(path.relative_to(ROOT).as_posix())
    return found


def _pairs(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield ``("ptz", "GetStatus")`` from ``ask("ptz", "GetStatus")`` and from tables of tables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from _keys_of_keys(node)
        else:
            values = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
            yield from pairwise(map(_text, values))


def _keys_of_keys(table: ast.Dict) -> Iterator[tuple[str, str]]:
    for outer, inner in zip(table.keys, table.values, strict=True):
        if isinstance(inner, ast.Dict):
            yield from ((_text(outer), _text(key)) for key in inner.keys)


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def page() -> str:
    """Return the page."""
    services: dict[str, list[Operation]] = {title: [] for title in TITLES}
    for operation in load_table().operations:
        services[operation.service].append(operation)
    here, tests = registered(), tested()
    parts = [HEAD, _summary(services, here)]
    parts += [_service(name, operations, here, tests) for name, operations in services.items()]
    return "\n".join(parts)


def _summary(services: dict[str, list[Operation]], here: dict[tuple[str, str], Registered]) -> str:
    lines = ["| service | here | of |", "|---|---:|---:|"]
    counts = {
        name: sum((each.namespace, each.name) in here for each in operations)
        for name, operations in services.items()
    }
    lines += [f"| {TITLES[name]} | {n} | {len(services[name])} |" for name, n in counts.items()]
    total = sum(map(len, services.values()))
    return "\n".join([*lines, f"| **all** | **{sum(counts.values())}** | **{total}** |", ""])


def _service(
    name: str,
    operations: list[Operation],
    here: dict[tuple[str, str], Registered],
    tests: dict[tuple[str, str], list[str]],
) -> str:
    present = [each for each in operations if (each.namespace, each.name) in here]
    absent = [f"`{each.name}`" for each in operations if each not in present]
    lines = [f"## {TITLES[name]}", ""]
    if present:
        lines += ["| operation | who may call it | tests |", "|---|---|---|"]
        lines += [_row(each, here[each.namespace, each.name], tests) for each in present]
        lines.append("")
    if absent:
        lines += [f"Not here: {', '.join(absent)}.", ""]
    return "\n".join(lines)


def _row(operation: Operation, entry: Registered, tests: dict[tuple[str, str], list[str]]) -> str:
    files = tests.get((entry.service.name, operation.name), [])
    links = ", ".join(f"[{Path(file).stem}](../{file})" for file in files)
    return f"| `{operation.name}` | {entry.access.value} | {links} |"


if __name__ == "__main__":
    sys.stdout.write(page())
