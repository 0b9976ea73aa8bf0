"""One small camera on HTTP, run as a program by the tests.

Argument: HttpLimits as JSON. Prints its port, then a line for each PullMessages that comes and for
each whose client leaves. A line on stdin answers all that wait; its end stops the program.
"""

import json
import sys
import threading

from front import PULLED, REGISTRY, SmallCamera, small_camera
from twisted.internet import reactor

from simulator.clock import RealClock
from simulator.later import Later
from simulator.net.channel import HttpLimits
from simulator.net.http import camera_site
from simulator.services.endpoint import Endpoint


class Pulls(list):
    """The requests that wait; each tells when it comes and when its client leaves."""

    def append(self, later: Later) -> None:
        print("pulling", flush=True)
        later.then(lambda value, error: print("left" if error else "answered", flush=True))
        super().append(later)


def read_orders(camera: SmallCamera) -> None:
    for _ in sys.stdin:
        reactor.callFromThread(lambda: [later.resolve(PULLED) for later in camera.pulls])
    reactor.callFromThread(reactor.stop)


def main() -> None:
    limits = HttpLimits(**json.loads(sys.argv[1]))
    clock = RealClock(reactor.callLater)
    camera = small_camera("digest", "basic", "username_token", scheduler=clock, pulls=Pulls())
    site = camera_site(camera, Endpoint(camera, REGISTRY), reactor, limits)

    def listen() -> None:
        port = reactor.listenTCP(0, site, interface="127.0.0.1")
        print(port.getHost().port, flush=True)

    threading.Thread(target=read_orders, args=(camera,), daemon=True).start()
    reactor.callWhenRunning(listen)
    reactor.run()


if __name__ == "__main__":
    main()
