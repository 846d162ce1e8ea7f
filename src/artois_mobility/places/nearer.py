"""Why a place hangs where it does, and not on a street that lies nearer."""

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import shapely

from .._types import NO_ARC, WGS84, ArcIds, Floats, Geometries
from ..network.limits import serves_everybody
from ..network.model import Network
from .attaching import attach_starts
from .starts import Places, Starts, find_starts
from .streets import SAME_END_M, cross_barriers, draw_arcs

if TYPE_CHECKING:
    import geopandas as gpd

BEHIND_A_BARRIER: Final = "behind water, a motorway or a railway"
CUT_OFF: Final = "not in the main connected part of the network"
NO_FRONTAGE: Final = "a bridge, a tunnel or a road that no place opens onto"


def explain_attachments(network: Network, places: Places) -> "gpd.GeoDataFrame":
    """Say where places hang on a network, how far from it, and why not on a nearer street.

    Parameters
    ----------
    network
        The network of one profile.
    places
        As in `attach`, p places.

    Returns
    -------
    hanging
        One row for each place, in its order and with its index where it has one: `way`, `name`,
        `class` of the street (of several that meet at a junction the first), `offroad_m`, the
        walk there; `reason` for a place that hangs on none, where `way` is 0. `nearer_way`,
        `nearer_name`, `nearer_m` tell the nearest street of the profile where it is another one,
        and `why_not_nearer` why it is not used. Streets closed to the profile are none. The
        geometry is the walk, in EPSG:4326, empty where there is none.

    Raises
    ------
    PlacesError
        If coordinates are no longitudes and latitudes, or a table has no coordinate system.

    See Also
    --------
    attach : the attachments themselves.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> network = build_network(crossroads(), "walk")
    >>> hanging = explain_attachments(network, [(2.8305, 50.4201), (2.93, 50.42)])
    >>> hanging[["way", "offroad_m", "reason"]].values.tolist()
    [[10, 11.1, ''], [0, nan, 'no street within 300 m']]
    >>> hanging["why_not_nearer"].tolist()
    ['', '']
    """
    import geopandas as gpd

    starts = find_starts(places, network.crs)
    hung = attach_starts(network, starts, np.ones(network.graph.arc_count, np.bool_))
    shortest = np.lexsort((hung.arc, hung.offroad_m, hung.place))
    place, first = np.unique(hung.place[shortest], return_index=True)
    row = shortest[first]
    arc_of_place = np.full(starts.is_missing.size, NO_ARC, np.int32)
    arc_of_place[place] = hung.arc[row]
    offroad_m = np.full(arc_of_place.size, np.nan)
    offroad_m[place] = hung.offroad_m[row]
    nearer_arc, nearer_m, why = _find_nearer(network, starts, offroad_m)
    table = {
        **_name_streets(network, arc_of_place),
        "offroad_m": offroad_m.round(1),
        "reason": hung.reason_of_place,
        **{f"nearer_{key}": each for key, each in _name_streets(network, nearer_arc).items()},
        "nearer_m": nearer_m.round(1),
        "why_not_nearer": why,
    }
    del table["nearer_class"]
    lines = _draw_walks(network, starts, arc_of_place)
    index = getattr(places, "index", None) if hasattr(places, "geometry") else None
    return gpd.GeoDataFrame(table, geometry=lines, crs=network.crs, index=index).to_crs(WGS84)


def _find_nearer(
    network: Network, starts: Starts, offroad_m: Floats
) -> tuple[ArcIds, Floats, npt.NDArray[np.object_]]:
    """Find the nearest street of each place where it is nearer than the one it hangs on."""
    import pandas as pd

    twin = network.twin_of_arc
    arc = np.flatnonzero((twin == NO_ARC) | (np.arange(twin.size) < twin)).astype(np.int32)
    lines = draw_arcs(network, arc)
    reach_m = np.where(np.isnan(offroad_m), network.profile.offroad_limit_m, offroad_m)
    start, street = shapely.STRtree(lines).query_nearest(
        starts.geometry, max_distance=float(reach_m.max(initial=SAME_END_M)), all_matches=False
    )
    walk: Geometries = shapely.shortest_line(starts.geometry[start], lines[street])
    found = pd.DataFrame({"place": starts.place[start], "arc": arc[street], "walk": walk})
    found["metres"] = shapely.length(walk)
    found = found.sort_values(["metres", "arc"]).drop_duplicates("place")
    found = found[found["metres"].to_numpy() < reach_m[found["place"]] - SAME_END_M]
    own, place = found["arc"].to_numpy(), found["place"].to_numpy()
    both = np.stack([own, np.where(twin[own] == NO_ARC, own, twin[own])])
    is_main = serves_everybody(network.searched, network.profile)[both].any(axis=0)
    is_blocked = cross_barriers(network, found["walk"].to_numpy())
    may_attach = network.may_attach[both].any(axis=0)
    why = np.select(
        [~is_main, ~may_attach, is_blocked], [CUT_OFF, NO_FRONTAGE, BEHIND_A_BARRIER], ""
    )
    nearer_arc = np.full(offroad_m.size, NO_ARC, np.int32)
    nearer_m = np.full(offroad_m.size, np.nan)
    why_not: npt.NDArray[np.object_] = np.full(offroad_m.size, "", object)
    nearer_arc[place], nearer_m[place], why_not[place] = own, found["metres"], why
    return nearer_arc, nearer_m, why_not


def _name_streets(network: Network, arc: ArcIds) -> dict[str, list[int] | list[str]]:
    """Give the way, its name and its class behind arcs; 0 and `""` for none."""
    way = [int(network.way_of_arc[each]) if each != NO_ARC else 0 for each in arc]
    return {
        "way": way,
        "name": [network.name_of_way.get(each, "") for each in way],
        "class": [str(network.class_of_arc[each]) if each != NO_ARC else "" for each in arc],
    }


def _draw_walks(network: Network, starts: Starts, arc_of_place: ArcIds) -> Geometries:
    """Draw the walk of each place from the start that is nearest to its street."""
    walks: Geometries = np.full(arc_of_place.size, shapely.LineString(), object)
    is_hung = arc_of_place[starts.place] != NO_ARC
    place = starts.place[is_hung]
    lines = draw_arcs(network, arc_of_place[place])
    walk = shapely.shortest_line(starts.geometry[is_hung], lines)
    longest_first = np.argsort(-shapely.length(walk), kind="stable")
    walks[place[longest_first]] = walk[longest_first]
    return walks
