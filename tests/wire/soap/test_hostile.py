"""Whatever arrives, the answer is a value or a Fault, and the Fault is a valid message."""

import time

import judge
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree
from specimens import Specimens

from simulator.errors import Fault
from simulator.schema.table import load_table
from simulator.wire.soap import codec
from simulator.wire.soap.envelope import MAX_BYTES, parse, reply
from simulator.wire.soap.fault import render

REQUESTS = [operation.input for operation in load_table().operations]
SET_PRESET = "{http://www.onvif.org/ver20/ptz/wsdl}SetPreset"


def answer(data):
    """Return the decoded request, or the answer that refuses it."""
    opened = None
    try:
        opened = parse(data)
        return codec.decode(opened.body)
    except Fault as fault:
        return render(opened, fault)[1]


def request(number, optional=0.5):
    name = REQUESTS[number % len(REQUESTS)]
    return reply(None, codec.encode(name, Specimens(number, optional).element(name)), "")


@given(st.binary(max_size=300))
@example(b"\xff\xfe<\0a\0/\0>\0")
@example(b"<?xml version='1.0' encoding='ebcdic'?><a/>")
def test_any_bytes_are_answered(data):
    assert etree.fromstring(answer(data)) is not None


edits = st.lists(
    st.tuples(st.integers(0, 5000), st.integers(0, 20), st.binary(max_size=8)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=300, deadline=None)  # the judge loads a schema when it first needs it
@given(st.integers(0, 2000), edits)
def test_spoiled_requests_are_answered(number, edits):
    data = request(number)
    for place, length, new in edits:
        place %= len(data)
        data = data[:place] + new + data[place + length :]
    result = answer(data)
    if isinstance(result, bytes):
        judge.validate_envelope(result)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\r\n\"'&<>]")))
def test_any_text_comes_through_a_whole_message(text):
    if any(c in "\ufffe\uffff" for c in text):
        return
    value = {"ProfileToken": "p", "PresetName": text}
    assert answer(reply(None, codec.encode(SET_PRESET, value), "")) == value


def fill(pattern, start=b"", end=b""):
    head = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>' + start
    tail = end + b"</s:Body></s:Envelope>"
    return head + pattern * ((MAX_BYTES - len(head) - len(tail)) // len(pattern)) + tail


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(fill(b"<a/>"), id="many elements"),
        pytest.param(fill(b"<a>"), id="deep"),
        pytest.param(fill(b" a='1'", b"<x", b"/>"), id="one attribute again and again"),
        pytest.param(fill(b"&lt;", b"<x>", b"</x>"), id="references"),
        pytest.param(
            b"<x "
            + b" ".join(b"xmlns:n%d='u%d'" % (n, n) for n in range(12000))
            + b"/>",
            id="namespaces",
        ),
        pytest.param(
            fill(b"P", b"<wsnt:Renew xmlns:wsnt='http://docs.oasis-open.org/wsn/b-2'>"
                 b"<wsnt:TerminationTime>", b"</wsnt:TerminationTime></wsnt:Renew>"),
            id="long value",
        ),
    ],
)  # fmt: skip
def test_the_worst_message_of_full_size_is_answered_soon(data):
    assert len(data) <= MAX_BYTES
    begun = time.process_time()
    result = answer(data)
    assert time.process_time() - begun < 1.0
    assert isinstance(result, bytes)
    judge.validate_envelope(result)


def test_nothing_outside_the_message_is_read(tmp_path):
    """An included file, an external entity and a schema hint all leave the file unread."""
    secret = tmp_path / "secret.xml"
    secret.write_text("<secret>42</secret>")
    head = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
    tail = "</s:Body></s:Envelope>"
    hint = f'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:x {secret}"'
    for text in (
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret}">]>{head}<a>&x;</a>{tail}',
        f'{head}<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{secret}"/>{tail}',
        f'{head}<GetHostname xmlns="http://www.onvif.org/ver10/device/wsdl" {hint}/>{tail}',
    ):
        assert "42" not in str(answer(text.encode()))
