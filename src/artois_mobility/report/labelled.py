"""Tables as people read them: names beside the keys, codes under the names of INSEE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from .labels import category_label, profile_label, situation_names
from .names import ascii_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..study.results import Comparison
    from .words import Words

# Columns that every French file has under these names.
KNOWN_NAMES: Final = ("insee_com", "siren_epci", "code_iris", "mention")
COMMUNE: Final = "commune"
EPCI: Final = "epci"
GROUP: Final = "group"


def label_table(table: pd.DataFrame, result: Comparison, words: Words) -> pd.DataFrame:
    """Put names beside the keys of a table of zones or groups.

    Parameters
    ----------
    table
        With `scenario`, `profile`, `category`, `scope`, and `code` or `group`.
    result
        The comparison.
    words
        The catalogue.

    Returns
    -------
    table
        With `scenario_name`, `profile_label`, `category_label` and `scope_label` behind the keys;
        `insee_com` and `siren_epci` in place of `code`, `siren_epci` and `epci_name` of `group`.
    """
    names = situation_names(result, words)
    labels: dict[str, tuple[str, Callable[[str], str]]] = {
        "scenario": ("scenario_name", names.__getitem__),
        "profile": ("profile_label", lambda key: profile_label(result.networks, key, words)),
        "category": ("category_label", lambda key: category_label(key, words)),
        "scope": ("scope_label", lambda key: words.say(f"scopes.{key}")),
    }
    columns: dict[str, pd.Series[Any]] = {}
    for name in table.columns:
        if name in {"code", "group"}:
            columns |= _zones(table, result)
            continue
        columns[name] = table[name]
        if name in labels:
            label, say = labels[name]
            columns[label] = _told(table[name], say)
    return pd.DataFrame(columns)


def french_names(table: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Give the columns of a table the names that a French reader expects.

    Parameters
    ----------
    table
        Any table whose columns the data dictionary tells.
    words
        The catalogue.

    Returns
    -------
    table
        Columns called as the dictionary labels them, in lower-case ASCII; those that INSEE names
        keep their names.

    Examples
    --------
    >>> from artois_mobility.report.words import read_words
    >>> table = pd.DataFrame({"insee_com": ["62498"], "within_10_after": [3]})
    >>> french_names(table, read_words("fr")).columns.tolist()
    ['insee_com', 'habitants_a_10_min_ou_moins_apres']
    """
    from .dictionary import describe_columns

    entries = describe_columns(dict(table.dtypes), words)
    names = {
        name: ascii_name(entry.label) for name, entry in entries.items() if name not in KNOWN_NAMES
    }
    return table.rename(columns=names)


def _zones(table: pd.DataFrame, result: Comparison) -> dict[str, pd.Series[Any]]:
    """Tell communes from agglomerations by the names of their codes."""
    scope = table["scope"].astype(object)
    if GROUP in table:
        siren = table[GROUP].astype(object).where(scope == GROUP)
        named = result.communes.drop_duplicates("epci").set_index("epci")["epci_name"]
        return {"siren_epci": siren, "epci_name": siren.map(dict(named))}
    code = table["code"].astype(object)
    epci_of: Mapping[str, Any] = dict(result.communes.set_index("insee")["epci"])
    siren = code.where(scope == EPCI, code.map(epci_of).where(scope == COMMUNE))
    return {"insee_com": code.where(scope == COMMUNE), "siren_epci": siren}


def _told(keys: pd.Series[Any], say: Callable[[str], str]) -> pd.Series[Any]:
    """Say each key once, however long the column."""
    codes, uniques = pd.factorize(keys.astype(object))
    told = np.array([say(str(key)) for key in uniques], object)
    return pd.Series(told[codes], index=keys.index)
