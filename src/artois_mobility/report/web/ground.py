"""What people find their way by on the interactive map: streets, and names of places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from ..backdrop import MAIN_CLASSES
from .packing import pack
from .shapes import join_lines, pack_lines

if TYPE_CHECKING:
    from ...network.model import Network
    from ...study.results import Comparison
    from ..backdrop import Backdrop

# Between the main roads and the streets where people live.
MIDDLE_CLASSES: Final = ("secondary", "tertiary")
# What all other streets of a territory may take up of the page; where they take more, none is.
MOST_CHARACTERS: Final = 250_000


def pack_streets(backdrop: Backdrop, network: Network, tolerance_m: float) -> dict[str, list[str]]:
    """Pack the streets below the main roads, as far as the page has room for them.

    Parameters
    ----------
    backdrop
        Whose streets they are.
    network
        From which the backdrop was made.
    tolerance_m
        How far a line may lie from where it was.

    Returns
    -------
    packed
        `middle`: secondary and tertiary roads; `streets`: all others, none of them where they are
        too many.
    """
    is_first = network.twin_of_arc < np.arange(network.twin_of_arc.size)
    own = network.class_of_arc[is_first & ~np.isin(network.class_of_arc, MAIN_CLASSES)]
    is_middle = np.isin(own, MIDDLE_CLASSES)
    middle, streets = (
        pack_lines(
            join_lines(backdrop.streets.take(np.flatnonzero(rows)).inside(backdrop.window)),
            backdrop.window,
            tolerance_m,
        )
        for rows in (is_middle, ~is_middle)
    )
    is_light = sum(len(line) for line in streets) <= MOST_CHARACTERS
    return {"middle": middle, "streets": streets if is_light else []}


def pack_places(result: Comparison, backdrop: Backdrop) -> dict[str, Any]:
    """Pack the named places of the extract that are not communes of the study.

    Parameters
    ----------
    result
        The comparison.
    backdrop
        Whose metres the positions are in.

    Returns
    -------
    packed
        Ready for JSON: `names` and positions, the largest kinds first.
    """
    places = result.named_places
    if places is None or not len(places):
        return {"names": [], "x": "", "y": ""}
    west, south, east, north = backdrop.window
    points = shapely.get_coordinates(places.to_crs(backdrop.crs).geometry.to_numpy())
    is_seen = (points[:, 0] >= west) & (points[:, 0] <= east)
    is_seen &= (points[:, 1] >= south) & (points[:, 1] <= north)
    is_seen &= ~places["name"].isin(backdrop.commune_names).to_numpy(np.bool_)
    seen = np.rint(points[is_seen] - (round(west), round(south)))
    return {
        "names": places["name"].to_numpy(object)[is_seen].tolist(),
        "x": pack(seen[:, 0]),
        "y": pack(seen[:, 1]),
    }
