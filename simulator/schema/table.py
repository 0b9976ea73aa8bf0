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

from simulator.schema.model import (
    ANY_TYPE,
    UR_TYPE,
    Attribute,
    Choice,
    ComplexType,
    Element,
    Operation,
    Particle,
    SimpleType,
    Type,
    Wildcard,
    local_of,
    namespace_of,
)

__all__ = ["Operation", "Table", "load_table", "local_of", "namespace_of"]


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
            return UR_TYPE
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
