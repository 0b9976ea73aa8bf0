"""Every message of every operation: encoded, judged by the published schemas, decoded again."""

import judge
import pytest
from lxml import etree
from specimens import Specimens

from simulator.schema.table import load_table
from simulator.wire.soap import codec
from simulator.wire.soap.envelope import reply

OPERATIONS = load_table().operations
MESSAGES = sorted(
    {each.input for each in OPERATIONS} | {each.output for each in OPERATIONS if each.output}
)
FULL, HALF, BARE = 1.0, 0.5, 0.0


def strip_any(value):
    """Return the value with what stands in wildcards as text, for comparison."""
    if isinstance(value, list):
        return [strip_any(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: [tag_of(each) for each in item] if key == "#any" else strip_any(item)
        for key, item in value.items()
        if key != "#nsmap"
    }


def tag_of(item):
    return item[0] if isinstance(item, tuple) else item.tag


def services():
    return sorted({each.service for each in OPERATIONS})


@pytest.mark.parametrize("optional", [FULL, HALF, BARE], ids=["full", "half", "bare"])
@pytest.mark.parametrize("service", services())
def test_every_message_is_valid_and_comes_back(service, optional):
    messages = [
        name
        for each in OPERATIONS
        if each.service == service
        for name in (each.input, each.output)
        if name
    ]
    for seed, name in enumerate(messages):
        value = Specimens(seed, optional).element(name)
        answer = reply(None, codec.encode(name, value), "")
        judge.validate_envelope(answer)
        body = etree.fromstring(answer)[0][0]
        assert strip_any(codec.decode(body)) == strip_any(value), name


def test_metadata_is_valid_and_comes_back():
    name = "{http://www.onvif.org/ver10/schema}MetadataStream"
    for seed in range(12):
        value = Specimens(seed, 0.7, depth=5).element(name)
        text = codec.document(name, value)
        judge.validate_document(text)
        assert strip_any(codec.decode(etree.fromstring(text))) == strip_any(value)
