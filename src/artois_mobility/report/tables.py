"""The tables of a comparison as files: Parquet for every cell, CSV for the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from .words import read_words

if TYPE_CHECKING:
    from pathlib import Path

    from ..study.results import Comparison

# A thousandth of a minute and of a person: more would only look precise.
DECIMALS: Final = 3
# What the rows of the large tables are taken by.
KEYS: Final = ("scenario", "profile", "category")
# Columns of residents and communes that say of which year the figures are.
VINTAGE_COLUMNS: Final = ("population_year", "cog_year")


def write_access_times(result: Comparison, path: Path, language: str) -> None:
    """Write the access times of today and of every scenario as Parquet.

    Parameters
    ----------
    result
        The comparison.
    path
        Where to.
    language
        Of the mention that a made-up territory bears.
    """
    _write_parquet(mark(result.access_times, result, language), path)


def write_differences(result: Comparison, path: Path, language: str) -> None:
    """Write what differs from today in every scenario, cell by cell, as Parquet.

    Parameters
    ----------
    result
        The comparison.
    path
        Where to.
    language
        Of the mention that a made-up territory bears.
    """
    _write_parquet(mark(result.differences, result, language), path)


def write_uncertainty(result: Comparison, path: Path, language: str) -> None:
    """Write how sure the minutes to the nearest site are, as Parquet.

    Parameters
    ----------
    result
        The comparison, of a study that asks for it.
    path
        Where to.
    language
        Of the mention that a made-up territory bears.
    """
    assert result.uncertainty is not None  # nobody asks otherwise
    _write_parquet(mark(result.uncertainty, result, language), path)


def write_gains(gains: pd.DataFrame, result: Comparison, path: Path, language: str) -> None:
    """Write who gains and who loses by each scenario as CSV, in UTF-8 with a decimal point.

    Parameters
    ----------
    gains
        What `who_gains` tells of it.
    result
        The comparison.
    path
        Where to.
    language
        Of the mention that a made-up territory bears.
    """
    _write_csv(mark(gains, result, language), path)


def write_summary(result: Comparison, path: Path, language: str) -> None:
    """Write the summary per commune, EPCI and territory as CSV, in UTF-8 with a decimal point.

    Parameters
    ----------
    result
        The comparison.
    path
        Where to.
    language
        Of the mention that a made-up territory bears.
    """
    table = mark(result.summary_table, result, language).copy()
    for name, year in vintages(result).items():
        table[name] = year
    _write_csv(table, path)


def mark(table: pd.DataFrame, result: Comparison, language: str) -> pd.DataFrame:
    """Let a table of a made-up territory say so in every row.

    Parameters
    ----------
    table
        Any table of the comparison.
    result
        The comparison.
    language
        `"fr"` or `"en"`.

    Returns
    -------
    table
        The same table; with a column `mention` when the territory is made up.
    """
    if not result.is_schematic:
        return table
    text = read_words(language).say("schematic.mark")
    codes = np.zeros(len(table), np.int64)
    return table.assign(mention=pd.Categorical.from_codes(codes, pd.Index([text])))


def vintages(result: Comparison) -> dict[str, int | str]:
    """Give the years of the population and of the commune codes, where the data states them.

    Parameters
    ----------
    result
        The comparison; the years stand in the `attrs` of its residents and communes.

    Returns
    -------
    years
        `population_year` and `cog_year`, those that are known.
    """
    stated = {**result.communes.attrs, **result.residents.attrs}
    return {name: stated[name] for name in VINTAGE_COLUMNS if stated.get(name)}


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    csv.write_csv(
        pa.Table.from_pandas(table.round(DECIMALS), preserve_index=False),
        path,
        csv.WriteOptions(quoting_style="needed"),
    )


def _write_parquet(table: pd.DataFrame, path: Path) -> None:
    minutes = [name for name in table.columns if name.startswith("minutes")]
    pq.write_table(
        pa.Table.from_pandas(table, preserve_index=False),
        path,
        compression="zstd",
        use_dictionary=[name for name in table.columns if name not in minutes],
        use_byte_stream_split=minutes,
        # Least and largest values help to skip rows by these keys; of others they only cost.
        write_statistics=[name for name in KEYS if name in table.columns],
    )
