"""The tree of categories that sites belong to: reading it, naming it, walking it."""

import difflib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ..errors import PlacesError
from .category_table import Categories, Category, parse_table

ALL_BELOW: Final = "/*"
# What `use_categories` was told last; empty for the library's own.
_in_use: list[Categories] = []


def read_categories(path: str | Path | None = None) -> Categories:
    """Read the tree of categories: the one that comes with the library, and rows of your own.

    Parameters
    ----------
    path
        A TOML file in the form of the library's own `places/categories.toml`. Its rows replace
        those with the same key and add the others. None reads the library's rows alone.

    Returns
    -------
    categories
        Parents stand before their children.

    Raises
    ------
    PlacesError
        If the file is missing, no TOML, or has faulty rows; all its problems are listed.

    Examples
    --------
    >>> read_categories().of_key["care/hospital"].label["fr"]
    'Hôpital (médecine, chirurgie, obstétrique)'
    >>> read_categories().of_key["care/maternity"].threshold_min
    45.0
    >>> read_categories("nowhere.toml")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: There is no category file nowhere.toml.
    """
    shipped = _shipped_categories()
    if path is None:
        return shipped
    path = Path(path)
    if not path.is_file():
        msg = f"There is no category file {path}."
        raise PlacesError(msg)
    own = parse_table(path.read_bytes(), str(path), shipped.of_key)
    merged = {**shipped.of_key, **own.of_key}
    passed_over = tuple(dict.fromkeys(shipped.bpe_passed_over + own.bpe_passed_over))
    return Categories(MappingProxyType(merged), passed_over)


def use_categories(table: str | Path | Categories | None = None) -> Categories:
    """Let every function of this process know the categories of a file of your own.

    Parameters
    ----------
    table
        A file, as in `read_categories`, or what that returns. None goes back to the library's own.

    Returns
    -------
    categories
        Those in use from now on.

    Raises
    ------
    PlacesError
        If the file is missing or faulty.

    Examples
    --------
    >>> len(use_categories().of_key) == len(read_categories().of_key)
    True
    >>> use_categories("nowhere.toml")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: There is no category file nowhere.toml.
    """
    chosen = table if isinstance(table, Categories) else read_categories(table)
    _in_use[:] = [chosen]
    return chosen


def categories_in_use() -> Categories:
    """Give the categories that functions know.

    Returns
    -------
    categories
        Those of `use_categories`, else the library's own.

    Examples
    --------
    >>> "care/hospital" in categories_in_use().of_key
    True
    """
    return _in_use[0] if _in_use else _shipped_categories()


def find_category(key: str, categories: Categories | None = None) -> Category:
    """Find one category by its key.

    Parameters
    ----------
    key
        Such as `care/hospital`.
    categories
        The table to look in; the one in use when None.

    Returns
    -------
    category
        Its row.

    Raises
    ------
    PlacesError
        If there is no such category; the message names the nearest key.

    Examples
    --------
    >>> find_category("care/pharmacy").bpe
    ('D307', 'D301')
    >>> find_category("care/hotel")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: Unknown category 'care/hotel'; did you mean 'care/hospital'?
    """
    of_key = (categories or categories_in_use()).of_key
    if key not in of_key:
        raise PlacesError(describe_unknown(key, of_key))
    return of_key[key]


def label(category: str, language: str = "fr") -> str:
    """Give the name of a category that people read.

    Parameters
    ----------
    category
        Key of a category.
    language
        `"fr"` or `"en"`.

    Returns
    -------
    label
        Without markup.

    Raises
    ------
    PlacesError
        If there is no such category or language.

    Examples
    --------
    >>> label("care/hospital", "en")
    'General hospital'
    """
    names = find_category(category).label
    if language not in names:
        msg = f"Labels are in {' and '.join(names)}; found language {language!r}."
        raise PlacesError(msg)
    return names[language]


def is_below(category: str, parent: str) -> bool:
    """Tell whether a category is another one or stands below it in the tree.

    Parameters
    ----------
    category
        Key of a category.
    parent
        Key of the one it may be below.

    Returns
    -------
    is_below
        True for a category and itself.

    Examples
    --------
    >>> is_below("care/hospital", "care"), is_below("care", "care")
    (True, True)
    >>> is_below("care", "care/hospital"), is_below("careful", "care")
    (False, False)
    """
    return category == parent or category.startswith(parent + "/")


def expand(category: str, categories: Categories | None = None) -> tuple[str, ...]:
    """List the categories that an entry of a study's list stands for.

    Parameters
    ----------
    category
        A key, which stands for the nearest of all below it; a key and `/*`, which lists each
        direct child; or `*`, which lists the roots of the tree.
    categories
        The table to look in; the one in use when None.

    Returns
    -------
    keys
        In the order of the table.

    Raises
    ------
    PlacesError
        If there is no such category, or nothing below it.

    Examples
    --------
    >>> expand("care")
    ('care',)
    >>> expand("transport/*")
    ('transport/quay', 'transport/marina')
    >>> expand("culture/cinema/*")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: There is no category below 'culture/cinema'; list it itself.
    """
    of_key = (categories or categories_in_use()).of_key
    if category == "*":
        return tuple(key for key in of_key if "/" not in key)
    parent = category.removesuffix(ALL_BELOW)
    find_category(parent, categories)
    if parent == category:
        return (category,)
    children = tuple(key for key in of_key if key.rpartition("/")[0] == parent)
    if not children:
        msg = f"There is no category below {parent!r}; list it itself."
        raise PlacesError(msg)
    return children


def keep_below(keys: Sequence[str], categories: Categories | None = None) -> tuple[str, ...]:
    """List every category of the table that is one of some others or stands below one.

    Parameters
    ----------
    keys
        Entries as in `expand`.
    categories
        The table to look in; the one in use when None.

    Returns
    -------
    keys
        In the order of the table.

    Raises
    ------
    PlacesError
        If one of them does not exist.

    Examples
    --------
    >>> keep_below(["transport"])
    ('transport', 'transport/quay', 'transport/marina')
    >>> keep_below([])
    ()
    """
    table = categories or categories_in_use()
    parents = [parent for key in keys for parent in expand(key, table)]
    return tuple(key for key in table.of_key if any(is_below(key, each) for each in parents))


def describe_unknown(key: str, of_key: Mapping[str, Category]) -> str:
    """Say that a category does not exist, and which was probably meant.

    Parameters
    ----------
    key
        What was found.
    of_key
        The categories there are.

    Returns
    -------
    sentence
        Names the nearest key, or the roots of the tree where none is near.
    """
    by_last = {each.rpartition("/")[2]: each for each in of_key}
    near = difflib.get_close_matches(key, of_key, n=1, cutoff=0.6)
    near = near or [
        by_last[last]
        for last in difflib.get_close_matches(key.rpartition("/")[2], by_last, n=1, cutoff=0.7)
    ]
    if near:
        return f"Unknown category {key!r}; did you mean {near[0]!r}?"
    roots = ", ".join(each for each in of_key if "/" not in each)
    return f"Unknown category {key!r}; categories are those below {roots}."


@cache
def _shipped_categories() -> Categories:
    data = resources.files(__package__).joinpath("categories.toml").read_bytes()
    return parse_table(data, "categories.toml", {})
