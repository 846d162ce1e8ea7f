"""The last way home: until when one can stay at a site and still get home by public transport."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from .._types import MS_PER_MIN, UNREACHED_MS, Floats, Milliseconds
from ..changes.timetable_fields import write_clock
from ..errors import TransitError
from ..places.attachments import Attachments
from ..routing.ends import minutes_of
from ..transit.model import ARRIVAL, Transit, Window
from .by_transit import ask_transit
from .nearest import NO_ROUTE

if TYPE_CHECKING:
    import geopandas as gpd

# Two o'clock: where a timetable's day ends for those who were out.
HOME_BY_MIN: Final = 26.0 * 60
LONGEST_MIN: Final = 24.0 * 60
NO_WAY_HOME: Final = "no public transport leaves any site of this category and is home in time"


def last_way_home(
    transit: Transit,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    *,
    categories: Sequence[str] | None = None,
    home_by_min: float = HOME_BY_MIN,
    attachments: tuple[Attachments, Attachments] | None = None,
) -> pd.DataFrame:
    """Find the last departure from a site of each category that still brings everybody home.

    However long one waits on the way; walking all the way is told beside it and never counts.

    Parameters
    ----------
    transit
        What `am.build_transit` returns; of its window only `most_trips` and `longest_walk_min`
        count.
    residents
        What `am.read_residents` returns, p cells.
    sites
        What `am.read_sites` returns.
    categories
        As in `am.access_times`.
    home_by_min
        Minute of the day, above 1440 after midnight, by which one has to be at home.
    attachments
        Those of the residents and of the sites on `transit.network`, when already made.

    Returns
    -------
    last
        `cell`, `category`, `site` (the one that one can leave last), `leave_min` (minute of the
        day; NaN where nothing brings one home), `leave` (such as `"19:52"`, `""` for none),
        `walk_min` (all the way on foot from the nearest site; NaN for no way), `reason`.

    Raises
    ------
    PlacesError
        If a category is not one of those allowed, or a cell stands twice.
    TransitError
        If `home_by_min` is no minute of the day.
    """
    if not 0 < home_by_min < 2 * LONGEST_MIN:
        msg = f"home_by_min is {home_by_min:g}; allowed are minutes of the day, up to 2880."
        raise TransitError(msg)
    window = Window(
        home_by_min,
        home_by_min + 1,
        1,
        transit.window.most_trips,
        transit.window.longest_walk_min,
        LONGEST_MIN,
        ARRIVAL,
    )
    asked = replace(transit, window=window)
    question = ask_transit(asked, residents, sites, (categories, "from_site"), attachments)
    on_foot = [direct for _, direct in question.walks]
    never = [(stops, np.full_like(direct, UNREACHED_MS)) for stops, direct in question.walks]
    found = replace(question, walks=never).find_nearest()
    told = question.tabulate(found, 1)
    leave_ms = np.concatenate([_leave(ms[:, 0], home_by_min) for _, ms in found])
    return told[["cell", "category", "site"]].assign(
        leave_min=leave_ms / MS_PER_MIN,
        leave=[_clock(each) for each in leave_ms.tolist()],
        walk_min=minutes_of(np.concatenate(on_foot)),
        reason=told["reason"].cat.rename_categories({NO_ROUTE: NO_WAY_HOME}),
    )


def _leave(time_ms: Milliseconds, home_by_min: float) -> Floats:
    return np.where(time_ms < UNREACHED_MS, home_by_min * MS_PER_MIN - time_ms, np.nan)


def _clock(leave_ms: float) -> str:
    """Write a moment as hours and whole minutes, so that one who leaves then is not late."""
    if np.isnan(leave_ms):
        return ""
    return write_clock(leave_ms // MS_PER_MIN * 60)
