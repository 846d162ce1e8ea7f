"""Lay the new links of scenarios: joined to the streets of today, each with its shape and times."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np

from .._types import NO_ARC, NO_NODE, Rows
from ..changes.notices import Notice
from ..changes.schema import AddLink, Change
from ..network.geodesy import length_m, project
from ..network.model import Network
from .edits import Joints, NewLink, no_joints
from .link_crossings import cut_at_crossings
from .link_joints import (
    describe_far_end,
    find_joints,
    number_joints,
    take_joints,
    unite_joints,
)
from .resolved import Findings, Today
from .stretches import as_ms
from .touches import Touch
from .uses import obeys_oneway
from .way_changes import MS_PER_M_AT_1_KMH, profiles_of
from .way_names import check_profiles

# Drawn points nearer than this to the one before are left out.
SAME_PLACE_M: Final = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class LinkPlan:
    """New links of one profile.

    Attributes
    ----------
    joints
        Where they begin and end.
    links
        The links.
    """

    joints: Joints
    links: tuple[NewLink, ...]


def resolve_links(findings: Findings, today: Today) -> dict[str, LinkPlan]:
    """Resolve the new links of one scenario.

    Parameters
    ----------
    findings
        The scenario; errors and warnings are noted in it.
    today
        The situation it is held against.

    Returns
    -------
    plans
        By profile; profiles without a new link are left out.
    """
    rows = [
        (row, change)
        for row, change in enumerate(findings.scenario.changes)
        if isinstance(change, AddLink)
    ]
    for row, change in rows:
        check_profiles(findings, row, change.profiles, today)
        if not profiles_of(change, today):
            findings.warn(row, Notice("link_for_nobody"))
    rows.sort(key=lambda item: _sort_key(item[1]))
    way_of_row = number_links(findings.scenario.changes)
    plans = {}
    for profile, network in today.networks.items():
        own = [
            (row, part)
            for row, change in rows
            if profile in profiles_of(change, today)
            for part in cut_at_crossings(change, network, today.extract)
        ]
        if own:
            plans[profile] = _plan(findings, own, way_of_row, network)
    return plans


def number_links(changes: Sequence[Change]) -> dict[int, int]:
    """Give the new links of a scenario their numbers as ways.

    A fixed order of links makes their numbers, and every tie, independent of the file's order.

    Parameters
    ----------
    changes
        All changes of the scenario.

    Returns
    -------
    way_of_row
        Number of each new link, negative, by the row of its change.

    Examples
    --------
    >>> ends = ((2.83, 50.42), (2.84, 50.43))
    >>> east = AddLink(kind="add_link", geometry=ends, profiles=("walk",))
    >>> west = AddLink(kind="add_link", geometry=((2.82, 50.42), ends[0]), profiles=("walk",))
    >>> number_links([east, west])
    {1: -1, 0: -2}
    >>> number_links([])
    {}
    """
    links = [(row, each) for row, each in enumerate(changes) if isinstance(each, AddLink)]
    links.sort(key=lambda item: _sort_key(item[1]))
    return {row: -1 - rank for rank, (row, _) in enumerate(links)}


def _sort_key(change: AddLink) -> tuple[object, ...]:
    speed_kmh = change.speed_kmh or 0.0
    return change.geometry, change.name, speed_kmh, change.oneway, change.bridge, change.profiles


def _plan(
    findings: Findings,
    rows: Sequence[tuple[int, AddLink]],
    way_of_row: dict[int, int],
    network: Network,
) -> LinkPlan:
    ends = np.array(
        [end for _, change in rows for end in (change.geometry[0], change.geometry[-1])]
    )
    x_m, y_m = project(ends[:, 0], ends[:, 1], network.crs)
    joint_of_end = number_joints(np.column_stack([x_m, y_m]))
    firsts = np.unique(joint_of_end, return_index=True)[1]
    joints = find_joints(network, ends[firsts])
    is_met = np.bincount(joint_of_end) > 1
    is_far = (joints.node == NO_NODE) & (joints.arc == NO_ARC) & ~is_met
    for joint in np.flatnonzero(is_far):
        end = int(np.flatnonzero(joint_of_end == joint)[0])
        row = rows[end // 2][0]
        which = "begins" if end % 2 == 0 else "ends"
        findings.refuse(row, describe_far_end(which, ends[end], network))
    if is_far.any():
        return LinkPlan(no_joints(), ())
    joints, kept = unite_joints(joints)
    links = tuple(
        _lay_link(change, way_of_row[row], kept[joint_of_end[2 * i : 2 * i + 2]], joints, network)
        for i, (row, change) in enumerate(rows)
    )
    for (row, _), link in zip(rows, links, strict=True):
        findings.touches.append(Touch(row, network.profile.name, 1, link.length_m / 1000.0))
        if link.tail_joint == link.head_joint:
            findings.warn(row, Notice("link_to_itself", {"profile": network.profile.name}))
    for row, change in rows:
        if change.oneway and not obeys_oneway(network.profile):
            findings.warn(row, Notice("both_ways_on_foot", {"profile": network.profile.name}))
    return LinkPlan(joints, links)


def lay_apart(network: Network, changes: Sequence[AddLink]) -> list[LinkPlan]:
    """Lay many links, each as if it were the only one.

    Parameters
    ----------
    network
        The network of one profile.
    changes
        Links that exclude each other, such as candidates.

    Returns
    -------
    plans
        One for each link, numbered downwards from `first_number`; empty where an end lies too far
        from any street, or both lie at the same place of one.
    """
    ends = np.array([end for each in changes for end in (each.geometry[0], each.geometry[-1])])
    joints = find_joints(network, ends.reshape(-1, 2))
    first = first_number(network)
    plans = []
    for row, change in enumerate(changes):
        own, number = unite_joints(take_joints(joints, [2 * row, 2 * row + 1]))
        is_far = ((own.node == NO_NODE) & (own.arc == NO_ARC)).any()
        if is_far or number[0] == number[1]:
            plans.append(LinkPlan(no_joints(), ()))
        else:
            link = _lay_link(change, first - row, number, own, network)
            plans.append(LinkPlan(own, (link,)))
    return plans


def first_number(network: Network) -> int:
    """Find a number for a new way; those below are free as well.

    Parameters
    ----------
    network
        Today's network, or one with links already.

    Returns
    -------
    number
        -1, or less.
    """
    return min(0, int(network.way_of_arc.min(initial=0))) - 1


def lay_together(plans: Sequence[LinkPlan]) -> LinkPlan:
    """Put links that were laid apart into one plan; none touches another.

    Parameters
    ----------
    plans
        What `lay_apart` returned.

    Returns
    -------
    plan
        With the joints and the links of all.
    """
    joints = [each.joints for each in plans]
    columns = {
        each.name: np.concatenate(
            [getattr(no_joints(), each.name), *(getattr(table, each.name) for table in joints)]
        )
        for each in fields(Joints)
    }
    first = np.cumsum([0, *(each.count for each in joints)])
    links = tuple(
        replace(link, tail_joint=shift + link.tail_joint, head_joint=shift + link.head_joint)
        for shift, plan in zip(first[:-1].tolist(), plans, strict=True)
        for link in plan.links
    )
    return LinkPlan(Joints(**columns), links)


def _lay_link(change: AddLink, way: int, ends: Rows, joints: Joints, network: Network) -> NewLink:
    """Lay a link from joint to joint along its drawn shape, with its times."""
    first, last = int(ends[0]), int(ends[1])
    drawn = np.array(change.geometry)
    lon = np.concatenate([joints.lon_deg[[first]], drawn[:, 0], joints.lon_deg[[last]]])
    lat = np.concatenate([joints.lat_deg[[first]], drawn[:, 1], joints.lat_deg[[last]]])
    step_m = length_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    is_kept = np.concatenate([[True], step_m > SAME_PLACE_M])
    is_kept[-2:] = step_m[-1] > SAME_PLACE_M, True
    lon, lat = lon[is_kept], lat[is_kept]
    x_m, y_m = project(lon, lat, network.crs)
    step_m = length_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    kmh = change.speed_kmh or network.profile.link_kmh
    # each segment is rounded by itself, as in a network that is built
    step_ms = np.rint(step_m * (MS_PER_M_AT_1_KMH / kmh))
    point_ms = as_ms(np.concatenate([[0.0], np.cumsum(step_ms)]))
    return NewLink(
        way,
        change.name,
        change.oneway and obeys_oneway(network.profile),
        change.bridge,
        first,
        last,
        lon,
        lat,
        x_m,
        y_m,
        point_ms,
        float(step_m.sum()),
    )
