"""Fields of the layers that tell who gets somewhere by car, and who without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from .reach import (
    BOTH,
    NO_WAY,
    ONLY_BY_CAR,
    ONLY_WITHOUT,
    REACH_NAMES,
    WITH_BICYCLE,
    reach_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from .._types import Flags
    from .layer_fields import Fields
    from .reach import Modes
    from .times import Times
    from .words import Words

# Minutes by car, by the best way without one, and who gets there in time.
REACH_MEASURES: Final = ("by_car", "without", "reach")
# What a scenario makes of that: nothing, or one of `SWITCHES`.
SWITCH: Final = "switch"
# A car is no longer needed, or is now; some way leads there now, or none does any more; of the ways
# without a car, the bicycle is no longer the only one, or is now; a car leads there now too, or no
# longer does while another way stays.
SWITCHES: Final = (
    "freed",
    "bound",
    "newly",
    "no_longer",
    "eased",
    "hardened",
    "driven",
    "carless",
)


def reach_fields(times: Times, modes: Modes, scenario: str, words: Words) -> tuple[Flags, Fields]:
    """Tell how each cell gets to each category with and without a car.

    Parameters
    ----------
    times
        The nearest times of a comparison.
    modes
        Its profiles by how they travel.
    scenario
        Key of one of its situations.
    words
        The catalogue, for the classes.

    Returns
    -------
    is_shown
        Cells for which the scenario changes the class of any category; all for the base, shape
        (n,).
    fields
        By each of `REACH_MEASURES`, and of a scenario by `SWITCH`, None for no change: values of
        all cells, for the categories of which any cell changes its class, that of most cells first;
        all for the base.
    """
    reach = reach_of(times, modes, scenario)
    kinds = reach.kinds
    labels = _say_all("", REACH_NAMES, words)[kinds]
    values = (reach.by_car, reach.without, labels)
    fields: dict[str, npt.NDArray[Any]] = dict(zip(REACH_MEASURES, values, strict=True))
    is_shown: Flags = np.ones(kinds.shape, np.bool_)
    if not times.is_base(scenario):
        switches = _switches(reach_of(times, modes).kinds, kinds)
        is_shown = np.greater_equal(switches, 0)
        told = _say_all("switch_", SWITCHES, words)[switches]
        told[~is_shown] = None
        fields = {SWITCH: told, **fields}
    counts = is_shown.sum(axis=1)
    order = np.argsort(-counts, kind="stable")
    felt = [(list(times.categories)[row], row) for row in order if counts[row]]
    by_category = {
        measure: {category: each[row] for category, row in felt} for measure, each in fields.items()
    }
    is_any: Flags = np.any(is_shown, axis=0)
    return is_any, by_category


def _say_all(prefix: str, names: Sequence[str], words: Words) -> npt.NDArray[np.object_]:
    return np.array([words.say(f"without_car.{prefix}{name}") for name in names], object)


def _switches(was: npt.NDArray[np.int32], then: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Give the place in `SWITCHES`, -1 for no change."""
    ways = [
        was == then,
        was == NO_WAY,
        then == NO_WAY,
        then == ONLY_WITHOUT,
        was == ONLY_BY_CAR,
        then == ONLY_BY_CAR,
        (was == WITH_BICYCLE) & (then == BOTH),
        (was == BOTH) & (then == WITH_BICYCLE),
    ]
    names = ("newly", "no_longer", "carless", "freed", "bound", "eased", "hardened")
    places = [-1, *map(SWITCHES.index, names)]
    return np.select(ways, places, SWITCHES.index("driven")).astype(np.int32)
