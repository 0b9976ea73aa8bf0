"""Pull points: subscriptions whose messages wait on the camera until the client fetches them.

ONVIF Core 9.1 and 9.2. Lifetimes run on scenario time; what the client is told is the camera's UTC.
"""

import random
from collections import deque
from collections.abc import Callable

import attrs

from simulator.clock import Clock, Timer
from simulator.errors import Fault, receiver, sender
from simulator.events.broker import Broker, Event
from simulator.events.faults import (
    notification_fault,
    pull_messages_fault,
    resource_unknown,
    unacceptable_time,
)
from simulator.events.filters import EventFilter
from simulator.later import AbandonedError, Later

DEFAULT_LIFETIME_S = 60.0
"""How long a subscription lives if the client does not say."""

MAX_LIFETIME_S = 86_400.0
"""The longest time from one sign of the client to the next."""

MAX_TIMEOUT_S = 300.0
"""The longest PullMessages that is held; ONVIF Core 9.1.2 asks for at least a minute."""

MAX_MESSAGES = 1024
"""The most messages in one answer."""

MAX_QUEUE = 10_000
"""Messages that wait at most; a subscription with more is ended, not silently thinned out."""

Utc = Callable[[float], float]


@attrs.frozen
class Pulled:
    """What one PullMessages brings.

    Attributes:
        utc: the camera's time of the answer, Unix seconds.
        termination_utc: when the subscription ends if the client does nothing, Unix seconds.
        events: the messages, oldest first.
    """

    utc: float
    termination_utc: float
    events: tuple[Event, ...]


@attrs.define
class _Pull:
    """A PullMessages that waits for its first message."""

    later: Later[Pulled]
    limit: int
    timeout_s: float
    due: float
    timer: Timer


@attrs.define(eq=False)
class Subscription:
    """One pull point.

    Attributes:
        token: its name in the endpoint reference.
        accepts: which events it wants.
        ends_at: scenario time of its end.
    """

    token: str
    accepts: EventFilter
    ends_at: float
    _queue: deque[Event] = attrs.field(factory=deque, init=False)
    _pull: _Pull | None = attrs.field(default=None, init=False)
    _end_timer: Timer | None = attrs.field(default=None, init=False)


class PullPoints:
    """All pull points of one camera."""

    def __init__(
        self, clock: Clock, utc: Utc, broker: Broker, generator: random.Random, limit: int = 10
    ) -> None:
        """Listen to ``broker`` from now on.

        Args:
            clock: scenario time and timers.
            utc: the camera's UTC at a scenario time.
            broker: where the events come from.
            generator: draws the names of subscriptions.
            limit: how many subscriptions there may be at a time.
        """
        self.limit = limit
        self._clock = clock
        self._utc = utc
        self._broker = broker
        self._generator = generator
        self._subscriptions: dict[str, Subscription] = {}
        broker.subscribe(self._offer)

    def __len__(self) -> int:
        return len(self._subscriptions)

    def create(self, accepts: EventFilter, ends_utc: float | None, now: float) -> Subscription:
        """Open a pull point; its queue begins with the state of all properties that it wants.

        Args:
            accepts: which events it wants.
            ends_utc: when it shall end, on the camera's clock (Unix seconds); None: ours to say.
            now: scenario time.

        Raises:
            Fault: UnacceptableInitialTerminationTimeFault, or SubscribeCreationFailedFault if there
                are too many.
        """
        ends_at = self._ends_at(ends_utc, now, "UnacceptableInitialTerminationTimeFault")
        if len(self) >= self.limit:
            reason = f"all {self.limit} pull points of this device are in use"
            raise notification_fault("SubscribeCreationFailedFault", self._utc(now), reason)
        token = f"{self._generator.getrandbits(64):016x}"
        subscription = Subscription(token, accepts, ends_at)
        self._subscriptions[token] = subscription
        self._add_properties(subscription)
        self._watch_the_end(subscription)
        return subscription

    def find(self, token: str | None, now: float) -> Subscription:
        """Return the subscription of that name.

        Raises:
            Fault: ResourceUnknownFault if there is none.
        """
        subscription = self._subscriptions.get(token) if token else None
        if subscription is None:
            raise resource_unknown(self._utc(now))
        return subscription

    def pull(self, token: str | None, timeout_s: float, limit: int, now: float) -> Later[Pulled]:
        """Fetch messages: at once if there are any, else when the first one comes or time is up.

        Abandon the result if the client hangs up: no message is lost, and it may pull again.

        Args:
            token: which subscription.
            timeout_s: how long to wait for the first message.
            limit: the most messages wanted; more than ``MAX_MESSAGES`` is taken as that.
            now: scenario time.

        Raises:
            Fault: ResourceUnknownFault, PullMessagesFaultResponse, or UnableToGetMessagesFault if
                another pull waits already.
        """
        subscription = self.find(token, now)
        if timeout_s < 0 or limit < 1:
            raise sender("InvalidArgVal", reason="Timeout and MessageLimit must be positive")
        if timeout_s > MAX_TIMEOUT_S:
            raise pull_messages_fault(MAX_TIMEOUT_S, MAX_MESSAGES)
        if subscription._pull:
            reason = "another PullMessages of this subscription is waiting"
            raise notification_fault("UnableToGetMessagesFault", self._utc(now), reason)
        later: Later[Pulled] = Later()
        due = now + timeout_s
        subscription.ends_at = max(subscription.ends_at, due)
        timer = self._clock.callLater(timeout_s, self._answer, subscription)
        subscription._pull = _Pull(later, min(limit, MAX_MESSAGES), timeout_s, due, timer)
        later.then(lambda _pulled, error: self._gone(subscription, error))
        if subscription._queue or timeout_s == 0:
            self._answer(subscription)
        return later

    def renew(self, token: str | None, ends_utc: float | None, now: float) -> Subscription:
        """Set a new end.

        Raises:
            Fault: ResourceUnknownFault or UnacceptableTerminationTimeFault.
        """
        subscription = self.find(token, now)
        ends_at = self._ends_at(ends_utc, now, "UnacceptableTerminationTimeFault")
        subscription.ends_at = max(ends_at, subscription._pull.due if subscription._pull else 0.0)
        self._watch_the_end(subscription)
        return subscription

    def unsubscribe(self, token: str | None, now: float) -> None:
        """End a subscription; a pull that waits gets ResourceUnknownFault.

        Raises:
            Fault: ResourceUnknownFault.
        """
        self._end(self.find(token, now), resource_unknown(self._utc(now)))

    def synchronize(self, token: str | None, now: float) -> None:
        """Queue the state of every property that the subscription wants (ONVIF Core 9.5).

        Raises:
            Fault: ResourceUnknownFault.
        """
        subscription = self.find(token, now)
        self._add_properties(subscription)
        if subscription._queue:
            self._answer(subscription)

    def close(self) -> None:
        """End all subscriptions, as a reboot does."""
        for subscription in tuple(self._subscriptions.values()):
            self._end(subscription, receiver("Action", reason="the device goes away"))

    def termination_utc(self, subscription: Subscription) -> float:
        """Return the end of a subscription on the camera's clock, Unix seconds."""
        now = self._clock.seconds()
        return self._utc(now) + (subscription.ends_at - now)

    def _ends_at(self, ends_utc: float | None, now: float, fault: str) -> float:
        if ends_utc is None:
            return now + DEFAULT_LIFETIME_S
        utc = self._utc(now)
        if not utc < ends_utc <= utc + MAX_LIFETIME_S:
            raise unacceptable_time(fault, utc, utc, utc + MAX_LIFETIME_S)
        return now + (ends_utc - utc)

    def _offer(self, event: Event) -> None:
        for subscription in tuple(self._subscriptions.values()):
            if subscription.accepts(event):
                self._add(subscription, event)

    def _add(self, subscription: Subscription, event: Event) -> None:
        subscription._queue.append(event)
        if subscription._pull:
            self._answer(subscription)
        elif len(subscription._queue) > MAX_QUEUE:
            self._end(subscription, resource_unknown(self._utc(self._clock.seconds())))

    def _add_properties(self, subscription: Subscription) -> None:
        wanted = filter(subscription.accepts, self._broker.properties())
        subscription._queue.extend(wanted)

    def _gone(self, subscription: Subscription, error: BaseException | None) -> None:
        """Make room for the next pull if the client hung up; messages stay where they are."""
        if isinstance(error, AbandonedError):
            _taken(subscription)

    def _answer(self, subscription: Subscription) -> None:
        pull = _taken(subscription)
        if pull is None:
            return
        queue = subscription._queue
        events = tuple(queue.popleft() for _ in range(min(pull.limit, len(queue))))
        now = self._clock.seconds()
        subscription.ends_at = max(subscription.ends_at, now + pull.timeout_s)
        pull.later.resolve(Pulled(self._utc(now), self.termination_utc(subscription), events))

    def _watch_the_end(self, subscription: Subscription) -> None:
        if subscription._end_timer and subscription._end_timer.active():
            subscription._end_timer.cancel()
        wait = max(0.0, subscription.ends_at - self._clock.seconds())
        subscription._end_timer = self._clock.callLater(wait, self._maybe_end, subscription)

    def _maybe_end(self, subscription: Subscription) -> None:
        now = self._clock.seconds()
        if subscription.ends_at <= now:
            # A pull that is due at this very moment is answered, and that is a sign of life.
            self._answer(subscription)
        if subscription.ends_at > now:
            self._watch_the_end(subscription)
        else:
            self._end(subscription, resource_unknown(self._utc(now)))

    def _end(self, subscription: Subscription, fault: Fault) -> None:
        self._subscriptions.pop(subscription.token, None)
        if subscription._end_timer and subscription._end_timer.active():
            subscription._end_timer.cancel()
        pull = _taken(subscription)
        if pull:
            pull.later.fail(fault)


def _taken(subscription: Subscription) -> _Pull | None:
    """Return the pull that waits, which then no longer waits, without its timer."""
    pull, subscription._pull = subscription._pull, None
    if pull and pull.timer.active():
        pull.timer.cancel()
    return pull
