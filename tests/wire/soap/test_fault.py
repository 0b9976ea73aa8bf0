import judge
import pytest
from lxml import etree

from simulator.errors import Fault, receiver, sender
from simulator.wire.soap import envelope as soap
from simulator.wire.soap.fault import REASONS, fault_body, render

SOAP_12, SOAP_11 = soap.SOAP_12, soap.SOAP_11
ERRORS = "http://www.onvif.org/ver10/error"
WSNT = "http://docs.oasis-open.org/wsn/b-2"
OLD = soap.Envelope("1.1", None)


def parts(answer):
    """Return code, subcodes and reason of a SOAP 1.2 fault, names in Clark notation."""
    judge.validate_envelope(answer)
    fault = etree.fromstring(answer).find(f"{{{SOAP_12}}}Body/{{{SOAP_12}}}Fault")
    names = []
    for value in fault.iter(f"{{{SOAP_12}}}Value"):
        prefix, _, local = value.text.partition(":")
        names.append(f"{{{value.nsmap[prefix]}}}{local}")
    return names, fault.findtext(f".//{{{SOAP_12}}}Text")


@pytest.mark.parametrize(
    ("fault", "status", "names", "reason"),
    [
        (
            sender("InvalidArgVal", "NoProfile"),
            400,
            [f"{{{SOAP_12}}}Sender", f"{{{ERRORS}}}InvalidArgVal", f"{{{ERRORS}}}NoProfile"],
            "Argument Value Invalid",
        ),
        (
            receiver("ActionNotSupported"),
            500,
            [f"{{{SOAP_12}}}Receiver", f"{{{ERRORS}}}ActionNotSupported"],
            "Optional Action Not Implemented",
        ),
        (
            sender("NotAuthorized", reason='the <password> & "name"\x00 differ'),
            400,
            [f"{{{SOAP_12}}}Sender", f"{{{ERRORS}}}NotAuthorized"],
            'the <password> & "name"\ufffd differ',
        ),
        (Fault("Receiver"), 500, [f"{{{SOAP_12}}}Receiver"], "Receiver"),
        (
            Fault("DataEncodingUnknown"),
            500,
            [f"{{{SOAP_12}}}DataEncodingUnknown"],
            "Data encoding not known",
        ),
        (
            Fault("Sender", f"{{{WSNT}}}InvalidFilterFault"),
            400,
            [f"{{{SOAP_12}}}Sender", f"{{{WSNT}}}InvalidFilterFault"],
            "Sender",
        ),
    ],
)
def test_a_fault_is_written(fault, status, names, reason):
    given, answer = render(None, fault)
    assert given == status
    assert parts(answer) == (names, reason)


@pytest.mark.parametrize("code", [code for code in REASONS if code[:3] in {"Inv", "Wel", "Not"}])
def test_generic_faults_have_the_standards_text(code):
    assert parts(render(None, sender(code))[1])[1] == REASONS[code]


def test_the_detail_is_an_element_of_anybody():
    detail = etree.fromstring('<x:Limit xmlns:x="urn:x">3</x:Limit>')
    answer = render(None, Fault("Receiver", "Action", detail=detail))[1]
    judge.validate_envelope(answer)
    assert etree.fromstring(answer).findtext(".//{urn:x}Limit") == "3"


def test_the_detail_may_be_a_value_of_the_schema():
    name = "{http://www.onvif.org/ver10/events/wsdl}PullMessagesFaultResponse"
    value = {"MaxTimeout": 60.0, "MaxMessageLimit": 100}
    answer = render(None, Fault("Sender", detail=(name, value)))[1]
    judge.validate_envelope(answer)
    assert b"<tev:MaxTimeout>PT60S</tev:MaxTimeout>" in answer


def test_a_notification_fault_is_valid_in_the_detail():
    value = {
        "Timestamp": 0.0,
        "Description": [
            {"#text": "no such topic", "@{http://www.w3.org/XML/1998/namespace}lang": "en"}
        ],
    }
    fault = Fault("Sender", "InvalidArgVal", detail=(f"{{{WSNT}}}TopicNotSupportedFault", value))
    judge.validate_envelope(render(None, fault)[1])


def test_any_other_detail_is_a_mistake():
    with pytest.raises(TypeError, match="detail"):
        render(None, Fault("Sender", detail="text"))


@pytest.mark.parametrize(
    ("fault", "code", "detail"),
    [
        (sender("InvalidArgVal", "NoProfile"), "Client", "InvalidArgVal/NoProfile"),
        (receiver("ActionNotSupported"), "Server", "ActionNotSupported"),
        (Fault("MustUnderstand"), "MustUnderstand", ""),
    ],
)
def test_soap_11_has_its_own_form(fault, code, detail):
    status, answer = render(OLD, fault)
    assert status == 500
    judge.validate_envelope(answer)
    written = etree.fromstring(answer).find(f"{{{SOAP_11}}}Body/{{{SOAP_11}}}Fault")
    prefix, _, local = written.findtext("faultcode").partition(":")
    assert (written.nsmap[prefix], local) == (SOAP_11, code)
    assert written.findtext("faultstring")
    found = [etree.QName(each).localname for each in written.iterfind("detail//{*}*")]
    assert "/".join(found) == detail


@pytest.mark.parametrize(
    ("addressing", "action"),
    [
        (soap.ADDRESSING, "http://www.w3.org/2005/08/addressing/soap/fault"),
        (soap.ADDRESSING_2004, "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault"),
    ],
)
def test_a_fault_answers_addressing(addressing, action):
    request = soap.Envelope("1.2", None, message_id="urn:uuid:1", addressing=addressing)
    answer = render(request, sender("Tag"))[1]
    judge.validate_envelope(answer)
    root = etree.fromstring(answer)
    assert root.findtext(f".//{{{addressing}}}Action") == action
    assert root.findtext(f".//{{{addressing}}}RelatesTo") == "urn:uuid:1"


def test_the_body_alone_is_at_hand_for_other_envelopes():
    assert fault_body(sender("Tag")).startswith(b"<env:Fault><env:Code>")
    assert "ter" in fault_body(sender("Tag")).prefixes
