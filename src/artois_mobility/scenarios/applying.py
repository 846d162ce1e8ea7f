"""Apply what a scenario changes to a network; the network of today stays as it is."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .._types import UNREACHED_MS, Milliseconds
from ..graph import Graph
from ..network.model import Network
from ..network.outlines import ranges
from ..places.attachments import Attachments
from ..places.positions import rescale, rescale_attachments
from .attachments import attach_to_links, carry_over
from .edits import NetworkEdits
from .positions import rescale_joints
from .rebasing import rebase
from .resolved import ResolvedScenario
from .splitting import JoinedNetwork, add_links

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True, slots=True, eq=False)
class AttachedPlaces:
    """Places and where they hang on a network.

    Attributes
    ----------
    places
        The table, p places.
    attachments
        Theirs, in the same order.
    """

    places: "gpd.GeoDataFrame"
    attachments: Attachments


@dataclass(frozen=True, slots=True, eq=False)
class Applied:
    """A network as a scenario leaves it, and the places on it.

    Attributes
    ----------
    network
        Today's network itself where nothing changes, else the changed one.
    attachments
        The places that were given, on that network, in the order given.
    joined
        How new links joined it; None where there are none.
    """

    network: Network
    attachments: tuple[Attachments, ...]
    joined: JoinedNetwork | None = None


def apply_scenario(
    resolved: ResolvedScenario, network: Network, *attached: AttachedPlaces
) -> Applied:
    """Apply a scenario to the network of one profile and carry places over.

    Parameters
    ----------
    resolved
        The scenario.
    network
        Today's network of a profile; it is not changed.
    attached
        Places attached to `network`.

    Returns
    -------
    applied
        The changed network and the same places on it.
    """
    profile = network.profile.name
    new = resolved.retagged.get(profile)
    if new is not None:
        attached = tuple(
            AttachedPlaces(each.places, rebase(each.attachments, network, new, each.places))
            for each in attached
        )
        network = new.network
    return apply_to_network(network, resolved.edits.get(profile), *attached)


def apply_to_network(
    network: Network, edits: NetworkEdits | None, *attached: AttachedPlaces
) -> Applied:
    """Apply the changes of a scenario to a network and carry places over.

    Speeds and closures act first, on whole arcs; then new links split the arcs that they join.
    Every place keeps the attachments it has today, and one near a new link gets one more for it.
    No time of today is rounded anew: the parts of a split arc sum to it, so that adding a link
    lengthens nothing and closing a street shortens nothing, to the millisecond.

    Parameters
    ----------
    network
        Today's network; it is not changed.
    edits
        What a scenario does to it; None for nothing, which returns the very same objects.
    attached
        Places attached to `network`.

    Returns
    -------
    applied
        The changed network and the same places on it.
    """
    attachments = tuple(each.attachments for each in attached)
    if edits is None:
        return Applied(network, attachments)
    changed = change_times(network, edits)
    rescaled = tuple(rescale_attachments(each, network, changed.local_ms) for each in attachments)
    if not edits.links:
        return Applied(changed, rescaled)
    joints = rescale_joints(edits.joints, network, changed.local_ms)
    joined = add_links(changed, joints, edits.links, rescaled, are_apart=edits.are_apart)
    ways = list(dict.fromkeys(link.way for link in edits.links if not link.is_bridge))
    carried = (carry_over(each, changed, joined) for each in rescaled)
    return Applied(
        joined.network,
        tuple(
            attach_to_links(each, joined.network, places.places, ways)
            for each, places in zip(carried, attached, strict=True)
        ),
        joined,
    )


def change_times(
    network: Network, edits: NetworkEdits, *, stretches_points: bool = True
) -> Network:
    """Give the arcs of a network the times of a scenario; its new links are left out.

    Parameters
    ----------
    network
        Today's network; it is not changed.
    edits
        What the scenario does to it.
    stretches_points
        Whether the times of shape points follow, as drawing and splitting need them.

    Returns
    -------
    network
        The same object where no time changes.
    """
    local_ms = np.ascontiguousarray(edits.local_ms, np.int32)
    weight_ms = np.where(edits.is_closed, UNREACHED_MS, local_ms).astype(np.int32)
    is_same = (weight_ms == network.graph.weight_ms).all() and (local_ms == network.local_ms).all()
    if is_same:
        return network
    graph = Graph(network.graph.first_out, network.graph.head, weight_ms)
    point_ms = _stretch_points(network, local_ms) if stretches_points else network.point_ms
    return replace(network, graph=graph, local_ms=local_ms, point_ms=point_ms)


def _stretch_points(network: Network, local_ms: Milliseconds) -> Milliseconds:
    """Let the times of the shape points run to the new time of each arc."""
    last = network.first_point[1:] - 1
    arc = np.flatnonzero(network.point_ms[last] != local_ms)
    if not arc.size:
        return network.point_ms
    begin = network.first_point[arc]
    count = network.first_point[arc + 1] - begin
    point = ranges(begin, count)
    built_ms = np.repeat(network.point_ms[last[arc]], count)
    stretched = network.point_ms.copy()
    stretched[point] = rescale(stretched[point], built_ms, np.repeat(local_ms[arc], count))
    stretched[last[arc]] = local_ms[arc]
    return stretched
