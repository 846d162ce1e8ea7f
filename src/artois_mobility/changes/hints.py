"""Hints for whoever mistyped a word: the nearest of those that are known."""

import difflib
from collections.abc import Sequence


def suggest(found: str, known: Sequence[str], most: int = 8) -> str:
    """Name the nearest of the known words, or list the few that there are.

    Parameters
    ----------
    found
        What was written.
    known
        What is allowed.
    most
        How many to list when none is near.

    Returns
    -------
    hint
        A sentence with a space before it, or `""` when nothing is known.

    Examples
    --------
    >>> suggest("profile", ["profiles", "name"])
    ' Did you mean profiles?'
    >>> suggest("xyz", ["profiles", "name"])
    ' Allowed: profiles, name.'
    >>> suggest("xyz", [])
    ''
    """
    folded = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(found.casefold(), list(folded), n=3, cutoff=0.6)
    if near:
        return f" Did you mean {' or '.join(folded[each] for each in near)}?"
    if not known:
        return ""
    rest = f" and {len(known) - most} more" if len(known) > most else ""
    return f" Allowed: {', '.join(known[:most])}{rest}."
