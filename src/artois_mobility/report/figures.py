"""The tables inside the page: rows of the summary, written for people."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from .findings import leading_pair, pairs_in_focus, people_affected, threshold_text
from .grid import (
    Cell,
    Row,
    Table,
    say_unchanged,
    write_change_cell,
    write_minutes_cell,
    write_people_cell,
    write_share_cell,
)
from .labels import category_label, pair_label, profile_label
from .rows import read_pairs, read_records, take_rows
from .words import write_number

if TYPE_CHECKING:
    from ..study.results import Comparison, ScenarioResult
    from .rows import Pair, Record
    from .words import Words

# A longer table of communes opens when it is asked for.
MOST_ROWS_OPEN: Final = 12


def today_tables(result: Comparison, words: Words) -> list[Table]:
    """Tabulate today's access: at a glance, then in detail.

    Parameters
    ----------
    result
        The comparison.
    words
        The catalogue.

    Returns
    -------
    tables
        Mean minutes by category and profile; everything by category and profile; and for each
        profile the mean minutes per EPCI and, where communes are known, per commune.
    """
    profiles = list(dict.fromkeys(profile for profile, _ in read_pairs(result.summary_table)))
    tables = [_means(result, words), today_by_pair(result, words)]
    for profile in profiles:
        tables.append(today_by_epci(result, profile, words))
        if has_communes(result):
            tables.append(today_by_commune(result, profile, words))
    return tables


def has_communes(result: Comparison) -> bool:
    """Tell whether there is anything to say about communes.

    Parameters
    ----------
    result
        The comparison.

    Returns
    -------
    has_communes
        False when neither boundaries nor residents name any.
    """
    return bool((result.summary_table["scope"] == "commune").any())


def today_by_pair(result: Comparison, words: Words) -> Table:
    """Tabulate today's access of the whole territory.

    Parameters
    ----------
    result
        The comparison.
    words
        The catalogue.

    Returns
    -------
    table
        One row per profile and category: mean minutes, the share of residents within each
        threshold, residents who reach nothing.
    """
    rows = []
    for row in _read(result, result.base.key, "territory"):
        people = row["population"]
        share = [
            write_share_cell(row[f"within_{t}_before"], people, words) for t in _thresholds(result)
        ]
        missed = people - row["people_reached_before"]
        cells = (
            write_minutes_cell(row["minutes_before"], words),
            *share,
            write_people_cell(missed, words),
        )
        rows.append(Row(pair_label(result, (row["profile"], row["category"]), words), cells))
    headers = (
        words.say("table.pair"),
        words.say("table.mean_minutes"),
        *(
            words.say("table.within", {"minutes": show_threshold(t, words)})
            for t in _thresholds(result)
        ),
        words.say("table.not_reaching"),
    )
    caption = words.say("table.today_by_pair")
    return Table(caption, headers, tuple(rows), is_sortable=True)


def today_by_epci(result: Comparison, profile: str, words: Words) -> Table:
    """Tabulate today's mean minutes in each agglomeration.

    Parameters
    ----------
    result
        The comparison.
    profile
        Who travels.
    words
        The catalogue.

    Returns
    -------
    table
        One row per category; one column per EPCI, and one for the territory.
    """
    of_zone = _today_of_zone(result, "epci", profile)
    of_zone["", words.say("table.territory")] = {
        record["category"]: record
        for record in _read(result, result.base.key, "territory", profile=profile)
    }
    names = sorted(of_zone, key=lambda zone: (zone[0] == "", _sort_key(zone[1])))
    rows = tuple(
        Row(
            category_label(category, words),
            tuple(
                write_minutes_cell(of_zone[name][category]["minutes_before"], words)
                for name in names
            ),
        )
        for category in of_zone[names[-1]]
    )
    label = profile_label(result.networks, profile, words)
    caption = words.say("table.today_by_epci", {"profile": label})
    headers = (words.say("table.category"), *(name for _, name in names))
    return Table(caption, headers, rows)


def today_by_commune(result: Comparison, profile: str, words: Words) -> Table:
    """Tabulate today's mean minutes in each commune.

    Parameters
    ----------
    result
        The comparison.
    profile
        Who travels.
    words
        The catalogue.

    Returns
    -------
    table
        One row per commune, one column per category.
    """
    of_zone = _today_of_zone(result, "commune", profile)
    rows = []
    for _, name in sorted(of_zone, key=lambda zone: _sort_key(zone[1])):
        records = of_zone[_, name]
        people = next(iter(records.values()))["population"]
        minutes = (
            write_minutes_cell(record["minutes_before"], words) for record in records.values()
        )
        rows.append(Row(name, (write_people_cell(people, words), *minutes)))
    label = profile_label(result.networks, profile, words)
    caption = words.say("table.today_by_commune", {"profile": label})
    categories = next(iter(of_zone.values()), {})
    headers = (
        words.say("table.commune"),
        words.say("table.residents"),
        *(category_label(category, words) for category in categories),
    )
    return Table(caption, headers, tuple(rows), is_sortable=True)


def changes_by_pair(result: Comparison, scenario: ScenarioResult, words: Words) -> Table:
    """Tabulate what a scenario does by each profile to each category.

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
    table
        The pairs that somebody feels, those in focus first; the leading one where nobody does.
    """
    records = _read(result, scenario.key, "territory")
    record_of_pair = {(record["profile"], record["category"]): record for record in records}
    ordered = dict.fromkeys([*pairs_in_focus(result, scenario), *record_of_pair])
    felt = [pair for pair in ordered if people_affected(record_of_pair[pair])]
    shown = felt or [leading_pair(result, scenario)]
    rows = tuple(
        Row(pair_label(result, pair, words), _change_cells(record_of_pair[pair], result, words))
        for pair in shown
    )
    headers = (words.say("table.pair"), *_change_headers(result, words))
    note = say_unchanged(len(ordered) - len(shown), words)
    return Table(words.say("table.changes_by_pair"), headers, rows, note=note)


def changes_by_epci(result: Comparison, scenario: str, pair: Pair, words: Words) -> Table:
    """Tabulate what a scenario does in each agglomeration.

    Parameters
    ----------
    result
        The comparison.
    scenario
        Key of one of its scenarios.
    pair
        Profile and category.
    words
        The catalogue.

    Returns
    -------
    table
        One row per EPCI and one for the territory.
    """
    rows = []
    for scope in ("epci", "territory"):
        is_total = scope == "territory"
        for row in _read(result, scenario, scope, pair):
            name = words.say("table.territory") if is_total else str(row["name"])
            rows.append(Row(name, _change_cells(row, result, words), is_total))
    caption = words.say("table.changes_by_epci", {"pair": pair_label(result, pair, words)})
    return Table(caption, (words.say("table.epci"), *_change_headers(result, words)), tuple(rows))


def changes_by_commune(
    result: Comparison, scenario: str, pair: Pair, words: Words
) -> tuple[Table, str]:
    """Tabulate what a scenario does in the communes where somebody feels it.

    Parameters
    ----------
    result
        The comparison.
    scenario
        Key of one of its scenarios.
    pair
        Profile and category.
    words
        The catalogue.

    Returns
    -------
    table
        The communes where somebody gains or loses a minute, those with most such residents
        first.
    rest
        How many communes are not in it, or that there are none at all, as a sentence; `""` when
        all are in it.
    """
    records = _read(result, scenario, "commune", pair)
    felt = sorted(
        (record for record in records if people_affected(record)),
        key=lambda record: (-people_affected(record), _sort_key(str(record["name"]))),
    )
    rows = tuple(Row(str(row["name"]), _change_cells(row, result, words)) for row in felt)
    caption = words.say("table.changes_by_commune", {"pair": pair_label(result, pair, words)})
    headers = (words.say("table.commune"), *_change_headers(result, words))
    left_out = len(records) - len(felt)
    if not records:
        return Table(caption, headers, ()), words.say("table.no_communes")
    rest = words.say("table.unchanged", {"count": left_out}) if left_out else ""
    is_folded = len(rows) > MOST_ROWS_OPEN
    return Table(caption, headers, rows, is_sortable=True, is_folded=is_folded), rest


def _read(
    result: Comparison,
    scenario: str,
    scope: str,
    pair: Pair | None = None,
    *,
    profile: str | None = None,
) -> list[Record]:
    table = result.summary_table
    return read_records(take_rows(table, scenario, pair, profile=profile, scope=scope))


def _means(result: Comparison, words: Words) -> Table:
    """Tabulate mean minutes: one row per category, one column per profile."""
    of_category: dict[str, list[Cell]] = {}
    profiles: dict[str, str] = {}
    for record in _read(result, result.base.key, "territory"):
        cell = write_minutes_cell(record["minutes_before"], words)
        of_category.setdefault(record["category"], []).append(cell)
        label = profile_label(result.networks, record["profile"], words)
        profiles[record["profile"]] = label[:1].upper() + label[1:]
    rows = tuple(
        Row(category_label(category, words), tuple(cells))
        for category, cells in of_category.items()
    )
    headers = (words.say("table.category"), *profiles.values())
    return Table(words.say("table.today_means"), headers, rows)


def _today_of_zone(
    result: Comparison, scope: str, profile: str
) -> dict[tuple[str, str], dict[str, Record]]:
    """Give today's rows of each zone, as code and name, by category."""
    zones: dict[tuple[str, str], dict[str, Record]] = {}
    for record in _read(result, result.base.key, scope, profile=profile):
        zone = zones.setdefault((str(record["code"]), str(record["name"])), {})
        zone[record["category"]] = record
    return zones


def _change_headers(result: Comparison, words: Words) -> tuple[str, ...]:
    return (
        words.say("table.gaining"),
        words.say("table.losing"),
        words.say("table.minutes_before"),
        words.say("table.minutes_after"),
        *(
            words.say("table.within_change", {"minutes": show_threshold(t, words)})
            for t in _thresholds(result)
        ),
    )


def _change_cells(row: Record, result: Comparison, words: Words) -> tuple[Cell, ...]:
    within = (row[f"within_{t}_after"] - row[f"within_{t}_before"] for t in _thresholds(result))
    return (
        write_people_cell(row["people_gaining"], words),
        write_people_cell(row["people_losing"], words),
        write_minutes_cell(row["minutes_before"], words),
        write_minutes_cell(row["minutes_after"], words),
        *(write_change_cell(change, words) for change in within),
    )


def _thresholds(result: Comparison) -> list[str]:
    return [threshold_text(minutes) for minutes in sorted(result.study.thresholds_min)]


def show_threshold(threshold: str, words: Words) -> str:
    """Write a threshold as people read it.

    Parameters
    ----------
    threshold
        Minutes, as the columns of the summary have them.
    words
        The catalogue, for the language.

    Returns
    -------
    text
        With a decimal where there is one.
    """
    return write_number(float(threshold), words.language, 1 if "." in threshold else 0)


def _sort_key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
