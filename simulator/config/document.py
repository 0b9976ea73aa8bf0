"""A YAML file as a tree in which every value knows where it was written.

Aliases are followed within limits, so that a small file cannot become a large tree; tags and merge
keys are refused, because a scenario needs neither.
"""

from typing import Any, cast

import attrs
import yaml

from simulator.errors import SimulatorError

MAX_BYTES = 4 << 20
"""Longest file."""
MAX_DEPTH = 20
"""Deepest nesting, aliases followed."""
MAX_NODES = 500_000
"""Most values, aliases followed."""

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STRING_TAG = "tag:yaml.org,2002:str"
_SYNTAX = {"did not find expected <document start>": "a key or a value is out of place here"}

Path = tuple[str | int, ...]


@attrs.frozen
class Place:
    """Where something was written; line and column from 1, or 0 where there are none."""

    source: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Return ``file:line:column``, as compilers write it."""
        return f"{self.source}:{self.line}:{self.column}" if self.line else self.source


@attrs.frozen
class Mistake:
    """One mistake and its place."""

    place: Place
    message: str

    def __str__(self) -> str:
        """Return the line that people read."""
        return f"{self.place}: {self.message}"


class DocumentError(SimulatorError):
    """A file that cannot be read to its end; why is in ``mistakes``."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


@attrs.frozen
class Node:
    """One value of a document.

    Attributes:
        value: a scalar, a list of nodes, or a mapping from key to node.
        place: where the value begins.
        keys: of a mapping, where each key was written.
        size: how many values it has within, aliases followed, itself included.
        height: how many levels it has, aliases followed.
    """

    value: Any
    place: Place
    keys: dict[str, Place] = attrs.field(factory=dict)
    size: int = 1
    height: int = 1

    def plain(self) -> Any:
        """Return the value without places; keys without a value are left out."""
        if isinstance(self.value, dict):
            items = ((key, node.plain()) for key, node in self.value.items())
            return {key: value for key, value in items if value is not None}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def child(self, key: str | int) -> "Node | None":
        """Return the value under a key or at an index, or None."""
        if isinstance(self.value, dict):
            found: Node | None = self.value.get(key)
            return found
        if isinstance(self.value, list) and isinstance(key, int) and key < len(self.value):
            return cast(Node, self.value[key])
        return None


def parse_document(text: str, source: str) -> tuple[Node, list[Mistake]]:
    """Read the one YAML document of ``text``; ``source`` names it in mistakes.

    Returns:
        The document, and the mistakes beside which it could be read.

    Raises:
        DocumentError: with every mistake up to one after which nothing can be read.
    """
    if len(text) > MAX_BYTES:
        raise DocumentError([Mistake(Place(source), f"longer than {MAX_BYTES} characters")])
    return _Composer(text, source).compose()


class _Composer:
    """Builds the tree from YAML's events: PyYAML's own composer knows no limits."""

    def __init__(self, text: str, source: str) -> None:
        self._text = text
        self._source = source
        self._anchors: dict[str, Node] = {}
        self._mistakes: list[Mistake] = []
        self._nodes = 0

    def compose(self) -> tuple[Node, list[Mistake]]:
        try:
            self._yaml = _Loader(self._text)
            return self._document(), self._mistakes
        except yaml.MarkedYAMLError as error:
            place = self._place(error.problem_mark) if error.problem_mark else Place(self._source)
            message = str(error.problem)
            raise self._fatal(place, _SYNTAX.get(message, message)) from None
        except yaml.reader.ReaderError as error:
            where = Place(self._source, self._text.count("\n", 0, error.position) + 1, 1)
            raise self._fatal(where, f"the character {error.character!r} is not allowed") from None

    def _document(self) -> Node:
        self._yaml.get_event()
        if self._yaml.check_event(yaml.StreamEndEvent):
            raise self._fatal(Place(self._source), "the file is empty")
        self._yaml.get_event()
        root = self._node(1)
        self._yaml.get_event()
        if not self._yaml.check_event(yaml.StreamEndEvent):
            place = self._place(self._yaml.peek_event().start_mark)
            raise self._fatal(place, "a second document begins here; one file is one scenario")
        return root

    def _node(self, depth: int) -> Node:
        event = self._yaml.get_event()
        place = self._place(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor, place, depth)
        if event.tag not in (None, "!"):
            self._mistake(place, "tags (!) are not used in scenarios; leave it out")
        self._bound(place, 1, depth)
        node = self._filled(event, place, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _filled(self, event: Any, place: Place, depth: int) -> Node:
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(place, depth)
        return Node(self._scalar(event, place), place)

    def _alias(self, anchor: str | None, place: Place, depth: int) -> Node:
        node = self._anchors.get(anchor or "")
        if node is None:
            self._mistake(place, f"*{anchor} has no &{anchor} before it")
            return Node(None, place)
        self._bound(place, node.size, depth + node.height - 1)
        return node

    def _sequence(self, place: Place, depth: int) -> Node:
        nodes = []
        while not self._yaml.check_event(yaml.SequenceEndEvent):
            nodes.append(self._node(depth + 1))
        self._yaml.get_event()
        return _collection(nodes, nodes, place)

    def _mapping(self, place: Place, depth: int) -> Node:
        nodes: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        while not self._yaml.check_event(yaml.MappingEndEvent):
            key, key_place = self._key(depth + 1)
            node = self._node(depth + 1)
            if key in keys:
                first = keys[key].line
                self._mistake(key_place, f"the key {key!r} was given before, in line {first}")
            nodes.setdefault(key, node)
            keys.setdefault(key, key_place)
        self._yaml.get_event()
        return attrs.evolve(_collection(nodes, list(nodes.values()), place), keys=keys)

    def _key(self, depth: int) -> tuple[str, Place]:
        event = self._yaml.peek_event()
        place = self._place(event.start_mark)
        if not isinstance(event, yaml.ScalarEvent):
            self._node(depth)
            self._mistake(place, "a key must be a word")
            return "", place
        self._yaml.get_event()
        if event.value == "<<" and event.implicit[0]:
            self._mistake(place, "merge keys (<<) are not used in scenarios; see `defaults`")
        return event.value, place

    def _scalar(self, event: Any, place: Place) -> Any:
        tag = self._yaml.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == _STRING_TAG:
            return event.value
        try:
            return self._yaml.construct_object(yaml.ScalarNode(tag, event.value))
        except (ValueError, yaml.YAMLError):
            self._mistake(place, f"{event.value!r} cannot be read; write it in quotes")
            return None

    def _bound(self, place: Place, nodes: int, depth: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise self._fatal(place, f"more than {MAX_NODES} values, aliases followed")
        if depth > MAX_DEPTH:
            raise self._fatal(place, f"nested deeper than {MAX_DEPTH} levels")

    def _place(self, mark: Any) -> Place:
        return Place(self._source, mark.line + 1, mark.column + 1)

    def _mistake(self, place: Place, message: str) -> None:
        self._mistakes.append(Mistake(place, message))

    def _fatal(self, place: Place, message: str) -> DocumentError:
        return DocumentError([*self._mistakes, Mistake(place, message)])


def _collection(value: Any, children: list[Node], place: Place) -> Node:
    size = 1 + sum(child.size for child in children)
    return Node(
        value, place, size=size, height=1 + max((child.height for child in children), default=0)
    )
