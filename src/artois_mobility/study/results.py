"""What a comparison leaves: one result per scenario, and the tables across all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes

    from .._types import Flags, Floats
    from ..network.model import Network
    from .files import Study
    from .water_results import WaterResult

# Of a cell of residents: the scenario that adds it, "" for today's.
ADDED_BY: Final = "added_by"


@dataclass(frozen=True, slots=True, eq=False)
class ScenarioResult:
    """One scenario: what it changes, in words and on the map. The first one is the base.

    Attributes
    ----------
    key
        `"today"`, or the stem of the file of a scenario, or of another study.
    name
        Title, as the file says it; the study's name for today.
    question
        The question that the scenario answers, or `""`.
    sentences
        What each change did, one sentence each, by language: `{"fr": [...], "en": [...]}`.
    assumptions
        What the file says it supposes.
    warnings
        What was noticed when the scenario met the study, for instance a change without effect;
        for today, where the data falls short. By language, as `sentences`.
    focus_profiles, focus_categories
        What the report should show first; empty for all.
    sites
        Sites of this situation: the columns of `read_sites`, and `change`: `""`, `"added"`,
        `"moved"`, or `"set"` where only capacity or hours change.
    removed_sites
        Today's sites that are no longer there; the columns of `read_sites`.
    links
        New links: `geometry` in WGS 84, `name`, `profiles` as text.
    closed
        Closed ways: `geometry` in WGS 84, `way`, `name`, `profiles` as text.
    speeds
        Ways whose speed was set: `geometry` in WGS 84, `way`, `name`, `profiles` as text, and
        `change`: `"faster"` or `"slower"`. A way that is both has two rows.
    touched
        How much each change touches: `change` (its number), `kind`, `profile`, `ways`,
        `kilometres`, `sites`, `people` who live along the ways; None for today.
    people
        Who lives in each cell of the comparison's residents in this situation: `population`, and
        the other counts that the scenario gives; None where all is as today.
    """

    key: str
    name: str
    question: str
    sentences: Mapping[str, list[str]]
    assumptions: tuple[str, ...]
    warnings: Mapping[str, list[str]]
    focus_profiles: tuple[str, ...]
    focus_categories: tuple[str, ...]
    sites: gpd.GeoDataFrame
    removed_sites: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    closed: gpd.GeoDataFrame
    speeds: gpd.GeoDataFrame
    touched: pd.DataFrame | None = None
    people: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Access times of today and of every scenario, and what differs.

    Where a reference stands in for today, that is what "today" means below: the base, its first
    situation. Where the reference is another study, today is one of the others.

    Attributes
    ----------
    study
        What was asked.
    residents
        Populated cells of the territory, with `commune` (INSEE code) and `epci` (SIREN). Cells that
        scenarios add come after today's, with nobody in them, and `added_by` then names the
        scenario, `""` for today's.
    communes
        Communes of the territory: `insee`, `name`, `epci`, `epci_name`, `population`, polygons.
    scenarios
        One result each; the first, the base, is what all others are compared with.
    access_times
        `scenario`, `profile`, `cell`, `category`, `rank`, `site`, `minutes`, `reason`,
        `position_quality` of the site, and `edge`: `"exact"`, or `"upper bound"` where a site
        beyond the extract could be nearer; a cell without access has NaN minutes and its reason.
    differences
        `scenario`, `profile`, `cell`, `category`, `rank`, `minutes_before`, `minutes_after`,
        `minutes_gained`; every cell of every scenario but today, unchanged ones too. Where the
        study asks how sure they are, also `gained_low`, `gained_high` and `within_noise` of the
        nearest site.
    summary_table
        One row per `scenario` (today too), `profile`, `category` and zone: `scope`
        (`"territory"`, `"epci"`, `"commune"`), `code`, `name`, `population`,
        `people_reached_before`, `people_reached_after`, `minutes_before`, `minutes_after`,
        `minutes_gained` (means over the people reached in both), `people_gaining`,
        `people_losing` (by a minute or more, among those who reach a site in both),
        `people_newly_reaching` and `people_no_longer_reaching` (a site, in one of the two only),
        and for each threshold `within_<t>_before` and `within_<t>_after`, in people. It speaks of
        the nearest site. `population` and what is named before count the people of today, all else
        those of the scenario; where any scenario changes people, `population_after` counts them
        all.
    networks
        Today's network of each profile.
    manifest
        Hashes of every input, parameters, versions, counted assumptions; ready for JSON.
    is_schematic
        True when the extract is a made-up territory: everything shown must say so.
    water
        What vessels can do; None where the study asks nothing of the water.
    uncertainty
        How sure the minutes to the nearest site are: `scenario`, `profile`, `cell`, `category`,
        `minutes`, `low`, `high`, `p_within_10_min` and so on, `reason`; of a scenario the profiles
        and categories that it can change. None where the study does not ask.
    named_places
        Towns, quarters and hamlets of the extract, for the maps: `name`, `kind` (value of `place`)
        and points; None where they are not known.
    transit_times
        By public transport, over all departures of the study's window: `scenario`, `cell`,
        `category`, `minutes_50`, `minutes_85`, `share_within_10` and so on for each threshold,
        `on_foot`; as in `am.transit_times`. Of scenarios behind the first one the categories that
        they can change, all else is as today. None where the study has no timetable.
    """

    study: Study
    residents: gpd.GeoDataFrame
    communes: gpd.GeoDataFrame
    scenarios: tuple[ScenarioResult, ...]
    access_times: pd.DataFrame
    differences: pd.DataFrame
    summary_table: pd.DataFrame
    networks: Mapping[str, Network]
    manifest: Mapping[str, Any]
    is_schematic: bool
    water: WaterResult | None = None
    uncertainty: pd.DataFrame | None = None
    named_places: gpd.GeoDataFrame | None = None
    transit_times: pd.DataFrame | None = None

    @property
    def base(self) -> ScenarioResult:
        """The situation that all others are compared with: today, or what stands in for it."""
        return self.scenarios[0]

    def summary(self) -> pd.DataFrame:
        """Give the figures of the whole territory, one row per scenario, profile and category.

        Returns
        -------
        summary
            The rows of `summary_table` for the territory, without the columns that name the zone.
        """
        table = self.summary_table
        rows = table[table["scope"] == "territory"]
        return rows.drop(columns=["scope", "code", "name"]).reset_index(drop=True)

    def __repr__(self) -> str:
        """Say what it is in one line."""
        return f"<Comparison {self.study.name}: {', '.join(each.key for each in self.scenarios)}>"

    def _repr_html_(self) -> str:
        """Show in a notebook what each scenario does."""
        from ..report.drawing import draw_comparison

        return draw_comparison(self)

    def plot(
        self,
        scenario: str | None = None,
        *,
        profile: str | None = None,
        category: str | None = None,
        ax: Axes | None = None,
    ) -> Axes:
        """Draw a map of minutes, or of the minutes that a scenario gains.

        Parameters
        ----------
        scenario
            Its key; None for the base, today in most comparisons.
        profile, category
            Who travels and where to; None for what the report's headline speaks of.
        ax
            Where to draw; None for a new figure.

        Returns
        -------
        ax
            The map, with the report's colours and words.

        Raises
        ------
        InputError
            If the comparison does not have what is asked for.
        """
        from ..report.drawing import plot_view, view_comparison

        return plot_view(view_comparison(self, scenario, profile, category), ax)

    def explore(
        self,
        scenario: str | None = None,
        *,
        profile: str | None = None,
        category: str | None = None,
    ) -> Any:  # noqa: ANN401  a folium.Map
        """Show the same as a map to move about in, over OpenStreetMap's tiles.

        Parameters
        ----------
        scenario
            Its key; None for the base, today in most comparisons.
        profile, category
            Who travels and where to; None for what the report's headline speaks of.

        Returns
        -------
        map
            A `folium.Map`; its page brings script and tiles from the Internet. The report's own
            page needs none.

        Raises
        ------
        InputError
            If folium is not installed, or the comparison does not have what is asked for.
        """
        from ..report.drawing import explore_view, view_comparison

        return explore_view(view_comparison(self, scenario, profile, category))

    def people_of(self, scenario: str) -> Floats:
        """Tell how many people live in each cell in a situation.

        Parameters
        ----------
        scenario
            Its key.

        Returns
        -------
        people
            In the order of `residents`, shape (n,).
        """
        own = next(each for each in self.scenarios if each.key == scenario).people
        table = self.residents if own is None else own
        people: Floats = table["population"].to_numpy(np.float64)
        return people

    def cells_of(self, scenario: str) -> Flags:
        """Tell which cells belong to a situation: today's, and those that the scenario adds.

        Parameters
        ----------
        scenario
            Its key.

        Returns
        -------
        is_own
            In the order of `residents`, shape (n,).
        """
        if ADDED_BY not in self.residents:
            return np.ones(len(self.residents), np.bool_)
        is_own: Flags = self.residents[ADDED_BY].isin(["", scenario]).to_numpy(np.bool_)
        return is_own

    def residents_of(self, scenario: str) -> gpd.GeoDataFrame:
        """Give the residents of a situation, for indicators of your own.

        Parameters
        ----------
        scenario
            Its key.

        Returns
        -------
        residents
            `residents` with the population, and the counts given, of that situation; `residents`
            itself where all is as today.
        """
        own = next(each for each in self.scenarios if each.key == scenario).people
        if own is None:
            return self.residents
        return self.residents.assign(**{str(name): own[name].to_numpy() for name in own})

    def to_geodataframe(self) -> gpd.GeoDataFrame:
        """Give every time of every scenario with the cell's position, for maps.

        Returns
        -------
        cells
            `access_times` with `minutes_before`, `minutes_gained` and the columns of the residents
            of each situation; points in WGS 84.
        """
        import geopandas as gpd

        times = self.access_times
        first = times[times["scenario"] == self.base.key]["minutes"].to_numpy(np.float64)
        before = np.tile(first, len(self.scenarios))
        row = np.tile(
            np.repeat(np.arange(len(self.residents)), self.study.nearest),
            len(times) // max(len(self.residents) * self.study.nearest, 1),
        )
        cells = self.residents.drop(columns="cell").iloc[row].reset_index(drop=True)
        if any(each.people is not None for each in self.scenarios):
            tables = [self.residents_of(each.key) for each in self.scenarios]
            turn = np.repeat(np.arange(len(tables)), len(times) // len(tables))
            for name in dict.fromkeys(c for each in self.scenarios for c in _counts_of(each)):
                values = np.stack([table[name].to_numpy(np.float64) for table in tables])
                cells[name] = values[turn, row]
        table = times.reset_index(drop=True).assign(
            minutes_before=before, minutes_gained=before - times["minutes"].to_numpy(np.float64)
        )
        return gpd.GeoDataFrame(table.join(cells), geometry="geometry", crs=self.residents.crs)


def _counts_of(scenario: ScenarioResult) -> list[str]:
    return [] if scenario.people is None else [str(name) for name in scenario.people]
