import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from simulator.wire.soap import values

NOON = 1795348800.0  # 2026-11-22T12:00:00Z


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-22T12:00:00Z", NOON),
        ("2026-11-22T12:00:00", NOON),
        ("2026-11-22T12:00:00.25Z", NOON + 0.25),
        ("2026-11-22T14:00:00+02:00", NOON),
        ("2026-11-22T06:30:00-05:30", NOON),
        ("2026-11-21T24:00:00Z", NOON - 43200),
        ("1970-01-01T00:00:00Z", 0.0),
        ("1969-12-31T23:59:59.5Z", -0.5),
        ("0001-01-01T00:00:00Z", -62135596800.0),
    ],
)
def test_moments_are_read(text, seconds):
    assert values.parse_datetime(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-22",
        "2026-11-22 12:00:00Z",
        "2026-13-22T12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-11-22T24:00:01Z",
        "2026-11-22T12:60:00Z",
        "2026-11-22T12:00:00+15:00",
        "2026-11-22T12:00:00+01:75",
        "2026-11-22T12:00:00z",
        "٢٠٢٦-11-22T12:00:00Z",
        "0000-01-01T00:00:00Z",
    ],
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError, match=r"is not a (dateTime|time zone)"):
        values.parse_datetime(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (NOON, "2026-11-22T12:00:00Z"),
        (NOON + 0.123, "2026-11-22T12:00:00.123Z"),
        (NOON + 0.123456, "2026-11-22T12:00:00.123456Z"),
        (NOON - 0.0000001, "2026-11-22T12:00:00Z"),
        (0, "1970-01-01T00:00:00Z"),
        (-0.5, "1969-12-31T23:59:59.5Z"),
        (-62135596800.0, "0001-01-01T00:00:00Z"),
    ],
)
def test_moments_are_written_in_utc(seconds, text):
    assert values.format_datetime(seconds) == text


@pytest.mark.parametrize("value", [math.inf, math.nan, "2026", True, 1e12])
def test_what_is_no_moment_is_not_written(value):
    with pytest.raises(ValueError, match="moment"):
        values.format_datetime(value)


@given(st.datetimes(min_value=datetime(1800, 1, 1), max_value=datetime(2200, 1, 1)))
def test_moments_agree_with_the_standard_library(moment):
    moment = moment.replace(tzinfo=UTC)
    seconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)
    text = values.format_datetime(seconds)
    assert abs(datetime.fromisoformat(text) - moment) <= timedelta(microseconds=1)
    assert abs(values.parse_datetime(text) - seconds) < 2e-6


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT10S", 10.0),
        ("PT0.5S", 0.5),
        ("PT1M", 60.0),
        ("PT1H30M", 5400.0),
        ("P1D", 86400.0),
        ("P1DT1S", 86401.0),
        ("P1Y2M", 365 * 86400.0 + 60 * 86400),
        ("-PT5S", -5.0),
        ("PT0S", 0.0),
    ],
)
def test_durations_are_read(text, seconds):
    assert values.parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "10", "P1S", "PT1D", "P1DT", "PT-1S", "pt1s", "PT.5S", "PT1.S", "+PT1S"]
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="is not a duration"):
        values.parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (10, "PT10S"),
        (0.5, "PT0.5S"),
        (3600.0, "PT3600S"),
        (-5, "-PT5S"),
        (0, "PT0S"),
        (-1e-9, "PT0S"),
    ],
)
def test_durations_are_written_in_seconds(seconds, text):
    assert values.format_duration(seconds) == text


@given(st.floats(-1e7, 1e7))
def test_durations_come_back(seconds):
    assert abs(values.parse_duration(values.format_duration(seconds)) - seconds) < 1e-6


def test_a_relative_moment_counts_from_now():
    assert values.parse_moment("PT60S", NOON) == NOON + 60
    assert values.parse_moment(" -PT60S\n", NOON) == NOON - 60
    assert values.parse_moment("2026-11-22T12:00:00Z", 0.0) == NOON
    with pytest.raises(ValueError, match="is not a dateTime"):
        values.parse_moment("soon", NOON)


@given(st.floats(allow_nan=False))
def test_floats_come_back_exactly(number):
    assert values.parse_float(values.format_float(number)) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [(1.0, "1"), (0.1, "0.1"), (-0.0, "0"), (math.inf, "INF"), (-math.inf, "-INF"), (3, "3")],
)
def test_floats_are_written_short(number, text):
    assert values.format_float(number) == text


def test_not_a_number_is_a_float():
    assert values.format_float(math.nan) == "NaN"
    assert math.isnan(values.parse_float("NaN"))


@pytest.mark.parametrize("text", ["", "1,5", "inf", "nan", "0x1", "1_000", "1e", "--1", "٣"])
def test_what_is_no_float_is_refused(text):
    with pytest.raises(ValueError, match="is not a float"):
        values.parse_float(text)


@pytest.mark.parametrize("text", ["1e3", "INF", ""])
def test_a_decimal_has_no_exponent(text):
    with pytest.raises(ValueError, match="is not a decimal"):
        values.parse_decimal(text)


@pytest.mark.parametrize(("number", "text"), [(1e-7, "0.0000001"), (2.50, "2.5"), (10.0, "10")])
def test_decimals_are_written_without_exponent(number, text):
    assert values.format_decimal(number) == text
    assert values.parse_decimal(text) == number


@pytest.mark.parametrize("text", ["1.0", "", "1_0", "٣", "0x1"])
def test_what_is_no_integer_is_refused(text):
    with pytest.raises(ValueError, match="is not an integer"):
        values.parse_integer(text)


@pytest.mark.parametrize("text", ["True", "yes", "", "2"])
def test_what_is_no_boolean_is_refused(text):
    with pytest.raises(ValueError, match="is not a boolean"):
        values.parse_boolean(text)


@pytest.mark.parametrize(
    ("write", "value"),
    [
        (values.format_boolean, 1),
        (values.format_integer, True),
        (values.format_integer, 1.0),
        (values.format_float, "1"),
        (values.format_float, True),
        (values.format_duration, math.inf),
        (values.format_decimal, math.nan),
        (values.format_base64, "text"),
    ],
)
def test_mixed_up_values_are_not_written(write, value):
    with pytest.raises(ValueError, match=r"is not"):
        write(value)


@given(st.binary())
def test_octets_come_back(data):
    assert values.parse_base64(values.format_base64(data)) == data


def test_base64_may_be_broken_into_lines_but_not_be_wrong():
    assert values.parse_base64(" AP\n8= ") == b"\x00\xff"
    with pytest.raises(ValueError, match="not base64"):
        values.parse_base64("A")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\r\n<&>\"'")))
def test_escaped_text_comes_back_from_another_parser(text):
    if any(c in "\ufffe\uffff" for c in text):
        return
    element = etree.fromstring(f'<a b="{values.escape(text)}">{values.escape(text)}</a>')
    assert (element.text or "") == text
    assert element.get("b") == text


@pytest.mark.parametrize("character", ["\0", "\x1f", "\ud800", "\uffff"])
def test_characters_that_xml_cannot_carry(character):
    with pytest.raises(ValueError, match="cannot carry"):
        values.escape(f"a{character}")
    assert values.printable(f"a{character}b") == "a\ufffdb"
