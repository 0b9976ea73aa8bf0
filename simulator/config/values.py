"""The quantities of a scenario file: durations, bit rates, sizes, ranges; and suggestions."""

import datetime
import difflib
import math
import re
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

_DURATION_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(
    r"(?P<sign>-?)(?=\d)(?:(?P<d>\d+(?:\.\d+)?)d)?(?:(?P<h>\d+(?:\.\d+)?)h)?"
    r"(?:(?P<m>\d+(?:\.\d+)?)m(?!s))?(?:(?P<s>\d+(?:\.\d+)?)s)?(?:(?P<ms>\d+(?:\.\d+)?)ms)?"
)
_RATE_UNITS = {"": 1, "k": 1_000, "M": 1_000_000, "G": 1_000_000_000}
_RATE = re.compile(r"(\d+(?:\.\d+)?)([kMG]?)")
_SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")
_DRIFT = re.compile(r"(-?\d+(?:\.\d+)?)ppm")


def did_you_mean(word: object, choices: Iterable[str]) -> str:
    """Return ``"; did you mean 'bullet'?"`` for the nearest choice, or an empty string."""
    near = difflib.get_close_matches(str(word), list(choices), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def parse_duration(value: object) -> float:
    """Return seconds from ``250ms``, ``5s``, ``1m30s``, ``2h`` or a plain number of seconds.

    Raises:
        ValueError: if it is none of them.
    """
    if _is_number(value):
        return float(value)  # type: ignore[arg-type]
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is not a duration such as 250ms, 5s or 1m30s")
    parts = ((unit, match[unit]) for unit in _DURATION_UNITS_S)
    seconds = sum(float(text) * _DURATION_UNITS_S[unit] for unit, text in parts if text)
    return -seconds if match["sign"] else seconds


def parse_bitrate(value: object) -> int:
    """Return bits per second from ``2M``, ``512k`` or a plain number.

    Raises:
        ValueError: if it is none of them.
    """
    if _is_number(value):
        return round(value)  # type: ignore[call-overload, no-any-return]
    match = _RATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is not a bit rate such as 2M, 512k or 64000")
    return round(float(match[1]) * _RATE_UNITS[match[2]])


def parse_size(value: object) -> tuple[int, int]:
    """Return (width, height) in pixels from ``1280x720``.

    Raises:
        ValueError: if it is anything else.
    """
    if isinstance(value, tuple) and len(value) == 2 and all(_is_number(side) for side in value):
        return int(value[0]), int(value[1])
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is not a size such as 1280x720")
    return int(match[1]), int(match[2])


def parse_drift(value: object) -> float:
    """Return seconds gained per second from ``20ppm``; 0 may stand without a unit.

    Raises:
        ValueError: if it is anything else.
    """
    if _is_number(value) and (value == 0 or abs(value) < 1e-2):  # type: ignore[arg-type]
        return float(value)  # type: ignore[arg-type]
    match = _DRIFT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is not a drift such as 20ppm or -5ppm")
    return float(match[1]) * 1e-6


def parse_utc(value: object) -> float:
    """Return Unix seconds from ``2026-06-01T08:00:00Z``, also as YAML reads it; no zone is UTC.

    Raises:
        ValueError: if it is anything else.
    """
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, datetime.datetime):
        raise ValueError("not a UTC time such as 2026-06-01T08:00:00Z")
    zone = value.tzinfo or datetime.UTC
    return value.replace(tzinfo=zone).timestamp()


def _bounded_size(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    if not (64 <= width <= 3840 and 64 <= height <= 2160):
        raise ValueError(f"{width}x{height} is outside 64x64 to 3840x2160")
    if width % 2 or height % 2:
        raise ValueError(f"{width}x{height} has an odd side; video needs even ones")
    return size


def _ordered(pair: tuple[Any, Any]) -> tuple[Any, Any]:
    if pair[0] > pair[1]:
        raise ValueError(f"the range starts at {pair[0]:g} but ends at {pair[1]:g}")
    return pair


def _text_schema(pattern: str, example: str, *, number: bool = True) -> WithJsonSchema:
    text = {"type": "string", "pattern": f"^{pattern}$"}
    schema = {"anyOf": [text, {"type": "number"}]} if number else text
    return WithJsonSchema({**schema, "examples": [example]})


Duration = Annotated[
    float,
    BeforeValidator(parse_duration),
    _text_schema(r"-?([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+", "1m30s"),
]
"""Seconds."""

Bitrate = Annotated[
    int,
    BeforeValidator(parse_bitrate),
    Field(ge=16_000, le=100_000_000),
    _text_schema(r"[0-9]+(\.[0-9]+)?[kMG]?", "2M"),
]
"""Bits per second."""

Size = Annotated[
    tuple[int, int],
    BeforeValidator(parse_size),
    AfterValidator(_bounded_size),
    _text_schema(r"[0-9]{1,5}x[0-9]{1,5}", "1280x720", number=False),
]
"""Width and height in pixels, both even."""

Drift = Annotated[
    float,
    BeforeValidator(parse_drift),
    _text_schema(r"-?[0-9]+(\.[0-9]+)?ppm", "20ppm"),
]
"""Seconds gained per second."""

Utc = Annotated[
    float, BeforeValidator(parse_utc), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""Unix seconds."""

Range = Annotated[tuple[float, float], AfterValidator(_ordered)]
"""Lowest and highest value."""

IntRange = Annotated[tuple[int, int], AfterValidator(_ordered)]
"""Lowest and highest whole number."""


class Strict(BaseModel):
    """A frozen mapping of a YAML file in which every unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
