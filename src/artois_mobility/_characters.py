"""Characters that no text is made of: they command a terminal, and XML does not allow them."""

import re
from typing import Final

# Controls (C0 but tabulator and line end, DEL, C1), halves of pairs, and what is no character.
# XML 1.0, section 2.2, allows none of the first kind below 32; ECMA-48 has what terminals do.
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    r"""Take from a text the characters that are no text.

    Parameters
    ----------
    text
        Whatever stood in a file, or came from a server.

    Returns
    -------
    text
        Without controls; tabulators and line ends stay.

    Examples
    --------
    >>> printable("a\x1b[31mb\tc\n")
    'a[31mb\tc\n'
    """
    return _NO_TEXT.sub("", text)


def find_unprintable(text: str) -> str | None:
    r"""Find the first character in a text that is no text.

    Parameters
    ----------
    text
        Any.

    Returns
    -------
    code
        As Unicode writes it; None where there is no such character.

    Examples
    --------
    >>> find_unprintable("a\x1b[31mb"), find_unprintable("Béthune\n")
    ('U+001B', None)
    """
    found = _NO_TEXT.search(text)
    return None if found is None else f"U+{ord(found[0]):04X}"
