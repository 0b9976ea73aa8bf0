import math

import attrs
import pytest

from simulator.config.catalog import camera_model
from simulator.mechanics.spaces import spaces_of

PT = "http://www.onvif.org/ver10/tptz/PanTiltSpaces/"
ZOOM = "http://www.onvif.org/ver10/tptz/ZoomSpaces/"
DEGREES = f"{PT}SphericalPositionSpaceDegrees"
MM = f"{ZOOM}PositionSpaceMillimeter"
MAIN = {"ProfileToken": "profile_main"}


def status(rig):
    return rig.ask("ptz", "GetStatus", MAIN)["PTZStatus"]


def pan_tilt(rig):
    position = status(rig)["Position"]["PanTilt"]
    return position["@x"], position["@y"]


def rest(rig):
    rig.clock.advance(rig.camera.ptz.settled_at(rig.now) - rig.now + 0.001)


def seconds_of(rig, name, request):
    begun = rig.now
    rig.ask("ptz", name, {**MAIN, **request})
    return rig.camera.ptz.settled_at(rig.now) - begun


def configure(rig, **changes):
    [one] = rig.ask("ptz", "GetConfigurations")["PTZConfiguration"]
    request = {"PTZConfiguration": {**one, **changes}, "ForcePersistence": True}
    rig.ask("ptz", "SetConfiguration", request)


def degrees(x, y):
    return {"PanTilt": {"@x": x, "@y": y, "@space": DEGREES}}


def listen(rig):
    events = []
    rig.camera.broker.subscribe(events.append)
    return events


def told(events):
    return [(event.topic.names[-1], dict(event.data)["PresetName"]) for event in events]


def test_an_absolute_move_arrives_and_answers_before_that(rig):
    rig.ask("ptz", "AbsoluteMove", {**MAIN, "Position": degrees(90.0, -45.0)})
    assert status(rig)["MoveStatus"] == {"PanTilt": "MOVING", "Zoom": "IDLE"}
    rest(rig)
    now = status(rig)
    assert now["MoveStatus"] == {"PanTilt": "IDLE", "Zoom": "IDLE"}
    assert now["UtcTime"] == pytest.approx(rig.utc, abs=1e-3)
    pose = rig.camera.ptz.pose(rig.now)
    assert (pose.pan_deg, pose.tilt_deg) == pytest.approx((90.0, -45.0))


def test_the_position_is_in_the_default_spaces(rig):
    rig.moved_to(pan_deg=90.0, tilt_deg=-35.0, focal_mm=46.2)
    generic = status(rig)["Position"]
    assert generic["PanTilt"]["@space"] == f"{PT}PositionGenericSpace"
    assert (generic["PanTilt"]["@x"], generic["PanTilt"]["@y"]) == pytest.approx((0.5, 0.0))
    assert generic["Zoom"]["@x"] == pytest.approx(0.5)
    configure(
        rig,
        DefaultAbsolutePantTiltPositionSpace=DEGREES,
        DefaultAbsoluteZoomPositionSpace=MM,
    )
    spherical = status(rig)["Position"]
    assert spherical["PanTilt"] == {"@x": pytest.approx(90.0), "@y": -35.0, "@space": DEGREES}
    assert spherical["Zoom"] == {"@x": pytest.approx(46.2), "@space": MM}


def test_a_move_without_space_is_in_the_default_space(rig):
    configure(rig, DefaultAbsolutePantTiltPositionSpace=DEGREES)
    rig.ask("ptz", "AbsoluteMove", {**MAIN, "Position": {"PanTilt": {"@x": 30.0, "@y": -20.0}}})
    rest(rig)
    assert pan_tilt(rig) == pytest.approx((30.0, -20.0))


def test_a_relative_move_adds_and_ends_at_the_border(rig):
    configure(rig, DefaultAbsolutePantTiltPositionSpace=DEGREES)
    rig.moved_to(pan_deg=0.0, tilt_deg=0.0)
    way = {"PanTilt": {"@x": 0.0, "@y": 0.1}}
    rig.ask("ptz", "RelativeMove", {**MAIN, "Translation": way})
    rest(rig)
    assert pan_tilt(rig) == pytest.approx((0.0, 11.0))
    rig.ask("ptz", "RelativeMove", {**MAIN, "Translation": {"PanTilt": {"@x": 0.0, "@y": 0.9}}})
    rest(rig)
    assert pan_tilt(rig)[1] == pytest.approx(20.0)


def test_a_continuous_move_stops_at_its_timeout(rig):
    rig.moved_to(pan_deg=0.0, tilt_deg=-30.0)
    velocity = {"PanTilt": {"@x": 10.0, "@y": 0.0, "@space": f"{PT}VelocitySpaceDegrees"}}
    rig.ask("ptz", "ContinuousMove", {**MAIN, "Velocity": velocity, "Timeout": 3.0})
    rig.clock.advance(5.0)
    assert status(rig)["MoveStatus"]["PanTilt"] == "IDLE"
    assert rig.camera.ptz.pose(rig.now).pan_deg == pytest.approx(30.0, abs=1.0)


def test_the_default_timeout_is_the_configurations(rig):
    configure(rig, DefaultPTZTimeout=2.0)
    rig.ask("ptz", "ContinuousMove", {**MAIN, "Velocity": {"Zoom": {"@x": 0.1}}})
    rig.clock.advance(1.9)
    assert status(rig)["MoveStatus"]["Zoom"] == "MOVING"
    rig.clock.advance(1.0)
    assert status(rig)["MoveStatus"]["Zoom"] == "IDLE"


def test_an_axis_that_is_not_named_goes_on(rig):
    velocity = {"PanTilt": {"@x": 0.2, "@y": 0.0}}
    rig.ask("ptz", "ContinuousMove", {**MAIN, "Velocity": velocity, "Timeout": 60.0})
    rig.ask("ptz", "AbsoluteMove", {**MAIN, "Position": {"Zoom": {"@x": 0.1}}})
    rig.clock.advance(10.0)
    assert status(rig)["MoveStatus"] == {"PanTilt": "MOVING", "Zoom": "IDLE"}


@pytest.mark.parametrize(
    ("named", "after"),
    [
        ({}, ("IDLE", "IDLE")),
        ({"PanTilt": True}, ("IDLE", "IDLE")),
        ({"PanTilt": False}, ("MOVING", "IDLE")),
        ({"Zoom": False}, ("IDLE", "MOVING")),
        ({"PanTilt": False, "Zoom": False}, ("MOVING", "MOVING")),
    ],
)
def test_stop(rig, named, after):
    velocity = {"PanTilt": {"@x": 0.2, "@y": 0.0}, "Zoom": {"@x": 0.05}}
    rig.ask("ptz", "ContinuousMove", {**MAIN, "Velocity": velocity, "Timeout": 60.0})
    rig.clock.advance(1.0)
    rig.ask("ptz", "Stop", {**MAIN, **named})
    rig.clock.advance(2.0)
    moves = status(rig)["MoveStatus"]
    assert (moves["PanTilt"], moves["Zoom"]) == after


def test_speed_is_the_commands_or_the_configurations(rig):
    slow = {"PanTilt": {"@x": 20.0, "@y": 0.0, "@space": f"{PT}SpeedSpaceDegrees"}}
    rig.moved_to(pan_deg=0.0, tilt_deg=0.0)
    fast_s = seconds_of(rig, "AbsoluteMove", {"Position": degrees(120.0, 0.0)})
    rig.moved_to(pan_deg=0.0, tilt_deg=0.0)
    slow_s = seconds_of(rig, "AbsoluteMove", {"Position": degrees(120.0, 0.0), "Speed": slow})
    assert slow_s == pytest.approx(6.0, rel=0.05)
    assert fast_s < 2.0
    configure(rig, DefaultPTZSpeed={"PanTilt": {**slow["PanTilt"], "@x": 40.0}})
    rig.moved_to(pan_deg=0.0, tilt_deg=0.0)
    default_s = seconds_of(rig, "AbsoluteMove", {"Position": degrees(120.0, 0.0)})
    assert default_s == pytest.approx(3.0, rel=0.1)
    rig.moved_to(pan_deg=0.0, tilt_deg=0.0)
    bare = {"PanTilt": {"@x": 20.0, "@y": 0.0}}
    same_s = seconds_of(rig, "AbsoluteMove", {"Position": degrees(120.0, 0.0), "Speed": bare})
    assert same_s == pytest.approx(slow_s)


SPEED_FOV = {"PanTilt": {"@x": 0.1, "@y": 0.1, "@space": f"{PT}SpeedSpaceFOV"}}


@pytest.mark.parametrize(
    ("name", "request_", "fault"),
    [
        ("AbsoluteMove", {"Position": {"PanTilt": {"@x": 2.0, "@y": 0.0}}}, "InvalidPosition"),
        ("AbsoluteMove", {"Position": degrees(0.0, 21.0)}, "InvalidPosition"),
        ("AbsoluteMove", {"Position": {"Zoom": {"@x": 1.5}}}, "InvalidPosition"),
        (
            "AbsoluteMove",
            {"Position": {"Zoom": {"@x": 1.0, "@space": DEGREES}}},
            "SpaceNotSupported",
        ),
        ("AbsoluteMove", {"Position": degrees(0.0, 0.0), "Speed": SPEED_FOV}, "SpaceNotSupported"),
        (
            "AbsoluteMove",
            {"Position": degrees(0.0, 0.0), "Speed": {"Zoom": {"@x": 2.0}}},
            "InvalidSpeed",
        ),
        ("RelativeMove", {"Translation": {"Zoom": {"@x": -1.1}}}, "InvalidTranslation"),
        ("ContinuousMove", {"Velocity": {"PanTilt": {"@x": 1.1, "@y": 0.0}}}, "InvalidVelocity"),
        (
            "ContinuousMove",
            {"Velocity": {"Zoom": {"@x": 0.1}}, "Timeout": 0.0},
            "TimeoutNotSupported",
        ),
    ],
)
def test_moves_that_cannot_be(rig, name, request_, fault):
    before = rig.camera.ptz.pose(rig.now)
    assert rig.refused("ptz", name, {**MAIN, **request_}) == f"Sender/InvalidArgVal/{fault}"
    rig.clock.advance(5.0)
    assert rig.camera.ptz.pose(rig.now) == before


def test_a_profile_without_ptz_configuration(rig):
    profiles = tuple(attrs.evolve(one, ptz=None) for one in rig.state.profiles)
    rig.store.commit(attrs.evolve(rig.state, profiles=profiles), "test")
    for name, request in {
        "GetStatus": {},
        "Stop": {},
        "GetPresets": {},
        "SetPreset": {},
        "GotoHomePosition": {},
        "AbsoluteMove": {"Position": degrees(0.0, 0.0)},
    }.items():
        refused = rig.refused("ptz", name, {**MAIN, **request})
        assert refused == "Sender/InvalidArgVal/NoPTZProfile", name


def test_the_node_says_what_the_mechanics_can(rig):
    [node] = rig.ask("ptz", "GetNodes")["PTZNode"]
    spec = rig.camera.ptz.spec
    assert node == rig.ask("ptz", "GetNode", {"NodeToken": node["@token"]})["PTZNode"]
    assert node["MaximumNumberOfPresets"] == spec.max_presets
    assert node["@FixedHomePosition"] is spec.fixed_home
    [_, spherical] = node["SupportedPTZSpaces"]["AbsolutePanTiltPositionSpace"]
    assert spherical["URI"] == DEGREES
    assert spherical["YRange"] == {"Min": spec.tilt_deg[0], "Max": spec.tilt_deg[1]}
    options = rig.ask("ptz", "GetConfigurationOptions", {"ConfigurationToken": "ptz_1"})
    assert options["PTZConfigurationOptions"]["Spaces"] == node["SupportedPTZSpaces"]


def test_the_default_spaces_are_the_nodes(rig):
    [one] = rig.state.ptz_configurations
    for name, spaces in attrs.asdict(spaces_of(rig.camera.ptz.spec), recurse=False).items():
        kept = getattr(one, f"{name}_space" if name.endswith("speed") else name)
        assert kept == spaces[0].uri


def test_the_timeout_range_is_what_moves_accept(rig):
    options = rig.ask("ptz", "GetConfigurationOptions", {"ConfigurationToken": "ptz_1"})
    limits = options["PTZConfigurationOptions"]["PTZTimeout"]
    for timeout, good in (
        (limits["Min"], True),
        (limits["Max"], True),
        (limits["Min"] / 2, False),
        (limits["Max"] + 1, False),
    ):
        request = {**MAIN, "Velocity": {"Zoom": {"@x": 0.01}}, "Timeout": timeout}
        if good:
            rig.ask("ptz", "ContinuousMove", request)
        else:
            refused = rig.refused("ptz", "ContinuousMove", request)
            assert refused == "Sender/InvalidArgVal/TimeoutNotSupported"


def test_set_configuration_round_trip(rig):
    [before] = rig.ask("ptz", "GetConfigurations")["PTZConfiguration"]
    configure(rig)
    assert rig.ask("ptz", "GetConfigurations")["PTZConfiguration"] == [before]
    assert rig.store.revision == 0
    configure(rig, Name="joystick", DefaultPTZTimeout=7.0)
    [after] = rig.ask("ptz", "GetConfigurations")["PTZConfiguration"]
    assert after == {**before, "Name": "joystick", "DefaultPTZTimeout": 7.0}
    in_media = rig.ask("media", "GetProfile", MAIN)["Profile"]["PTZConfiguration"]
    assert in_media == after


def test_what_a_set_leaves_out_stays(rig):
    [before] = rig.ask("ptz", "GetConfigurations")["PTZConfiguration"]
    bare = {"@token": "ptz_1", "Name": "n", "UseCount": 0, "NodeToken": "ptz_node_1"}
    request = {"PTZConfiguration": bare, "ForcePersistence": False}
    rig.ask("ptz", "SetConfiguration", request)
    [after] = rig.ask("ptz", "GetConfigurations")["PTZConfiguration"]
    assert after == {**before, "Name": "n"}


LIMITS = {
    "Range": {
        "URI": f"{PT}PositionGenericSpace",
        "XRange": {"Min": -1.0, "Max": 1.0},
        "YRange": {"Min": -1.0, "Max": 1.0},
    }
}


@pytest.mark.parametrize(
    "changes",
    [
        {"NodeToken": "other"},
        {"DefaultPTZTimeout": 1e6},
        {"DefaultAbsoluteZoomPositionSpace": DEGREES},
        {"DefaultPTZSpeed": {"Zoom": {"@x": 7.0}}},
        {"PanTiltLimits": LIMITS},
    ],
)
def test_configurations_that_cannot_be(rig, changes):
    [one] = rig.ask("ptz", "GetConfigurations")["PTZConfiguration"]
    request = {"PTZConfiguration": {**one, **changes}, "ForcePersistence": True}
    refused = rig.refused("ptz", "SetConfiguration", request)
    assert refused == "Sender/InvalidArgVal/ConfigModify"


def test_a_changed_configuration_is_an_event(rig):
    events = listen(rig)
    configure(rig, Name="joystick")
    [event] = events
    assert event.topic.path == "Media/ConfigurationChanged"
    assert event.source == (("Token", "ptz_1"), ("Type", "PTZ"))


def test_the_life_of_a_preset(rig):
    rig.moved_to(pan_deg=30.0, tilt_deg=-20.0, focal_mm=10.0)
    token = rig.ask("ptz", "SetPreset", {**MAIN, "PresetName": "gate"})["PresetToken"]
    rig.moved_to(pan_deg=-60.0, tilt_deg=0.0, focal_mm=4.4)
    other = rig.ask("ptz", "SetPreset", MAIN)["PresetToken"]
    assert token != other
    sub = {"ProfileToken": "profile_sub"}
    presets = rig.ask("ptz", "GetPresets", sub)["Preset"]
    assert [one["@token"] for one in presets] == [token, other]
    assert presets[0]["Name"] == "gate"
    assert presets[1]["Name"]
    rig.ask("ptz", "GotoPreset", {**sub, "PresetToken": token})
    rest(rig)
    assert status(rig)["Position"] == presets[0]["PTZPosition"]
    rig.ask("ptz", "SetPreset", {**MAIN, "PresetToken": other})
    moved = rig.ask("ptz", "GetPresets", MAIN)["Preset"][1]
    assert moved == {**presets[0], "@token": other, "Name": presets[1]["Name"]}
    rig.ask("ptz", "RemovePreset", {**MAIN, "PresetToken": token})
    assert [one["@token"] for one in rig.ask("ptz", "GetPresets", MAIN)["Preset"]] == [other]
    refused = rig.refused("ptz", "RemovePreset", {**MAIN, "PresetToken": token})
    assert refused == "Sender/InvalidArgVal/NoToken"


def test_a_moving_camera_keeps_no_preset(rig):
    rig.ask("ptz", "AbsoluteMove", {**MAIN, "Position": degrees(90.0, 0.0)})
    assert rig.refused("ptz", "SetPreset", MAIN) == "Receiver/Action/MovingPTZ"


def test_names_of_presets(rig):
    rig.ask("ptz", "SetPreset", {**MAIN, "PresetName": "a"})
    for name, fault in (("a", "PresetExist"), ("x" * 65, "InvalidPresetName")):
        refused = rig.refused("ptz", "SetPreset", {**MAIN, "PresetName": name})
        assert refused == f"Sender/InvalidArgVal/{fault}"


def test_too_many_presets(make_rig):
    model = camera_model("dome-ptz")
    ptz = model.ptz.model_copy(update={"max_presets": 2})
    rig = make_rig(product=model.model_copy(update={"ptz": ptz}))
    for _ in range(2):
        rig.ask("ptz", "SetPreset", MAIN)
    assert rig.refused("ptz", "SetPreset", MAIN) == "Receiver/Action/TooManyPresets"
    rig.ask("ptz", "RemovePreset", {**MAIN, "PresetToken": "preset_1"})
    assert rig.ask("ptz", "SetPreset", MAIN) == {"PresetToken": "preset_1"}


def test_home(rig):
    rig.moved_to(pan_deg=75.0, tilt_deg=-50.0, focal_mm=20.0)
    there = status(rig)["Position"]
    rig.ask("ptz", "GotoHomePosition", MAIN)
    rest(rig)
    pose = rig.camera.ptz.pose(rig.now)
    assert (pose.pan_deg, pose.tilt_deg, pose.focal_mm) == pytest.approx((0.0, -15.0, 4.4))
    rig.moved_to(pan_deg=75.0, tilt_deg=-50.0, focal_mm=20.0)
    rig.ask("ptz", "SetHomePosition", MAIN)
    rig.moved_to(pan_deg=0.0)
    rig.ask("ptz", "GotoHomePosition", MAIN)
    rest(rig)
    assert status(rig)["Position"] == there


def test_a_home_that_is_fixed_or_missing(make_rig):
    model = camera_model("dome-ptz")
    ptz = model.ptz.model_copy(update={"fixed_home": True})
    rig = make_rig(product=model.model_copy(update={"ptz": ptz}))
    assert rig.refused("ptz", "SetHomePosition", MAIN) == "Receiver/Action/CannotOverwriteHome"
    rig.store.commit(attrs.evolve(rig.state, home=None), "test")
    refused = rig.refused("ptz", "GotoHomePosition", MAIN)
    assert refused == "Sender/InvalidArgVal/NoHomePosition"


@pytest.fixture
def presets(rig):
    """Two presets, a and b, with the camera at b; what is published from then on."""
    rig.moved_to(pan_deg=40.0, tilt_deg=-20.0)
    rig.ask("ptz", "SetPreset", {**MAIN, "PresetName": "a"})
    rig.moved_to(pan_deg=-40.0, tilt_deg=-10.0)
    rig.ask("ptz", "SetPreset", {**MAIN, "PresetName": "b"})
    return listen(rig)


def goto(rig, number):
    rig.ask("ptz", "GotoPreset", {**MAIN, "PresetToken": f"preset_{number}"})


def test_a_preset_is_invoked_reached_and_left(rig, presets):
    goto(rig, 1)
    assert told(presets) == [("Invoked", "a")]
    arrives = rig.camera.ptz.settled_at(rig.now)
    rig.clock.advance(arrives - rig.now - 0.01)
    assert len(presets) == 1
    rig.clock.advance(0.02)
    assert told(presets)[1:] == [("Reached", "a")]
    assert presets[1].utc == pytest.approx(rig.camera.clock.utc(arrives), abs=1e-3)
    rig.clock.advance(100.0)
    assert len(presets) == 2
    rig.ask("ptz", "RelativeMove", {**MAIN, "Translation": {"Zoom": {"@x": 0.1}}})
    assert told(presets)[2:] == [("Left", "a")]
    assert presets[0].source == (("PTZConfigurationToken", "ptz_1"),)
    assert presets[0].data == (("PresetToken", "preset_1"), ("PresetName", "a"))


def test_a_preset_that_is_interrupted_is_aborted(rig, presets):
    goto(rig, 1)
    rig.clock.advance(0.3)
    rig.ask("ptz", "Stop", MAIN)
    rig.clock.advance(100.0)
    assert told(presets) == [("Invoked", "a"), ("Aborted", "a")]


def test_one_preset_after_another(rig, presets):
    goto(rig, 1)
    rig.clock.advance(0.3)
    goto(rig, 2)
    rig.clock.advance(60.0)
    goto(rig, 1)
    rig.clock.advance(60.0)
    assert told(presets) == [
        ("Invoked", "a"),
        ("Aborted", "a"),
        ("Invoked", "b"),
        ("Reached", "b"),
        ("Left", "b"),
        ("Invoked", "a"),
        ("Reached", "a"),
    ]


def test_a_preset_where_the_camera_is_already(rig, presets):
    goto(rig, 2)
    rig.clock.advance(0.1)
    goto(rig, 2)
    rig.clock.advance(0.1)
    assert told(presets) == [("Invoked", "b"), ("Reached", "b")] * 2


def test_standing_still_is_not_leaving(rig, presets):
    goto(rig, 2)
    rig.clock.advance(1.0)
    rig.ask("ptz", "Stop", MAIN)
    rig.clock.advance(1.0)
    assert told(presets) == [("Invoked", "b"), ("Reached", "b")]


def test_capabilities_are_true(rig):
    flags = rig.ask("ptz", "GetServiceCapabilities")["Capabilities"]
    now = status(rig)
    assert flags["@StatusPosition"] is ("Position" in now)
    assert flags["@MoveStatus"] is ("MoveStatus" in now)
    compatible = rig.ask("ptz", "GetCompatibleConfigurations", MAIN)["PTZConfiguration"]
    assert flags["@GetCompatibleConfigurations"] is True
    assert [one["@token"] for one in compatible] == ["ptz_1"]
    assert math.isfinite(now["UtcTime"])
