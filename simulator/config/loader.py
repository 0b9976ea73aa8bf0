"""From a YAML file to a Scenario, or to every mistake in it with its place and a suggestion."""

import functools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from simulator.config.document import (
    DocumentError,
    Mistake,
    Node,
    Path,
    Place,
    parse_document,
)
from simulator.config.model import Scenario
from simulator.config.override import override
from simulator.config.values import did_you_mean
from simulator.errors import SimulatorError

MountsOf = Callable[[str], Collection[str]]
"""Returns the names of a world's mounts; raises LookupError for a world that there is not."""

_WORDS = re.compile(r"'([^']*)'")
_KINDS = {
    "model_type": "a mapping of keys and values",
    "model_attributes_type": "a mapping of keys and values",
    "dict_type": "a mapping of keys and values",
    "tuple_type": "a list",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
}


class ScenarioError(SimulatorError):
    """A scenario with mistakes; its text has one line for each, in the order of the file."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = sorted(set(mistakes), key=_in_file_order)
        super().__init__("\n".join(map(str, self.mistakes)))


def load_scenario(
    path: FilePath, overrides: Sequence[str] = (), *, mounts_of: MountsOf | None = None
) -> Scenario:
    """Read a scenario file.

    Args:
        path: the YAML file, UTF-8.
        overrides: ``key=value`` each, see ``override``.
        mounts_of: the worlds' mounts, if the names of worlds and mounts are to be checked.

    Raises:
        ScenarioError: with every mistake in it, or because it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ScenarioError([Mistake(Place(str(path)), error.strerror or str(error))]) from None
    except UnicodeDecodeError as error:
        message = f"not UTF-8 text (byte {error.start})"
        raise ScenarioError([Mistake(Place(str(path)), message)]) from None
    return parse_scenario(text, str(path), overrides, mounts_of=mounts_of)


def parse_scenario(
    text: str,
    source: str = "scenario",
    overrides: Sequence[str] = (),
    *,
    mounts_of: MountsOf | None = None,
) -> Scenario:
    """Read a scenario from text that ``source`` names in mistakes; else as ``load_scenario``."""
    try:
        root, mistakes = parse_document(text, source)
        root = functools.reduce(override, overrides, root)
    except DocumentError as error:
        raise ScenarioError(error.mistakes) from None
    try:
        scenario = Scenario.model_validate(root.plain())
    except ValidationError as error:
        details = _essential(error)
        raise ScenarioError([*mistakes, *(_mistake(root, detail) for detail in details)]) from None
    problems = [(problem.path, problem.message) for problem in scenario.problems()]
    if mounts_of is not None:
        problems += _place_problems(scenario, mounts_of)
    if mistakes or problems:
        located = (_located(root, path, message) for path, message in problems)
        raise ScenarioError([*mistakes, *located])
    return scenario


@functools.cache
def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of scenario files, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Scenario.model_json_schema(),
        "title": "camfarm scenario",
        "description": "A world and the cameras that look at it.",
    }


def _place_problems(scenario: Scenario, mounts_of: MountsOf) -> Iterator[tuple[Path, str]]:
    try:
        mounts = mounts_of(scenario.world)
    except LookupError as error:
        yield ("world",), str(error.args[0])
        return
    said: list[tuple[Path, object]] = [(("defaults", "mount"), scenario.defaults.mount)]
    said += [(("cameras", i, "mount"), entry.mount) for i, entry in enumerate(scenario.cameras)]
    for path, mount in said:
        if isinstance(mount, str) and mount not in mounts:
            yield (
                path,
                f"the world {scenario.world!r} has no mount {mount!r}"
                f"{did_you_mean(mount, mounts)} (there are {', '.join(mounts)})",
            )


def _essential(error: ValidationError) -> list[dict[str, Any]]:
    """Return pydantic's errors without those that only follow from others."""
    details = [dict(detail) for detail in error.errors(include_url=False)]
    return [detail for detail in details if not (detail["type"] == "too_short" and detail["input"])]


def _mistake(root: Node, detail: dict[str, Any]) -> Mistake:
    """Say one of pydantic's errors in the words of the file."""
    kind, loc = detail["type"], tuple(detail["loc"])
    if kind in ("extra_forbidden", "missing"):
        path = _written(root, loc[:-1])
        if kind == "missing":
            what = f"value {loc[-1] + 1}" if isinstance(loc[-1], int) else f"the key {loc[-1]!r}"
            return _located(root, path, f"{what} is missing")
        near = did_you_mean(loc[-1], _keys_at(path))
        return _located(root, (*path, loc[-1]), f"unknown key {loc[-1]!r}{near}", at_key=True)
    return _located(root, _written(root, loc), _message(kind, detail))


def _message(kind: str, detail: dict[str, Any]) -> str:
    value, message = detail["input"], str(detail["msg"])
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    if kind == "literal_error":
        expected = str(detail["ctx"]["expected"])
        return f"{value!r} is not {expected}{did_you_mean(value, _WORDS.findall(expected))}"
    if kind == "string_type" and not isinstance(value, list | dict):
        return f"{value!r} is not text; write it in quotes"
    if kind in _KINDS:
        return f"{value!r} is not {_KINDS[kind]}"
    if kind == "too_short":
        return "needs at least one entry"
    shown = f", not {value!r}" if not isinstance(value, list | dict) else ""
    return message[0].lower() + message[1:] + shown


def _written(root: Node, loc: Path) -> Path:
    """Return what the file has of pydantic's location, which also names members of unions."""
    node, path = root, list[str | int]()
    for key in loc:
        child = node.child(key)
        if child is not None:
            node = child
            path.append(key)
    return tuple(path)


def _located(root: Node, path: Path, message: str, *, at_key: bool = False) -> Mistake:
    """Put a mistake where its path was written, or as near as the file comes to it."""
    node, place, names = root, root.place, list[str]()
    for key in path:
        names.append(f"[{key}]" if isinstance(key, int) else f".{key}")
        child = node.child(key)
        if child is None:
            break
        place = node.keys.get(str(key), child.place) if at_key else child.place
        node = child
    if at_key:
        names.pop()
    name = "".join(names).removeprefix(".")
    return Mistake(place, f"{name}: {message}" if name else message)


def _keys_at(path: Path) -> set[str]:
    """Return the keys that the schema knows at a path."""
    schemas = [scenario_schema()]
    for key in path:
        schemas = [inner for schema in schemas for inner in _inner(schema, key)]
    return {key for schema in schemas for key in _resolved_keys(schema)}


def _resolved_keys(schema: dict[str, Any]) -> Iterator[str]:
    for option in _options(schema):
        yield from option.get("properties", {})


def _inner(schema: dict[str, Any], key: str | int) -> Iterator[dict[str, Any]]:
    for option in _options(schema):
        if isinstance(key, int) and "items" in option:
            yield option["items"]
        elif key in option.get("properties", {}):
            yield option["properties"][key]


def _options(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return a schema, or what it refers to, or the members of its union."""
    if "$ref" in schema:
        schema = scenario_schema()["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    members = schema.get("anyOf") or schema.get("oneOf")
    if members is None:
        yield schema
        return
    for member in members:
        yield from _options(member)


def _in_file_order(mistake: Mistake) -> tuple[str, int, int]:
    return mistake.place.source, mistake.place.line, mistake.place.column
