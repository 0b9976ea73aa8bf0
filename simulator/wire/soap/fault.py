"""How a fault is written: in SOAP 1.2 (part 1, 5.4) with the subcodes of ONVIF, or in 1.1."""

from lxml import etree

from simulator.errors import Fault
from simulator.wire.soap.codec import Fragment, encode_free
from simulator.wire.soap.encoder import qualified
from simulator.wire.soap.envelope import ADDRESSING, ADDRESSING_2004, Envelope, EnvelopeFault, reply
from simulator.wire.soap.names import mentioned
from simulator.wire.soap.values import escape, printable

FAULT_ACTION = f"{ADDRESSING}/soap/fault"
FAULT_ACTION_2004 = f"{ADDRESSING_2004}/fault"

MAX_REASON = 400

REASONS = {
    "WellFormed": "Well-formed Error",
    "TagMismatch": "Tag Mismatch",
    "Tag": "No Tag",
    "Namespace": "Namespace Error",
    "MissingAttr": "Required Attribute not present",
    "ProhibAttr": "Prohibited Attribute",
    "InvalidArgs": "Invalid Args",
    "InvalidArgVal": "Argument Value Invalid",
    "UnknownAction": "Unknown Action",
    "OperationProhibited": "Operation not Permitted",
    "NotAuthorized": "Sender not Authorized",
    "ActionNotSupported": "Optional Action Not Implemented",
    "Action": "Action Failed",
    "OutofMemory": "Out of Memory",
    "CriticalError": "Critical Error",
    "VersionMismatch": "SOAP version not supported",
    "MustUnderstand": "Mandatory header not understood",
    "DataEncodingUnknown": "Data encoding not known",
}
"""Texts of the generic faults (ONVIF Core 5.11.2.2) and of SOAP's own codes."""

_CODES_11 = {"Sender": "Client", "Receiver": "Server", "DataEncodingUnknown": "Client"}


def render(envelope: Envelope | None, fault: Fault) -> tuple[int, bytes]:
    """Return the HTTP status and the message that answer a request with a fault.

    Args:
        envelope: the request; None if it could not be opened (a fault of ``envelope.parse`` brings
            what could be read).
        fault: what to say.

    Returns:
        400 for Sender and else 500 in SOAP 1.2 (part 2, 7.5.2.2), always 500 in 1.1 (6.2); and the
        whole envelope.
    """
    headers = ""
    if isinstance(fault, EnvelopeFault):
        envelope = envelope or fault.envelope
        headers = fault.headers
    version = envelope.version if envelope else "1.2"
    body = fault_body(fault, version)
    status = 400 if fault.code == "Sender" and version == "1.2" else 500
    draft = envelope is not None and envelope.addressing == ADDRESSING_2004
    action = FAULT_ACTION_2004 if draft else FAULT_ACTION
    return status, reply(envelope, body, action, headers)


def fault_body(fault: Fault, version: str = "1.2") -> Fragment:
    """Return the Fault element; its prefix ``env`` is declared by ``envelope.reply``."""
    return _fault_12(fault) if version == "1.2" else _fault_11(fault)


def reason_of(fault: Fault) -> str:
    """Return the fault's own sentence, or the text of its first code that has one.

    It is cut off at ``MAX_REASON`` characters, because it may repeat what the client sent.
    """
    known = (REASONS[code] for code in (*fault.subcodes, fault.code) if code in REASONS)
    text = fault.reason or next(known, fault.code)
    return escape(printable(text[:MAX_REASON]))


def _names(fault: Fault) -> list[str]:
    """Return the subcodes as they are written: ``ter:`` names, others by the table's prefixes."""
    return [qualified(code) if code.startswith("{") else f"ter:{code}" for code in fault.subcodes]


def _fault_12(fault: Fault) -> Fragment:
    names = _names(fault)
    nested = ""
    for name in reversed(names):
        nested = f"<env:Subcode><env:Value>{name}</env:Value>{nested}</env:Subcode>"
    detail = _detail(fault)
    text = (
        f"<env:Fault><env:Code><env:Value>env:{fault.code}</env:Value>{nested}</env:Code>"
        f'<env:Reason><env:Text xml:lang="en">{reason_of(fault)}</env:Text></env:Reason>'
        f"{f'<env:Detail>{detail.decode()}</env:Detail>' if detail else ''}</env:Fault>"
    )
    return Fragment.of(text, detail.prefixes | mentioned(" ".join(names)))


def _fault_11(fault: Fault) -> Fragment:
    """Return the SOAP 1.1 form (4.4), which has no subcodes: they stand in the detail, nested."""
    names = _names(fault)
    nested = ""
    for name in reversed(names):
        nested = f"<{name}>{nested}</{name}>" if nested else f"<{name}/>"
    detail = _detail(fault)
    content = nested + detail.decode()
    text = (
        f"<env:Fault><faultcode>env:{_CODES_11.get(fault.code, fault.code)}</faultcode>"
        f'<faultstring xml:lang="en">{reason_of(fault)}</faultstring>'
        f"{f'<detail>{content}</detail>' if content else ''}</env:Fault>"
    )
    return Fragment.of(text, detail.prefixes | mentioned(" ".join(names)))


def _detail(fault: Fault) -> Fragment:
    """Return the detail: an lxml element, or a (Clark name, value) pair for the codec."""
    if fault.detail is None:
        return Fragment.of("", ())
    if not isinstance(fault.detail, tuple | etree._Element):
        raise TypeError(f"{fault.detail!r} cannot be the detail of a fault")
    return encode_free(fault.detail)
