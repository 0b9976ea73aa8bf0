"""Media service version 2: profiles, configurations and URIs (ONVIF Media 2; IEC 62676-2-31 6)."""

from collections.abc import Mapping
from typing import Any

from simulator.errors import sender
from simulator.services.camera import Camera
from simulator.services.configurations import (
    encoder_instances,
    find_profile,
    find_video_encoder_configuration,
    find_video_source_configuration,
    media_profile,
    video_encoder_2_configuration,
    video_source_configuration,
    video_source_options,
)
from simulator.services.encoder_options import encoder_2_options
from simulator.services.media import check_profile, maximum_profiles
from simulator.services.registry import Access, Call, Service
from simulator.services.uris import complete_profile, snapshot_uri, stream_uri


def _has_media2(camera: Camera) -> bool:
    return camera.model.services.media2


media2 = Service(
    "media2",
    "http://www.onvif.org/ver20/media/wsdl",
    "/onvif/media2_service",
    (20, 12),
    when=_has_media2,
)

Request = Mapping[str, Any]
Answer = Mapping[str, Any] | None

PROTOCOLS = ("RtspUnicast", "RTSP")
"""RTP over UDP and RTP within the RTSP connection; both have the same URI."""


def capabilities(camera: Camera) -> Mapping[str, Any]:
    """Return ``tr2:Capabilities``, read off what is registered here."""
    known = media2.operations
    kinds = ["VideoSource", "VideoEncoder", *(["PTZ"] if camera.ptz else [])]
    return {
        "@SnapshotUri": "GetSnapshotUri" in known,
        "@Rotation": False,
        "@VideoSourceMode": "GetVideoSourceModes" in known,
        "@OSD": "GetOSDs" in known,
        "@Mask": "GetMasks" in known,
        "ProfileCapabilities": {
            "@MaximumNumberOfProfiles": maximum_profiles(camera),
            "@ConfigurationsSupported": kinds,
        },
        "StreamingCapabilities": {
            "@RTSPStreaming": True,
            "@RTPMulticast": "StartMulticastStreaming" in known,
            "@RTP_RTSP_TCP": True,
            "@NonAggregateControl": False,
            "@AutoStartMulticast": False,
        },
    }


@media2.operation("GetServiceCapabilities", Access.PRE_AUTH)
def get_service_capabilities(camera: Camera, _request: Request, _call: Call) -> Answer:
    """Media 2 5.15."""
    return {"Capabilities": capabilities(camera)}


@media2.operation("GetProfiles", Access.READ_MEDIA)
def get_profiles(camera: Camera, request: Request, _call: Call) -> Answer:
    """Media 2 5.1.2: configurations only of the types that the client names."""
    state = camera.store.state
    profiles = state.profiles
    if "Token" in request:
        profiles = (find_profile(camera, request["Token"]),)
    types = frozenset(request.get("Type", ()))
    return {"Profiles": [media_profile(one, state, types) for one in profiles]}


@media2.operation("GetVideoSourceConfigurations", Access.READ_MEDIA)
def get_video_source_configurations(camera: Camera, request: Request, _call: Call) -> Answer:
    """Media 2 5.3.2: one by its token, or all; every window can go into every profile."""
    check_profile(camera, request)
    state = camera.store.state
    configurations = state.video_source_configurations
    if "ConfigurationToken" in request:
        one = find_video_source_configuration(camera, request["ConfigurationToken"])
        configurations = (one,)
    return {"Configurations": [video_source_configuration(one, state) for one in configurations]}


@media2.operation("GetVideoSourceConfigurationOptions", Access.READ_MEDIA)
def get_video_source_configuration_options(camera: Camera, request: Request, _call: Call) -> Answer:
    """Media 2 5.3.4."""
    check_profile(camera, request)
    configurations = camera.store.state.video_source_configurations
    token = request.get("ConfigurationToken", configurations[0].token)
    return {"Options": video_source_options(find_video_source_configuration(camera, token))}


@media2.operation("GetVideoEncoderConfigurations", Access.READ_MEDIA)
def get_video_encoder_configurations(camera: Camera, request: Request, _call: Call) -> Answer:
    """Media 2 5.3.2: one by its token, or all; every encoder can go into every profile."""
    check_profile(camera, request)
    state = camera.store.state
    encoders = state.video_encoder_configurations
    if "ConfigurationToken" in request:
        encoders = (find_video_encoder_configuration(camera, request["ConfigurationToken"]),)
    return {"Configurations": [video_encoder_2_configuration(one, state) for one in encoders]}


@media2.operation("GetVideoEncoderConfigurationOptions", Access.READ_MEDIA)
def get_video_encoder_configuration_options(
    camera: Camera, request: Request, _call: Call
) -> Answer:
    """Media 2 5.3.4: one element for each encoding."""
    check_profile(camera, request)
    encoders = camera.store.state.video_encoder_configurations
    if "ConfigurationToken" in request:
        encoders = (find_video_encoder_configuration(camera, request["ConfigurationToken"]),)
    return {"Options": encoder_2_options(encoders)}


@media2.operation("GetVideoEncoderInstances", Access.READ_MEDIA)
def get_video_encoder_instances(camera: Camera, request: Request, _call: Call) -> Answer:
    """Media 2 5.3.5."""
    find_video_source_configuration(camera, request["ConfigurationToken"])
    instances = encoder_instances(camera.store.state)
    codecs = [{"Encoding": name, "Number": number} for name, number in instances.items()]
    return {"Info": {"Codec": codecs, "Total": sum(instances.values())}}


@media2.operation("GetStreamUri", Access.READ_MEDIA)
def get_stream_uri(camera: Camera, request: Request, call: Call) -> Answer:
    """Media 2 5.4.1."""
    one = complete_profile(camera, request["ProfileToken"])
    if request["Protocol"] not in PROTOCOLS:
        reason = f"there is no stream over {request['Protocol']!r}"
        raise sender("InvalidArgVal", "InvalidStreamSetup", reason=reason)
    return {"Uri": stream_uri(camera, call.base_url, one)}


@media2.operation("GetSnapshotUri", Access.READ_MEDIA)
def get_snapshot_uri(camera: Camera, request: Request, call: Call) -> Answer:
    """Media 2 5.5.1."""
    one = complete_profile(camera, request["ProfileToken"])
    return {"Uri": snapshot_uri(call.base_url, one)}


@media2.operation("SetSynchronizationPoint", Access.ACTUATE)
def set_synchronization_point(camera: Camera, request: Request, _call: Call) -> Answer:
    """Media 2 5.7.1: a key frame as soon as possible."""
    one = find_profile(camera, request["ProfileToken"])
    camera.streams.request_key(one.token)
    return None
