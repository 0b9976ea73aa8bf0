import pickle

import pytest
from pydantic import ValidationError

from simulator.config.catalog import (
    CameraModel,
    PtzSpec,
    StreamSpec,
    camera_model,
    catalog,
    model_names,
    model_text,
)


def test_the_models_of_the_design_are_there():
    assert {"bullet", "dome-ptz", "legacy-s"} <= set(model_names())


@pytest.mark.parametrize("name", model_names())
def test_a_model_can_do_what_it_is_born_with(name):
    model = camera_model(name)
    for stream in (model.streams.main, model.streams.sub):
        assert stream.codec in model.encoder.codecs
        assert stream.size in model.encoder.sizes
        assert model.encoder.fps[0] <= stream.fps <= min(model.encoder.fps[1], model.source.fps)
        if stream.codec == "h264":
            assert stream.profile in model.encoder.profiles
            assert model.encoder.bitrate[0] <= stream.bitrate <= model.encoder.bitrate[1]
            assert model.encoder.gop[0] <= stream.gop <= model.encoder.gop[1]
    assert model.encoder.sizes[0] == model.source.size


@pytest.mark.parametrize("name", model_names())
def test_every_size_of_a_model_with_jpeg_fits_rtp(name):
    for size in camera_model(name).encoder.sizes:
        StreamSpec(codec="jpeg", size=size, fps=1)


def test_only_the_dome_moves_and_its_zoom_is_its_lens():
    moving = {name for name, model in catalog().items() if model.ptz}
    assert moving == {"dome-ptz"}
    dome = camera_model("dome-ptz")
    assert dome.ptz is not None
    assert dome.ptz.focal_mm == dome.lens.focal_mm == (4.4, 88.0)


def test_the_legacy_model_has_media_1_only():
    assert [camera_model(n).services.media2 for n in ("bullet", "legacy-s")] == [True, False]


def test_an_unknown_model_is_told_with_a_suggestion():
    with pytest.raises(LookupError, match="did you mean 'bullet'"):
        camera_model("bulet")


@pytest.mark.parametrize("name", ["../model", "models/bullet", ""])
def test_a_model_is_never_a_path(name):
    with pytest.raises(LookupError):
        model_text(name)


def test_a_model_is_frozen_hashable_and_can_go_to_another_process():
    model = camera_model("dome-ptz")
    with pytest.raises(ValidationError):
        model.name = "other"
    assert hash(model.streams.main) == hash(camera_model("dome-ptz").streams.main)
    assert pickle.loads(pickle.dumps(model)) == model


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tilt_deg": [-91, 0]}, "straight down"),
        ({"tilt_deg": [10, -10]}, "starts at 10 but ends at -10"),
        ({"endless": True, "pan_deg": [-170, 170]}, "endless"),
        ({"max_speed_dps": 0}, "greater than 0"),
    ],
)
def test_impossible_mechanics_are_refused(changes, message):
    sound = {
        "tilt_deg": [-90, 0],
        "focal_mm": [4, 40],
        "max_speed_dps": 100,
        "acceleration_dps2": 200,
        "zoom_speed_mm_s": 20,
    }
    PtzSpec.model_validate(sound)
    with pytest.raises(ValidationError, match=message):
        PtzSpec.model_validate({**sound, **changes})


@pytest.mark.parametrize(
    ("size", "message"), [("2048x1152", "RFC 2435"), ("320x180", "multiples of 8")]
)
def test_jpeg_ends_where_its_rtp_format_ends(size, message):
    StreamSpec(codec="h264", size=size, fps=5)
    with pytest.raises(ValidationError, match=message):
        StreamSpec(codec="jpeg", size=size, fps=5)


def test_an_unknown_key_of_a_model_is_refused():
    with pytest.raises(ValidationError, match="colour"):
        CameraModel.model_validate({**camera_model("bullet").model_dump(), "colour": "white"})
