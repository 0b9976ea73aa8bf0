"""The compiled ONVIF schema: which operations, elements and types exist, and what they are made of.

``table.json`` beside this file is written by ``schema.compile``. Names in it are
``prefix:local`` with the prefixes of its own ``namespaces`` section; here they are in Clark
notation, ``{namespace}local``. Sections:

- ``operations``: ``[service, namespace prefix, name, input, output or null, action,
  output action]``
- ``elements``: name -> ``[type, options]``; ``attributes``: name -> type (the global ones)
- ``simple``: name -> ``{base, enumeration, pattern, length, ...}``, ``{list: item type}`` or
  ``{union: [types]}``
- ``complex``: name -> ``{base | text, content, attributes, anyAttribute, mixed, abstract}``

A type is a name, or ``{"simple": ...}`` or ``{"complex": ...}`` if it is anonymous. A particle
of ``content`` is ``[name, type or null for a reference, min, max, options]``,
``["*", namespaces, min, max]`` for a wildcard or ``["|", particles, min, max]`` for a choice;
a max of -1 is unbounded.
"""

import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

XS = "http://www.w3.org/2001/XMLSchema"
ANY_TYPE = f"{{{XS}}}anyType"


@attrs.frozen
class Operation:
    """One WSDL operation.

    Attributes:
        service: the service it belongs to, as ``device`` or ``media2``; the operations of
            WS-BaseNotification belong to ``events``.
        namespace: target namespace of its port type.
        name: as the WSDL spells it.
        input: the request's body element in Clark notation.
        output: the response's body element; None if it is one-way.
        action: SOAP action of the request.
        output_action: WS-Addressing action of the response; empty if it is one-way.
    """

    service: str
    namespace: str
    name: str
    input: str
    output: str | None
    action: str
    output_action: str


@attrs.frozen(eq=False)
class SimpleType:
    """A type of text.

    Attributes:
        name: Clark name; empty if anonymous.
        base: what it restricts; a type without base, items and members is built into XML Schema.
        items: type of its items if it is a list.
        members: its member types if it is a union.
        enumeration: the values allowed; empty if any.
        facets: ``pattern`` (a Python expression), ``length``, ``minLength``, ``maxLength``,
            ``minInclusive``, ``maxInclusive``.
    """

    name: str
    base: "SimpleType | None" = None
    items: "SimpleType | None" = None
    members: "tuple[SimpleType, ...]" = ()
    enumeration: tuple[str, ...] = ()
    facets: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class Attribute:
    """An attribute of a complex type; a qualified name is in Clark notation."""

    name: str
    type: SimpleType
    required: bool
    default: str | None


@attrs.frozen
class Element:
    """A declared element: global, or a particle.

    A particle may occur ``least`` to ``most`` times; a ``most`` of None is no limit.
    ``type_source`` is what the table says of its type; ask ``Table.type_of`` for the type itself.
    """

    name: str
    type_source: Any
    nillable: bool = False
    default: str | None = None
    least: int = 1
    most: int | None = 1


@attrs.frozen
class Wildcard:
    """A place for elements that are not declared.

    ``namespaces`` is ``##any``, ``##other`` or ``##targetNamespace``, and ``target`` is what the
    latter two are relative to.
    """

    namespaces: str
    target: str
    least: int
    most: int | None

    def admits(self, namespace: str) -> bool:
        """Tell whether elements of this namespace may stand here (empty: no namespace)."""
        if self.namespaces == "##any":
            return True
        if self.namespaces == "##other":
            return namespace not in {self.target, ""}
        return namespace == self.target


@attrs.frozen
class Choice:
    """Alternatives, taken ``least`` to ``most`` times."""

    options: "tuple[Element | Wildcard, ...]"
    least: int
    most: int | None


Particle = Element | Wildcard | Choice


@attrs.frozen(eq=False)
class ComplexType:
    """A type of elements with attributes, children, or both.

    Attributes:
        name: Clark name; empty if anonymous.
        namespace: what the ``##other`` of ``any_attribute`` is relative to.
        base: the complex type it extends.
        text: type of its text if it has simple content.
        content: what its children may be, in order, those of its bases first.
        attributes: by name, those of its bases included.
        any_attribute: ``##any``, ``##other`` or None: which undeclared attributes it takes.
        mixed: whether text may stand between the children.
        abstract: whether a derived type must be named with xsi:type.
    """

    name: str
    namespace: str
    base: "ComplexType | None" = None
    text: SimpleType | None = None
    content: tuple[Particle, ...] = ()
    attributes: Mapping[str, Attribute] = attrs.field(factory=dict)
    any_attribute: str | None = None
    mixed: bool = False
    abstract: bool = False


Type = SimpleType | ComplexType

_UR_TYPE = ComplexType(
    ANY_TYPE, "", content=(Wildcard("##any", "", 0, None),), any_attribute="##any", mixed=True
)


def namespace_of(name: str) -> str:
    """Return the namespace of a Clark name; empty if it has none."""
    return name[1:].partition("}")[0] if name.startswith("{") else ""


def local_of(name: str) -> str:
    """Return the local part of a Clark name."""
    return name.rpartition("}")[2]


class Table:
    """The facts of ``table.json``; types are built when they are first asked for, and kept."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        """Wrap what ``schema.compile`` wrote."""
        self._facts = facts
        self.namespaces: dict[str, str] = dict(facts["namespaces"])
        self.prefixes = {namespace: prefix for prefix, namespace in self.namespaces.items()}
        self.operations = tuple(self._operation(*entry) for entry in facts["operations"])
        self._by_name = {(each.namespace, each.name): each for each in self.operations}
        self._by_input = {each.input: each for each in reversed(self.operations)}
        self._types: dict[str, Type] = {}
        self._anonymous: dict[int, Type] = {}

    def operation(self, namespace: str, name: str) -> Operation:
        """Return an operation by the namespace of its port type and its name.

        Raises:
            LookupError: if there is none.
        """
        try:
            return self._by_name[namespace, name]
        except KeyError:
            raise LookupError(f"no operation {name} in {namespace}") from None

    def operation_of(self, element: str) -> Operation | None:
        """Return the operation whose request has this body element (Clark notation), or None."""
        return self._by_input.get(element)

    def element(self, name: str) -> Element:
        """Return a global element by its Clark name.

        Raises:
            LookupError: if there is none.
        """
        entry = self._facts["elements"].get(self.shorten(name))
        if entry is None:
            raise LookupError(f"no element {name}")
        source, options = entry
        return Element(name, source, options.get("nillable", False), options.get("default"))

    def knows(self, element: str) -> bool:
        """Tell whether a global element of this Clark name exists."""
        return self.shorten(element) in self._facts["elements"]

    def elements(self) -> Iterator[str]:
        """Yield the Clark names of all global elements."""
        return map(self.expand, self._facts["elements"])

    def type(self, name: str) -> Type:
        """Return a type by its Clark name, those built into XML Schema included.

        Raises:
            LookupError: if there is none.
        """
        return self._named(self.shorten(name))

    def type_of(self, element: Element) -> Type:
        """Return the type of an element."""
        return self._source(element.type_source, namespace_of(element.name))

    def derives(self, derived: Type, base: Type) -> bool:
        """Tell whether ``derived`` is ``base`` or is derived from it."""
        if base.name == ANY_TYPE:
            return True
        step: Type | None = derived
        while step is not None and step is not base:
            step = step.base or (step.text if isinstance(step, ComplexType) else None)
        return step is base

    def shorten(self, name: str) -> str:
        """Return ``prefix:local`` for a Clark name; in an unknown namespace, the name itself."""
        namespace, local = namespace_of(name), local_of(name)
        prefix = self.prefixes.get(namespace)
        return f"{prefix}:{local}" if prefix else name

    def expand(self, name: str) -> str:
        """Return the Clark name for ``prefix:local``; a name without prefix stays as it is."""
        prefix, colon, local = name.partition(":")
        return f"{{{self.namespaces[prefix]}}}{local}" if colon else name

    def _operation(
        self,
        service: str,
        prefix: str,
        name: str,
        given: str,
        returned: str | None,
        action: str,
        answer: str,
    ) -> Operation:
        output = self.expand(returned) if returned else None
        return Operation(
            service, self.namespaces[prefix], name, self.expand(given), output, action, answer
        )

    def _named(self, name: str) -> Type:
        if name not in self._types:
            self._types[name] = self._build(name)
        return self._types[name]

    def _build(self, name: str) -> Type:
        if name == "xs:anyType":
            return _UR_TYPE
        if name.startswith("xs:"):
            return SimpleType(self.expand(name))
        if name in self._facts["simple"]:
            return self._simple(self.expand(name), self._facts["simple"][name])
        if name in self._facts["complex"]:
            clark = self.expand(name)
            return self._complex(clark, namespace_of(clark), self._facts["complex"][name])
        raise LookupError(f"no type {name}")

    def _source(self, source: Any, namespace: str) -> Type:
        """Return the type that an element's or attribute's entry names or contains."""
        if isinstance(source, str):
            return self._named(source)
        if id(source) not in self._anonymous:
            simple = source.get("simple")
            self._anonymous[id(source)] = (
                self._simple("", simple)
                if simple
                else self._complex("", namespace, source["complex"])
            )
        return self._anonymous[id(source)]

    def _text_type(self, source: Any) -> SimpleType:
        found = self._source(source, "")
        if not isinstance(found, SimpleType):
            raise LookupError(f"{source} is not a simple type")
        return found

    def _simple(self, name: str, facts: Mapping[str, Any]) -> SimpleType:
        rest = dict(facts)
        base = rest.pop("base", None)
        items = rest.pop("list", None)
        return SimpleType(
            name,
            base=self._text_type(base) if base else None,
            items=self._text_type(items) if items else None,
            members=tuple(map(self._text_type, rest.pop("union", ()))),
            enumeration=tuple(rest.pop("enumeration", ())),
            facets=rest,
        )

    def _complex(self, name: str, namespace: str, facts: Mapping[str, Any]) -> ComplexType:
        found = self._named(facts["base"]) if "base" in facts else None
        base = found if isinstance(found, ComplexType) else None
        text, text_base = self._text_content(facts)
        inherited = base or text_base
        own = {each.name: each for each in map(self._attribute, facts.get("attributes", ()))}
        return ComplexType(
            name,
            namespace,
            base=inherited,
            text=text,
            content=(base.content if base else ()) + self._content(facts, namespace),
            attributes={**(inherited.attributes if inherited else {}), **own},
            any_attribute=facts.get("anyAttribute", inherited.any_attribute if inherited else None),
            mixed=facts.get("mixed", False) or bool(base and base.mixed),
            abstract=facts.get("abstract", False),
        )

    def _text_content(
        self, facts: Mapping[str, Any]
    ) -> tuple[SimpleType | None, ComplexType | None]:
        """Return the type of the text, and the complex type with text that it extends, if any."""
        if "text" not in facts:
            return None, None
        found = self._named(facts["text"])
        return (found.text, found) if isinstance(found, ComplexType) else (found, None)

    def _content(self, facts: Mapping[str, Any], namespace: str) -> tuple[Particle, ...]:
        return tuple(self._particle(entry, namespace) for entry in facts.get("content", ()))

    def _particle(self, entry: list[Any], namespace: str) -> Particle:
        name, source, least, most, *options = entry
        limit = None if most < 0 else most
        if name == "*":
            return Wildcard(source, namespace, least, limit)
        if name == "|":
            parts = tuple(self._particle(part, namespace) for part in source)
            return Choice(tuple(p for p in parts if not isinstance(p, Choice)), least, limit)
        if source is None:
            referred = self.element(self.expand(name))
            return attrs.evolve(referred, least=least, most=limit)
        extra = options[0] if options else {}
        nillable = extra.get("nillable", False)
        return Element(self.expand(name), source, nillable, extra.get("default"), least, limit)

    def _attribute(self, entry: list[Any]) -> Attribute:
        name, source, required, default = entry
        kind = self._text_type(self._facts["attributes"][name] if source is None else source)
        return Attribute(self.expand(name), kind, required, default)


@functools.lru_cache(maxsize=1)
def load_table() -> Table:
    """Return the table that ships with the package, read once per process (a few milliseconds)."""
    return Table(json.loads(Path(__file__).with_name("table.json").read_bytes()))
