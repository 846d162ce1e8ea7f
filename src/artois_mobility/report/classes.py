"""Classes of minutes and their colours, told apart by lightness as well as by hue."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from .._types import Floats, Rows
    from .words import Words

# Upper bounds of the classes of access time, in minutes; the last class is open.
ACCESS_BOUNDS_MIN: Final = (5, 10, 15, 20, 30, 45)
# One colour for each class: lightness falls from the first to the last (92 to 14 in CIELAB),
# so that the order survives any colour vision and a grey print.
ACCESS_COLOURS: Final = (
    "#ffefa9",
    "#fdcb62",
    "#f89540",
    "#e25b3c",
    "#b52c52",
    "#711f57",
    "#2d1245",
)
# Bounds of the classes of difference on either side of "unchanged", in minutes.
CHANGE_BOUNDS_MIN: Final = (1, 2, 5, 10)
GAIN_COLOURS: Final = ("#aecfe8", "#79b4d9", "#2c7ab5", "#083a70")
LOSS_COLOURS: Final = ("#fbdcb4", "#f3a556", "#cc6410", "#783004")
UNCHANGED_COLOUR: Final = "#ffffff"
NOT_REACHED_COLOUR: Final = "#8b8b8b"
# Of who reaches a category in time: with a car and without; with one, or a bicycle; with a car
# alone; without one only; in no way.
REACH_COLOURS: Final = ("#8cc5e3", "#edae49", "#d1495b", "#2e4057", NOT_REACHED_COLOUR)
# Of whom a scenario brings from one to another: needs no car any more; needs one now; newly gets
# there; no longer does; needs no bicycle any more; needs one now; gets there by car too; no longer
# does while another way stays.
SWITCH_COLOURS: Final = (
    "#2c7ab5",
    "#d1495b",
    "#083a70",
    "#783004",
    "#79b4d9",
    "#f3a556",
    "#8cd4b0",
    "#6844d4",
)
CHANGE_COLOURS: Final = (*reversed(LOSS_COLOURS), UNCHANGED_COLOUR, *GAIN_COLOURS)

NOT_REACHED: Final = len(ACCESS_COLOURS)
UNCHANGED: Final = len(LOSS_COLOURS)


def access_classes(minutes: Floats) -> Rows:
    """Sort access times into classes.

    Parameters
    ----------
    minutes
        Access times, shape (c,); NaN where no site is reached.

    Returns
    -------
    class_of_cell
        From 0 (5 minutes or less) to 6 (more than 45), `NOT_REACHED` for NaN, shape (c,).

    Examples
    --------
    >>> access_classes(np.array([0.0, 5.0, 5.1, 60.0, np.nan]))
    array([0, 0, 1, 6, 7], dtype=int32)
    """
    classes = np.searchsorted(ACCESS_BOUNDS_MIN, minutes, side="left")
    return np.where(np.isnan(minutes), NOT_REACHED, classes).astype(np.int32)


def change_classes(minutes_gained: Floats) -> Rows:
    """Sort differences into classes around "unchanged".

    Parameters
    ----------
    minutes_gained
        Minutes gained, negative for minutes lost, shape (c,).

    Returns
    -------
    class_of_cell
        Place in `CHANGE_COLOURS`: 0 loses 10 minutes or more, 4 stays within a minute, 8 gains
        10 or more; NaN is unchanged, shape (c,).

    Examples
    --------
    >>> change_classes(np.array([-10.0, -1.0, -0.9, 0.0, 1.0, 2.0, 99.0, np.nan]))
    array([0, 3, 4, 4, 5, 6, 8, 4], dtype=int32)
    """
    gained = np.nan_to_num(minutes_gained, nan=0.0)
    steps = np.searchsorted(CHANGE_BOUNDS_MIN, np.abs(gained), side="right")
    return (UNCHANGED + np.sign(gained) * steps).astype(np.int32)


def access_labels(words: Words) -> list[str]:
    """Name the classes of access time.

    Parameters
    ----------
    words
        The catalogue.

    Returns
    -------
    labels
        One for each of `ACCESS_COLOURS`.

    Examples
    --------
    >>> from artois_mobility.report.words import read_words
    >>> access_labels(read_words("en"))[1]
    '5 to 10 min'
    """
    bounds = ACCESS_BOUNDS_MIN
    between = [
        words.say("map.between", {"least": least, "most": most}) for least, most in pairwise(bounds)
    ]
    first = words.say("map.at_most", {"minutes": bounds[0]})
    return [first, *between, words.say("map.more_than", {"minutes": bounds[-1]})]


def change_labels(words: Words) -> list[str]:
    """Name the classes of difference.

    Parameters
    ----------
    words
        The catalogue.

    Returns
    -------
    labels
        One for each of `CHANGE_COLOURS`.

    Examples
    --------
    >>> from artois_mobility.report.words import read_words
    >>> labels = change_labels(read_words("en"))
    >>> labels[3], labels[4], labels[8]
    ('loses 1 to 2 min', 'unchanged (within 1 min)', 'gains 10 min or more')
    """
    return [
        *reversed(_side_labels("loses", words)),
        words.say("map.unchanged", {"minutes": CHANGE_BOUNDS_MIN[0]}),
        *_side_labels("gains", words),
    ]


def _side_labels(side: str, words: Words) -> list[str]:
    bounds = CHANGE_BOUNDS_MIN
    texts = [
        words.say(f"map.{side}_between", {"least": least, "most": most})
        for least, most in pairwise(bounds)
    ]
    return [*texts, words.say(f"map.{side}_most", {"minutes": bounds[-1]})]
