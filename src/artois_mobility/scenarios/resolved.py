"""Scenarios that have met a study: every name found, every coordinate on the network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .._types import Rows
from ..changes.notices import Notice, Value
from ..network.model import Network
from ..osm.extract import Extract
from .edits import NetworkEdits
from .reading import Scenario, where
from .waters import WaterEdits, Waters

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True, slots=True, eq=False)
class Today:
    """The situation that scenarios are held against.

    Attributes
    ----------
    extract
        The OpenStreetMap data behind everything.
    networks
        The network of each profile of the study.
    sites
        What `read_sites` returns.
    categories
        The categories that the study lists.
    water
        Its vessels and quays, whose networks are among `networks`; None where it asks nothing of
        the water.
    """

    extract: Extract
    networks: Mapping[str, Network]
    sites: "gpd.GeoDataFrame"
    categories: tuple[str, ...]
    water: Waters | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SiteEdits:
    """The sites of a scenario, s of them.

    Attributes
    ----------
    sites
        The columns of `read_sites` and `change`: `""`, `"added"` or `"moved"`; today's sites
        first, in their order, then the added ones.
    today_row
        Row among today's sites for each one that stays where it is; -1 for moved and added ones,
        shape (s,).
    removed
        Today's sites that are gone.
    categories
        Categories in which a site was added, moved or removed.
    """

    sites: "gpd.GeoDataFrame"
    today_row: Rows
    removed: "gpd.GeoDataFrame"
    categories: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class ResolvedScenario:
    """A scenario, ready to be applied.

    Attributes
    ----------
    scenario
        What its file says.
    warnings
        What was noticed.
    edits
        What it does to the network of each profile; profiles it does not touch are left out.
    site_edits
        What it does to the sites.
    links, closed, speeds
        Lines in WGS 84 for maps: `geometry`, `way`, `name`, `profiles`; `speeds` also says in
        `change` whether they get `"faster"` or `"slower"`.
    water
        The water as it leaves it; None where it changes nothing there.
    """

    scenario: Scenario
    warnings: tuple[Notice, ...]
    edits: Mapping[str, NetworkEdits]
    site_edits: SiteEdits
    links: "gpd.GeoDataFrame"
    closed: "gpd.GeoDataFrame"
    speeds: "gpd.GeoDataFrame"
    water: WaterEdits | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What goes wrong or looks odd while one scenario is resolved; collected, then told at once.

    Attributes
    ----------
    scenario
        The scenario.
    errors
        One sentence each.
    warnings
        What looks odd.
    faults
        Row and sentence of each error that stands in a change.
    """

    scenario: Scenario
    errors: list[str] = field(default_factory=list)
    warnings: list[Notice] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def refuse(self, row: int, sentence: str) -> None:
        """Note an error in the change of that row."""
        self.errors.append(f"{self._where(row)} {sentence}")
        self.faults.append((row, sentence))

    def warn(self, row: int, what: Notice) -> None:
        """Note something odd in the change of that row."""
        change, line = self.scenario.changes[row], self.scenario.lines[row]
        values: dict[str, Value] = {"number": row + 1, "kind": change.kind, "what": what}
        if line:
            self.warnings.append(Notice("change_at_line", {**values, "line": str(line)}))
        else:
            self.warnings.append(Notice("change", values))

    def _where(self, row: int) -> str:
        change = self.scenario.changes[row]
        return f"{where(row, self.scenario.lines[row])} ({change.kind})"


def list_some(names: Sequence[str], most: int = 5) -> str:
    """Join names, the first few in full and the rest counted.

    Parameters
    ----------
    names
        Any.
    most
        How many to show.

    Returns
    -------
    text
        Separated by commas.

    Examples
    --------
    >>> list_some(["car", "walk", "bicycle"], most=2)
    'car, walk and 1 more'
    >>> list_some([])
    ''
    """
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
