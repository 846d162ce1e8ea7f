"""Numbers that jobs are given, numpy's too: read into those of JSON, or refused in words."""

import operator
from collections.abc import Sequence
from typing import SupportsIndex

import numpy as np

from ..errors import InputError


def read_whole(number: SupportsIndex, name: str) -> int:
    """Read a whole number.

    Parameters
    ----------
    number
        Whatever is given, numpy's too.
    name
        Of the argument.

    Returns
    -------
    number
        Ready for JSON.

    Raises
    ------
    InputError
        If it is no whole number.

    Examples
    --------
    >>> read_whole(np.int64(2), "k")
    2
    >>> read_whole("2", "k")
    Traceback (most recent call last):
    artois_mobility.errors.InputError: k is a whole number; found '2'.
    """
    try:
        return operator.index(number)
    except TypeError as error:
        msg = f"{name} is a whole number; found {number!r}."
        raise InputError(msg) from error


def read_size(block_size: int | None, usual: int) -> int:
    """Read how many origins a block has.

    Parameters
    ----------
    block_size
        What is asked for; None for the usual.
    usual
        How many that is.

    Returns
    -------
    size
        At least 1.

    Raises
    ------
    InputError
        If it is no whole number from 1 on.
    """
    if block_size is None:
        return usual
    size = read_whole(block_size, "block_size")
    if size < 1:
        msg = f"A block has at least 1 origin; found {size}."
        raise InputError(msg)
    return size


def read_minutes(minutes: Sequence[float]) -> list[float]:
    """Read a list of minutes.

    Parameters
    ----------
    minutes
        Numbers.

    Returns
    -------
    minutes
        Ready for JSON.

    Raises
    ------
    InputError
        If it is no list, or holds what is no number.

    Examples
    --------
    >>> read_minutes(np.array([10, 20])), read_minutes([])
    ([10.0, 20.0], [])
    """
    try:
        return [float(each) for each in minutes]
    except (TypeError, ValueError) as error:
        msg = f"minutes is a list of numbers, such as [10, 20]; found {minutes!r}."
        raise InputError(msg) from error


def read_thresholds(
    listed: Sequence[str], thresholds_min: Sequence[float] | float | None
) -> list[float] | float | None:
    """Read the minutes within which categories are to be reached.

    Parameters
    ----------
    listed
        The categories.
    thresholds_min
        One number of minutes, one for each category, or None for the usual.

    Returns
    -------
    thresholds_min
        Ready for JSON.

    Raises
    ------
    InputError
        If it is anything else.
    """
    from ..links.counting import bounds_of

    if thresholds_min is None:
        return None
    try:
        minutes = np.asarray(thresholds_min, np.float64)
    except (TypeError, ValueError) as error:
        msg = f"thresholds_min is a number of minutes, or a list of them; found {thresholds_min!r}."
        raise InputError(msg) from error
    bounds_of(listed, thresholds_min)
    numbers: list[float] | float = minutes.tolist()
    return numbers
