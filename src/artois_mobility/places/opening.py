"""Which sites are open on a certain day and hour."""

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import numpy as np

from ..errors import PlacesError
from ..network.hours import is_timetable, opens_at

if TYPE_CHECKING:
    import geopandas as gpd

Unknown: TypeAlias = Literal["open", "closed"]

# A Monday without a public holiday, for hours asked by the day of the week.
SOME_MONDAY: Final = datetime(2026, 11, 16)
DAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")
WEEKLY: Final = re.compile(r"([A-Za-z]{2})[a-z]* +(\d{1,2}):(\d{2})")


def open_sites(
    sites: "gpd.GeoDataFrame", when: str | datetime, *, unknown: Unknown = "open"
) -> "gpd.GeoDataFrame":
    """Keep the sites that are open on a certain day and hour.

    Parameters
    ----------
    sites
        What `am.read_sites` returns; `opening_hours` as OpenStreetMap writes them.
    when
        A day of the week and an hour, `"Tu 19:00"` or `"Tuesday 19:00"`, in a week without public
        holidays; or a moment, `"2026-11-24 19:00"` or a datetime.
    unknown
        What sites are whose hours are missing or cannot be read: `"open"` or `"closed"`.

    Returns
    -------
    sites
        Those open, in their order. `attrs["hours"]` counts the sites `open`, `closed`, with
        `unknown` hours, and with `unreadable` ones.

    Raises
    ------
    PlacesError
        If `when` is no such moment, `unknown` is neither, or there are no opening hours at all.

    References
    ----------
    OpenStreetMap wiki: Key:opening_hours.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.points_from_xy([2.83, 2.84, 2.85], [50.42, 50.42, 50.42], crs=4326)
    >>> hours = ["Mo-Fr 08:00-18:00", "24/7", ""]
    >>> table = {"site": ["a", "b", "c"], "opening_hours": hours}
    >>> evening = open_sites(gpd.GeoDataFrame(table, geometry=points), "Tuesday 19:00")
    >>> evening["site"].tolist(), evening.attrs["hours"]
    (['b', 'c'], {'open': 1, 'closed': 1, 'unknown': 1, 'unreadable': 0})
    """
    if unknown not in get_args(Unknown):
        msg = f"unknown must be one of {', '.join(get_args(Unknown))}; found {unknown!r}."
        raise PlacesError(msg)
    if "opening_hours" not in sites:
        msg = (
            "The sites have no column 'opening_hours'; they have "
            f"{', '.join(map(str, sites.columns))}. Add it, or leave the hour out."
        )
        raise PlacesError(msg)
    moment = _read_moment(when)
    hours = sites["opening_hours"].fillna("").astype(str).str.strip().to_numpy(object)
    is_given = hours != ""
    is_known = np.array([is_timetable(each) for each in hours], np.bool_)
    is_open = np.array(
        [
            known and opens_at(each, moment) == moment
            for each, known in zip(hours, is_known, strict=True)
        ],
        np.bool_,
    )
    kept = sites[is_open | (~is_known & (unknown == "open"))].copy()
    kept.attrs = {
        **sites.attrs,
        "hours": {
            "open": int(is_open.sum()),
            "closed": int((is_known & ~is_open).sum()),
            "unknown": int((~is_given).sum()),
            "unreadable": int((is_given & ~is_known).sum()),
        },
    }
    return kept


def _read_moment(when: str | datetime) -> datetime:
    if isinstance(when, datetime):
        return when
    weekly = WEEKLY.fullmatch(when.strip())
    if weekly:
        day, hour, minute = weekly[1].lower(), int(weekly[2]), int(weekly[3])
        if day in DAYS and hour < 24 and minute < 60:
            return SOME_MONDAY + timedelta(days=DAYS.index(day), hours=hour, minutes=minute)
    try:
        return datetime.fromisoformat(when.strip())
    except ValueError as error:
        msg = (
            f"A moment is a day of the week and an hour, such as 'Tu 19:00', or a date and an "
            f"hour, such as '2026-11-24 19:00'; found {when!r}."
        )
        raise PlacesError(msg) from error
