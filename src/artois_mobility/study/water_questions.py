"""What a study asks of the water: its section `[water]`."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from ..changes.fields import FileModel, Names, Text
from ..network.profile_keys import Profile


def _check_local(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        msg = f"is {moment.isoformat()}: give local time without a time zone, 2026-11-24T08:00:00."
        raise ValueError(msg)
    return moment


class WaterSection(FileModel):
    """The keys of `[water]`."""

    vessels: Names = ("barge_freycinet", "barge")
    locks: Text | None = None
    quays: Text | None = None
    trips: tuple[tuple[Text, Text], ...] = ()
    departure: Annotated[datetime, AfterValidator(_check_local)] | None = None


@dataclass(frozen=True, slots=True)
class WaterQuestion:
    """What a study asks of the water.

    Attributes
    ----------
    vessels
        Their profiles.
    locks
        Table of locks, or None.
    quays
        Table of quays; None for those of the extract.
    trips
        Names of the quays at both ends of each voyage; empty for one between any two.
    departure
        When all voyages begin, local time; None leaves opening hours out.
    """

    vessels: tuple[Profile, ...]
    locks: Path | None
    quays: Path | None
    trips: tuple[tuple[str, str], ...]
    departure: datetime | None
