"""With and without a car, side by side: what public transport reaches, and what only a car does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ..transit.naming import TRANSIT
from .grid import Cell, Row, Table, write_minutes_cell, write_people_cell, write_share_cell
from .labels import category_label
from .reach import BICYCLE, REACH_MIN, find_modes, reach_of
from .times import spread
from .words import write_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._types import Floats
    from ..study.results import Comparison
    from .reach import Modes, Reach
    from .times import Times
    from .words import Words

# Beyond how many minutes people count as left out.
BOUNDS_MIN: Final = (30, 45, 60)
# A column of residents that a study may bring: households of each cell that have no car.
HOUSEHOLDS: Final = "households_without_car"
# Row of the category that stands for all of them: the one that the study lists first.
FIRST: Final = 0


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """Minutes of today with and without a car, c categories and n cells.

    Attributes
    ----------
    modes
        The profiles of the study by how they travel.
    categories
        Which categories, c.
    reach
        Fewest minutes with and without a car.
    by_transit, counted_on
        Minutes by public transport with half of the departures, and with 85 of 100; NaN where no
        site is reached, shape (c, n).
    on_foot
        Share of the departures for which walking all the way is quickest, shape (c, n).
    people
        Residents, shape (n,).
    households
        Those without a car, shape (n,); None where the residents do not tell.
    """

    modes: Modes
    categories: tuple[str, ...]
    reach: Reach
    by_transit: Floats
    counted_on: Floats
    on_foot: Floats
    people: Floats
    households: Floats | None


def put_beside(result: Comparison, times: Times) -> Beside | None:
    """Put the minutes of today with and without a car side by side.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times.

    Returns
    -------
    beside
        None where the study asks for no public transport, or nobody drives in it.
    """
    modes, table = find_modes(result, times), result.transit_times
    if modes is None or table is None:
        return None
    base = result.base.key
    axes = {"category": list(times.categories), "cell": result.residents["cell"].tolist()}
    own = spread(table[table["scenario"] == base], axes, ["minutes_85", "on_foot"])
    return Beside(
        modes,
        tuple(times.categories),
        reach_of(times, modes),
        times.minutes[0, times.profiles[TRANSIT]],
        own["minutes_85"],
        own["on_foot"],
        people_shown(result, base),
        households_shown(result, base),
    )


def people_shown(result: Comparison, scenario: str) -> Floats:
    """Count the residents of each cell that a situation has.

    Parameters
    ----------
    result
        The comparison.
    scenario
        Key of the situation.

    Returns
    -------
    people
        Nobody where the situation has no such cell, shape (n,).
    """
    people: Floats = result.people_of(scenario) * result.cells_of(scenario)
    return people


def households_shown(result: Comparison, scenario: str) -> Floats | None:
    """Count the households without a car of each cell that a situation has.

    Parameters
    ----------
    result
        The comparison.
    scenario
        Key of the situation.

    Returns
    -------
    households
        Those of today, shape (n,); None where the residents do not tell.
    """
    if HOUSEHOLDS not in result.residents:
        return None
    known = np.nan_to_num(result.residents[HOUSEHOLDS].to_numpy(np.float64))
    households: Floats = known * result.cells_of(scenario)
    return households


def say_neither(ways: Sequence[str], words: Words) -> str:
    """Name ways of travelling that do not get somewhere.

    Parameters
    ----------
    ways
        As in `Modes.ways`, at least one.
    words
        The catalogue.

    Returns
    -------
    text
        To stand behind "but".
    """
    first = "without_car.not_one" if len(ways) == 1 else "without_car.not_first"
    text = words.say(first, {"way": _name_way(ways[0], words)})
    for way in ways[1:]:
        key = "without_car.not_last" if way == ways[-1] else "without_car.not_next"
        text += words.say(key, {"way": _name_way(way, words)})
    return text


def say_either(ways: Sequence[str], words: Words) -> str:
    """Name ways of travelling of which one is enough.

    Parameters
    ----------
    ways
        As in `Modes.ways`, at least one.
    words
        The catalogue.

    Returns
    -------
    text
        Joined by commas and "or".
    """
    text = _name_way(ways[0], words)
    for way in ways[1:]:
        key = "without_car.or_last" if way == ways[-1] else "without_car.or_next"
        text += words.say(key, {"way": _name_way(way, words)})
    return text


def _name_way(way: str, words: Words) -> str:
    return words.say(f"without_car.way_{way}")


def say_beside(beside: Beside, words: Words) -> str:
    """Say what matters most: whom only a car brings somewhere in time.

    Parameters
    ----------
    beside
        What `put_beside` returns.
    words
        The catalogue.

    Returns
    -------
    headline
        Without a full stop.
    """
    told: dict[str, object] = {
        "category": category_label(beside.categories[FIRST], words),
        "minutes": REACH_MIN,
        "either": say_either(beside.modes.ways, words),
    }
    people = float(beside.people[beside.reach.only_by_car[FIRST]].sum())
    text = words.say("without_car.nobody", told)
    if people >= 1:
        text = words.say(
            "without_car.headline", told | _counted(beside, people, beside.modes.ways, words)
        )
    helped = float(beside.people[beside.reach.with_bicycle[FIRST]].sum())
    if helped < 1:
        return text
    counted = _counted(beside, helped, beside.modes.ways_without_bicycle, words)
    return f"{text}. {words.say('without_car.bicycle', counted)}"


def _counted(beside: Beside, people: float, ways: Sequence[str], words: Words) -> dict[str, object]:
    share = write_share(people, float(beside.people.sum()), words.language)
    return {"count": round(people), "share": share, "neither": say_neither(ways, words)}


def tables_beside(beside: Beside, result: Comparison, words: Words) -> tuple[Table, ...]:
    """Tabulate minutes, who is left out, and the communes.

    Parameters
    ----------
    beside
        What `put_beside` returns.
    result
        The comparison.
    words
        The catalogue.

    Returns
    -------
    tables
        Minutes by category; people beyond `BOUNDS_MIN`; and by commune where these are known.
    """
    tables = [_minutes(beside, words), _left_out(beside, beside.people, "people", words)]
    if beside.households is not None:
        tables.append(_left_out(beside, beside.households, "households", words))
    communes = _communes(beside, result, words)
    return (*tables, *([communes] if communes.rows else []))


def _minutes(beside: Beside, words: Words) -> Table:
    """Tabulate mean minutes of who reaches a site both ways."""
    rows, has_bicycle = [], BICYCLE in beside.modes.ways
    only, with_bicycle = beside.reach.only_by_car, beside.reach.with_bicycle
    for row, category in enumerate(beside.categories):
        both = ~np.isnan(beside.reach.by_car[row]) & ~np.isnan(beside.counted_on[row])
        people = beside.people * both
        cells = [
            write_minutes_cell(_mean(minutes[row], people), words)
            for minutes in (beside.reach.by_car, beside.by_transit, beside.counted_on)
        ]
        on_foot = _mean(beside.on_foot[row], people)
        share = Cell("–", -1.0) if np.isnan(on_foot) else write_share_cell(on_foot, 1.0, words)
        counted = [only[row], *([with_bicycle[row]] * has_bicycle)]
        people_of = [float(beside.people[each].sum()) for each in counted]
        cells += [share, *(write_people_cell(each, words) for each in people_of)]
        rows.append(Row(category_label(category, words), tuple(cells)))
    headers = [words.say("table.category")]
    headers += [words.say(f"without_car.{name}") for name in ("by_car", "median", "sure", "walk")]
    headers.append(_head("only", beside.modes.ways, words))
    if has_bicycle:
        headers.append(_head("only_bicycle", beside.modes.ways_without_bicycle, words))
    return Table(words.say("without_car.minutes"), tuple(headers), tuple(rows), is_sortable=True)


def _head(name: str, ways: Sequence[str], words: Words) -> str:
    told = {"minutes": REACH_MIN, "neither": say_neither(ways, words)}
    return words.say(f"without_car.{name}", told)


def _left_out(beside: Beside, weights: Floats, kind: str, words: Words) -> Table:
    """Tabulate who needs longer than some minutes, or gets nowhere."""
    rows = []
    for row, category in enumerate(beside.categories):
        cells = [
            write_people_cell(float(weights[~(minutes[row] <= bound)].sum()), words)
            for bound in BOUNDS_MIN
            for minutes in (beside.reach.by_car, beside.by_transit)
        ]
        rows.append(Row(category_label(category, words), tuple(cells)))
    headers = [
        words.say(f"without_car.{name}", {"minutes": bound})
        for bound in BOUNDS_MIN
        for name in ("beyond_by_car", "beyond_without")
    ]
    caption = words.say(f"without_car.{kind}")
    return Table(caption, (words.say("table.category"), *headers), tuple(rows), is_sortable=True)


def _communes(beside: Beside, result: Comparison, words: Words) -> Table:
    """Tabulate the communes for the category that the study lists first."""
    row = FIRST
    name_of = dict(zip(result.communes["insee"], result.communes["name"], strict=True))
    code = result.residents["commune"].to_numpy(object)
    only = beside.reach.only_by_car[row]
    rows = []
    for insee, name in sorted(name_of.items(), key=lambda each: str(each[1])):
        people = beside.people * (code == insee)
        total = float(people.sum())
        if not total:
            continue
        means = (
            write_minutes_cell(_mean(minutes[row], people), words)
            for minutes in (beside.reach.by_car, beside.by_transit, beside.counted_on)
        )
        lost = float(people[only].sum())
        cells = (
            write_people_cell(total, words),
            *means,
            write_people_cell(lost, words),
            write_share_cell(lost, total, words),
        )
        rows.append(Row(str(name), cells))
    headers = [words.say("table.commune"), words.say("table.residents")]
    headers += [words.say(f"without_car.{name}") for name in ("by_car", "median", "sure")]
    headers.append(_head("only", beside.modes.ways, words))
    headers.append(words.say("without_car.share"))
    category = category_label(beside.categories[row], words)
    caption = words.say("without_car.communes", {"category": category})
    return Table(caption, tuple(headers), tuple(rows), is_sortable=True)


def _mean(values: Floats, people: Floats) -> float:
    known = ~np.isnan(values) & (people > 0)
    return float(np.average(values[known], weights=people[known])) if known.any() else np.nan
