"""Discovery messages both ways, and against the WSDiscovery client."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsdiscovery.actions.probe import constructProbe
from wsdiscovery.actions.resolve import constructResolve
from wsdiscovery.message import createSOAPMessage, parseSOAPMessage
from wsdiscovery.qname import QName
from wsdiscovery.scope import Scope

from simulator.wire.discovery import (
    MAX_BYTES,
    AppSequence,
    Dialect,
    DiscoveryError,
    Kind,
    Message,
    Target,
    parse,
    serialize,
)

DN = "http://www.onvif.org/ver10/network/wsdl"
TDS = "http://www.onvif.org/ver10/device/wsdl"
TYPES = (f"{{{DN}}}NetworkVideoTransmitter", f"{{{TDS}}}Device")
SCOPES = ("onvif://www.onvif.org/Profile/Streaming", "onvif://www.onvif.org/name/a%20%26b")
ADDRESS = "urn:uuid:5f5a69c2-e0ae-504f-829b-00afa538ab17"
CAMERA = Target(ADDRESS, TYPES, SCOPES, ("http://192.0.2.1:8000/onvif/device_service",), 3)
ID = "urn:uuid:0a6dc791-2be6-4991-9af1-454778a1917a"
SEQUENCE = AppSequence(1763805600, 17)

MESSAGES = [
    Message(Kind.HELLO, ID, sequence=SEQUENCE, targets=(CAMERA,)),
    Message(Kind.BYE, ID, sequence=SEQUENCE, targets=(Target(ADDRESS),)),
    Message(Kind.PROBE, ID),
    Message(Kind.PROBE, ID, types=TYPES, scopes=SCOPES, match_by="http://example.org/a&\"<'"),
    Message(Kind.PROBE, ID, types=("{}Plain", "{urn:x&y}Foreign")),
    Message(Kind.PROBE_MATCHES, ID, relates_to="urn:x", sequence=SEQUENCE, targets=(CAMERA,)),
    Message(Kind.PROBE_MATCHES, ID, relates_to="urn:x", targets=(CAMERA, Target("urn:b"))),
    Message(Kind.RESOLVE, ID, targets=(Target(ADDRESS),)),
    Message(Kind.RESOLVE_MATCHES, ID, relates_to="urn:x", targets=(CAMERA,)),
    Message(Kind.RESOLVE_MATCHES, ID, relates_to="urn:x", targets=()),
]

FROM_THE_FIELD = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- as video management systems write it -->
<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"
 xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:tns="http://schemas.xmlsoap.org/ws/2005/04/discovery">
 <soap:Header>
  <wsa:Action soap:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</wsa:Action>
  <wsa:MessageID> uuid:{ID[9:]} </wsa:MessageID>
  <wsa:ReplyTo><wsa:Address>urn:anywhere</wsa:Address></wsa:ReplyTo>
  <wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To>
 </soap:Header>
 <soap:Body><Probe xmlns="http://schemas.xmlsoap.org/ws/2005/04/discovery">
  <Types xmlns:net="{DN}"> net:NetworkVideoTransmitter </Types>
  <Scopes>
    onvif://www.onvif.org/type/ptz
  </Scopes>
 </Probe></soap:Body></soap:Envelope>"""


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.kind.name)
def test_what_is_written_is_read(message: Message, dialect: Dialect) -> None:
    message = attrs.evolve(message, dialect=dialect)
    data = serialize(message)
    assert parse(data) == message
    assert len(data) < 1500


@pytest.mark.parametrize(
    ("dialect", "action", "addressing"),
    [
        (
            Dialect.APRIL_2005,
            "http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches",
            "http://schemas.xmlsoap.org/ws/2004/08/addressing",
        ),
        (
            Dialect.OASIS_2009,
            "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01/ProbeMatches",
            "http://www.w3.org/2005/08/addressing",
        ),
    ],
)
def test_names_of_the_dialects(dialect: Dialect, action: str, addressing: str) -> None:
    message = Message(Kind.PROBE_MATCHES, ID, dialect, "urn:x", SEQUENCE, targets=(CAMERA,))
    text = serialize(message).decode()
    assert f"<a:Action>{action}</a:Action>" in text
    assert f'xmlns:a="{addressing}"' in text


def test_a_probe_from_the_field() -> None:
    probe = parse(FROM_THE_FIELD.encode())
    assert probe.kind is Kind.PROBE
    assert probe.types == (TYPES[0],)
    assert probe.scopes == ("onvif://www.onvif.org/type/ptz",)
    assert probe.message_id == f"uuid:{ID[9:]}"


def test_wsdiscovery_reads_our_answers() -> None:
    for kind in (Kind.PROBE_MATCHES, Kind.RESOLVE_MATCHES):
        message = Message(kind, ID, relates_to="urn:x", sequence=SEQUENCE, targets=(CAMERA,))
        envelope = parseSOAPMessage(serialize(message), "192.0.2.1")
        assert envelope.getRelatesTo() == "urn:x"
        assert envelope.getInstanceId() == str(SEQUENCE.instance)
        (match,) = envelope.getProbeResolveMatches()
        assert match.getEPR() == ADDRESS
        assert [qname.getFullname() for qname in match.getTypes()] == [
            f"{DN}:NetworkVideoTransmitter",
            f"{TDS}:Device",
        ]
        # It decodes blanks by itself.
        decoded = [scope.replace("%20", " ") for scope in SCOPES]
        assert [scope.getValue() for scope in match.getScopes()] == decoded
        assert match.getXAddrs() == list(CAMERA.xaddrs)
        assert int(match.getMetadataVersion()) == 3


def test_wsdiscovery_reads_hello_and_bye() -> None:
    hello = parseSOAPMessage(serialize(MESSAGES[0]), "192.0.2.1")
    bye = parseSOAPMessage(serialize(MESSAGES[1]), "192.0.2.1")
    assert (hello.getEPR(), bye.getEPR()) == (ADDRESS, ADDRESS)
    assert hello.getXAddrs() == list(CAMERA.xaddrs)


def test_messages_of_wsdiscovery_are_read() -> None:
    probe = constructProbe([QName(DN, "NetworkVideoTransmitter")], [Scope(SCOPES[0])])
    read = parse(createSOAPMessage(probe).encode())
    assert (read.types, read.scopes) == ((TYPES[0],), (SCOPES[0],))
    resolve = parse(createSOAPMessage(constructResolve(ADDRESS)).encode())
    assert (resolve.kind, resolve.targets) == (Kind.RESOLVE, (Target(ADDRESS),))


GOOD = serialize(MESSAGES[3])
ENTITY = b'<!DOCTYPE s:Envelope [<!ENTITY a "aaaaaaaaaa">]>'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff",
        b"<a/>",
        GOOD[:-1],
        GOOD + b" " * MAX_BYTES,
        GOOD.replace(b"?>", b"?>" + ENTITY),
        GOOD.replace(b"d:Probe", b"d:Prob"),
        GOOD.replace(b"2005/04", b"2004/10"),
        GOOD.replace(b"2003/05/soap-envelope", b"2001/12/soap-envelope"),
        GOOD.replace(b"a:MessageID", b"a:Message"),
        GOOD.replace(b"dn:Network", b"other:Network"),
        serialize(MESSAGES[7]).replace(b"a:Address", b"a:Addres"),
        serialize(MESSAGES[0]).replace(b'InstanceId="1', b'InstanceId="-1'),
        serialize(MESSAGES[0]).replace(b"Version>3", b"Version>" + b"9" * 99),
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body/>'
        b"</s:Envelope>",
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(DiscoveryError):
        parse(data)


@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=3))
def test_a_damaged_message_is_read_or_refused(at: int, noise: bytes) -> None:
    try:
        parse(GOOD[:at] + noise + GOOD[at + len(noise) :])
    except DiscoveryError as error:
        assert str(error)


def test_an_answer_fits_one_ethernet_frame() -> None:
    scopes = tuple(f"onvif://www.onvif.org/scope{number}/value" for number in range(10))
    target = Target(ADDRESS, TYPES, scopes, CAMERA.xaddrs, 1)
    message = Message(Kind.PROBE_MATCHES, ID, relates_to=ID, sequence=SEQUENCE, targets=(target,))
    assert len(serialize(message)) < 1472
