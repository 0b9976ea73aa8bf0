"""What happens to a preset that was invoked (ONVIF PTZ Service Specification 5.11).

::

    away  --go-->  going: Invoked  --arrived-->  there: Reached  --moves-->  away: Left
                   going           --another command-->  away: Aborted
"""

from collections.abc import Callable

from simulator.clock import Clock, Timer
from simulator.device.state import Preset
from simulator.events.broker import Broker
from simulator.events.topics import (
    PRESET_ABORTED,
    PRESET_INVOKED,
    PRESET_LEFT,
    PRESET_REACHED,
    Topic,
)
from simulator.mechanics.ptz import Ptz


class PresetWatch:
    """Sends a camera to its presets and publishes what becomes of that."""

    def __init__(
        self,
        clock: Clock,
        utc: Callable[[float], float],
        broker: Broker,
        ptz: Ptz,
        configuration_token: str,
    ) -> None:
        """Watch ``ptz`` from now on.

        Args:
            clock: scenario time and timers.
            utc: the camera's UTC at a scenario time.
            broker: where to publish.
            ptz: the mechanics.
            configuration_token: the PTZ configuration that the events name.
        """
        self._clock = clock
        self._utc = utc
        self._broker = broker
        self._ptz = ptz
        self._token = configuration_token
        self._going: tuple[Preset, Timer] | None = None
        self._there: Preset | None = None
        ptz.on_change.append(self._commanded)

    def go(
        self,
        preset: Preset,
        now: float,
        *,
        pan_tilt_speed: float | None = None,
        zoom_speed: float | None = None,
    ) -> None:
        """Move to ``preset``; speeds in degrees and millimetres per second, the fastest if None.

        Raises:
            ValueError: if the mechanics cannot reach it.
        """
        position = preset.position
        self._ptz.absolute(
            now,
            pan_deg=position.pan_deg,
            tilt_deg=position.tilt_deg,
            focal_mm=position.focal_mm,
            pan_tilt_speed=pan_tilt_speed,
            zoom_speed=zoom_speed,
        )
        self._there = None
        self._publish(PRESET_INVOKED, preset, now)
        arrival = self._ptz.settled_at(now)
        timer = self._clock.callLater(arrival - now, self._arrived, arrival)
        self._going = (preset, timer)

    def _arrived(self, at: float) -> None:
        if self._going:
            self._there, _ = self._going
            self._going = None
            self._publish(PRESET_REACHED, self._there, at)

    def _commanded(self, now: float) -> None:
        """Judge a command of anybody, also our own, that the mechanics have just begun."""
        if self._going:
            preset, timer = self._going
            timer.cancel()
            self._going = None
            self._publish(PRESET_ABORTED, preset, now)
        elif self._there and self._ptz.settled_at(now) > now:
            preset, self._there = self._there, None
            self._publish(PRESET_LEFT, preset, now)

    def _publish(self, topic: Topic, preset: Preset, now: float) -> None:
        source = {"PTZConfigurationToken": self._token}
        data = {"PresetToken": preset.token, "PresetName": preset.name}
        self._broker.publish(topic, self._utc(now), source, data)
