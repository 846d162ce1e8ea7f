"""Tables as CSV: for machines, or as a French spreadsheet opens them at a double click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from ..errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

# `plain`: commas, decimal points. `fr`: semicolons, decimal commas, and the mark by which
# spreadsheets tell UTF-8.
FRENCH: Final = "fr"
FORMS: Final = ("plain", FRENCH)
# What makes a spreadsheet compute a cell in place of showing it (OWASP, "CSV injection"): signs,
# also of full width, behind blanks, controls or quotation marks that it may pass over; a tabulator.
FORMULA: Final = (
    r"([\x00-\x09\x0B-\x20\x7F-\xA0\p{Z}\p{Cf}\"]*"
    r"[=+@\-\x{FF1D}\x{FF0B}\x{FF20}\x{FF0D}\x{2212}]|\t)"
)
# Where a cell begins: at the start, and where a spreadsheet that expects the other form would cut.
BEGIN: Final = {"plain": r"(^|[;\n])", "fr": r"(^|[,;\n])"}
# Line ends of other systems, which not every reader takes for part of a text.
LINE_END: Final = r"\r\n?"


def check_form(form: str) -> str:
    """See that CSV can be written in a form.

    Parameters
    ----------
    form
        Its name.

    Returns
    -------
    form
        The same.

    Raises
    ------
    InputError
        If it is neither `"plain"` nor `"fr"`.

    Examples
    --------
    >>> check_form("fr")
    'fr'
    >>> check_form("de")
    Traceback (most recent call last):
    artois_mobility.errors.InputError: CSV files are written as plain or fr; found 'de'.
    """
    if form not in FORMS:
        msg = f"CSV files are written as {' or '.join(FORMS)}; found {form!r}."
        raise InputError(msg)
    return form


def write_csv(table: pd.DataFrame, path: Path, form: str = "plain") -> None:
    """Write a table as CSV in UTF-8; texts that a spreadsheet would compute get an apostrophe.

    Parameters
    ----------
    table
        Numbers, truths, moments and texts; what is missing becomes an empty cell.
    path
        Where to.
    form
        `"plain"`: commas and decimal points. `"fr"`: semicolons, decimal commas and a byte order
        mark, as French spreadsheets expect.

    Raises
    ------
    InputError
        If there is no such form.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "gains.csv"
    ...     write_csv(pd.DataFrame({"name": ["=1+1", None], "minutes": [-2.5, None]}), path, "fr")
    ...     path.read_text(encoding="utf-8-sig").splitlines()
    ['name;minutes', "'=1+1;-2,5", ';']
    """
    is_french = check_form(form) == FRENCH
    heads = _guard(pa.array(map(str, table.columns), pa.string()), form).to_pylist()
    columns = {
        head: _as_written(table[name], form)
        for head, name in zip(heads, table.columns, strict=True)
    }
    if is_french:
        guarded = pd.DataFrame({name: _without_noughts(each) for name, each in columns.items()})
        guarded.to_csv(
            path, sep=";", decimal=",", index=False, encoding="utf-8-sig", lineterminator="\n"
        )
        return
    csv.write_csv(pa.table(columns), path, csv.WriteOptions(quoting_style="needed"))


def _as_written(column: pd.Series[Any], form: str) -> pa.Array:
    """Give a column as an array whose texts no spreadsheet computes."""
    if _holds_objects(column):
        column = column.map(str, na_action="ignore")
    values = pa.array(column, from_pandas=True)
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return _guard(values, form)
    return values


def _guard(texts: pa.Array, form: str) -> pa.Array:
    """Set an apostrophe before what a spreadsheet would compute, however it cuts the cells."""
    texts = pc.replace_substring_regex(texts, LINE_END, "\n")
    return pc.replace_substring_regex(texts, BEGIN[form] + FORMULA, r"\1'\2")


def _without_noughts(values: pa.Array) -> pd.Series[Any]:
    """Give numbers that are all whole as such, so that nobody reads 480,0 people."""
    column: pd.Series[Any] = values.to_pandas()
    if pa.types.is_floating(values.type) and bool((column.dropna() % 1 == 0).all()):
        column = column.astype("Int64")
    return column


def _holds_objects(column: pd.Series[Any]) -> bool:
    """Tell texts and what else Python may hold from numbers, truths and moments."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.categories.dtype == object
    return column.dtype == object
