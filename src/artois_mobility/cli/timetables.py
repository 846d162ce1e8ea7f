"""What commands tell of timetables: a day on which they run, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

from ..errors import InputError
from .outputs import check_results_folder, csv_writer, write_folder
from .texts import Answer, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..changes.sentences import Language
    from ..study.transit_questions import TransitQuestion
    from ..transit.feeds import Feed

TUESDAY: Final = 1
MOST_DAYS: Final = 400
ARCHIVE: Final = ".zip"


class Timetables(NamedTuple):
    """Feeds that a study may name.

    Attributes
    ----------
    paths
        The files.
    first, last
        The days for which all of them speak.
    day
        A day on which something runs, a Tuesday where there is one.
    fault_count
        How many rows are faulty.
    """

    paths: tuple[Path, ...]
    first: dt.date
    last: dt.date
    day: dt.date
    fault_count: int


def read_timetables(paths: Sequence[Path]) -> Timetables:
    """Read feeds and propose a day.

    Parameters
    ----------
    paths
        GTFS files or folders.

    Returns
    -------
    timetables
        With the first Tuesday on which something runs, else the first day.

    Raises
    ------
    InputError
        If one is no feed, or nothing runs on any day for which all of them speak.
    """
    from ..transit.feeds import read_gtfs

    feed = read_gtfs(paths)
    first, last = feed.sources["first"].max().date(), feed.sources["last"].min().date()
    day = propose_day(feed)
    if day is None:
        msg = (
            f"Nothing runs from {first} to {last}, for which {paths[0]} speaks. Take timetables "
            "that are valid on the same days."
        )
        raise InputError(msg)
    return Timetables(tuple(paths), first, last, day, int(feed.faults["count"].sum()))


def propose_day(feed: Feed) -> dt.date | None:
    """Propose a day on which something runs.

    Parameters
    ----------
    feed
        Timetables.

    Returns
    -------
    day
        The first Tuesday, else the first day; None where nothing runs on any day for which all of
        them speak.
    """
    from ..transit.calendars import runs_on

    first, last = feed.sources["first"].max().date(), feed.sources["last"].min().date()
    count = min((last - first).days + 1, MOST_DAYS)
    days = [first + dt.timedelta(days=number) for number in range(count)]
    days.sort(key=lambda day: day.weekday() != TUESDAY)  # which keeps the order of the others
    return next((each for each in days if runs_on(feed, each).any()), None)


def is_feed(path: Path) -> bool:
    """Tell a timetable from an extract by its name: a zip file, or a folder.

    Parameters
    ----------
    path
        Any.

    Returns
    -------
    is_feed
        True for a timetable.

    Examples
    --------
    >>> from pathlib import Path
    >>> is_feed(Path("gtfs.zip")), is_feed(Path("artois.osm.pbf"))
    (True, False)
    """
    return path.suffix.lower() == ARCHIVE or path.is_dir()


def describe_departures(asked: TransitQuestion) -> dict[str, object]:
    """Say which departures minutes by public transport stand for, ready for JSON.

    Parameters
    ----------
    asked
        What a study asks of public transport.

    Returns
    -------
    departures
        `day`, `from_min` and `to_min` (minutes of the day).
    """
    window = asked.window
    moments = {"from_min": window.begin_min, "to_min": window.end_min}
    return {"day": asked.day.isoformat(), **moments}


def run_check_of_feed(
    path: Path, folder: Path | None, *, language: Language, as_json: bool, csv: str = "plain"
) -> Answer:
    """Check a timetable and write what is wrong with it.

    Parameters
    ----------
    path
        A GTFS feed.
    folder
        Where the table of faults goes, or None.
    language
        Of the sentences; faults bear the names of the canonical validator.
    as_json
        Give JSON instead of a table.
    csv
        How the CSV file is written.

    Returns
    -------
    answer
        What the feed holds, for which days, and how many faults of each kind.

    Raises
    ------
    InputError
        If it is no feed.
    ResultError
        If the results cannot be written.
    """
    from ..report.words import read_words
    from ..transit.feeds import read_gtfs

    if folder is not None:
        check_results_folder(folder)
    feed = read_gtfs(path)
    files = (
        []
        if folder is None
        else write_folder(folder, {"feed_faults.csv": csv_writer(feed.faults, csv)})
    )
    record = _describe(feed)
    if as_json:
        return Answer(write_json({**record, "files": files}))
    words = read_words(language)
    values = {name: record[name] for name in ("stops", "lines", "trips", "first", "last", "names")}
    lines = [words.say("timetable.holds", values)]
    if record["is_schematic"]:
        lines.append(words.say("timetable.schematic"))
    faults = feed.faults
    if faults.empty:
        lines.append(words.say("timetable.no_fault"))
    width = max(map(len, faults["notice"]), default=0)
    for file, notice, count, first, done in zip(
        *(faults[name] for name in ("file", "notice", "count", "first", "consequence")), strict=True
    ):
        told = {"file": f"{file}.txt", "first": first, "done": done}
        lines.append(f"{notice:<{width}}  {count:6d}  {words.say('timetable.fault', told)}")
    return Answer("\n".join([*lines, *files]))


def _describe(feed: Feed) -> dict[str, object]:
    sources = feed.sources
    faults = feed.faults[["file", "notice", "count", "first", "consequence"]]
    names = [str(a or p or f) for a, p, f in sources[["agencies", "publisher", "feed"]].to_numpy()]
    return {
        "names": ", ".join(names),
        "first": str(sources["first"].max().date()),
        "last": str(sources["last"].min().date()),
        "is_schematic": bool(sources["is_schematic"].any()),
        "stops": len(feed.stops),
        "lines": len(feed.routes),
        "trips": len(feed.trips),
        "faults": faults.to_dict("records"),
    }
