"""What changes for one cell, in words."""

import math
from typing import TYPE_CHECKING, Final

from ..changes.notices import Notice, Value
from ..changes.sentences import Language
from ..changes.windows import describe_window
from .ends import CELL_REATTACHED, SITE_REATTACHED
from .roles import (
    CLOSED_AVOIDED,
    ELSEWHERE,
    LINE_LEFT,
    LINE_USED,
    LINK_USED,
    OPENED_USED,
    SITE_ADDED,
    SITE_MOVED,
    SITE_REMOVED,
    SPEED_USED,
    STOP_MOVED,
    Access,
)

if TYPE_CHECKING:
    from ..study.transit_questions import TransitQuestion

NOTICE_OF_ROLE: Final = {
    LINK_USED: "role_link_used",
    OPENED_USED: "role_opened_used",
    CLOSED_AVOIDED: "role_closed_avoided",
    SPEED_USED: "role_speed_used",
    SITE_ADDED: "role_site_added",
    SITE_MOVED: "role_site_moved",
    SITE_REMOVED: "role_site_removed",
    CELL_REATTACHED: "role_cell_reattached",
    SITE_REATTACHED: "role_site_reattached",
    LINE_USED: "role_line_used",
    LINE_LEFT: "role_line_left",
    STOP_MOVED: "role_stop_moved",
    ELSEWHERE: "role_elsewhere",
}


def say_finding(
    asked: tuple[str, str, str], before: Access, after: Access, language: Language
) -> str:
    """Say what changes for a cell.

    Parameters
    ----------
    asked
        The cell, and what profile and category are called.
    before, after
        Today's way to the nearest site, and the scenario's.
    language
        `"fr"` or `"en"`.

    Returns
    -------
    text
        One sentence.
    """
    had, has = bool(before.site), bool(after.site)
    cell, profile, category = asked
    values: dict[str, Value] = {
        "cell": cell,
        "profile": profile,
        "category": category,
        "site_before": before.name or before.site,
        "site_after": after.name or after.site,
        "before": write_minutes(before.minutes, language),
        "after": write_minutes(after.minutes, language),
        "minutes": write_minutes(abs(before.minutes - after.minutes), language),
    }
    if not (had and has):
        keys = {(False, True): "cell_newly_reaching", (True, False): "cell_no_longer_reaching"}
        return Notice(keys.get((had, has), "cell_without_access"), values).say(language)
    if is_same(before.minutes, after.minutes):
        return Notice("cell_unchanged", values).say(language)
    gains = after.minutes < before.minutes
    return Notice("cell_gained" if gains else "cell_lost", values).say(language)


def say_departures(
    asked: "TransitQuestion", before: Access, after: Access, language: Language
) -> str:
    """Say which departures the minutes by public transport stand for, and what one can count on.

    Parameters
    ----------
    asked
        The day and the window.
    before, after
        As in `say_finding`.
    language
        `"fr"` or `"en"`.

    Returns
    -------
    text
        Up to three sentences.
    """
    values = describe_window(asked.day, asked.window)
    told = [Notice("departures_told", values).say(language)]
    for key, access in (("sure_today", before), ("sure_then", after)):
        if not math.isnan(access.sure_min):
            minutes: dict[str, Value] = {"minutes": write_minutes(access.sure_min, language)}
            told.append(Notice(key, minutes).say(language))
    return " ".join(told)


def is_same(one: object, other: object) -> bool:
    """Tell whether minutes are the same; none is the same as none.

    Parameters
    ----------
    one, other
        Numbers, NaN for none.

    Returns
    -------
    is_same
        True for two NaN.

    Examples
    --------
    >>> is_same(math.nan, math.nan), is_same(1.0, math.nan)
    (True, False)
    """
    return bool(one == other or (one != one and other != other))  # noqa: PLR0124  NaN


def write_minutes(minutes: float, language: Language) -> str:
    """Write minutes with one digit.

    Parameters
    ----------
    minutes
        Any.
    language
        `"fr"` or `"en"`.

    Returns
    -------
    text
        With the language's decimal mark.

    Examples
    --------
    >>> write_minutes(4.25, "fr")
    '4,2'
    """
    text = f"{minutes:.1f}"
    return text.replace(".", ",") if language == "fr" else text
