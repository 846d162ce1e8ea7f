"""What each change did and how much it touched, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .labels import profile_label
from .words import join_words, write_number

if TYPE_CHECKING:
    from ..study.results import Comparison, ScenarioResult
    from .words import Words


def say_changes(result: Comparison, scenario: ScenarioResult, words: Words) -> tuple[str, ...]:
    """Say what each change of a scenario did, and to how many ways and kilometres.

    Parameters
    ----------
    result
        The comparison.
    scenario
        One of its scenarios.
    words
        The catalogue.

    Returns
    -------
    sentences
        One text for each change; profiles of which the counts are the same stand together.
    """
    sentences = list(scenario.sentences.get(words.language, ()))
    if scenario.touched is None:
        return tuple(sentences)
    groups: dict[tuple[int, int, float], list[str]] = {}
    for row in scenario.touched.to_dict("records"):
        if row["profile"] in result.networks:
            key = (row["change"], int(row["ways"]), float(row["kilometres"]))
            groups.setdefault(key, []).append(profile_label(result.networks, row["profile"], words))
    for (number, ways, kilometres), profiles in groups.items():
        if not ways:
            continue  # that a change is without effect is told by a warning
        values = {
            "count": ways,
            "length": _say_length(kilometres, words),
            "profiles": join_words(profiles, words),
        }
        sentences[number - 1] += f" {words.say('page.touched', values)}"
    return tuple(sentences)


def _say_length(kilometres: float, words: Words) -> str:
    """Say a length in whole metres below a kilometre."""
    if kilometres < 1.0:
        metres = max(round(1000 * kilometres), 1)
        return words.say("map.metres", {"length": write_number(metres, words.language)})
    return words.say("map.kilometres", {"length": write_number(kilometres, words.language, 1)})
