"""A farm: every camera of a scenario on one reactor, in one world."""

import atexit
import gc
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import cv2
from twisted.logger import Logger

from simulator import seeds
from simulator.analytics.motion import MotionDetector
from simulator.clock import Clock, RealClock, machine_utc
from simulator.config.model import CameraSpec, MountSpec, Scenario
from simulator.device.persistence import PersistenceError
from simulator.farm.addresses import Bound, bind_addresses, bind_port_range
from simulator.farm.cache import cache_directory
from simulator.farm.camera import blueprint
from simulator.farm.eye import Eye
from simulator.farm.inventory import inventory, write_inventory
from simulator.farm.log import begin_logging
from simulator.farm.memory import Memory
from simulator.farm.motion_alarm import MotionAlarms
from simulator.farm.options import FarmOptions
from simulator.farm.painters import painter_of
from simulator.farm.table import camera_table
from simulator.farm.unit import Unit
from simulator.later import Later, Workers
from simulator.media.library import LoopLibrary
from simulator.media.pacer import Pacer
from simulator.media.stream import Studio
from simulator.net.discovery import LOOPBACK, DiscoveryResponder
from simulator.net.reactor import run_until_signal, the_reactor
from simulator.net.server import CameraServer
from simulator.net.sockets import AddressError, raise_descriptor_limit
from simulator.net.workers import ReactorWorkers
from simulator.scene.bake import Backgrounds
from simulator.scene.render import Renderer
from simulator.scene.world import World, load_world
from simulator.services.all import REGISTRY
from simulator.services.camera import Camera

DESCRIPTORS_PER_CAMERA = 8
"""Two listeners and a few clients."""

SPARE_DESCRIPTORS = 128

_log = Logger(namespace="camfarm.farm")


def run_farm(scenario: Scenario, options: FarmOptions) -> int:
    """Run a scenario until a signal or its duration ends it.

    Returns:
        The exit code: 0 at the end, 1 for a failure at run time, 2 for a mistake in the call.
    """
    begin_logging(as_json=options.log_json, verbose=options.verbose)
    reactor = the_reactor()
    cores = os.cpu_count() or 1
    workers = ReactorWorkers(reactor, threads=cores, processes=max(1, cores - 1))
    clock = RealClock(reactor.callLater)
    try:
        farm = Farm(scenario, options, reactor, clock, workers)
    except (AddressError, PersistenceError) as error:
        workers.close()
        print(f"camfarm: {error}", file=sys.stderr)
        return 2

    def begin() -> None:
        farm.start()
        print(camera_table(farm.cameras))
        print(farm.summary(), flush=True)
        gc.collect()
        gc.freeze()  # what is there now stays; the collector need not look at it again

    begun = run_until_signal(reactor, begin, farm.stop, options.duration_s)
    code = 0 if begun else 1
    if not workers.close():
        _leave(code)
    return code


def _leave(code: int) -> NoReturn:
    """End the process although threads are at work, on pictures that nobody waits for any more."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


class Farm:
    """The cameras of one scenario and what they share."""

    def __init__(
        self,
        scenario: Scenario,
        options: FarmOptions,
        reactor: Any,
        clock: Clock,
        workers: Workers,
    ) -> None:
        """Build every camera, with its ports bound and its power off.

        Args:
            scenario: the cameras and their world.
            options: addresses, files.
            reactor: Twisted's reactor.
            clock: scenario time.
            workers: who renders and bakes.

        Raises:
            AddressError: if an address or port cannot be had.
            PersistenceError: if a state file cannot be used.
        """
        cv2.setNumThreads(1)
        self._scenario, self._options = scenario, options
        self._reactor, self._clock = reactor, clock
        specs = scenario.resolve()
        raise_descriptor_limit(len(specs) * DESCRIPTORS_PER_CAMERA + SPARE_DESCRIPTORS)
        world = load_world(scenario.world, scenario.seed)
        renderer = Renderer(world, Backgrounds(workers, cache_directory() / "views"))
        loops = LoopLibrary(workers, cache_directory() / "loops", painter_of)
        self._studio = Studio(
            clock=clock,
            painter=renderer,
            workers=workers,
            pacer=Pacer(clock),
            loops=loops,
            world=world.name,
            seed=scenario.seed,
            period_s=world.period_s,
        )
        self.units = self._install(specs, world)
        self._alarms = MotionAlarms(
            clock, MotionDetector(renderer, workers, world.period_s), self._watching
        )
        self._discovery: DiscoveryResponder | None = None

    @property
    def cameras(self) -> list[Camera]:
        """The cameras that are switched on."""
        return [unit.camera for unit in self.units if unit.camera is not None]

    def start(self) -> None:
        """Switch every camera on, announce them and write the inventory."""
        for unit in self.units:
            unit.power_on()
        if self._options.discovery:
            self._discovery = self._open_discovery()
        self._alarms.start()
        if self._options.inventory is not None:
            document = inventory(self._scenario.seed, self.cameras)
            write_inventory(self._options.inventory, document)

    def stop(self) -> Later[None]:
        """Take the cameras off the network; the result is there when the last Bye was sent."""
        self._alarms.stop()
        gone = self._discovery.bye() if self._discovery else Later.of(None)
        for unit in self.units:
            unit.power_off()
        return gone

    def summary(self) -> str:
        """Return one line on what runs."""
        count = len(self.units)
        live = sum(unit.plan.spec.live_at_rest for unit in self.units)
        return (
            f"{count} camera{'s' * (count != 1)} in world {self._scenario.world!r}, seed "
            f"{self._scenario.seed}; {live} render for themselves, {count - live} share loops; "
            f"discovery {'on' if self._discovery else 'off'}; Ctrl-C ends"
        )

    def serve(self, camera: Camera, bound: Bound) -> CameraServer:
        """Begin to listen for a camera."""
        numbers = seeds.generator(self._scenario.seed, camera.name, "rtsp")
        return CameraServer(self._reactor, camera, REGISTRY, numbers, bound.http, bound.rtsp)

    def arrived(self, unit: Unit) -> None:
        """Say Hello for a camera."""
        if self._discovery is not None:
            self._discovery.hello([unit])

    def left(self, unit: Unit) -> None:
        """Say Bye for a camera."""
        if self._discovery is not None:
            self._discovery.bye([unit])

    def _install(self, specs: Sequence[CameraSpec], world: World) -> list[Unit]:
        seed, now = self._scenario.seed, self._clock.seconds()
        start_utc = machine_utc() if self._scenario.start is None else self._scenario.start
        bound = self._bind(len(specs))
        units = []
        for spec, pair in zip(specs, bound, strict=True):
            name, mount = place_of(spec, world)
            plan = blueprint(spec, mount, name, seed, start_utc - now, now)
            memory = Memory(plan.birth, self._state_file(spec))
            units.append(Unit(plan, memory, self._studio, pair, self))
        return units

    def _bind(self, count: int) -> list[Bound]:
        options = self._options
        if options.ips is not None:
            return bind_addresses(options.ips, options.http_port, options.rtsp_port, count)
        return bind_port_range(options.host, options.http_port, options.rtsp_port, count)

    def _state_file(self, spec: CameraSpec) -> Path | None:
        directory = self._options.state_dir
        if directory is None:
            return None
        directory.mkdir(parents=True, exist_ok=True)
        return directory / f"{spec.name}.json"

    def _open_discovery(self) -> DiscoveryResponder:
        hosts = {LOOPBACK: None} | {unit.endpoints.host: None for unit in self.units[:1]}
        responder = DiscoveryResponder(
            self.units,
            self._clock,
            seeds.generator(self._scenario.seed, "discovery"),
            tuple(hosts),
            instance=int(machine_utc()),
        )
        responder.listen(self._reactor)
        responder.hello()
        return responder

    def _watching(self) -> Iterable[tuple[Camera, Eye]]:
        return ((unit.camera, unit.plan.eye) for unit in self.units if unit.camera is not None)


def place_of(spec: CameraSpec, world: World) -> tuple[str, MountSpec]:
    """Return where a camera hangs, and a name for it: a mount's, or the world's."""
    if isinstance(spec.mount, MountSpec):
        return world.name, spec.mount
    names = list(world.mounts)
    name = spec.mount or names[spec.index % len(names)]
    mount = world.mounts[name]
    return name, MountSpec(position=mount.position, pan=mount.pan_deg, tilt=mount.tilt_deg)
