"""Adding up what places reach of each other, by way of nodes and along a street they share."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import UNREACHED_MS, Floats, Milliseconds, Rows
from ..network.model import Network
from ..places.attachments import Attachments
from ..places.starts import Places
from ..routing.ends import ArcEnds, NodeEnds, find_ends
from ..routing.engine import metric_of
from ..routing.paths import find_times
from ..routing.sums import Counted, Weights, sum_reached
from ..transit.model import Transit
from ..transit.pairs import tabulate_times


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Places that count, e entries; a place of several groups stands several times.

    Attributes
    ----------
    row
        Which place each is, shape (e,).
    group
        Which group it counts in, shape (e,).
    worth
        How much it counts, shape (e,).
    """

    row: Rows
    group: Rows
    worth: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """From which places sums are made, and over which.

    Attributes
    ----------
    network
        The network of one profile.
    origins
        Places that get a sum each.
    origin_count
        How many they are, those that hang on no street among them.
    counted
        Places that are added up.
    is_outward
        True for trips from the origins to what is counted, False for trips from there to them.
    """

    network: Network
    origins: ArcEnds
    origin_count: int
    counted: ArcEnds
    is_outward: bool

    def add_up(self, entries: Entries, group_count: int, weights: Weights) -> Floats:
        """Add up by way of nodes, then mend what lies nearer along the own street.

        Parameters
        ----------
        entries
            What counts.
        group_count
            Number of groups.
        weights
            How much of it counts, by the time.

        Returns
        -------
        sums
            Shape (origins, groups, weights). The same bytes whatever the number of threads.
        """
        metric = metric_of(self.network.searched.graph)
        metric = metric if self.is_outward else metric.reversed()
        here = self.origins.leave if self.is_outward else self.origins.reach
        there = self.counted.reach if self.is_outward else self.counted.leave
        counted = Counted(there, entries.row, entries.group, entries.worth, group_count)
        sums = sum_reached(metric, here, self.origin_count, counted, weights)
        pairs, direct_ms = ride_on_own_arc(
            self.origins, self.counted, entries.row, is_outward=self.is_outward
        )
        if not len(pairs):
            return sums
        by_nodes_ms = find_times(
            metric, here, there, [(one, other) for one, other in pairs.tolist()]
        )
        nearer = np.flatnonzero(direct_ms < by_nodes_ms)
        more = weights.of(direct_ms[nearer]) - weights.of(by_nodes_ms[nearer])
        pair, entry = _entries_of(pairs[nearer, 1], entries.row)
        added = entries.worth[entry][:, np.newaxis] * more[pair]
        np.add.at(sums, (pairs[nearer[pair], 0], entries.group[entry]), added)
        return sums

    def from_some(self, rows: Rows) -> "Fold":
        """Keep some of the origins.

        Parameters
        ----------
        rows
            Ascending.

        Returns
        -------
        fold
            Whose origin `i` is origin `rows[i]` of this one.
        """
        return replace(self, origins=_take(self.origins, rows), origin_count=rows.size)


@dataclass(frozen=True, slots=True, eq=False)
class TableFold:
    """Sums made from a table of times, where no sweep finds them: by public transport.

    Attributes
    ----------
    time_ms
        Between places that get a sum and those that are added up, `UNREACHED_MS` for none, shape
        (origins, places).
    """

    time_ms: Milliseconds

    def add_up(self, entries: Entries, group_count: int, weights: Weights) -> Floats:
        """Add up, entry by entry.

        Parameters
        ----------
        entries, group_count, weights
            As in `Fold.add_up`.

        Returns
        -------
        sums
            Likewise.
        """
        measures = weights.of(self.time_ms[:, :0].ravel()).shape[1]
        sums = np.zeros((len(self.time_ms), group_count, measures))
        for row, group, worth in zip(entries.row, entries.group, entries.worth, strict=True):
            sums[:, group] += worth * weights.of(np.ascontiguousarray(self.time_ms[:, row]))
        return sums

    def from_some(self, rows: Rows) -> "TableFold":
        """Keep some of the origins.

        Parameters
        ----------
        rows
            Ascending.

        Returns
        -------
        fold
            Whose origin `i` is origin `rows[i]` of this one.
        """
        return TableFold(self.time_ms[rows])


def fold_between(
    network: Network | Transit,
    homes: Places,
    attachments: tuple[Attachments, Attachments],
    *,
    is_outward: bool,
) -> tuple[Fold | TableFold, Fold | TableFold]:
    """Prepare sums between two sets of places, both ways round.

    Parameters
    ----------
    network
        The network of one profile, or public transport.
    homes
        Where people live: the origins.
    attachments
        Where the origins and what is counted hang on it.
    is_outward
        True for trips from the origins to what is counted, False for trips from there to them.

    Returns
    -------
    ask, serve
        Sums over what is counted for each origin, and over the origins for each counted place.
    """
    origins, counted = attachments
    if isinstance(network, Transit):
        sides = (origins, counted) if is_outward else (counted, origins)
        table = tabulate_times(network, *sides, homes, is_return=not is_outward)
        table = table if is_outward else np.ascontiguousarray(table.T)
        return TableFold(table), TableFold(np.ascontiguousarray(table.T))
    here, there = find_ends(network, origins), find_ends(network, counted)
    return (
        Fold(network, here, origins.place_count, there, is_outward),
        Fold(network, there, counted.place_count, here, not is_outward),
    )


def ride_on_own_arc(
    origins: ArcEnds, counted: ArcEnds, rows: Rows, *, is_outward: bool
) -> tuple[npt.NDArray[np.int64], Milliseconds]:
    """List the places that share an arc with others, and the time along it.

    Parameters
    ----------
    origins, counted
        The places and the others.
    rows
        Which of the others.
    is_outward
        True for trips to the others, False for trips from there.

    Returns
    -------
    pairs, time_ms
        Place and other, ascending, shape (s, 2), and the time, shape (s,); `UNREACHED_MS` where
        the one lies behind the other on a one-way street.
    """
    tables = []
    for ends in (origins, counted):
        table = pd.DataFrame({"place": ends.place, "arc": ends.arc, "offroad": ends.offroad_ms})
        tables.append(table.assign(ahead=ends.along_ms[:, 0], back=ends.along_ms[:, 1]))
    tables[1] = tables[1][tables[1]["place"].isin(rows)]
    joined = tables[0].merge(tables[1], on="arc", suffixes=("", "_other"))
    best_ms = np.full(len(joined), UNREACHED_MS, np.int64)
    for side in ("ahead", "back"):
        from_ms, to_ms = (joined[name].to_numpy(np.int64) for name in (side, f"{side}_other"))
        if not is_outward:
            from_ms, to_ms = to_ms, from_ms
        is_ahead = (from_ms <= to_ms) & (to_ms < UNREACHED_MS)
        offroad_ms = (joined["offroad"] + joined["offroad_other"]).to_numpy(np.int64)
        np.minimum(best_ms, to_ms - from_ms + offroad_ms, out=best_ms, where=is_ahead)
    best = joined.assign(ms=best_ms).groupby(["place", "place_other"])["ms"].min()
    pairs = np.array(best.index.to_list(), np.int64).reshape(-1, 2)
    return pairs, np.minimum(best.to_numpy(), UNREACHED_MS).astype(np.int32)


def _entries_of(
    place: npt.NDArray[np.int64], row_of_entry: Rows
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """List the entries of each of some places: which of the places, and the entry."""
    order = np.argsort(row_of_entry, kind="stable")
    begin = np.searchsorted(row_of_entry[order], place, side="left")
    count = np.searchsorted(row_of_entry[order], place, side="right") - begin
    which = np.repeat(np.arange(place.size), count)
    behind = np.arange(which.size) - np.repeat(np.cumsum(count) - count, count)
    return which, order[begin[which] + behind]


def _take(ends: ArcEnds, rows: Rows) -> ArcEnds:
    """Keep the ends of some places, numbered anew."""

    def renumber(place: Rows) -> tuple[Rows, npt.NDArray[np.int64]]:
        kept = np.flatnonzero(np.isin(place, rows))
        return np.searchsorted(rows, place[kept]).astype(np.int32), kept

    def of_nodes(own: NodeEnds) -> NodeEnds:
        place, kept = renumber(own.place)
        return NodeEnds(place, own.node[kept], own.ms[kept])

    place, kept = renumber(ends.place)
    return ArcEnds(
        place,
        ends.arc[kept],
        ends.offroad_ms[kept],
        ends.along_ms[kept],
        of_nodes(ends.leave),
        of_nodes(ends.reach),
    )
