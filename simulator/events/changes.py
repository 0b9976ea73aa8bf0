"""What a camera's memory tells its subscribers: operating times and changed configurations."""

from collections.abc import Callable, Iterator

from simulator.device.state import DeviceState
from simulator.device.store import Store
from simulator.events.broker import Broker
from simulator.events.topics import (
    CONFIGURATION_CHANGED,
    LAST_CLOCK_SYNCHRONIZATION,
    LAST_REBOOT,
    LAST_RESET,
)


def report_changes(store: Store, broker: Broker, utc: Callable[[], float]) -> None:
    """Publish the operating times now, and from now on whatever a commit changes.

    Args:
        store: the camera's memory.
        broker: where to publish.
        utc: the camera's clock, Unix seconds.
    """

    def report(old: DeviceState, new: DeviceState, _reason: str) -> None:
        _report_operating_times(new, broker, utc())
        for token, kind in _changed_configurations(old, new):
            source = {"Token": token, "Type": kind}
            broker.publish(CONFIGURATION_CHANGED, utc(), source)

    _report_operating_times(store.state, broker, utc())
    store.observe(report)


def _report_operating_times(state: DeviceState, broker: Broker, utc: float) -> None:
    """Publish the three properties; one that never happened is at 1970 (ONVIF Core 8)."""
    times = state.operating
    for topic, happened in (
        (LAST_REBOOT, times.last_reboot),
        (LAST_RESET, times.last_reset),
        (LAST_CLOCK_SYNCHRONIZATION, times.last_clock_synchronization),
    ):
        broker.publish(topic, utc, data={"Status": happened})


def _changed_configurations(old: DeviceState, new: DeviceState) -> Iterator[tuple[str, str]]:
    """Yield token and type of each configuration that is there before and after, but different."""
    before = {one.token: one for one in old.ptz_configurations}
    for one in new.ptz_configurations:
        if one != before.get(one.token, one):
            yield one.token, "PTZ"
