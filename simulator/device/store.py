"""The one place where a camera's memory changes."""

from collections.abc import Callable

import attrs

from simulator.device.state import DeviceState, TimeSettings

Observer = Callable[[DeviceState, DeviceState, str], object]


class Store:
    """A camera's current state; every change is a commit that all observers see.

    Observers are called in the order in which they came, with the old state, the new one and the
    reason. An observer may commit; that is told after all observers have seen the first commit.
    """

    def __init__(self, birth: DeviceState, current: DeviceState | None = None) -> None:
        """Start with the state that the camera left the factory with.

        Args:
            birth: where a factory default leads back to.
            current: what was remembered from an earlier run; ``birth`` if None.
        """
        self.birth = birth
        self._state = current or birth
        self._revision = 0
        self._observers: list[Observer] = []
        self._telling: list[tuple[DeviceState, DeviceState, str]] = []

    @property
    def state(self) -> DeviceState:
        """The state as of the latest commit."""
        return self._state

    @property
    def revision(self) -> int:
        """The number of commits so far."""
        return self._revision

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Call ``observer(old, new, reason)`` after each commit; the result ends that."""
        self._observers.append(observer)

        def forget() -> None:
            self._observers.remove(observer)

        return forget

    def commit(self, new: DeviceState, reason: str) -> None:
        """Make ``new`` the state; nothing happens if it equals the present one.

        Args:
            new: the whole next state.
            reason: what was done, for the log and the observers, for example ``SetHostname``.
        """
        old = self._state
        if new == old:
            return
        self._state = new
        self._revision += 1
        self._telling.append((old, new, reason))
        if len(self._telling) == 1:
            self._tell()

    def booted(self, utc: float) -> None:
        """Remember that the camera came up at ``utc`` (its own clock, Unix seconds)."""
        operating = attrs.evolve(self._state.operating, last_reboot=utc)
        self.commit(attrs.evolve(self._state, operating=operating), "boot")

    def clock_set(self, settings: TimeSettings, utc: float) -> None:
        """Remember how the clock is set, and that it was set to ``utc`` (Unix seconds)."""
        operating = attrs.evolve(self._state.operating, last_clock_synchronization=utc)
        new = attrs.evolve(self._state, time=settings, operating=operating)
        self.commit(new, "SetSystemDateAndTime")

    def factory_default(self, hard: bool, utc: float) -> None:
        """Return to the birth state (ONVIF Core 8.3.8).

        Args:
            hard: forget everything; otherwise the network settings stay.
            utc: the camera's time of the reset, Unix seconds.
        """
        now = self._state
        operating = attrs.evolve(now.operating, last_reset=utc)
        new = attrs.evolve(self.birth, operating=operating)
        if not hard:
            new = attrs.evolve(new, network=now.network)
        self.commit(new, "SetSystemFactoryDefault")

    def _tell(self) -> None:
        try:
            while self._telling:
                old, new, reason = self._telling[0]
                for observer in tuple(self._observers):
                    observer(old, new, reason)
                del self._telling[0]
        finally:
            self._telling.clear()
