"""Simple types at work: how the text of an element or attribute becomes a value, and back."""

import functools
import re
from collections.abc import Callable
from typing import Any

import attrs

from simulator.schema.model import SimpleType, local_of
from simulator.schema.table import load_table
from simulator.wire.soap import values

Parse = Callable[[str], Any]
Format = Callable[[Any], str]

_NC_NAME = r"[^\W\d][\w.\-]*"


@attrs.frozen
class Simple:
    """How one simple type is read and written.

    Attributes:
        parse: text to value; raises ValueError with words for the reader of a fault.
        format: value to text as it may stand in a message, escaped; raises ValueError.
        scoped: whether the text holds QNames, which ``resolve`` must turn into Clark notation
            before ``parse`` sees them.
    """

    parse: Parse
    format: Format
    scoped: bool = False


def resolve(text: str, namespaces: dict[str | None, str]) -> str:
    """Return white-space separated QNames in Clark notation, by the namespaces in scope.

    Raises:
        ValueError: if a prefix is not declared.
    """
    return " ".join(_resolve_one(name, namespaces) for name in text.split())


def _resolve_one(name: str, namespaces: dict[str | None, str]) -> str:
    prefix, _, local = name.rpartition(":")
    namespace = namespaces.get(prefix or None)
    if prefix and namespace is None:
        raise ValueError(f"prefix of {name!r} is not declared")
    return f"{{{namespace}}}{local}" if namespace else local


def _collapsed(parse: Parse) -> Parse:
    return lambda text: parse(" ".join(text.split()))


def _keep(text: str) -> str:
    return text


def _format_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text")
    return values.escape(value)


def _format_name(value: Any) -> str:
    """Write a QName given in Clark notation, or with a prefix of the table, with that prefix."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a name")
    table = load_table()
    name = table.shorten(value)
    prefix, colon, _ = name.partition(":")
    if name.startswith("{") or (colon and prefix not in table.namespaces):
        raise ValueError(f"no prefix for the namespace of {value!r}")
    return values.escape(name)


def _named(kind: str, expression: str) -> Parse:
    match = re.compile(expression).fullmatch

    def read(text: str) -> str:
        if not match(text):
            raise ValueError(f"{text!r} is not a {kind}")
        return text

    return _collapsed(read)


def _name(kind: str, expression: str) -> Simple:
    read = _named(kind, expression)
    return Simple(read, lambda value: read(_format_text(value)))


def _in_range(least: int | None, most: int | None) -> Simple:
    def check(number: int) -> int:
        if least is not None and number < least:
            raise ValueError(f"{number} is less than {least}")
        if most is not None and number > most:
            raise ValueError(f"{number} is more than {most}")
        return number

    def read(text: str) -> int:
        return check(values.parse_integer(text.strip()))

    def write(value: Any) -> str:
        text = values.format_integer(value)
        check(int(value))
        return text

    return Simple(read, write)


_TEXT = Simple(_keep, _format_text)
_TOKEN = Simple(_collapsed(_keep), _format_text)
_FLOAT = Simple(_collapsed(values.parse_float), values.format_float)

_BUILT_IN = {
    "anySimpleType": _TEXT,
    "string": _TEXT,
    "boolean": Simple(_collapsed(values.parse_boolean), values.format_boolean),
    "float": _FLOAT,
    "double": _FLOAT,
    "decimal": Simple(_collapsed(values.parse_decimal), values.format_decimal),
    "dateTime": Simple(_collapsed(values.parse_datetime), values.format_datetime),
    "duration": Simple(_collapsed(values.parse_duration), values.format_duration),
    "base64Binary": Simple(values.parse_base64, values.format_base64),
    "hexBinary": Simple(
        _collapsed(values.parse_hex), lambda value: values.parse_hex(_format_text(value))
    ),
    "QName": Simple(_named("QName", rf"(?:\{{[^}}]*\}})?{_NC_NAME}"), _format_name, scoped=True),
    "NCName": _name("NCName", _NC_NAME),
    "ID": _name("ID", _NC_NAME),
    "language": _name("language", r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*"),
    "integer": _in_range(None, None),
    "nonNegativeInteger": _in_range(0, None),
    "positiveInteger": _in_range(1, None),
    "long": _in_range(-(2**63), 2**63 - 1),
    "int": _in_range(-(2**31), 2**31 - 1),
    "short": _in_range(-(2**15), 2**15 - 1),
    "byte": _in_range(-128, 127),
    "unsignedLong": _in_range(0, 2**64 - 1),
    "unsignedInt": _in_range(0, 2**32 - 1),
    "unsignedShort": _in_range(0, 2**16 - 1),
    "unsignedByte": _in_range(0, 255),
} | dict.fromkeys(("anyURI", "token"), _TOKEN)


@functools.cache
def simple(kind: SimpleType) -> Simple:
    """Return how to read and write the type.

    Raises:
        LookupError: if it is a built-in type that no ONVIF schema uses.
    """
    if kind.items is not None:
        return _list(simple(kind.items))
    if kind.members:
        return _union([simple(member) for member in kind.members])
    if kind.base is None:
        return _BUILT_IN[local_of(kind.name)]
    base = simple(kind.base)
    return _restriction(kind, base) if kind.enumeration or kind.facets else base


def _list(item: Simple) -> Simple:
    def read(text: str) -> list[Any]:
        return [item.parse(part) for part in text.split()]

    def write(value: Any) -> str:
        if not isinstance(value, list | tuple):
            raise ValueError(f"{value!r} is not a list")
        parts = [item.format(each) for each in value]
        for part in parts:
            if not part or " " in part or "&#" in part:
                raise ValueError(f"{part!r} cannot be an item of a list")
        return " ".join(parts)

    return Simple(read, write, item.scoped)


def _union(members: list[Simple]) -> Simple:
    """Return a union; its values stay text, only checked against the members in turn."""

    def read(text: str) -> str:
        problems = []
        for member in members:
            try:
                member.parse(text)
            except ValueError as problem:
                problems.append(str(problem))
            else:
                return text.strip()
        raise ValueError(" and ".join(problems))

    def write(value: Any) -> str:
        escaped = _format_text(value)
        read(value)
        return escaped

    return Simple(read, write, any(member.scoped for member in members))


def _restriction(kind: SimpleType, base: Simple) -> Simple:
    check = _check(kind, base.scoped)

    def read(text: str) -> Any:
        value = base.parse(text)
        check(value)
        return value

    def write(value: Any) -> str:
        text = base.format(value)
        check(value)
        return text

    return Simple(read, write, base.scoped)


def _check(kind: SimpleType, scoped: bool) -> Callable[[Any], None]:
    """Return what raises ValueError for a value outside the enumeration or the facets."""
    checks = [_facet(name, limit, _unit(kind)) for name, limit in kind.facets.items()]
    if kind.enumeration:
        expand = load_table().expand if scoped else _keep
        allowed = {expand(each): None for each in kind.enumeration}

        def in_enumeration(value: Any) -> None:
            if value not in allowed:
                raise ValueError(f"{value!r} is not one of {', '.join(allowed)}")

        checks.append(in_enumeration)
    if len(checks) == 1:
        return checks[0]

    def check_all(value: Any) -> None:
        for check in checks:
            check(value)

    return check_all


def _unit(kind: SimpleType) -> int:
    """Return how many characters a length facet counts as one: of hexBinary, two."""
    step: SimpleType = kind
    while step.base is not None:
        step = step.base
    return 2 if local_of(step.name) == "hexBinary" else 1


def _facet(name: str, limit: Any, unit: int) -> Callable[[Any], None]:
    """Return the check of one facet (XML Schema part 2, 4.3)."""
    if name == "pattern":
        return _pattern(limit)
    measure: Callable[[Any], Any] = _keep if name.endswith("clusive") else lambda v: len(v) // unit
    fits: Callable[[Any], bool] = {
        "length": lambda measured: measured == limit,
        "minLength": lambda measured: measured >= limit,
        "maxLength": lambda measured: measured <= limit,
        "minInclusive": lambda measured: measured >= limit,
        "maxInclusive": lambda measured: measured <= limit,
    }[name]

    def check(value: Any) -> None:
        if not fits(measure(value)):
            raise ValueError(f"{value!r} does not keep {name} {limit}")

    return check


def _pattern(expression: str) -> Callable[[Any], None]:
    match = re.compile(expression).fullmatch

    def check(value: Any) -> None:
        if not match(value):
            raise ValueError(f"{value!r} does not have the form {expression}")

    return check
