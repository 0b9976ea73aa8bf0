"""A whole camera in memory, on virtual time, for tests of everything that needs one."""

import attrs
import judge
import numpy as np
from lxml import etree
from outcomes import outcome

from simulator.clock import SimClock
from simulator.config.catalog import camera_model
from simulator.config.model import CameraSpec, MountSpec
from simulator.device.store import Store
from simulator.errors import Fault
from simulator.farm.camera import blueprint, build_camera
from simulator.later import InlineWorkers, Later
from simulator.media.library import LoopLibrary
from simulator.media.pacer import Pacer
from simulator.media.stream import Studio
from simulator.services.all import REGISTRY
from simulator.services.camera import Camera, Endpoints
from simulator.services.registry import Call
from simulator.wire.soap.codec import decode, document, encode
from simulator.wire.soap.envelope import reply
from simulator.wire.soap.fault import render

START_UTC = 1_790_000_000.0
BASE_URL = "http://127.0.0.1:8000"


@attrs.frozen
class GrayPicture:
    i420: np.ndarray
    objects: tuple = ()


class GrayPainter:
    """Paints nothing but gray, at once."""

    def render(self, view, width, height, t, overlay=None):
        return GrayPicture(np.full((height * 3 // 2, width), 128, np.uint8))


def gray_painter(_look):
    return GrayPainter()


def make_studio(clock, directory):
    workers = InlineWorkers()
    return Studio(
        clock=clock,
        painter=GrayPainter(),
        workers=workers,
        pacer=Pacer(clock),
        loops=LoopLibrary(workers, directory, gray_painter),
        world="gray",
        seed=1,
        period_s=2.0,
    )


class Rig:
    """A camera, its virtual time, and a client that lets every message be judged.

    Attributes:
        clock: virtual time; it begins at 1000 s.
        camera: the camera.
        reboots: scenario times at which it asked for a reboot.
    """

    def __init__(self, directory, model="dome-ptz", **spec):
        self.clock = SimClock(1000.0)
        self.reboots = []
        product = spec.pop("product", None) or camera_model(model)
        self.spec = CameraSpec(name="cam-001", index=0, model=product, **spec)
        mount = MountSpec(position=(4.0, -12.0, 6.0), pan=20.0, tilt=-15.0)
        self.plan = blueprint(self.spec, mount, "corner", 7, START_UTC, self.clock.seconds())
        self.store = Store(self.plan.birth)
        self.studio = make_studio(self.clock, directory)
        self.camera: Camera = build_camera(
            self.plan,
            self.store,
            self.studio,
            Endpoints("127.0.0.1", 8000, 8554),
            lambda: self.reboots.append(self.clock.seconds()),
        )

    @property
    def now(self):
        return self.clock.seconds()

    @property
    def utc(self):
        return self.camera.clock.utc(self.now)

    @property
    def state(self):
        return self.store.state

    def registered(self, service, name):
        """Return the registered operation, or None if this camera has none."""
        for candidate in REGISTRY.services_of(self.camera):
            if candidate.name == service and name in candidate.operations:
                found = candidate.operations[name]
                return found if found.when(self.camera) else None
        return None

    def begin(self, service, name, request=None, *, path=None, to=None, base_url=BASE_URL):
        """Send a request, given as the codec's values; return the answer as it comes.

        The request goes through the encoder, the judge and the decoder, so that what a handler
        sees is what the network would bring.
        """
        found = self.registered(service, name)
        assert found is not None, f"{service}.{name} is not offered"
        sent = document(found.operation.input, request or {})
        judge.validate_document(sent)
        value = decode(etree.fromstring(sent))
        call = Call(self.now, base_url, path or found.service.path, to, self.state.users[0])
        answer = found.handler(self.camera, value, call)
        later = answer if isinstance(answer, Later) else Later.of(answer)
        return later.map(lambda mapping: self._judged(found.operation, mapping))

    def ask(self, service, name, request=None, **where):
        """Send a request and return the judged answer as the codec decodes it."""
        return outcome(self.begin(service, name, request, **where))

    def refused(self, service, name, request=None, **where):
        """Send a request that must be refused; return the fault's code and subcodes, judged."""
        try:
            self.ask(service, name, request, **where)
        except Fault as fault:
            status, message = render(None, fault)
            judge.validate_envelope(message)
            assert status == (500 if fault.code == "Receiver" else 400)
            assert fault.reason
            return "/".join((fault.code, *fault.subcodes))
        raise AssertionError(f"{service}.{name} was not refused")

    def moved_to(self, **position):
        """Let the mechanics reach a position and rest there."""
        self.camera.ptz.absolute(self.now, **position)
        self.clock.advance(self.camera.ptz.settled_at(self.now) - self.now + 1.0)

    @staticmethod
    def _judged(operation, mapping):
        message = reply(None, encode(operation.output, mapping), operation.output_action)
        judge.validate_envelope(message)
        return decode(etree.fromstring(message)[-1][0])
