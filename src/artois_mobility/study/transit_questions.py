"""What a study asks of public transport: its section `[transit]`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Annotated, Final, TypeAlias

from pydantic import ConfigDict, Field, Strict

from ..changes.fields import Clock, Day, FileModel, Names, Number, Text
from ..errors import ProfileError
from ..network.profile_keys import Profile
from ..network.profiles import read_profile
from ..transit.model import WALK, Window
from ..transit.naming import TRANSIT

USUAL: Final = Window()
USUAL_CHANGE_S: Final = 60.0
PEOPLE_ON_FOOT: Final = "walk, walk_senior, wheelchair, or a file of your own for people on foot"

# Notes a problem: where it stands in the file, and what is wrong.
Note: TypeAlias = Callable[[tuple[str, str], str], None]


class TransitSection(FileModel):
    """The keys of `[transit]`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    feeds: Names
    day: Day | None = None
    begin: Annotated[Clock, Field(alias="from")] = time(7)
    to: Clock = time(9)
    step_min: Annotated[Number, Field(gt=0, le=60)] = USUAL.step_min
    most_trips: Annotated[int, Strict(), Field(ge=1, le=8)] = USUAL.most_trips
    longest_walk_min: Annotated[Number, Field(gt=0, le=120)] = USUAL.longest_walk_min
    longest_min: Annotated[Number, Field(gt=0, le=1440)] = USUAL.longest_min
    change_s: Annotated[Number, Field(ge=0, le=3600)] = USUAL_CHANGE_S
    walk: Text = WALK


@dataclass(frozen=True, slots=True)
class TransitQuestion:
    """What a study asks of public transport.

    Attributes
    ----------
    feeds
        Timetables in GTFS, zip files or folders.
    day
        The day on which people travel.
    window
        When journeys begin, and what they may be.
    change_s
        Seconds that one needs to change from one trip to another.
    walk
        How people go to stops.
    """

    feeds: tuple[Path, ...]
    day: date
    window: Window
    change_s: float
    walk: Profile


@dataclass(frozen=True, slots=True)
class TransitContext:
    """What the section is read beside.

    Attributes
    ----------
    folder
        Of the study file.
    profiles
        What the study lists, `"transit"` among them or not.
    street_profiles
        Those of them that travel on streets.
    day
        The day that the study is about, or None.
    note
        Notes a problem.
    """

    folder: Path
    profiles: tuple[str, ...]
    street_profiles: tuple[Profile, ...]
    day: date | None
    note: Note = field(repr=False)


def read_transit(section: TransitSection | None, context: TransitContext) -> TransitQuestion | None:
    """Make a question of a study's section; what is wrong with it is noted.

    Parameters
    ----------
    section
        What the file says, or None.
    context
        What it is read beside.

    Returns
    -------
    question
        None without a section, or where a problem was noted that leaves no question.
    """
    is_asked = TRANSIT in context.profiles
    if context.profiles.count(TRANSIT) > 1:
        context.note(("access", "profiles"), f"{TRANSIT!r} is listed twice.")
    if is_asked and not context.street_profiles:
        context.note(
            ("access", "profiles"),
            f"{TRANSIT!r} stands alone: list somebody who travels on streets too, such as 'walk'.",
        )
    if section is None:
        if is_asked:
            context.note(
                ("access", "profiles"),
                "'transit' needs a timetable: add a section [transit] with feeds (GTFS files) "
                "and day.",
            )
        return None
    if not is_asked:
        context.note(
            ("transit", "feeds"),
            f"nobody asks for this timetable: add {TRANSIT!r} to access.profiles, or leave the "
            "section out.",
        )
    feeds = tuple(_find_feed(given, context) for given in section.feeds)
    walk = _read_walk(section.walk, context)
    window = _read_window(section, context)
    day = section.day or context.day
    if day is None:
        context.note(("transit", "day"), "is missing: say on which day people travel, 2026-11-24.")
    if walk is None or window is None or day is None:
        return None
    return TransitQuestion(feeds, day, window, section.change_s, walk)


def _find_feed(given: str, context: TransitContext) -> Path:
    path = context.folder / given
    if not path.exists():
        context.note(
            ("transit", "feeds"),
            f"{given!r} does not exist; it is looked for from {context.folder}. Name a GTFS feed: "
            "a zip file or a folder of .txt files.",
        )
    return path


def _read_walk(name: str, context: TransitContext) -> Profile | None:
    """Read the profile of people on foot; the study's own where it lists one of the name."""
    place = ("transit", "walk")
    known = {each.name: each for each in context.street_profiles}
    try:
        source = context.folder / name if name.endswith(".toml") else name
        found = known.get(name) or read_profile(source)
    except ProfileError as error:
        context.note(place, str(error))
        return None
    if found.mode != WALK:
        context.note(place, f"{name!r} does not walk to stops; choose {PEOPLE_ON_FOOT}.")
        return None
    return known.get(found.name, found)


def _read_window(section: TransitSection, context: TransitContext) -> Window | None:
    begin, end = (
        each.hour * 60 + each.minute + each.second / 60 for each in (section.begin, section.to)
    )
    if begin >= end:
        context.note(
            ("transit", "to"),
            f"is {section.to:%H:%M:%S}, from is {section.begin:%H:%M:%S}; the window must end "
            "later than it begins, on the same day.",
        )
        return None
    return Window(
        begin_min=begin,
        end_min=end,
        step_min=section.step_min,
        most_trips=section.most_trips,
        longest_walk_min=section.longest_walk_min,
        longest_min=section.longest_min,
    )
