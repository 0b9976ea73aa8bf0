import attrs
import pytest

from simulator.config.catalog import camera_model


def no_source(rig, token):
    """Take the video source away from a profile."""
    profiles = tuple(
        attrs.evolve(one, video_source=None) if one.token == token else one
        for one in rig.state.profiles
    )
    rig.store.commit(attrs.evolve(rig.state, profiles=profiles), "test")


@pytest.fixture
def mixed(make_rig):
    """A camera with an H.264 and a JPEG stream."""
    model = camera_model("bullet")
    sub = model.streams.sub.model_copy(update={"codec": "jpeg", "size": (640, 360)})
    streams = {"main": model.streams.main, "sub": sub}
    return make_rig("bullet", streams=streams)


def test_profiles_are_the_same_in_both_services(rig):
    old = {one["@token"]: one for one in rig.ask("media", "GetProfiles")["Profiles"]}
    new = rig.ask("media2", "GetProfiles", {"Type": ["All"]})["Profiles"]
    assert [one["@token"] for one in new] == list(old) == ["profile_main", "profile_sub"]
    for one in new:
        other, parts = old[one["@token"]], one["Configurations"]
        assert (one["Name"], one["@fixed"]) == (other["Name"], other["@fixed"])
        assert parts["VideoSource"] == other["VideoSourceConfiguration"]
        assert parts["PTZ"] == other["PTZConfiguration"]
        first, second = parts["VideoEncoder"], other["VideoEncoderConfiguration"]
        for key in ("@token", "Name", "UseCount", "Encoding", "Resolution", "Quality"):
            assert first[key] == second[key]
        assert first["@GovLength"] == second["H264"]["GovLength"]
        assert first["@Profile"] == second["H264"]["H264Profile"]
        rates = second["RateControl"]
        assert first["RateControl"]["FrameRateLimit"] == rates["FrameRateLimit"]
        assert first["RateControl"]["BitrateLimit"] == rates["BitrateLimit"]


def test_media2_gives_only_the_types_asked_for(rig):
    def parts(*types):
        answer = rig.ask("media2", "GetProfiles", {"Token": "profile_sub", "Type": list(types)})
        [profile] = answer["Profiles"]
        return set(profile.get("Configurations", ()))

    assert parts() == set()
    assert parts("VideoEncoder") == {"VideoEncoder"}
    assert parts("VideoSource", "PTZ") == {"VideoSource", "PTZ"}
    assert parts("AudioEncoder") == set()
    assert parts("All") == {"VideoSource", "VideoEncoder", "PTZ"}


def test_the_encoder_is_what_the_scenario_says(mixed):
    main, sub = mixed.ask("media2", "GetVideoEncoderConfigurations")["Configurations"]
    spec = mixed.spec.streams["main"]
    assert main["Encoding"] == "H264"
    assert main["Resolution"] == {"Width": spec.width, "Height": spec.height}
    assert main["RateControl"] == {"FrameRateLimit": spec.fps, "BitrateLimit": spec.bitrate // 1000}
    assert sub["Encoding"] == "JPEG"
    assert "@GovLength" not in sub
    assert "@Profile" not in sub
    old = mixed.ask("media", "GetVideoEncoderConfiguration", {"ConfigurationToken": "encoder_sub"})
    assert "H264" not in old["Configuration"]


def test_use_counts(rig):
    [source] = rig.ask("media", "GetVideoSourceConfigurations")["Configurations"]
    assert source["UseCount"] == 2
    encoders = rig.ask("media", "GetVideoEncoderConfigurations")["Configurations"]
    assert [one["UseCount"] for one in encoders] == [1, 1]


def test_configurations_refer_to_things_that_exist(rig):
    sources = [one["@token"] for one in rig.ask("media", "GetVideoSources")["VideoSources"]]
    [window] = rig.ask("media2", "GetVideoSourceConfigurations")["Configurations"]
    assert window["SourceToken"] in sources
    nodes = [one["@token"] for one in rig.ask("ptz", "GetNodes")["PTZNode"]]
    [ptz] = rig.ask("ptz", "GetConfigurations")["PTZConfiguration"]
    assert ptz["NodeToken"] in nodes


@pytest.mark.parametrize("name", ["VideoSource", "VideoEncoder"])
def test_configurations_by_token_by_profile_and_all(rig, name):
    operation = f"Get{name}Configurations"
    everything = rig.ask("media2", operation)["Configurations"]
    for one in everything:
        found = rig.ask("media2", operation, {"ConfigurationToken": one["@token"]})
        assert found["Configurations"] == [one]
    of_profile = rig.ask("media2", operation, {"ProfileToken": "profile_sub"})
    assert of_profile["Configurations"] == everything
    refused = rig.refused("media2", operation, {"ProfileToken": "nope"})
    assert refused == "Sender/InvalidArgVal/NoProfile"
    compatible = rig.ask(
        "media", f"GetCompatible{name}Configurations", {"ProfileToken": "profile_sub"}
    )
    assert [one["@token"] for one in compatible["Configurations"]] == [
        one["@token"] for one in everything
    ]


def test_options_of_an_encoder_are_what_it_is(mixed):
    def fits(configuration, options):
        assert options["Encoding"] == configuration["Encoding"]
        assert configuration["Resolution"] in options["ResolutionsAvailable"]
        assert configuration["RateControl"]["FrameRateLimit"] in options["@FrameRatesSupported"]
        bitrate = configuration["RateControl"]["BitrateLimit"]
        assert options["BitrateRange"]["Min"] <= bitrate <= options["BitrateRange"]["Max"]
        if configuration["Encoding"] == "H264":
            assert configuration["@Profile"] in options["@ProfilesSupported"]
            low, high = options["@GovLengthRange"]
            assert low <= configuration["@GovLength"] <= high

    for one in mixed.ask("media2", "GetVideoEncoderConfigurations")["Configurations"]:
        token = {"ConfigurationToken": one["@token"]}
        [options] = mixed.ask("media2", "GetVideoEncoderConfigurationOptions", token)["Options"]
        fits(one, options)
    both = mixed.ask("media2", "GetVideoEncoderConfigurationOptions")["Options"]
    assert [one["Encoding"] for one in both] == ["H264", "JPEG"]
    old = mixed.ask("media", "GetVideoEncoderConfigurationOptions")["Options"]
    assert {"JPEG", "H264"} <= set(old)
    assert set(old["Extension"]) == {"JPEG", "H264"}


def test_guaranteed_instances(mixed):
    token = {"ConfigurationToken": "vsc_1"}
    info = mixed.ask("media2", "GetVideoEncoderInstances", token)["Info"]
    assert info["Total"] == 2
    assert {one["Encoding"]: one["Number"] for one in info["Codec"]} == {"H264": 1, "JPEG": 1}
    old = mixed.ask("media", "GetGuaranteedNumberOfVideoEncoderInstances", token)
    assert old == {"TotalNumber": 2, "JPEG": 1, "H264": 1}


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1"),
        ("http://camera.lan", "camera.lan"),
        ("http://[fd00::7]:80", "[fd00::7]"),
    ],
)
def test_stream_uris_are_on_the_host_that_the_client_used(rig, base_url, host):
    setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "UDP"}}
    for profile in ("profile_main", "profile_sub"):
        token = {"ProfileToken": profile}
        uri = f"rtsp://{host}:8554/{profile}"
        old = rig.ask("media", "GetStreamUri", {**token, "StreamSetup": setup}, base_url=base_url)
        assert old["MediaUri"]["Uri"] == uri
        assert old["MediaUri"]["InvalidAfterReboot"] is False
        new = rig.ask("media2", "GetStreamUri", {**token, "Protocol": "RTSP"}, base_url=base_url)
        assert new == {"Uri": uri}
        snapshot = f"{base_url}/snapshot/{profile}"
        old = rig.ask("media", "GetSnapshotUri", token, base_url=base_url)
        assert old["MediaUri"]["Uri"] == snapshot
        assert rig.ask("media2", "GetSnapshotUri", token, base_url=base_url) == {"Uri": snapshot}


@pytest.mark.parametrize("protocol", ["RtspMulticast", "RtspOverHttp", "RtspsUnicast", "x"])
def test_protocols_that_are_not_there(rig, protocol):
    request = {"ProfileToken": "profile_main", "Protocol": protocol}
    refused = rig.refused("media2", "GetStreamUri", request)
    assert refused == "Sender/InvalidArgVal/InvalidStreamSetup"


def test_a_profile_without_source_has_no_stream(rig):
    no_source(rig, "profile_sub")
    token = {"ProfileToken": "profile_sub"}
    incomplete = "Receiver/Action/IncompleteConfiguration"
    assert rig.refused("media2", "GetStreamUri", {**token, "Protocol": "RTSP"}) == incomplete
    assert rig.refused("media", "GetSnapshotUri", token) == incomplete
    profile = rig.ask("media", "GetProfile", token)["Profile"]
    assert "VideoSourceConfiguration" not in profile


@pytest.mark.parametrize("service", ["media", "media2"])
def test_a_synchronization_point_asks_the_stream_for_a_key_frame(rig, service, monkeypatch):
    asked = []
    monkeypatch.setattr(
        rig.camera.streams.by_encoder["encoder_sub"], "request_key", lambda: asked.append("sub")
    )
    monkeypatch.setattr(
        rig.camera.streams.by_encoder["encoder_main"], "request_key", lambda: asked.append("main")
    )
    rig.ask(service, "SetSynchronizationPoint", {"ProfileToken": "profile_sub"})
    assert asked == ["sub"]


def test_capabilities_say_what_is_there(rig, bullet):
    new = rig.ask("media2", "GetServiceCapabilities")["Capabilities"]
    assert new["@SnapshotUri"] is True
    assert new["@OSD"] is False
    assert new["ProfileCapabilities"]["@ConfigurationsSupported"] == [
        "VideoSource",
        "VideoEncoder",
        "PTZ",
    ]
    assert new["StreamingCapabilities"]["@RTPMulticast"] is False
    fixed = bullet.ask("media2", "GetServiceCapabilities")["Capabilities"]
    assert "PTZ" not in fixed["ProfileCapabilities"]["@ConfigurationsSupported"]
