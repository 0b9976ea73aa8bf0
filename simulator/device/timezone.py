"""POSIX time zones (IEEE 1003.1 section 8.3), as GetSystemDateAndTime carries them.

std offset [dst [offset] [,start[/time],end[/time]]]     for example CET-1CEST,M3.5.0,M10.5.0/3
"""

import calendar
import datetime
import re

import attrs

_NAME = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)"
_TIME = r"[+-]?\d{1,3}(?::\d{1,2}(?::\d{1,2})?)?"
_DATE = r"(?:J\d{1,3}|\d{1,3}|M\d{1,2}\.[1-5]\.[0-6])"
_ZONE = re.compile(
    rf"{_NAME}({_TIME})(?:({_NAME})({_TIME})?(?:,({_DATE})(?:/({_TIME}))?,({_DATE})(?:/({_TIME}))?)?)?"
)
_DEFAULT_START, _DEFAULT_END = "M3.2.0", "M11.1.0"
_HOUR_S = 3600


@attrs.frozen
class Change:
    """When a clock is changed: a day rule and the seconds after its midnight, in local time."""

    rule: str
    time_s: int

    def in_year(self, year: int) -> datetime.datetime:
        """Return the local moment in ``year``, without time zone."""
        return _day(self.rule, year) + datetime.timedelta(seconds=self.time_s)


@attrs.frozen
class TimeZone:
    """A parsed time zone.

    Attributes:
        standard_s: seconds east of Greenwich in winter.
        summer_s: the same in summer; None if there is no summer time.
        start: when summer time begins, in winter time.
        end: when it ends, in summer time.
    """

    standard_s: int
    summer_s: int | None
    start: Change
    end: Change

    @classmethod
    def parse(cls, text: str) -> "TimeZone":
        """Parse a POSIX TZ string.

        Raises:
            ValueError: if it is none.
        """
        match = _ZONE.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a POSIX time zone")
        offset, summer_name, summer_offset, start, start_time, end, end_time = match.groups()
        standard_s = -_seconds(offset)
        summer_s = None
        if summer_name:
            summer_s = -_seconds(summer_offset) if summer_offset else standard_s + _HOUR_S
        zone = cls(
            standard_s,
            summer_s,
            Change(start or _DEFAULT_START, _seconds(start_time or "2")),
            Change(end or _DEFAULT_END, _seconds(end_time or "2")),
        )
        zone.offset_s(0.0)  # finds days that no year has
        return zone

    def offset_s(self, utc: float) -> int:
        """Return how many seconds local time is ahead of UTC at ``utc`` (Unix seconds)."""
        if self.summer_s is None:
            return self.standard_s
        zero = datetime.datetime(1970, 1, 1)
        winter = zero + datetime.timedelta(seconds=utc + self.standard_s)
        summer = zero + datetime.timedelta(seconds=utc + self.summer_s)
        begun = winter >= self.start.in_year(winter.year)
        over = summer >= self.end.in_year(summer.year)
        north = self.start.in_year(winter.year) < self.end.in_year(winter.year)
        is_summer = (begun and not over) if north else (begun or not over)
        return self.summer_s if is_summer else self.standard_s


def _seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    hours, minutes, seconds = [*parts, 0, 0][:3]
    if hours > 167 or minutes > 59 or seconds > 59:
        raise ValueError(f"{text!r} is not a time of a POSIX time zone")
    return sign * (hours * _HOUR_S + minutes * 60 + seconds)


def _day(rule: str, year: int) -> datetime.datetime:
    first = datetime.datetime(year, 1, 1)
    if rule.startswith("M"):
        return _weekday(rule, year)
    if rule.startswith("J"):  # 1 to 365, and 29 February never counts
        day = int(rule[1:])
        if not 1 <= day <= 365:
            raise ValueError(f"{rule!r} is not a day of the year")
        return first + datetime.timedelta(days=day - 1 + (calendar.isleap(year) and day >= 60))
    if int(rule) > 365:
        raise ValueError(f"{rule!r} is not a day of the year")
    return first + datetime.timedelta(days=int(rule))


def _weekday(rule: str, year: int) -> datetime.datetime:
    """Return the w-th weekday d (0 is Sunday) of month m; the fifth is the last."""
    month, week, weekday = map(int, rule[1:].split("."))
    if not 1 <= month <= 12:
        raise ValueError(f"{rule!r} has no such month")
    first = datetime.datetime(year, month, 1)
    day = 1 + (weekday - first.isoweekday()) % 7 + 7 * (week - 1)
    last = calendar.monthrange(year, month)[1]
    return first.replace(day=day if day <= last else day - 7)
