"""What the tables of a comparison say first: who gains, who loses, where, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ..transit.naming import TRANSIT
from .rows import read_pairs, read_records, take_rows
from .times import NOTICED_MIN
from .words import join_words, write_share

if TYPE_CHECKING:
    import pandas as pd

    from .._types import Flags, Floats
    from ..study.results import Comparison, ScenarioResult
    from .rows import Pair, Record
    from .times import Times
    from .words import Words

MOST_COMMUNES_NAMED: Final = 3
# Whom a scenario makes a difference to, in the summary.
AFFECTED: Final = (
    "people_gaining",
    "people_losing",
    "people_newly_reaching",
    "people_no_longer_reaching",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one scenario does to one category by one profile, for the nearest site.

    Attributes
    ----------
    scenario, profile, category
        Which row of the tables this is about.
    people_gaining, people_losing
        Residents whose time gets shorter or longer by a minute or more.
    mean_gain_min, mean_loss_min
        Minutes that they gain or lose on average, where both times exist; NaN for nobody.
    people_newly_reaching, people_no_longer_reaching
        Residents who reached nothing before, or reach nothing after; they are not among the
        others, for no difference can be told.
    communes_gaining, communes_losing
        The communes with most of them, as name and residents, the largest first.
    people_more, people_elsewhere
        How many residents more there are than today, below 0 for fewer; and how many live
        elsewhere than today.
    surely_gaining, surely_losing
        Those of `people_gaining` and `people_losing` who do so beyond the noise; NaN where the
        study does not ask how sure its minutes are.
    """

    scenario: str
    profile: str
    category: str
    people_gaining: float
    people_losing: float
    mean_gain_min: float
    mean_loss_min: float
    people_newly_reaching: float
    people_no_longer_reaching: float
    communes_gaining: tuple[tuple[str, float], ...]
    communes_losing: tuple[tuple[str, float], ...]
    people_more: float
    people_elsewhere: float
    surely_gaining: float
    surely_losing: float


def pairs_in_focus(result: Comparison, scenario: ScenarioResult) -> list[Pair]:
    """List the profiles and categories that a scenario is about.

    Parameters
    ----------
    result
        The comparison.
    scenario
        One of its scenarios.

    Returns
    -------
    pairs
        Profile and category, in the order of the scenario's focus; everything the study
        computes where the focus names nothing of it.
    """
    # the territory has every pair, and few rows
    known = read_pairs(take_rows(result.summary_table, scenario.key, scope="territory"))
    profiles = scenario.focus_profiles or tuple(dict.fromkeys(p for p, _ in known))
    categories = scenario.focus_categories or tuple(dict.fromkeys(c for _, c in known))
    wanted = [(p, c) for p in profiles for c in categories if (p, c) in known]
    return wanted or known


def leading_pair(result: Comparison, scenario: ScenarioResult) -> Pair:
    """Choose the profile and category that a scenario's headline and map speak of.

    Parameters
    ----------
    result
        The comparison.
    scenario
        One of its scenarios.

    Returns
    -------
    pair
        The first of the focus for which anybody gains or loses a minute; without a focus, the
        pair for which most residents do. The first of all when nothing changes.
    """
    rows = take_rows(result.summary_table, scenario.key, scope="territory")
    affected = {
        (row["profile"], row["category"]): people_affected(row)
        for row in read_records(rows[["profile", "category", *AFFECTED]])
    }
    pairs = pairs_in_focus(result, scenario)
    if scenario.focus_profiles or scenario.focus_categories:
        return next((pair for pair in pairs if affected[pair]), pairs[0])
    return max(pairs, key=lambda pair: affected[pair])


def people_affected(row: Record) -> int:
    """Count the residents who gain or lose a minute, or whose reaching any site changes.

    Parameters
    ----------
    row
        A row of the summary.

    Returns
    -------
    people
        To the person.

    Examples
    --------
    >>> people_affected(
    ...     {
    ...         "people_gaining": 10.0,
    ...         "people_losing": 0.0,
    ...         "people_newly_reaching": 2.0,
    ...         "people_no_longer_reaching": 1.0,
    ...     }
    ... )
    13
    """
    return round(sum(float(row[column]) for column in AFFECTED))


def find(result: Comparison, times: Times, scenario: str, pair: Pair) -> Finding:
    """Gather what a scenario does to one category by one profile.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times.
    scenario
        Key of one of its scenarios.
    pair
        Profile and category.

    Returns
    -------
    finding
        Residents who gain and lose, by how much and where.
    """
    table = result.summary_table
    territory = take_rows(table, scenario, pair, scope="territory")
    communes = take_rows(table, scenario, pair, scope="commune")
    before, after = times.today(pair), times.of(scenario, pair)
    people = result.people_of(scenario)
    more = people - result.people_of(result.base.key)
    gained = before - after
    surely = count_surely(result, scenario, pair)
    return Finding(
        scenario,
        *pair,
        people_gaining=float(territory["people_gaining"].sum()),
        people_losing=float(territory["people_losing"].sum()),
        mean_gain_min=_mean(gained, people, gained >= NOTICED_MIN),
        mean_loss_min=_mean(-gained, people, gained <= -NOTICED_MIN),
        people_newly_reaching=float(people[np.isnan(before) & ~np.isnan(after)].sum()),
        people_no_longer_reaching=float(people[~np.isnan(before) & np.isnan(after)].sum()),
        communes_gaining=_largest(communes, "people_gaining"),
        communes_losing=_largest(communes, "people_losing"),
        people_more=float(more.sum()),
        people_elsewhere=float(np.abs(more).sum() - abs(more.sum())) / 2,
        surely_gaining=surely[0],
        surely_losing=surely[1],
    )


def count_surely(result: Comparison, scenario: str, pair: Pair) -> tuple[float, float]:
    """Count who gains and who loses a minute beyond the noise.

    Parameters
    ----------
    result
        The comparison.
    scenario
        Key of one of its scenarios.
    pair
        Profile and category.

    Returns
    -------
    gaining, losing
        Residents; NaN where the study does not ask, and by public transport.
    """
    if result.uncertainty is None or pair[0] == TRANSIT:
        return float("nan"), float("nan")
    own = take_rows(result.differences, scenario, pair)
    people = result.people_of(scenario)
    both = np.isfinite(own["minutes_gained"].to_numpy(np.float64))
    low, high = (own[name].to_numpy(np.float64) for name in ("gained_low", "gained_high"))
    return (
        float(people[both & (low >= NOTICED_MIN)].sum()),
        float(people[both & (high <= -NOTICED_MIN)].sum()),
    )


def headline(finding: Finding, words: Words) -> str:
    """Say who gains and who loses in one sentence.

    Parameters
    ----------
    finding
        The finding.
    words
        The catalogue.

    Returns
    -------
    sentence
        One sentence without its full stop; says how many of them surely, where it is known.
    """
    gaining, losing = round(finding.people_gaining), round(finding.people_losing)
    surely_gaining = _surely(finding.surely_gaining, words)
    surely_losing = _surely(finding.surely_losing, words)
    if gaining and losing:
        clause = words.say("finding.and_losing", {"count": losing})
        told = words.say("finding.gaining", {"count": gaining})
        return f"{told}{surely_gaining}{clause}{surely_losing}"
    if gaining or losing:
        key, surely = ("gaining", surely_gaining) if gaining else ("losing", surely_losing)
        return f"{words.say(f'finding.{key}', {'count': gaining or losing})}{surely}"
    for key, people in (
        ("finding.only_newly", round(finding.people_newly_reaching)),
        ("finding.only_no_longer", round(finding.people_no_longer_reaching)),
    ):
        if people:
            return words.say(key, {"count": people})
    return words.say("finding.nothing")


def details(finding: Finding, words: Words) -> list[str]:
    """Say by how much and where, in whole sentences.

    Parameters
    ----------
    finding
        The finding.
    words
        The catalogue.

    Returns
    -------
    sentences
        None when nothing changes.
    """
    sentences = []
    sides = (
        ("gain", finding.mean_gain_min, finding.communes_gaining),
        ("loss", finding.mean_loss_min, finding.communes_losing),
    )
    for side, mean_min, communes in sides:
        if not np.isnan(mean_min):
            sentences.append(words.say(f"finding.mean_{side}", {"count": max(1, round(mean_min))}))
        if communes:
            named = join_words((_commune(name, people, words) for name, people in communes), words)
            sentences.append(words.say(f"finding.where_{side}", {"communes": named}))
    newly, no_longer = finding.people_newly_reaching, finding.people_no_longer_reaching
    if round(newly):
        sentences.append(words.say("finding.newly", {"count": round(newly)}))
    if round(no_longer):
        sentences.append(words.say("finding.no_longer", {"count": round(no_longer)}))
    more = round(finding.people_more)
    for key, people in (
        ("finding.more_people", more),
        ("finding.fewer_people", -more),
        ("finding.elsewhere", round(finding.people_elsewhere)),
    ):
        if people > 0:
            sentences.append(words.say(key, {"count": people}))
    return sentences


def today_headline(result: Comparison, pair: Pair, words: Words) -> str:
    """Say how many residents reach the nearest site in time today, in one sentence.

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
    sentence
        One sentence without its full stop, for the middle one of the study's thresholds.
    """
    rows = take_rows(result.summary_table, result.base.key, pair, scope="territory")
    thresholds = result.study.thresholds_min
    if not len(thresholds):
        share = write_share(
            rows["people_reached_before"].sum(), rows["population"].sum(), words.language
        )
        return words.say("finding.today_reached", {"share": share})
    minutes = threshold_text(sorted(thresholds)[len(thresholds) // 2])
    within = rows[f"within_{minutes}_before"].sum()
    share = write_share(within, rows["population"].sum(), words.language)
    return words.say("finding.today", {"share": share, "minutes": float(minutes)})


def threshold_text(minutes: float) -> str:
    """Write a threshold as the columns of the summary do.

    Parameters
    ----------
    minutes
        The threshold.

    Returns
    -------
    text
        Without decimals where there are none.

    Examples
    --------
    >>> threshold_text(30.0), threshold_text(7.5)
    ('30', '7.5')
    """
    return f"{minutes:g}"


def _surely(people: float, words: Words) -> str:
    return "" if np.isnan(people) else words.say("finding.surely", {"count": round(people)})


def _commune(name: str, people: float, words: Words) -> str:
    return words.say("finding.commune", {"name": name, "count": round(people)})


def _largest(communes: pd.DataFrame, column: str) -> tuple[tuple[str, float], ...]:
    rows = communes[communes[column].round() > 0]
    rows = rows.sort_values([column, "name"], ascending=[False, True]).head(MOST_COMMUNES_NAMED)
    return tuple(zip(rows["name"], rows[column].astype(float), strict=True))


def _mean(minutes: Floats, people: Floats, is_counted: Flags) -> float:
    weight = people[is_counted].sum()
    if not weight > 0:
        return float("nan")
    return float((people * minutes)[is_counted].sum() / weight)
