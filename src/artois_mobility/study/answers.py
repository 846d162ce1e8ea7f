"""What was found for one profile of one situation, as arrays; and the table of all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import UNREACHED_MS, Flags, Milliseconds, Rows
from ..access.edges import MARKS
from ..access.nearest import NO_ROUTE, NO_SUCH_SITE, qualities_of
from ..routing.ends import minutes_of

if TYPE_CHECKING:
    import geopandas as gpd

Texts: TypeAlias = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class SiteNames:
    """What sites are called, s of them, and `""` behind the last one for none.

    Attributes
    ----------
    site, quality
        Id of each, and how well its position is known, shape (s + 1,).
    """

    site: Texts
    quality: Texts


@dataclass(frozen=True, slots=True, eq=False)
class Reasons:
    """Why cells reach nothing, p of them.

    Attributes
    ----------
    text
        Reasons, the first `""`, the second that no way leads there, the third that there is no
        such site.
    code
        Reason of each cell, 1 where it hangs on a street, shape (p,).
    """

    text: Texts
    code: Rows


def name_reasons(reason_of_place: Texts) -> Reasons:
    """Take reasons of attachments for those of cells that reach nothing.

    Parameters
    ----------
    reason_of_place
        As in `Attachments`.

    Returns
    -------
    reasons
        Of the same cells.

    Examples
    --------
    >>> name_reasons(np.array(["", "no street within 300 m"], object)).code
    array([1, 3], dtype=int32)
    """
    given = np.where(reason_of_place == "", NO_ROUTE, reason_of_place)
    code, text = pd.factorize(np.concatenate([["", NO_ROUTE, NO_SUCH_SITE], given]))
    return Reasons(text.astype(object), code[3:].astype(np.int32))


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The nearest sites of p cells in c categories for one profile, in one situation.

    Attributes
    ----------
    categories
        Which categories, c.
    names
        What the sites are called.
    site
        Number of each site in `names`, its last one for none, shape (c, p, k).
    time_ms
        The time, `UNREACHED_MS` for none, shape (c, p, k).
    edge_ms
        Time of each cell to where the extract ends, shape (p,).
    reasons
        Why cells reach nothing.
    is_empty
        Whether there is no site of a category, shape (c,).
    """

    categories: tuple[str, ...]
    names: SiteNames
    site: Rows
    time_ms: Milliseconds
    edge_ms: Milliseconds
    reasons: Reasons
    is_empty: Flags


def name_sites(sites: "gpd.GeoDataFrame") -> SiteNames:
    """List the names of sites.

    Parameters
    ----------
    sites
        What `read_sites` returns.

    Returns
    -------
    names
        Numbered as the rows.
    """
    return SiteNames(
        np.append(sites["site"].astype(str).to_numpy(object), ""),
        np.append(qualities_of(sites), ""),
    )


_MARKS: Final = np.array(MARKS, object)

AnswerOf: TypeAlias = Mapping[tuple[str, str], Answer]


def tabulate_answers(
    found: AnswerOf,
    keys: Sequence[str],
    profiles: Sequence[str],
    categories: Sequence[str],
    cells: Texts,
) -> pd.DataFrame:
    """Put the answers of all situations one below the other.

    Parameters
    ----------
    found
        By scenario and profile; what a scenario lacks is that of the first one, which has all.
    keys, profiles, categories
        Scenarios, profiles and categories, in the order wanted.
    cells
        What the cells are called.

    Returns
    -------
    access_times
        The table that `compute_all` returns.
    """
    blocks = _list_blocks(found, keys, profiles, categories)
    rank_count = blocks[0][0].site.shape[2]
    rows = cells.size * rank_count
    counts = len(keys), len(profiles), len(categories)
    scenario, profile, category = (
        np.repeat(each.ravel(), rows) for each in np.indices(counts, np.int16)
    )
    cell = np.tile(np.repeat(np.arange(cells.size, dtype=np.int32), rank_count), len(blocks))
    rank = np.tile(np.arange(1, rank_count + 1, dtype=np.int32), cells.size * len(blocks))
    time_ms = np.concatenate([each.time_ms[row].ravel() for each, row in blocks])
    return pd.DataFrame(
        {
            "scenario": pd.Categorical.from_codes(scenario, pd.Index(keys)),
            "profile": pd.Categorical.from_codes(profile, pd.Index(profiles)),
            "cell": pd.Categorical.from_codes(cell, pd.Index(cells)),
            "category": pd.Categorical.from_codes(category, pd.Index(categories)),
            "rank": rank,
            "site": _join_texts(blocks, lambda each: each.names.site, _sites_of),
            "minutes": minutes_of(time_ms),
            "reason": _join_texts(blocks, lambda each: each.reasons.text, _reasons_of),
            "position_quality": _join_texts(blocks, lambda each: each.names.quality, _sites_of),
            "edge": _join_texts(blocks, lambda _: _MARKS, _marks_of),
        }
    )


_Block: TypeAlias = tuple[Answer, int]


def _list_blocks(
    found: AnswerOf, keys: Sequence[str], profiles: Sequence[str], categories: Sequence[str]
) -> list[_Block]:
    """List where the rows of each scenario, profile and category stand."""
    blocks = []
    for key, profile, category in product(keys, profiles, categories):
        own = found.get((key, profile))
        if own is None or category not in own.categories:
            own = found[keys[0], profile]
        blocks.append((own, own.categories.index(category)))
    return blocks


def _join_texts(
    blocks: Sequence[_Block],
    texts_of: Callable[[Answer], Texts],
    codes_of: Callable[[Answer, int], Rows],
) -> "pd.Categorical[str]":
    """Join a column of texts; those that occur are sorted, each stored once."""
    texts = {id(each): texts_of(each) for each, _ in blocks}
    distinct = {id(own): own for own in texts.values()}
    names = pd.Index(sorted(set().union(*(own.tolist() for own in distinct.values()))))
    code_of = {key: names.get_indexer(own).astype(np.int32) for key, own in distinct.items()}
    is_used = np.zeros(len(names), np.bool_)
    codes = []
    for each, row in blocks:
        code = code_of[id(texts[id(each)])][codes_of(each, row)]
        is_used[code] = True
        codes.append(code)
    number = np.cumsum(is_used, dtype=np.int32) - np.int32(1)
    return pd.Categorical.from_codes(number[np.concatenate(codes)], names[is_used])


def _sites_of(answer: Answer, row: int) -> Rows:
    site: Rows = answer.site[row].ravel()
    return site


def _reasons_of(answer: Answer, row: int) -> Rows:
    """Give no reason where a site is found."""
    if answer.is_empty[row]:
        return np.full(answer.time_ms[row].size, 2, np.int32)
    is_found = answer.time_ms[row] < UNREACHED_MS
    return np.where(is_found, 0, answer.reasons.code[:, np.newaxis]).ravel()


def _marks_of(answer: Answer, row: int) -> Rows:
    """Mark as `mark_minutes` does: exact up to the time to the edge, beyond it an upper bound."""
    is_exact = answer.time_ms[row] <= answer.edge_ms[:, np.newaxis]
    is_known = (answer.reasons.code == 1)[:, np.newaxis]
    return np.where(is_known, np.where(is_exact, 1, 2), 0).ravel().astype(np.int32)
