"""With and without a car, side by side: what public transport reaches, and what only a car does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ..transit.naming import TRANSIT
from .grid import Cell, Row, Table, write_minutes_cell, write_people_cell, write_share_cell
from .labels import category_label
from .times import spread
from .words import write_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._types import Flags, Floats
    from ..study.results import Comparison
    from .times import Times
    from .words import Words

# Beyond how many minutes people count as left out.
BOUNDS_MIN: Final = (30, 45, 60)
# Within how many minutes a car reaches what counts as reached by car only.
REACH_MIN: Final = 30
# A column of residents that a study may bring: households of each cell that have no car.
HOUSEHOLDS: Final = "households_without_car"
CAR: Final = "car"
WALK: Final = "walk"
BICYCLE: Final = "bicycle"
# Row of the category that stands for all of them: the one that the study lists first.
FIRST: Final = 0


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """Minutes of today with and without a car, c categories and n cells.

    Mopeds are left out of both: whoever has none is helped by them as little as by a car.

    Attributes
    ----------
    car
        Name of the profile that drives.
    categories
        Which categories, c.
    ways
        What a car is held against, of `"walk"`, `"bicycle"` and `"transit"`.
    by_car, by_transit, counted_on
        Minutes by car, by public transport with half of the departures, and with 85 of 100; NaN
        where no site is reached, shape (c, n).
    on_two_feet, by_bicycle
        Fewest minutes on foot or by public transport, and by bicycle, of all profiles of the study
        that travel so; NaN where no site is reached or nobody does, shape (c, n).
    on_foot
        Share of the departures for which walking all the way is quickest, shape (c, n).
    people
        Residents, shape (n,).
    households
        Those without a car, shape (n,); None where the residents do not tell.
    """

    car: str
    categories: tuple[str, ...]
    ways: tuple[str, ...]
    by_car: Floats
    by_transit: Floats
    counted_on: Floats
    on_two_feet: Floats
    by_bicycle: Floats
    on_foot: Floats
    people: Floats
    households: Floats | None

    @property
    def only_by_car(self) -> Flags:
        """Cells that reach a category within `REACH_MIN` by car, but no other way, shape (c, n)."""
        is_only: Flags = self._lacks_feet & ~(self.by_bicycle <= REACH_MIN)
        return is_only

    @property
    def with_bicycle(self) -> Flags:
        """Those by car and by bicycle, but neither on foot nor by public transport."""
        is_helped: Flags = self._lacks_feet & (self.by_bicycle <= REACH_MIN)
        return is_helped

    @property
    def _lacks_feet(self) -> Flags:
        lacks: Flags = (self.by_car <= REACH_MIN) & ~(self.on_two_feet <= REACH_MIN)
        return lacks

    @property
    def ways_without_bicycle(self) -> tuple[str, ...]:
        """The ways that everybody has."""
        return tuple(way for way in self.ways if way != BICYCLE)


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
    drives = _profiles_of(result, times, CAR)
    if result.transit_times is None or not drives:
        return None
    base, categories = result.base.key, list(times.categories)
    axes = {"category": categories, "cell": result.residents["cell"].tolist()}
    table = result.transit_times
    own = spread(table[table["scenario"] == base], axes, ["minutes_85", "on_foot"])
    shown = result.cells_of(base)
    households = None
    if HOUSEHOLDS in result.residents:
        households = np.nan_to_num(result.residents[HOUSEHOLDS].to_numpy(np.float64)) * shown
    by_car, by_transit = (_quickest(times, [profile]) for profile in (drives[0], TRANSIT))
    walks, rides = (_profiles_of(result, times, mode) for mode in (WALK, BICYCLE))
    asked = ((WALK, walks), (BICYCLE, rides), (TRANSIT, [TRANSIT]))
    return Beside(
        drives[0],
        tuple(categories),
        tuple(way for way, profiles in asked if profiles),
        by_car,
        by_transit,
        own["minutes_85"],
        _quickest(times, [TRANSIT, *walks]),
        _quickest(times, rides),
        own["on_foot"],
        result.people_of(base) * shown,
        households,
    )


def _profiles_of(result: Comparison, times: Times, mode: str) -> list[str]:
    """List the profiles of a comparison that travel in a way."""
    networks = result.networks
    return [
        name for name in times.profiles if name in networks and networks[name].profile.mode == mode
    ]


def _quickest(times: Times, profiles: Sequence[str]) -> Floats:
    """Find the fewest minutes of today of some profiles, NaN without any, shape (c, n)."""
    first = next(iter(times.profiles)), next(iter(times.categories))
    unknown = np.full_like(times.today(first), np.nan)
    fewest: Floats = np.array(
        [
            np.fmin.reduce([unknown, *(times.today((name, each)) for name in profiles)])
            for each in times.categories
        ]
    )
    return fewest


def say_neither(ways: Sequence[str], words: Words) -> str:
    """Name ways of travelling that do not get somewhere.

    Parameters
    ----------
    ways
        As in `Beside.ways`, at least one.
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
        As in `Beside.ways`, at least one.
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
        "either": say_either(beside.ways, words),
    }
    people = float(beside.people[beside.only_by_car[FIRST]].sum())
    text = words.say("without_car.nobody", told)
    if people >= 1:
        text = words.say(
            "without_car.headline", told | _counted(beside, people, beside.ways, words)
        )
    helped = float(beside.people[beside.with_bicycle[FIRST]].sum())
    if helped < 1:
        return text
    counted = _counted(beside, helped, beside.ways_without_bicycle, words)
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
    rows, has_bicycle = [], BICYCLE in beside.ways
    for row, category in enumerate(beside.categories):
        both = ~np.isnan(beside.by_car[row]) & ~np.isnan(beside.counted_on[row])
        people = beside.people * both
        cells = [
            write_minutes_cell(_mean(minutes[row], people), words)
            for minutes in (beside.by_car, beside.by_transit, beside.counted_on)
        ]
        on_foot = _mean(beside.on_foot[row], people)
        share = Cell("–", -1.0) if np.isnan(on_foot) else write_share_cell(on_foot, 1.0, words)
        counted = [beside.only_by_car[row], *([beside.with_bicycle[row]] * has_bicycle)]
        people_of = [float(beside.people[each].sum()) for each in counted]
        cells += [share, *(write_people_cell(each, words) for each in people_of)]
        rows.append(Row(category_label(category, words), tuple(cells)))
    headers = [words.say("table.category")]
    headers += [words.say(f"without_car.{name}") for name in ("by_car", "median", "sure", "walk")]
    headers.append(_head("only", beside.ways, words))
    if has_bicycle:
        headers.append(_head("only_bicycle", beside.ways_without_bicycle, words))
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
            for minutes in (beside.by_car, beside.by_transit)
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
    only = beside.only_by_car[row]
    rows = []
    for insee, name in sorted(name_of.items(), key=lambda each: str(each[1])):
        people = beside.people * (code == insee)
        total = float(people.sum())
        if not total:
            continue
        means = (
            write_minutes_cell(_mean(minutes[row], people), words)
            for minutes in (beside.by_car, beside.by_transit, beside.counted_on)
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
    headers.append(_head("only", beside.ways, words))
    headers.append(words.say("without_car.share"))
    category = category_label(beside.categories[row], words)
    caption = words.say("without_car.communes", {"category": category})
    return Table(caption, tuple(headers), tuple(rows), is_sortable=True)


def _mean(values: Floats, people: Floats) -> float:
    known = ~np.isnan(values) & (people > 0)
    return float(np.average(values[known], weights=people[known])) if known.any() else np.nan
