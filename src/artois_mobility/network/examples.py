"""Tiny extracts for the examples in the documentation."""

import numpy as np

from ..osm.extract import Extract, OsmNodes, OsmRelations, OsmWays, SourceRecord


def crossroads() -> Extract:
    """Make two streets that cross, each about 200 m long.

    ::

                 4
                 |  way 11, residential
        1 ------ 2 ------ 3     way 10, primary
                 |
                 5

    Returns
    -------
    extract
        Five nodes with OSM ids 1 to 5, two ways.

    Examples
    --------
    >>> crossroads().ways.osm_id
    array([10, 11])
    """
    nodes = OsmNodes(
        osm_id=np.array([1, 2, 3, 4, 5], np.int64),
        lon_deg=np.array([2.83, 2.8314, 2.8328, 2.8314, 2.8314], np.float64),
        lat_deg=np.array([50.42, 50.42, 50.42, 50.4209, 50.4191], np.float64),
        tags={},
    )
    ways = OsmWays(
        osm_id=np.array([10, 11], np.int64),
        first_ref=np.array([0, 3, 6], np.int32),
        node_of_ref=np.array([0, 1, 2, 3, 1, 4], np.int32),
        tags=(
            {"highway": "primary", "name": "Rue de Lille"},
            {"highway": "residential"},
        ),
    )
    relations = OsmRelations(
        osm_id=np.zeros(0, np.int64),
        tags=(),
        first_member=np.zeros(1, np.int32),
        member_kind=np.zeros(0, "U1"),
        member_id=np.zeros(0, np.int64),
        member_role=(),
    )
    source = SourceRecord("crossroads", "", "", "", (2.83, 50.4191, 2.8328, 50.4209), False)
    return Extract(nodes, ways, relations, source, {})


def canal() -> Extract:
    """Make a canal of class Va, 2 km long, with a lock in the middle that is closed at night.

    ::

        1 ------ 2 === 3 ------ 4
          way 10  way 11  way 12

    Returns
    -------
    extract
        Four nodes with OSM ids 1 to 4, three ways.

    Examples
    --------
    >>> canal().ways.tags[1]["opening_hours"]
    'Mo-Sa 07:00-19:00'
    """
    nodes = OsmNodes(
        osm_id=np.array([1, 2, 3, 4], np.int64),
        lon_deg=np.array([2.83, 2.8436, 2.8457, 2.8582], np.float64),
        lat_deg=np.full(4, 50.43),
        tags={},
    )
    reach = {"waterway": "canal", "CEMT": "Va", "name": "Canal"}
    chamber = {"lock": "yes", "lock_name": "Écluse", "opening_hours": "Mo-Sa 07:00-19:00"}
    ways = OsmWays(
        osm_id=np.array([10, 11, 12], np.int64),
        first_ref=np.array([0, 2, 4, 6], np.int32),
        node_of_ref=np.array([0, 1, 1, 2, 2, 3], np.int32),
        tags=(reach, reach | chamber, reach),
    )
    relations = OsmRelations(
        osm_id=np.zeros(0, np.int64),
        tags=(),
        first_member=np.zeros(1, np.int32),
        member_kind=np.zeros(0, "U1"),
        member_id=np.zeros(0, np.int64),
        member_role=(),
    )
    source = SourceRecord("canal", "", "", "", (2.83, 50.43, 2.8582, 50.43), False)
    return Extract(nodes, ways, relations, source, {})
