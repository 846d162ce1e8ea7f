"""Changes of a timetable that have met it: every line and stop found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeGuard

from ..changes.notices import Notice
from ..changes.schema import Change
from ..changes.transit_schema import (
    AddLine,
    LineChange,
    MoveStop,
    RemoveLine,
    SetFrequency,
    ShiftTimes,
    SpeedUpSegment,
    Truncate,
)
from ..changes.water_schema import AddStop

TransitChange: TypeAlias = LineChange | AddStop

# In which order they are made, whatever that of the file: places, then calls, then trips.
ORDER: Final[Mapping[type, int]] = {
    kind: number
    for number, kind in enumerate(
        (
            MoveStop,
            AddStop,
            SpeedUpSegment,
            Truncate,
            RemoveLine,
            ShiftTimes,
            SetFrequency,
            AddLine,
        )
    )
}


@dataclass(frozen=True, slots=True)
class LinePart:
    """Two stops of a line.

    Attributes
    ----------
    line
        Id of its route.
    begin, end
        Rows of the platforms of either stop that it calls at.
    """

    line: str
    begin: tuple[int, ...]
    end: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TimetableEdit:
    """A change, and what it means in a timetable.

    Attributes
    ----------
    row
        Its position among the changes of its scenario.
    change
        What it says.
    lines
        Ids of the routes that it names.
    parts
        Between which stops of them, where it names two.
    stops
        Rows of the stops that it names: of a new line one for each call, empty for one that is new.
    """

    row: int
    change: TransitChange
    lines: tuple[str, ...] = ()
    parts: tuple[LinePart, ...] = ()
    stops: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ResolvedTimetable:
    """What a scenario changes of a timetable.

    Attributes
    ----------
    edits
        In the order in which they are made.
    warnings
        What was noticed.
    """

    edits: tuple[TimetableEdit, ...] = ()
    warnings: tuple[Notice, ...] = ()


def is_of_timetable(change: Change) -> TypeGuard[TransitChange]:
    """Tell whether a change is one of a timetable.

    Parameters
    ----------
    change
        Any.

    Returns
    -------
    is_of_timetable
        True for a stop only where lines call there.

    Examples
    --------
    >>> is_of_timetable(AddStop(kind="add_stop", name="Halte", at=(2.8, 50.4)))
    False
    >>> is_of_timetable(AddStop(kind="add_stop", name="Lycée", at=(2.8, 50.4), lines=("B1",)))
    True
    """
    return isinstance(change, LineChange) or (isinstance(change, AddStop) and change.is_of_lines)
