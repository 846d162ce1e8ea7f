"""Whose timetable a feed is, and for which days it speaks."""

from typing import Final

import numpy as np
import pandas as pd

from .columns import Days, column, days_of

# Publisher of the made-up timetable that comes with the library.
SCHEMATIC_PUBLISHER: Final = "artois_mobility schematic"
# Columns of `Feed.sources`.
COLUMNS: Final = ("feed", "publisher", "agencies", "first", "last", "is_schematic")
MOST_AGENCIES: Final = 3


def take_sources(
    tables: dict[str, pd.DataFrame], feed: str, calendar: pd.DataFrame, exceptions: pd.DataFrame
) -> pd.DataFrame:
    """Read who publishes a feed, who runs its vehicles, and from when to when.

    Parameters
    ----------
    tables
        The feed's, `feed_info` and `agency` among them where it has them.
    feed
        Its name.
    calendar, exceptions
        As in `Feed`.

    Returns
    -------
    sources
        One row: `feed`, `publisher` (`""` where it does not say), `agencies` (names, the first
        few), `first` and `last` day (what the feed says of itself, else of its calendars),
        `is_schematic` (made up, not to be cited).
    """
    none = pd.DataFrame()
    info, agency = tables.get("feed_info", none), tables.get("agency", none)
    names = list(dict.fromkeys(each for each in column(agency, "agency_name") if each))
    publisher = next((str(each) for each in column(info, "feed_publisher_name") if each), "")
    first = _day(days_of(column(info, "feed_start_date")), calendar["first"], exceptions, "min")
    last = _day(days_of(column(info, "feed_end_date")), calendar["last"], exceptions, "max")
    rest = f" +{len(names) - MOST_AGENCIES}" if len(names) > MOST_AGENCIES else ""
    agencies = ", ".join(names[:MOST_AGENCIES]) + rest
    is_schematic = publisher.startswith(SCHEMATIC_PUBLISHER)
    values = feed, publisher, agencies, first, last, is_schematic
    return pd.DataFrame([values], columns=list(COLUMNS))


def _day(
    told: Days, of_calendar: "pd.Series[pd.Timestamp]", exceptions: pd.DataFrame, which: str
) -> pd.Timestamp:
    """Take what the feed says of itself, else the outermost day of its calendars."""
    known = told[~np.isnat(told)]
    if known.size:
        return pd.Timestamp(known[0])
    added = exceptions.loc[exceptions["is_added"].to_numpy(np.bool_), "day"]
    days = pd.concat([pd.to_datetime(of_calendar), pd.to_datetime(added)])
    return pd.Timestamp(days.agg(which))
