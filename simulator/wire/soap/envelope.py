"""The SOAP envelope: what a request is wrapped in, and how its answer is.

SOAP 1.2 (W3C part 1, 5) is what ONVIF asks for; 1.1 is answered in kind, for old clients.
WS-Addressing headers (1.0, and the 2004/08 draft) are read, and answered if there were any.
Hostile input is refused before and after parsing: see ``parse``.
"""

import re
from typing import Any, NoReturn

import attrs
from lxml import etree

from simulator.errors import Fault, sender
from simulator.schema.model import local_of, namespace_of
from simulator.wire.soap.names import declarations
from simulator.wire.soap.values import escape

SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
ADDRESSING_2004 = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"

MAX_BYTES = 256 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS = 8192
MAX_ATTRIBUTES = 64
"""Limits of a request: of its bytes, nesting, elements, and attributes of one element."""

VERSIONS = {SOAP_12: "1.2", SOAP_11: "1.1"}
NAMESPACES = {version: namespace for namespace, version in VERSIONS.items()}
_FOR_US = {
    None,
    "",
    f"{SOAP_12}/role/next",
    f"{SOAP_12}/role/ultimateReceiver",
    "http://schemas.xmlsoap.org/soap/actor/next",
}
_UNDERSTOOD = {ADDRESSING, ADDRESSING_2004, SECURITY}
_ENCODING = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([^"'>]*)["']""")
_PARSER = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    remove_comments=True,
    huge_tree=False,
)
_ENCODINGS = {b"utf-8", b"utf8", b"us-ascii", b"ascii"}


@attrs.frozen(eq=False)
class Envelope:
    """A request, opened.

    Attributes:
        version: of SOAP, ``1.2`` or ``1.1``.
        body: the element within Body; None if the envelope was refused before it was found.
        to: WS-Addressing To, or None.
        action: WS-Addressing Action, or None.
        message_id: WS-Addressing MessageID, or None.
        reply_to: address of WS-Addressing ReplyTo, or None.
        relates: WS-Addressing RelatesTo, or None.
        security: the wsse:Security header, or None.
        addressing: the namespace of the WS-Addressing headers, or None if there are none.
        headers: all header blocks, for those who look for reference parameters.
    """

    version: str
    body: Any
    to: str | None = None
    action: str | None = None
    message_id: str | None = None
    reply_to: str | None = None
    relates: str | None = None
    security: Any = None
    addressing: str | None = None
    headers: tuple[Any, ...] = ()


class EnvelopeFault(Fault):
    """A refusal of an envelope of which enough was read to answer it in kind.

    Attributes:
        envelope: what was read; its body may be None.
        headers: header blocks to answer with, as text with their own declarations.
    """

    def __init__(self, fault: Fault, envelope: Envelope | None = None, headers: str = "") -> None:
        """Wrap a fault."""
        super().__init__(fault.code, *fault.subcodes, reason=fault.reason, detail=fault.detail)
        self.envelope = envelope
        self.headers = headers


def parse(data: bytes) -> Envelope:
    """Open a request.

    Nothing outside ``data`` is ever read. DTDs (and with them entities), processing instructions,
    encodings other than UTF-8, and whatever is beyond the limits are refused.

    Raises:
        Fault: ``Sender/WellFormed`` for the above and for bad XML, ``Sender/TagMismatch`` and
            ``Sender/Tag`` if it is no envelope with one body element, ``VersionMismatch`` for
            another SOAP, ``MustUnderstand`` for a mandatory header that nobody here knows.
    """
    root = _parse_xml(data)
    if local_of(root.tag) != "Envelope":
        raise sender("TagMismatch", reason=f"{root.tag} is not a SOAP envelope")
    namespace = namespace_of(root.tag)
    if namespace not in VERSIONS:
        _refuse_version(namespace)
    headers, body = _parts(root, namespace)
    envelope = _open(VERSIONS[namespace], headers)
    _check_understood(envelope, namespace)
    if body is None:
        raise EnvelopeFault(sender("Tag", reason="the envelope has no body"), envelope)
    content = list(body.iterchildren("*"))
    if len(content) != 1:
        problem = f"the body has {len(content)} elements instead of one"
        raise EnvelopeFault(sender("TagMismatch" if content else "Tag", reason=problem), envelope)
    return attrs.evolve(envelope, body=content[0])


def _ill_formed(problem: object) -> NoReturn:
    raise sender("WellFormed", reason=str(problem))


def _parse_xml(data: bytes) -> Any:
    if len(data) > MAX_BYTES:
        _ill_formed(f"{len(data)} bytes are more than {MAX_BYTES}")
    declared = _ENCODING.match(data.lstrip(b"\xef\xbb\xbf"))
    if b"\0" in data or (declared and declared[1].lower() not in _ENCODINGS):
        _ill_formed("the encoding is not UTF-8")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        _ill_formed("a document type declaration is not allowed")
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        _ill_formed(f"line {error.lineno}: {error.msg}")
    _check_limits(root)
    return root


def _check_limits(root: Any) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        _ill_formed("a document type declaration is not allowed")
    if root.getprevious() is not None or root.getnext() is not None:
        _ill_formed("a processing instruction is not allowed")
    level, depth, count = [root], 0, 0
    while level:
        depth += 1
        count += len(level)
        if depth > MAX_DEPTH:
            _ill_formed(f"elements are nested deeper than {MAX_DEPTH}")
        if count > MAX_ELEMENTS:
            _ill_formed(f"more than {MAX_ELEMENTS} elements")
        for element in level:
            if not isinstance(element.tag, str):
                _ill_formed("a processing instruction is not allowed")
            if len(element.attrib) > MAX_ATTRIBUTES:
                _ill_formed(f"more than {MAX_ATTRIBUTES} attributes")
        level = [child for element in level for child in element]


def _refuse_version(namespace: str) -> NoReturn:
    """Refuse another SOAP with the Upgrade header of SOAP 1.2 part 1, 5.4.7."""
    listed = "".join(
        f'<env:SupportedEnvelope xmlns:s{n}="{known}" qname="s{n}:Envelope"/>'
        for n, known in enumerate(VERSIONS)
    )
    fault = Fault("VersionMismatch", reason=f"{namespace or 'no namespace'} is not a SOAP version")
    raise EnvelopeFault(fault, headers=f"<env:Upgrade>{listed}</env:Upgrade>")


def _parts(root: Any, namespace: str) -> tuple[list[Any], Any]:
    """Return the header blocks and the Body of an envelope."""
    header, body = (
        next(root.iterchildren(f"{{{namespace}}}{name}"), None) for name in ("Header", "Body")
    )
    return ([] if header is None else list(header.iterchildren("*"))), body


def _open(version: str, headers: list[Any]) -> Envelope:
    found: dict[str, Any] = {}
    addressing = security = None
    for header in headers:
        namespace, local = namespace_of(header.tag), local_of(header.tag)
        if namespace in {ADDRESSING, ADDRESSING_2004}:
            addressing = namespace
            found[local] = header
        elif namespace == SECURITY and local == "Security":
            security = header
    reply_to = found.get("ReplyTo")
    if reply_to is not None:
        reply_to = reply_to.find(f"{{{addressing}}}Address")
    return Envelope(
        version,
        None,
        to=_text(found.get("To")),
        action=_text(found.get("Action")),
        message_id=_text(found.get("MessageID")),
        reply_to=_text(reply_to),
        relates=_text(found.get("RelatesTo")),
        security=security,
        addressing=addressing,
        headers=tuple(headers),
    )


def _text(element: Any) -> str | None:
    return None if element is None else (element.text or "").strip()


def _check_understood(envelope: Envelope, namespace: str) -> None:
    role = "role" if envelope.version == "1.2" else "actor"
    for header in envelope.headers:
        must = (header.get(f"{{{namespace}}}mustUnderstand") or "").strip() in {"1", "true"}
        ours = header.get(f"{{{namespace}}}{role}") in _FOR_US
        if must and ours and namespace_of(header.tag) not in _UNDERSTOOD:
            _refuse_header(envelope, header)


def _refuse_header(envelope: Envelope, header: Any) -> NoReturn:
    """Refuse a mandatory header; SOAP 1.2 names it in the answer (part 1, 5.4.8)."""
    fault = Fault("MustUnderstand", reason=f"header {header.tag} is not understood")
    named = ""
    if envelope.version == "1.2":
        namespace = escape(namespace_of(header.tag))
        local = local_of(header.tag)
        named = f'<env:NotUnderstood xmlns:h="{namespace}" qname="h:{local}"/>'
    raise EnvelopeFault(fault, envelope, named)


def reply(envelope: Envelope | None, body: bytes, action: str, headers: str = "") -> bytes:
    """Return the answer to a request.

    Args:
        envelope: the request, for its version and its WS-Addressing headers; None for SOAP 1.2
            without.
        body: what stands in Body, from ``codec.encode``.
        action: WS-Addressing Action of the answer; used if the request had such headers.
        headers: further header blocks, as text.
    """
    soap = NAMESPACES[envelope.version if envelope else "1.2"]
    declared = declarations(body).decode()
    blocks = headers
    if envelope is not None and envelope.addressing is not None:
        prefix = "wsa" if envelope.addressing == ADDRESSING else "wsa04"
        blocks += _addressing_headers(envelope, action, prefix)
        if f" xmlns:{prefix}=" not in declared:
            declared += f' xmlns:{prefix}="{envelope.addressing}"'
    header = f"<env:Header>{blocks}</env:Header>" if blocks else ""
    start = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<env:Envelope xmlns:env="{soap}"{declared}>{header}<env:Body>'
    )
    return b"%b%b</env:Body></env:Envelope>" % (start.encode(), body)


def _addressing_headers(envelope: Envelope, action: str, prefix: str) -> str:
    """Return Action, and RelatesTo and To as the request's MessageID and ReplyTo ask for them."""
    answers = {"Action": action, "RelatesTo": envelope.message_id, "To": envelope.reply_to}
    return "".join(
        f"<{prefix}:{name}>{escape(text)}</{prefix}:{name}>"
        for name, text in answers.items()
        if text
    )


def content_type(version: str, action: str = "") -> str:
    """Return the Content-Type of a message; ``action`` is put in for SOAP 1.2 only (RFC 3902)."""
    if version == "1.1":
        return "text/xml; charset=utf-8"
    suffix = f'; action="{action}"' if action else ""
    return f"application/soap+xml; charset=utf-8{suffix}"
