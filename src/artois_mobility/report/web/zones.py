"""The figures of the summary by zone: of today whole, of a scenario where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..findings import threshold_text
from ..times import spread
from .packing import Whole, pack, pack_steps, scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from ..._types import Floats
    from ...study.results import Comparison
    from ..times import Times

SCOPES: Final = ("territory", "epci", "commune")
# Figures are packed in thousandths, one more than they are: nought stands for no value.
THOUSANDTHS: Final = 1000


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones that a summary tells of: the territory, agglomerations, communes.

    Attributes
    ----------
    scopes, codes, names
        What each zone is; the territory is the first.
    parents
        Place of the agglomeration that a commune belongs to; -1 for none.
    """

    scopes: tuple[str, ...]
    codes: tuple[str, ...]
    names: tuple[str, ...]
    parents: tuple[int, ...]

    def of_scope(self, scope: str) -> dict[str, int]:
        """Give the place of each zone of a scope by its code.

        Parameters
        ----------
        scope
            One of `SCOPES`.

        Returns
        -------
        places
            In the order of the zones.
        """
        rows = enumerate(zip(self.scopes, self.codes, strict=True))
        return {code: place for place, (own, code) in rows if own == scope}

    def place(self, scope: str, table: gpd.GeoDataFrame) -> Whole:
        """Give the place of the zone that each row of a table lies in.

        Parameters
        ----------
        scope
            `"epci"` or `"commune"`, also the column that holds its code.
        table
            Residents.

        Returns
        -------
        places
            -1 where there is none, shape (n,).
        """
        places = self.of_scope(scope)
        return np.array([places.get(str(code), -1) for code in table[scope]], np.int64)


def list_zones(result: Comparison) -> Zones:
    """List the zones of a comparison's summary.

    Parameters
    ----------
    result
        The comparison.

    Returns
    -------
    zones
        The territory first, then agglomerations and communes in the order of the summary.
    """
    table = result.summary_table
    zones: list[tuple[str, str, str]] = []
    for scope in SCOPES:
        rows = table.loc[(table["scope"] == scope).to_numpy(), ["code", "name"]].drop_duplicates()
        own = {str(code): str(name) for code, name in rows.to_numpy()}
        zones += [(scope, code, name) for code, name in own.items()]
    scopes, codes, names = zip(*zones, strict=True)
    bare = Zones(scopes, codes, names, (-1,) * len(zones))
    epci_of_commune = _epci_of_commune(result)
    place_of_epci = bare.of_scope("epci")
    parents = tuple(
        place_of_epci.get(epci_of_commune.get(code, ""), -1) if scope == "commune" else -1
        for scope, code, _ in zones
    )
    return Zones(bare.scopes, bare.codes, bare.names, parents)


def pack_zones(result: Comparison, times: Times, zones: Zones) -> dict[str, Any]:
    """Pack the summary: of today every figure, of a scenario those that differ.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times, for the order of profiles and categories.
    zones
        Its zones.

    Returns
    -------
    packed
        Ready for JSON. `columns` names the figures of each zone, which stand in this order in
        `before`, for every zone, and in `situations`, for the zones listed there.
    """
    figures = _read_figures(result, times, zones)
    columns = figure_columns(result)
    base = {name: values[0] for name, values in figures.items()}
    shape = base["minutes_before"].shape[:2]
    before = np.stack([_of_today(base, name) for name in columns], axis=-1)
    situations = []
    for row, _ in enumerate(result.scenarios):
        own = np.stack([figures[name][row] for name in columns], axis=-1)
        if row == 0:
            own = before
        situations.append(
            {
                "population": _pack_figures(_population(figures, row)),
                "changes": [
                    [_pack_rows(before[place], own[place]) for place in _places(shape, profile)]
                    for profile in range(shape[0])
                ],
            }
        )
    return {
        "names": list(zones.names),
        "codes": list(zones.codes),
        "scopes": list(zones.scopes),
        "parents": list(zones.parents),
        "columns": columns,
        "before": [
            [_pack_figures(before[place]) for place in _places(shape, profile)]
            for profile in range(shape[0])
        ],
        "situations": situations,
    }


def figure_columns(result: Comparison) -> list[str]:
    """Name the figures that the page is given of each zone.

    Parameters
    ----------
    result
        The comparison.

    Returns
    -------
    columns
        As the summary names them.
    """
    bounds = [threshold_text(minutes) for minutes in sorted(result.study.thresholds_min)]
    return [
        "minutes_before",
        "minutes_after",
        "people_gaining",
        "people_losing",
        "people_newly_reaching",
        "people_no_longer_reaching",
        "people_reached_before",
        "people_reached_after",
        *(f"within_{bound}_{when}" for bound in bounds for when in ("before", "after")),
    ]


def _epci_of_commune(result: Comparison) -> dict[str, str]:
    """Tell where each commune belongs, by its residents, else by its outline."""
    told: dict[str, str] = {}
    for table, name in ((result.communes, "insee"), (result.residents, "commune")):
        pairs = table[[name, "epci"]].drop_duplicates().to_numpy()
        told |= {str(code): str(epci) for code, epci in pairs if epci}
    return told


def _read_figures(result: Comparison, times: Times, zones: Zones) -> Mapping[str, Floats]:
    """Read figures as arrays of shape (scenarios, profiles, categories, zones)."""
    table = result.summary_table
    columns = ["population", *figure_columns(result)]
    if "population_after" in table:
        columns.append("population_after")
    parts = []
    for scope in SCOPES:
        axes = {
            "scenario": list(times.scenarios),
            "profile": list(times.profiles),
            "category": list(times.categories),
            "code": list(zones.of_scope(scope)),
        }
        rows = table[(table["scope"] == scope).to_numpy()]
        parts.append(spread(rows, axes, columns))
    return {name: np.concatenate([part[name] for part in parts], axis=-1) for name in columns}


def _of_today(base: Mapping[str, Floats], name: str) -> Floats:
    """Give what a figure is where nothing changes."""
    if name in {"people_gaining", "people_losing"} or name.endswith("_reaching"):
        return np.zeros_like(base[name])
    return base[name.replace("_after", "_before")]


def _population(figures: Mapping[str, Floats], row: int) -> Floats:
    name = "population_after" if "population_after" in figures and row else "population"
    population: Floats = figures[name][row, 0, 0]
    return population


def _places(shape: tuple[int, ...], profile: int) -> list[tuple[int, int]]:
    return [(profile, category) for category in range(shape[1])]


def _pack_rows(before: Floats, own: Floats) -> dict[str, str] | None:
    """Pack the rows that differ; None where none does."""
    is_same = (before == own) | (np.isnan(before) & np.isnan(own))
    rows = np.flatnonzero(~is_same.all(axis=1))
    return {"rows": pack_steps(rows), "values": _pack_figures(own[rows])} if rows.size else None


def _pack_figures(values: Floats) -> str:
    return pack(np.where(np.isnan(values), 0, 1 + scale(np.nan_to_num(values), THOUSANDTHS)))
