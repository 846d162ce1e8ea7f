"""How far modelled minutes lie from observed ones, in a few figures."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from .._types import Flags, Floats
from ..transit.naming import TRANSIT

# Names of the classes of length, and the kilometres at which each begins.
KM_OF_CLASS: Final[Mapping[str, float]] = {"0-5": 0.0, "5-15": 5.0, "15+": 15.0}
# A ratio to less than this says nothing of the speed.
LEAST_MIN: Final = 0.1
FIGURE_COLUMNS: Final = (
    "bias", "mean_bias", "median_difference", "p90_difference", "share_within_10",
    "share_within_20", "factor", "speed_factor",
)  # fmt: skip


def compute_figures(trips: pd.DataFrame) -> pd.DataFrame:
    """Sum up how far modelled minutes lie from observed ones.

    Parameters
    ----------
    trips
        With the columns of `Validation.trips`.

    Returns
    -------
    figures
        As `Validation.figures`, each class of length after its whole; a trip counts in the class
        of its way in the model, so one without a way in none.
    """
    bounds_km = [*KM_OF_CLASS.values(), np.inf]
    km_class = pd.cut(trips["km"], bounds_km, right=False, labels=list(KM_OF_CLASS))
    rows = []
    for profile in ("", *dict.fromkeys(trips["profile"])):
        is_by = np.full(len(trips), profile == "") | (trips["profile"] == profile).to_numpy()
        for name in ("", *KM_OF_CLASS):
            is_in: Flags = is_by & ((km_class == name).to_numpy() | (name == ""))
            rows.append({"profile": profile, "km_class": name, **_summarize(trips[is_in])})
    return pd.DataFrame(rows)


def _summarize(table: pd.DataFrame) -> dict[str, float]:
    compared = table[table["modelled_min"].notna()]
    counts = {"trips": len(table), "compared": len(compared)}
    if compared.empty:
        return {**counts, **dict.fromkeys(FIGURE_COLUMNS, np.nan)}
    relative = compared["relative_difference"].to_numpy(np.float64)
    size = np.abs(relative)
    delay_min = compared[["waiting_s", "turn_s", "walk_s"]].to_numpy().sum(axis=1) / 60
    observed_min, modelled_min = (
        compared[name].to_numpy(np.float64) for name in ("observed_min", "modelled_min")
    )
    # no profile of one's own makes a timetable quicker
    is_driven = (compared["profile"] != TRANSIT).to_numpy(np.bool_)
    figures = (
        np.median(relative),
        relative.mean(),
        np.median(size),
        np.quantile(size, 0.9),
        (size <= 0.10).mean(),
        (size <= 0.20).mean(),
        _median_ratio(observed_min[is_driven], modelled_min[is_driven]),
        _median_ratio((observed_min - delay_min)[is_driven], (modelled_min - delay_min)[is_driven]),
    )
    named = zip(FIGURE_COLUMNS, map(float, figures), strict=True)
    return {**counts, **dict(named)}


def _median_ratio(observed_min: Floats, modelled_min: Floats) -> float:
    """Divide where the model takes long enough to divide by; NaN where it never does."""
    is_above = modelled_min >= LEAST_MIN
    ratios = observed_min[is_above] / modelled_min[is_above]
    return float(np.median(ratios)) if ratios.size else np.nan
