"""What the report says about the water: voyages, the largest vessels, and what changes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from .grid import Cell, Row, Table
from .labels import profile_label, situation_names
from .rows import read_records
from .words import join_words, write_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from ..study.results import Comparison
    from ..study.water_results import WaterResult
    from .rows import Record
    from .words import Words

# A difference of less is smaller than what the times are good for.
NOTICED_MIN: Final = 1.0
SIZES: Final = ("length_m", "beam_m", "draught_m", "air_draught_m")
# What limits a length, as `largest_vessels` writes it: a class, or a tag with its source.
_LIMIT: Final = re.compile(
    r"(?P<where>.*): (?:class (?P<class>\w+)"
    r"|maxlength=(?P<metres>\d+(?:\.\d+)?)(?P<source> \(.*\))?)"
)


@dataclass(frozen=True, slots=True)
class Tally:
    """Voyages that a scenario changes, each trip of each vessel once.

    Attributes
    ----------
    lost, opened
        No longer possible, and possible only there.
    longer, shorter
        By a minute or more.
    total
        All that are asked.
    """

    lost: int
    opened: int
    longer: int
    shorter: int
    total: int


def situations_of(water: WaterResult) -> list[str]:
    """List the situations whose voyages were computed.

    Parameters
    ----------
    water
        The result.

    Returns
    -------
    keys
        Today's first, then the scenarios that concern the water.
    """
    return list(dict.fromkeys(water.voyages["scenario"]))


def changes_water_only(result: Comparison, key: str) -> bool:
    """Tell whether a scenario concerns the water and nothing that people on land notice.

    Parameters
    ----------
    result
        The comparison.
    key
        Key of the scenario.

    Returns
    -------
    is_water_only
        True when its map and its finding should be those of the water.
    """
    if result.water is None or key == result.base.key or key not in situations_of(result.water):
        return False
    scenario = next(each for each in result.scenarios if each.key == key)
    on_land = len(scenario.links) + len(scenario.speeds) + len(scenario.removed_sites)
    if on_land or scenario.people is not None or bool((scenario.sites["change"] != "").any()):
        return False
    rows = (result.differences["scenario"] == key).to_numpy()
    before, after = (
        result.differences[name].to_numpy(np.float64)[rows]
        for name in ("minutes_before", "minutes_after")
    )
    return bool(np.array_equal(before, after, equal_nan=True))


def changes_water(water: WaterResult, key: str, base: str) -> bool:
    """Tell whether anything on the water is not in a scenario as it is in the base.

    Parameters
    ----------
    water
        The result.
    key
        Key of one of its situations.
    base
        Key of the one that all are compared with.

    Returns
    -------
    is_changed
        True where voyages, the largest vessels, reaches that are open, or quays differ.
    """
    counted = tally(water, key)
    if counted.lost or counted.opened or counted.longer or counted.shorter:
        return True
    rows = water.waterways["scenario"] == key
    if (rows & (water.waterways["change"] != "")).any() or (water.closed["scenario"] == key).any():
        return True
    quays, today_quays = (
        water.quays.loc[water.quays["scenario"] == each, "name"].tolist() for each in (key, base)
    )
    sizes, today_sizes = (
        water.largest.loc[water.largest["scenario"] == each, list(SIZES)].to_numpy(np.float64)
        for each in (key, base)
    )
    return quays != today_quays or not np.array_equal(sizes, today_sizes, equal_nan=True)


def tally(water: WaterResult, key: str) -> Tally:
    """Count the voyages that a scenario changes.

    Parameters
    ----------
    water
        The result.
    key
        Key of a scenario that concerns the water.

    Returns
    -------
    tally
        Against today.
    """
    rows = water.voyages[water.voyages["scenario"] == key]
    before, after = (rows[name].to_numpy(np.float64) for name in ("minutes_before", "minutes"))
    gained = before - after
    return Tally(
        lost=int((~np.isnan(before) & np.isnan(after)).sum()),
        opened=int((np.isnan(before) & ~np.isnan(after)).sum()),
        longer=int((gained <= -NOTICED_MIN).sum()),
        shorter=int((gained >= NOTICED_MIN).sum()),
        total=len(rows),
    )


def water_headline(result: Comparison, key: str, words: Words) -> str:
    """Say what a scenario changes on the water, or what there is today.

    Parameters
    ----------
    result
        The comparison.
    key
        Key of the scenario, or of the base.
    words
        The catalogue.

    Returns
    -------
    headline
        Without a full stop.
    """
    water = result.water
    assert water is not None  # only asked about where there is some
    if key == result.base.key:
        rows = water.voyages[water.voyages["scenario"] == key]
        possible = int(rows["minutes"].notna().sum())
        return words.say("water.today_finding", {"count": possible, "total": len(rows)})
    counted = tally(water, key)
    said = [
        words.say(f"water.{name}", {"count": getattr(counted, name)})
        for name in ("lost", "opened", "longer", "shorter")
        if getattr(counted, name)
    ]
    if not said:
        return words.say("water.unchanged", {"count": counted.total})
    text = join_words(said, words)
    return text[:1].upper() + text[1:]


def water_tables(result: Comparison, words: Words) -> list[Table]:
    """Tabulate the largest vessels, the voyages of each vessel, and the study's table of locks.

    Parameters
    ----------
    result
        The comparison.
    words
        The catalogue.

    Returns
    -------
    tables
        In the order of the page.
    """
    water = result.water
    assert water is not None  # only asked about where there is some
    names = situation_names(result, words)
    keys = situations_of(water)
    tables = [_largest_table(water, key, names[key], words) for key in keys]
    for vessel in water.labels:
        label = profile_label(result.networks, vessel, words)
        tables.append(_voyage_table(water, vessel, label, names, words))
    if len(water.locks):
        tables.append(_lock_table(water.locks, words))
    return [table for table in tables if table.rows]


def _largest_table(water: WaterResult, key: str, name: str, words: Words) -> Table:
    """Tell the largest vessels between two quays; of a scenario those that the first has not."""
    rows = water.largest[water.largest["scenario"] == key]
    first = situations_of(water)[0]
    if key != first:
        today = water.largest[water.largest["scenario"] == first]
        known = {_key_of(row) for row in read_records(today)}
        rows = rows[[_key_of(row) not in known for row in read_records(rows)]]
    headers = ("trip", "vessel_size", "draught", "air_draught", "class", "limit", "locks")
    return Table(
        words.say("water.largest", {"name": name}),
        tuple(words.say(f"water.{header}") for header in headers),
        tuple(
            Row(_trip(row["origin"], row["destination"]), tuple(_size_cells(row, words)))
            for row in read_records(rows)
        ),
    )


def _key_of(row: Record) -> tuple[object, ...]:
    sizes = tuple(str(row[name]) for name in SIZES)
    return row["origin"], row["destination"], sizes, row["reason"]


def _size_cells(row: Record, words: Words) -> Iterator[Cell]:
    sizes = [row[name] for name in SIZES]
    if np.isnan(sizes[0]):
        yield _text(words.say("water.no_way"))
        yield from [_text("–")] * 5
        return
    length, beam, draught, air = (_metres(each, words) for each in sizes)
    yield Cell(_whole(f"{length} × {beam}"), sizes[0])
    yield Cell(_whole(draught), sizes[2])
    yield Cell(_whole(air), sizes[3])
    yield _text(str(row["class_name"]) or "–")
    yield _text(_say_limit(str(row["length_limit"]), words) or "–")
    yield Cell(write_number(row["locks"], words.language), row["locks"])


def _say_limit(limit: str, words: Words) -> str:
    """Say what limits a length in the language; who measured it stays as the data say."""
    found = _LIMIT.fullmatch(limit)
    if found is None:
        return limit
    if found["class"]:
        return words.say("water.limit_by_class", {"where": found["where"], "name": found["class"]})
    told = {
        "where": found["where"],
        "metres": _metres(float(found["metres"]), words),
        "source": found["source"] or "",
    }
    return words.say("water.limit_by_sign", told)


def _metres(metres: float, words: Words) -> str:
    if np.isinf(metres):
        return words.say("water.no_limit")
    decimals = 0 if float(metres).is_integer() else 2 if round(metres, 1) != metres else 1
    return write_number(metres, words.language, decimals) + " m"


def _voyage_table(
    water: WaterResult, vessel: str, label: str, names: dict[str, str], words: Words
) -> Table:
    rows = water.voyages[water.voyages["vessel"] == vessel]
    keys = situations_of(water)
    by_trip = {
        trip: {row["scenario"]: row for row in read_records(own)}
        for trip, own in rows.groupby(["origin", "destination"], sort=False)
    }
    is_timed = bool(rows["departure"].notna().any())
    headers = ["trip", "kilometres", "locks", "lock_time", *(["waiting"] if is_timed else [])]
    written = []
    for (origin, destination), own in by_trip.items():
        shown = own.get(keys[0], next(iter(own.values())))
        cells = [_number(shown["km"], words, 1), _number(shown["locks"], words)]
        cells += [_number(shown["lock_min"], words)]
        cells += [_number(shown["waiting_min"], words)] if is_timed else []
        cells += [_time_cell(own.get(key), words) for key in keys]
        written.append(Row(_trip(origin, destination), tuple(cells)))
    return Table(
        words.say("water.voyages", {"vessel": label}),
        (*(words.say(f"water.{each}") for each in headers), *(names[key] for key in keys)),
        tuple(written),
        is_sortable=True,
    )


def _time_cell(row: Record | None, words: Words) -> Cell:
    if row is None:
        return Cell("–", "")
    minutes = row["minutes"]
    if np.isnan(minutes):
        return _text(words.say(f"water.{row['why']}"))
    hours, rest = divmod(round(minutes), 60)
    text = (
        words.say("water.hours", {"hours": hours, "minutes": f"{rest:02d}"})
        if hours
        else (words.say("water.minutes", {"minutes": rest}))
    )
    return Cell(_whole(text), round(minutes, 3))


def _lock_table(locks: pd.DataFrame, words: Words) -> Table:
    return Table(
        words.say("water.lock_table"),
        tuple(words.say(f"water.{each}") for each in ("lock", "lock_of_extract", "lock_note")),
        tuple(
            Row(
                str(row["name"]) or "–",
                (
                    _text(str(row["lock"]) or "–"),
                    _text("; ".join(filter(None, [str(row["note"]), str(row["reason"])])) or "–"),
                ),
            )
            for row in read_records(locks)
        ),
    )


def _trip(origin: object, destination: object) -> str:
    return f"{origin} → {destination}"


def _number(value: float, words: Words, decimals: int = 0) -> Cell:
    number = float(value)
    shown = "" if np.isnan(number) else number
    return Cell(write_number(number, words.language, decimals), shown)


def _whole(text: str) -> str:
    """Keep a figure and its unit on one line."""
    return text.replace(" ", "\u00a0")


def _text(text: str) -> Cell:
    return Cell(text, text)
