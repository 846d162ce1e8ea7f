"""Who crosses a threshold by a scenario, each way, and how evenly times are spread: a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..study.gains import ALL
from .figures import show_threshold
from .findings import pairs_in_focus, threshold_text
from .grid import Row, Table, say_unchanged, write_index_cell, write_people_cell
from .labels import pair_label

if TYPE_CHECKING:
    import pandas as pd

    from ..study.results import Comparison, ScenarioResult
    from .words import Words


def gainers_by_pair(
    result: Comparison, gains: pd.DataFrame, scenario: ScenarioResult, words: Words
) -> Table:
    """Tabulate who newly reaches a site, or does no more, and how evenly times are spread.

    Parameters
    ----------
    result
        The comparison.
    gains
        What `who_gains` tells of it.
    scenario
        One of its scenarios.
    words
        The catalogue.

    Returns
    -------
    table
        The pairs in focus for which anything changes; by threshold who newly is within and who no
        more, and the Gini index of the minutes before and after.
    """
    bounds = result.study.thresholds_min
    whole = gains[(gains["scenario"] == scenario.key) & (gains["scope"] == ALL)]
    record_of_pair = {(row["profile"], row["category"]): row for row in whole.to_dict("records")}
    rows = []
    pairs = pairs_in_focus(result, scenario)
    for pair in pairs:
        record = record_of_pair[pair]
        counts = [
            record[f"{name}_{bound:g}_min"]
            for bound in bounds
            for name in ("newly_within", "no_longer_within")
        ]
        indices = [write_index_cell(record[f"gini_{when}"], words) for when in ("before", "after")]
        if not any(round(count) for count in counts) and indices[0].text == indices[1].text:
            continue
        cells = (*(write_people_cell(count, words) for count in counts), *indices)
        rows.append(Row(pair_label(result, pair, words), cells))
    headers = [words.say("table.pair")]
    for bound in bounds:
        minutes = {"minutes": show_threshold(threshold_text(bound), words)}
        headers += [words.say("gainers.newly", minutes), words.say("gainers.no_longer", minutes)]
    headers += [words.say("gainers.gini_before"), words.say("gainers.gini_after")]
    note = say_unchanged(len(pairs) - len(rows), words)
    return Table(words.say("gainers.title"), tuple(headers), tuple(rows), note=note)
