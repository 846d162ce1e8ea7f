"""A window of departures by public transport, as people read it."""

from datetime import date

from ..transit.model import Window
from .notices import Notice, Value


def describe_window(day: date, window: Window) -> dict[str, Value]:
    """Give the day and the hours of a window, for the braces of a text.

    Parameters
    ----------
    day
        On which people travel.
    window
        When journeys begin.

    Returns
    -------
    values
        `day`, `begin`, `end`.

    Examples
    --------
    >>> told = describe_window(date(2026, 11, 24), Window(begin_min=425, end_min=540))
    >>> told["begin"], told["end"], told["day"].say("fr"), told["day"].say("en")
    ('7:05', '9:00', '24/11/2026', '2026-11-24')
    """
    parts: dict[str, Value] = {
        "day": f"{day:%d}",
        "month": f"{day:%m}",
        "year": f"{day:%Y}",
    }
    return {
        "day": Notice("day_said", parts),
        "begin": _write_hour(window.begin_min),
        "end": _write_hour(window.end_min),
    }


def _write_hour(minute: float) -> str:
    return f"{int(minute) // 60}:{int(minute) % 60:02d}"
