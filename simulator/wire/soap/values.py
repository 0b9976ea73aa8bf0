"""The simple values of XML Schema as text and as Python values, both ways.

A moment is Unix seconds in UTC, a duration seconds, both floats. Parsers raise ``ValueError``
with words for the reader of a fault; they take text with white space already collapsed.
Clauses are those of XML Schema 1.1 part 2.
"""

import base64
import binascii
import functools
import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

_DATE_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_DURATION = re.compile(
    r"(-)?P(?=[\dT])(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?"
    r"(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?",
    re.ASCII,
)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_FLOAT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*", re.ASCII)
_SPECIAL_FLOATS = {"INF": math.inf, "+INF": math.inf, "-INF": -math.inf, "NaN": math.nan}
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_UNIT_SECONDS = (365 * 86400, 30 * 86400, 86400, 3600, 60, 1)
_MAX_UTC_OFFSET = 14 * 3600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MOMENT, _LAST_MOMENT = -62135596800.0, 253402300799.0

_MARKUP = re.compile('[&<>"\x00-\x1f\ud800-\udfff\ufffe\uffff]').search
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\r": "&#13;",
        "\n": "&#10;",
        "\t": "&#9;",
    }
)


def escape(text: str) -> str:
    """Return the text as it may stand in content or in a double-quoted attribute.

    Raises:
        ValueError: if it holds a character that XML cannot carry.
    """
    if not _MARKUP(text):
        return text
    if _ILLEGAL.search(text):
        raise ValueError(f"{text!r} holds a character that XML cannot carry")
    return text.translate(_REFERENCES)


def printable(text: str) -> str:
    """Return the text with a mark in place of each character that XML cannot carry."""
    return _ILLEGAL.sub("\ufffd", text)


def parse_boolean(text: str) -> bool:
    """Parse xs:boolean (3.3.2)."""
    try:
        return _BOOLEANS[text]
    except KeyError:
        raise ValueError(f"{text!r} is not a boolean") from None


def format_boolean(value: Any) -> str:
    """Format xs:boolean; only True and False, so that a mixed-up argument is found."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    raise ValueError(f"{value!r} is not a boolean")


def parse_integer(text: str) -> int:
    """Parse xs:integer (3.4.13)."""
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"{text!r} is not an integer")
    return int(text)


def format_integer(value: Any) -> str:
    """Format xs:integer."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ValueError(f"{value!r} is not an integer")
    return str(value.__index__())


def parse_float(text: str) -> float:
    """Parse xs:float or xs:double (3.3.4)."""
    if _FLOAT.fullmatch(text):
        return float(text)
    try:
        return _SPECIAL_FLOATS[text]
    except KeyError:
        raise ValueError(f"{text!r} is not a float") from None


def format_float(value: Any) -> str:
    """Format xs:float or xs:double: the shortest text that gives the same number."""
    if isinstance(value, bool | str):
        raise ValueError(f"{value!r} is not a float")
    number = float(value)
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    if math.isfinite(number):
        return float.__repr__(number)
    return "NaN" if math.isnan(number) else "INF" if number > 0 else "-INF"


def parse_decimal(text: str) -> float:
    """Parse xs:decimal (3.3.3), which has no exponent."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{text!r} is not a decimal")
    return float(text)


def format_decimal(value: Any) -> str:
    """Format xs:decimal, with up to 12 digits behind the point."""
    if isinstance(value, bool | str) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a decimal")
    return f"{value:.12f}".rstrip("0").rstrip(".")


def parse_datetime(text: str) -> float:
    """Parse xs:dateTime (3.3.7) to Unix seconds; without a time zone it is UTC."""
    match = _DATE_TIME.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a dateTime")
    *fields, fraction, zone = match.groups()
    year, month, day, hour, minute, second = map(int, fields)
    end_of_day = (hour, minute, second) == (24, 0, 0) and not float(fraction or 0)
    try:
        moment = datetime(year, month, day, 0 if end_of_day else hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a dateTime: {error}") from None
    seconds = (moment - _EPOCH).total_seconds() + 86400 * end_of_day
    return seconds + float(fraction or 0) - _offset(zone)


def _offset(zone: str | None) -> int:
    if zone is None or zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    offset = hours * 3600 + minutes * 60
    if minutes > 59 or offset > _MAX_UTC_OFFSET:
        raise ValueError(f"{zone!r} is not a time zone")
    return -offset if zone[0] == "-" else offset


@functools.lru_cache(maxsize=256)
def _whole_second(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")


def format_datetime(value: Any) -> str:
    """Format Unix seconds as xs:dateTime in UTC, to the microsecond, without trailing zeros.

    Microseconds, because an RTP tick of video is 11 of them and metadata has to name its frame.
    """
    if isinstance(value, bool | str) or not _FIRST_MOMENT <= value <= _LAST_MOMENT:
        raise ValueError(f"{value!r} is not a moment in Unix seconds")
    second, microsecond = divmod(round(value * 1_000_000), 1_000_000)
    if not microsecond:
        return f"{_whole_second(second)}Z"
    return f"{_whole_second(second)}.{f'{microsecond:06d}'.rstrip('0')}Z"


def parse_duration(text: str) -> float:
    """Parse xs:duration (3.3.6) to seconds; a year counts 365 days and a month 30."""
    match = _DURATION.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a duration")
    sign, *fields = match.groups()
    seconds = sum(float(f) * u for f, u in zip(fields, _UNIT_SECONDS, strict=True) if f)
    return -seconds if sign else seconds


def format_duration(value: Any) -> str:
    """Format seconds as xs:duration, in seconds only, to the microsecond: ``PT10S``, ``PT0.5S``."""
    if isinstance(value, bool | str) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a duration in seconds")
    text = f"{abs(value):.6f}".rstrip("0").rstrip(".")
    return f"{'-' if value < 0 and text != '0' else ''}PT{text}S"


def parse_moment(text: str, utc_now: float) -> float:
    """Parse wsnt:AbsoluteOrRelativeTimeType to Unix seconds.

    Args:
        text: an xs:dateTime, or an xs:duration that counts from now.
        utc_now: the device's UTC in Unix seconds.

    Raises:
        ValueError: if the text is neither.
    """
    collapsed = " ".join(text.split())
    if collapsed.startswith(("P", "-P")):
        return utc_now + parse_duration(collapsed)
    return parse_datetime(collapsed)


def parse_base64(text: str) -> bytes:
    """Parse xs:base64Binary (3.3.17)."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the text is not base64") from None


def format_base64(value: Any) -> str:
    """Format xs:base64Binary."""
    if not isinstance(value, bytes | bytearray | memoryview):
        raise ValueError(f"{type(value).__name__} is not bytes")
    return base64.b64encode(value).decode("ascii")


def parse_hex(text: str) -> str:
    """Check xs:hexBinary (3.3.16); the value stays text."""
    if not _HEX.fullmatch(text):
        raise ValueError(f"{text!r} is not hexadecimal")
    return text
