"""``--set key=value``: one value of a document replaced on the command line."""

import attrs

from simulator.config.document import DocumentError, Mistake, Node, Path, Place, parse_document


def override(root: Node, assignment: str) -> Node:
    """Return the document with ``assignment`` in place.

    Args:
        root: the document; it stays as it is.
        assignment: ``defaults.model=dome-ptz``: keys with dots between, an entry of a list by its
            number from 0 or by its ``name``; the value is YAML.

    Raises:
        DocumentError: located at ``--set``, if the path leads nowhere or the value is not YAML.
    """
    place = Place(f"--set {assignment}")
    path, equals, text = assignment.partition("=")
    if not equals or not all(path.split(".")):
        raise DocumentError([Mistake(place, "write it as key=value, for example seed=7")])
    try:
        value, mistakes = parse_document(text or "null", place.source)
    except DocumentError as error:
        mistakes = error.mistakes
    if mistakes:
        raise DocumentError([Mistake(place, mistake.message) for mistake in mistakes])
    return _replaced(root, tuple(path.split(".")), _moved(value, place), place)


def _moved(node: Node, place: Place) -> Node:
    """Return a value as if all of it had been written at ``place``."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _moved(child, place) for key, child in value.items()}
    elif isinstance(value, list):
        value = [_moved(child, place) for child in value]
    return attrs.evolve(node, value=value, place=place, keys=dict.fromkeys(node.keys, place))


def _replaced(node: Node, path: Path, value: Node, place: Place) -> Node:
    if not path:
        return value
    key, rest = str(path[0]), path[1:]
    if isinstance(node.value, list):
        index = _index(node.value, key, place)
        items = list(node.value)
        items[index] = _replaced(items[index], rest, value, place)
        return attrs.evolve(node, value=items)
    if node.value is not None and not isinstance(node.value, dict):
        raise DocumentError([Mistake(place, f"there is no {key!r} in {node.value!r}")])
    children = node.value or {}
    inner = children.get(key, Node(None, place))
    return attrs.evolve(
        node,
        value={**children, key: _replaced(inner, rest, value, place)},
        keys={**node.keys, key: place},
    )


def _index(items: list[Node], key: str, place: Place) -> int:
    if key.isdecimal() and int(key) < len(items):
        return int(key)
    for index, item in enumerate(items):
        name = item.child("name")
        if name is not None and name.value == key:
            return index
    message = f"no entry {key!r}: there are {len(items)}, by number from 0 or by name"
    raise DocumentError([Mistake(place, message)])
