"""Where a camera's events are published, and the state of its properties."""

import enum
from collections.abc import Callable, Iterable, Mapping

import attrs

from simulator.events.topics import Items, Topic


class Operation(enum.Enum):
    """What a message says of a property (``tt:PropertyOperation``)."""

    INITIALIZED = "Initialized"
    CHANGED = "Changed"
    DELETED = "Deleted"


Pairs = tuple[tuple[str, str], ...]


@attrs.frozen
class Event:
    """One message, ready to be filtered and sent.

    Attributes:
        topic: what kind of event.
        utc: when it happened on the camera's clock, Unix seconds.
        source: simple items (name, value as text) that identify the thing.
        data: simple items of what happened.
        operation: for a property: how its state is reported; None for other events.
    """

    topic: Topic
    utc: float
    source: Pairs = ()
    data: Pairs = ()
    operation: Operation | None = None

    @property
    def identity(self) -> tuple[Topic, Pairs]:
        """What tells one property from another (ONVIF Core 9, properties)."""
        return self.topic, self.source


Listener = Callable[[Event], object]


class Broker:
    """Takes events from whoever sees them happen and gives them to all who listen."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        """Know the topics that this camera can publish; its topic set lists exactly these."""
        self.topics = tuple(topics)
        self._listeners: list[Listener] = []
        self._properties: dict[tuple[Topic, Pairs], Event] = {}

    def publish(
        self,
        topic: Topic,
        utc: float,
        source: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
    ) -> None:
        """Report that something happened.

        A property that is reported for the first time is Initialized; later it is Changed, and
        nothing is sent if its data are what they were.

        Args:
            topic: one of this camera's topics.
            utc: when, on the camera's clock, Unix seconds.
            source: values of the topic's source items by name.
            data: values of the topic's data items by name.

        Raises:
            LookupError: if the topic is not one of this camera's.
            KeyError: if an item is missing.
        """
        if topic not in self.topics:
            raise LookupError(f"{topic.path} is not in the camera's topic set")
        event = Event(topic, utc, _pairs(topic.source, source), _pairs(topic.data, data))
        if topic.is_property:
            known = self._properties.get(event.identity)
            if known and known.data == event.data:
                return
            operation = Operation.CHANGED if known else Operation.INITIALIZED
            event = attrs.evolve(event, operation=operation)
            self._properties[event.identity] = event
        self._tell(event)

    def delete(self, topic: Topic, utc: float, source: Mapping[str, object] | None = None) -> None:
        """Report that a property is gone; nothing is sent if it never was."""
        event = Event(topic, utc, _pairs(topic.source, source), (), Operation.DELETED)
        if self._properties.pop(event.identity, None):
            self._tell(event)

    def properties(self) -> list[Event]:
        """Return the present state of every property as an Initialized message, oldest first."""
        return [
            attrs.evolve(event, operation=Operation.INITIALIZED)
            for event in self._properties.values()
        ]

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event from now on; the result ends that."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def _tell(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)


def _pairs(items: Items, values: Mapping[str, object] | None) -> Pairs:
    given = values or {}
    return tuple((name, kind.format(given[name])) for name, kind in items)
