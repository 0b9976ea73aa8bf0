"""The URIs of streams and snapshots, the same from Media 1 and Media 2."""

from urllib.parse import quote, urlsplit

from simulator.device.state import Profile
from simulator.errors import receiver
from simulator.services.camera import Camera
from simulator.services.configurations import find_profile


def complete_profile(camera: Camera, token: str) -> Profile:
    """Return the profile with that token if it makes a stream.

    Raises:
        Fault: NoProfile, or IncompleteConfiguration if it lacks a source or an encoder.
    """
    profile = find_profile(camera, token)
    if not (profile.video_source and profile.video_encoder):
        reason = f"{token!r} lacks a video source or a video encoder"
        raise receiver("Action", "IncompleteConfiguration", reason=reason)
    return profile


def stream_uri(camera: Camera, base_url: str, profile: Profile) -> str:
    """Return the RTSP URI of a profile, on the host that the client used for SOAP."""
    host = urlsplit(base_url).hostname or camera.endpoints.host
    if ":" in host:
        host = f"[{host}]"
    return f"rtsp://{host}:{camera.endpoints.rtsp_port}/{quote(profile.token)}"


def snapshot_uri(base_url: str, profile: Profile) -> str:
    """Return the HTTP URI of a profile's snapshots; it stays valid for good."""
    return f"{base_url}/snapshot/{quote(profile.token)}"
