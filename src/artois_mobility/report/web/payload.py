"""Everything that the interactive part of the page is given, as one text of JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...access.inequality import gini
from ...study.gains import ALL as WHOLE
from ..backdrop import street_network
from ..classes import (
    ACCESS_BOUNDS_MIN,
    ACCESS_COLOURS,
    CHANGE_BOUNDS_MIN,
    CHANGE_COLOURS,
    NOT_REACHED_COLOUR,
    access_labels,
    change_labels,
)
from ..findings import leading_pair
from ..labels import category_label, profile_label, situation_names
from ..maps import (
    CLOSED_COLOUR,
    LINK_COLOUR,
    NEWLY_COLOUR,
    NO_LONGER_COLOUR,
    SITE_COLOUR,
    SPEED_COLOUR,
)
from ..typography import curl
from ..water import changes_water_only
from .cells import pack_cells
from .ground import pack_places, pack_streets
from .shapes import pack_changed_ways, pack_shapes, pack_sites
from .zones import list_zones, pack_zones

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ...study.results import Comparison
    from ..backdrop import Backdrop
    from ..times import Times
    from ..words import Words

# Every text that the scripts say.
TEXTS: Final = (
    "finding.and_losing",
    "finding.gaining",
    "finding.losing",
    "finding.nothing",
    "finding.only_newly",
    "finding.only_no_longer",
    "finding.today",
    "finding.today_reached",
    "map.added_site",
    "map.closed",
    "map.links",
    "map.main_roads",
    "map.newly",
    "map.no_longer",
    "map.not_reached",
    "map.railways",
    "map.site",
    "map.shut",
    "map.speeds",
    "map.streets",
    "map.water",
    "page.pair",
    "table.commune",
    "table.epci",
    "table.gaining",
    "table.losing",
    "table.minutes_after",
    "table.minutes_before",
    "table.residents",
    "table.territory",
    "web.after",
    "web.all",
    "web.axis_minutes",
    "web.axis_people",
    "web.before",
    "web.centre",
    "web.change",
    "web.chart_distribution",
    "web.circle",
    "web.classes_instead",
    "web.commune_minutes",
    "web.commune_gain",
    "web.communes",
    "web.from_to",
    "web.gain",
    "web.gained",
    "web.gini",
    "web.gini_today",
    "web.gone_site",
    "web.here",
    "web.hint",
    "web.hint_touch",
    "web.isochrones",
    "web.isochrone_within",
    "web.lost",
    "web.lorenz_people",
    "web.lorenz_minutes",
    "web.minutes",
    "web.minutes_count",
    "web.more_than",
    "web.near",
    "web.newly",
    "web.no_data",
    "web.no_longer",
    "web.no_residents",
    "web.nobody",
    "web.noise",
    "web.others",
    "web.people",
    "web.people_count",
    "web.share_minutes",
    "web.share_people",
    "web.shown",
    "web.shown_all",
    "web.slider_value",
    "web.up_to",
    "web.within",
    "web.within_after",
    "web.within_before",
)
# A map this many points wide shows no more.
POINTS_ACROSS: Final = 2000
# Read as markup inside a script element, or as the end of a line by old scripts.
_ESCAPES: Final = {ord(each): f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}


def compose_payload(
    result: Comparison, times: Times, backdrop: Backdrop, gains: pd.DataFrame, words: Words
) -> Mapping[str, Any]:
    """Gather what the page's scripts show.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times.
    backdrop
        What lies under its maps.
    gains
        What `who_gains` tells of it.
    words
        The catalogue.

    Returns
    -------
    payload
        Ready for JSON: names, words, classes and colours, and the packed cells, zones, sites and
        ways; see `packing.pack` for how whole numbers are packed.
    """
    zones = list_zones(result)
    tolerance_m = (backdrop.window[2] - backdrop.window[0]) / POINTS_ACROSS
    profiles = [profile_label(result.networks, each, words) for each in times.profiles]
    return {
        "language": words.language,
        "words": {key: words.texts[key] for key in TEXTS},
        "profiles": [text[:1].upper() + text[1:] for text in profiles],
        "categories": [curl(category_label(each, words)) for each in times.categories],
        "thresholds": sorted(result.study.thresholds_min),
        "scenarios": _list_scenarios(result, times, words),
        "classes": {
            "access": {
                "bounds": ACCESS_BOUNDS_MIN,
                "colours": ACCESS_COLOURS,
                "labels": access_labels(words),
            },
            "change": {
                "bounds": CHANGE_BOUNDS_MIN,
                "colours": CHANGE_COLOURS,
                "labels": change_labels(words),
            },
            "missing": NOT_REACHED_COLOUR,
        },
        "colours": {
            "site": SITE_COLOUR,
            "links": LINK_COLOUR,
            "closed": CLOSED_COLOUR,
            "speeds": SPEED_COLOUR,
            "newly": NEWLY_COLOUR,
            "no_longer": NO_LONGER_COLOUR,
        },
        "gini": _evenness(result, times, gains),
        "cells": pack_cells(result, times, backdrop, zones),
        "zones": pack_zones(result, times, zones),
        "shapes": {
            **pack_shapes(backdrop, zones, result.communes, tolerance_m),
            **pack_streets(backdrop, street_network(result.networks), tolerance_m),
        },
        "places": pack_places(result, backdrop),
        "sites": pack_sites(result, times, backdrop),
        "ways": [pack_changed_ways(result, each, backdrop) for each in result.scenarios],
    }


def write_payload(payload: Mapping[str, Any]) -> str:
    r"""Write a payload so that it can stand inside a script element of any page.

    Parameters
    ----------
    payload
        What `compose_payload` gave.

    Returns
    -------
    text
        JSON without any character that a browser could read as markup.

    Examples
    --------
    >>> write_payload({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_ESCAPES)


def _list_scenarios(result: Comparison, times: Times, words: Words) -> list[dict[str, Any]]:
    """Name every situation, with the pair that its page speaks of."""
    profiles, categories = list(times.profiles), list(times.categories)
    names = situation_names(result, words)
    listed = []
    for row, each in enumerate(result.scenarios):
        pair = leading_pair(result, each) if row else (profiles[0], categories[0])
        place = [profiles.index(pair[0]), categories.index(pair[1])]
        is_water = bool(row) and changes_water_only(result, each.key)
        listed.append(
            {"key": each.key, "name": curl(names[each.key]), "pair": place, "is_water": is_water}
        )
    return listed


def _evenness(
    result: Comparison, times: Times, gains: pd.DataFrame
) -> list[list[list[list[float | None]]]]:
    """Give the Gini index before and after, of who reaches a site in both, to a thousandth."""
    people = result.people_of(result.base.key)
    pairs = [[(profile, category) for category in times.categories] for profile in times.profiles]
    known = _known_indices(gains)
    for pair in (pair for row in pairs for pair in row):
        minutes = times.today(pair)
        is_reached = ~np.isnan(minutes)
        index = gini(minutes[is_reached], people[is_reached])
        known[result.base.key, *pair] = (index, index)
    return [
        [[list(map(_rounded, known[each.key, *pair])) for pair in row] for row in pairs]
        for each in result.scenarios
    ]


def _known_indices(gains: pd.DataFrame) -> dict[tuple[str, ...], tuple[float, float]]:
    """Read the Gini index before and after, by scenario, profile and category."""
    if gains.empty:
        return {}
    whole = gains[(gains["scope"] == WHOLE).to_numpy()]
    keys = zip(whole["scenario"], whole["profile"], whole["category"], strict=True)
    indices = zip(whole["gini_before"].tolist(), whole["gini_after"].tolist(), strict=True)
    return dict(zip(keys, indices, strict=True))


def _rounded(index: float) -> float | None:
    return None if np.isnan(index) else round(index, 3)
