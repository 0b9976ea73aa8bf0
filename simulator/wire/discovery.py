"""WS-Discovery messages over SOAP and UDP, both ways, in the two dialects that clients speak.

ONVIF Core 7 asks for the dialect of April 2005; some clients speak OASIS WS-Discovery 1.1 (2009).
"""

import enum
from xml.sax.saxutils import escape, quoteattr

import attrs
from lxml import etree

from simulator.errors import SimulatorError

SOAP = "http://www.w3.org/2003/05/soap-envelope"
MAX_BYTES = 8192
"""The largest datagram that is read; a Probe has a few hundred bytes."""

_PREFIXES = {
    "http://www.onvif.org/ver10/device/wsdl": "tds",
    "http://www.onvif.org/ver10/network/wsdl": "dn",
}


class DiscoveryError(SimulatorError):
    """A datagram that is no discovery message; the text says why."""


class Dialect(enum.Enum):
    """A version of WS-Discovery: its namespace, that of its addressing, where multicasts go."""

    APRIL_2005 = (
        "http://schemas.xmlsoap.org/ws/2005/04/discovery",
        "http://schemas.xmlsoap.org/ws/2004/08/addressing",
        "urn:schemas-xmlsoap-org:ws:2005:04:discovery",
        "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
    )
    OASIS_2009 = (
        "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01",
        "http://www.w3.org/2005/08/addressing",
        "urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01",
        "http://www.w3.org/2005/08/addressing/anonymous",
    )

    def __init__(self, discovery: str, addressing: str, everybody: str, anonymous: str) -> None:
        self.discovery = discovery
        self.addressing = addressing
        self.everybody = everybody
        self.anonymous = anonymous


class Kind(enum.Enum):
    """The six messages; the value is the body's element and the end of the action."""

    HELLO = "Hello"
    BYE = "Bye"
    PROBE = "Probe"
    PROBE_MATCHES = "ProbeMatches"
    RESOLVE = "Resolve"
    RESOLVE_MATCHES = "ResolveMatches"


_MATCH = {Kind.PROBE_MATCHES: "ProbeMatch", Kind.RESOLVE_MATCHES: "ResolveMatch"}
_ANSWERS = frozenset(_MATCH)


@attrs.frozen
class AppSequence:
    """Order of messages, and restarts of their sender (WS-Discovery section 7).

    Attributes:
        instance: grows with every restart.
        number: grows with every message.
    """

    instance: int
    number: int


@attrs.frozen
class Target:
    """A device as discovery knows it; Bye, Resolve and some answers carry a part of it.

    Attributes:
        address: its endpoint reference, ``urn:uuid:...``.
        types: QNames in Clark notation.
        scopes: URIs.
        xaddrs: where its device service is.
        metadata_version: grows when anything of this changes; None where the message has none.
    """

    address: str
    types: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    xaddrs: tuple[str, ...] = ()
    metadata_version: int | None = None


@attrs.frozen
class Message:
    """One datagram.

    Attributes:
        kind: which of the six.
        message_id: a URI; who repeats a message keeps it.
        dialect: in which it is, or is to be, written.
        relates_to: the message that this one answers.
        sequence: of the sender; clients send none.
        types: of a Probe: QNames in Clark notation that must all be there.
        scopes: of a Probe: URIs that must all match.
        match_by: of a Probe: the URI of the matching rule, empty for the usual one.
        targets: of a Hello, Bye or Resolve exactly one; of an answer any number.
    """

    kind: Kind
    message_id: str
    dialect: Dialect = Dialect.APRIL_2005
    relates_to: str | None = None
    sequence: AppSequence | None = None
    types: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    match_by: str = ""
    targets: tuple[Target, ...] = ()

    @property
    def action(self) -> str:
        """The WS-Addressing action."""
        return f"{self.dialect.discovery}/{self.kind.value}"


def parse(data: bytes) -> Message:
    """Read a datagram.

    Raises:
        DiscoveryError: if it is none of the six messages, or larger than ``MAX_BYTES``.
    """
    envelope = _envelope(data)
    body = envelope.find(f"{{{SOAP}}}Body")
    header = envelope.find(f"{{{SOAP}}}Header")
    if header is None or body is None or len(body) == 0:
        raise DiscoveryError("no header or no body")
    content = body[0]
    dialect, kind = _kind_of(content)
    message_id = _text(header, f"{{{dialect.addressing}}}MessageID")
    if not message_id:
        raise DiscoveryError(f"{kind.value} without MessageID")
    scopes = content.find(f"{{{dialect.discovery}}}Scopes")
    return Message(
        kind=kind,
        message_id=message_id,
        dialect=dialect,
        relates_to=_text(header, f"{{{dialect.addressing}}}RelatesTo") or None,
        sequence=_sequence(header, dialect),
        types=_types(content, dialect) if kind is Kind.PROBE else (),
        scopes=_words(content, dialect, "Scopes") if kind is Kind.PROBE else (),
        match_by="" if scopes is None else scopes.get("MatchBy", ""),
        targets=_targets(content, kind, dialect),
    )


def _envelope(data: bytes) -> etree._Element:
    if len(data) > MAX_BYTES:
        raise DiscoveryError(f"{len(data)} bytes, more than {MAX_BYTES}")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        envelope = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DiscoveryError(f"not XML: {error}") from error
    if envelope.getroottree().docinfo.internalDTD is not None:
        raise DiscoveryError("a document type is not allowed in SOAP")
    if envelope.tag != f"{{{SOAP}}}Envelope":
        raise DiscoveryError(f"{str(envelope.tag)[:100]} is no SOAP 1.2 envelope")
    return envelope


def _kind_of(content: etree._Element) -> tuple[Dialect, Kind]:
    name = etree.QName(content)
    for dialect in Dialect:
        if name.namespace == dialect.discovery:
            try:
                return dialect, Kind(name.localname)
            except ValueError:
                break
    raise DiscoveryError(f"{name.text[:100]} is no discovery message")


def _sequence(header: etree._Element, dialect: Dialect) -> AppSequence | None:
    element = header.find(f"{{{dialect.discovery}}}AppSequence")
    if element is None:
        return None
    return AppSequence(
        _number(element.get("InstanceId", "")), _number(element.get("MessageNumber", ""))
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise DiscoveryError(f"{text[:40]!r} is no number")
    return int(text)


def _targets(content: etree._Element, kind: Kind, dialect: Dialect) -> tuple[Target, ...]:
    if kind is Kind.PROBE:
        return ()
    if kind in _ANSWERS:
        matches = content.iterfind(f"{{{dialect.discovery}}}{_MATCH[kind]}")
        return tuple(_target(match, dialect) for match in matches)
    return (_target(content, dialect),)


def _target(element: etree._Element, dialect: Dialect) -> Target:
    reference = element.find(f"{{{dialect.addressing}}}EndpointReference")
    address = "" if reference is None else _text(reference, f"{{{dialect.addressing}}}Address")
    if not address:
        raise DiscoveryError("no endpoint reference")
    version = _text(element, f"{{{dialect.discovery}}}MetadataVersion")
    return Target(
        address=address,
        types=_types(element, dialect),
        scopes=_words(element, dialect, "Scopes"),
        xaddrs=_words(element, dialect, "XAddrs"),
        metadata_version=_number(version) if version else None,
    )


def _text(parent: etree._Element, name: str) -> str:
    return (parent.findtext(name) or "").strip()


def _words(parent: etree._Element, dialect: Dialect, name: str) -> tuple[str, ...]:
    return tuple(_text(parent, f"{{{dialect.discovery}}}{name}").split())


def _types(parent: etree._Element, dialect: Dialect) -> tuple[str, ...]:
    element = parent.find(f"{{{dialect.discovery}}}Types")
    if element is None:
        return ()
    return tuple(_clark(word, element.nsmap) for word in (element.text or "").split())


def _clark(name: str, namespaces: dict[str | None, str]) -> str:
    prefix, colon, local = name.rpartition(":")
    namespace = namespaces.get(prefix if colon else None, "")
    if colon and not namespace:
        raise DiscoveryError(f"prefix of type {name[:100]!r} is not declared")
    return f"{{{namespace}}}{local}"


def serialize(message: Message) -> bytes:
    """Write a datagram, as short as it can be: many of them go out at a time."""
    dialect = message.dialect
    prefixes = _prefixes_of(message)
    declared = "".join(f" xmlns:{prefix}={quoteattr(uri)}" for uri, prefix in prefixes.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}"'
        f' xmlns:a="{dialect.addressing}" xmlns:d="{dialect.discovery}"{declared}>'
        f"<s:Header>{_header(message)}</s:Header>"
        f"<s:Body><d:{message.kind.value}>{_body(message, prefixes)}</d:{message.kind.value}>"
        "</s:Body></s:Envelope>"
    ).encode()


def _prefixes_of(message: Message) -> dict[str, str]:
    prefixes: dict[str, str] = {}
    names = [*message.types, *(name for target in message.targets for name in target.types)]
    for name in names:
        namespace = etree.QName(name).namespace
        if namespace and namespace not in prefixes:
            prefixes[namespace] = _PREFIXES.get(namespace, f"n{len(prefixes)}")
    return prefixes


def _header(message: Message) -> str:
    dialect = message.dialect
    to = dialect.anonymous if message.kind in _ANSWERS else dialect.everybody
    parts = [
        f"<a:Action>{message.action}</a:Action>",
        f"<a:MessageID>{escape(message.message_id)}</a:MessageID>",
    ]
    if message.relates_to is not None:
        parts.append(f"<a:RelatesTo>{escape(message.relates_to)}</a:RelatesTo>")
    parts.append(f"<a:To>{to}</a:To>")
    if message.sequence is not None:
        parts.append(
            f'<d:AppSequence InstanceId="{message.sequence.instance}"'
            f' MessageNumber="{message.sequence.number}"/>'
        )
    return "".join(parts)


def _body(message: Message, prefixes: dict[str, str]) -> str:
    if message.kind is Kind.PROBE:
        rule = f" MatchBy={quoteattr(message.match_by)}" if message.match_by else ""
        scopes = f"<d:Scopes{rule}>{escape(' '.join(message.scopes))}</d:Scopes>"
        return _qnames(message.types, prefixes) + (scopes if message.scopes else "")
    targets = (_described(target, prefixes) for target in message.targets)
    name = _MATCH.get(message.kind)
    if name is None:
        return "".join(targets)
    return "".join(f"<d:{name}>{target}</d:{name}>" for target in targets)


def _described(target: Target, prefixes: dict[str, str]) -> str:
    address = f"<a:Address>{escape(target.address)}</a:Address>"
    parts = [f"<a:EndpointReference>{address}</a:EndpointReference>"]
    parts.append(_qnames(target.types, prefixes))
    for name, words in (("Scopes", target.scopes), ("XAddrs", target.xaddrs)):
        if words:
            parts.append(f"<d:{name}>{escape(' '.join(words))}</d:{name}>")
    if target.metadata_version is not None:
        parts.append(f"<d:MetadataVersion>{target.metadata_version}</d:MetadataVersion>")
    return "".join(parts)


def _qnames(types: tuple[str, ...], prefixes: dict[str, str]) -> str:
    if not types:
        return ""
    words = []
    for name in types:
        qname = etree.QName(name)
        prefix = prefixes.get(qname.namespace or "")
        words.append(f"{prefix}:{qname.localname}" if prefix else qname.localname)
    return f"<d:Types>{' '.join(words)}</d:Types>"
