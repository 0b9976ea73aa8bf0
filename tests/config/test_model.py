import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.config.catalog import camera_model
from simulator.config.model import CameraSpec, Scenario


def scenario(*cameras, **keys):
    return Scenario.model_validate({"version": 1, "cameras": list(cameras), **keys})


def test_a_camera_that_says_nothing_is_a_bullet_with_its_own_streams():
    (camera,) = scenario({"name": "gate"}).resolve()
    assert camera == CameraSpec(name="gate", index=0, model=camera_model("bullet"))
    assert list(camera.streams) == ["main", "sub"]
    assert camera.streams["main"] == camera.model.streams.main
    assert (camera.username, camera.password) == ("admin", "camfarm")


def test_a_camera_goes_before_the_defaults_and_the_defaults_before_the_model():
    first, second = scenario(
        {"name": "a", "username": "me", "streams": {"main": {"size": "640x360"}}},
        {"name": "b", "discovery": True, "overlay": {"name": False}},
        defaults={
            "model": "legacy-s",
            "username": "you",
            "discovery": False,
            "streams": {"main": {"size": "320x240", "bitrate": "500k"}},
        },
    ).resolve()
    assert (first.username, second.username) == ("me", "you")
    assert (first.discovery, second.discovery) == (False, True)
    assert (first.streams["main"].size, second.streams["main"].size) == ((640, 360), (320, 240))
    assert first.streams["main"].bitrate == second.streams["main"].bitrate == 500_000
    assert first.streams["main"].profile == "Baseline"
    assert first.streams["sub"].codec == "jpeg"
    assert (second.overlay.name, second.overlay.clock) == (False, True)


def test_a_new_frame_rate_keeps_the_time_between_key_frames():
    (camera,) = scenario(
        {"name": "a", "streams": {"main": {"fps": 5}, "sub": {"fps": 5, "gop": 50}}}
    ).resolve()
    assert (camera.streams["main"].gop, camera.streams["sub"].gop) == (10, 50)


@pytest.mark.parametrize(
    ("name", "count", "names"),
    [
        ("load", 2, ["load-001", "load-002"]),
        ("old-##", 2, ["old-01", "old-02"]),
        ("##-gate", 2, ["01-gate", "02-gate"]),
        ("c#", 11, [f"c{n}" for n in range(1, 12)]),
        ("one", None, ["one"]),
    ],
)
def test_names_of_a_count(name, count, names):
    cameras = scenario({"name": name, "count": count}).resolve()
    assert [camera.name for camera in cameras] == names
    assert [camera.index for camera in cameras] == list(range(len(names)))


def test_the_first_cameras_within_the_budget_are_live_at_rest():
    cameras = scenario(
        {"name": "a", "rendering": "loop"},
        {"name": "b", "count": 2},
        {"name": "c", "rendering": "live"},
        {"name": "d", "count": 2},
        live_budget=3,
    ).resolve()
    assert [(camera.name, camera.live_at_rest) for camera in cameras] == [
        ("a", False),
        ("b-001", True),
        ("b-002", True),
        ("c", True),
        ("d-001", True),
        ("d-002", False),
    ]


def test_four_cameras_are_live_unless_something_else_is_said():
    live = [camera.live_at_rest for camera in scenario({"name": "a", "count": 6}).resolve()]
    assert live == [True] * 4 + [False] * 2


@pytest.mark.parametrize(
    ("start", "utc"),
    [
        ("2026-06-01T08:00:00Z", 1_780_300_800.0),
        ("2026-06-01T10:00:00+02:00", 1_780_300_800.0),
        ("2026-06-01T08:00:00", 1_780_300_800.0),
    ],
)
def test_start_is_utc_unless_it_names_a_zone(start, utc):
    assert scenario({"name": "a"}, start=start).start == utc


@pytest.mark.parametrize(
    ("cameras", "path", "message"),
    [
        ([{"name": "a"}, {"name": "a"}], ("cameras", 1, "name"), "taken by camera entry 1"),
        ([{"name": "a", "count": 2}, {"name": "a-002"}], ("cameras", 1, "name"), "taken"),
        ([{"name": "a-#"}], ("cameras", 0, "name"), "no count"),
        (
            [{"name": "a", "streams": {"sub": {"codec": "jpeg", "size": "2560x1440"}}}],
            ("cameras", 0, "streams"),
            "RFC 2435",
        ),
    ],
)
def test_mistakes_between_values_are_found(cameras, path, message):
    (problem,) = scenario(*cameras).problems()
    assert problem.path == path
    assert message in problem.message


def test_scaling_keeps_the_proportion_and_the_cameras_without_a_count():
    scaled = scenario(
        {"name": "gate"}, {"name": "a", "count": 90}, {"name": "b", "count": 10}
    ).scaled(1001)
    assert [entry.count for entry in scaled.cameras] == [None, 899, 101]
    assert len(scaled.resolve()) == 1001


@given(st.lists(st.integers(1, 50), min_size=1, max_size=6), st.integers(0, 2000))
def test_scaling_gives_the_number_that_was_asked_for(counts, more):
    entries = [{"name": f"e{i}", "count": count} for i, count in enumerate(counts)]
    scaled = scenario(*entries).scaled(len(counts) + more)
    sizes = [entry.count for entry in scaled.cameras]
    assert sum(sizes) == len(counts) + more
    for (old_a, new_a), (old_b, new_b) in itertools.permutations(
        zip(counts, sizes, strict=True), 2
    ):
        assert not (old_a > old_b and new_a < new_b - 1)


@pytest.mark.parametrize(
    ("cameras", "number", "message"),
    [
        ([{"name": "a"}], 3, "no entry"),
        ([{"name": "a"}, {"name": "b", "count": 4}], 1, "2 cameras are the least"),
    ],
)
def test_what_cannot_be_scaled_says_why(cameras, number, message):
    with pytest.raises(ValueError, match=message):
        scenario(*cameras).scaled(number)
