"""Whole numbers packed into short texts, so that a page with millions of them stays light."""

from __future__ import annotations

import base64
import itertools
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
    bytes_, _ = _code(np.asarray(values, dtype=np.int64).ravel())
    return base64.b64encode(bytes_.tobytes()).decode()


def pack_each(values: npt.ArrayLike, first: npt.ArrayLike) -> list[str]:
    """Pack many lists of whole numbers, each into a text of its own.

    Parameters
    ----------
    values
        The numbers of all lists, one list after the other, shape (n,).
    first
        Numbers of list `i` are `first[i]` to `first[i + 1] - 1`, shape (l + 1,).

    Returns
    -------
    texts
        Each as `pack`.

    Raises
    ------
    OverflowError
        If a number is too large to be read back.

    Examples
    --------
    >>> pack_each([0, -1, 1, 64], [0, 2, 4]) == [pack([0, -1]), pack([1, 64])]
    True
    >>> pack_each([], [0])
    []
    """
    bytes_, byte_count = _code(np.asarray(values, dtype=np.int64).ravel())
    first_byte = np.concatenate([[0], np.cumsum(byte_count)])[np.asarray(first, dtype=np.int64)]
    raw, bounds = bytes_.tobytes(), first_byte.tolist()
    return [base64.b64encode(raw[begin:end]).decode() for begin, end in itertools.pairwise(bounds)]


def _code(signed: Whole) -> tuple[npt.NDArray[np.uint8], Whole]:
    """Code numbers as bytes, one after the other, and count the bytes of each."""
    coded = np.where(signed < 0, -2 * signed - 1, 2 * signed)
    if (coded > LARGEST).any():
        msg = f"{np.abs(signed).max()} is too large to be packed; the largest is {LARGEST // 2}."
        raise OverflowError(msg)
    shifts = BITS * np.arange(MOST_BYTES)
    parts = coded[:, None] >> shifts
    is_used: Flags = (parts > 0) | (shifts == 0)
    has_more = np.column_stack([is_used[:, 1:], np.zeros(len(coded), np.bool_)])
    bytes_ = (parts & 0x7F) | (has_more << BITS)
    return bytes_[is_used].astype(np.uint8), np.count_nonzero(is_used, axis=1)


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
