"""Today's answers of one profile, kept so that a scenario needs to find only what it changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .._types import UNREACHED_MS, Flags, NodeIds, Rows
from ..access.edges import Rim, RimStreets, find_rim, find_rim_streets
from ..access.nearest import find_on_own_arc, rows_of_categories
from ..kernels.nearest import NO_SITE
from ..kernels.nearest_sweep import Keys
from ..network.model import Network
from ..places.attachments import Attachments
from ..places.starts import Starts, find_starts
from ..routing.ends import ArcEnds, NodeEnds, find_ends
from ..routing.repairs import NodeKeys, Places, find_node_keys, hang_places
from ..routing.seeds import join_seeds, keys_of, ms_of, site_of
from .answers import Answer, Reasons, SiteNames, name_reasons, name_sites
from .loading import Loaded

# Where the extract ends is one list of sites more, with this number for all of them.
RIM_SITE: Final = 0


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Today's situation of one profile: p cells, s sites, l - 1 categories, and the rim.

    Attributes
    ----------
    categories
        The study's.
    network
        Of today.
    people, sites
        Where cells and sites hang.
    people_starts, site_starts
        Where walks from them start.
    rim, rim_streets
        Where the extract ends, and where streets reach it.
    names, reasons
        What sites are called, and why cells reach nothing.
    category_of_site
        Category of each site, shape (s,).
    members
        Rows of the sites of each category.
    people_ends, site_ends
        Their ways to nodes.
    nodes, places
        The nearest sites of nodes and of cells; the last list is the rim.
    """

    categories: tuple[str, ...]
    network: Network
    people: Attachments
    sites: Attachments
    people_starts: Starts
    site_starts: Starts
    rim: Rim
    rim_streets: RimStreets
    names: SiteNames
    reasons: Reasons
    category_of_site: npt.NDArray[np.object_]
    members: tuple[Rows, ...]
    people_ends: ArcEnds
    site_ends: ArcEnds
    nodes: NodeKeys
    places: Places


def stand(loaded: Loaded, profile: str) -> Standing:
    """Find the nearest site of every category from every node and every cell of today.

    Parameters
    ----------
    loaded
        The study.
    profile
        Name of the profile.

    Returns
    -------
    standing
        For `answer_of_today` and for repairs.
    """
    network, sites = loaded.today.networks[profile], loaded.today.sites
    people, places = loaded.attachments[profile]
    rim = find_rim(network, loaded.today.extract, loaded.covers)
    streets = find_rim_streets(network, rim)
    members = tuple(rows_of_categories(sites, loaded.study.categories))
    people_ends, site_ends = find_ends(network, people), find_ends(network, places)
    own = list_seeds(site_ends.reach, members)
    seeds = join_seeds([own, seeds_of_rim(streets.node, len(members))], len(members) + 1)
    nodes = find_node_keys(network.searched.graph, network.searched.tail, seeds)
    direct = find_direct_keys(people_ends, site_ends, members, people.place_count)
    direct[-1] = rim_keys(people, streets.is_street[people.arc])
    return Standing(
        loaded.study.categories,
        network,
        people,
        places,
        find_starts(loaded.residents, network.crs),
        find_starts(sites, network.crs),
        rim,
        streets,
        name_sites(sites),
        name_reasons(people.reason_of_place),
        sites["category"].astype(str).to_numpy(object),
        members,
        people_ends,
        site_ends,
        nodes,
        hang_places(nodes, people_ends.leave, direct),
    )


def list_seeds(
    reach: NodeEnds, members: Sequence[Rows]
) -> tuple[Rows, NodeIds, npt.NDArray[np.int64]]:
    """List where the sites of each category lie.

    Parameters
    ----------
    reach
        Ways from nodes to sites.
    members
        Rows of the sites of each category.

    Returns
    -------
    lane, node, key
        Category, node and key of each, shape (s,).
    """
    mine = [np.flatnonzero(np.isin(reach.place, rows)) for rows in members]
    row = np.concatenate([np.empty(0, np.int64), *mine])
    lane = np.repeat(np.arange(len(mine), dtype=np.int32), [each.size for each in mine])
    return lane, reach.node[row], keys_of(reach.ms[row], reach.place[row])


def seeds_of_rim(node: NodeIds, lane: int) -> tuple[Rows, NodeIds, npt.NDArray[np.int64]]:
    """List where the extract ends as if sites lay there.

    Parameters
    ----------
    node
        Nodes at the rim.
    lane
        Number of the list.

    Returns
    -------
    lane, node, key
        List, node and key of each, shape (s,).
    """
    at_once = np.zeros_like(node)
    return np.full_like(node, lane), node, keys_of(at_once, at_once + RIM_SITE)


def find_direct_keys(
    people: ArcEnds, sites: ArcEnds, members: Sequence[Rows], place_count: int
) -> Keys:
    """Find the nearest sites on the own streets of cells; the last line, of the rim, has none.

    Parameters
    ----------
    people, sites
        Ways of cells and of sites.
    members
        Rows of the sites of each category.
    place_count
        Number of cells, p.

    Returns
    -------
    key
        Shape (l, p).
    """
    found = find_on_own_arc(people, sites, members, place_count)
    none = np.full(place_count, UNREACHED_MS, np.int32)
    lines = [keys_of(ms[:, 0], site[:, 0]) for site, ms in found]
    return np.array([*lines, keys_of(none, none)], np.int64)


def rim_keys(people: Attachments, is_on_rim: Flags) -> npt.NDArray[np.int64]:
    """Give who hangs on a street at the rim the walk to it: they may be over it at once.

    Parameters
    ----------
    people
        Where cells hang, p cells.
    is_on_rim
        Which of the attachments are on such a street.

    Returns
    -------
    key
        Shape (p,).
    """
    time_ms = np.full(people.place_count, UNREACHED_MS, np.int32)
    np.minimum.at(time_ms, people.place[is_on_rim], people.offroad_ms[is_on_rim])
    return keys_of(time_ms, np.full_like(time_ms, RIM_SITE))


def answer_of_keys(standing: Standing, key: Keys, categories: tuple[str, ...]) -> Answer:
    """Read the nearest sites out of keys.

    Parameters
    ----------
    standing
        What sites are called, and why cells reach nothing.
    key
        Of cells, one line for each of the study's categories and one for the rim, shape (l, p).
    categories
        Those wanted.

    Returns
    -------
    answer
        With one site per cell and category.
    """
    rows = [standing.categories.index(each) for each in categories]
    own = key[rows][:, :, np.newaxis]
    site = site_of(own)
    last = standing.names.site.size - 1
    return Answer(
        categories,
        standing.names,
        np.where(site == NO_SITE, last, site).astype(np.int32),
        ms_of(own),
        ms_of(key[-1]),
        standing.reasons,
        np.array([standing.members[row].size == 0 for row in rows], np.bool_),
    )
