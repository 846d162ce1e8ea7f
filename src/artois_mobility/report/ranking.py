"""All scenarios side by side: one table, those that most people gain by first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .grid import Row, Table, write_minutes_cell, write_people_cell
from .labels import pair_label
from .rows import read_records, take_rows
from .water import changes_water_only, water_headline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..study.results import Comparison
    from .findings import Finding
    from .words import Words

# Fewer need no table to be held side by side.
LEAST_SCENARIOS = 2


def rank_scenarios(
    result: Comparison, findings: Mapping[str, Finding], words: Words
) -> Table | None:
    """Tabulate what each scenario does, for the destination and mode that it is about.

    Parameters
    ----------
    result
        The comparison.
    findings
        What each scenario does, by its key, in the order of the page.
    words
        The catalogue.

    Returns
    -------
    table
        One row per scenario, those that most people gain by first, those about the water last;
        None where there are fewer than two.
    """
    if len(findings) < LEAST_SCENARIOS:
        return None
    names = {each.key: each.name for each in result.scenarios}
    rows = []
    for place, (key, finding) in enumerate(findings.items(), 1):
        is_water = changes_water_only(result, key)
        about = (
            water_headline(result, key, words)
            if is_water
            else pair_label(result, (finding.profile, finding.category), words)
        )
        figures = [np.nan] * 6 if is_water else _figures(result, finding)
        cells = (
            *(write_people_cell(each, words) for each in figures[:4]),
            *(write_minutes_cell(each, words) for each in figures[4:]),
        )
        name = f"{names[key]} \u2013 {about}"
        rows.append((_rank(figures), Row(name, cells, target=f"scenario-{place}")))
    rows.sort(key=lambda each: each[0])
    has_ends = any(row.cells[at].value for _, row in rows for at in (2, 3))
    kept = range(6) if has_ends else (0, 1, 4, 5)
    headers = (
        words.say("table.gaining"),
        words.say("table.losing"),
        words.say("ranking.newly"),
        words.say("ranking.no_longer"),
        words.say("table.minutes_before"),
        words.say("table.minutes_after"),
    )
    return Table(
        words.say("ranking.title"),
        (words.say("certainty.scenario"), *(headers[at] for at in kept)),
        tuple(
            Row(row.name, tuple(row.cells[at] for at in kept), target=row.target) for _, row in rows
        ),
        is_sortable=True,
    )


def _figures(result: Comparison, finding: Finding) -> list[float]:
    """Give who gains, loses, newly reaches and reaches no more, and the mean minutes."""
    pair = finding.profile, finding.category
    rows = take_rows(result.summary_table, finding.scenario, pair, scope="territory")
    record = read_records(rows)[0]
    return [
        finding.people_gaining,
        finding.people_losing,
        finding.people_newly_reaching,
        finding.people_no_longer_reaching,
        record["minutes_before"],
        record["minutes_after"],
    ]


def _rank(figures: list[float]) -> tuple[float, float]:
    """Put most people who gain first, fewest who lose next, and what has no figures last."""
    gaining, losing, newly, no_longer = np.nan_to_num(figures[:4], nan=-1.0)
    return -(gaining + newly), losing + no_longer
