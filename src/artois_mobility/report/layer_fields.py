"""Fields of minutes and people: of cells from the nearest times, of communes from the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .names import field_names
from .reach_fields import REACH_MEASURES, SWITCH
from .times import spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from ..study.results import Comparison
    from .times import Times
    from .words import Words

# Values of each feature, by what is measured and by category: numbers, or texts as objects.
Fields: TypeAlias = "Mapping[str, Mapping[str, npt.NDArray[Any]]]"
# Field of each category and measure.
FieldNames: TypeAlias = "Mapping[tuple[str, str], str]"

# What fields of minutes and people hold; how their names end stands in the catalogues.
MEASURES: Final = ("minutes", "before", "after", "gain", "gaining", "losing")
# The summary's columns that a commune's polygon shows, and the word that its field ends with.
COMMUNE_FIELDS: Final = {
    "minutes_before": "before",
    "minutes_after": "after",
    "minutes_gained": "gain",
    "people_gaining": "gaining",
    "people_losing": "losing",
}


def name_fields(times: Times, words: Words) -> dict[tuple[str, str], str]:
    """Name the field of each category and measure.

    Parameters
    ----------
    times
        The nearest times of a comparison, for its categories.
    words
        The catalogue, for how fields end.

    Returns
    -------
    names
        By category and measure, alike in all layers.
    """
    ending_of = {
        measure: words.say(f"fields.{measure}") for measure in (*MEASURES, *REACH_MEASURES, SWITCH)
    }
    every = field_names(list(times.categories), list(ending_of.values()))
    return {
        (category, measure): every[category, ending]
        for category in times.categories
        for measure, ending in ending_of.items()
    }


def categories_shown(times: Times, scenario: str, profile: str) -> list[str]:
    """List the categories that a scenario's layers show: where any time changes by a minute.

    Parameters
    ----------
    times
        The nearest times of a comparison.
    scenario
        Key of one of its scenarios.
    profile
        Name of one of its profiles.

    Returns
    -------
    categories
        In the order of the study; for today, all of them.
    """
    return [
        category
        for category in times.categories
        if times.is_base(scenario) or times.is_noticed(scenario, (profile, category)).any()
    ]


def spread_summary(result: Comparison, times: Times) -> dict[tuple[str, str], Fields]:
    """Spread the summary of the communes over their rows.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times, for the order of the keys.

    Returns
    -------
    fields
        For each scenario and profile, the values by measure and category, communes in
        the order of the comparison.
    """
    table = result.summary_table
    axes = {
        "scenario": list(times.scenarios),
        "profile": list(times.profiles),
        "category": list(times.categories),
        "code": result.communes["insee"].tolist(),
    }
    rows = table[table["scope"] == "commune"]
    values = spread(rows, axes, list(COMMUNE_FIELDS))
    fields: dict[tuple[str, str], Fields] = {}
    for scenario, row in times.scenarios.items():
        shown = {"minutes_before": "minutes"} if times.is_base(scenario) else COMMUNE_FIELDS
        for profile, place in times.profiles.items():
            fields[scenario, profile] = {
                measure: dict(zip(times.categories, values[name][row, place], strict=True))
                for name, measure in shown.items()
            }
    return fields


def minutes_fields(times: Times, scenario: str, profile: str) -> Fields:
    """Give the minutes of cells, and of a scenario what it gains.

    Parameters
    ----------
    times
        The nearest times of a comparison.
    scenario
        Key of one of its situations.
    profile
        Name of one of its profiles.

    Returns
    -------
    fields
        By measure and category.
    """
    pairs = [(profile, category) for category in times.categories]
    before = {pair[1]: times.today(pair) for pair in pairs}
    if times.is_base(scenario):
        return {"minutes": before}
    after = {pair[1]: times.of(scenario, pair) for pair in pairs}
    gain = {category: before[category] - after[category] for category in after}
    return {"before": before, "after": after, "gain": gain}
