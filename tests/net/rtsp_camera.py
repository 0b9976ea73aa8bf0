"""A camera with an RTSP listener and nothing else, also as a program that the tests talk to.

As a program: takes the directory of loops as its argument, prints its port, then does what lines of
JSON on its standard input say (``{"pan_deg": 5, "moving": true}``), and answers each with facts.
"""

import json
import sys
import threading
from pathlib import Path

import attrs

from simulator.clock import CameraClock, RealClock
from simulator.config.catalog import AuthSpec
from simulator.device.login import Login
from simulator.device.users import User, UserLevel
from simulator.media.format import StreamFormat
from simulator.media.library import LoopLibrary
from simulator.media.pacer import Pacer
from simulator.media.stream import Shot, Stream, Studio
from simulator.media.streams import Streams
from simulator.net.rtsp import RtspFactory
from simulator.net.rtsp_server import RtspServer
from simulator.scene.view import View
from simulator.seeds import generator

START_UTC = 1_790_000_000.0

FORMS = {
    "main": StreamFormat("H264", 320, 180, 10.0, bitrate_bps=300_000, gov_length=10),
    "sub": StreamFormat("JPEG", 320, 176, 5.0),
    "big": StreamFormat("H264", 1280, 720, 15.0, bitrate_bps=40_000_000, gov_length=15),
}


@attrs.frozen
class Accounts:
    users: tuple = (
        User("admin", "camfarm", UserLevel.ADMINISTRATOR),
        User("nobody", "camfarm", UserLevel.ANONYMOUS),
        User("viewer", "camfarm", UserLevel.USER),
    )


@attrs.frozen
class AccountStore:
    state: Accounts = Accounts()


class RtspCamera:
    """What RTSP needs of a camera, with three streams; ``pan_deg`` and ``moving`` can be set."""

    def __init__(self, clock, workers, painter, painter_of, directory, rendering="auto"):
        from square import PERIOD_S

        self.name = "cam-001"
        self.scheduler = clock
        self.clock = CameraClock(START_UTC)
        self.login = Login(AccountStore(), self.clock, generator(1, "nonces"), AuthSpec())
        self.pan_deg = 0.0
        self.moving = False
        shot = Shot(
            view_at=lambda t: View((0.0, 0.0, 5.0), self.pan_deg, 0.0, 60.0),
            moving=lambda t: self.moving,
        )
        studio = Studio(
            clock=clock,
            painter=painter,
            workers=workers,
            pacer=Pacer(clock),
            loops=LoopLibrary(workers, directory, painter_of),
            world="square",
            seed=1,
            period_s=PERIOD_S,
        )
        streams = {
            f"encoder_{name}": Stream(name, form, shot, studio, rendering=rendering, phase=0.3)
            for name, form in FORMS.items()
        }
        profiles = {f"profile_{name}": f"encoder_{name}" for name in FORMS}
        self.streams = Streams(streams, profiles.get, shot, studio)


def main():
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from square import SquarePainter, square_painter
    from twisted.internet import reactor
    from twisted.logger import globalLogPublisher, textFileLogObserver

    from simulator.net.workers import ReactorWorkers

    globalLogPublisher.addObserver(textFileLogObserver(sys.stderr))
    workers = ReactorWorkers(reactor, 2, 1)
    clock = RealClock(reactor.callLater)
    camera = RtspCamera(clock, workers, SquarePainter(), square_painter, Path(sys.argv[1]))
    server = RtspServer(camera, generator(1, "rtsp"), max_sessions=6)
    factory = RtspFactory(server, reactor)
    port = reactor.listenTCP(0, factory, interface="127.0.0.1")
    for stream in camera.streams.by_encoder.values():
        stream.prepare()
    print(json.dumps({"port": port.getHost().port}), flush=True)

    def obey(line):
        for name, value in json.loads(line).items():
            setattr(camera, name, value)
        facts = {
            "sessions": len(server._sessions),
            "connections": len(factory._connections),
            "watched": [n for n, s in camera.streams.by_encoder.items() if s.watched],
            "prepared": all(s._loop is not None for s in camera.streams.by_encoder.values()),
        }
        print(json.dumps(facts), flush=True)

    def listen():
        for line in sys.stdin:
            reactor.callFromThread(obey, line)
        reactor.callFromThread(reactor.stop)

    threading.Thread(target=listen, daemon=True).start()
    reactor.addSystemEventTrigger("during", "shutdown", factory.close)
    reactor.addSystemEventTrigger("after", "shutdown", workers.close)
    reactor.run()


if __name__ == "__main__":
    main()
