"""Whatever valid requests a client sends, every answer afterwards is valid and they agree."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.device.persistence import StateFile
from simulator.errors import Fault

NAMES = st.sampled_from(["a", "b", "Zoë", "x y", "<&>", "n" * 70])
PROFILES = st.sampled_from(["profile_main", "profile_sub"])
PRESETS = st.sampled_from(["preset_1", "preset_2", "preset_9"])
UNIT = st.floats(-1.0, 1.0, allow_nan=False, width=32)
LEVELS = st.sampled_from(["Administrator", "Operator", "User"])
SCOPES = st.lists(
    st.sampled_from(["name/a", "name/b", "location/c", "type/ptz"]).map(
        "onvif://www.onvif.org/".__add__
    ),
    min_size=1,
    max_size=3,
)
HOSTS = st.lists(
    st.sampled_from(
        [
            {"Type": "IPv4", "IPv4Address": "10.1.2.3"},
            {"Type": "IPv6", "IPv6Address": "fd00::1"},
            {"Type": "DNS", "DNSname": "time.lan"},
        ]
    ),
    max_size=3,
)
USERS = st.lists(
    st.fixed_dictionaries({"Username": NAMES, "Password": NAMES, "UserLevel": LEVELS}),
    min_size=1,
    max_size=3,
)
VECTOR = st.fixed_dictionaries(
    {},
    optional={
        "PanTilt": st.fixed_dictionaries({"@x": UNIT, "@y": UNIT}),
        "Zoom": st.fixed_dictionaries({"@x": UNIT}),
    },
)


def request(service, name, **parts):
    return st.tuples(st.just(service), st.just(name), st.fixed_dictionaries(parts))


REQUESTS = st.one_of(
    request("device", "CreateUsers", User=USERS),
    request("device", "SetUser", User=USERS),
    request("device", "DeleteUsers", Username=st.lists(NAMES, min_size=1, max_size=2)),
    request("device", "SetScopes", Scopes=SCOPES),
    request("device", "AddScopes", ScopeItem=SCOPES),
    request("device", "RemoveScopes", ScopeItem=SCOPES),
    request("device", "SetHostname", Name=NAMES),
    request("device", "SetNTP", FromDHCP=st.booleans(), NTPManual=HOSTS),
    request(
        "device",
        "SetSystemDateAndTime",
        DateTimeType=st.just("NTP"),
        DaylightSavings=st.booleans(),
        TimeZone=st.just({"TZ": "CET-1CEST,M3.5.0,M10.5.0/3"}),
    ),
    request("device", "SetSystemFactoryDefault", FactoryDefault=st.sampled_from(["Soft", "Hard"])),
    request("ptz", "AbsoluteMove", ProfileToken=PROFILES, Position=VECTOR),
    request("ptz", "RelativeMove", ProfileToken=PROFILES, Translation=VECTOR),
    request("ptz", "ContinuousMove", ProfileToken=PROFILES, Velocity=VECTOR),
    request("ptz", "Stop", ProfileToken=PROFILES),
    request("ptz", "SetPreset", ProfileToken=PROFILES, PresetName=NAMES),
    request("ptz", "SetPreset", ProfileToken=PROFILES, PresetToken=PRESETS),
    request("ptz", "GotoPreset", ProfileToken=PROFILES, PresetToken=PRESETS),
    request("ptz", "RemovePreset", ProfileToken=PROFILES, PresetToken=PRESETS),
    request("ptz", "SetHomePosition", ProfileToken=PROFILES),
    request("ptz", "GotoHomePosition", ProfileToken=PROFILES),
)
STEPS = st.lists(st.tuples(REQUESTS, st.sampled_from([0.0, 0.2, 8.0])), max_size=12)
STATUS = {"ProfileToken": "profile_sub"}
READS = {
    "device": {
        "GetServices": {"IncludeCapability": True},
        **dict.fromkeys(
            (
                "GetCapabilities",
                "GetUsers",
                "GetScopes",
                "GetDiscoveryMode",
                "GetHostname",
                "GetDNS",
            ),
        ),
        **dict.fromkeys(("GetNTP", "GetSystemDateAndTime", "GetDeviceInformation")),
    },
    "media": dict.fromkeys(("GetProfiles", "GetVideoEncoderConfigurations")),
    "media2": {"GetProfiles": {"Type": ["All"]}},
    "events": {"GetEventProperties": None},
    "ptz": {
        "GetStatus": STATUS,
        "GetPresets": STATUS,
        **dict.fromkeys(("GetNodes", "GetConfigurations")),
    },
}


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(STEPS)
def test_any_sequence_of_requests(make_rig, tmp_path, steps):
    rig = make_rig()
    file = StateFile(tmp_path / "state.json")
    file.follow(rig.store)
    path = subscription(rig)
    for (service, name, parts), wait in steps:
        try:
            rig.ask(service, name, parts)
        except Fault as fault:
            assert fault.code in ("Sender", "Receiver")
            assert fault.reason
        rig.clock.advance(wait)
    read_everything(rig)
    agree(rig)
    rig.ask("events", "PullMessages", {"Timeout": 0.0, "MessageLimit": 1000}, path=path)
    assert rig.store.revision == 0 or file.load(rig.store.birth) == rig.state


def subscription(rig):
    answer = rig.ask("events", "CreatePullPointSubscription", {"InitialTerminationTime": "PT1H"})
    return answer["SubscriptionReference"]["Address"]["#text"].removeprefix("http://127.0.0.1:8000")


def read_everything(rig):
    for service, reads in READS.items():
        for name, parameters in reads.items():
            rig.ask(service, name, parameters)


def agree(rig):
    users = rig.ask("device", "GetUsers")["User"]
    assert any(user["UserLevel"] == "Administrator" for user in users)
    assert len({user["Username"] for user in users}) == len(users)
    scopes = [scope["ScopeItem"] for scope in rig.ask("device", "GetScopes")["Scopes"]]
    assert len(set(scopes)) == len(scopes)
    assert {scope.item for scope in rig.store.birth.scopes if scope.fixed} <= set(scopes)
    presets = rig.ask("ptz", "GetPresets", STATUS).get("Preset", [])
    assert len({preset["@token"] for preset in presets}) == len(presets)
    for preset in presets:
        position = preset["PTZPosition"]
        assert all(-1.0 <= position["PanTilt"][axis] <= 1.0 for axis in ("@x", "@y"))
        assert 0.0 <= position["Zoom"]["@x"] <= 1.0
    old = rig.ask("media", "GetProfiles")["Profiles"]
    new = rig.ask("media2", "GetProfiles")["Profiles"]
    assert [one["@token"] for one in old] == [one["@token"] for one in new]
