"""Values to XML by the compiled table; ``wire.soap.codec`` tells the conventions.

Each type is turned into a writer when it is first needed: opening and closing tags as finished
text, children in the order of the schema, and one call for each that is present.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs
from lxml import etree

from simulator.schema.model import (
    Attribute,
    Choice,
    ComplexType,
    Element,
    SimpleType,
    Type,
    Wildcard,
    local_of,
    namespace_of,
)
from simulator.schema.table import load_table
from simulator.wire.soap.names import PREFIX_OF, PREFIXES, mentioned
from simulator.wire.soap.simple import simple
from simulator.wire.soap.values import escape

_OUTSIDE = frozenset({"@xsi:type", "#nsmap"})


class EncodeError(ValueError):
    """A value does not fit its type: a mistake of the program, not of a client.

    Attributes:
        problem: what is wrong.
        path: where, outermost element first.
    """

    def __init__(self, problem: str) -> None:
        """Name the problem; those who pass the error on say where they are."""
        super().__init__(problem)
        self.problem = problem
        self.path: list[str] = []

    def within(self, step: str) -> "EncodeError":
        """Put a step in front of the path."""
        self.path.insert(0, step)
        return self

    def __str__(self) -> str:
        return f"{'/'.join(self.path).replace('/[', '[')}: {self.problem}"


class Output(list[str]):
    """The pieces of a message, and the prefixes it uses beyond those its schema implies."""

    __slots__ = ("prefixes",)

    def __init__(self) -> None:
        super().__init__()
        self.prefixes: set[str] = set()


Write = Callable[[Any, Output], None]


@attrs.frozen
class _Field:
    """A child: the key of its value, how to write it, and whether it may be missing."""

    key: str
    write: Write
    least: int
    nil: str | None


@attrs.frozen
class _Exclusive:
    """Children of which only one may be there."""

    keys: tuple[str, ...]
    least: int


def qualified(name: str) -> str:
    """Return ``prefix:local`` as it is written for a Clark name.

    Raises:
        EncodeError: if no prefix is kept for its namespace.
    """
    namespace = namespace_of(name)
    if not namespace:
        return name
    if namespace not in PREFIX_OF:
        raise EncodeError(f"no prefix for namespace {namespace}")
    return f"{PREFIX_OF[namespace]}:{local_of(name)}"


class TypeWriter:
    """Writes elements of one complex type."""

    __slots__ = ("_attributes", "_exclusive", "_fields", "_known", "_text", "_type")

    def __init__(self, kind: ComplexType) -> None:
        """Prepare; the fields follow in ``prepare``, because types contain themselves."""
        self._type = kind
        self._text: Callable[[Any], str] | None = escape if kind.mixed else None
        if kind.text is not None:
            self._text = simple(kind.text).format
        self._attributes = list(map(_attribute, kind.attributes.values()))
        self._fields: list[_Field] = []
        self._exclusive: list[_Exclusive] = []
        self._known: frozenset[str] = frozenset()

    def prepare(self) -> None:
        """Build the writers of the children."""
        for particle in self._type.content:
            if isinstance(particle, Choice):
                self._add_choice(particle)
            else:
                self._fields.append(_field(particle, repeated=False))
        keys = {field.key for field in self._fields} | {key for key, *_ in self._attributes}
        self._known = frozenset(keys | _OUTSIDE | ({"#text"} if self._text else set()))

    def _add_choice(self, choice: Choice) -> None:
        repeated = choice.most != 1
        fields = [_field(option, repeated=repeated) for option in choice.options]
        if not repeated:
            self._exclusive.append(_Exclusive(tuple(f.key for f in fields), choice.least))
        self._fields += [attrs.evolve(field, least=0) for field in fields]

    def write(self, opening: str, closing: str, value: Any, out: Output) -> None:
        """Write an element: ``opening`` is its start tag still open, ``closing`` its end tag."""
        if value.__class__ is not dict and not isinstance(value, Mapping):
            raise EncodeError(f"{value!r} is not a mapping")
        if "@xsi:type" in value:
            self._write_derived(opening, closing, value, out)
        else:
            self._write(opening, closing, value, out)

    def _write(self, opening: str, closing: str, value: Mapping[str, Any], out: Output) -> None:
        get = value.get
        seen = 0
        key = ""
        mark = len(out)
        out.append(opening)
        try:
            for key, start, form, scoped, required in self._attributes:
                item = get(key)
                if item is not None:
                    text = form(item)
                    opening = f'{opening}{start}{text}"'
                    seen += 1
                    if scoped:
                        out.prefixes |= mentioned(text)
                elif required:
                    raise EncodeError("required")
            if self._text is not None and (item := get(key := "#text")) is not None:
                out.append(text := self._text(item))
                out.prefixes |= mentioned(text)
                seen += 1
            for field in self._fields:
                item = get(field.key)
                if item is not None:
                    key = field.key
                    seen += 1
                    field.write(item, out)
                elif field.least:
                    key = field.key
                    out.append(_nil(field, value))
                    out.prefixes.add("xsi")
        except EncodeError as error:
            raise error.within(key) from None
        except (ValueError, TypeError) as error:
            raise EncodeError(str(error)).within(key) from None
        if seen != len(value):
            opening += self._others(value)
        if self._exclusive:
            self._check_exclusive(value)
        if len(out) == mark + 1:
            out[mark] = f"{opening}/>"
        else:
            out[mark] = f"{opening}>"
            out.append(closing)

    def _others(self, value: Mapping[str, Any]) -> str:
        """Return as attributes what the type does not declare but lets pass."""
        found: list[str] = []
        for prefix, namespace in (value.get("#nsmap") or {}).items():
            if PREFIXES.get(prefix, namespace) != namespace:
                raise EncodeError(f"prefix {prefix} is taken").within("#nsmap")
            if prefix not in PREFIXES:
                found.append(f' xmlns:{prefix}="{escape(namespace)}"')
        for key in sorted(value.keys() - self._known):
            if not key.startswith("@") or not admits_attribute(self._type, key[1:]):
                raise EncodeError("unknown").within(key)
            if value[key] is not None:
                found.append(_free_attribute(key[1:], value[key], len(found)))
        return "".join(found)

    def _check_exclusive(self, value: Mapping[str, Any]) -> None:
        for choice in self._exclusive:
            present = [key for key in choice.keys if value.get(key) is not None]
            if len(present) > 1 or len(present) < choice.least:
                raise EncodeError(f"of {', '.join(choice.keys)} exactly one is allowed")

    def _write_derived(
        self, opening: str, closing: str, value: Mapping[str, Any], out: Output
    ) -> None:
        name = value["@xsi:type"]
        table = load_table()
        try:
            derived = table.type(name)
        except LookupError:
            raise EncodeError(f"no type {name}").within("@xsi:type") from None
        if not table.derives(derived, self._type):
            raise EncodeError(f"{name} is not derived from the declared type").within("@xsi:type")
        opening = f'{opening} xsi:type="{qualified(name)}"'
        out.prefixes |= {"xsi", PREFIX_OF[namespace_of(name)]} | prefixes_of(derived)
        if isinstance(derived, SimpleType):
            out.append(f"{opening}>{simple(derived).format(value.get('#text'))}{closing}")
            return
        rest = {key: item for key, item in value.items() if key != "@xsi:type"}
        writer(derived)._write(opening, closing, rest, out)


def _attribute(declared: Attribute) -> tuple[str, str, Callable[[Any], str], bool, bool]:
    """Return key, start of the text, format, whether it holds QNames, whether it is required."""
    how = simple(declared.type)
    start = f' {qualified(declared.name)}="'
    return f"@{declared.name}", start, how.format, how.scoped, declared.required


def admits_attribute(kind: ComplexType, name: str) -> bool:
    """Tell whether elements of the type may carry an attribute that it does not declare."""
    if kind.any_attribute is None:
        return False
    return kind.any_attribute == "##any" or namespace_of(name) not in {"", kind.namespace}


def _free_attribute(name: str, value: str, number: int) -> str:
    """Return an undeclared attribute, with a prefix of its own if its namespace has none here."""
    namespace = namespace_of(name)
    if not namespace or namespace in PREFIX_OF:
        return f' {qualified(name)}="{escape(value)}"'
    own = f"n{number}"
    return f' xmlns:{own}="{escape(namespace)}" {own}:{local_of(name)}="{escape(value)}"'


def _nil(field: _Field, value: Mapping[str, Any]) -> str:
    """Return the nil element for a required child that was set to None, if that is allowed."""
    if field.nil is None or field.key not in value:
        raise EncodeError("required")
    return field.nil


_WRITERS: dict[ComplexType, TypeWriter] = {}


def writer(kind: ComplexType) -> TypeWriter:
    """Return the writer of the type, made when it is first asked for."""
    if kind not in _WRITERS:
        made = _WRITERS[kind] = TypeWriter(kind)
        made.prepare()  # after it can be found: types contain themselves
    return _WRITERS[kind]


def _field(particle: Element | Wildcard, repeated: bool) -> _Field:
    many = repeated or particle.most != 1
    if isinstance(particle, Wildcard):
        return _Field("#any", _any_writer(particle), particle.least, None)
    name = qualified(particle.name)
    write = element_writer(name, load_table().type_of(particle))
    if many:
        write = _repeat(write, *((1, None) if repeated else (particle.least, particle.most)))
    nil = f'<{name} xsi:nil="true"/>' if particle.nillable else None
    return _Field(local_of(particle.name), write, particle.least, nil)


def element_writer(name: str, kind: Type) -> Write:
    """Return what writes one element of that name (``prefix:local``) and type."""
    opening, closing = f"<{name}", f"</{name}>"
    if isinstance(kind, ComplexType):
        write = writer(kind).write
        return lambda value, out: write(opening, closing, value, out)
    how, start = simple(kind), f"{opening}>"
    form = how.format
    if not how.scoped:
        return lambda value, out: out.append(f"{start}{form(value)}{closing}")

    def write_names(value: Any, out: Output) -> None:
        text = form(value)
        out.append(f"{start}{text}{closing}")
        out.prefixes |= mentioned(text)

    return write_names


def _repeat(write: Write, least: int, most: int | None) -> Write:
    def write_all(values: Any, out: Output) -> None:
        if not isinstance(values, list | tuple):
            raise EncodeError(f"{values!r} is not a list")
        if len(values) < least or (most is not None and len(values) > most):
            raise EncodeError(
                f"{len(values)} items are too {'few' if len(values) < least else 'many'}"
            )
        for index, value in enumerate(values):
            try:
                write(value, out)
            except EncodeError as error:
                raise error.within(f"[{index}]") from None

    return write_all


def _any_writer(wildcard: Wildcard) -> Write:
    def write_any(items: Any, out: Output) -> None:
        if not isinstance(items, list | tuple):
            raise EncodeError(f"{items!r} is not a list")
        if wildcard.most is not None and len(items) > wildcard.most:
            raise EncodeError("too many elements")
        for item in items:
            name = item[0] if isinstance(item, tuple) else item.tag
            if not wildcard.admits(namespace_of(name)):
                raise EncodeError(f"{name} is not allowed here")
            write_free(item, out)

    return write_any


def write_free(item: Any, out: Output) -> None:
    """Write an element that no type declares: an lxml element or a (Clark name, value) pair."""
    if isinstance(item, tuple):
        name, value = item
        write_root(name, value, out)
    else:
        out.append(etree.tostring(item, encoding="unicode", with_tail=False))


@attrs.frozen
class _Root:
    """How to write a global element, and the prefixes that its schema implies."""

    write: Write
    prefixes: frozenset[str]


@functools.cache
def _root(name: str) -> _Root:
    table = load_table()
    try:
        element = table.element(name)
    except LookupError as error:
        raise EncodeError(str(error)) from None
    kind = table.type_of(element)
    own = {PREFIX_OF[namespace_of(name)]}
    return _Root(element_writer(qualified(name), kind), prefixes_of(kind) | own)


@functools.cache
def prefixes_of(kind: Type) -> frozenset[str]:
    """Return the prefixes of all declared elements and attributes within a type."""
    table = load_table()
    found, seen, waiting = set(), set(), [kind]
    while waiting:
        each = waiting.pop()
        if isinstance(each, SimpleType) or each in seen:
            continue
        seen.add(each)
        found |= {namespace_of(name) for name in each.attributes}
        for element in _elements(each):
            found.add(namespace_of(element.name))
            waiting.append(table.type_of(element))
    return frozenset(PREFIX_OF[namespace] for namespace in found if namespace)


def _elements(kind: ComplexType) -> Iterator[Element]:
    for particle in kind.content:
        options = particle.options if isinstance(particle, Choice) else (particle,)
        yield from (option for option in options if isinstance(option, Element))


def write_root(name: str, value: Any, out: Output) -> None:
    """Write a global element; None is a complex value without anything."""
    try:
        root = _root(name)
        out.prefixes |= root.prefixes
        root.write({} if value is None else value, out)
    except EncodeError as error:
        raise error.within(local_of(name)) from None
    except (ValueError, TypeError) as error:
        raise EncodeError(str(error)).within(local_of(name)) from None
