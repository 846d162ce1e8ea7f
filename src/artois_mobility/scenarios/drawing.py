"""Lines for maps: new links, closed ways, ways at another speed."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .._types import NO_ARC, WGS84, ArcIds, Flags
from ..network.model import Network
from .edits import NewLink

WAY_COLUMNS = ("geometry", "way", "name", "profiles")
FASTER, SLOWER = "faster", "slower"


def draw_links(links_of_profile: Mapping[str, tuple[NewLink, ...]]) -> gpd.GeoDataFrame:
    """Draw new links, each once.

    Parameters
    ----------
    links_of_profile
        The links of each profile.

    Returns
    -------
    links
        `geometry` in WGS 84, `way`, `name`, `profiles` as text; no rows without links.

    Examples
    --------
    >>> len(draw_links({}))
    0
    """
    profiles: dict[int, list[str]] = {}
    parts_of_way: dict[int, list[NewLink]] = {}
    for profile, links in links_of_profile.items():
        own: dict[int, list[NewLink]] = {}
        for link in links:
            own.setdefault(link.way, []).append(link)
        for way, parts in own.items():
            profiles.setdefault(way, []).append(profile)
            parts_of_way.setdefault(way, parts)
    rows = [
        (_draw_parts(parts), way, parts[0].name, ", ".join(profiles[way]))
        for way, parts in sorted(parts_of_way.items(), reverse=True)
    ]
    return gpd.GeoDataFrame(rows, columns=list(WAY_COLUMNS), geometry="geometry", crs=WGS84)


def _draw_parts(parts: Sequence[NewLink]) -> shapely.LineString:
    """Draw a link from its first point to its last, also where it is joined in between."""
    points = [np.column_stack([part.lon_deg, part.lat_deg]) for part in parts]
    return shapely.LineString(np.concatenate([points[0], *(each[1:] for each in points[1:])]))


def draw_ways(networks: Mapping[str, Network], is_meant: Mapping[str, Flags]) -> gpd.GeoDataFrame:
    """Draw ways of today, one row each.

    Parameters
    ----------
    networks
        The network of each profile.
    is_meant
        True for the arcs to draw, by profile, shape (m,).

    Returns
    -------
    ways
        `geometry` in WGS 84, `way`, `name`, `profiles` as text; no rows without ways.

    Examples
    --------
    >>> len(draw_ways({}, {}))
    0
    """
    profiles: dict[int, list[str]] = {}
    lines: dict[int, list[shapely.LineString]] = {}
    names: dict[int, str] = {}
    for profile, flags in is_meant.items():
        network = networks[profile]
        arcs = np.flatnonzero(flags & _is_street(network)).astype(np.int32)
        drawn = set(lines)
        for arc in arcs.tolist():
            way = int(network.way_of_arc[arc])
            if way not in drawn:
                lines.setdefault(way, []).append(_line_of(network, arc))
                names[way] = network.name_of_way.get(way, "")
            if profile not in profiles.setdefault(way, []):
                profiles[way].append(profile)
    rows = [
        (shapely.MultiLineString(lines[way]), way, names[way], ", ".join(profiles[way]))
        for way in sorted(lines)
    ]
    return gpd.GeoDataFrame(rows, columns=list(WAY_COLUMNS), geometry="geometry", crs=WGS84)


def draw_speeds(
    networks: Mapping[str, Network],
    is_faster: Mapping[str, Flags],
    is_slower: Mapping[str, Flags],
) -> gpd.GeoDataFrame:
    """Draw ways of today at another speed, one row for each way and direction of change.

    Parameters
    ----------
    networks
        The network of each profile.
    is_faster, is_slower
        True for the arcs that take less and more time, by profile, shape (m,).

    Returns
    -------
    ways
        The columns of `draw_ways`, and `change`: `"faster"` or `"slower"`.

    Examples
    --------
    >>> draw_speeds({}, {}, {}).columns[-1]
    'change'
    """
    faster = draw_ways(networks, is_faster).assign(change=FASTER)
    slower = draw_ways(networks, is_slower).assign(change=SLOWER)
    drawn = [ways for ways in (faster, slower) if len(ways)] or [faster]
    return gpd.GeoDataFrame(pd.concat(drawn, ignore_index=True), crs=WGS84)


def _is_street(network: Network) -> Flags:
    """Take one of two twins."""
    arcs: ArcIds = np.arange(network.graph.arc_count, dtype=np.int32)
    is_street: Flags = (network.twin_of_arc == NO_ARC) | (arcs < network.twin_of_arc)
    return is_street


def _line_of(network: Network, arc: int) -> shapely.LineString:
    points = slice(int(network.first_point[arc]), int(network.first_point[arc + 1]))
    return shapely.LineString(
        np.column_stack([network.point_lon_deg[points], network.point_lat_deg[points]])
    )
