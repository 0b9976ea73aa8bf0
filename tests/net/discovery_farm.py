"""A farm of announced cameras on one discovery socket, run as a program by the tests.

Arguments: UDP port, number of cameras. Prints a line when it listens; says goodbye when stdin ends.
"""

import random
import sys
import threading

import attrs
from twisted.internet import reactor

from simulator.clock import RealClock
from simulator.net.discovery import DiscoveryResponder
from simulator.seeds import stable_uuid

TYPES = (
    "{http://www.onvif.org/ver10/network/wsdl}NetworkVideoTransmitter",
    "{http://www.onvif.org/ver10/device/wsdl}Device",
)


@attrs.define
class Camera:
    """One announced camera."""

    index: int
    types: tuple[str, ...] = TYPES
    metadata_version: int = 1
    discoverable: bool = True

    @property
    def uuid(self) -> str:
        return stable_uuid(7, self.index)

    def scopes(self) -> list[str]:
        root = "onvif://www.onvif.org/"
        return [
            *(root + path for path in ("Profile/Streaming", "Profile/T", "type/video_encoder")),
            *(root + path for path in ("type/ptz", "hardware/CF-200", "location/street")),
            f"{root}name/cam-{self.index:03d}",
            f"{root}MacAddress/02:00:00:00:{self.index // 256:02x}:{self.index % 256:02x}",
        ]

    def xaddrs(self) -> list[str]:
        return [f"http://127.0.0.1:{8000 + self.index}/onvif/device_service"]


def main() -> None:
    port, count = map(int, sys.argv[1:])
    farm = DiscoveryResponder(
        [Camera(index) for index in range(count)],
        RealClock(reactor.callLater),
        random.Random(1),
        port=port,
    )

    def say_goodbye() -> None:
        sys.stdin.read()
        reactor.callFromThread(
            lambda: farm.bye().then(lambda _value, _error: reactor.callLater(0, reactor.stop))
        )

    def ready() -> None:
        farm.listen(reactor)
        farm.hello()
        print("listening", flush=True)

    threading.Thread(target=say_goodbye, daemon=True).start()
    reactor.callWhenRunning(ready)
    reactor.run()


if __name__ == "__main__":
    main()
