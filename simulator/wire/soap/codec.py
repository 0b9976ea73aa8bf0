"""ONVIF messages as plain values: the one encoder and the one decoder of the simulator.

What a value looks like, both ways:

- An element with children or attributes is a mapping. Keys are local names of children, ``@name``
  for attributes (``@{namespace}name`` if the attribute is qualified) and ``#text`` for its text.
- A child that may occur more than once is a list when decoded, a list or tuple to be encoded.
- ``#any`` is a list of what stands in a wildcard: lxml elements; to be encoded also pairs of a
  Clark name and a value, if the table knows the element.
- ``@xsi:type`` names a derived type in Clark notation; the value is then read and written as that.
- xs:boolean is a bool; integers are int; float, double and decimal are float; dateTime is Unix
  seconds in UTC and duration is seconds, both float; base64Binary is bytes; a list is a list;
  QName is text in Clark notation (a prefix of the table will do to encode); all else is text.
- None, or no key, is an optional element left out; for a nillable element that is required, None
  is xsi:nil. Attributes and elements that the schema gives a default have it when decoded.
- An element with mixed content that has text also has ``#nsmap``, the prefixes in its scope,
  because such text (topic expressions) holds names; encoding declares those that are not usual.
"""

from typing import Any

from lxml import etree

from simulator.wire.soap.decoder import path_of, read_root
from simulator.wire.soap.encoder import EncodeError, Output, write_free
from simulator.wire.soap.names import PREFIXES, Fragment, declarations

__all__ = [
    "PREFIXES",
    "EncodeError",
    "Fragment",
    "declarations",
    "decode",
    "document",
    "encode",
    "encode_free",
    "path_of",
]


def encode(element: str, value: Any) -> Fragment:
    """Return the element as UTF-8, to be put where its ``declarations`` are made.

    Args:
        element: Clark name of a global element.
        value: its value; None is an element without anything.

    Raises:
        EncodeError: if the value does not fit the schema.
    """
    return encode_free((element, value))


def encode_free(item: Any) -> Fragment:
    """Return an lxml element, or a (Clark name, value) pair, as ``encode`` does.

    Raises:
        EncodeError: if the value does not fit the schema.
    """
    out = Output()
    write_free(item, out)
    text = "".join(out)
    if "tns1:" in text:  # topics stand in fields that are plain text for the schema
        out.prefixes.add("tns1")
    return Fragment.of(text, out.prefixes)


def document(element: str, value: Any) -> bytes:
    """Return the element as an XML document of its own.

    Raises:
        EncodeError: if the value does not fit the schema.
    """
    body = encode(element, value)
    end = min(i for i in (body.find(b" "), body.find(b">"), body.find(b"/>")) if i > 0)
    head = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + body[:end] + declarations(body) + body[end:]


def decode(element: etree._Element) -> Any:
    """Return the value of an element that the table knows as a global one.

    Raises:
        Fault: ``Sender`` with the ``ter:`` subcode for what is wrong, and a reason that names the
            place: ``Namespace``, ``InvalidArgs`` (unknown, missing, misplaced or surplus element),
            ``InvalidArgVal``, ``MissingAttr``, ``ProhibAttr`` or ``TagMismatch`` (unknown root).
    """
    return read_root(element)
