"""Attaching places to the inside of streets, never through a barrier."""

from typing import Final

import numpy as np
import shapely

from .._types import Flags
from ..errors import PlacesError
from ..network.interpreting import BOAT
from ..network.model import Network
from .anchors import ROUNDING_MS, locate_anchors
from .attachments import Attachments
from .starts import Places, Starts, find_starts
from .streets import by_place, find_walks, plant_tree

NO_POSITION: Final = "position missing"
NO_NETWORK: Final = "network is empty"
NO_STREET: Final = "no street within {limit:g} m"
NO_WATERWAY: Final = "no waterway for this vessel within {limit:g} m"
ALL_BLOCKED: Final = "every street within {limit:g} m lies behind a barrier"


def attach(network: Network, places: Places) -> Attachments:
    """Attach places to the inside of the nearest street that they can walk to.

    A street is allowed where the network says so (`may_attach`: in the main connected part, no
    motorway, tunnel or bridge). The walk is a straight line at the profile's `offroad_kmh`, at
    most `offroad_limit_m` long, and crosses no barrier; to board a boat one does cross the bank.
    Places with `entrances` are attached from each of these, areas from their outline, to every
    street that touches it. Of two streets equally near the one with the smaller arc id is taken;
    where the walk ends at a junction, all streets that meet there, so that nobody has to drive
    along a one-way street whose end is near.

    Parameters
    ----------
    network
        The network of one profile.
    places
        A GeoDataFrame (its column `entrances` is used where there is one) or GeoSeries in any
        coordinate system, or pairs of longitude and latitude in degrees; p places.

    Returns
    -------
    attachments
        At least one for each place that could be attached, and the reason for each that could not.

    Raises
    ------
    PlacesError
        If coordinates are no longitudes and latitudes, or a table has no coordinate system.

    See Also
    --------
    attach_to_arcs : attach to some streets only.

    Notes
    -----
    Distances are taken in the network's metric system. Times inside a street are rounded down to
    a millisecond from its tail; the walk is rounded up.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> network = build_network(crossroads(), "walk")
    >>> attachments = attach(network, [(2.8305, 50.4201), (2.93, 50.42)])
    >>> attachments.offroad_m.round(1)
    array([11.1])
    >>> attachments.reason_of_place
    array(['', 'no street within 300 m'], dtype=object)
    >>> attach(network, []).place_count
    0
    """
    return attach_to_arcs(network, places, np.ones(network.graph.arc_count, np.bool_))


def attach_to_arcs(network: Network, places: Places, arc_mask: Flags) -> Attachments:
    """Attach places to the nearest of some streets, for instance the new links of a scenario.

    Parameters
    ----------
    network
        The network of one profile.
    places
        As in `attach`, p places.
    arc_mask
        True for the arcs to use, shape (m,); of these only those with `may_attach` are. A street
        counts when either of its twins does.

    Returns
    -------
    attachments
        None for the places that are not near one of the arcs; the reason says why.

    Raises
    ------
    PlacesError
        If `places` is wrong as in `attach`, or the mask does not fit the network.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> network = build_network(crossroads(), "walk")
    >>> places = [(2.8305, 50.4201)]
    >>> attach_to_arcs(network, places, network.way_of_arc == 11).offroad_m.round(1)
    array([64.1])
    >>> attach_to_arcs(network, places, network.way_of_arc == 12).place.size
    0
    """
    return attach_starts(network, find_starts(places, network.crs), arc_mask)


def attach_starts(network: Network, starts: Starts, arc_mask: Flags) -> Attachments:
    """Attach places whose walks' starts are known already, as `attach_to_arcs` does.

    Parameters
    ----------
    network
        The network of one profile.
    starts
        Where walks start, in the network's metric system; p places.
    arc_mask
        True for the arcs to use, shape (m,).

    Returns
    -------
    attachments
        None for the places that are not near one of the arcs; the reason says why.

    Raises
    ------
    PlacesError
        If the mask does not fit the network.
    """
    if arc_mask.shape != (network.graph.arc_count,):
        msg = f"arc_mask has shape {arc_mask.shape}; it needs ({network.graph.arc_count},)."
        raise PlacesError(msg)
    walks, near = find_walks(network, plant_tree(network, arc_mask), starts)
    walks = by_place(walks, starts)
    limit_m = network.profile.offroad_limit_m
    too_far = NO_WATERWAY if network.profile.mode == BOAT else NO_STREET
    reason = np.full(starts.is_missing.size, too_far.format(limit=limit_m), object)
    reason[starts.place[near]] = ALL_BLOCKED.format(limit=limit_m)
    if network.graph.arc_count == 0:
        reason[:] = NO_NETWORK
    reason[starts.is_missing] = NO_POSITION
    reason[starts.place[walks.start]] = ""
    ends = shapely.get_coordinates(walks.line).reshape(-1, 2, 2)[:, 1]
    anchors = locate_anchors(network, walks.arc, ends[:, 0], ends[:, 1])
    offroad_ms = walks.length_m * 3600 / network.profile.offroad_kmh
    return Attachments(
        place=starts.place[walks.start],
        arc=walks.arc,
        position_ms=anchors.position_ms,
        twin_position_ms=anchors.twin_position_ms,
        position_m=anchors.position_m,
        offroad_m=walks.length_m,
        offroad_ms=np.ceil(offroad_ms - ROUNDING_MS).astype(np.int32),
        reason_of_place=reason,
    )
