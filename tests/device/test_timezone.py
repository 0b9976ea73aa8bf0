"""POSIX time zones against the machine's own zone data."""

import datetime
import zoneinfo

import pytest

from simulator.device.timezone import TimeZone


def seconds(year, month, day, hour=0, minute=0, second=0):
    moment = datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.UTC)
    return moment.timestamp()


@pytest.mark.parametrize(
    ("posix", "name"),
    [
        ("CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Berlin"),
        ("EST5EDT,M3.2.0,M11.1.0", "America/New_York"),
        ("NZST-12NZDT,M9.5.0,M4.1.0/3", "Pacific/Auckland"),
        ("<+0530>-5:30", "Asia/Kolkata"),
        ("<-03>3", "America/Sao_Paulo"),
        ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "Australia/Lord_Howe"),
        ("UTC0", "UTC"),
    ],
)
def test_offsets_are_those_of_the_zone(posix, name):
    zone, judge = TimeZone.parse(posix), zoneinfo.ZoneInfo(name)
    for hour in range(0, 366 * 24, 5):
        utc = seconds(2026, 1, 1) + hour * 3600
        moment = datetime.datetime.fromtimestamp(utc, judge)
        assert zone.offset_s(utc) == moment.utcoffset().total_seconds(), moment


def test_the_change_falls_on_the_very_second():
    zone = TimeZone.parse("CET-1CEST,M3.5.0,M10.5.0/3")
    spring = seconds(2026, 3, 29, 1)
    assert [zone.offset_s(spring - 1), zone.offset_s(spring)] == [3600, 7200]
    autumn = seconds(2026, 10, 25, 1)
    assert [zone.offset_s(autumn - 1), zone.offset_s(autumn)] == [7200, 3600]


@pytest.mark.parametrize(("day", "leap", "usual"), [("J60", 60, 59), ("59", 59, 59)])
def test_days_of_the_year(day, leap, usual):
    """J60 is always 1 March; 59 is 29 February in a leap year."""
    zone = TimeZone.parse(f"AAA0BBB,{day}/0,300/0")
    for year, days in ((2024, leap), (2025, usual)):
        begins = seconds(year, 1, 1) + days * 86400
        assert [zone.offset_s(begins - 1), zone.offset_s(begins)] == [0, 3600]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A1",
        "CET",
        "UTC999",
        "UTC0:61",
        "UTC0\n",
        "Europe/Berlin",
        "CET-1CEST,M3.5.0",
        "CET-1CEST,M13.1.0,M10.5.0",
        "CET-1CEST,J0,J300",
        "CET-1CEST,366,J300",
    ],
)
def test_what_is_no_time_zone(text):
    with pytest.raises(ValueError, match=r"not a|no such"):
        TimeZone.parse(text)
