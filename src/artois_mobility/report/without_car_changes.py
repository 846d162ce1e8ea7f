"""What each scenario changes with and without a car: who no longer needs one, and who does now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ..transit.naming import TRANSIT
from .grid import Row, Table, write_people_cell
from .labels import category_label
from .reach import BOTH, NO_WAY, ONLY_BY_CAR, REACH_MIN, WITH_BICYCLE, find_modes, reach_of
from .times import NOTICED_MIN
from .without_car import households_shown, people_shown, say_either

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    "only_before",
    "only_after",
    "eased",
    "hardened",
    "households_newly",
    "households_no_longer",
)
# Which counts make a category worth the sentence, the weightiest first.
WEIGHTIEST: Final = (("freed", "bound"), ("eased", "hardened"))
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
        `"only_after"`); of the scenario's people `"freed"`, whom only a car brought there and who
        now get there without one too, and `"bound"`, the reverse; `"eased"`, who got there by car
        or by bicycle and now do on foot or by public transport too, and `"hardened"`, the reverse.
        Where the residents tell of households without a car, `"households_newly"` and
        `"households_no_longer"` get there.
    """

    modes: Modes
    categories: tuple[str, ...]
    counts: Mapping[str, Floats]

    @property
    def is_felt(self) -> Flags:
        """Categories for which the residents of any side change, shape (c,)."""
        moved = [self.counts[name] for names in WEIGHTIEST for name in names]
        moved += [_more(self, name) for name in ("without", "only")]
        is_felt: Flags = np.any(np.abs(moved) >= SOMEBODY, axis=0)
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
        By scenario; none for those that change no minutes, nor where the study asks for no public
        transport or nobody drives.
    """
    modes = find_modes(result, times)
    if modes is None:
        return {}
    told: dict[str, Told] = {}
    for key, (_, category) in pairs.items():
        switch = find_switch(result, times, modes, key)
        if switch.is_felt.any():
            told[key] = Told(say_switch(switch, category, words), _tabulate(switch, words))
        elif _changes_minutes(times, modes, key):
            told[key] = Told(words.say("without_car.then_nobody", {"minutes": REACH_MIN}), None)
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
    only_was, only_then = was == ONLY_BY_CAR, then == ONLY_BY_CAR
    without_was, without_then = (
        ~is_only & (kinds != NO_WAY) for is_only, kinds in ((only_was, was), (only_then, then))
    )
    counts = {
        "without_before": without_was @ lived,
        "without_after": without_then @ lives,
        "only_before": only_was @ lived,
        "only_after": only_then @ lives,
        "freed": (only_was & without_then) @ lives,
        "bound": (without_was & only_then) @ lives,
        "eased": ((was == WITH_BICYCLE) & (then == BOTH)) @ lives,
        "hardened": ((was == BOTH) & (then == WITH_BICYCLE)) @ lives,
    }
    households = households_shown(result, scenario)
    if households is not None:
        counts["households_newly"] = (without_then & ~without_was) @ households
        counts["households_no_longer"] = (without_was & ~without_then) @ households
    return Switch(modes, tuple(times.categories), counts)


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
        One or two, without the last full stop.
    """
    row = _choose(switch, switch.categories.index(category))
    either, on_feet = (
        say_either(ways, words) for ways in (switch.modes.ways, switch.modes.ways_without_bicycle)
    )
    moved = _say_moves(switch, row, WEIGHTIEST[0], either, words) or _say_totals(switch, row, words)
    ridden = _say_moves(switch, row, WEIGHTIEST[1], on_feet, words)
    joined = [words.say("without_car.then_and").join(each) for each in (moved, ridden) if each]
    label = category_label(switch.categories[row], words)
    told = {"category": label, "minutes": REACH_MIN, "what": joined[0]}
    rest = (f"{each[:1].upper()}{each[1:]}" for each in joined[1:])
    return ". ".join([words.say("without_car.then", told), *rest])


def _say_moves(
    switch: Switch, row: int, names: Sequence[str], either: str, words: Words
) -> list[str]:
    """Say how many people go from one side to the other, and how many back."""
    clauses: list[str] = []
    for name in names:
        people = float(switch.counts[name][row])
        if people >= SOMEBODY:
            key = f"and_{name}" if clauses else name
            told = {"count": round(people), "either": either}
            clauses.append(words.say(f"without_car.then_{key}", told))
    return clauses


def _say_totals(switch: Switch, row: int, words: Words) -> list[str]:
    """Say how many people more or fewer get there, without a car or by car only."""
    clauses = []
    for name in ("without", "only"):
        more = float(_more(switch, name)[row])
        if abs(more) >= SOMEBODY:
            key = f"{'more' if more > 0 else 'fewer'}_{name}"
            clauses.append(words.say(f"without_car.then_{key}", {"count": round(abs(more))}))
    return clauses


def _choose(switch: Switch, wanted: int) -> int:
    """Choose the wanted category where anything changes there, else the one that most feel."""
    if switch.is_felt[wanted]:
        return wanted
    for names in WEIGHTIEST:
        moved = np.sum([switch.counts[name] for name in names], axis=0)
        if moved.max() >= SOMEBODY:
            return int(moved.argmax())
    more = np.abs([_more(switch, name) for name in ("without", "only")]).sum(axis=0)
    return int(np.where(switch.is_felt, more, -1.0).argmax())


def _more(switch: Switch, name: str) -> Floats:
    """Tell how many more people there are than before, shape (c,)."""
    more: Floats = switch.counts[f"{name}_after"] - switch.counts[f"{name}_before"]
    return more


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
