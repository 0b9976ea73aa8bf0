"""A value that comes later, and who does the work meanwhile; net/ turns both into Twisted's terms.

Below net/ nobody waits: a pull that is held, or a picture that a worker renders, is handed up as a
``Later``.
"""

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from simulator.errors import SimulatorError

T = TypeVar("T")
U = TypeVar("U")


class AbandonedError(SimulatorError):
    """The one who asked is gone."""


class Later(Generic[T]):
    """One value or one error, delivered once to everybody who asked with ``then``."""

    def __init__(self) -> None:
        self._outcome: tuple[T | None, BaseException | None] | None = None
        self._waiting: list[Callable[[T | None, BaseException | None], object]] = []
        self._source: Later[Any] | None = None

    @classmethod
    def of(cls, value: T) -> "Later[T]":
        """Return a Later that already has its value."""
        later = cls()
        later.resolve(value)
        return later

    @property
    def done(self) -> bool:
        """Tell whether the value or the error is there."""
        return self._outcome is not None

    def resolve(self, value: T) -> None:
        """Deliver the value; ignored if an outcome is there already."""
        self._settle(value, None)

    def fail(self, error: BaseException) -> None:
        """Deliver an error; ignored if an outcome is there already."""
        self._settle(None, error)

    def then(self, call: Callable[[T | None, BaseException | None], object]) -> None:
        """Call ``call(value, error)`` with the outcome: now if it is there, else when it comes."""
        if self._outcome is None:
            self._waiting.append(call)
        else:
            call(*self._outcome)

    def map(self, convert: Callable[[T], U]) -> "Later[U]":
        """Return a Later of ``convert(value)``; errors pass through, also those of ``convert``."""

        def settle(value: T | None, error: BaseException | None) -> U:
            if error is not None:
                raise error
            return convert(value)  # type: ignore[arg-type]

        return self.conclude(settle)

    def conclude(self, convert: Callable[[T | None, BaseException | None], U]) -> "Later[U]":
        """Return a Later of ``convert(value, error)``; it fails with what ``convert`` raises."""
        result: Later[U] = Later()
        result._source = self

        def settle(value: T | None, error: BaseException | None) -> None:
            try:
                result.resolve(convert(value, error))
            except BaseException as raised:
                if raised is not error and not isinstance(raised, Exception):
                    raise
                result.fail(raised)

        self.then(settle)
        return result

    def abandon(self) -> None:
        """Say that nobody waits any more: where the value is made, it fails with AbandonedError.

        Through ``map`` this goes back to the first Later, so that who makes the value can stop.
        Nothing happens if the outcome is there already.
        """
        if self._source is not None:
            self._source.abandon()
        self.fail(AbandonedError())

    def _settle(self, value: T | None, error: BaseException | None) -> None:
        if self._outcome is not None:
            return
        self._outcome = (value, error)
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call(value, error)


class Workers(Protocol):
    """Who renders, encodes and bakes while the reactor goes on."""

    def thread(self, call: Callable[..., T], *args: Any) -> Later[T]:
        """Run the call in a thread (it releases the GIL); the Later settles on the reactor."""

    def process(self, call: Callable[..., T], *args: Any) -> Later[T]:
        """Run the call, picklable with its arguments, in a process; settles on the reactor."""


class InlineWorkers:
    """Workers that do it at once: for virtual time and for tests."""

    def thread(self, call: Callable[..., T], *args: Any) -> Later[T]:
        """Run the call now."""
        later: Later[T] = Later()
        try:
            later.resolve(call(*args))
        except Exception as error:
            later.fail(error)
        return later

    def process(self, call: Callable[..., T], *args: Any) -> Later[T]:
        """Run the call now."""
        return self.thread(call, *args)
