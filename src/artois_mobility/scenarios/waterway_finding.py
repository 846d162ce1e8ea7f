"""The waterways and locks that a change means, found by id or by name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..changes.hints import suggest
from ..changes.water_schema import Waterways
from ..network.blocking import chamber_nodes, lock_gates
from ..network.locks import NAME_KEYS
from ..network.waterways import is_waterway
from ..osm.extract import Extract, Tags
from .resolved import Findings


class Meant(NamedTuple):
    """What a change means.

    Attributes
    ----------
    reaches
        Rows of ways that are no locks.
    own_locks
        Rows of ways of locks that are meant by their own name or id.
    other_locks
        Rows of ways of locks along a waterway that is named.
    own_gates, other_gates
        The same for locks that are drawn as gates: nodes.
    """

    reaches: tuple[int, ...]
    own_locks: tuple[int, ...]
    other_locks: tuple[int, ...]
    own_gates: tuple[int, ...]
    other_gates: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class WaterIndex:
    """The waterways of an extract by id and by name.

    Attributes
    ----------
    extract
        The OpenStreetMap data.
    rows_of_name
        Rows of the waterways of a name, locks along them included.
    locks_of_name, gates_of_name
        Rows of locks' ways and gates' nodes by their own names.
    row_of_id
        Rows of waterways by OSM id.
    gates_of_row
        Gates away from chambers on each way that has some.
    """

    extract: Extract
    rows_of_name: dict[str, list[int]]
    locks_of_name: dict[str, list[int]]
    gates_of_name: dict[str, list[int]]
    row_of_id: dict[int, int]
    gates_of_row: dict[int, list[int]]

    def find(self, findings: Findings, row: int, change: Waterways) -> Meant:
        """Find what a change means; refuse what is not there.

        Parameters
        ----------
        findings
            The scenario; errors are noted in it.
        row
            Position of the change.
        change
            With `ids` and `names`.

        Returns
        -------
        meant
            Each way and gate once.
        """
        ways: dict[int, bool] = {}
        gates: dict[int, bool] = {}
        for way in change.ids:
            if way in self.row_of_id:
                ways[self.row_of_id[way]] = True
            else:
                findings.refuse(row, f"way {way} is no waterway of the extract.")
        for name in change.names:
            own_locks = self.locks_of_name.get(name, [])
            own_gates = self.gates_of_name.get(name, [])
            along = self.rows_of_name.get(name, [])
            if not (own_locks or own_gates or along):
                self._refuse_name(findings, row, name)
            ways |= dict.fromkeys(own_locks, True)
            gates |= dict.fromkeys(own_gates, True)
            for each in along:
                ways.setdefault(each, False)
        for way in ways:
            for gate in self.gates_of_row.get(way, []):
                gates.setdefault(gate, False)
        is_lock = {way: self.extract.ways.tags[way].get("lock") == "yes" for way in ways}
        return Meant(
            tuple(way for way in ways if not is_lock[way]),
            tuple(way for way, is_own in ways.items() if is_lock[way] and is_own),
            tuple(way for way, is_own in ways.items() if is_lock[way] and not is_own),
            tuple(gate for gate, is_own in gates.items() if is_own),
            tuple(gate for gate, is_own in gates.items() if not is_own),
        )

    def find_known(self, ids: Sequence[int], names: Sequence[str]) -> tuple[int, ...]:
        """Find the waterways and locks among ways that a change of streets means.

        Parameters
        ----------
        ids, names
            Of ways of any kind.

        Returns
        -------
        rows
            Of ways; nothing for those that are no waterways.
        """
        found = [self.row_of_id[way] for way in ids if way in self.row_of_id]
        for name in names:
            found += self.rows_of_name.get(name, []) + self.locks_of_name.get(name, [])
        return tuple(dict.fromkeys(found))

    def _refuse_name(self, findings: Findings, row: int, name: str) -> None:
        known = sorted({*self.rows_of_name, *self.locks_of_name, *self.gates_of_name})
        hint = suggest(name, known, most=0) if known else ""
        near = hint if "Did you mean" in hint else ""
        findings.refuse(row, f"no waterway or lock is called {name!r} in the extract.{near}")


def index_waterways(extract: Extract) -> WaterIndex:
    """List the waterways and locks of an extract by id and by name.

    Parameters
    ----------
    extract
        The OpenStreetMap data.

    Returns
    -------
    index
        To look them up.

    Examples
    --------
    >>> from artois_mobility.network.examples import canal
    >>> index = index_waterways(canal())
    >>> index.rows_of_name, index.locks_of_name
    ({'Canal': [0, 1, 2]}, {'Écluse': [1]})
    """
    rows_of_name: dict[str, list[int]] = {}
    locks_of_name: dict[str, list[int]] = {}
    gates_of_name: dict[str, list[int]] = {}
    row_of_id: dict[int, int] = {}
    for row, tags in enumerate(extract.ways.tags):
        if not is_waterway(tags):
            continue
        row_of_id[int(extract.ways.osm_id[row])] = row
        name = tags.get("name", "")
        if name:
            rows_of_name.setdefault(name, []).append(row)
        if tags.get("lock") == "yes":
            for own in _names_of_lock(tags, name):
                locks_of_name.setdefault(own, []).append(row)
    gates = np.flatnonzero(lock_gates(extract) & ~chamber_nodes(extract)).tolist()
    for node in gates:
        for own in _names_of_lock(extract.nodes.tags[node], ""):
            gates_of_name.setdefault(own, []).append(node)
    gates_of_row = _gates_on_ways(extract, list(row_of_id.values()), set(gates))
    return WaterIndex(extract, rows_of_name, locks_of_name, gates_of_name, row_of_id, gates_of_row)


def _names_of_lock(tags: Tags, waterway: str) -> Iterator[str]:
    """Yield the names of a lock, but for that of the waterway it lies in when it has another."""
    names = dict.fromkeys(tags[key] for key in NAME_KEYS if key in tags and key != "lock_ref")
    yield from (name for name in names if name != waterway)


def _gates_on_ways(extract: Extract, rows: list[int], gates: set[int]) -> dict[int, list[int]]:
    ways = extract.ways
    found: dict[int, list[int]] = {}
    if not gates:
        return found
    for row in rows:
        nodes = ways.node_of_ref[ways.first_ref[row] : ways.first_ref[row + 1]].tolist()
        own = [node for node in nodes if node in gates]
        if own:
            found[row] = own
    return found
