import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.config.values import (
    did_you_mean,
    parse_bitrate,
    parse_drift,
    parse_duration,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("250ms", 0.25),
        ("5s", 5.0),
        ("1m30s", 90.0),
        ("2h", 7200.0),
        ("1d1h1m1s1ms", 90061.001),
        ("-2s", -2.0),
        ("1.5s", 1.5),
        ("5m", 300.0),
        (7, 7.0),
        (0.5, 0.5),
    ],
)
def test_durations(text, seconds):
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "s", "5", "5x", "1s1m", "- 1s", "1,5s", True, None, float("inf")]
)
def test_what_is_no_duration_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="1m30s"):
        parse_duration(text)


@given(st.integers(0, 10**9))
def test_milliseconds_come_back_exactly(milliseconds):
    assert parse_duration(f"{milliseconds}ms") == pytest.approx(milliseconds / 1000)


@pytest.mark.parametrize(
    ("text", "bits"),
    [("2M", 2_000_000), ("512k", 512_000), ("1.5M", 1_500_000), ("64000", 64_000), (64000, 64_000)],
)
def test_bit_rates(text, bits):
    assert parse_bitrate(text) == bits


@pytest.mark.parametrize("text", ["2X", "M", "-1M", "2 M", "2m", None, False])
def test_what_is_no_bit_rate_is_refused(text):
    with pytest.raises(ValueError, match="is not a bit rate"):
        parse_bitrate(text)


@pytest.mark.parametrize("text", ["1280", "1280*720", "x720", "1280x", "-1x1", 1280, None])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ValueError, match="is not a size"):
        parse_size(text)


def test_sizes():
    assert parse_size("1280x720") == (1280, 720)


@pytest.mark.parametrize(("text", "drift"), [("20ppm", 2e-5), ("-5ppm", -5e-6), (0, 0.0)])
def test_drifts(text, drift):
    assert parse_drift(text) == pytest.approx(drift)


@pytest.mark.parametrize("text", ["20", 20, "ppm", None])
def test_a_drift_needs_its_unit(text):
    with pytest.raises(ValueError, match="20ppm"):
        parse_drift(text)


def test_only_a_near_word_is_suggested():
    assert did_you_mean("bulet", ["bullet", "dome-ptz"]) == "; did you mean 'bullet'?"
    assert did_you_mean("xyz", ["bullet", "dome-ptz"]) == ""
