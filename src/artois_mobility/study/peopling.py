"""Put the cells that scenarios add beside today's, so that every situation knows every cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from .._types import WGS84, Floats
from ..changes.notices import Notice
from ..changes.reasons import translate_reason
from ..places.attaching import attach
from ..routing.threads import run_each
from ..scenarios.attachments import stack_places
from ..scenarios.homes import NO_COUNTS, PeopleEdits
from ..scenarios.reading import TODAY
from ..scenarios.resolved import ResolvedScenario
from .loading import Loaded
from .results import ADDED_BY

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True, slots=True, eq=False)
class Peopled:
    """A study with the cells of all its scenarios, and who lives there in each.

    Attributes
    ----------
    loaded
        The study, the cells that any scenario adds after today's; the very same where none does.
    people
        By scenario that changes people: `population` and the counts that it gives, for every
        cell of `loaded.residents`.
    """

    loaded: Loaded
    people: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def population_of(self) -> dict[str, Floats]:
        """People of every cell, by scenario that changes them."""
        return {key: table["population"].to_numpy(np.float64) for key, table in self.people.items()}


def add_people(loaded: Loaded, resolved: Sequence[ResolvedScenario]) -> Peopled:
    """Add the cells of all scenarios to those of today, where nobody lives in them.

    Parameters
    ----------
    loaded
        The study.
    resolved
        The scenarios.

    Returns
    -------
    peopled
        With today's cells first; what is known of them does not change.
    """
    edits = {each.scenario.key: each.people for each in resolved if each.people is not None}
    if not edits:
        return Peopled(loaded)
    added = {key: each.added for key, each in edits.items() if len(each.added)}
    extended = _extend(loaded, added) if added else loaded
    people = {key: _people_of(extended, each) for key, each in edits.items()}
    return Peopled(extended, people)


def settle_base(peopled: Peopled, reference: str) -> Peopled:
    """Let the people of a scenario be those that all others are compared with.

    Parameters
    ----------
    peopled
        With that scenario first.
    reference
        Its key.

    Returns
    -------
    peopled
        Its cells and people are the residents; `people` are those of scenarios that have others.
    """
    own = peopled.people.get(reference)
    if own is None:
        return peopled
    residents = peopled.loaded.residents
    changed = {str(name): own[name].to_numpy(np.float64) for name in own}
    settled = residents.assign(**changed)
    if ADDED_BY in residents:
        added_by = residents[ADDED_BY].replace(reference, "")
        settled = settled.assign(**{ADDED_BY: added_by})
        if (added_by == "").all():
            settled = settled.drop(columns=ADDED_BY)
    people = {
        key: table
        for key, table in peopled.people.items()
        if key != reference and not table.equals(own)
    }
    return Peopled(replace(peopled.loaded, residents=settled), people)


def settle_other(everyone: Peopled, there: Loaded, keys: Sequence[str]) -> Peopled:
    """Let the people of another study be those that all others are compared with.

    Parameters
    ----------
    everyone
        The study with the cells of all its scenarios.
    there
        The other study, with the same cells.
    keys
        The scenarios.

    Returns
    -------
    peopled
        The other study's cells and people are the residents; `people` are those of today and of
        every scenario.
    """
    before, now = there.residents, everyone.loaded.residents
    counted = ["population"] + [
        str(name)
        for name in now
        if name in before and name not in NO_COUNTS and is_numeric_dtype(now[name].dtype)
    ]
    today = pd.DataFrame({name: now[name].to_numpy(np.float64) for name in counted})
    people = {TODAY: today}
    for key in keys:
        own = everyone.people.get(key)
        people[key] = today if own is None else today.assign(**{str(n): own[n] for n in own})
    if all((today[name] == before[name].to_numpy(np.float64)).all() for name in counted):
        people = {key: everyone.people[key] for key in keys if key in everyone.people}
    return Peopled(replace(everyone.loaded, residents=before), people)


def _extend(loaded: Loaded, added: Mapping[str, "gpd.GeoDataFrame"]) -> Loaded:
    import geopandas as gpd

    today = loaded.residents.assign(**{ADDED_BY: ""})
    parts = [table.assign(**{ADDED_BY: key}) for key, table in added.items()]
    # cells of a reference are in every scenario that stands on it, and are its own
    each_once = pd.concat(parts, ignore_index=True).drop_duplicates("cell", ignore_index=True)
    new = gpd.GeoDataFrame(each_once, geometry="geometry", crs=WGS84)
    counts = [name for name in _counts(new) if name in today]
    new = new.assign(**dict.fromkeys(counts, 0.0)).reindex(columns=today.columns)
    residents = gpd.GeoDataFrame(
        pd.concat([today, new], ignore_index=True), geometry="geometry", crs=WGS84
    )
    residents.attrs = dict(loaded.residents.attrs)
    networks = {profile: loaded.today.networks[profile] for profile in loaded.attachments}
    attached = run_each(lambda network: attach(network, new), list(networks.values()))
    attachments = {
        profile: (
            stack_places([loaded.attachments[profile][0], own]),
            loaded.attachments[profile][1],
        )
        for profile, own in zip(networks, attached, strict=True)
    }
    return replace(
        loaded,
        residents=residents,
        communes=_communes_of(loaded, residents),
        attachments=attachments,
    )


def _counts(added: "gpd.GeoDataFrame") -> list[str]:
    """List the columns of new cells that count people."""
    others = {"cell", "commune", "epci", "geometry", ADDED_BY}
    return [str(name) for name in added.columns if name not in others]


def _communes_of(loaded: Loaded, residents: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
    """List the communes of the territory, those too in which people live in a scenario only."""
    homes = loaded.today.homes
    assert homes is not None  # otherwise no scenario adds cells
    own = set(loaded.communes["insee"]) | set(residents["commune"])
    kept = homes.communes[homes.communes["insee"].isin(own)]
    if len(kept) == len(loaded.communes):
        return loaded.communes
    communes = kept.reset_index(drop=True)
    communes.attrs = dict(loaded.communes.attrs)
    return communes


def _people_of(loaded: Loaded, edits: PeopleEdits) -> pd.DataFrame:
    """Tell how many live in every cell in a scenario."""
    residents = loaded.residents
    population = np.zeros(len(residents))
    population[: edits.population.size] = edits.population
    table: dict[str, Any] = {"population": population}
    if len(edits.added):
        count = edits.population.size
        row = count + pd.Index(residents["cell"].iloc[count:]).get_indexer(edits.added["cell"])
        for name in _counts(edits.added):
            column = table.get(name)
            if column is None:
                column = residents[name].to_numpy(np.float64, copy=True)
            column[row] = edits.added[name].to_numpy(np.float64)
            table[name] = column
    return pd.DataFrame(table)


def warn_of_homes(peopled: Peopled, key: str) -> list[Notice]:
    """Tell which new cells of a scenario a profile cannot reach, and why.

    Parameters
    ----------
    peopled
        The study with all cells.
    key
        Of the scenario.

    Returns
    -------
    warnings
        One for each profile.
    """
    loaded, people = peopled.loaded, peopled.people.get(key)
    if people is None or ADDED_BY not in loaded.residents:
        return []
    rows = np.flatnonzero((loaded.residents[ADDED_BY] == key).to_numpy(np.bool_))
    notices = []
    for profile, (attached, _) in loaded.attachments.items():
        off = rows[attached.reason_of_place[rows] != ""]
        if not off.size:
            continue
        reason = str(attached.reason_of_place[off[0]])
        who = loaded.today.networks[profile].profile
        notices.append(
            Notice(
                "new_home_off",
                {
                    "profile": profile,
                    "count": int(off.size),
                    "total": int(rows.size),
                    "people": round(float(people["population"].to_numpy()[off].sum())),
                    "first": str(loaded.residents["cell"].iloc[off[0]]),
                    "reason": translate_reason(reason, who),
                },
            )
        )
    return notices


def describe_people(resolved: Sequence[ResolvedScenario]) -> dict[str, Any]:
    """Count who is added and moved, for the manifest.

    Parameters
    ----------
    resolved
        The scenarios.

    Returns
    -------
    section
        `people`, by scenario; empty where no scenario changes people.

    Examples
    --------
    >>> describe_people([])
    {}
    """
    counted = {
        each.scenario.key: {
            "population": float(
                each.people.population.sum() + each.people.added["population"].sum()
            ),
            "cells_added": len(each.people.added),
            **each.people.counts,
        }
        for each in resolved
        if each.people is not None
    }
    return {"people": counted} if counted else {}
