"""Scenarios that have met a study: every name found, every coordinate on the network."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from .._types import Geometries, Rows
from ..changes.notices import Notice, Value
from ..network.building import build_network
from ..network.model import Network
from ..network.profile_keys import Profile
from ..osm.extract import Extract
from ..transit.feeds import Feed
from ..transit.naming import TRANSIT
from .edits import NetworkEdits
from .files import where
from .homes import Homes, PeopleEdits
from .reading import Scenario
from .timetable_plans import ResolvedTimetable
from .touches import Touch
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
    homes
        Who lives where; None where nobody asks.
    build
        Builds the network of a profile from other tags as the study wants it.
    day
        The day that the study is about; None where it does not say.
    edited
        The data behind networks that are built from other tags, by profile.
    feed
        Its timetable; None where it has none.
    travel_day
        The day on which people ride; None where it has no timetable.
    """

    extract: Extract
    networks: Mapping[str, Network]
    sites: "gpd.GeoDataFrame"
    categories: tuple[str, ...]
    water: Waters | None = None
    homes: Homes | None = None
    build: Callable[[Extract, Profile], Network] = build_network
    day: date | None = None
    edited: Mapping[str, Extract] = field(default_factory=dict)
    feed: Feed | None = None
    travel_day: date | None = None

    @property
    def profiles(self) -> tuple[str, ...]:
        """Everybody whose times there are: by network, and by public transport where there is."""
        return (*self.networks, *([] if self.feed is None else [TRANSIT]))


@dataclass(frozen=True, slots=True, eq=False)
class SiteEdits:
    """The sites of a scenario, s of them.

    Attributes
    ----------
    sites
        The columns of `read_sites` and `change`: `""`, `"added"`, `"moved"`, or `"set"` where it
        stays and only its capacity or hours change; today's sites first, in their order, then the
        added ones.
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
class Retagged:
    """The network of a profile, built from other tags or with other barriers.

    Attributes
    ----------
    network
        The network.
    extract
        The data that it is built from.
    opens, closes
        Whether that can shorten times, and whether it can lengthen them.
    new_barriers
        Lines in the network's metric system that nobody walked across before, but now cannot.
    has_fewer_barriers
        True where some of today's barriers are gone.
    """

    network: Network
    extract: Extract
    opens: bool
    closes: bool
    new_barriers: Geometries = field(default_factory=lambda: np.empty(0, object))
    has_fewer_barriers: bool = False


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
    people
        Who lives where as it leaves them; None where it changes nothing about them.
    touches
        How much each change touches, by change and profile.
    warned
        The warnings that belong to a change, with its row.
    retagged
        Networks built from other tags, in place of today's, by profile; `edits` are of these.
    timetable
        What it changes of the timetable, for `apply_timetable`.
    """

    scenario: Scenario
    warnings: tuple[Notice, ...]
    edits: Mapping[str, NetworkEdits]
    site_edits: SiteEdits
    links: "gpd.GeoDataFrame"
    closed: "gpd.GeoDataFrame"
    speeds: "gpd.GeoDataFrame"
    water: WaterEdits | None = None
    people: PeopleEdits | None = None
    touches: tuple[Touch, ...] = ()
    warned: tuple[tuple[int, Notice], ...] = ()
    retagged: Mapping[str, Retagged] = field(default_factory=dict)
    timetable: ResolvedTimetable = field(default_factory=ResolvedTimetable)


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
    warned
        The warnings that belong to a change, with its row.
    touches
        How much each change touches.
    faults
        Row and sentence of each error that stands in a change.
    """

    scenario: Scenario
    errors: list[str] = field(default_factory=list)
    warnings: list[Notice] = field(default_factory=list)
    warned: list[tuple[int, Notice]] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def refuse(self, row: int, sentence: str) -> None:
        """Note an error in the change of that row."""
        self.errors.append(f"{self._where(row)} {sentence}")
        self.faults.append((row, sentence))

    def warn(self, row: int, what: Notice) -> None:
        """Note something odd in the change of that row."""
        origin, kind = self.scenario.find_origin(row), self.scenario.changes[row].kind
        values: dict[str, Value] = {"number": origin.row + 1, "kind": kind, "what": what}
        notice = Notice("change", values)
        if origin.line:
            notice = Notice("change_at_line", {**values, "line": str(origin.line)})
        if origin.path != self.scenario.path:
            notice = Notice("in_file", {"file": origin.path.name, "what": notice})
        self.warnings.append(notice)
        self.warned.append((row, notice))

    def name_change(self, row: int) -> str:
        """Name another change: by its place in the file, and the file where it is not this one."""
        origin = self.scenario.find_origin(row)
        if origin.path == self.scenario.path:
            return f"changes[{origin.row + 1}]"
        return f"{origin.path.name}, {where(origin.row, origin.line)}"

    def _where(self, row: int) -> str:
        origin, kind = self.scenario.find_origin(row), self.scenario.changes[row].kind
        file = "" if origin.path == self.scenario.path else f"{origin.path.name}, "
        return f"{file}{where(origin.row, origin.line)} ({kind})"


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
