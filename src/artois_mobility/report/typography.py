"""Letters as print has them, whatever a keyboard typed."""

from __future__ import annotations

import re
from typing import Final

APOSTROPHE: Final = "\u2019"
_TYPED: Final = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")


def curl(text: str) -> str:
    """Write the apostrophes between letters as print does.

    Parameters
    ----------
    text
        Words as people typed them.

    Returns
    -------
    text
        The same with a typographic apostrophe wherever a straight one stood between two letters.

    Examples
    --------
    >>> curl("Artois, aujourd'hui : l'h\u00f4pital")
    'Artois, aujourd\u2019hui : l\u2019h\u00f4pital'
    >>> curl("5' 30, 'as typed'")
    "5' 30, 'as typed'"
    """
    return _TYPED.sub(APOSTROPHE, text)
