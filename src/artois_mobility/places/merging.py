"""Finding the rows of a table of sites that stand for the same place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from ..network.geodesy import length_m, metric_crs, project

SAME_PLACE_M: Final = 50.0
REFERENCES: Final = ("finess", "uai")
# Here rows near each other are one place drawn twice; rows of a file are places of their own.
OSM: Final = "osm"
SAME_NUMBER: Final = "same number"
NEAR: Final = f"within {SAME_PLACE_M:g} m"


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Rows that are merged into others, in the order of the table.

    Attributes
    ----------
    kept
        Row that stays.
    merged
        Row that goes.
    metres
        How far apart they are.
    why
        The number they share, or that they are near.
    """

    kept: Sequence[int]
    merged: Sequence[int]
    metres: Sequence[float]
    why: Sequence[str]


def find_duplicates(sites: gpd.GeoDataFrame, table: Sequence[int] | None = None) -> Duplicates:
    """Find sites of one category that share a FINESS or UAI number or lie within 50 m.

    Sites whose numbers differ are never one. Going down the table, a row is merged into the first
    row that has its number; then into the nearest row of the same source within 50 m, of a file
    only where both have the same name, since a file such as BPE has one row for each practitioner
    at an address. Last, the nearest pairs of two sources within 50 m are merged, the later into the
    earlier row; a site takes in at most one row of every other source. Rows merged already draw no
    further ones in.

    Parameters
    ----------
    sites
        With `category`, `name`, `source`, `finess`, `uai` and points in EPSG:4326, rows numbered
        from 0.
    table
        In which table of sites each row was merged with the others there already, -1 for none;
        rows of one such table are not merged by distance again. None for -1 throughout.

    Returns
    -------
    duplicates
        Each row goes at most once.

    Examples
    --------
    >>> points = gpd.points_from_xy([2.83, 2.8301], [50.42, 50.42])
    >>> columns = {"category": "care/pharmacy", "finess": "", "uai": "", "name": ""}
    >>> sites = gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4326", index=[0, 1])
    >>> find_duplicates(sites.assign(source="osm")).why
    ['within 50 m']
    >>> find_duplicates(sites.assign(source="bpe.csv")).why
    []
    >>> find_duplicates(sites[:0]).why
    []
    """
    if sites.empty:
        return Duplicates([], [], [], [])
    groups = _start(sites)
    _join_numbers(groups)
    tables = np.full(len(sites), -1) if table is None else np.asarray(table)
    near = [
        pair
        for pair in _neighbours(sites)
        if tables[pair[0]] == -1 or tables[pair[0]] != tables[pair[1]]
    ]
    names = [str(name).strip().casefold() for name in sites["name"]]
    source = sites["source"].to_numpy(object)
    is_own = [
        source[row] == source[other]
        and (source[row] == OSM or (names[row] != "" and names[row] == names[other]))
        for row, other, _ in near
    ]
    _join_near(groups, [pair for pair, own in zip(near, is_own, strict=True) if own])
    across = [pair for pair in near if source[pair[0]] != source[pair[1]]]
    across.sort(key=lambda pair: (pair[2], pair[1], pair[0]))
    _join_near(groups, across, is_one_each=True)
    return _list_merged(sites, groups)


class _Groups(NamedTuple):
    """What every row has been merged into so far, and what it stands for."""

    kept_of: list[int]
    why: list[str]
    category: Sequence[str]
    numbers: list[list[str]]
    sources: list[set[str]]

    def is_kept(self, row: int) -> bool:
        return self.kept_of[row] == row

    def is_open(self, kept: int, row: int) -> bool:
        """Tell whether two rows are still kept and no number says that they are not one."""
        own = zip(self.numbers[kept], self.numbers[row], strict=True)
        is_other = any(a and b and a != b for a, b in own)
        return self.is_kept(kept) and self.is_kept(row) and not is_other

    def merge(self, kept: int, row: int, why: str) -> None:
        self.kept_of[row], self.why[row] = kept, why
        own = zip(self.numbers[kept], self.numbers[row], strict=True)
        self.numbers[kept] = [a or b for a, b in own]
        self.sources[kept] |= self.sources[row]


def _start(sites: gpd.GeoDataFrame) -> _Groups:
    numbers = [list(pair) for pair in zip(*(sites[name] for name in REFERENCES), strict=True)]
    sources = [{source} for source in sites["source"]]
    count = len(sites)
    return _Groups(list(range(count)), [""] * count, list(sites["category"]), numbers, sources)


def _join_numbers(groups: _Groups) -> None:
    """Merge every row into the first of its category that has one of its numbers."""
    rows_of_number: dict[tuple[int, str, str], list[int]] = {}
    for row, category in enumerate(groups.category):
        same = {
            other
            for kind, number in enumerate(groups.numbers[row])
            for other in rows_of_number.get((kind, number, category), ())
        }
        kept = min((other for other in same if groups.is_open(other, row)), default=row)
        for other in sorted({*same, row}):
            if other > kept and groups.is_open(kept, other):
                groups.merge(kept, other, SAME_NUMBER)
        for kind, number in enumerate(groups.numbers[kept]):
            if number:
                rows_of_number.setdefault((kind, number, category), []).append(kept)


def _join_near(
    groups: _Groups, pairs: Iterable[tuple[int, int, float]], *, is_one_each: bool = False
) -> None:
    """Merge pairs of a row and an earlier one, in their order, each row once."""
    for row, kept, _ in pairs:
        is_taken = is_one_each and not groups.sources[kept].isdisjoint(groups.sources[row])
        if groups.is_open(kept, row) and not is_taken:
            groups.merge(kept, row, NEAR)


def _list_merged(sites: gpd.GeoDataFrame, groups: _Groups) -> Duplicates:
    merged = [row for row, kept in enumerate(groups.kept_of) if kept != row]
    kept_rows = []
    for row in merged:
        kept = groups.kept_of[row]
        while not groups.is_kept(kept):
            kept = groups.kept_of[kept]
        kept_rows.append(kept)
    lon_deg, lat_deg = sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy()
    metres = length_m(lon_deg[kept_rows], lat_deg[kept_rows], lon_deg[merged], lat_deg[merged])
    return Duplicates(kept_rows, merged, metres.tolist(), [groups.why[row] for row in merged])


def _neighbours(sites: gpd.GeoDataFrame) -> list[tuple[int, int, float]]:
    """List each row with the earlier ones of its category within 50 m, the nearest first."""
    lon_deg, lat_deg = sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy()
    category = sites["category"].to_numpy(object)
    x_m, y_m = project(lon_deg, lat_deg, metric_crs(lon_deg, lat_deg))
    points = shapely.points(x_m, y_m)
    row, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=SAME_PLACE_M)
    is_pair = (other < row) & (category[row] == category[other])
    row, other = row[is_pair], other[is_pair]
    metres = np.hypot(x_m[row] - x_m[other], y_m[row] - y_m[other])
    order = np.lexsort((other, metres, row))
    columns = (each[order].tolist() for each in (row, other, metres))
    return list(zip(*columns, strict=True))
