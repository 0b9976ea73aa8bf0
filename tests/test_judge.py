"""The judge has to find mistakes, or all that rests on it is worth nothing."""

import judge
import pytest

PTZ = "http://www.onvif.org/ver20/ptz/wsdl"
TT = "http://www.onvif.org/ver10/schema"


def envelope(body, header="", soap=judge.SOAP_12):
    return (
        f'<e:Envelope xmlns:e="{soap}" xmlns:tptz="{PTZ}" xmlns:tt="{TT}" '
        'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" '
        'xmlns:trt="http://www.onvif.org/ver10/media/wsdl">'
        f"{header}<e:Body>{body}</e:Body></e:Envelope>"
    ).encode()


def service(capabilities):
    return (
        "<tds:GetServicesResponse><tds:Service><tds:Namespace>urn:a</tds:Namespace>"
        f"<tds:XAddr>http://c</tds:XAddr><tds:Capabilities>{capabilities}</tds:Capabilities>"
        "<tds:Version><tt:Major>1</tt:Major><tt:Minor>2</tt:Minor></tds:Version></tds:Service>"
        "</tds:GetServicesResponse>"
    )


CAPABILITIES = (
    "<trt:Capabilities><trt:ProfileCapabilities/><trt:StreamingCapabilities/></trt:Capabilities>"
)
REPLY_TO = (
    '<e:Header><a:ReplyTo xmlns:a="http://www.w3.org/2005/08/addressing"/></e:Header>'  # no address
)
FAULT = "<e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code>{}</e:Fault>"


@pytest.mark.parametrize("soap", [judge.SOAP_12, judge.SOAP_11])
def test_what_is_right_passes(soap):
    judge.validate_envelope(envelope("<tptz:StopResponse/>", soap=soap))
    judge.validate_envelope(envelope(service(CAPABILITIES), soap=soap))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<a>", "not well-formed"),
        (b"<a/>", "a"),
        (envelope(""), "0 elements"),
        (envelope("<tptz:Stopped/>"), "is not an element of any published schema"),
        (envelope("<tptz:Stop/>"), "ProfileToken"),
        (envelope("<tptz:StopResponse>x</tptz:StopResponse>"), "character data"),
        (envelope(service(CAPABILITIES.replace("Profile", "Profil", 1))), "Profil"),
        (envelope(service("<trt:Capabilities x='y'/>")), "ProfileCapabilities"),
        (envelope(FAULT.format("")), "Reason"),
        (envelope(FAULT.format("<e:Reason><e:Text>t</e:Text></e:Reason>")), "lang"),
        (envelope("<tptz:StopResponse/>", REPLY_TO), "Address"),
        (envelope("<e:Fault><faultstring/></e:Fault>", soap=judge.SOAP_11), "faultstring"),
        (envelope("<tptz:Stop/>", soap=judge.SOAP_11), "ProfileToken"),
        (envelope("<tptz:StopResponse/>", soap="urn:soap"), "urn:soap"),
    ],
)
def test_what_is_wrong_does_not(data, words):
    with pytest.raises(AssertionError) as caught:
        judge.validate_envelope(data)
    assert words in str(caught.value)


def test_a_document_is_judged_by_its_root():
    judge.validate_document(f'<MetadataStream xmlns="{TT}"/>'.encode())
    with pytest.raises(AssertionError, match="Oops"):
        judge.validate_document(
            f'<MetadataStream xmlns="{TT}"><PTZ><PTZStatus><Oops/></PTZStatus></PTZ>'
            "</MetadataStream>".encode()
        )


def test_without_the_files_it_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setattr(judge, "WSDL", tmp_path)
    with pytest.raises(judge.SchemasMissingError, match="make schema"):
        judge.wsdl_root()
