"""The network of waterways as a map: how large a vessel passes where, and where it is locked."""

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from .._types import NO_ARC, WGS84
from ..network.dimensions import DIMENSIONS
from ..network.locks import NO_LOCK
from ..network.model import Network
from ..places.streets import draw_arcs
from .timetable import fairway_of

if TYPE_CHECKING:
    import geopandas as gpd

M_PER_KM: Final = 1000.0


def waterway_classes(network: Network) -> "gpd.GeoDataFrame":
    """List the stretches of a waterway network with their class and what limits vessels there.

    Parameters
    ----------
    network
        That of a boat; only what it may travel is on it. For all that is open to freight, build it
        for a small vessel.

    Returns
    -------
    waterways
        One row per stretch, both directions once: `way` (OSM id), `name`, `class_name` (`CEMT` as
        told, `""` for none), `length_m`, `beam_m`, `draught_m`, `air_draught_m` of the largest
        vessel (NaN where no limit is known), `length_source` and so on (where each comes from),
        `lock` (its name, or `"lock"` where it has none; `""` outside locks), `km`, and the line in
        EPSG:4326.

    Raises
    ------
    ProfileError
        If the network is not one of waterways.

    References
    ----------
    European Conference of Ministers of Transport (1992). Resolution 92/2 on new classification of
    inland waterways.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import canal
    >>> table = waterway_classes(build_network(canal(), "barge"))
    >>> table[["name", "class_name", "length_m", "length_source", "lock"]].values.tolist()[1]
    ['Canal', 'Va', 110.0, 'class Va', 'Écluse']
    """
    import geopandas as gpd

    fairway = fairway_of(network)
    arcs = np.arange(network.graph.arc_count, dtype=np.int32)
    arcs = arcs[(network.twin_of_arc == NO_ARC) | (arcs < network.twin_of_arc)]
    names = [lock.name or "lock" for lock in fairway.locks]
    way = network.way_of_arc[arcs]
    limit_m = np.where(np.isfinite(fairway.limit_m[arcs]), fairway.limit_m[arcs], np.nan)
    columns: dict[str, object] = {
        "way": way,
        "name": [network.name_of_way.get(each, "") for each in way.tolist()],
        "class_name": fairway.class_name[arcs],
        **{dimension: limit_m[:, column] for column, dimension in enumerate(DIMENSIONS)},
    }
    for column, dimension in enumerate(DIMENSIONS):
        name = f"{dimension.removesuffix('_m')}_source"
        columns[name] = fairway.source[arcs, column].astype(str)
    lock = fairway.lock_of_arc[arcs].tolist()
    columns["lock"] = [names[each] if each != NO_LOCK else "" for each in lock]
    columns["km"] = network.length_m[arcs] / M_PER_KM
    lines = draw_arcs(network, arcs)
    table = pd.DataFrame(columns)
    return gpd.GeoDataFrame(table, geometry=lines, crs=network.crs).to_crs(WGS84)
