"""Tags that cannot be right: speeds, streets through water, restrictions that cannot be applied."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from .._types import NO_NODE, Floats, Geometries
from ..changes.notices import Notice
from ..network.access import DIRECTIONS, Direction
from ..network.geodesy import length_m
from ..network.profile_keys import Profile
from ..network.restrictions import StreetArcs, explain_restrictions
from ..network.speeds import find_limit
from ..osm.extract import Extract, Tags
from .faults import Fault

if TYPE_CHECKING:
    import pandas as pd
    import shapely

    from ..network.model import Network

SPEED: Final = "implausible_speed"
THROUGH_WATER: Final = "street_through_water"
RESTRICTION: Final = "restriction_not_applicable"

# Lowest and highest limit that a class can have, in km/h; assumed by this project, 2026-11.
LIMITS_OF_CLASS: Final = {
    "motorway": (50, 150),
    "trunk": (30, 130),
    "primary": (10, 110),
    "secondary": (10, 100),
    "tertiary": (10, 100),
    "unclassified": (5, 100),
    "residential": (5, 70),
    "living_street": (5, 30),
    "service": (5, 70),
}
# What is said of a restriction, by the name under which it is counted.
FOUND: Final = {
    "restrictions_faulty": "found_restrictions_faulty",
    "restrictions_of_unknown_kind": "found_restrictions_of_unknown_kind",
}
WATERWAYS: Final = frozenset({"canal", "river"})
SAYS_NO: Final = frozenset({"", "no"})


def find_speeds(extract: Extract, profile: Profile) -> Iterator[Fault]:
    """Find limits that cannot be read, or that no street of the class has.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    profile
        A motor vehicle.

    Yields
    ------
    fault
        One for each way.
    """
    for row, tags in enumerate(extract.ways.tags):
        bounds = LIMITS_OF_CLASS.get(tags.get("highway", ""))
        if bounds is None or not any(key.startswith("maxspeed") for key in tags):
            continue
        told = (_judge_limit(tags, profile, direction, bounds) for direction in DIRECTIONS)
        found = next(filter(None, told), None)
        if found is not None:
            yield _way_fault(extract, row, SPEED, found)


def _judge_limit(
    tags: Tags, profile: Profile, direction: Direction, bounds: tuple[int, int]
) -> Notice | None:
    """Say what is wrong with the limit in one direction; None where it could be right."""
    limit_kmh, notes = find_limit(tags, profile, direction)
    value = tags.get(f"maxspeed:{direction}", tags.get("maxspeed", ""))
    if "speed_faulty" in notes:
        return Notice("found_unreadable_limit", {"value": value})
    if limit_kmh is None or bounds[0] <= limit_kmh <= bounds[1]:
        return None
    low, high = (str(bound) for bound in bounds)
    values = {"value": value, "kind": tags["highway"], "low": low, "high": high}
    return Notice("found_unlikely_limit", values)


def find_streets_through_water(extract: Extract) -> Iterator[Fault]:
    """Find streets that cross a canal or river without bridge, tunnel, layer or ford.

    Parameters
    ----------
    extract
        The OpenStreetMap data.

    Yields
    ------
    fault
        One for each street and waterway, where they cross.
    """
    import shapely

    street, water = [], []
    for row, tags in enumerate(extract.ways.tags):
        if "highway" in tags and _is_on_the_ground(tags) and "ford" not in tags:
            street.append(row)
        elif tags.get("waterway") in WATERWAYS and _is_on_the_ground(tags):
            water.append(row)
    streets, waters = (_draw(extract, rows) for rows in (street, water))
    crossing, crossed = shapely.STRtree(waters).query(streets, predicate="crosses")
    for one, other in zip(crossing.tolist(), crossed.tolist(), strict=True):
        if _share_a_node(extract, street[one], water[other]):
            continue
        place = shapely.centroid(shapely.intersection(streets[one], waters[other]))
        other_id = str(extract.ways.osm_id[water[other]])
        detail = Notice("found_through_water", {"other": other_id})
        yield _way_fault(extract, street[one], THROUGH_WATER, detail, place)


def find_restrictions_not_applied(
    extract: Extract, profile: Profile, network: "Network"
) -> Iterator[Fault]:
    """Find turn restrictions that cannot be read.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    profile
        The traveller.
    network
        Theirs.

    Yields
    ------
    fault
        One for each relation, at its first way.
    """
    import shapely

    row_of_way = {int(osm_id): row for row, osm_id in enumerate(extract.ways.osm_id)}
    relations = extract.relations
    for relation, note in explain_restrictions(extract, profile, StreetArcs.of(network)):
        if note not in FOUND:
            continue
        members = range(*relations.first_member[relation : relation + 2].tolist())
        rows = [
            row_of_way[int(relations.member_id[member])]
            for member in members
            if relations.member_kind[member] == "w"
            and int(relations.member_id[member]) in row_of_way
        ]
        where = _draw(extract, rows[:1])[0] if rows else shapely.Point()
        kind = relations.tags[relation].get("restriction", "")
        detail = Notice(FOUND[note], {"kind": kind})
        relation_id = int(relations.osm_id[relation])
        yield Fault(RESTRICTION, "relation", relation_id, "", detail, 0.0, where)


def measure_missing_speeds(extract: Extract, profile: Profile) -> "pd.DataFrame":
    """Measure the streets without a limit, by class.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    profile
        A motor vehicle.

    Returns
    -------
    table
        One row per class of the profile: `class`, `km`, `km_without_limit`, `share`.
    """
    import pandas as pd

    rows = [
        row for row, tags in enumerate(extract.ways.tags) if tags.get("highway") in LIMITS_OF_CLASS
    ]
    metres = [_length_m(extract, row) for row in rows]
    table = pd.DataFrame(
        {
            "class": [extract.ways.tags[row]["highway"] for row in rows],
            "km": np.array(metres, np.float64) / 1000,
            "is_missing": [
                find_limit(extract.ways.tags[row], profile, "forward")[0] is None for row in rows
            ],
        }
    )
    table["km_without_limit"] = table["km"].where(table["is_missing"], 0.0)
    summed = table.groupby("class")[["km", "km_without_limit"]].sum()
    summed = summed.reindex([kind for kind in LIMITS_OF_CLASS if kind in summed.index])
    summed["share"] = summed["km_without_limit"] / summed["km"]
    return summed.reset_index()


def _corners(extract: Extract, row: int) -> Floats:
    """Longitude and latitude of the nodes of a way that the file has, shape (p, 2)."""
    node = extract.ways.node_of_ref[slice(*extract.ways.first_ref[row : row + 2].tolist())]
    node = node[node != NO_NODE]
    return np.column_stack((extract.nodes.lon_deg[node], extract.nodes.lat_deg[node]))


def _draw(extract: Extract, rows: Sequence[int]) -> Geometries:
    """Draw ways as lines in degrees, straight on where the file lacks a node."""
    import shapely

    corners = [_corners(extract, row) for row in rows]
    lines = [shapely.LineString(each) if len(each) > 1 else shapely.Point() for each in corners]
    return np.array(lines, object)


def _length_m(extract: Extract, row: int) -> float:
    lon, lat = _corners(extract, row).T
    return float(length_m(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())


def _is_on_the_ground(tags: Tags) -> bool:
    return all(tags.get(key, "") in SAYS_NO for key in ("bridge", "tunnel")) and tags.get(
        "layer", "0"
    ) in {"0", ""}


def _share_a_node(extract: Extract, one: int, other: int) -> bool:
    first_ref, node = extract.ways.first_ref, extract.ways.node_of_ref
    here, there = (node[first_ref[row] : first_ref[row + 1]] for row in (one, other))
    return bool(np.intersect1d(here, there).size)


def _way_fault(
    extract: Extract, row: int, kind: str, detail: Notice, where: "shapely.Geometry | None" = None
) -> Fault:
    tags = extract.ways.tags[row]
    return Fault(
        kind,
        "way",
        int(extract.ways.osm_id[row]),
        tags.get("name") or tags.get("ref", ""),
        detail,
        _length_m(extract, row),
        _draw(extract, [row])[0] if where is None else where,
    )
