"""XML to values by the compiled table; ``wire.soap.codec`` tells the conventions.

Each type is turned into a reader when it is first needed. A reader refuses what the schema refuses
(unknown, missing, misplaced, surplus and ill-typed elements and attributes) with the ``ter:`` fault
of ONVIF Core 5.11.2.2 and a reason that names the place.
"""

from collections.abc import Callable
from typing import Any, NoReturn

import attrs

from simulator.errors import Fault, sender
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
from simulator.wire.soap.encoder import admits_attribute
from simulator.wire.soap.names import XSI, XSI_NIL, XSI_TYPE
from simulator.wire.soap.simple import Simple, resolve, simple

Read = Callable[[Any], Any]
_ENVELOPES = frozenset(
    {"http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"}
)


def path_of(element: Any, attribute: str | None = None) -> str:
    """Return where an element stands in the body, as ``AbsoluteMove/Position/PanTilt``.

    One of several siblings of the same name carries its number, as ``Scopes[2]``.
    """
    steps = [] if attribute is None else [f"@{attribute}"]
    while element is not None and namespace_of(element.tag) not in _ENVELOPES:
        steps.append(local_of(element.tag) + _number(element))
        element = element.getparent()
    return "/".join(reversed(steps))


def _number(element: Any) -> str:
    before = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
    if not before and next(element.itersiblings(element.tag), None) is None:
        return ""
    return f"[{before + 1}]"


def _refuse(subcode: str, element: Any, problem: object, attribute: str | None = None) -> NoReturn:
    raise sender(subcode, reason=f"{path_of(element, attribute)}: {problem}")


@attrs.frozen
class _Field:
    """A child: its place in the order, the key of its value, how to read it."""

    slot: int
    key: str
    read: Read
    least: int
    repeated: bool


@attrs.frozen
class _Exclusive:
    """Children of which only one may be there; ``least`` 0 if none is fine too."""

    keys: tuple[str, ...]
    least: int


class TypeReader:
    """Reads elements of one complex type."""

    __slots__ = (
        "_attributes",
        "_defaults",
        "_exclusive",
        "_fields",
        "_limits",
        "_locals",
        "_required",
        "_text",
        "_type",
        "_wildcards",
    )

    def __init__(self, kind: ComplexType) -> None:
        """Prepare; the children follow in ``prepare``, because types contain themselves."""
        self._type = kind
        self._text = None if kind.text is None else simple(kind.text)
        self._attributes = {
            name: (f"@{name}", simple(each.type)) for name, each in kind.attributes.items()
        }
        self._defaults = [
            (f"@{each.name}", each, _default_of(each))
            for each in kind.attributes.values()
            if each.required or each.default is not None
        ]
        self._fields: dict[str, _Field] = {}
        self._wildcards: list[tuple[int, Wildcard]] = []
        self._exclusive: list[_Exclusive] = []
        self._required: list[_Field] = []
        self._limits: list[tuple[str, int, int | None]] = []
        self._locals: dict[str, str] = {}

    def prepare(self) -> None:
        """Build the readers of the children."""
        for slot, particle in enumerate(self._type.content):
            if isinstance(particle, Choice):
                self._add_choice(slot, particle)
            else:
                self._add(slot, particle, particle.least, particle.most)
        self._locals = {local_of(tag): tag for tag in self._fields}
        self._required = [field for field in self._fields.values() if field.least]

    def _add_choice(self, slot: int, choice: Choice) -> None:
        for option in choice.options:
            most = option.most if choice.most == 1 else None
            self._add(slot, option, 0, most)
        if choice.most == 1:
            keys = tuple(local_of(o.name) for o in choice.options if isinstance(o, Element))
            self._exclusive.append(_Exclusive(keys, choice.least))

    def _add(self, slot: int, particle: Element | Wildcard, least: int, most: int | None) -> None:
        if isinstance(particle, Wildcard):
            self._wildcards.append((slot, particle))
            if least or most is not None:
                self._limits.append(("#any", least, most))
            return
        key = local_of(particle.name)
        read = element_reader(particle)
        self._fields[particle.name] = _Field(slot, key, read, least, most != 1)
        if least > 1 or (most is not None and most > 1):
            self._limits.append((key, least, most))

    def read(self, element: Any) -> dict[str, Any]:
        """Return the value of an element whose xsi:type, if any, has been dealt with."""
        result: dict[str, Any] = {}
        if element.attrib:
            self._read_attributes(element, result)
        for key, attribute, default in self._defaults:
            if key not in result:
                if attribute.required:
                    _refuse("MissingAttr", element, "required", attribute.name)
                result[key] = default
        if self._text is not None:
            result["#text"] = _read_text(element, self._text, None)
            return result
        self._read_children(element, result)
        self._check(element, result)
        return result

    def _read_attributes(self, element: Any, result: dict[str, Any]) -> None:
        for name, text in element.items():
            known = self._attributes.get(name)
            if known is not None:
                key, kind = known
                try:
                    scoped = resolve(text, element.nsmap) if kind.scoped else text
                    result[key] = kind.parse(scoped)
                except ValueError as error:
                    _refuse("InvalidArgVal", element, error, name)
            elif name.startswith(f"{{{XSI}}}"):
                continue
            elif admits_attribute(self._type, name):
                result[f"@{name}"] = text
            else:
                _refuse("ProhibAttr", element, "not an attribute of this element", name)

    def _read_children(self, element: Any, result: dict[str, Any]) -> None:
        fields = self._fields
        position = 0
        texts = [element.text] if element.text and not element.text.isspace() else []
        for child in element:
            if child.tail and not child.tail.isspace():
                texts.append(child.tail)
            field = fields.get(child.tag)
            if field is None:
                if isinstance(child.tag, str):
                    position = self._read_free(child, position, result)
                continue
            if field.slot < position:
                _refuse("InvalidArgs", child, "out of order")
            position = field.slot
            key = field.key
            if field.repeated:
                result.setdefault(key, []).append(field.read(child))
            elif key in result:
                _refuse("InvalidArgs", child, "given twice")
            else:
                result[key] = field.read(child)
        if texts:
            self._read_mixed(element, texts, result)

    def _read_free(self, child: Any, position: int, result: dict[str, Any]) -> int:
        """Take an undeclared element where a wildcard admits it; return the new position."""
        namespace = namespace_of(child.tag)
        for slot, wildcard in self._wildcards:
            if slot >= position and wildcard.admits(namespace):
                result.setdefault("#any", []).append(child)
                return slot
        if local_of(child.tag) in self._locals:
            self._refuse_namespace(child)
        _refuse("InvalidArgs", child, "unknown element")

    def _refuse_namespace(self, child: Any) -> NoReturn:
        expected = namespace_of(self._locals[local_of(child.tag)])
        _refuse("Namespace", child, f"must be in namespace {expected or 'none'}")

    def _read_mixed(self, element: Any, texts: list[str], result: dict[str, Any]) -> None:
        if not self._type.mixed:
            _refuse(
                "InvalidArgs", element, f"text {texts[0].strip()!r} where elements are expected"
            )
        result["#text"] = "".join(texts)
        result["#nsmap"] = {p: namespace for p, namespace in element.nsmap.items() if p}

    def _check(self, element: Any, result: dict[str, Any]) -> None:
        for field in self._required:
            if field.key not in result:
                self._refuse_missing(element, field.key, result)
        for choice in self._exclusive:
            present = [key for key in choice.keys if key in result]
            if len(present) > 1 or len(present) < choice.least:
                problem = f"exactly one of {', '.join(choice.keys)} is expected"
                _refuse("InvalidArgs", element, problem)
        for key, least, most in self._limits:
            count = len(result.get(key, ()))
            if count < least and not (count == 0 and key != "#any"):
                _refuse("InvalidArgs", element, f"at least {least} of {key} are required")
            if most is not None and count > most:
                _refuse("InvalidArgs", element, f"at most {most} of {key} are allowed")

    def _refuse_missing(self, element: Any, key: str, result: dict[str, Any]) -> NoReturn:
        for free in result.get("#any", ()):
            if local_of(free.tag) == key:
                self._refuse_namespace(free)
        raise sender("InvalidArgs", reason=f"{path_of(element)}/{key}: required")


def _default_of(attribute: Attribute) -> Any:
    if attribute.default is None:
        return None
    return simple(attribute.type).parse(attribute.default)


_READERS: dict[ComplexType, TypeReader] = {}


def reader(kind: ComplexType) -> TypeReader:
    """Return the reader of the type, made when it is first asked for."""
    if kind not in _READERS:
        made = _READERS[kind] = TypeReader(kind)
        made.prepare()  # after it can be found: types contain themselves
    return _READERS[kind]


def element_reader(declared: Element) -> Read:
    """Return what reads an element of this declaration."""
    kind = load_table().type_of(declared)
    if isinstance(kind, SimpleType):
        return _simple_reader(declared, kind)
    read = reader(kind).read

    def read_complex(element: Any) -> Any:
        if element.attrib:
            if _is_nil(element, declared):
                return None
            if XSI_TYPE in element.attrib:
                return _read_derived(element, kind)
        if kind.abstract:
            _refuse("InvalidArgVal", element, "the type is abstract: xsi:type is required")
        return read(element)

    return read_complex


def _simple_reader(declared: Element, kind: SimpleType) -> Read:
    how = simple(kind)
    default = declared.default

    def read_simple(element: Any) -> Any:
        if not element.attrib:
            return _read_text(element, how, default)
        if _is_nil(element, declared):
            return None
        actual: Type = kind
        for name in element.attrib:
            if name == XSI_TYPE:
                actual = _actual_type(element, kind)
            elif not name.startswith(f"{{{XSI}}}"):
                _refuse("ProhibAttr", element, "not an attribute of this element", name)
        return _read_text(
            element, simple(actual) if isinstance(actual, SimpleType) else how, default
        )

    return read_simple


def _read_text(element: Any, kind: Simple, default: str | None) -> Any:
    text = element.text or ""
    if len(element):
        for child in element.iterchildren("*"):
            _refuse("InvalidArgs", child, "unknown element")
        text += "".join(comment.tail or "" for comment in element)
    if not text and default is not None:
        text = default
    try:
        return kind.parse(resolve(text, element.nsmap) if kind.scoped else text)
    except ValueError as error:
        _refuse("InvalidArgVal", element, error)


def _is_nil(element: Any, declared: Element) -> bool:
    text = element.get(XSI_NIL)
    if text is None or text.strip() not in {"true", "1"}:
        return False
    if not declared.nillable:
        _refuse("InvalidArgVal", element, "must not be nil")
    if len(element) or element.text:
        _refuse("InvalidArgVal", element, "is nil and has content")
    return True


def _actual_type(element: Any, declared: Type) -> Type:
    """Return the type that xsi:type names, which must be derived from the declared one."""
    text = element.get(XSI_TYPE)
    table = load_table()
    try:
        actual = table.type(resolve(text, element.nsmap))
    except (ValueError, LookupError):
        _refuse("InvalidArgVal", element, f"{text!r} is not a type", "xsi:type")
    if not table.derives(actual, declared):
        _refuse("InvalidArgVal", element, f"{text!r} is not derived from its type", "xsi:type")
    return actual


def _read_derived(element: Any, declared: ComplexType) -> dict[str, Any]:
    actual = _actual_type(element, declared)
    if isinstance(actual, SimpleType):
        return {"@xsi:type": actual.name, "#text": _read_text(element, simple(actual), None)}
    if actual.abstract:
        _refuse("InvalidArgVal", element, "the type is abstract", "xsi:type")
    value = reader(actual).read(element)
    return value if actual is declared else {"@xsi:type": actual.name, **value}


_ROOTS: dict[str, Read] = {}


def read_root(element: Any) -> Any:
    """Return the value of a global element.

    Raises:
        Fault: ``Sender``, ``TagMismatch`` if there is no such element; others if it is not valid.
    """
    tag = element.tag
    if tag not in _ROOTS:
        try:
            _ROOTS[tag] = element_reader(load_table().element(tag))
        except LookupError:
            raise Fault("Sender", "TagMismatch", reason=f"{tag} is not a known element") from None
    return _ROOTS[tag](element)
