"""Who lives where: today's cells, and the cells that a scenario adds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from .._types import Flags, Floats
from ..places.communes import assign_communes

if TYPE_CHECKING:
    import geopandas as gpd

# Columns of residents that are no counts which a new quarter could bring.
NO_COUNTS: Final = frozenset({"cell", "population", "commune", "epci", "geometry"})


@dataclass(frozen=True, slots=True, eq=False)
class Homes:
    """Where people live today, n cells.

    Attributes
    ----------
    residents
        Cells of the territory, with `commune` and `epci`.
    communes
        Communes of the territory and around it.
    epci
        SIREN of each agglomeration whose residents count; empty for everybody.
    """

    residents: "gpd.GeoDataFrame"
    communes: "gpd.GeoDataFrame"
    epci: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PeopleEdits:
    """The people of a scenario that changes them.

    Attributes
    ----------
    population
        Of each of today's cells, shape (n,).
    added
        Cells that are new: `cell`, `population`, `commune`, `epci`, the other counts that the
        scenario gives, and points in WGS 84.
    counts
        People `added`, `moved`, and those who come to live `outside` the territory, where they
        do not count.
    """

    population: Floats
    added: "gpd.GeoDataFrame"
    counts: Mapping[str, float]


def settle_homes(homes: Homes, added: "gpd.GeoDataFrame") -> tuple["gpd.GeoDataFrame", Flags]:
    """Say in which commune and EPCI new cells lie.

    Parameters
    ----------
    homes
        Today's.
    added
        New cells, points in WGS 84.

    Returns
    -------
    settled
        With `commune` and `epci`, `""` where there is none. Where a cell lies in no known
        boundary and the commune of the nearest cell of today has none either, that commune counts.
    is_assumed
        True where that was so.
    """
    communes, residents = homes.communes, homes.residents
    settled = assign_communes(added.assign(commune=""), communes)
    codes = settled["commune"].to_numpy(object, copy=True)
    epci_of_commune = dict(zip(communes["insee"], communes["epci"], strict=True))
    epci = np.array([epci_of_commune.get(code) or "" for code in codes], object)
    is_open = codes == ""
    near = shapely.STRtree(residents.geometry.to_numpy()).nearest(settled.geometry.to_numpy())
    own = residents["commune"].to_numpy(object)[near]
    is_assumed: Flags = is_open & (own != "") & ~np.isin(own, communes["insee"].to_numpy(object))
    codes[is_assumed] = own[is_assumed]
    epci[is_assumed] = residents["epci"].to_numpy(object)[near][is_assumed]
    return settled.assign(commune=codes, epci=epci), is_assumed


def is_counted(homes: Homes, settled: "gpd.GeoDataFrame") -> Flags:
    """Tell which cells lie in the territory.

    Parameters
    ----------
    homes
        Today's.
    settled
        Cells with `epci`.

    Returns
    -------
    is_counted
        True for all of them where the study names no EPCI.
    """
    if not homes.epci:
        return np.ones(len(settled), np.bool_)
    inside: Flags = settled["epci"].isin(homes.epci).to_numpy(np.bool_)
    return inside
