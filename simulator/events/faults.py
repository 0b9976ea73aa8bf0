"""The faults of WS-BaseNotification 1.3, WS-ResourceFramework 1.2 and the pull point."""

from lxml import etree

from simulator.errors import Fault
from simulator.wire.soap.values import format_datetime, format_duration

WSNT = "http://docs.oasis-open.org/wsn/b-2"
WSRF_R = "http://docs.oasis-open.org/wsrf/r-2"
WSRF_BF = "http://docs.oasis-open.org/wsrf/bf-2"
TEV = "http://www.onvif.org/ver10/events/wsdl"

_NSMAP = {"wsnt": WSNT, "wsrf-r": WSRF_R, "wsrf-bf": WSRF_BF, "tev": TEV}


def notification_fault(name: str, utc: float, reason: str) -> Fault:
    """Return a fault of WS-BaseNotification that carries nothing but its base type.

    Args:
        name: the local name of its element, for example ``TopicNotSupportedFault``.
        utc: the camera's time, Unix seconds.
        reason: a sentence for a person.
    """
    return _fault(_detail(f"{{{WSNT}}}{name}", utc, reason), reason)


def resource_unknown(utc: float) -> Fault:
    """Return the fault for a subscription that is not or no longer there (WS-Resource 1.2)."""
    reason = "there is no such subscription"
    return _fault(_detail(f"{{{WSRF_R}}}ResourceUnknownFault", utc, reason), reason)


def invalid_filter(unknown: etree._Element, utc: float) -> Fault:
    """Return the fault for a filter of a kind that the device does not know."""
    name = etree.QName(unknown)
    reason = f"{name.localname} is not a filter that this device knows"
    detail = _detail(f"{{{WSNT}}}InvalidFilterFault", utc, reason)
    nsmap = {"filter": name.namespace} if name.namespace else None
    child = etree.SubElement(detail, f"{{{WSNT}}}UnknownFilter", nsmap=nsmap)
    child.text = f"filter:{name.localname}" if name.namespace else name.localname
    return _fault(detail, reason)


def unacceptable_time(name: str, utc: float, earliest: float, latest: float) -> Fault:
    """Return the fault for a termination time out of range.

    Args:
        name: ``UnacceptableInitialTerminationTimeFault`` or ``UnacceptableTerminationTimeFault``.
        utc: the camera's time, Unix seconds.
        earliest: first acceptable time, Unix seconds.
        latest: last acceptable time, Unix seconds.
    """
    first, last = format_datetime(earliest), format_datetime(latest)
    reason = f"the termination time must be between {first} and {last}"
    detail = _detail(f"{{{WSNT}}}{name}", utc, reason)
    etree.SubElement(detail, f"{{{WSNT}}}MinimumTime").text = first
    etree.SubElement(detail, f"{{{WSNT}}}MaximumTime").text = last
    return _fault(detail, reason)


def pull_messages_fault(max_timeout_s: float, max_messages: int) -> Fault:
    """Return the fault for a Timeout that is too long (ONVIF Core 9.1.2); it names the limits."""
    detail = etree.Element(f"{{{TEV}}}PullMessagesFaultResponse", nsmap=_NSMAP)
    etree.SubElement(detail, f"{{{TEV}}}MaxTimeout").text = format_duration(max_timeout_s)
    etree.SubElement(detail, f"{{{TEV}}}MaxMessageLimit").text = str(max_messages)
    return _fault(detail, f"the longest Timeout is {max_timeout_s:g} s")


def _detail(element: str, utc: float, reason: str) -> etree._Element:
    """Return the element with the parts that every ``wsrf-bf:BaseFaultType`` has."""
    detail = etree.Element(element, nsmap=_NSMAP)
    etree.SubElement(detail, f"{{{WSRF_BF}}}Timestamp").text = format_datetime(utc)
    etree.SubElement(detail, f"{{{WSRF_BF}}}Description").text = reason
    return detail


def _fault(detail: etree._Element, reason: str) -> Fault:
    return Fault("Receiver", str(detail.tag), reason=reason, detail=detail)
