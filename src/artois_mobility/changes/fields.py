"""What the keys of study and scenario files may hold."""

from collections.abc import Callable
from datetime import date, time
from typing import Annotated, Final, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
)

from .._characters import find_unprintable

# Keys that hold coordinates; each may be read from a layer, under the key with `_from` behind it.
POINT_KEYS: Final = ("at", "geometry", "to", "to_within", "within")
FROM: Final = "_from"
# What is allowed where a file tells the hour.
CLOCK: Final = "a time of the day: 07:00:00"


def _refuse_number(allowed: str) -> Callable[[object], object]:
    """Make a check that refuses numbers, which pydantic would take for seconds since some day."""

    def check(value: object) -> object:
        if isinstance(value, int | float):
            msg = f"is {value!r}; allowed is {allowed}."
            raise ValueError(msg)  # noqa: TRY004  pydantic collects ValueErrors
        return value

    return check


def _within(least: float, most: float, unit: str = "") -> Callable[[float], float]:
    """Make a check that refuses numbers outside two bounds, and names both."""

    def check(value: float) -> float:
        if not least <= value <= most:
            msg = f"is {value:g}; allowed is {least:g} to {most:g}{unit}."
            raise ValueError(msg)
        return value

    return check


def _refuse_controls(value: str) -> str:
    """Refuse what no text is made of: it commands terminals, and no file of a GIS holds it."""
    code = find_unprintable(value)
    if code is not None:
        msg = f"holds the control character {code}; allowed is text that can be read. Take it away."
        raise ValueError(msg)
    return value


Number: TypeAlias = Annotated[float, Strict(), Field(allow_inf_nan=False)]
TextOrEmpty: TypeAlias = Annotated[str, AfterValidator(_refuse_controls)]
Text: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_refuse_controls)
]
WayId: TypeAlias = Annotated[int, Strict(), Field(ge=-(2**63), lt=2**63)]
Switch: TypeAlias = Annotated[bool, Strict()]
Point: TypeAlias = tuple[Number, Number]
# Slower than anyone walks, and faster than any train.
SpeedKmh: TypeAlias = Annotated[Number, AfterValidator(_within(0.5, 300, " km/h"))]
# By which a speed, or the time that a way takes, may be multiplied.
SpeedFactor: TypeAlias = Annotated[Number, AfterValidator(_within(0.01, 100))]
TimeFactor: TypeAlias = Annotated[Number, AfterValidator(_within(0.5, 10))]
Line: TypeAlias = Annotated[tuple[Point, ...], Field(min_length=2)]
Ring: TypeAlias = Annotated[tuple[Point, ...], Field(min_length=3)]
Names: TypeAlias = Annotated[tuple[Text, ...], Field(min_length=1)]
Day: TypeAlias = Annotated[date, BeforeValidator(_refuse_number("a day: 2027-03-01"))]
Clock: TypeAlias = Annotated[time, BeforeValidator(_refuse_number(CLOCK))]


class FileModel(BaseModel):
    """Base of everything read from a study or scenario file: unchangeable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
