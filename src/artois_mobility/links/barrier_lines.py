"""Canals, rivers, railways and motorways as named lines to be crossed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from ..errors import PlacesError
from ..network.barriers import FENCED_RAILWAYS, SAYS_NO
from ..network.geodesy import project
from ..network.outlines import draw_ways

if TYPE_CHECKING:
    from shapely import LineString

    from .._types import Geometries
    from ..osm.extract import Extract, Tags

CANAL: Final = "canal"
RIVER: Final = "river"
RAILWAY: Final = "railway"
MOTORWAY: Final = "motorway"
KINDS: Final = (CANAL, RIVER, RAILWAY, MOTORWAY)


class BarrierLine(NamedTuple):
    """One piece of a barrier between its ends or forks.

    Attributes
    ----------
    kind
        One of `KINDS`.
    name
        `""` for none.
    line
        In metres.
    """

    kind: str
    name: str
    line: "LineString"


def list_barriers(extract: "Extract", crs: str, kinds: Sequence[str]) -> list[BarrierLine]:
    """List the canals, rivers, railways and motorways of an extract that lie in the open.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    crs
        The metric coordinate system of the lines.
    kinds
        Which of `KINDS`.

    Returns
    -------
    barriers
        By kind, name and place; ways of one name are joined where they meet.

    Raises
    ------
    PlacesError
        If a kind is unknown.

    Examples
    --------
    >>> from artois_mobility.network.examples import canal
    >>> [(each.kind, each.name) for each in list_barriers(canal(), "EPSG:2154", ["canal"])]
    [('canal', 'Canal')]
    """
    import shapely

    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not len(kinds):
        msg = f"Barriers are of the kinds {', '.join(KINDS)}; found {', '.join(unknown) or 'none'}."
        raise PlacesError(msg)
    kind_of_way = [kind_of_barrier(tags) for tags in extract.ways.tags]
    rows = np.array([row for row, kind in enumerate(kind_of_way) if kind in kinds], np.int32)
    degrees, place = draw_ways(extract, rows)
    if not degrees.size:
        return []
    lines: Geometries = shapely.transform(
        degrees, lambda corner: np.column_stack(project(corner[:, 0], corner[:, 1], crs))
    )
    grouped: dict[tuple[str, str], list[int]] = {}
    for number, row in enumerate(rows[place].tolist()):
        kind = kind_of_way[row] or ""
        grouped.setdefault((kind, _name(extract.ways.tags[row])), []).append(number)
    found = []
    for (kind, name), members in sorted(grouped.items()):
        merged = shapely.line_merge(shapely.multilinestrings(lines[members]))
        parts = sorted(shapely.get_parts(merged), key=lambda part: part.coords[0])
        found += [BarrierLine(kind, name, part) for part in parts]
    return found


def kind_of_barrier(tags: "Tags") -> str | None:
    """Tell what kind of barrier a way is.

    Parameters
    ----------
    tags
        Its tags.

    Returns
    -------
    kind
        One of `KINDS`, or None: also for what runs in a tunnel or over a bridge.

    Examples
    --------
    >>> kind_of_barrier({"railway": "rail", "name": "Ligne 301"})
    'railway'
    >>> kind_of_barrier({"railway": "rail", "bridge": "yes"}) is None
    True
    """
    if any(tags.get(key, "") not in SAYS_NO for key in ("tunnel", "bridge")):
        return None
    if "highway" in tags:
        # slip roads run beside what they lead to
        is_fenced = tags["highway"] == "motorway" or tags.get("motorroad") == "yes"
        return MOTORWAY if is_fenced else None
    if tags.get("railway") in FENCED_RAILWAYS:
        return RAILWAY
    waterway = tags.get("waterway")
    return {"canal": CANAL, "river": RIVER}.get(waterway or "")


def _name(tags: "Tags") -> str:
    return tags.get("name", tags.get("ref", ""))
