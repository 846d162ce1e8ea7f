"""Cells of residents and the people in them, as every answer reads them."""

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from .._types import Floats
from ..errors import PlacesError
from .tables import Texts

if TYPE_CHECKING:
    import geopandas as gpd

# Columns that tell which row of a table is meant.
NAMES: Final = ("cell", "site", "candidate")


def list_cells(residents: "gpd.GeoDataFrame") -> Texts:
    """List the names of cells.

    Parameters
    ----------
    residents
        What `am.read_residents` returns, p cells.

    Returns
    -------
    cells
        As text, shape (p,).

    Raises
    ------
    PlacesError
        If the column is missing, or a cell stands twice: its people would count twice.

    Examples
    --------
    >>> list_cells(pd.DataFrame({"cell": [7, 8]})).tolist()
    ['7', '8']
    >>> list_cells(pd.DataFrame({"cell": ["a", "a"]}))
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: 1 of 2 cells stand before, first 'a'. Keep one row for each.
    """
    if "cell" not in residents.columns:
        found = ", ".join(map(str, residents.columns)) or "none"
        msg = f"The residents have no column 'cell'; they have {found}."
        raise PlacesError(msg)
    cells: Texts = residents["cell"].astype(str).to_numpy(object)
    refuse_doubles(cells, "cells")
    return cells


def require_crs(table: "gpd.GeoDataFrame", what: str) -> None:
    """Refuse a table whose coordinates could lie anywhere.

    Parameters
    ----------
    table
        With a geometry.
    what
        What its rows are.

    Raises
    ------
    PlacesError
        If it says no coordinate system.

    Examples
    --------
    >>> import geopandas as gpd
    >>> require_crs(gpd.GeoDataFrame(geometry=gpd.points_from_xy([2.8], [50.4])), "sites")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: The sites have no CRS. Set it, as by set_crs(4326).
    """
    if table.crs is None:
        msg = f"The {what} have no CRS. Set it, as by set_crs(4326)."
        raise PlacesError(msg)


def refuse_doubles(names: Texts, what: str) -> None:
    """Refuse names that stand twice.

    Parameters
    ----------
    names
        Of the rows of a table.
    what
        What its rows are.

    Raises
    ------
    PlacesError
        If any does.

    Examples
    --------
    >>> refuse_doubles(np.array(["a", "b"], object), "candidates")
    """
    again = np.flatnonzero(pd.Series(names, dtype=object).duplicated().to_numpy())
    if again.size:
        msg = (
            f"{again.size} of {names.size} {what} stand before, first {str(names[again[0]])!r}. "
            "Keep one row for each."
        )
        raise PlacesError(msg)


def read_people(table: "gpd.GeoDataFrame", column: str, what: str = "residents") -> Floats:
    """Read how many people live somewhere, or can be served there.

    Parameters
    ----------
    table
        Cells or sites.
    column
        One of its columns.
    what
        What its rows are, for messages.

    Returns
    -------
    people
        Finite numbers from 0 on.

    Raises
    ------
    PlacesError
        If the column is missing or holds anything else.

    Examples
    --------
    >>> read_people(pd.DataFrame({"population": [3, 4.5]}), "population").tolist()
    [3.0, 4.5]
    >>> read_people(pd.DataFrame(), "population")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: The residents have no column 'population'; they have none.
    """
    if column not in table.columns:
        found = ", ".join(map(str, table.columns)) or "none"
        msg = f"The {what} have no column {column!r}; they have {found}."
        raise PlacesError(msg)
    numbers: Floats = pd.to_numeric(table[column], errors="coerce").to_numpy(np.float64)
    wrong = np.flatnonzero(~(np.isfinite(numbers) & (numbers >= 0)))
    if wrong.size:
        row = wrong[0]
        named = next((name for name in NAMES if name in table.columns), None)
        first = f"row {row}" if named is None else f"{named} {table[named].iloc[row]}"
        msg = (
            f"{wrong.size} of {numbers.size} {what} have no finite number from 0 on in {column!r}, "
            f"first {first}: {table[column].iloc[row]}. Fill it in, or leave them out."
        )
        raise PlacesError(msg)
    return np.ascontiguousarray(numbers)
