"""On which days a trip runs."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from .._types import Flags
from .feed_tables import WEEKDAYS
from .feeds import Feed


def runs_on(feed: Feed, day: date) -> Flags:
    """Tell which trips begin on a day of service.

    Parameters
    ----------
    feed
        What `read_gtfs` returns, of t trips.
    day
        The day of service; a trip after midnight belongs to the day before.

    Returns
    -------
    is_running
        Shape (t,).
    """
    is_running: Flags = feed.trips["service"].isin(_services_on(feed, day)).to_numpy(np.bool_)
    return is_running


def count_runs(feed: Feed, day: date) -> int:
    """Count the trips of a day of service, those by headway written out.

    Parameters
    ----------
    feed
        What `read_gtfs` returns.
    day
        The day of service.

    Returns
    -------
    count
        How often something leaves its first stop.
    """
    is_running = runs_on(feed, day)
    spans = feed.frequencies[is_running[feed.frequencies["trip"].to_numpy(np.int64)]]
    by_headway = np.ceil((spans["end_s"] - spans["begin_s"]) / spans["headway_s"]).sum()
    return int(is_running.sum()) - int(spans["trip"].nunique()) + int(by_headway)


def feeds_of_other_days(feed: Feed, day: date) -> list[str]:
    """Name the feeds that do not speak for a day.

    Parameters
    ----------
    feed
        What `read_gtfs` returns, of one feed or several.
    day
        The day of service.

    Returns
    -------
    names
        Of those that are valid before or after it only.
    """
    sources = feed.sources
    speaks = (sources["first"].dt.date <= day) & (day <= sources["last"].dt.date)
    return [str(name) for name in sources.loc[~speaks.to_numpy(np.bool_), "feed"]]


def count_unusable(feed: Feed, day: date) -> int:
    """Count the trips of a day of service that are left out because they cannot be used.

    Parameters
    ----------
    feed
        What `read_gtfs` returns.
    day
        The day of service.

    Returns
    -------
    count
        They would come on top of those that run.
    """
    return int(feed.unusable["service"].isin(_services_on(feed, day)).sum())


def _services_on(feed: Feed, day: date) -> set[str]:
    calendar, exceptions = feed.calendar, feed.exceptions
    at = np.datetime64(day)
    in_force = (calendar["first"] <= at) & (calendar["last"] >= at)
    running = set(calendar.loc[in_force & calendar[WEEKDAYS[day.weekday()]], "service"])
    today = exceptions[(exceptions["day"] == at).to_numpy(np.bool_)]
    is_added = today["is_added"].to_numpy(np.bool_)
    running |= set(today.loc[is_added, "service"])
    return running - set(today.loc[~is_added, "service"])


def day_length_s(day: date, days: int, timezone: str) -> int:
    """Tell how far the clock of another day of service is ahead of that of a day, in seconds.

    Times of GTFS count from noon minus twelve hours, so that clocks that change at night move
    no trip: the day before may begin 23 or 25 hours earlier.

    Parameters
    ----------
    day
        The day.
    days
        How many days later the other one is.
    timezone
        Such as `"Europe/Paris"`; `""` for days of 24 hours.

    Returns
    -------
    seconds
        Negative for a day before.

    Examples
    --------
    >>> day_length_s(date(2025, 3, 31), -1, "Europe/Paris") / 3600
    -24.0
    >>> day_length_s(date(2025, 3, 30), -1, "Europe/Paris") / 3600
    -23.0
    >>> day_length_s(date(2025, 3, 30), 1, "") / 3600
    24.0
    """
    if not timezone:
        return days * 86_400
    noon = [
        datetime(each.year, each.month, each.day, 12, tzinfo=ZoneInfo(timezone)).timestamp()
        for each in (day, day + timedelta(days=days))
    ]
    return round(noon[1] - noon[0])
