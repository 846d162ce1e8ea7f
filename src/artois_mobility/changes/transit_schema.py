"""What each kind of change of a timetable says: one small model per kind, told apart by `kind`.

Lines and stops are named as the timetable names them: by their id, or by a name that is only
theirs. A change of a line means all of its trips, or those of some days of the week.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from .fields import FileModel, Number, Point, SpeedKmh, Switch, Text
from .timetable_fields import (
    DWELL_S,
    EVERY_DAY,
    DwellSeconds,
    Headways,
    Lines,
    Minutes,
    Spans,
    StopOfLine,
    Weekdays,
)

# How many times as often, or as seldom.
MOST_FACTOR = 20.0
MOST_SHIFT_MIN = 720.0

Vehicle: TypeAlias = Literal["bus", "tram", "metro", "train", "ferry", "cable_car"]


def _check_factor(value: float) -> float:
    if not 1 / MOST_FACTOR <= value <= MOST_FACTOR or value == 1:
        msg = f"is {value:g}; allowed is 0.05 to 20 but 1: 2 is twice as often, 0.5 half as often."
        raise ValueError(msg)
    return value


def _check_shift(value: float) -> float:
    if not 0 < abs(value) <= MOST_SHIFT_MIN:
        msg = f"is {value:g}; allowed is -720 to 720 minutes but 0: -5 is five minutes earlier."
        raise ValueError(msg)
    return value


class AddLine(FileModel):
    """A new line of public transport runs by headway.

    Attributes
    ----------
    kind
        `"add_line"`.
    name
        What it is called; no line of the timetable has that name.
    stops
        Where it calls, in order: names or ids of stops of the timetable, positions `[lon, lat]`,
        or `{ name, at }` for stops that are new.
    headways
        `[from, to, minutes]` of each span of the day: when it departs from its first stop, on the
        way back from its last one. None departs at the end of a span.
    vehicle
        `"bus"`, `"tram"`, `"metro"`, `"train"`, `"ferry"` or `"cable_car"`.
    speed_kmh
        How fast it drives between stops; one of `speed_kmh`, `speeds_kmh` and `minutes` is needed.
    speeds_kmh
        The same for each stretch between two stops.
    minutes
        How long it drives on each stretch.
    detour
        [assumed] How many times as long as the straight line between two stops its way is, where
        speeds are given.
    dwell_s
        [assumed] How long it stands at each stop on the way.
    both_ways
        True where it runs back too, along the same stops.
    days
        When it runs, while the timetable is in force.
    crs
        Coordinate system of positions among `stops`; that of the file when left out.

    Examples
    --------
    >>> line = AddLine(kind="add_line", name="Bulle 8", stops=("bus:Lens", (2.80, 50.44)),
    ...                headways=(("06:00", "20:00", 10),), speed_kmh=22)
    >>> line.stops[1].at, line.days
    ((2.8, 50.44), 'Mo-Su')
    """

    kind: Literal["add_line"]
    name: Text
    stops: Annotated[tuple[StopOfLine, ...], Field(min_length=2)]
    headways: Headways
    vehicle: Vehicle = "bus"
    speed_kmh: SpeedKmh | None = None
    speeds_kmh: tuple[SpeedKmh, ...] = ()
    minutes: tuple[Minutes, ...] = ()
    detour: Annotated[Number, Field(ge=1, le=5)] = 1.3
    dwell_s: DwellSeconds = DWELL_S
    both_ways: Switch = True
    days: Weekdays = EVERY_DAY
    crs: Text | None = None

    @model_validator(mode="after")
    def _says_how_long_it_drives(self) -> Self:
        given = (self.speed_kmh is not None, bool(self.speeds_kmh), bool(self.minutes))
        if sum(given) != 1:
            msg = "needs exactly one of speed_kmh, speeds_kmh and minutes."
            raise ValueError(msg)
        stretches = len(self.stops) - 1
        for key in ("speeds_kmh", "minutes"):
            count = len(getattr(self, key))
            if count not in (0, stretches):
                msg = (
                    f"names {len(self.stops)} stops, {stretches} stretches between them, but "
                    f"{key} has {count}. Give one for each stretch."
                )
                raise ValueError(msg)
        twice = next((i for i in range(stretches) if self.stops[i] == self.stops[i + 1]), None)
        if twice is not None:
            msg = f"calls at stops[{twice + 1}] twice in a row. Take one of the two away."
            raise ValueError(msg)
        return self


class _OfLines(FileModel):
    """Base of changes of lines that run today."""

    lines: Lines


class RemoveLine(_OfLines):
    """Lines run no more, or not on some days.

    Attributes
    ----------
    kind
        `"remove_line"`.
    lines
        Their names or ids.
    days
        On which they run no more.

    Examples
    --------
    >>> RemoveLine(kind="remove_line", lines=("B7",), days="Su").lines
    ('B7',)
    """

    kind: Literal["remove_line"]
    days: Weekdays = EVERY_DAY


class SetFrequency(_OfLines):
    """Lines run more or less often.

    With `factor = 2` one trip more runs in the middle between every two, and every trip of today
    stays; with 0.5 every second one is left out. Where the timetable tells a headway instead of
    trips, that is divided, and trips run to the end of its span. With `headways` the trips that
    depart within a span give way to one every so many minutes, in each direction over the course
    that most trips take there; what departs outside of all spans stays.

    Attributes
    ----------
    kind
        `"set_frequency"`.
    lines
        Their names or ids.
    factor
        How many times as often, from 0.05 to 20; one of `factor` and `headways` is needed.
    headways
        `[from, to, minutes]` of spans of the day: when they depart from their first stop.
    days
        On which.

    Examples
    --------
    >>> SetFrequency(kind="set_frequency", lines=("B1",), factor=2, days="Mo-Fr").headways
    ()
    """

    kind: Literal["set_frequency"]
    factor: Annotated[Number, AfterValidator(_check_factor)] | None = None
    headways: Spans = ()
    days: Weekdays = EVERY_DAY

    @model_validator(mode="after")
    def _says_one_frequency(self) -> Self:
        if (self.factor is None) == (not self.headways):
            msg = "needs exactly one of factor and headways."
            raise ValueError(msg)
        return self


class ShiftTimes(_OfLines):
    """All trips of lines run earlier or later.

    Attributes
    ----------
    kind
        `"shift_times"`.
    lines
        Their names or ids.
    minutes
        How much later; negative for earlier.
    days
        On which.

    Examples
    --------
    >>> ShiftTimes(kind="shift_times", lines=("K50",), minutes=-5).minutes
    -5.0
    """

    kind: Literal["shift_times"]
    minutes: Annotated[Number, AfterValidator(_check_shift)]
    days: Weekdays = EVERY_DAY


class MoveStop(FileModel):
    """A stop is elsewhere; trips call there at the times of today.

    Attributes
    ----------
    kind
        `"move_stop"`.
    stop
        Its id or its name; by name all its platforms move.
    to
        New position: longitude, latitude in degrees, or x, y in `crs`.
    crs
        Coordinate system of `to`; that of the file when left out.

    Examples
    --------
    >>> MoveStop(kind="move_stop", stop="bus:Lens", to=(2.83, 50.43)).crs is None
    True
    """

    kind: Literal["move_stop"]
    stop: Text
    to: Point
    crs: Text | None = None


class _BetweenStops(_OfLines):
    """Base of changes of lines between two of their stops."""

    from_stop: Text
    to_stop: Text

    @model_validator(mode="after")
    def _says_two_stops(self) -> Self:
        if self.from_stop == self.to_stop:
            msg = f"begins and ends at {self.to_stop!r}. Name two stops of the line."
            raise ValueError(msg)
        return self


class SpeedUpSegment(_BetweenStops):
    """Lines drive faster between two of their stops, such as on a bus lane.

    Departures up to the first of the two stay as they are; everything after is earlier by what is
    saved. The time that vehicles stand at stops stays.

    Attributes
    ----------
    kind
        `"speed_up_segment"`.
    lines
        Their names or ids.
    from_stop, to_stop
        Names or ids of two of their stops.
    minutes
        What is saved from the one to the other; one of `minutes` and `percent` is needed.
    percent
        The same, in parts of a hundred of the time that they drive.
    both_ways
        False where only trips from the first to the second are meant.
    days
        On which.

    Examples
    --------
    >>> SpeedUpSegment(kind="speed_up_segment", lines=("B1",), from_stop="Lens",
    ...                to_stop="Harnes", percent=20).both_ways
    True
    """

    kind: Literal["speed_up_segment"]
    minutes: Annotated[Number, Field(gt=0, le=240)] | None = None
    percent: Annotated[Number, Field(gt=0, lt=100)] | None = None
    both_ways: Switch = True
    days: Weekdays = EVERY_DAY

    @model_validator(mode="after")
    def _says_one_saving(self) -> Self:
        if (self.minutes is None) == (self.percent is None):
            msg = "needs exactly one of minutes and percent."
            raise ValueError(msg)
        return self


class Truncate(_BetweenStops):
    """Lines run between two of their stops only: they begin later, or end earlier.

    Attributes
    ----------
    kind
        `"truncate"`.
    lines
        Their names or ids.
    from_stop, to_stop
        Names or ids of the two stops between which they still run, both ways.
    days
        On which.

    Examples
    --------
    >>> Truncate(kind="truncate", lines=("B2",), from_stop="Béthune", to_stop="Beuvry").days
    'Mo-Su'
    """

    kind: Literal["truncate"]
    days: Weekdays = EVERY_DAY


MODEL_OF_TRANSIT_KIND: Mapping[str, type[FileModel]] = {
    "add_line": AddLine,
    "remove_line": RemoveLine,
    "set_frequency": SetFrequency,
    "shift_times": ShiftTimes,
    "move_stop": MoveStop,
    "speed_up_segment": SpeedUpSegment,
    "truncate": Truncate,
}

LineChange: TypeAlias = (
    AddLine | RemoveLine | SetFrequency | ShiftTimes | MoveStop | SpeedUpSegment | Truncate
)
