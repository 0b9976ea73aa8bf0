"""What a camera can report: topics, the items of their messages, and the topic set.

ONVIF Core 9 (message format, topic structure), OASIS WS-Topics 1.3. All topics here are in the
namespace of ``tns1``.
"""

import enum
from collections.abc import Iterable

import attrs
from lxml import etree

from simulator.wire.soap.values import format_datetime

TNS1 = "http://www.onvif.org/ver10/topics"
WSTOP = "http://docs.oasis-open.org/wsn/t-1"
TT = "http://www.onvif.org/ver10/schema"
XS = "http://www.w3.org/2001/XMLSchema"

_NSMAP = {"tns1": TNS1, "wstop": WSTOP, "tt": TT, "xs": XS}


class ItemType(enum.Enum):
    """The type of a simple item, as the QName that the topic set prints."""

    BOOLEAN = "xs:boolean"
    DATETIME = "xs:dateTime"
    STRING = "xs:string"
    REFERENCE_TOKEN = "tt:ReferenceToken"
    NAME = "tt:Name"

    def format(self, value: object) -> str:
        """Return a value as it stands in ``SimpleItem/@Value``; dateTime is Unix seconds UTC."""
        if self is ItemType.BOOLEAN:
            return "true" if value else "false"
        if self is ItemType.DATETIME:
            return format_datetime(float(value))  # type: ignore[arg-type]
        return str(value)


Items = tuple[tuple[str, ItemType], ...]


@attrs.frozen
class Topic:
    """One topic and the shape of its messages.

    Attributes:
        path: names from the root without prefix, for example ``VideoSource/MotionAlarm``.
        is_property: whether its messages tell a state (Initialized, Changed, Deleted).
        source: items that say which thing it is about.
        data: items that say what happened.
    """

    path: str
    is_property: bool
    source: Items = ()
    data: Items = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names from the root to the topic."""
        return tuple(self.path.split("/"))

    @property
    def expression(self) -> str:
        """The concrete topic expression, for example ``tns1:VideoSource/MotionAlarm``."""
        return f"tns1:{self.path}"


MOTION_ALARM = Topic(
    "VideoSource/MotionAlarm",
    is_property=True,
    source=(("Source", ItemType.REFERENCE_TOKEN),),
    data=(("State", ItemType.BOOLEAN),),
)
"""Something moves in a video source (Imaging 5.5)."""


def _operating_time(name: str) -> Topic:
    data = (("Status", ItemType.DATETIME),)
    return Topic(f"Monitoring/OperatingTime/{name}", is_property=True, data=data)


LAST_REBOOT = _operating_time("LastReboot")
LAST_RESET = _operating_time("LastReset")
LAST_CLOCK_SYNCHRONIZATION = _operating_time("LastClockSynchronization")

CONFIGURATION_CHANGED = Topic(
    "Media/ConfigurationChanged",
    is_property=False,
    source=(("Token", ItemType.REFERENCE_TOKEN), ("Type", ItemType.STRING)),
)
"""A configuration of the media pool has changed (Media 2, events)."""


def _preset(name: str) -> Topic:
    return Topic(
        f"PTZController/PTZPresets/{name}",
        is_property=False,
        source=(("PTZConfigurationToken", ItemType.REFERENCE_TOKEN),),
        data=(("PresetToken", ItemType.REFERENCE_TOKEN), ("PresetName", ItemType.NAME)),
    )


PRESET_INVOKED = _preset("Invoked")
PRESET_REACHED = _preset("Reached")
PRESET_ABORTED = _preset("Aborted")
PRESET_LEFT = _preset("Left")

OPERATING_TIMES = (LAST_REBOOT, LAST_RESET, LAST_CLOCK_SYNCHRONIZATION)
PTZ_TOPICS = (
    PRESET_INVOKED,
    PRESET_REACHED,
    PRESET_ABORTED,
    PRESET_LEFT,
    CONFIGURATION_CHANGED,
)


def camera_topics(has_ptz: bool) -> tuple[Topic, ...]:
    """Return what a camera can report; a PTZ configuration is what a client can change."""
    return (MOTION_ALARM, *OPERATING_TIMES, *(PTZ_TOPICS if has_ptz else ()))


def topic_set(topics: Iterable[Topic]) -> list[etree._Element]:
    """Return the children of ``wstop:TopicSet``: one tree for each root topic.

    Only a root topic is in the namespace of ``tns1``; its descendants are in none.
    """
    roots: dict[str, etree._Element] = {}
    for topic in topics:
        first, *rest = topic.names
        if first not in roots:
            roots[first] = etree.Element(f"{{{TNS1}}}{first}", nsmap=_NSMAP)
        node = roots[first]
        for name in rest:
            found = node.find(name)
            node = etree.SubElement(node, name) if found is None else found
        node.set(f"{{{WSTOP}}}topic", "true")
        _describe(node, topic)
    return list(roots.values())


def _describe(node: etree._Element, topic: Topic) -> None:
    description = etree.SubElement(node, f"{{{TT}}}MessageDescription")
    description.set("IsProperty", "true" if topic.is_property else "false")
    for part, items in (("Source", topic.source), ("Data", topic.data)):
        if not items:
            continue
        listed = etree.SubElement(description, f"{{{TT}}}{part}")
        for name, kind in items:
            attributes = {"Name": name, "Type": kind.value}
            etree.SubElement(listed, f"{{{TT}}}SimpleItemDescription", attributes)
