"""What each scenario changes with and without a car: who no longer needs one, and who does now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ..transit.naming import TRANSIT
from .grid import Row, Table, write_people_cell
from .labels import category_label
from .reach import (
    BOTH,
    NO_WAY,
    ONLY_BY_CAR,
    ONLY_WITHOUT,
    REACH_MIN,
    WITH_BICYCLE,
    find_modes,
    reach_of,
)
from .times import NOTICED_MIN
from .without_car import households_shown, people_shown, say_either

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from .._types import Flags, Floats
    from ..study.results import Comparison
    from .reach import Modes
    from .rows import Pair
    from .times import Times
    from .words import Words

# Columns that every table has; the others stand there where they count anybody.
TOTALS: Final = ("without_before", "without_after", "only_before", "only_after")
COLUMNS: Final = (
    "without_before",
    "without_after",
    "freed",
    "bound",
    "driven",
    "carless",
    "only_before",
    "only_after",
    "eased",
    "hardened",
    "new_without",
    "new_only",
    "households_newly",
    "households_no_longer",
)
# Who changes class among those who live there before and after: with or without a car; whether
# they get there at all; on two feet or by bicycle.
DRIVE: Final = ("freed", "bound", "driven", "carless")
ARRIVE: Final = ("more_without", "fewer_without", "more_only", "fewer_only")
RIDE: Final = ("eased", "hardened")
# Which of them make a category worth the sentence, the weightiest first.
WEIGHTIEST: Final = (DRIVE, RIDE, ARRIVE)
# Said in fewer words behind another of their kind.
SHORT_BEHIND: Final = {"bound": "freed", "hardened": "eased"}
# Fewer people than this are nobody.
SOMEBODY: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Switch:
    """How many people a scenario brings from one side to the other, c categories.

    Attributes
    ----------
    modes
        The profiles of the study by how they travel.
    categories
        Which categories, c.
    counts
        People within `REACH_MIN`, each of shape (c,): of today and of the scenario who get there
        without a car (`"without_before"`, `"without_after"`) and by car only (`"only_before"`,
        `"only_after"`). Of those who live there before and after: `"freed"`, whom only a car
        brought there and who now get there without one too; `"bound"`, who got there without one
        and now do by car only; `"driven"`, who got there without a car only and now do by car too;
        `"carless"`, who got there by car and now do without one only; `"more_without"` and
        `"more_only"`, who did not get there at all, `"fewer_without"` and `"fewer_only"`, who no
        longer do; `"eased"`, who got there by car or by bicycle and now do on foot or by public
        transport too, and `"hardened"`, the reverse. Of those who are new where they live:
        `"new_without"` and `"new_only"`. Where the residents tell of households without a car,
        `"households_newly"` and `"households_no_longer"` get there.
    newcomers
        How many are new where they live.
    leavers
        How many no longer live where they did.
    """

    modes: Modes
    categories: tuple[str, ...]
    counts: Mapping[str, Floats]
    newcomers: float = 0.0
    leavers: float = 0.0

    @property
    def is_felt(self) -> Flags:
        """Categories for which anybody who lives there before and after changes, shape (c,)."""
        moved = [self.counts[name] for names in WEIGHTIEST for name in names]
        is_felt: Flags = np.any(np.array(moved) >= SOMEBODY, axis=0)
        return is_felt


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says of a scenario with and without a car.

    Attributes
    ----------
    sentence
        What matters most, without its last full stop.
    table
        The destinations for which anything changes; None where there is none.
    """

    sentence: str
    table: Table | None


def tell_changes(
    result: Comparison, times: Times, pairs: Mapping[str, Pair], words: Words
) -> dict[str, Told]:
    """Tell of every scenario what it changes with and without a car.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times.
    pairs
        By scenario, the profile and category that it is about.
    words
        The catalogue.

    Returns
    -------
    told
        By scenario; none for those that change no minutes and bring nobody, nor where the study
        asks for no public transport or nobody drives.
    """
    modes = find_modes(result, times)
    if modes is None:
        return {}
    told: dict[str, Told] = {}
    for key, (_, category) in pairs.items():
        switch = find_switch(result, times, modes, key)
        if switch.is_felt.any():
            told[key] = Told(say_switch(switch, category, words), _tabulate(switch, words))
            continue
        said = [say_newcomers(switch, category, words)] if switch.newcomers >= SOMEBODY else []
        if _changes_minutes(times, modes, key):
            said.insert(0, words.say("without_car.then_nobody", {"minutes": REACH_MIN}))
        if said:
            told[key] = Told(". ".join(said), None)
    return told


def find_switch(result: Comparison, times: Times, modes: Modes, scenario: str) -> Switch:
    """Count whom a scenario brings from one side to the other.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times.
    modes
        Its profiles by how they travel.
    scenario
        Key of the scenario.

    Returns
    -------
    switch
        People by category.
    """
    base = result.base.key
    was, then = (reach_of(times, modes, key).kinds for key in (base, scenario))
    lived, lives = (people_shown(result, key) for key in (base, scenario))
    stays, comes = np.minimum(lived, lives), np.maximum(lives - lived, 0.0)
    without_was, without_then = (_is_without(kinds) for kinds in (was, then))
    counts = {
        "without_before": without_was @ lived,
        "without_after": without_then @ lives,
        "only_before": (was == ONLY_BY_CAR) @ lived,
        "only_after": (then == ONLY_BY_CAR) @ lives,
        **{name: is_such @ stays for name, is_such in _moves(was, then).items()},
        "new_without": without_then @ comes,
        "new_only": (then == ONLY_BY_CAR) @ comes,
    }
    households = households_shown(result, scenario)
    if households is not None:
        counts["households_newly"] = (without_then & ~without_was) @ households
        counts["households_no_longer"] = (without_was & ~without_then) @ households
    people = float(comes.sum()), float((lived - stays).sum())
    return Switch(modes, tuple(times.categories), counts, *people)


def _is_without(kinds: npt.NDArray[np.int32]) -> Flags:
    """Tell which cells get there without a car, shape (c, n)."""
    is_without: Flags = (kinds != ONLY_BY_CAR) & (kinds != NO_WAY)
    return is_without


def _moves(was: npt.NDArray[np.int32], then: npt.NDArray[np.int32]) -> dict[str, Flags]:
    """Tell which cells go from one class to another, each of shape (c, n)."""
    without_was, without_then = (_is_without(kinds) for kinds in (was, then))
    with_and_without = without_then & (then != ONLY_WITHOUT)
    return {
        "freed": (was == ONLY_BY_CAR) & with_and_without,
        "bound": without_was & (then == ONLY_BY_CAR),
        "driven": (was == ONLY_WITHOUT) & with_and_without,
        "carless": (was != ONLY_WITHOUT) & (was != NO_WAY) & (then == ONLY_WITHOUT),
        "more_without": (was == NO_WAY) & without_then,
        "fewer_without": without_was & (then == NO_WAY),
        "more_only": (was == NO_WAY) & (then == ONLY_BY_CAR),
        "fewer_only": (was == ONLY_BY_CAR) & (then == NO_WAY),
        "eased": (was == WITH_BICYCLE) & (then == BOTH),
        "hardened": (was == BOTH) & (then == WITH_BICYCLE),
    }


def say_switch(switch: Switch, category: str, words: Words) -> str:
    """Say what a scenario changes with and without a car for one destination.

    Parameters
    ----------
    switch
        With at least one category that is felt.
    category
        What the scenario is about; where nothing changes there, another one is spoken of.
    words
        The catalogue.

    Returns
    -------
    sentence
        One to three, without the last full stop.
    """
    row = _choose(switch, switch.categories.index(category))
    either, on_feet = (
        say_either(ways, words) for ways in (switch.modes.ways, switch.modes.ways_without_bicycle)
    )
    moved = _say_moves(switch, row, DRIVE, either, words)
    moved = moved or _say_moves(switch, row, ARRIVE, either, words)
    ridden = _say_moves(switch, row, RIDE, on_feet, words)
    joined = [words.say("without_car.then_and").join(each) for each in (moved, ridden) if each]
    if switch.newcomers >= SOMEBODY:
        joined.append(_say_new(switch, row, words))
    label = category_label(switch.categories[row], words)
    told = {"category": label, "minutes": REACH_MIN, "what": joined[0]}
    rest = (f"{each[:1].upper()}{each[1:]}" for each in joined[1:])
    return ". ".join([words.say("without_car.then", told), *rest])


def say_newcomers(switch: Switch, category: str, words: Words) -> str:
    """Say how those get to one destination who are new where they live.

    Parameters
    ----------
    switch
        With anybody who is new.
    category
        The destination.
    words
        The catalogue.

    Returns
    -------
    sentence
        One, without its full stop.
    """
    what = _say_new(switch, switch.categories.index(category), words)
    label = category_label(category, words)
    told = {"category": label, "minutes": REACH_MIN, "what": what}
    return words.say("without_car.then", told)


def _say_new(switch: Switch, row: int, words: Words) -> str:
    """Say of how many new people how many get there without a car, and by car only."""
    counts = (switch.newcomers, *(switch.counts[name][row] for name in ("new_without", "new_only")))
    names = ("count", "without", "only")
    told = {name: round(float(people)) for name, people in zip(names, counts, strict=True)}
    return words.say("without_car.then_new", told)


def _say_moves(
    switch: Switch, row: int, names: Sequence[str], either: str, words: Words
) -> list[str]:
    """Say how many people go from one class to another."""
    people = {name: float(switch.counts[name][row]) for name in names}
    said = [name for name in names if people[name] >= SOMEBODY]
    clauses: list[str] = []
    for name in said:
        key = f"and_{name}" if SHORT_BEHIND.get(name) in said else name
        told = {"count": round(people[name]), "either": either}
        clauses.append(words.say(f"without_car.then_{key}", told))
    return clauses


def _choose(switch: Switch, wanted: int) -> int:
    """Choose the wanted category where anything changes there, else the one that most feel."""
    if switch.is_felt[wanted]:
        return wanted
    moved = (np.sum([switch.counts[name] for name in names], axis=0) for names in WEIGHTIEST)
    felt = next(people for people in moved if people.max() >= SOMEBODY)
    return int(felt.argmax())


def _tabulate(switch: Switch, words: Words) -> Table:
    """Tabulate the destinations for which anything changes."""
    felt = np.flatnonzero(switch.is_felt)
    shown = [
        name
        for name in COLUMNS
        if name in TOTALS
        or (name in switch.counts and (switch.counts[name][felt] >= SOMEBODY).any())
    ]
    rows = tuple(
        Row(
            category_label(switch.categories[row], words),
            tuple(write_people_cell(float(switch.counts[name][row]), words) for name in shown),
        )
        for row in felt
    )
    either = say_either(switch.modes.ways_without_bicycle, words)
    headers = [words.say(f"without_car.column_{name}", {"either": either}) for name in shown]
    return Table(
        words.say("without_car.then_caption", {"minutes": REACH_MIN}),
        (words.say("table.category"), *headers),
        rows,
        note=_note(switch, len(felt), words),
    )


def _note(switch: Switch, felt: int, words: Words) -> str:
    """Say what "without a car" means, and for how many destinations nothing changes."""
    either = say_either(switch.modes.ways, words)
    parts = [words.say("without_car.then_means", {"either": either})]
    if max(switch.newcomers, switch.leavers) >= SOMEBODY:
        parts.append(words.say("without_car.then_lives"))
    if rest := len(switch.categories) - felt:
        parts.append(words.say("without_car.then_others", {"count": rest}))
    return " ".join(parts)


def _changes_minutes(times: Times, modes: Modes, scenario: str) -> bool:
    """Tell whether anybody travels a minute more or less, or newly or no longer arrives."""
    profiles: Sequence[str] = (modes.car, TRANSIT, *modes.walks, *modes.rides)
    rows = [times.profiles[name] for name in profiles]
    before, after = times.minutes[0, rows], times.minutes[times.scenarios[scenario], rows]
    is_new = np.isnan(before) != np.isnan(after)
    return bool((is_new | (np.abs(before - after) >= NOTICED_MIN)).any())
