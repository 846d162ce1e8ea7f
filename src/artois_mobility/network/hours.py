"""Opening hours as OpenStreetMap writes them."""

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from opening_hours import OpeningHours

# What has not opened by then is taken for closed for good.
LONGEST_WAIT: Final = timedelta(days=400)


def is_timetable(text: str) -> bool:
    """Tell whether opening hours can be read.

    Parameters
    ----------
    text
        Value of `opening_hours`.

    Returns
    -------
    is_timetable
        False for what is no such value.

    References
    ----------
    OpenStreetMap wiki: Key:opening_hours, Key:opening_hours/specification.

    Examples
    --------
    >>> is_timetable("Mo-Sa 07:00-19:00; Su off"), is_timetable("on demand")
    (True, False)
    """
    from opening_hours import validate

    return bool(text) and validate(text)


def opens_at(text: str, moment: datetime) -> datetime | None:
    """Find when something is open, from a moment on.

    Parameters
    ----------
    text
        Value of `opening_hours` that `is_timetable` accepts; local time.
    moment
        From when on, without a time zone.

    Returns
    -------
    opening
        The moment itself while it is open; None where it does not open within 400 days.

    Examples
    --------
    >>> opens_at("Mo-Sa 07:00-19:00", datetime(2026, 11, 21, 19, 30))
    datetime.datetime(2026, 11, 23, 7, 0)
    >>> opens_at("2025", datetime(2026, 11, 21)) is None
    True
    """
    timetable = _timetable(text)
    opening: datetime | None = moment
    while opening is not None and not timetable.is_open(opening):
        opening = timetable.next_change(opening)
        if opening is not None and opening - moment > LONGEST_WAIT:
            return None
    return opening


@cache
def _timetable(text: str) -> "OpeningHours":
    from opening_hours import OpeningHours

    return OpeningHours(text)
