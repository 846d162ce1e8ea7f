"""What each kind of change on water says: one small model per kind, told apart by `kind`."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, Strict, model_validator

from ..network.dimensions import MOST_M, read_class, vessel_of_class
from ..network.hours import is_timetable
from .fields import Day, FileModel, Line, Point, SpeedKmh, Switch, Text, WayId
from .timetable_fields import DwellSeconds

Metres: TypeAlias = Annotated[float, Strict(), Field(gt=0, le=MOST_M, allow_inf_nan=False)]


class Waterways(FileModel):
    """Base of changes that mean waterways or locks which are there today.

    Attributes
    ----------
    ids
        OpenStreetMap ids of ways.
    names
        Names of waterways or locks as OpenStreetMap writes them; every way of that name is meant.
    """

    ids: tuple[WayId, ...] = ()
    names: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _says_which_ways(self) -> Self:
        if not self.ids and not self.names:
            msg = "says no waterway. Give ids = [...] or names = [...]."
            raise ValueError(msg)
        return self


class SetClass(Waterways):
    """Waterways get another class, and with it the limits of that class in place of their own.

    A higher class leaves what is wider today as it is. Bridges above stay as they are. Locks are
    meant where their own name or id is given, or all along the waterways with `with_locks`.

    Attributes
    ----------
    kind
        `"set_class"`.
    cemt
        Class of ECMT resolution 92/2: I, II, III, IV, Va, Vb.
    with_locks
        True where the locks along the waterways named are rebuilt too.

    Examples
    --------
    >>> SetClass(kind="set_class", names=("Canal de Lens",), cemt="IV").with_locks
    False
    """

    kind: Literal["set_class"]
    cemt: Text
    with_locks: Switch = False

    @model_validator(mode="after")
    def _names_a_class(self) -> Self:
        _check_class(self.cemt)
        return self


class SetDimension(Waterways):
    """Waterways or locks take larger or smaller vessels.

    Attributes
    ----------
    kind
        `"set_dimension"`.
    length_m, beam_m, draught_m, air_draught_m
        The largest vessel that passes; what is left out stays. Bridges above stay as they are.
    with_locks
        True where the locks along the waterways named are meant too.

    Examples
    --------
    >>> SetDimension(kind="set_dimension", names=("Écluse de Cuinchy",), length_m=144.6).beam_m
    """

    kind: Literal["set_dimension"]
    length_m: Metres | None = None
    beam_m: Metres | None = None
    draught_m: Metres | None = None
    air_draught_m: Metres | None = None
    with_locks: Switch = False

    @model_validator(mode="after")
    def _says_a_dimension(self) -> Self:
        if all(
            value is None
            for value in (self.length_m, self.beam_m, self.draught_m, self.air_draught_m)
        ):
            msg = "sets nothing. Give length_m, beam_m, draught_m or air_draught_m."
            raise ValueError(msg)
        return self


class LockTime(Waterways):
    """Locks take another time.

    Attributes
    ----------
    kind
        `"lock_time"`.
    minutes
        For one filling or emptying.

    Examples
    --------
    >>> LockTime(kind="lock_time", names=("Écluse de Don",), minutes=15).minutes
    15.0
    """

    kind: Literal["lock_time"]
    minutes: Annotated[float, Strict(), Field(gt=0, le=1440, allow_inf_nan=False)]


class LockHours(Waterways):
    """Locks open at other hours.

    Attributes
    ----------
    kind
        `"lock_hours"`.
    hours
        As OpenStreetMap writes opening hours: `Mo-Sa 06:30-20:30; Su off`.

    Examples
    --------
    >>> LockHours(kind="lock_hours", names=("Écluse de Don",), hours="24/7").hours
    '24/7'
    """

    kind: Literal["lock_hours"]
    hours: Text

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        if not is_timetable(self.hours):
            msg = (
                f"hours is {self.hours!r}, which is no timetable. Write opening hours as "
                'OpenStreetMap does: hours = "Mo-Sa 06:30-20:30; Su off".'
            )
            raise ValueError(msg)
        return self


class CloseReach(Waterways):
    """Waterways or locks close to all vessels.

    Attributes
    ----------
    kind
        `"close_reach"`.
    begin, end
        First and last day, both included; without a day on one side, for good. They count against
        the study's `departure`; without a departure, the closure counts.

    Examples
    --------
    >>> CloseReach(kind="close_reach", names=("Écluse de Cuinchy",)).end is None
    True
    """

    kind: Literal["close_reach"]
    begin: Day | None = None
    end: Day | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        check_days(self.begin, self.end)
        return self


class AddReach(FileModel):
    """A new waterway, joined to the waterways of today at one end at least.

    Attributes
    ----------
    kind
        `"add_reach"`.
    geometry
        Points from end to end: longitude, latitude in degrees, or x, y in `crs`.
    name
        What it is called.
    cemt
        Its class, which gives its limits.
    speed_kmh
        Limit on it; vessels cruise as on other waterways of its class when left out.
    crs
        Coordinate system of `geometry`; that of the file when left out.

    Examples
    --------
    >>> ends = ((3.02, 50.28), (3.05, 50.20))
    >>> AddReach(kind="add_reach", geometry=ends, name="Canal Seine-Nord Europe", cemt="Vb").cemt
    'Vb'
    """

    kind: Literal["add_reach"]
    geometry: Line
    name: Text
    cemt: Text
    speed_kmh: SpeedKmh | None = None
    crs: Text | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        _check_class(self.cemt)
        if len(set(self.geometry)) < 2:
            msg = f"has all its points at {list(self.geometry[0])}. Give two ends that differ."
            raise ValueError(msg)
        return self


class _Berth(FileModel):
    """Base of new places where vessels lie."""

    name: Text
    at: Point
    trips_to: tuple[Text, ...] = ()
    crs: Text | None = None


class AddQuay(_Berth):
    """A new quay for freight.

    Attributes
    ----------
    kind
        `"add_quay"`.
    name
        What it is called.
    at
        Position: longitude, latitude in degrees, or x, y in `crs`.
    trips_to
        Quays of today to which voyages are asked; all of them when left out.
    crs
        Coordinate system of `at`; that of the file when left out.

    Examples
    --------
    >>> AddQuay(kind="add_quay", name="Quai d'Oignies", at=(2.99, 50.47)).trips_to
    ()
    """

    kind: Literal["add_quay"]


class AddStop(_Berth):
    """A new stop: of passenger boats, or of lines of public transport where `lines` names some.

    A line calls there where it makes the smallest detour, which it drives at the speed of today
    along that stretch.

    Attributes
    ----------
    kind
        `"add_stop"`.
    name
        What it is called.
    at
        Position: longitude, latitude in degrees, or x, y in `crs`.
    trips_to
        Of a stop of boats: quays and stops to which voyages are asked; all of them when left out.
    lines
        Of a stop of public transport: names or ids of the lines that call there.
    dwell_s
        [assumed] How long the lines stand there; 20 when left out.
    crs
        Coordinate system of `at`; that of the file when left out.

    Examples
    --------
    >>> AddStop(kind="add_stop", name="Halte de Courrières", at=(2.94, 50.46)).name
    'Halte de Courrières'
    >>> AddStop(kind="add_stop", name="Lycée", at=(2.84, 50.43), lines=("B1",)).is_of_lines
    True
    """

    kind: Literal["add_stop"]
    lines: tuple[Text, ...] = ()
    dwell_s: DwellSeconds | None = None

    @property
    def is_of_lines(self) -> bool:
        """Whether lines of public transport call there, and no boats."""
        return bool(self.lines)

    @model_validator(mode="after")
    def _is_one_kind_of_stop(self) -> Self:
        if self.lines and self.trips_to:
            msg = "has lines and trips_to. Lines of a timetable call by lines; boats by trips_to."
            raise ValueError(msg)
        if self.dwell_s is not None and not self.lines:
            msg = 'has dwell_s, but no lines that stop there. Add lines = ["B1"].'
            raise ValueError(msg)
        return self


WaterChange: TypeAlias = (
    SetClass | SetDimension | LockTime | LockHours | CloseReach | AddReach | AddQuay | AddStop
)

MODEL_OF_WATER_KIND: Mapping[str, type[FileModel]] = {
    "add_quay": AddQuay,
    "add_reach": AddReach,
    "add_stop": AddStop,
    "close_reach": CloseReach,
    "lock_hours": LockHours,
    "lock_time": LockTime,
    "set_class": SetClass,
    "set_dimension": SetDimension,
}


def check_days(begin: Day | None, end: Day | None) -> None:
    """Refuse what ends before it begins.

    Parameters
    ----------
    begin, end
        First and last day, or None.

    Raises
    ------
    ValueError
        If the last day is before the first.

    Examples
    --------
    >>> check_days(None, None)
    """
    if begin is not None and end is not None and end < begin:
        msg = f"ends on {end}, before it begins on {begin}. Swap the two days, or mend one."
        raise ValueError(msg)


def _check_class(name: str) -> None:
    if read_class({"CEMT": name}) not in vessel_of_class():
        allowed = ", ".join(vessel_of_class())
        msg = f"cemt is {name!r}; allowed is one of {allowed}."
        raise ValueError(msg)
