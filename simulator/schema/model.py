"""What schemas are made of: operations, elements, types; ``schema.table`` builds and finds them.

Names are in Clark notation, ``{namespace}local``.
"""

from collections.abc import Mapping
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

UR_TYPE = ComplexType(
    ANY_TYPE, "", content=(Wildcard("##any", "", 0, None),), any_attribute="##any", mixed=True
)


def namespace_of(name: str) -> str:
    """Return the namespace of a Clark name; empty if it has none."""
    return name[1:].partition("}")[0] if name.startswith("{") else ""


def local_of(name: str) -> str:
    """Return the local part of a Clark name."""
    return name.rpartition("}")[2]
