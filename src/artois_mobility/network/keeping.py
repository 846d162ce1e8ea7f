"""Keep a network on disk and map it into memory again, shared by all processes that do."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from ..errors import StorageError
from ..graph import Graph
from ..storage.folders import open_folder, write_folder
from ..storage.records import read_record, write_record
from .dimensions import Limit, Limits
from .expansion import Expansion
from .fairways import Fairway
from .locks import Lock
from .model import Network, Provenance
from .profile_keys import Profile
from .turns import Turns

KIND: Final = "network"
_CLASSES: Final = {
    each.__name__: each
    for each in (
        Expansion,
        Fairway,
        Graph,
        Limit,
        Limits,
        Lock,
        Network,
        Profile,
        Provenance,
        Turns,
    )
}


def save_network(
    network: Network, folder: str | Path, header: Mapping[str, str] | None = None
) -> Path:
    """Write a network to a folder: one `.npy` file an array, the rest as JSON, and a manifest.

    Parameters
    ----------
    network
        The network of one profile.
    folder
        Made anew under a temporary name and then moved; a network that stands there is replaced.
    header
        More that its manifest is to say.

    Returns
    -------
    folder
        Where it lies.

    Raises
    ------
    StorageError
        If something other than a network stands there.

    Examples
    --------
    >>> import tempfile
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder = save_network(build_network(crossroads(), "walk"), Path(place) / "walk")
    ...     open_network(folder).graph.arc_count
    8
    """
    return write_folder(
        folder, KIND, header or {}, lambda place: write_record(network, place, _CLASSES)
    )


def open_network(folder: str | Path, *, verify: bool = True) -> Network:
    """Map a network from disk into memory; pages are read when first used.

    Parameters
    ----------
    folder
        Written by `save_network`.
    verify
        Read every file once, compare its checksum and check that every number lies in its range;
        False trusts the disk and opens at once.

    Returns
    -------
    network
        Its arrays lie in the mapped files and cannot be written.

    Raises
    ------
    StorageError
        If the folder holds no network, one of another format, or a damaged one.
    """
    place = Path(folder)
    open_folder(place, KIND, verify=verify)
    network = read_record(place, _CLASSES)
    if not isinstance(network, Network):
        msg = f"{place} holds no network. Save it again."
        raise StorageError(msg)
    if verify:
        _check_ranges(network, place)
    return network


def _check_ranges(network: Network, place: Path) -> None:
    """Refuse numbers that compiled code, which checks no bounds, would stumble over."""
    graph, expansion, turns = network.graph, network.expansion, network.turns
    nodes, arcs = graph.node_count, graph.arc_count
    ranges = {"twin_of_arc": (network.twin_of_arc, -1, arcs)}
    if expansion is not None:
        ranges["street"] = (expansion.street, -1, arcs)
        ranges["node"] = (expansion.node, 0, nodes)
    if turns is not None:
        ranges["from_arc"] = (turns.from_arc, 0, arcs)
        ranges["to_arc"] = (turns.to_arc, 0, arcs)
    if network.fairway is not None:
        ranges["lock_of_arc"] = (network.fairway.lock_of_arc, -1, len(network.fairway.locks))
    faulty = [
        name
        for name, (array, low, high) in ranges.items()
        if array.dtype != np.int32 or ((array < low) | (array >= high)).any()
    ]
    first = network.first_point
    if first.dtype != np.int32 or first[0] != 0 or (first[1:] < first[:-1]).any():
        faulty.append("first_point")
    if faulty:
        msg = f"{place}: {', '.join(faulty)} cannot be those of a network. Save it again."
        raise StorageError(msg)
