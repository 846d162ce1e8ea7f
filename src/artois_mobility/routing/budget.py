"""How much memory a table may take, and what to do when it would take more."""

from typing import Final

import psutil

from ..errors import BudgetError

SHARE_OF_FREE: Final = 4
BYTES_PER_GIB: Final = 2**30


def memory_budget(budget_bytes: int | None) -> int:
    """Return how many bytes a result may take.

    Parameters
    ----------
    budget_bytes
        What the caller allows; None for a quarter of what is free now.

    Returns
    -------
    budget_bytes
        At least 1.

    Raises
    ------
    BudgetError
        If the caller allows less than one byte.

    Examples
    --------
    >>> memory_budget(1000)
    1000
    """
    if budget_bytes is None:
        return max(int(psutil.virtual_memory().available) // SHARE_OF_FREE, 1)
    if budget_bytes < 1:
        msg = f"A budget of memory is a number of bytes from 1 on; found {budget_bytes}."
        raise BudgetError(msg)
    return int(budget_bytes)


def check_budget(what: str, needed_bytes: int, budget_bytes: int | None, advice: str) -> None:
    """Refuse a table that would take more memory than it may.

    Parameters
    ----------
    what
        The table, as the message names it.
    needed_bytes
        What it takes.
    budget_bytes
        What the caller allows; None for a quarter of what is free now.
    advice
        What to do instead.

    Raises
    ------
    BudgetError
        If it takes more.

    Examples
    --------
    >>> check_budget("The table", 3 * 2**30, 2**30, "Ask for less.")
    Traceback (most recent call last):
        ...
    artois_mobility.errors.BudgetError: The table takes 3.0 GiB of memory; 1.0 GiB is allowed. \
Ask for less.
    """
    allowed_bytes = memory_budget(budget_bytes)
    if needed_bytes > allowed_bytes:
        why = " (a quarter of what is free)" if budget_bytes is None else ""
        msg = (
            f"{what} takes {needed_bytes / BYTES_PER_GIB:.1f} GiB of memory; "
            f"{allowed_bytes / BYTES_PER_GIB:.1f} GiB is allowed{why}. {advice}"
        )
        raise BudgetError(msg)
