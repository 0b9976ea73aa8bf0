import pytest

from simulator.config.catalog import PtzSpec
from simulator.errors import Fault
from simulator.mechanics import spaces
from simulator.mechanics.ptz import PtzPose

SPEC = PtzSpec(
    pan_deg=(-170, 170),
    tilt_deg=(-90, 10),
    focal_mm=(4, 84),
    max_speed_dps=100,
    acceleration_dps2=200,
    zoom_speed_mm_s=20,
)


def pan_tilt(x, y, space=None):
    return {"PanTilt": {"@x": x, "@y": y} | ({"@space": space} if space else {})}


def zoom(x, space=None):
    return {"Zoom": {"@x": x} | ({"@space": space} if space else {})}


@pytest.mark.parametrize(
    ("parse", "vector", "expected"),
    [
        (spaces.parse_position, pan_tilt(-1, 1), (-170, 10, None)),
        (spaces.parse_position, pan_tilt(0.5, 0), (85, -40, None)),
        (spaces.parse_position, pan_tilt(12, -3, spaces.POSITION_DEGREES), (12, -3, None)),
        (spaces.parse_position, zoom(0.25), (None, None, 24)),
        (spaces.parse_position, zoom(24, spaces.ZOOM_POSITION_MM), (None, None, 24)),
        (spaces.parse_translation, pan_tilt(0.1, -0.1), (34, -10, None)),
        (spaces.parse_translation, pan_tilt(3, 4, spaces.TRANSLATION_DEGREES), (3, 4, None)),
        (spaces.parse_translation, zoom(-1), (None, None, -80)),
        (spaces.parse_translation, zoom(5, spaces.ZOOM_TRANSLATION_MM), (None, None, 5)),
        (spaces.parse_velocity, pan_tilt(-1, 0.5) | zoom(0.1), (-100, 50, 2)),
        (spaces.parse_velocity, pan_tilt(7, -7, spaces.VELOCITY_DEGREES), (7, -7, None)),
        (spaces.parse_velocity, zoom(-20, spaces.ZOOM_VELOCITY_MM), (None, None, -20)),
        (spaces.parse_velocity, {}, (None, None, None)),
    ],
)
def test_vectors_become_degrees_and_millimetres(parse, vector, expected):
    move = parse(vector, SPEC)
    assert (move.pan, move.tilt, move.zoom) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("vector", "expected"),
    [
        (None, (None, None)),
        (pan_tilt(0.5, 0.5) | zoom(1), (50, 20)),
        (pan_tilt(30, 0, spaces.SPEED_DEGREES), (30, None)),
        (zoom(3, spaces.ZOOM_SPEED_MM), (None, 3)),
    ],
)
def test_speeds(vector, expected):
    speed = spaces.parse_speed(vector, SPEC)
    assert (speed.pan_tilt, speed.zoom) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("parse", "vector", "subcode"),
    [
        (spaces.parse_position, pan_tilt(1.01, 0), "InvalidPosition"),
        (spaces.parse_position, pan_tilt(float("nan"), 0), "InvalidPosition"),
        (spaces.parse_position, pan_tilt(0, 11, spaces.POSITION_DEGREES), "InvalidPosition"),
        (spaces.parse_position, zoom(-0.1), "InvalidPosition"),
        (spaces.parse_position, pan_tilt(0, 0, spaces.VELOCITY_GENERIC), "SpaceNotSupported"),
        (spaces.parse_translation, pan_tilt(0, 2), "InvalidTranslation"),
        (spaces.parse_velocity, pan_tilt(0, 101, spaces.VELOCITY_DEGREES), "InvalidVelocity"),
        (spaces.parse_velocity, zoom(2), "InvalidVelocity"),
        (spaces.parse_speed, pan_tilt(-0.1, 0), "InvalidSpeed"),
        (spaces.parse_speed, zoom(0, spaces.ZOOM_POSITION_GENERIC), "SpaceNotSupported"),
    ],
)
def test_faults(parse, vector, subcode):
    with pytest.raises(Fault) as caught:
        parse(vector, SPEC)
    assert (caught.value.code, caught.value.subcodes) == ("Sender", ("InvalidArgVal", subcode))


def test_the_configurations_default_space_counts_where_none_is_named():
    move = spaces.parse_position(
        pan_tilt(12, -3) | zoom(30), SPEC, spaces.POSITION_DEGREES, spaces.ZOOM_POSITION_MM
    )
    assert (move.pan, move.tilt, move.zoom) == (12, -3, 30)


@pytest.mark.parametrize("pan_tilt_space", [spaces.POSITION_GENERIC, spaces.POSITION_DEGREES])
@pytest.mark.parametrize("zoom_space", [spaces.ZOOM_POSITION_GENERIC, spaces.ZOOM_POSITION_MM])
def test_a_reported_position_is_accepted_as_a_target(pan_tilt_space, zoom_space):
    for pose in (PtzPose(-170, 10, 84), PtzPose(170, -90, 4), PtzPose(33.3, -12.7, 17.2)):
        vector = spaces.position_vector(pose, SPEC, pan_tilt_space, zoom_space)
        move = spaces.parse_position(vector, SPEC)
        assert (move.pan, move.tilt, move.zoom) == pytest.approx(
            (pose.pan_deg, pose.tilt_deg, pose.focal_mm)
        )


def test_every_list_of_the_node_is_filled_and_begins_with_the_generic_space():
    for field, value in vars_of(spaces.spaces_of(SPEC)):
        assert "Generic" in value[0].uri, field
        two_dimensional = "pan_tilt" in field and "speed" not in field
        assert all((space.y_range is not None) == two_dimensional for space in value)


def vars_of(instance):
    return [(name, getattr(instance, name)) for name in instance.__slots__ if name[0] != "_"]
