"""Damaged messages: the decoder refuses what the published schemas refuse, and nothing else.

The differences that are meant:

- A declared element in the wrong place or namespace is refused even where a wildcard would take it,
  because its meaning would be lost in silence.
- Text in an element without children is refused; the judge overlooks it where a wildcard is empty.
- What stands in a wildcard is not looked into (a Polyline, in the messages made here), and unknown
  names pass those few wildcards whose authors left out processContents="lax".
"""

import copy
import random

import judge
import pytest
from lxml import etree
from specimens import Specimens

from simulator.errors import Fault
from simulator.schema.table import load_table
from simulator.wire.soap import codec
from simulator.wire.soap.envelope import reply

DAMAGED = 12  # copies of each message, each damaged once
STRICTER = ("out of order", "given twice", "in the namespace of", "must be in namespace", "text ")
IN_WILDCARD = ("Polyline", "unavailable namespace")
BAD_TEXTS = ("", "  ", "abc", "-1", "1e9", "true", "99999999999", "P1", "2026-13-01T00:00:00Z")


def damage(root, chance):
    """Damage a random element in one of many ways; return what was done."""
    element = chance.choice(list(root.iter("*")))
    ways = [retext, add_attribute, drop_attribute, retext_attribute, add_child]
    if element is not root:
        ways += [rename, drop, double, swap, renamespace]
    way = chance.choice(ways)
    way(element, chance)
    return f"{way.__name__} {element.tag}"


def rename(element, chance):
    element.tag = element.tag + "X"


def renamespace(element, chance):
    element.tag = "{http://www.onvif.org/ver20/ptz/wsdl}" + element.tag.rpartition("}")[2]


def retext(element, chance):
    # white space in an element that is to be empty is let pass: people indent their messages
    empty = not len(element) and not element.text
    element.text = chance.choice([text for text in BAD_TEXTS if text.strip() or not empty])


def add_attribute(element, chance):
    element.set(chance.choice(["surplus", "{urn:other}surplus"]), "x")


def drop_attribute(element, chance):
    for name in element.keys()[:1]:
        del element.attrib[name]


def retext_attribute(element, chance):
    for name in element.keys()[:1]:
        element.set(name, chance.choice(BAD_TEXTS))


def add_child(element, chance):
    etree.SubElement(element, chance.choice(["{urn:other}surplus", "surplus"]))


def drop(element, chance):
    element.getparent().remove(element)


def double(element, chance):
    element.addnext(copy.deepcopy(element))


def swap(element, chance):
    following = element.getnext()
    if following is not None:
        following.addnext(element)


def judged(data):
    try:
        judge.validate_envelope(data)
    except AssertionError as error:
        return str(error)
    return None


def decoded(root):
    try:
        codec.decode(root[0][0])
    except Fault as fault:
        return fault
    return None


def mentions(text, words):
    return any(word in text for word in words)


@pytest.mark.parametrize("service", sorted({each.service for each in load_table().operations}))
def test_damage_is_found_where_the_schemas_find_it(service):
    chance = random.Random(service)
    refused = 0
    for number, operation in enumerate(load_table().operations):
        if operation.service != service:
            continue
        value = Specimens(number, 0.6).element(operation.input)
        message = reply(None, codec.encode(operation.input, value), "")
        for _ in range(DAMAGED):
            root = etree.fromstring(message)
            done = damage(root[0][0], chance)
            data = etree.tostring(root)
            fault, verdict = decoded(etree.fromstring(data)), judged(data)
            context = f"{done}\n{verdict}\n{data.decode()}"
            if fault is not None:
                refused += 1
                assert verdict or mentions(fault.reason, STRICTER), f"{fault.reason}\n{context}"
            elif verdict is not None:
                assert mentions(verdict.splitlines()[0], IN_WILDCARD), context
    assert refused
