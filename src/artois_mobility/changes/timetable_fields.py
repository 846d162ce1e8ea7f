"""What the keys of changes of timetables may hold: hours, days of the week, headways, stops."""

import re
from itertools import pairwise
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from .fields import FileModel, Number, Point, Text

# Weekdays as OpenStreetMap writes them in opening hours, from Monday.
WEEKDAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
EVERY_DAY: Final = "Mo-Su"
# [assumed] How long a vehicle stands at a stop, where nothing else is said.
DWELL_S: Final = 20.0
# Trips after midnight belong to the day before; none begins later.
LAST_CLOCK_H: Final = 48
_CLOCK: Final = re.compile(r"(\d{1,2}):([0-5]\d)")
_DAYS_HINT: Final = 'allowed are days such as "Mo-Fr" or "Sa,Su", of Mo, Tu, We, Th, Fr, Sa, Su'


def clock_s(text: str) -> int:
    """Read a time of day.

    Parameters
    ----------
    text
        Such as `"06:30"`; hours may pass 24, after midnight of the same day of service.

    Returns
    -------
    seconds
        From the beginning of the day.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> clock_s("06:30"), clock_s("25:00")
    (23400, 90000)
    """
    match = _CLOCK.fullmatch(text)
    if match is None or int(match[1]) > LAST_CLOCK_H:
        msg = f'is {text!r}; allowed is a time of day in quotes, such as "06:30", up to "48:00".'
        raise ValueError(msg)
    return int(match[1]) * 3600 + int(match[2]) * 60


def write_clock(seconds: float) -> str:
    """Write a time of day.

    Parameters
    ----------
    seconds
        From the beginning of the day.

    Returns
    -------
    text
        Hours and minutes.

    Examples
    --------
    >>> write_clock(23400), write_clock(90030.0)
    ('06:30', '25:00')
    """
    minutes = int(seconds // 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def weekdays_of(text: str) -> tuple[bool, ...]:
    """Read days of the week.

    Parameters
    ----------
    text
        Such as `"Mo-Fr"` or `"We,Sa-Su"`.

    Returns
    -------
    is_meant
        For each day from Monday to Sunday.

    Raises
    ------
    ValueError
        If it names something else.

    Examples
    --------
    >>> [day for day, meant in zip(WEEKDAYS, weekdays_of("We,Sa-Su"), strict=True) if meant]
    ['We', 'Sa', 'Su']
    >>> sum(weekdays_of("Fr-Mo"))
    4
    """
    meant = set()
    for part in text.split(","):
        ends = [each.strip().capitalize() for each in part.split("-")]
        if len(ends) > 2 or not set(ends) <= set(WEEKDAYS):
            msg = f"is {text!r}; {_DAYS_HINT}."
            raise ValueError(msg)
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        meant |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return tuple(number in meant for number in range(7))


class NewStop(FileModel):
    """A stop that is not in the timetable yet, of a new line.

    Attributes
    ----------
    at
        Position: longitude, latitude in degrees, or x, y in the `crs` of the change.
    name
        What it is called; the line's name and a number when left out.

    Examples
    --------
    >>> NewStop(name="Gare", at=(2.83, 50.43)).at
    (2.83, 50.43)
    """

    at: Point
    name: str = ""


def _read_stop(value: object) -> str | NewStop:
    """Read a stop of a new line: a name or an id, a position, or both of a new one."""
    if isinstance(value, NewStop):
        return value
    if isinstance(value, str) and value.strip():
        return value.strip()
    try:
        if isinstance(value, dict):
            return NewStop.model_validate(value)
        if isinstance(value, list | tuple):
            return NewStop.model_validate({"at": value})
    except ValidationError:
        pass
    msg = (
        f"is {value!r}; allowed is the name or id of a stop, the position [lon, lat] of a new one, "
        'or { name = "Mairie", at = [lon, lat] }.'
    )
    raise ValueError(msg)


def _check_span(value: object) -> object:
    if not isinstance(value, list | tuple) or len(value) != 3:
        msg = (
            f'is {value!r}; allowed is [from, to, minutes], such as ["06:00", "20:00", 10]: one '
            "departure every 10 minutes, none at the end."
        )
        raise ValueError(msg)
    return value


def _check_nested(value: object) -> object:
    """Tell once, not for each entry, that a span lacks brackets of its own."""
    if not isinstance(value, list | tuple) or not value:
        return value
    if not any(isinstance(each, list | tuple) for each in value):
        msg = (
            f"is {value!r}; allowed are spans [from, to, minutes] in brackets of their own, such "
            'as [["06:00", "20:00", 10]].'
        )
        raise ValueError(msg)
    return value


def _check_order(value: "tuple[str, str, float]") -> "tuple[str, str, float]":
    if clock_s(value[1]) <= clock_s(value[0]):
        msg = (
            f"ends at {value[1]}, not after it begins at {value[0]}. After midnight hours go on: "
            '"25:00".'
        )
        raise ValueError(msg)
    return value


def _check_headways(spans: "tuple[Headway, ...]") -> "tuple[Headway, ...]":
    ordered = sorted(spans, key=lambda span: clock_s(span[0]))
    for one, other in pairwise(ordered):
        if clock_s(other[0]) < clock_s(one[1]):
            msg = f"has two spans at {other[0]}: from {one[0]} and from {other[0]}. Part them."
            raise ValueError(msg)
    return spans


def _clock(value: object) -> str:
    if not isinstance(value, str):
        msg = f'is {value!r}; allowed is a time of day in quotes, such as "06:30".'
        raise ValueError(msg)  # noqa: TRY004  pydantic collects ValueErrors
    clock_s(value.strip())
    return value.strip()


def _days(value: object) -> str:
    if not isinstance(value, str):
        msg = f"is {value!r}; {_DAYS_HINT}."
        raise ValueError(msg)  # noqa: TRY004  pydantic collects ValueErrors
    weekdays_of(value)
    return value


def _bounded(value: float) -> float:
    if not 0.5 <= value <= 1440:
        msg = f"is {value:g}; allowed is 0.5 to 1440 minutes."
        raise ValueError(msg)
    return value


Clock: TypeAlias = Annotated[str, BeforeValidator(_clock)]
Weekdays: TypeAlias = Annotated[str, BeforeValidator(_days)]
Minutes: TypeAlias = Annotated[Number, AfterValidator(_bounded)]
Headway: TypeAlias = Annotated[
    tuple[Clock, Clock, Minutes], BeforeValidator(_check_span), AfterValidator(_check_order)
]
Spans: TypeAlias = Annotated[
    tuple[Headway, ...], BeforeValidator(_check_nested), AfterValidator(_check_headways)
]
Headways: TypeAlias = Annotated[
    tuple[Headway, ...],
    Field(min_length=1),
    BeforeValidator(_check_nested),
    AfterValidator(_check_headways),
]
StopOfLine: TypeAlias = Annotated[str | NewStop, BeforeValidator(_read_stop)]
Lines: TypeAlias = Annotated[tuple[Text, ...], Field(min_length=1)]
DwellSeconds: TypeAlias = Annotated[Number, Field(ge=0, le=3600)]
