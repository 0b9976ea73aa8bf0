"""Which events a subscriber wants: topic expressions and message content (ONVIF Core 9).

A filter is the list of elements of ``wsnt:Filter``: topic expressions, of which one must match, and
content expressions, all of which must.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from lxml import etree

from simulator.events.broker import Event, Operation
from simulator.events.content import ContentError, parse_content
from simulator.events.faults import WSNT, invalid_filter, notification_fault
from simulator.events.topics import TNS1, Topic

CONCRETE = "http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete"
CONCRETE_SET = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
ITEM_FILTER = "http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter"

TOPIC_DIALECTS = (CONCRETE, CONCRETE_SET)

MAX_EXPRESSION = 4096
"""Characters in one expression; a longer one is refused."""

EventFilter = Callable[[Event], bool]

_NAME = r"[^\W\d][\w.-]*"
_PATH = re.compile(rf"(?:({_NAME}):)?({_NAME})((?:/(?:{_NAME}:)?{_NAME})*)(//\.)?")


def parse_filter(
    elements: Iterable[etree._Element], topics: Sequence[Topic], utc: float
) -> EventFilter:
    """Return the predicate that the children of a ``wsnt:Filter`` describe; no children means all.

    Args:
        elements: the children.
        topics: what the camera can publish.
        utc: the camera's time for the faults, Unix seconds.

    Raises:
        Fault: as WS-BaseNotification 1.3 section 4.2 names it for each kind of mistake.
    """
    by_topic: list[frozenset[Topic]] = []
    by_content: list[EventFilter] = []
    for element in elements:
        if element.tag == f"{{{WSNT}}}TopicExpression":
            by_topic.append(parse_topics(element, topics, utc))
        elif element.tag == f"{{{WSNT}}}MessageContent":
            by_content.append(_parse_message_content(element, utc))
        else:
            raise invalid_filter(element, utc)
    wanted = frozenset[Topic]().union(*by_topic) if by_topic else None

    def matches(event: Event) -> bool:
        return (wanted is None or event.topic in wanted) and all(
            accepts(event) for accepts in by_content
        )

    return matches


def changed_only(accepts: EventFilter) -> EventFilter:
    """Return ``accepts`` without Initialized and Deleted messages (policy ``tev:ChangedOnly``)."""
    return lambda event: event.operation in (None, Operation.CHANGED) and accepts(event)


def parse_topics(element: etree._Element, topics: Sequence[Topic], utc: float) -> frozenset[Topic]:
    """Return those of ``topics`` that a ``wsnt:TopicExpression`` selects.

    Raises:
        Fault: TopicExpressionDialectUnknownFault, InvalidTopicExpressionFault, or
            TopicNotSupportedFault if it selects none.
    """
    dialect = element.get("Dialect", CONCRETE_SET)
    text = "".join(map(str, element.itertext())).strip()
    if dialect not in TOPIC_DIALECTS:
        reason = f"{dialect!r} is not a topic dialect that this device knows"
        raise notification_fault("TopicExpressionDialectUnknownFault", utc, reason)
    paths = [text] if dialect == CONCRETE else text.split("|")
    selected: set[Topic] = set()
    for path in paths:
        prefix, names, subtree = _parse_path(path.strip(), dialect, utc)
        if _namespace(prefix, element.nsmap, utc) == TNS1:
            selected.update(topic for topic in topics if _selects(names, subtree, topic))
    if not selected:
        reason = f"none of this device's topics matches {text!r}"
        raise notification_fault("TopicNotSupportedFault", utc, reason)
    return frozenset(selected)


def _parse_path(path: str, dialect: str, utc: float) -> tuple[str | None, tuple[str, ...], bool]:
    match = _PATH.fullmatch(path) if len(path) <= MAX_EXPRESSION else None
    if match is None or (match[4] and dialect == CONCRETE):
        reason = f"{path[:200]!r} is not a topic expression of dialect {dialect}"
        raise notification_fault("InvalidTopicExpressionFault", utc, reason)
    return match[1], (match[2], *match[3].split("/")[1:]), bool(match[4])


def _namespace(prefix: str | None, nsmap: Mapping[str | None, str], utc: float) -> str | None:
    if prefix is not None and prefix not in nsmap:
        reason = f"the prefix {prefix!r} of the topic expression is not declared"
        raise notification_fault("InvalidTopicExpressionFault", utc, reason)
    return nsmap[prefix] if prefix else None


def _selects(names: tuple[str, ...], subtree: bool, topic: Topic) -> bool:
    return topic.names[: len(names)] == names if subtree else topic.names == names


def _parse_message_content(element: etree._Element, utc: float) -> EventFilter:
    dialect = element.get("Dialect", ITEM_FILTER)
    if dialect != ITEM_FILTER:
        raise invalid_filter(element, utc)
    text = "".join(map(str, element.itertext()))
    try:
        if len(text) > MAX_EXPRESSION:
            raise ContentError(f"longer than {MAX_EXPRESSION} characters")
        expression = parse_content(text)
    except ContentError as error:
        reason = f"the message content expression is wrong: {error}"
        raise notification_fault("InvalidMessageContentExpressionFault", utc, reason) from error
    return lambda event: expression(event.source + event.data)
