"""Find the lines and stops that a change of a timetable names."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from ..changes.hints import suggest
from ..network.geodesy import length_m
from ..transit.feeds import Feed
from .resolved import list_some
from .timetable_edits import Ids, trips_of

# Platforms of the same name that lie no further apart are one stop.
ONE_STOP_M: Final = 300.0


def find_lines(feed: Feed, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Find lines by their id, or by a name that is only theirs.

    Parameters
    ----------
    feed
        The timetable.
    names
        What a change says.

    Returns
    -------
    lines
        Their ids, each once.
    problems
        One sentence for each name that means none, or several.
    """
    ids = feed.routes["route"].tolist()
    known = feed.routes["name"].tolist()
    found: list[str] = []
    problems = []
    for name in names:
        named = [line for line, own in zip(ids, known, strict=True) if own == name]
        if name in ids:
            found.append(name)
        elif len(named) == 1:
            found += named
        elif named:
            problems.append(
                f"names the line {name!r}, of which there are {len(named)}: {list_some(named)}. "
                "Give the id of the one that is meant."
            )
        else:
            near = suggest(name, list(dict.fromkeys([*known, *ids])))
            problems.append(f"names the line {name!r}, which is not in the timetable.{near}")
    return list(dict.fromkeys(found)), problems


def name_line(feed: Feed, line: str) -> str:
    """Name a line for a message.

    Parameters
    ----------
    feed
        The timetable.
    line
        Id of a route.

    Returns
    -------
    name
        In quotes; with its id where that is another.
    """
    name = str(feed.routes["name"].to_numpy(object)[feed.routes["route"] == line][0])
    return repr(line) if name in ("", line) else f"{name!r} ({line})"


def stops_of(feed: Feed, line: str) -> Ids:
    """List the stops of a line.

    Parameters
    ----------
    feed
        The timetable.
    line
        Id of a route.

    Returns
    -------
    stops
        Rows, each once, ascending.
    """
    own = feed.stop_times["trip"].isin(trips_of(feed, [line])).to_numpy(np.bool_)
    return np.unique(feed.stop_times["stop"].to_numpy(np.int64)[own])


def find_stops(feed: Feed, name: str, among: Ids | None = None) -> tuple[tuple[int, ...], str]:
    """Find the platforms of a stop by its id, that of its station, or its name.

    Parameters
    ----------
    feed
        The timetable.
    name
        What a change says.
    among
        Rows of the stops that can be meant; all when left out.

    Returns
    -------
    stops
        Rows; of several platforms where they are one stop: of one station, or near each other.
    problem
        A part of a sentence where none or several are meant, else `""`.
    """
    rows = np.arange(len(feed.stops)) if among is None else among
    stops = feed.stops.iloc[rows]
    for key in ("stop", "station", "name"):
        found = rows[(stops[key] == name).to_numpy(np.bool_)]
        if found.size and (key != "name" or _is_one_stop(feed, found)):
            return tuple(found.tolist()), ""
        if found.size:
            ids = feed.stops["stop"].iloc[found].tolist()
            return (), (
                f"of which there are {found.size} apart from each other: {list_some(ids)}. Give "
                "the id of the one that is meant."
            )
    near = suggest(name, list(dict.fromkeys([*stops["name"], *stops["stop"]])))
    return (), f"which is no stop there.{near}"


def _is_one_stop(feed: Feed, rows: Ids) -> bool:
    stations = set(feed.stops["station"].iloc[rows])
    if len(stations) == 1 and "" not in stations:
        return True
    lon, lat = (feed.stops[name].to_numpy(np.float64)[rows] for name in ("lon", "lat"))
    here, there = np.triu_indices(rows.size)
    return bool((length_m(lon[here], lat[here], lon[there], lat[there]) <= ONE_STOP_M).all())
