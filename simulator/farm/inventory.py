"""The inventory: what a test script needs to find every camera, as one JSON document."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs

from simulator.device.state import DeviceState, Profile, by_token
from simulator.services.camera import Camera

VERSION = 1


def inventory(seed: int, cameras: Iterable[Camera]) -> dict[str, Any]:
    """Return the document for a farm whose cameras all listen."""
    return {
        "version": VERSION,
        "seed": seed,
        "control_url": None,
        "cameras": [_camera(camera) for camera in cameras],
    }


def write_inventory(path: Path, document: dict[str, Any]) -> None:
    """Write the document so that a reader sees all of it or none."""
    draft = path.with_name(path.name + ".new")
    draft.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


def _camera(camera: Camera) -> dict[str, Any]:
    state, spec = camera.store.state, camera.spec
    return {
        "name": camera.name,
        "model": camera.model.name,
        "uuid": camera.uuid,
        **attrs.asdict(camera.endpoints),
        "xaddr": camera.endpoints.device_xaddr,
        "username": spec.username,
        "password": spec.password,
        "profiles": [_profile(camera, state, profile) for profile in state.profiles],
    }


def _profile(camera: Camera, state: DeviceState, profile: Profile) -> dict[str, Any]:
    encoder = by_token(state.video_encoder_configurations, profile.video_encoder)
    where = camera.endpoints
    coded = (
        {}
        if encoder is None
        else {
            "encoding": encoder.encoding,
            "width": encoder.width,
            "height": encoder.height,
            "fps": encoder.fps,
        }
    )
    return {
        "token": profile.token,
        "name": profile.name,
        **coded,
        "rtsp_url": f"rtsp://{where.host}:{where.rtsp_port}/{profile.token}",
        "snapshot_url": f"http://{where.host}:{where.http_port}/snapshot/{profile.token}",
    }
