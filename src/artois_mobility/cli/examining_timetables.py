"""What `artois-mobility doctor` tells of timetables: days, the study's day, stops and streets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ..errors import InputError
from .examining import Finding, State
from .timetables import ARCHIVE, propose_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ..study.files import Study
    from ..transit.feeds import Feed

STUDY: Final = ".toml"
STOPS: Final = "stops.txt"
DATA: Final = "[data]"


class Subject(NamedTuple):
    """Timetables that are looked at.

    Attributes
    ----------
    name
        What they are called.
    feed
        Their content.
    study
        The study that names them; None for a feed by itself.
    """

    name: str
    feed: Feed
    study: Study | None = None


def examine_timetables(place: Path) -> list[Finding]:
    """Look at the timetables of a study, or of a folder.

    Parameters
    ----------
    place
        A study file; a GTFS feed; or a folder with studies or feeds.

    Returns
    -------
    findings
        Of each timetable the days for which it speaks; of a study whether anything runs on its day,
        and whether stops have a street.

    Raises
    ------
    InputError
        If a study or a feed is faulty, or there is none.
    """
    subjects = list(_find_subjects(place))
    if not subjects:
        msg = (
            f"{place} holds no timetable: no study with a section [transit], and no GTFS feed. "
            "Name a study file, a feed, or a folder with one of them."
        )
        raise InputError(msg)
    findings = []
    for subject in subjects:
        findings.append(_look_at_days(subject))
        if subject.study is not None:
            findings += [
                _look_at_day(subject, subject.study),
                _look_at_stops(subject, subject.study),
            ]
    return findings


def _find_subjects(place: Path) -> Iterator[Subject]:
    """Read a feed or a study; of a folder its studies, or its feeds where no study names any."""
    from ..study.files import read_study
    from ..transit.feeds import read_gtfs

    if _is_feed(place):
        yield Subject(place.name, read_gtfs(place))
        return
    paths = [place] if not place.is_dir() else list(filter(_is_study, sorted(place.iterdir())))
    studies = [read_study(path) for path in paths]
    asked = [each for each in studies if each.transit is not None]
    for each in asked:
        if each.transit is not None:
            yield Subject(each.path.name, read_gtfs(each.transit.feeds), each)
    if place.is_dir() and not asked:
        for path in filter(_is_feed, sorted(place.iterdir())):
            yield Subject(path.name, read_gtfs(path))


def _is_study(path: Path) -> bool:
    return path.suffix == STUDY and DATA in path.read_text(encoding="utf-8", errors="replace")


def _is_feed(path: Path) -> bool:
    if path.is_dir():
        return (path / STOPS).is_file()
    return path.suffix.lower() == ARCHIVE and path.is_file()


def _look_at_days(subject: Subject) -> Finding:
    """Tell for which days all feeds speak."""
    sources = subject.feed.sources
    first, last = sources["first"].max().date(), sources["last"].min().date()
    found = f"{subject.name} · {first} – {last}"
    if first > last:
        return Finding("timetable_days", State.FAULT, found, "no_common_day")
    count = int(subject.feed.faults["count"].sum())
    if count:
        return Finding("timetable_days", State.WARNING, found, "faulty_rows", {"count": count})
    return Finding("timetable_days", State.FINE, found)


def _look_at_day(subject: Subject, study: Study) -> Finding:
    """Tell how many trips run on the study's day, and how many more are lost."""
    from ..study.transit_loading import MOST_UNUSABLE
    from ..transit.calendars import count_runs, count_unusable, feeds_of_other_days, runs_on

    assert study.transit is not None  # as it has timetables
    feed, day = subject.feed, study.transit.day
    kept, lost = int(runs_on(feed, day).sum()), count_unusable(feed, day)
    found = f"{subject.name} · {day}, {count_runs(feed, day)}"
    if not kept:
        other = propose_day(feed)
        key = "no_trips" if other is None else "no_trips_that_day"
        return Finding("timetable_day", State.FAULT, found, key, {"day": day, "other": other})
    if others := feeds_of_other_days(feed, day):
        values = {"day": day, "feeds": ", ".join(others)}
        return Finding("timetable_day", State.FAULT, found, "feeds_of_other_days", values)
    if lost > MOST_UNUSABLE * (lost + kept):
        return Finding("timetable_day", State.WARNING, found, "trips_lost", {"count": lost})
    return Finding("timetable_day", State.FINE, found)


def _look_at_stops(subject: Subject, study: Study) -> Finding:
    """Tell how many stops of the extract hang on a street for people on foot."""
    import geopandas as gpd
    import numpy as np

    from .._types import WGS84
    from ..osm.reader import read_osm
    from ..places.attaching import attach
    from ..study.loading import load_for

    assert study.transit is not None  # as it has timetables
    stops, extract = subject.feed.stops, read_osm(study.extract)
    lon, lat = (stops[name].to_numpy(np.float64) for name in ("lon", "lat"))
    west, south, east, north = extract.source.bounds_deg
    rows = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    network = load_for(study, extract, study.transit.walk)
    points = gpd.GeoSeries(gpd.points_from_xy(lon[rows], lat[rows], crs=WGS84))
    is_off = attach(network, points).reason_of_place != ""
    found = f"{subject.name} · {int((~is_off).sum())}/{rows.size} ({len(stops) - rows.size})"
    if not (~is_off).any():
        return Finding("timetable_stops", State.FAULT, found, "no_stop_here")
    if is_off.any():
        first = _name_some(stops["name"].iloc[rows[is_off]].tolist())
        values = {"count": int(is_off.sum()), "first": first}
        return Finding("timetable_stops", State.WARNING, found, "stops_off", values)
    return Finding("timetable_stops", State.FINE, found)


def _name_some(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(map(str, names[:3])))
