"""Carry attached places over to a network with new links; choose and join their tables."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .._types import NO_ARC, UNREACHED_MS, Rows
from ..network.model import Network
from ..places.attaching import attach_starts
from ..places.attachments import Attachments
from ..places.starts import find_starts
from .splitting import JoinedNetwork, SplitStreet

if TYPE_CHECKING:
    import geopandas as gpd

_COLUMNS = ("arc", "position_ms", "twin_position_ms", "position_m", "offroad_m", "offroad_ms")


def carry_over(attachments: Attachments, before: Network, joined: JoinedNetwork) -> Attachments:
    """Put attached places on the arcs of a network whose streets were split.

    A place on a split street goes to the part it lies on, a place at a joint to the part before.
    On a closed street it stays on the whole street, to walk along it to its ends, and is attached
    to its part too, to walk to the joint.

    Parameters
    ----------
    attachments
        Places on `before`.
    before
        The network before the links were added.
    joined
        The network after.

    Returns
    -------
    attachments
        The same places; none is farther from anything than before.
    """
    arc = joined.arc_of_old[attachments.arc]
    columns = {name: getattr(attachments, name).copy() for name in _COLUMNS}
    columns["arc"] = arc
    extra = []
    for street in joined.split:
        rows = np.flatnonzero(attachments.arc == street.arc).astype(np.int32)
        if not rows.size:
            continue
        parts = _move_to_parts(attachments, rows, before, street)
        if joined.arc_of_old[street.arc] == NO_ARC:
            for name in ("arc", "position_ms", "twin_position_ms", "position_m"):
                columns[name][rows] = getattr(parts, name)
        else:
            extra.append(parts)
    moved = [replace(attachments, **columns), *extra]
    return name_smaller_twin(join_attachments(moved), joined.network)


def _move_to_parts(
    attachments: Attachments, rows: Rows, before: Network, street: SplitStreet
) -> Attachments:
    """Attach the places in `rows`, all on one split street, to its parts."""
    chosen = select_attachments(attachments, rows)
    part = np.searchsorted(street.cut_ms, chosen.position_ms, side="left")
    start_ms = np.append(0, street.cut_ms)[part]
    twin_start_ms = np.append(street.twin_cut_ms, 0)[part]
    twin_ms = np.maximum(chosen.twin_position_ms - twin_start_ms, 0)
    is_oneway = chosen.twin_position_ms == UNREACHED_MS
    length_m = before.length_m[street.arc]
    shares = np.concatenate([[0.0], street.share, [1.0]])
    position_m = chosen.position_m - shares[part] * length_m
    part_m = (shares[part + 1] - shares[part]) * length_m
    return replace(
        chosen,
        arc=street.part[part],
        position_ms=(chosen.position_ms - start_ms).astype(np.int32),
        twin_position_ms=np.where(is_oneway, UNREACHED_MS, twin_ms).astype(np.int32),
        position_m=np.clip(position_m, 0, part_m),
    )


def attach_to_links(
    attachments: Attachments, network: Network, places: "gpd.GeoDataFrame", ways: Sequence[int]
) -> Attachments:
    """Give the places near new links one attachment more for each; they keep those they have.

    Each link for itself: were the nearest alone to count, a second link could take a place away
    from the first and lengthen its times.

    Parameters
    ----------
    attachments
        The places on `network`.
    network
        A network with new links.
    places
        The table of the places, in the same order.
    ways
        Numbers of the new links as ways; bridges, which nobody hangs on, are not among them.

    Returns
    -------
    attachments
        With one row more for each place and link that are near enough to each other.
    """
    if not ways:
        return attachments
    starts = find_starts(places, network.crs)
    more = [attach_starts(network, starts, network.way_of_arc == way) for way in ways]
    reason = attachments.reason_of_place.copy()
    for table in more:
        reason[table.reason_of_place == ""] = ""
    return replace(join_attachments([attachments, *more]), reason_of_place=reason)


def take_places(attachments: Attachments, rows: Rows) -> Attachments:
    """Keep the attachments of some places, in a new order.

    Parameters
    ----------
    attachments
        Any table, p places.
    rows
        Places to keep; none twice.

    Returns
    -------
    attachments
        Place `i` is place `rows[i]` of before.
    """
    new_place = np.full(attachments.place_count, -1, np.int32)
    new_place[rows] = np.arange(len(rows), dtype=np.int32)
    kept = np.flatnonzero(new_place[attachments.place] >= 0).astype(np.int32)
    kept = kept[np.argsort(new_place[attachments.place[kept]], kind="stable")]
    chosen = select_attachments(attachments, kept)
    return replace(
        chosen,
        place=new_place[chosen.place],
        reason_of_place=attachments.reason_of_place[np.asarray(rows, np.int64)],
    )


def stack_places(tables: Sequence[Attachments]) -> Attachments:
    """Join tables of different places on one network.

    Parameters
    ----------
    tables
        One or more.

    Returns
    -------
    attachments
        The places of the first table, then those of the second, and so on.
    """
    counts = [table.place_count for table in tables]
    shifts = np.cumsum([0, *counts[:-1]])
    shifted = [
        replace(table, place=(table.place + shift).astype(np.int32))
        for table, shift in zip(tables, shifts, strict=True)
    ]
    reason = np.concatenate([table.reason_of_place for table in tables])
    return replace(join_attachments(shifted), reason_of_place=reason)


def join_attachments(tables: Sequence[Attachments]) -> Attachments:
    """Join attachments of the same places.

    Parameters
    ----------
    tables
        One or more.

    Returns
    -------
    attachments
        Sorted by place; reasons are those of the first.
    """
    columns = {
        name: np.concatenate([getattr(table, name) for table in tables])
        for name in ("place", *_COLUMNS)
    }
    order = np.argsort(columns["place"], kind="stable")
    return Attachments(
        **{name: column[order] for name, column in columns.items()},
        reason_of_place=tables[0].reason_of_place,
    )


def select_attachments(attachments: Attachments, rows: Rows) -> Attachments:
    """Keep some attachments, of the same places.

    Parameters
    ----------
    attachments
        Any table.
    rows
        Which, ascending by place.

    Returns
    -------
    attachments
        In that order; the reasons stay.
    """
    columns = {name: getattr(attachments, name)[rows] for name in ("place", *_COLUMNS)}
    return Attachments(**columns, reason_of_place=attachments.reason_of_place)


def name_smaller_twin(attachments: Attachments, network: Network) -> Attachments:
    """Say every attachment from the smaller of two twins.

    Parameters
    ----------
    attachments
        Places on the network, from either twin.
    network
        The network.

    Returns
    -------
    attachments
        At the same places.
    """
    twin = network.twin_of_arc[attachments.arc]
    turn = (twin != NO_ARC) & (twin < attachments.arc)
    length_m = network.length_m[attachments.arc]
    return replace(
        attachments,
        arc=np.where(turn, twin, attachments.arc).astype(np.int32),
        position_ms=np.where(turn, attachments.twin_position_ms, attachments.position_ms),
        twin_position_ms=np.where(turn, attachments.position_ms, attachments.twin_position_ms),
        position_m=np.where(
            turn, np.maximum(length_m - attachments.position_m, 0), attachments.position_m
        ),
    )
