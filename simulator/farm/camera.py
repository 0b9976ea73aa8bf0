"""Assembles one camera from what the scenario says and what the farm shares."""

import datetime
from collections.abc import Callable

import attrs

from simulator import seeds
from simulator.clock import CameraClock
from simulator.config.model import CameraSpec, MountSpec
from simulator.device.birth import PTZ_CONFIGURATION_TOKEN, birth_state
from simulator.device.login import Login
from simulator.device.state import DeviceState, VideoEncoderConfiguration, by_token
from simulator.device.store import Store
from simulator.events.broker import Broker
from simulator.events.changes import report_changes
from simulator.events.presets import PresetWatch
from simulator.events.subscriptions import PullPoints
from simulator.events.topics import camera_topics
from simulator.farm.eye import Eye
from simulator.mechanics.ptz import Ptz, PtzPose
from simulator.media.format import StreamFormat
from simulator.media.stream import Shot, Stream, Studio
from simulator.media.streams import Streams
from simulator.scene.overlay import Overlay
from simulator.services.camera import Camera, Endpoints


@attrs.frozen
class Blueprint:
    """What a camera is made from, each time that it is switched on.

    Attributes:
        spec: what the scenario says of it.
        mount: where it hangs.
        seed: of the scenario.
        start_utc: UTC of the world's clock at scenario time zero, Unix seconds.
        uuid: its endpoint reference.
        birth: how it left the factory.
        ptz: its mechanics, which stay where they are while it is off.
        clock: its own clock, which goes on.
    """

    spec: CameraSpec
    mount: MountSpec
    seed: int
    start_utc: float
    uuid: str
    birth: DeviceState
    ptz: Ptz | None
    clock: CameraClock

    @property
    def eye(self) -> Eye:
        """Where it looks."""
        return Eye(self.mount, self.spec.model.lens, self.ptz)


def blueprint(
    spec: CameraSpec,
    mount: MountSpec,
    location: str,
    seed: int,
    start_utc: float,
    now: float,
) -> Blueprint:
    """Plan a camera that stands still at its home position.

    Args:
        spec: what the scenario says of it.
        mount: where it hangs.
        location: a name for that, for its location scope.
        seed: of the scenario.
        start_utc: UTC at scenario time zero, Unix seconds.
        now: scenario time.
    """
    uuid = seeds.stable_uuid(seed, spec.name, "uuid")
    birth = birth_state(spec, uuid, mount.tilt, location)
    clock = CameraClock(start_utc, spec.clock.skew, spec.clock.drift)
    ptz = None
    if spec.model.ptz is not None:
        ptz = Ptz(spec.model.ptz, now, _start_pose(birth))
    return Blueprint(spec, mount, seed, start_utc, uuid, birth, ptz, clock)


def build_camera(
    plan: Blueprint,
    store: Store,
    studio: Studio,
    endpoints: Endpoints,
    request_reboot: Callable[[], None],
) -> Camera:
    """Return the camera as it is after switching on: nobody is logged in, nothing is subscribed.

    Args:
        plan: what it is made from.
        store: its memory; nobody else observes it but who saves it.
        studio: what the farm's streams share.
        endpoints: where it will listen.
        request_reboot: see ``Camera``.
    """
    spec, clock, ptz = plan.spec, plan.clock, plan.ptz
    if ptz is not None:
        ptz.on_change.clear()

    def utc() -> float:
        return clock.utc(studio.clock.seconds())

    broker = Broker(camera_topics(ptz is not None))
    report_changes(store, broker, utc)
    presets = None
    if ptz is not None:
        presets = PresetWatch(studio.clock, clock.utc, broker, ptz, PTZ_CONFIGURATION_TOKEN)
    return Camera(
        spec=spec,
        model=spec.model,
        uuid=plan.uuid,
        scheduler=studio.clock,
        clock=clock,
        store=store,
        login=Login(store, clock, seeds.generator(plan.seed, spec.name, "nonces"), spec.model.auth),
        broker=broker,
        pull_points=PullPoints(
            studio.clock,
            clock.utc,
            broker,
            seeds.generator(plan.seed, spec.name, "subscriptions"),
            spec.model.limits.pull_points,
        ),
        streams=_streams(plan, store, studio),
        ptz=ptz,
        presets=presets,
        endpoints=endpoints,
        request_reboot=request_reboot,
    )


def _start_pose(state: DeviceState) -> PtzPose | None:
    home = state.home
    return PtzPose(home.pan_deg, home.tilt_deg, home.focal_mm) if home else None


def _overlay(spec: CameraSpec, utc: float) -> Overlay | None:
    """Return the text in the picture of a camera whose clock shows ``utc``; None for no text.

    A camera that shows a shared loop at rest has none while it moves either: text that comes and
    goes with every move would look like a fault.
    """
    shown = spec.overlay
    if not spec.live_at_rest or not (shown.name or shown.clock):
        return None
    clock = datetime.datetime.fromtimestamp(utc, datetime.UTC)
    return Overlay(
        name=spec.name if shown.name else "",
        clock=f"{clock:%Y-%m-%d %H:%M:%S}" if shown.clock else "",
    )


def _streams(plan: Blueprint, store: Store, studio: Studio) -> Streams:
    spec, eye = plan.spec, plan.eye

    def overlay(t: float) -> Overlay | None:
        return _overlay(spec, plan.clock.utc(t))

    shot = Shot(eye.view, eye.moving, overlay)
    streams = {
        encoder.token: Stream(
            f"{spec.name}/{encoder.token}",
            stream_format(encoder),
            shot,
            studio,
            rendering=spec.rendering,
            live_at_rest=spec.live_at_rest,
            phase=seeds.generator(plan.seed, spec.name, encoder.token, "phase").random(),
        )
        for encoder in store.state.video_encoder_configurations
    }

    def encoder_of(profile_token: str) -> str | None:
        profile = by_token(store.state.profiles, profile_token)
        return profile.video_encoder if profile else None

    return Streams(streams, encoder_of, shot, studio)


def stream_format(encoder: VideoEncoderConfiguration) -> StreamFormat:
    """Return how a stream is encoded under a video encoder configuration."""
    return StreamFormat(
        encoding=encoder.encoding,
        width=encoder.width,
        height=encoder.height,
        fps=encoder.fps,
        bitrate_bps=encoder.bitrate_kbps * 1000,
        gov_length=encoder.gov_length,
        profile=encoder.profile or "Main",
        quality=round(encoder.quality),
    )
