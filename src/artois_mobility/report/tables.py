"""The tables of a comparison as files: Parquet for every cell, CSV for the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .csv_files import write_csv
from .words import read_words

if TYPE_CHECKING:
    from pathlib import Path

    from ..study.results import Comparison

GAINS: Final = "gains.csv"
# A thousandth of a minute and of a person: more would only look precise.
DECIMALS: Final = 3
# What the rows of the large tables are taken by.
KEYS: Final = ("scenario", "profile", "category")
# Columns of residents and communes that say of which year the figures are.
VINTAGE_COLUMNS: Final = ("population_year", "cog_year")


def tables_of(result: Comparison, gains: pd.DataFrame, language: str) -> dict[str, pd.DataFrame]:
    """Give the tables of a comparison as they are written.

    Parameters
    ----------
    result
        The comparison.
    gains
        What `who_gains` tells of it.
    language
        Of the mention that a made-up territory bears.

    Returns
    -------
    tables
        By the name of the file: the access times of today and of every scenario, what differs
        from today cell by cell, the summary per commune, EPCI and territory, who gains and who
        loses; how sure the minutes are, and what public transport takes, where the study asks.
    """
    found = {
        "access_times.parquet": result.access_times,
        "differences.parquet": result.differences,
        "summary.csv": result.summary_table.assign(**vintages(result)),
    }
    if result.uncertainty is not None:
        found["uncertainty.parquet"] = result.uncertainty
    if result.transit_times is not None:
        found["transit_times.parquet"] = result.transit_times
    found[GAINS] = gains
    return {name: mark(table, result, language) for name, table in found.items()}


def write_table(table: pd.DataFrame, path: Path, form: str) -> None:
    """Write one of them.

    Parameters
    ----------
    table
        The table.
    path
        Where to; its ending decides: `.parquet`, or `.csv` in UTF-8.
    form
        Of a CSV file, see `write_csv`.
    """
    if path.suffix == ".csv":
        write_csv(table.round(DECIMALS), path, form)
    else:
        _write_parquet(table, path)


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
