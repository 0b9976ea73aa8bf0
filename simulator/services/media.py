"""Media service version 1: profiles, sources, configurations and URIs (ONVIF Media 5; IEC 6.14)."""

from collections.abc import Mapping
from typing import Any

from simulator.errors import sender
from simulator.services.camera import Camera
from simulator.services.configurations import (
    encoder_instances,
    find_profile,
    find_video_encoder_configuration,
    find_video_source_configuration,
    profile,
    video_encoder_configuration,
    video_source,
    video_source_configuration,
    video_source_options,
)
from simulator.services.encoder_options import encoder_options
from simulator.services.registry import Access, Call, Service
from simulator.services.uris import complete_profile, snapshot_uri, stream_uri

media = Service(
    "media",
    "http://www.onvif.org/ver10/media/wsdl",
    "/onvif/media_service",
    (20, 12),
)

Request = Mapping[str, Any]
Answer = Mapping[str, Any] | None

UNICAST_TRANSPORTS = ("UDP", "TCP", "RTSP")
"""Transports whose stream URI is the RTSP URI; what is sent is settled by RTSP SETUP."""


def capabilities(camera: Camera) -> Mapping[str, Any]:
    """Return ``trt:Capabilities``, read off what is registered here."""
    known = media.operations
    return {
        "@SnapshotUri": "GetSnapshotUri" in known,
        "@Rotation": False,
        "@VideoSourceMode": "GetVideoSourceModes" in known,
        "@OSD": "GetOSDs" in known,
        "ProfileCapabilities": {"@MaximumNumberOfProfiles": maximum_profiles(camera)},
        "StreamingCapabilities": {
            "@RTPMulticast": "StartMulticastStreaming" in known,
            "@RTP_TCP": False,
            "@RTP_RTSP_TCP": True,
            "@NonAggregateControl": False,
        },
    }


def maximum_profiles(camera: Camera) -> int:
    """Return how many profiles there can be: those that there are, as nobody can create one."""
    return len(camera.store.state.profiles)


@media.operation("GetServiceCapabilities", Access.PRE_AUTH)
def get_service_capabilities(camera: Camera, _request: Request, _call: Call) -> Answer:
    """Media 5.21."""
    return {"Capabilities": capabilities(camera)}


@media.operation("GetVideoSources", Access.READ_MEDIA)
def get_video_sources(camera: Camera, _request: Request, _call: Call) -> Answer:
    """Media 5.3.1."""
    return {"VideoSources": [video_source(one) for one in camera.store.state.video_sources]}


@media.operation("GetProfiles", Access.READ_MEDIA)
def get_profiles(camera: Camera, _request: Request, _call: Call) -> Answer:
    """Media 5.2.2."""
    state = camera.store.state
    return {"Profiles": [profile(one, state) for one in state.profiles]}


@media.operation("GetProfile", Access.READ_MEDIA)
def get_profile(camera: Camera, request: Request, _call: Call) -> Answer:
    """Media 5.2.3."""
    one = find_profile(camera, request["ProfileToken"])
    return {"Profile": profile(one, camera.store.state)}


@media.operation("GetVideoSourceConfigurations", Access.READ_MEDIA)
def get_video_source_configurations(camera: Camera, _request: Request, _call: Call) -> Answer:
    """Media 5.4.1."""
    return _video_source_configurations(camera)


@media.operation("GetVideoSourceConfiguration", Access.READ_MEDIA)
def get_video_source_configuration(camera: Camera, request: Request, _call: Call) -> Answer:
    """Media 5.4.2."""
    one = find_video_source_configuration(camera, request["ConfigurationToken"])
    return {"Configuration": video_source_configuration(one, camera.store.state)}


@media.operation("GetCompatibleVideoSourceConfigurations", Access.READ_MEDIA)
def get_compatible_video_source_configurations(
    camera: Camera, request: Request, _call: Call
) -> Answer:
    """Media 5.4.3: every window can go into every profile."""
    find_profile(camera, request["ProfileToken"])
    return _video_source_configurations(camera)


@media.operation("GetVideoSourceConfigurationOptions", Access.READ_MEDIA)
def get_video_source_configuration_options(camera: Camera, request: Request, _call: Call) -> Answer:
    """Media 5.4.4."""
    check_profile(camera, request)
    configurations = camera.store.state.video_source_configurations
    token = request.get("ConfigurationToken", configurations[0].token)
    return {"Options": video_source_options(find_video_source_configuration(camera, token))}


@media.operation("GetVideoEncoderConfigurations", Access.READ_MEDIA)
def get_video_encoder_configurations(camera: Camera, _request: Request, _call: Call) -> Answer:
    """Media 5.5.1."""
    return _video_encoder_configurations(camera)


@media.operation("GetVideoEncoderConfiguration", Access.READ_MEDIA)
def get_video_encoder_configuration(camera: Camera, request: Request, _call: Call) -> Answer:
    """Media 5.5.2."""
    one = find_video_encoder_configuration(camera, request["ConfigurationToken"])
    return {"Configuration": video_encoder_configuration(one, camera.store.state)}


@media.operation("GetCompatibleVideoEncoderConfigurations", Access.READ_MEDIA)
def get_compatible_video_encoder_configurations(
    camera: Camera, request: Request, _call: Call
) -> Answer:
    """Media 5.5.3: every encoder can go into every profile."""
    find_profile(camera, request["ProfileToken"])
    return _video_encoder_configurations(camera)


@media.operation("GetVideoEncoderConfigurationOptions", Access.READ_MEDIA)
def get_video_encoder_configuration_options(
    camera: Camera, request: Request, _call: Call
) -> Answer:
    """Media 5.5.4: of one configuration, or of all that could go into a profile."""
    check_profile(camera, request)
    encoders = camera.store.state.video_encoder_configurations
    token = request.get("ConfigurationToken")
    if token is not None:
        encoders = (find_video_encoder_configuration(camera, token),)
    return {"Options": encoder_options(encoders)}


@media.operation("GetGuaranteedNumberOfVideoEncoderInstances", Access.READ_MEDIA)
def get_guaranteed_number_of_video_encoder_instances(
    camera: Camera, request: Request, _call: Call
) -> Answer:
    """Media 5.5.6."""
    find_video_source_configuration(camera, request["ConfigurationToken"])
    instances = encoder_instances(camera.store.state)
    return {"TotalNumber": sum(instances.values()), **instances}


@media.operation("GetStreamUri", Access.READ_MEDIA)
def get_stream_uri(camera: Camera, request: Request, call: Call) -> Answer:
    """Media 5.15.1."""
    one = complete_profile(camera, request["ProfileToken"])
    setup = request["StreamSetup"]
    stream, transport = setup["Stream"], setup["Transport"]["Protocol"]
    if stream != "RTP-Unicast" or transport not in UNICAST_TRANSPORTS:
        reason = f"there is no {stream} stream over {transport}"
        raise sender("InvalidArgVal", "InvalidStreamSetup", reason=reason)
    return {"MediaUri": _media_uri(stream_uri(camera, call.base_url, one))}


@media.operation("GetSnapshotUri", Access.READ_MEDIA)
def get_snapshot_uri(camera: Camera, request: Request, call: Call) -> Answer:
    """Media 5.16.1."""
    one = complete_profile(camera, request["ProfileToken"])
    return {"MediaUri": _media_uri(snapshot_uri(call.base_url, one))}


@media.operation("SetSynchronizationPoint", Access.ACTUATE)
def set_synchronization_point(camera: Camera, request: Request, _call: Call) -> Answer:
    """Media 5.18.1: a key frame as soon as possible."""
    one = find_profile(camera, request["ProfileToken"])
    camera.streams.request_key(one.token)
    return None


def check_profile(camera: Camera, request: Request) -> None:
    """Refuse a request whose optional ProfileToken names no profile.

    Raises:
        Fault: NoProfile.
    """
    if "ProfileToken" in request:
        find_profile(camera, request["ProfileToken"])


def _video_source_configurations(camera: Camera) -> Answer:
    state = camera.store.state
    configurations = state.video_source_configurations
    return {"Configurations": [video_source_configuration(one, state) for one in configurations]}


def _video_encoder_configurations(camera: Camera) -> Answer:
    state = camera.store.state
    configurations = state.video_encoder_configurations
    return {"Configurations": [video_encoder_configuration(one, state) for one in configurations]}


def _media_uri(uri: str) -> Mapping[str, Any]:
    """Return ``tt:MediaUri`` of a URI that stays valid."""
    return {
        "Uri": uri,
        "InvalidAfterConnect": False,
        "InvalidAfterReboot": False,
        "Timeout": 0.0,
    }
