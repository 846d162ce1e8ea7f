"""Names of profiles, categories and days as people read them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from ..errors import PlacesError
from ..places.categories import label
from ..scenarios.reading import TODAY
from ..transit.naming import LABEL, TRANSIT
from .timetables import leaves_out, timetable_credits
from .words import read_words, write_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..network.model import Network
    from ..study.results import Comparison
    from .words import Words


def words_for(result: Comparison, language: str | None) -> Words:
    """Find the words to speak of a comparison in.

    Parameters
    ----------
    result
        The comparison.
    language
        `"fr"`, `"en"`, or None for that of its study.

    Returns
    -------
    words
        The catalogue; where a reference stands in for today, it speaks of that.

    Raises
    ------
    InputError
        If there are no words for the language.
    """
    words = read_words(language or result.study.language)
    return words if result.base.key == TODAY else words.instead_of_today()


def situation_names(result: Comparison, words: Words) -> dict[str, str]:
    """Name every situation of a comparison.

    Parameters
    ----------
    result
        The comparison.
    words
        The catalogue, for its "today".

    Returns
    -------
    names
        By key.
    """
    names = {each.key: each.name for each in result.scenarios}
    if result.base.key == TODAY:
        names[TODAY] = words.say("page.today")
    return names


def profile_label(networks: Mapping[str, Network], profile: str, words: Words) -> str:
    """Name a profile.

    Parameters
    ----------
    networks
        The network of each profile.
    profile
        Name of one of them.
    words
        The catalogue, for the language.

    Returns
    -------
    label
        As the profile's table says it in that language.
    """
    if profile == TRANSIT:
        return LABEL[words.language]
    return networks[profile].profile.label[words.language]


def category_label(category: str, words: Words) -> str:
    """Name a category of sites.

    Parameters
    ----------
    category
        Its key, for instance `"care/hospital"`.
    words
        The catalogue, for the language.

    Returns
    -------
    label
        As the table of categories says it, beginning with a capital letter; the key itself
        for a category of the user's own.
    """
    try:
        text = label(category, words.language)
    except PlacesError:  # a row of the user's own table of categories
        text = category
    return text[:1].upper() + text[1:]


def pair_label(result: Comparison, pair: tuple[str, str], words: Words) -> str:
    """Name a profile and a category together.

    Parameters
    ----------
    result
        The comparison.
    pair
        Profile and category.
    words
        The catalogue.

    Returns
    -------
    label
        Category first.
    """
    profile = profile_label(result.networks, pair[0], words)
    profile = profile[:1].upper() + profile[1:]
    category = category_label(pair[1], words)
    return words.say("page.pair", {"profile": profile, "category": category})


def osm_day(networks: Mapping[str, Network], words: Words) -> str:
    """Write the day of the OpenStreetMap data.

    Parameters
    ----------
    networks
        Built from it, by profile.
    words
        The catalogue.

    Returns
    -------
    day
        The newest day in the data, or `""` where the extract does not state one.
    """
    day = osm_date(networks)
    return "" if day is None else write_date(day, words.language)


def osm_date(networks: Mapping[str, Network]) -> dt.date | None:
    """Give the day of the OpenStreetMap data.

    Parameters
    ----------
    networks
        Built from it, by profile.

    Returns
    -------
    day
        The newest day in the data, or None where the extract does not state one.
    """
    stamps = [network.provenance.osm_timestamp for network in networks.values()]
    try:
        return dt.datetime.fromisoformat(max(stamps, default="")).date()
    except ValueError:
        return None


def source_line(
    networks: Mapping[str, Network], words: Words, manifest: Mapping[str, object] | None = None
) -> str:
    """Write the line that says whose data it is.

    Parameters
    ----------
    networks
        Built from it, by profile.
    words
        The catalogue.
    manifest
        Of a comparison, for its timetables; None where there are none.

    Returns
    -------
    line
        The attribution that the licence of OpenStreetMap asks for, the day of the data where
        it is known, the timetables, and what the times leave out.
    """
    day = osm_day(networks, words)
    dated = words.say("page.extract_of", {"day": day}) if day else ""
    parts = [f"{words.say('page.attribution')}{dated}", *timetable_credits(manifest or {}, words)]
    return " · ".join([*parts, leaves_out(manifest or {}, words)])
