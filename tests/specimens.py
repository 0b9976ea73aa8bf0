"""Makes values for any element of the schema table: the tests of the codec run over all of them."""

import random
from typing import Any

from simulator.schema.model import (
    Attribute,
    Choice,
    ComplexType,
    Element,
    SimpleType,
    Type,
    Wildcard,
    local_of,
)
from simulator.schema.table import load_table

_TEXTS = ("a", "Ünïcode & <markup> \"quoted\" 'text'", "x" * 20, "two words", "中文")
_TOKENS = ("token_1", "http://example.org/a?b=c&d", "x")
_NUMBERS = (0.0, 1.0, -0.5, 0.123456789, 1e-07, 12345678.9)


class Specimens:
    """Values drawn from one generator; the same seed gives the same values."""

    def __init__(self, seed: int, optional: float, depth: int = 4) -> None:
        """Choose how full the values are.

        Args:
            seed: of the generator.
            optional: probability of each optional part.
            depth: below this many levels only what is required.
        """
        self._random = random.Random(seed)
        self._optional = optional
        self._depth = depth

    def element(self, name: str) -> Any:
        """Return a value for a global element."""
        table = load_table()
        return self.of(table.type_of(table.element(name)), 0)

    def of(self, kind: Type, depth: int) -> Any:
        """Return a value of a type."""
        return self._complex(kind, depth) if isinstance(kind, ComplexType) else self.text(kind)

    def _wanted(self, depth: int) -> bool:
        return depth < self._depth and self._random.random() < self._optional

    def _complex(self, kind: ComplexType, depth: int) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for attribute in kind.attributes.values():
            if attribute.required or attribute.default is not None or self._wanted(depth):
                value[f"@{attribute.name}"] = self._attribute(attribute)
        if kind.text is not None:
            value["#text"] = self.text(kind.text)
        for particle in kind.content:
            if isinstance(particle, Choice):
                self._choice(particle, value, depth)
            elif isinstance(particle, Element):
                self._element(particle, value, depth, many=particle.most != 1)
            elif particle.least:
                value["#any"] = [("{http://www.onvif.org/ver10/schema}Polyline", self._line(depth))]
        return value

    def _line(self, depth: int) -> Any:
        return self.of(load_table().type("{http://www.onvif.org/ver10/schema}Polyline"), depth)

    def _choice(self, choice: Choice, value: dict[str, Any], depth: int) -> None:
        options = [option for option in choice.options if isinstance(option, Element)]
        if choice.most != 1:
            for option in options:
                if self._wanted(depth):
                    self._add(option, value, depth, many=True)
        elif choice.least or self._wanted(depth):
            option = self._random.choice(options)
            self._add(option, value, depth, many=option.most != 1)

    def _element(self, element: Element, value: dict[str, Any], depth: int, many: bool) -> None:
        if element.least or self._wanted(depth):
            self._add(element, value, depth, many)

    def _add(self, element: Element, value: dict[str, Any], depth: int, many: bool) -> None:
        kind = load_table().type_of(element)
        key = local_of(element.name)
        if not many:
            value[key] = self.of(kind, depth + 1)
            return
        extra = self._random.randrange(2) if depth < self._depth else 0
        value[key] = [self.of(kind, depth + 1) for _ in range(max(element.least, 1) + extra)]

    def _attribute(self, attribute: Attribute) -> Any:
        return self.text(attribute.type)

    def text(self, kind: SimpleType) -> Any:
        """Return a value of a simple type."""
        if kind.items is not None:
            return [self.text(kind.items).replace(" ", "") if isinstance(v, str) else v
                    for v in [self.text(kind.items) for _ in range(2)]]  # fmt: skip
        if kind.members:
            return self._member(self._random.choice(kind.members))
        if kind.enumeration:
            return load_table().expand(self._random.choice(kind.enumeration))
        if kind.base is not None:
            return self._restricted(kind)
        return self._built_in(local_of(kind.name))

    def _member(self, kind: SimpleType) -> str:
        name = local_of(kind.name)
        return {"dateTime": "2026-11-22T10:00:00Z", "duration": "PT60S"}.get(name) or str(
            self.text(kind)
        )

    def _restricted(self, kind: SimpleType) -> Any:
        assert kind.base is not None
        facets = kind.facets
        if local_of(kind.base.name) == "hexBinary":
            return "a1" * facets.get("length", facets.get("minLength", 4))
        if "minInclusive" in facets:
            return self._random.randint(facets["minInclusive"], facets["maxInclusive"])
        if "pattern" in facets:
            return "password12"
        value = self.text(kind.base)
        if "minLength" in facets:
            value += "x" * facets["minLength"]
        return value[: facets["maxLength"]] if "maxLength" in facets else value

    def _built_in(self, name: str) -> Any:
        choose = self._random.choice
        numbers = {
            "integer": (0, -7, 123456),
            "int": (0, -(2**31), 2**31 - 1),
            "nonNegativeInteger": (0, 5),
            "positiveInteger": (1, 500),
            "unsignedLong": (0, 2**64 - 1),
            "boolean": (True, False),
            "float": _NUMBERS,
            "double": _NUMBERS,
            "decimal": (0.0, 1.5, -2.25),
            "dateTime": (0.0, 1795341600.0, 1795341600.123456),
            "duration": (0.0, 10.0, 0.5, 3600.0, -1.0),
            "base64Binary": (b"", b"\x00\xffdata"),
            "hexBinary": ("", "00ff"),
            "QName": ("{http://www.onvif.org/ver10/schema}CellMotionEngine",),
            "string": _TEXTS,
            "anySimpleType": _TEXTS,
            "language": ("en",),
            "NCName": ("name_1",),
            "ID": ("id_1",),
        }
        return choose(numbers.get(name, _TOKENS))


def wildcard_of(kind: ComplexType) -> Wildcard | None:
    """Return the wildcard of a type, if it has one."""
    return next((each for each in kind.content if isinstance(each, Wildcard)), None)
