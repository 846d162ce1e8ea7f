"""What the changes of a scenario do, in sentences, and how much each of them touches."""

import math
from typing import Any, Final

import numpy as np
import pandas as pd

from ..changes.notices import LANGUAGES
from ..changes.people_schema import SiteSetting
from ..changes.schema import AddLink, Change, MoveSite, RemoveSite
from ..changes.sentences import sentence
from ..places.attachments import Attachments
from ..scenarios.resolved import ResolvedScenario
from ..scenarios.stretches import OnWays
from ..scenarios.touches import Touch
from .loading import Loaded

COUNTS: Final = ("ways", "kilometres", "sites", "people")
TOUCH_COLUMNS: Final = ("change", "kind", "profile", *COUNTS)


def say_changes(loaded: Loaded, resolved: ResolvedScenario) -> dict[str, list[str]]:
    """Say what each change of a scenario does.

    Parameters
    ----------
    loaded
        The study.
    resolved
        The scenario.

    Returns
    -------
    sentences
        One for each change of its own, by language.
    """
    scenario = resolved.scenario
    named = [name_site(change, loaded) for change in scenario.changes[scenario.given :]]
    return {language: [sentence(each, language) for each in named] for language in LANGUAGES}


def tabulate_touches(loaded: Loaded, resolved: ResolvedScenario) -> pd.DataFrame:
    """Count what each change of a scenario touches.

    Parameters
    ----------
    loaded
        The study.
    resolved
        The scenario.

    Returns
    -------
    touched
        `change` (its number), `kind`, `profile` (`""` where it is the same for all), `ways`,
        `kilometres`, `sites`, and `people`: the residents who hang on a street of today that a
        change of ways touches. NaN where there is nothing to count. At least one row for each
        change of its own.
    """
    rows = [
        _count(loaded, resolved, row, touch)
        for row in range(resolved.scenario.given, len(resolved.scenario.changes))
        for touch in _touches_of(resolved, row)
    ]
    return pd.DataFrame(rows, columns=list(TOUCH_COLUMNS)).astype(dict.fromkeys(COUNTS, float))


def list_touches(loaded: Loaded, resolved: ResolvedScenario) -> list[dict[str, Any]]:
    """Give the counts of `tabulate_touches`, ready for JSON.

    Parameters
    ----------
    loaded
        The study.
    resolved
        The scenario.

    Returns
    -------
    touches
        A record for each row; None where there is nothing to count.
    """
    return to_records(tabulate_touches(loaded, resolved))


def to_records(touched: pd.DataFrame) -> list[dict[str, Any]]:
    """Turn a table of counts into what JSON knows.

    Parameters
    ----------
    touched
        What `tabulate_touches` or `am.preview` gives.

    Returns
    -------
    records
        One for each row; None where there is nothing to count.

    Examples
    --------
    >>> to_records(pd.DataFrame({"ways": [3.0], "kilometres": [1.25], "sites": [np.nan]}))
    [{'ways': 3, 'kilometres': 1.25, 'sites': None}]
    """
    return [
        {str(name): _plain(value) for name, value in each.items()}
        for each in touched.to_dict("records")
    ]


def _touches_of(resolved: ResolvedScenario, row: int) -> list[Touch | None]:
    """List what was counted of a change; one entry without any where nothing was."""
    found: list[Touch | None] = [each for each in resolved.touches if each.row == row]
    if found:
        return found
    is_of_ways = isinstance(resolved.scenario.changes[row], OnWays | AddLink)
    return [Touch(row, "") if is_of_ways else None]


def _count(
    loaded: Loaded, resolved: ResolvedScenario, row: int, touch: Touch | None
) -> dict[str, object]:
    change = resolved.scenario.changes[row]
    number = row - resolved.scenario.given + 1
    counts: dict[str, object] = {"change": number, "kind": change.kind, "profile": ""}
    if touch is None:
        return counts
    counts["profile"] = touch.profile
    if touch.sites:
        return {**counts, "sites": touch.sites}
    counts |= {"ways": touch.ways, "kilometres": round(touch.kilometres, 3)}
    pair = loaded.attachments.get(touch.profile)
    if isinstance(change, OnWays) and pair is not None:
        counts["people"] = _count_people(loaded, touch, pair[0])
    return counts


def _count_people(loaded: Loaded, touch: Touch, residents: Attachments) -> float:
    """Count the residents who hang on a street that is touched."""
    # attachments name the smaller of two twins, as streets do
    cells = np.unique(residents.place[np.isin(residents.arc, touch.streets)])
    return float(loaded.residents["population"].to_numpy(np.float64)[cells].sum())


def name_site(change: Change, loaded: Loaded) -> Change:
    """Name a site that a file means by its id, for people to read.

    Parameters
    ----------
    change
        Any change.
    loaded
        The study.

    Returns
    -------
    change
        With the name of the site that it concerns, where that is known; else the same.
    """
    if not isinstance(change, MoveSite | RemoveSite | SiteSetting):
        return change
    sites = loaded.today.sites
    names = sites["name"][(sites["site"] == change.site).to_numpy(np.bool_)]
    name = str(names.iloc[0] or "") if len(names) else ""
    return change.model_copy(update={"site": name}) if name else change


def _plain(value: object) -> object:
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() else value
    return value
