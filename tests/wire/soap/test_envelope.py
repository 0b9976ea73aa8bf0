import attrs
import judge
import pytest
from lxml import etree

from simulator.errors import Fault, sender
from simulator.wire.soap import codec
from simulator.wire.soap import envelope as soap
from simulator.wire.soap.fault import render

SOAP_12, SOAP_11 = soap.SOAP_12, soap.SOAP_11
PTZ = "http://www.onvif.org/ver20/ptz/wsdl"
STOP = f'<Stop xmlns="{PTZ}"><ProfileToken>p</ProfileToken></Stop>'
WSA = f'xmlns:a="{soap.ADDRESSING}"'
STOPPED = codec.encode(f"{{{PTZ}}}StopResponse", None)


def message(body=STOP, headers="", namespace=SOAP_12, declared=""):
    header = f"<s:Header>{headers}</s:Header>" if headers else ""
    text = (
        f'<s:Envelope xmlns:s="{namespace}" {declared}>{header}<s:Body>{body}</s:Body></s:Envelope>'
    )
    return text.encode()


def refusal(data):
    with pytest.raises(Fault) as caught:
        soap.parse(data)
    return caught.value


def code_of(fault):
    return "/".join((fault.code, *fault.subcodes))


@pytest.mark.parametrize(("namespace", "version"), [(SOAP_12, "1.2"), (SOAP_11, "1.1")])
def test_a_request_is_opened(namespace, version):
    opened = soap.parse(message(namespace=namespace))
    assert opened.version == version
    assert opened.body.tag == f"{{{PTZ}}}Stop"
    assert (opened.to, opened.action, opened.message_id, opened.addressing) == (None,) * 4


def test_addressing_and_security_headers_are_read():
    headers = (
        f'<a:To {WSA} s:mustUnderstand="1"> http://c/s </a:To><a:Action {WSA}>act</a:Action>'
        f"<a:MessageID {WSA}>urn:uuid:1</a:MessageID><a:RelatesTo {WSA}>urn:uuid:0</a:RelatesTo>"
        f"<a:ReplyTo {WSA}><a:Address>http://r</a:Address></a:ReplyTo>"
        f'<w:Security xmlns:w="{soap.SECURITY}" s:mustUnderstand="true">'
        "<w:UsernameToken/></w:Security>"
        '<x:Other xmlns:x="urn:x"/>'
    )
    opened = soap.parse(message(headers=headers))
    assert opened.to == "http://c/s"
    assert opened.action == "act"
    assert opened.message_id == "urn:uuid:1"
    assert opened.relates == "urn:uuid:0"
    assert opened.reply_to == "http://r"
    assert opened.security[0].tag == f"{{{soap.SECURITY}}}UsernameToken"
    assert opened.addressing == soap.ADDRESSING
    assert len(opened.headers) == 7


def test_byte_order_mark_comments_and_declaration_do_no_harm():
    data = b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?><!-- a -->' + message(
        STOP.replace("<ProfileToken>", "<!-- b --><ProfileToken>")
    )
    assert codec.decode(soap.parse(data).body) == {"ProfileToken": "p"}


CROWDED = "<a {more} " + " ".join(f"b{n}=''" for n in range(64)) + "/>"
BOMB = '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]>'


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "Sender/WellFormed", "empty"),
        (b"GET / HTTP/1.1", "Sender/WellFormed", "expected"),
        (message()[:-5], "Sender/WellFormed", "line 1"),
        (message("<a></b>"), "Sender/WellFormed", "mismatch"),
        (message("<a>&undefined;</a>"), "Sender/WellFormed", "not defined"),
        (message("<p:a/>"), "Sender/WellFormed", "p"),
        (message("<a b='1' b='2'/>"), "Sender/WellFormed", "redefined"),
        (message("<a>\x01</a>"), "Sender/WellFormed", "line 1"),
        (message("<a>?</a>").replace(b"?", b"\xff"), "Sender/WellFormed", "line 1"),
        (BOMB.encode() + message(), "Sender/WellFormed", "document type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd">' + message(), "Sender/WellFormed", "type"),
        (b"<?pi x?>" + message(), "Sender/WellFormed", "processing instruction"),
        (message(f"<?pi x?>{STOP}"), "Sender/WellFormed", "processing instruction"),
        (message() + b"<?pi x?>", "Sender/WellFormed", "processing instruction"),
        (message().decode().encode("utf-16"), "Sender/WellFormed", "UTF-8"),
        (
            b'<?xml version="1.0" encoding="latin1"?>' + message(),
            "Sender/WellFormed",
            "UTF-8",
        ),
        (message("<a>" * 70 + "</a>" * 70), "Sender/WellFormed", "deeper than 64"),
        (message("<a>" * 5000 + "</a>" * 5000), "Sender/WellFormed", "line 1"),
        (message("<a>" + "<b/>" * 9000 + "</a>"), "Sender/WellFormed", "8192 elements"),
        (message(CROWDED.format(more="c=''")), "Sender/WellFormed", "64 attributes"),
        (message("x" * 256 * 1024), "Sender/WellFormed", "262144"),
        (b"<Stop/>", "Sender/TagMismatch", "Stop is not a SOAP envelope"),
        (b"<Envelope/>", "VersionMismatch", "no namespace"),
        (message(namespace="urn:soap:3"), "VersionMismatch", "urn:soap:3"),
        (f'<s:Envelope xmlns:s="{SOAP_12}"/>'.encode(), "Sender/Tag", "no body"),
        (message(""), "Sender/Tag", "0 elements"),
        (message(STOP + STOP), "Sender/TagMismatch", "2 elements"),
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused(data, code, words):
    fault = refusal(data)
    assert code_of(fault) == code
    assert words in fault.reason


def test_entities_are_never_expanded_even_if_the_search_is_outwitted():
    """The word DOCTYPE in another encoding does not get past the check of the encoding."""
    hidden = b'<?xml version="1.0" encoding="utf-7"?>+ADw-!DOCTYPE a+AD4-'
    assert code_of(refusal(hidden + message())) == "Sender/WellFormed"


def test_limits_admit_what_is_just_within():
    nested = "<a>" * (soap.MAX_DEPTH - 2) + "</a>" * (soap.MAX_DEPTH - 2)
    soap.parse(message(nested))
    soap.parse(message(CROWDED.format(more="")))
    padding = soap.MAX_BYTES - len(message("<a></a>"))
    soap.parse(message("<a>" + " " * padding + "</a>"))


@pytest.mark.parametrize(("namespace", "version"), [(SOAP_12, "1.2"), (SOAP_11, "1.1")])
def test_an_unknown_mandatory_header_is_refused_in_kind(namespace, version):
    header = '<x:Tx xmlns:x="urn:x" s:mustUnderstand="1"/>'
    fault = refusal(message(headers=header, namespace=namespace))
    assert code_of(fault) == "MustUnderstand"
    status, answer = render(None, fault)
    judge.validate_envelope(answer)
    assert status == 500
    root = etree.fromstring(answer)
    assert root.tag == f"{{{namespace}}}Envelope"
    named = root.find(f".//{{{SOAP_12}}}NotUnderstood")
    assert (named is not None) == (version == "1.2")
    if named is not None:
        prefix, _, local = named.get("qname").partition(":")
        assert (named.nsmap[prefix], local) == ("urn:x", "Tx")


@pytest.mark.parametrize(
    "attributes",
    ['s:mustUnderstand="0"', "", 's:mustUnderstand="1" s:role="urn:someone-else"'],
)
def test_a_header_that_is_not_mandatory_for_us_is_passed_over(attributes):
    assert soap.parse(message(headers=f'<x:Tx xmlns:x="urn:x" {attributes}/>')).body is not None


def test_another_soap_is_told_which_versions_there_are():
    status, answer = render(None, refusal(message(namespace="urn:soap:3")))
    assert status == 500
    judge.validate_envelope(answer)
    supported = etree.fromstring(answer).iter(f"{{{SOAP_12}}}SupportedEnvelope")
    names = [(each.nsmap[each.get("qname").partition(":")[0]]) for each in supported]
    assert names == [SOAP_12, SOAP_11]


def test_a_request_without_addressing_is_answered_without():
    opened = soap.parse(message())
    answer = soap.reply(opened, STOPPED, f"{PTZ}/PTZ/StopResponse")
    judge.validate_envelope(answer)
    assert etree.fromstring(answer).find(f"{{{SOAP_12}}}Header") is None


@pytest.mark.parametrize("addressing", [soap.ADDRESSING, soap.ADDRESSING_2004])
@pytest.mark.parametrize("namespace", [SOAP_12, SOAP_11])
def test_addressing_is_answered_in_kind(namespace, addressing):
    headers = (
        "<a:Action>act</a:Action><a:MessageID>urn:uuid:&lt;1&gt;</a:MessageID>"
        "<a:ReplyTo><a:Address>http://r</a:Address></a:ReplyTo>"
    )
    opened = soap.parse(
        message(headers=headers, namespace=namespace, declared=f'xmlns:a="{addressing}"')
    )
    answer = soap.reply(opened, STOPPED, "urn:answer")
    judge.validate_envelope(answer)
    header = etree.fromstring(answer).find(f"{{{namespace}}}Header")
    assert [(each.tag, each.text) for each in header] == [
        (f"{{{addressing}}}Action", "urn:answer"),
        (f"{{{addressing}}}RelatesTo", "urn:uuid:<1>"),
        (f"{{{addressing}}}To", "http://r"),
    ]


def test_namespaces_are_declared_once_on_the_envelope():
    status = {"PTZStatus": {"Position": {"Zoom": {"@x": 0.5}}, "UtcTime": 0.0}}
    body = codec.encode(f"{{{PTZ}}}GetStatusResponse", status)
    answer = soap.reply(None, body, "")
    assert answer.count(b"xmlns:") == 3  # env, tt, tptz
    assert answer.index(b"xmlns:tt=") < answer.index(b"<env:Body>")


def test_bytes_of_others_get_the_prefixes_they_mention():
    answer = soap.reply(None, b"<tptz:StopResponse/>", "")
    judge.validate_envelope(answer)


def test_the_content_type_follows_the_version():
    assert soap.content_type("1.1", "act") == "text/xml; charset=utf-8"
    assert soap.content_type("1.2") == "application/soap+xml; charset=utf-8"
    assert soap.content_type("1.2", "act") == 'application/soap+xml; charset=utf-8; action="act"'


def test_an_envelope_is_a_value():
    opened = soap.parse(message())
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        opened.to = "x"
    assert sender("Tag").code == "Sender"
