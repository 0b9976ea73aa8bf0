"""Event service: topics and pull points (ONVIF Core 9; OASIS WS-BaseNotification 1.3)."""

from collections.abc import Mapping
from typing import Any

from simulator.errors import sender
from simulator.events.broker import Event
from simulator.events.faults import TEV, notification_fault
from simulator.events.filters import (
    CONCRETE_SET,
    ITEM_FILTER,
    TOPIC_DIALECTS,
    EventFilter,
    changed_only,
    parse_filter,
)
from simulator.events.subscriptions import Pulled
from simulator.events.topics import TT, topic_set
from simulator.later import Later
from simulator.services.camera import Camera
from simulator.services.registry import Access, Call, Service
from simulator.wire.soap.values import parse_moment

events = Service(
    "events",
    "http://www.onvif.org/ver10/events/wsdl",
    "/onvif/event_service",
    (20, 12),
)

BASE_NOTIFICATION = "http://docs.oasis-open.org/wsn/bw-2"
"""Namespace of Renew and Unsubscribe."""

SUBSCRIPTION_PATH = "/onvif/subscription/"
"""What the path of a pull point's endpoint reference starts with; its token follows."""

TOPIC_NAMESPACE = "http://www.onvif.org/onvif/ver10/topics/topicns.xml"
MESSAGE_SCHEMA = "http://www.onvif.org/onvif/ver10/schema/onvif.xsd"

Request = Mapping[str, Any]
Answer = Mapping[str, Any] | None


def capabilities(camera: Camera) -> Mapping[str, Any]:
    """Return ``tev:Capabilities``, read off what is registered here."""
    known = events.operations
    return {
        "@WSSubscriptionPolicySupport": False,
        "@WSPausableSubscriptionManagerInterfaceSupport": "PauseSubscription" in known,
        "@MaxNotificationProducers": 0,
        "@MaxPullPoints": camera.pull_points.limit,
        "@PersistentNotificationStorage": "Seek" in known,
    }


@events.operation("GetServiceCapabilities", Access.PRE_AUTH)
def get_service_capabilities(camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 9.8."""
    return {"Capabilities": capabilities(camera)}


@events.operation("GetEventProperties", Access.READ_MEDIA)
def get_event_properties(camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 9.7."""
    return {
        "TopicNamespaceLocation": [TOPIC_NAMESPACE],
        "FixedTopicSet": True,
        "TopicSet": {"#any": topic_set(camera.broker.topics)},
        "TopicExpressionDialect": TOPIC_DIALECTS,
        "MessageContentFilterDialect": [ITEM_FILTER],
        "MessageContentSchemaLocation": [MESSAGE_SCHEMA],
    }


@events.operation("CreatePullPointSubscription", Access.READ_MEDIA)
def create_pull_point_subscription(camera: Camera, request: Request, call: Call) -> Answer:
    """ONVIF Core 9.1.1."""
    utc = camera.clock.utc(call.now)
    accepts = _filter(camera, request, utc)
    ends_utc = _moment(request.get("InitialTerminationTime"), utc)
    subscription = camera.pull_points.create(accepts, ends_utc, call.now)
    address = f"{call.base_url}{SUBSCRIPTION_PATH}{subscription.token}"
    return {
        "SubscriptionReference": {"Address": {"#text": address}},
        "CurrentTime": utc,
        "TerminationTime": camera.pull_points.termination_utc(subscription),
    }


@events.operation("PullMessages", Access.READ_MEDIA)
def pull_messages(camera: Camera, request: Request, call: Call) -> Later[Answer]:
    """ONVIF Core 9.1.2: held until there is a message, or for Timeout."""
    pulled = camera.pull_points.pull(
        _token(call), request["Timeout"], request["MessageLimit"], call.now
    )
    return pulled.map(_messages)


@events.operation("SetSynchronizationPoint", Access.READ_MEDIA)
def set_synchronization_point(camera: Camera, _request: Request, call: Call) -> Answer:
    """ONVIF Core 9.5."""
    camera.pull_points.synchronize(_token(call), call.now)
    return None


@events.operation("Renew", Access.READ_MEDIA, namespace=BASE_NOTIFICATION)
def renew(camera: Camera, request: Request, call: Call) -> Answer:
    """ONVIF Core 9.1.3; WS-BaseNotification 1.3 section 6.1.1."""
    utc = camera.clock.utc(call.now)
    ends_utc = _moment(request["TerminationTime"], utc)
    subscription = camera.pull_points.renew(_token(call), ends_utc, call.now)
    ends_utc = camera.pull_points.termination_utc(subscription)
    return {"TerminationTime": ends_utc, "CurrentTime": utc}


@events.operation("Unsubscribe", Access.READ_MEDIA, namespace=BASE_NOTIFICATION)
def unsubscribe(camera: Camera, _request: Request, call: Call) -> Answer:
    """ONVIF Core 9.1.4; WS-BaseNotification 1.3 section 6.1.2."""
    camera.pull_points.unsubscribe(_token(call), call.now)
    return None


def _filter(camera: Camera, request: Request, utc: float) -> EventFilter:
    elements = (request.get("Filter") or {}).get("#any", ())
    accepts = parse_filter(elements, camera.broker.topics, utc)
    policies = [policy.tag for policy in (request.get("SubscriptionPolicy") or {}).get("#any", ())]
    for policy in policies:
        if policy != f"{{{TEV}}}ChangedOnly":
            reason = f"the subscription policy {policy} is not known"
            raise notification_fault("UnrecognizedPolicyRequestFault", utc, reason)
    return changed_only(accepts) if policies else accepts


def _moment(text: str | None, utc: float) -> float | None:
    if not text:
        return None
    try:
        return parse_moment(text, utc)
    except ValueError as error:
        raise sender("InvalidArgVal", reason=f"TerminationTime: {error}") from error


def _token(call: Call) -> str | None:
    """Return the name of the addressed subscription: by the URL first, by wsa:To second."""
    for address in (call.path, call.to or ""):
        _, found, token = address.partition(SUBSCRIPTION_PATH)
        if found:
            return token
    return None


def _messages(pulled: Pulled) -> Answer:
    return {
        "CurrentTime": pulled.utc,
        "TerminationTime": pulled.termination_utc,
        "NotificationMessage": [_notification(event) for event in pulled.events],
    }


def _notification(event: Event) -> Mapping[str, Any]:
    """Return ``wsnt:NotificationMessage`` with its ``tt:Message`` (ONVIF Core 9.4)."""
    message = {
        "@UtcTime": event.utc,
        "@PropertyOperation": event.operation and event.operation.value,
        "Source": _items(event.source),
        "Data": _items(event.data),
    }
    return {
        "Topic": {"@Dialect": CONCRETE_SET, "#text": event.topic.expression},
        "Message": {"#any": [(f"{{{TT}}}Message", message)]},
    }


def _items(pairs: tuple[tuple[str, str], ...]) -> Mapping[str, Any] | None:
    if not pairs:
        return None
    return {"SimpleItem": [{"@Name": name, "@Value": value} for name, value in pairs]}
