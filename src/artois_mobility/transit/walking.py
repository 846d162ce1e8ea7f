"""Walks to, from and between stops, as long as the walking network says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import MS_PER_MIN, UNREACHED_MS, Milliseconds, Offsets, Rows
from ..network.model import Network
from ..places.attachments import Attachments
from ..routing.ends import find_ends
from ..routing.tables import choose_times
from .feeds import Feed
from .searches import Walks

Indices: TypeAlias = npt.NDArray[np.signedinteger]

ROWS_PER_BLOCK = 256


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """Walks from p places to stops.

    Attributes
    ----------
    first
        Where the walks of each place begin, shape (p + 1,).
    stop, ms
        Where they lead, by stop, and how long they take, shape (w,).
    """

    first: Offsets
    stop: Rows
    ms: Milliseconds

    @property
    def place_count(self) -> int:
        """Number of places."""
        return self.first.size - 1

    def of_place(self, row: int, stop_count: int) -> Milliseconds:
        """Give the walks of one place.

        Parameters
        ----------
        row
            Row of the place.
        stop_count
            Number of stops, s.

        Returns
        -------
        ms
            By stop, `UNREACHED_MS` for none, shape (s,).
        """
        mine = slice(self.first[row], self.first[row + 1])
        found = np.full(stop_count, UNREACHED_MS, np.int32)
        found[self.stop[mine]] = self.ms[mine]
        return found


def find_access(
    network: Network,
    places: Attachments,
    stops: Attachments,
    longest_walk_min: float,
    *,
    is_leaving: bool = True,
) -> Access:
    """Find the stops that places are within a walk of.

    Parameters
    ----------
    network
        For people on foot.
    places, stops
        Where they hang on it; p places.
    longest_walk_min
        No walk takes longer.
    is_leaving
        True for walks from the places to the stops, False for those from the stops to the places.

    Returns
    -------
    access
        Exact walks.
    """
    bound_ms = int(longest_walk_min * MS_PER_MIN)
    origins, destinations = (places, stops) if is_leaving else (stops, places)
    here, there = find_ends(network, origins), find_ends(network, destinations)
    counts = origins.place_count, destinations.place_count
    if not stops.place.size or not places.place.size:
        none = np.empty(0, np.int32)
        return gather_access(places.place_count, none, none, none)
    times_of = choose_times(network, (here, counts[0]), (there, counts[1]))
    parts = []
    for begin in range(0, counts[0], ROWS_PER_BLOCK):
        lines = times_of(range(begin, min(begin + ROWS_PER_BLOCK, counts[0])))
        row, column = np.nonzero(lines <= bound_ms)
        parts.append((row + begin, column, lines[row, column]))
    origin, destination, ms = (np.concatenate(each) for each in zip(*parts, strict=True))
    place, stop = (origin, destination) if is_leaving else (destination, origin)
    return gather_access(places.place_count, place, stop, ms)


def gather_access(
    place_count: int, place: Indices, stop: Indices, ms: npt.NDArray[np.signedinteger]
) -> Access:
    """Gather walks by place, the shortest of each place and stop.

    Parameters
    ----------
    place_count
        Number of places, p.
    place, stop, ms
        The walks, in any order, shape (w,).

    Returns
    -------
    access
        Each place's by stop.
    """
    order = np.lexsort((ms, stop, place))
    place, stop, ms = place[order], stop[order], ms[order]
    is_first = np.ones(place.size, np.bool_)
    is_first[1:] = (place[1:] != place[:-1]) | (stop[1:] != stop[:-1])
    place, stop, ms = place[is_first], stop[is_first], ms[is_first]
    first = np.cumsum(np.r_[0, np.bincount(place, minlength=place_count)])
    return Access(first.astype(np.int32), stop.astype(np.int32), ms.astype(np.int32))


def reverse_walks(walks: Walks) -> Walks:
    """Turn walks between stops round, each as long as before.

    Parameters
    ----------
    walks
        Between s stops.

    Returns
    -------
    reversed
        From where they led to where they began.
    """
    count = walks.first.size - 1
    here = np.repeat(np.arange(count), np.diff(walks.first))
    order = np.lexsort((here, walks.to))
    first = np.cumsum(np.r_[0, np.bincount(walks.to, minlength=count)])
    return Walks(first.astype(np.int32), here[order].astype(np.int32), walks.ms[order])


def find_walks(
    network: Network, stops: Attachments, feed: Feed, *, longest_walk_min: float, change_s: float
) -> Walks:
    """Find the walks between stops on which one may change.

    Changing takes `change_s` at least. What the feed says of a pair of stops stands above it: how
    long changing takes at least there, or that it cannot be done. Stops that the network does not
    reach are walked to from stops of the same station only, in the time that changing takes.

    Parameters
    ----------
    network
        For people on foot.
    stops
        Where they hang on it.
    feed
        Their timetable.
    longest_walk_min
        No walk takes longer.
    change_s
        Seconds that one needs to change.

    Returns
    -------
    walks
        Each stop's own first.
    """
    walked = find_access(network, stops, stops, longest_walk_min)
    count = stops.place_count
    at_once = np.arange(count)
    begin = np.repeat(np.arange(count), np.diff(walked.first))
    table = pd.DataFrame(
        {
            "here": np.concatenate([at_once, begin]),
            "there": np.concatenate([at_once, walked.stop]),
            "ms": np.concatenate([np.zeros(count, np.int64), walked.ms]),
        }
    )
    pairs = [table, *_within_stations(feed, stops)]
    shortest = pd.concat(pairs).groupby(["here", "there"])["ms"].min().reset_index()
    shortest["ms"] = shortest["ms"].clip(lower=round(change_s * 1000))
    table = _heed(shortest, feed)
    first = np.cumsum(np.r_[0, np.bincount(table["here"], minlength=count)])
    columns = (table[name].to_numpy(np.int32) for name in ("there", "ms"))
    return Walks(first.astype(np.int32), *columns)


def _within_stations(feed: Feed, stops: Attachments) -> Iterator[pd.DataFrame]:
    """List the pairs of stops of a station of which the network does not know both."""
    station = feed.stops["station"].to_numpy(object)
    off = stops.reason_of_place != ""
    rows = pd.DataFrame({"stop": np.arange(station.size), "station": station, "off": off})
    rows = rows[rows["station"] != ""]
    pairs = rows.merge(rows, on="station")
    pairs = pairs[(pairs["off_x"] | pairs["off_y"]) & (pairs["stop_x"] != pairs["stop_y"])]
    if len(pairs):
        yield pd.DataFrame({"here": pairs["stop_x"], "there": pairs["stop_y"], "ms": 0})


def _heed(table: pd.DataFrame, feed: Feed) -> pd.DataFrame:
    """Take what the feed says of pairs of stops."""
    said = feed.transfers.drop_duplicates(["from_stop", "to_stop"])
    said = said.rename(columns={"from_stop": "here", "to_stop": "there"})
    joined = table.merge(said, on=["here", "there"], how="outer")
    least_ms = joined["seconds"].fillna(0) * 1000
    own_ms = joined["ms"].where(joined["ms"].notna(), least_ms)
    joined["ms"] = np.maximum(own_ms, least_ms).round()
    is_open = ~joined["is_forbidden"].fillna(value=False).astype(bool)
    return joined[is_open].sort_values(["here", "there"])[["here", "there", "ms"]]


def walk_to_nearest(found_ms: Milliseconds, longest_walk_min: float) -> Milliseconds:
    """Keep walks that are not too long.

    Parameters
    ----------
    found_ms
        Any shape.
    longest_walk_min
        No walk takes longer.

    Returns
    -------
    walk_ms
        `UNREACHED_MS` for those that are, the same shape.
    """
    bound_ms = int(longest_walk_min * MS_PER_MIN)
    return np.where(found_ms <= bound_ms, found_ms, UNREACHED_MS).astype(np.int32)
