"""Every cell of residents with its minutes, in whole tenths, and what each scenario changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..times import NOTICED_MIN
from .packing import Whole, pack, pack_steps, scale

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..._types import Flags, Floats
    from ...study.results import Comparison
    from ..backdrop import Backdrop
    from ..times import Times
    from .zones import Zones

TENTHS: Final = 10
# What is left of a millisecond by dividing and multiplying, in tenths of a minute.
ROUNDING: Final = 6
# Codes of a changed cell: reached no more, else one more than what follows.
NO_LONGER: Final = 0


def pack_cells(
    result: Comparison, times: Times, backdrop: Backdrop, zones: Zones
) -> dict[str, Any]:
    """Pack where people live and their minutes to the nearest site.

    Minutes are rounded up to a tenth and gains down towards nought, so that classes with whole
    bounds hold the same cells as before rounding.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times.
    backdrop
        Where its cells lie.
    zones
        What the summary tells of.

    Returns
    -------
    packed
        Ready for JSON; the cells from south to north, then from west to east.
    """
    order = np.lexsort([backdrop.cell_x_m, backdrop.cell_y_m])
    window = backdrop.window
    base = result.base.key
    noise = read_noise(result)
    people = {each.key: scale(result.people_of(each.key)[order], 1000) for each in result.scenarios}
    return {
        "count": int(order.size),
        "side": round(backdrop.cell_side_m, 1),
        "x": pack_steps(np.rint(backdrop.cell_x_m[order] - window[0])),
        "y": pack_steps(np.rint(backdrop.cell_y_m[order] - window[1])),
        "commune": pack(zones.place("commune", result.residents)[order]),
        "epci": pack(zones.place("epci", result.residents)[order]),
        "people": pack(people[base]),
        "before": [
            [pack_minutes(times.today((profile, category))[order]) for category in times.categories]
            for profile in times.profiles
        ],
        "situations": [
            {
                "absent": pack_steps(np.flatnonzero(~result.cells_of(each.key)[order])),
                "people": pack_changed(people[base], people[each.key]),
                "changes": _changes(times, each.key, order),
                "noise": _noise(noise, row, order),
            }
            for row, each in enumerate(result.scenarios)
        ],
    }


def pack_minutes(minutes: Floats) -> dict[str, str]:
    """Pack access times, rounded up to whole tenths of a minute.

    Parameters
    ----------
    minutes
        Access times, NaN where no site is reached, shape (n,).

    Returns
    -------
    packed
        `tenths` as steps, those not reached as the one before them; `missing` lists them.

    Examples
    --------
    >>> pack_minutes(np.array([0.21, np.nan, 0.3])) == {"tenths": "BgAA", "missing": "Ag=="}
    True
    """
    is_missing = np.isnan(minutes)
    last = np.maximum.accumulate(np.where(is_missing, -1, np.arange(minutes.size)))
    tenths = tenths_of(np.where(is_missing, 0.0, minutes))
    filled = np.where(last < 0, 0, tenths[np.maximum(last, 0)])
    return {"tenths": pack_steps(filled), "missing": pack_steps(np.flatnonzero(is_missing))}


def pack_gains(before: Floats, after: Floats) -> dict[str, str] | None:
    """Pack what differs between two situations, cell by cell.

    Parameters
    ----------
    before, after
        Access times, NaN where no site is reached, shape (n,).

    Returns
    -------
    packed
        `cells` that differ, as steps, and a code for each; None where nothing differs.

    Examples
    --------
    >>> pack_gains(np.array([5.0]), np.array([5.0])) is None
    True
    """
    was, now = ~np.isnan(before), ~np.isnan(after)
    old, new = (tenths_of(np.nan_to_num(each)) for each in (before, after))
    gained = np.where(was & now, np.nan_to_num(before) - np.nan_to_num(after), 0.0)
    steps = np.trunc(np.round(gained * TENTHS, ROUNDING)).astype(np.int64)
    # How the rounded minutes differ from what the rounded gain leaves: by a tenth at most.
    rest = new - (old - steps)
    is_changed = (was != now) | (was & now & ((steps != 0) | (rest != 0)))
    if not is_changed.any():
        return None
    both = 1 + 3 * np.where(steps < 0, -2 * steps - 1, 2 * steps) + rest + 1
    code = np.where(~now, NO_LONGER, np.where(was, both, 1 + new))
    return {"cells": pack_steps(np.flatnonzero(is_changed)), "codes": pack(code[is_changed])}


def pack_changed(before: npt.NDArray[np.int64], after: npt.NDArray[np.int64]) -> dict[str, str]:
    """Pack the values that differ from those before.

    Parameters
    ----------
    before, after
        Whole numbers, shape (n,).

    Returns
    -------
    packed
        `cells` as steps, and their `values`.

    Examples
    --------
    >>> pack_changed(np.array([1, 2]), np.array([1, 2]))
    {'cells': '', 'values': ''}
    """
    rows = np.flatnonzero(before != after)
    return {"cells": pack_steps(rows), "values": pack(after[rows])}


def read_noise(result: Comparison) -> Flags | None:
    """Tell which differences a minute or more are within the noise of the computation.

    Parameters
    ----------
    result
        The comparison.

    Returns
    -------
    is_noise
        Shape (scenarios but the base, profiles, categories, cells); None where the study does not
        ask how sure its minutes are.
    """
    table = result.differences
    if "within_noise" not in table:
        return None
    study = result.study
    pairs = len(study.profiles), len(study.categories)
    shape = (len(result.scenarios) - 1, *pairs, len(result.residents), study.nearest)
    # Nobody asks it of a second nearest site.
    marks = table["within_noise"].fillna(False).to_numpy(np.bool_)
    is_noticed = (table["minutes_gained"].abs() >= NOTICED_MIN).to_numpy(np.bool_)
    is_noise: Flags = (marks & is_noticed).reshape(shape)[..., 0]
    return is_noise


def tenths_of(minutes: Floats) -> Whole:
    """Round minutes up to whole tenths.

    Parameters
    ----------
    minutes
        Any finite minutes.

    Returns
    -------
    tenths
        Of the same shape.

    Examples
    --------
    >>> tenths_of(np.array([5.0, 5.01, 5.1]))
    array([50, 51, 51])
    """
    return np.ceil(np.round(minutes * TENTHS, ROUNDING)).astype(np.int64)


def _noise(is_noise: Flags | None, row: int, order: npt.NDArray[np.intp]) -> list[list[str]] | None:
    """List the cells whose difference is noise; None for the base, or where nobody asked."""
    if is_noise is None or not row:
        return None
    return [[pack_steps(np.flatnonzero(own[order])) for own in part] for part in is_noise[row - 1]]


def _changes(times: Times, scenario: str, order: npt.NDArray[np.intp]) -> list[list[Any]]:
    return [
        [
            pack_gains(
                times.today((profile, category))[order],
                times.of(scenario, (profile, category))[order],
            )
            for category in times.categories
        ]
        for profile in times.profiles
    ]
