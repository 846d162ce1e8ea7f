"""Whole numbers packed into short texts, so that a page with millions of them stays light."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from ..._types import Flags

# Seven bits of a number stand in one byte; its eighth bit says that more of the number follows.
BITS: Final = 7
MOST_BYTES: Final = 7
# A script counts in doubles, which are exact up to 53 bits.
LARGEST: Final = 2 ** (BITS * MOST_BYTES) - 1

Whole: TypeAlias = npt.NDArray[np.int64]


def pack(values: npt.ArrayLike) -> str:
    """Pack whole numbers into a text; small ones take least room.

    Parameters
    ----------
    values
        Whole numbers between -2**48 and 2**48, shape (n,).

    Returns
    -------
    text
        Base64 of one to seven bytes per number: the sign in the lowest bit, then seven bits a byte,
        the lowest first (as in Protocol Buffers).

    Raises
    ------
    OverflowError
        If a number is too large to be read back.

    References
    ----------
    https://protobuf.dev/programming-guides/encoding/#varints

    Examples
    --------
    >>> pack([0, -1, 1, 64])
    'AAECgAE='
    >>> pack([])
    ''
    """
    signed = np.asarray(values, dtype=np.int64).ravel()
    coded = np.where(signed < 0, -2 * signed - 1, 2 * signed)
    if (coded > LARGEST).any():
        msg = f"{np.abs(signed).max()} is too large to be packed; the largest is {LARGEST // 2}."
        raise OverflowError(msg)
    shifts = BITS * np.arange(MOST_BYTES)
    parts = coded[:, None] >> shifts
    is_used: Flags = (parts > 0) | (shifts == 0)
    has_more = np.column_stack([is_used[:, 1:], np.zeros(len(coded), np.bool_)])
    bytes_ = (parts & 0x7F) | (has_more << BITS)
    return base64.b64encode(bytes_[is_used].astype(np.uint8).tobytes()).decode()


def pack_steps(values: npt.ArrayLike) -> str:
    """Pack whole numbers as the steps from each to the next, which are small where they rise.

    Parameters
    ----------
    values
        Whole numbers, shape (n,).

    Returns
    -------
    text
        As `pack`; the first step is from nought.

    Examples
    --------
    >>> pack_steps([1000, 1001, 1001]) == pack([1000, 1, 0])
    True
    """
    whole = np.asarray(values, dtype=np.int64).ravel()
    return pack(np.diff(whole, prepend=0))


def scale(values: npt.ArrayLike, factor: float) -> Whole:
    """Count values in a smaller unit, to the nearest whole one.

    Parameters
    ----------
    values
        Any finite numbers.
    factor
        How many of the smaller unit make one.

    Returns
    -------
    whole
        In the smaller unit, of the shape of `values`.

    Examples
    --------
    >>> scale([0.25, 1.0], 100)
    array([ 25, 100])
    """
    return np.rint(np.asarray(values, dtype=np.float64) * factor).astype(np.int64)
