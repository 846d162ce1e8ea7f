"""Where a new crossing of a canal, a railway or a motorway could be built."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from .._types import WGS84, Flags, Floats, Geometries, Rows
from ..errors import PlacesError
from ..network.geodesy import length_m, unproject
from ..network.model import Network
from ..places.streets import allowed_arcs, draw_arcs
from .barrier_lines import KINDS, BarrierLine, list_barriers

if TYPE_CHECKING:
    import geopandas as gpd

    from ..osm.extract import Extract

COLUMNS: Final = ("candidate", "kind", "barrier", "at_m", "length_m", "also_crosses", "geometry")
# Corners of the half circle in which the street of a bank is looked for.
CORNERS: Final = 9
# Candidates whose ends are this near to those of another are the same.
SAME_M: Final = 5.0


def crossing_candidates(
    extract: "Extract",
    network: Network,
    *,
    kinds: Sequence[str] = KINDS,
    apart_m: float = 50.0,
    bank_m: float = 150.0,
    within: "gpd.GeoDataFrame | gpd.GeoSeries | None" = None,
) -> "gpd.GeoDataFrame":
    """List where a new crossing could be built: wherever both banks have a street.

    Every so many metres along each barrier the nearest street on either side is looked for; a
    straight link between the two that crosses the barrier is a candidate. Streets on bridges and
    in tunnels are none, and of candidates with the same ends one counts.

    Parameters
    ----------
    extract
        The OpenStreetMap data, for the barriers.
    network
        The network of one profile, for the streets.
    kinds
        Which barriers: `"canal"`, `"river"`, `"railway"`, `"motorway"`, those in the open.
    apart_m
        Metres between places along a barrier.
    bank_m
        How far from the middle of the barrier a street may lie. Wide rivers need more.
    within
        Areas that the place on the barrier has to lie in, in any coordinate system.

    Returns
    -------
    candidates
        By barrier and place: `candidate` (`"c1"` and so on), `kind`, `barrier` (its name or `""`),
        `at_m` along its piece, `length_m` of the link, `also_crosses` (other kinds, joined by
        `+`) and `geometry`, a line of two points (EPSG:4326).

    Raises
    ------
    PlacesError
        If a kind is unknown or a distance not allowed.

    See Also
    --------
    rank_links : what each of them would bring.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> crossing_candidates(crossroads(), build_network(crossroads(), "walk")).empty
    True
    """
    for name, metres, least in (("apart_m", apart_m, 1.0), ("bank_m", bank_m, 1.0)):
        if not least <= metres <= 5000:
            msg = f"{name} must be from {least:g} to 5000 metres; found {metres!r}."
            raise PlacesError(msg)
    barriers = list_barriers(extract, network.crs, kinds)
    spots = _space_out(barriers, apart_m)
    if within is not None:
        spots = spots.only(_lie_within(spots.xy_m, within, network.crs))
    streets = draw_arcs(network, allowed_arcs(network, np.ones(network.graph.arc_count, np.bool_)))
    banks = [_nearest_street(spots, side, streets, bank_m) for side in (1.0, -1.0)]
    is_wanted = ~np.isnan(banks[0][:, 0]) & ~np.isnan(banks[1][:, 0])
    is_wanted[is_wanted] = _cross_own(spots, barriers, banks, is_wanted)
    rows = np.flatnonzero(is_wanted)
    ends_m = np.column_stack([banks[0][rows], banks[1][rows]])
    kept = rows[_first_of_same(ends_m)]
    return _tabulate(network, barriers, spots.only(kept), [bank[kept] for bank in banks])


@dataclass(frozen=True, slots=True, eq=False)
class _Spots:
    """Places on barriers, s of them: which barrier, how far along it, where, heading which way."""

    barrier: Rows
    along_m: Floats
    xy_m: Floats
    heading: Floats

    def only(self, rows: "Flags | npt.NDArray[np.signedinteger]") -> "_Spots":
        return _Spots(self.barrier[rows], self.along_m[rows], self.xy_m[rows], self.heading[rows])


def _space_out(barriers: Sequence[BarrierLine], apart_m: float) -> _Spots:
    """Set places along every barrier, the first half a distance from its end."""
    import shapely

    barrier, along = [], []
    for number, each in enumerate(barriers):
        at = np.arange(min(apart_m, each.line.length) / 2, each.line.length, apart_m)
        barrier.append(np.full(at.size, number, np.int32))
        along.append(at)
    row = np.concatenate([np.empty(0, np.int32), *barrier])
    along_m = np.concatenate([np.empty(0), *along])
    lines = np.array([each.line for each in barriers] + [None], object)[:-1][row]
    around = [
        shapely.get_coordinates(shapely.line_interpolate_point(lines, along_m + shift))
        for shift in (-0.5, 0.0, 0.5)
    ]
    heading = around[2] - around[0]
    heading /= np.maximum(np.linalg.norm(heading, axis=1, keepdims=True), 1e-9)
    return _Spots(row, along_m, around[1], heading)


def _lie_within(xy_m: Floats, areas: "gpd.GeoDataFrame | gpd.GeoSeries", crs: str) -> Flags:
    import shapely

    if areas.crs is None:
        msg = f"The areas have no coordinate system; give them one with set_crs({WGS84!r})."
        raise PlacesError(msg)
    tree = shapely.STRtree(areas.geometry.to_crs(crs).to_numpy())
    inside = np.zeros(len(xy_m), np.bool_)
    inside[tree.query(shapely.points(xy_m), predicate="intersects")[0]] = True
    return inside


def _nearest_street(spots: _Spots, side: float, streets: Geometries, bank_m: float) -> Floats:
    """Find the nearest point of a street on one side of each place; NaN for none."""
    import shapely

    across = side * np.column_stack([-spots.heading[:, 1], spots.heading[:, 0]])
    angle = np.linspace(-np.pi / 2, np.pi / 2, CORNERS)
    arc = bank_m * (
        np.cos(angle)[:, np.newaxis] * across[:, np.newaxis]
        + np.sin(angle)[:, np.newaxis] * spots.heading[:, np.newaxis]
    )
    halves = shapely.polygons(spots.xy_m[:, np.newaxis] + arc)
    spot, street = shapely.STRtree(streets).query(halves, predicate="intersects")
    pieces = shapely.intersection(streets[street], halves[spot])
    walks = shapely.shortest_line(shapely.points(spots.xy_m[spot]), pieces)
    found = np.full((len(spots.xy_m), 2), np.nan)
    order = np.lexsort((street, shapely.length(walks), spot))
    own, first = np.unique(spot[order], return_index=True)
    ends = shapely.get_coordinates(walks[order[first]]).reshape(-1, 2, 2)
    found[own] = ends[:, 1]
    return found


def _cross_own(
    spots: _Spots, barriers: Sequence[BarrierLine], banks: Sequence[Floats], rows: Flags
) -> Flags:
    """Tell which links have their ends apart and the barrier between them."""
    import shapely

    ends = np.stack([bank[rows] for bank in banks], axis=1)
    lines = np.array([each.line for each in barriers] + [None], object)[:-1]
    is_long = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) > SAME_M
    links = shapely.linestrings(ends)
    crosses: Flags = shapely.intersects(links, lines[spots.barrier[rows]]) & is_long
    return crosses


def _first_of_same(ends_m: Floats) -> Rows:
    """Keep one of links whose ends lie at the same places, whichever way round."""
    snapped = np.rint(ends_m.reshape(-1, 2, 2) / SAME_M).astype(np.int64)
    order = np.lexsort((snapped[:, :, 1], snapped[:, :, 0]), axis=1)
    snapped = np.take_along_axis(snapped, order[:, :, np.newaxis], axis=1)
    _, first = np.unique(snapped.reshape(-1, 4), axis=0, return_index=True)
    return np.sort(first).astype(np.int32)


def _tabulate(
    network: Network, barriers: Sequence[BarrierLine], spots: _Spots, banks: Sequence[Floats]
) -> "gpd.GeoDataFrame":
    import geopandas as gpd
    import shapely

    count = spots.barrier.size
    lon, lat = np.empty((2, count, 2))
    for side, bank in enumerate(banks):
        lon[:, side], lat[:, side] = unproject(bank[:, 0], bank[:, 1], network.crs)
    kind = np.array([each.kind for each in barriers] + [""], object)
    name = np.array([each.name for each in barriers] + [""], object)
    links_m = shapely.linestrings(np.stack(banks, axis=1)) if count else np.empty(0, object)
    table = {
        "candidate": [f"c{row + 1}" for row in range(count)],
        "kind": kind[spots.barrier],
        "barrier": name[spots.barrier],
        "at_m": spots.along_m.round(1),
        "length_m": length_m(lon[:, 0], lat[:, 0], lon[:, 1], lat[:, 1]).round(1),
        "also_crosses": _other_kinds(links_m, barriers, kind[spots.barrier]),
    }
    links = shapely.linestrings(np.stack([lon, lat], axis=-1)) if count else np.empty(0, object)
    return gpd.GeoDataFrame(table, geometry=links, crs=WGS84)


def _other_kinds(
    links: Geometries, barriers: Sequence[BarrierLine], own: npt.NDArray[np.object_]
) -> list[str]:
    import shapely

    tree = shapely.STRtree([each.line for each in barriers])
    found: list[set[str]] = [set() for _ in own]
    for link, barrier in zip(*tree.query(links, predicate="intersects").tolist(), strict=True):
        found[link].add(barriers[barrier].kind)
    return ["+".join(sorted(each - {kind})) for each, kind in zip(found, own, strict=True)]
