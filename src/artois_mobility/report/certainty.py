"""How sure the minutes are: the tables of the page on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ..transit.naming import TRANSIT
from .findings import count_surely, leading_pair
from .grid import Row, Table, write_minutes_cell, write_people_cell, write_share_cell
from .labels import pair_label
from .rows import read_pairs, take_rows
from .times import NOTICED_MIN
from .words import write_number

if TYPE_CHECKING:
    from .._types import Floats
    from ..study.results import Comparison
    from .rows import Pair
    from .words import Words

# Whoever is within some minutes in more than the one and fewer than the other share of the draws
# may be on either side of the line.
SURELY: Final = (0.05, 0.95)
# How much too large a difference of a single computation may easily be.
OVERSTATED_MIN: Final = 1.0


def certainty_tables(result: Comparison, words: Words) -> tuple[Table, ...]:
    """Tabulate how sure today's minutes and the scenarios' gains are.

    Parameters
    ----------
    result
        The comparison.
    words
        The catalogue.

    Returns
    -------
    tables
        Of today, and of the scenarios where there are any; where the study does not ask, what would
        be left of the scenarios' effects if they were overstated by a minute.
    """
    if result.uncertainty is None:
        return tuple(table for table in (_margin(result, words),) if table.rows)
    tables = (_today(result, words), _scenarios(result, words))
    return tuple(table for table in tables if table.rows)


def _today(result: Comparison, words: Words) -> Table:
    assert result.uncertainty is not None
    first = f"{result.study.thresholds_min[0]:g}"
    people = result.residents["population"].to_numpy(np.float64)
    rows = []
    for pair in read_pairs(result.summary_table):
        if pair[0] == TRANSIT:  # times by public transport are not drawn
            continue
        own = take_rows(result.uncertainty, result.base.key, pair)
        half = (own["high"] - own["low"]).to_numpy(np.float64) / 2
        known = ~np.isnan(half)
        share = own[f"p_within_{first}_min"].to_numpy(np.float64)
        is_open = (share > SURELY[0]) & (share < SURELY[1])
        cells = (
            write_minutes_cell(_mean(own["minutes"].to_numpy(np.float64), people), words),
            write_minutes_cell(np.ceil(_mean(np.where(known, half, np.nan), people)), words),
            write_share_cell(float(people[is_open].sum()), float(people.sum()), words),
        )
        rows.append(Row(pair_label(result, pair, words), cells))
    minutes = write_number(float(first), words.language, 1).rstrip("0").rstrip(",.")
    headers = (
        words.say("table.pair"),
        words.say("table.mean_minutes"),
        words.say("certainty.give_or_take"),
        words.say("certainty.either_side", {"minutes": minutes}),
    )
    return Table(words.say("certainty.today"), headers, tuple(rows), is_sortable=True)


def certainty_lead(result: Comparison, words: Words) -> str:
    """Say what the tables of certainty tell of, and what they leave out.

    Parameters
    ----------
    result
        The comparison.
    words
        The catalogue.

    Returns
    -------
    text
        One paragraph.
    """
    if result.uncertainty is None:
        return words.say("certainty.not_asked")
    said = words.say("certainty.lead")
    return said if result.transit_times is None else f"{said} {words.say('certainty.rides')}"


def _scenarios(result: Comparison, words: Words) -> Table:
    rows = []
    for scenario in result.scenarios[1:]:
        pair = leading_pair(result, scenario)
        counts = _count(result, scenario.key, pair)
        name = f"{scenario.name} – {pair_label(result, pair, words)}"
        rows.append(Row(name, tuple(write_people_cell(each, words) for each in counts)))
    headers = (
        words.say("certainty.scenario"),
        words.say("table.gaining"),
        words.say("certainty.surely"),
        words.say("table.losing"),
        words.say("certainty.surely"),
    )
    return Table(words.say("certainty.changes"), headers, tuple(rows))


def _margin(result: Comparison, words: Words) -> Table:
    """Count who gains and loses one minute or more, and two or more."""
    rows = []
    for scenario in result.scenarios[1:]:
        pair = leading_pair(result, scenario)
        gained = take_rows(result.differences, scenario.key, pair)["minutes_gained"]
        people = result.people_of(scenario.key)
        minutes = gained.to_numpy(np.float64)
        counts = [
            float(people[side * minutes >= least].sum())
            for side in (1, -1)
            for least in (NOTICED_MIN, NOTICED_MIN + OVERSTATED_MIN)
        ]
        if any(counts):
            name = f"{scenario.name} – {pair_label(result, pair, words)}"
            rows.append(Row(name, tuple(write_people_cell(each, words) for each in counts)))
    headers = (
        words.say("certainty.scenario"),
        words.say("table.gaining"),
        words.say("certainty.two_gaining"),
        words.say("table.losing"),
        words.say("certainty.two_losing"),
    )
    return Table(words.say("certainty.margin"), headers, tuple(rows))


def _count(result: Comparison, key: str, pair: Pair) -> tuple[float, float, float, float]:
    """Count who gains and loses a minute as modelled, and who does so beyond noise."""
    gained = take_rows(result.differences, key, pair)["minutes_gained"].to_numpy(np.float64)
    people = result.people_of(key)
    surely_gaining, surely_losing = count_surely(result, key, pair)
    return (
        float(people[gained >= NOTICED_MIN].sum()),
        surely_gaining,
        float(people[gained <= -NOTICED_MIN].sum()),
        surely_losing,
    )


def _mean(values: Floats, people: Floats) -> float:
    known = ~np.isnan(values)
    total = float(people[known].sum())
    return float(people[known] @ values[known]) / total if total else float("nan")
