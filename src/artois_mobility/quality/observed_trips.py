"""Trips that people timed themselves, read from a table with everything wrong about it told."""

import datetime
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from .._types import Flags, Floats
from ..errors import MOST_SHOWN, PlacesError, list_problems
from ..places.table_files import read_table
from ..places.table_points import Bounds, lies_inside
from ..places.tables import Texts, find_column, note_missing, read_numbers, read_texts

ENDS: Final = ("origin", "destination")
MINUTES_NAMES: Final = ("minutes", "observed_min", "duration_min")
NAME_NAMES: Final = ("name", "nom")
DEGREES: Final = "give longitude from -180 to 180 and latitude from -90 to 90"
# Longitude and latitude in one text; a comma may be a decimal mark where the table says so.
PAIR: Final = re.compile(r"(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)")
PAIR_WITH_COMMAS: Final = re.compile(r"(-?\d+(?:[.,]\d+)?)\s*[,; ]\s*(-?\d+(?:[.,]\d+)?)")


def read_trips(
    trips: str | Path | pd.DataFrame, profiles: Sequence[str], bounds_deg: Bounds | None = None
) -> pd.DataFrame:
    """Read trips with the minutes that they took.

    Parameters
    ----------
    trips
        CSV (comma or semicolon, decimal point or comma, UTF-8), Parquet, or a table with
        `origin_lon`, `origin_lat`, `destination_lon`, `destination_lat` in degrees (or `origin` and
        `destination` as text such as `"2.8319,50.4289"`) and `minutes` above 0. `departure` (ISO
        8601), `profile` and `name` may be there.
    profiles
        Names of the profiles that a trip may have; the first is that of trips that name none.
    bounds_deg
        West, south, east, north of where trips should be, to tell swapped columns.

    Returns
    -------
    trips
        `trip` (row number from 1), `name` and `departure` (`""` for none), `profile`, the four
        columns of degrees, and `minutes`.

    Raises
    ------
    PlacesError
        If the file or any row is faulty; all faults are listed with their rows.

    Examples
    --------
    >>> table = pd.DataFrame({"origin": ["2.83,50.42"], "destination": ["2.84,50.42"]})
    >>> read = read_trips(table.assign(minutes=12), ["car"])
    >>> read[["trip", "profile", "origin_lon", "minutes"]].values.tolist()
    [[1, 'car', 2.83, 12.0]]
    >>> read_trips(table.assign(minutes=0), ["car"])
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: The table of trips has 1 problem:
      minutes are not above 0 in 1 of 1 rows: row 1 ('0'); give the minutes that the trip took
    Mend these rows; nothing was computed.
    """
    if isinstance(trips, pd.DataFrame):
        table, where = trips.reset_index(drop=True), "The table of trips"
        if table.empty:
            msg = f"{where} has no rows."
            raise PlacesError(msg)
    else:
        table, where = read_table(trips), str(trips)
    problems: list[str] = []
    read = pd.DataFrame(
        {
            "trip": np.arange(1, len(table) + 1),
            "name": read_texts(table, find_column(table, NAME_NAMES)),
            "profile": _read_profiles(table, profiles, problems),
            "departure": _read_departures(table, problems),
            **_read_ends(table, problems, bounds_deg),
            "minutes": _read_minutes(table, problems),
        }
    )
    if problems:
        count = f"{len(problems)} problem" + "s" * (len(problems) > 1)
        lines = list_problems(problems, most=len(problems))
        msg = f"{where} has {count}:\n{lines}\nMend these rows; nothing was computed."
        raise PlacesError(msg)
    return read


def _read_profiles(table: pd.DataFrame, profiles: Sequence[str], problems: list[str]) -> Texts:
    found = read_texts(table, find_column(table, ("profile",)))
    found[found == ""] = profiles[0]
    is_wrong = ~np.isin(found, np.array(profiles, object))
    _note(problems, is_wrong, "profile is unknown", found, f"give one of {', '.join(profiles)}")
    return found


def _read_departures(table: pd.DataFrame, problems: list[str]) -> Texts:
    found = read_texts(table, find_column(table, ("departure",)))
    is_wrong = np.array([text != "" and not _is_time(text) for text in found], np.bool_)
    _note(problems, is_wrong, "departure is no time", found, "give 2026-03-12T08:05, 08:05 or none")
    return found


def _is_time(text: str) -> bool:
    for kind in (datetime.datetime, datetime.time):
        try:
            kind.fromisoformat(text)
        except ValueError:
            continue
        return True
    return False


def _read_minutes(table: pd.DataFrame, problems: list[str]) -> Floats:
    column = find_column(table, MINUTES_NAMES)
    if column is None:
        note_missing(problems, ["minutes"], table)
        return np.zeros(len(table))
    minutes, texts = read_numbers(table, column, []), read_texts(table, column)
    remedy = "give the minutes that the trip took"
    is_given = texts != ""
    is_number = np.isfinite(minutes)
    _note(problems, ~is_given, "minutes are missing", texts, remedy)
    _note(problems, is_given & ~is_number, "minutes are no number", texts, remedy)
    _note(problems, is_number & ~(minutes > 0), "minutes are not above 0", texts, remedy)
    return minutes


def _read_ends(
    table: pd.DataFrame, problems: list[str], bounds_deg: Bounds | None
) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}
    for end in ENDS:
        names = [f"{end}_lon", f"{end}_lat"]
        pair = [find_column(table, [name]) for name in names]
        whole = find_column(table, [end])
        if pair[0] is not None and pair[1] is not None:
            degrees = [read_numbers(table, column, []) for column in pair if column is not None]
            texts = _join(*(read_texts(table, column) for column in pair))
        elif whole is not None:
            texts = read_texts(table, whole)
            degrees = list(_split(texts, table.attrs.get("decimal", ".")).T)
        else:
            lacking = [name for name, column in zip(names, pair, strict=True) if column is None]
            note_missing(problems, lacking, table)
            continue
        columns |= dict(zip(names, degrees, strict=True))
        _check_degrees(end, degrees, texts, problems, bounds_deg)
    return columns


def _join(lon: Texts, lat: Texts) -> Texts:
    pairs = zip(lon, lat, strict=True)
    return np.array([f"{x},{y}" if x or y else "" for x, y in pairs], object)


def _split(texts: Texts, decimal: str) -> Floats:
    """Take longitude and latitude out of texts, NaN where there are none, shape (t, 2)."""
    pattern = PAIR if decimal == "." else PAIR_WITH_COMMAS
    found = [pattern.fullmatch(text) for text in texts]
    pairs = [match.groups() if match else ("nan", "nan") for match in found]
    return np.array([[float(part.replace(",", ".")) for part in pair] for pair in pairs])


def _check_degrees(
    end: str,
    degrees: Sequence[Floats],
    texts: Texts,
    problems: list[str],
    bounds_deg: Bounds | None,
) -> None:
    lon_deg, lat_deg = degrees
    is_given = texts != ""
    is_number = np.isfinite(lon_deg) & np.isfinite(lat_deg)
    is_outside = is_number & ((np.abs(lon_deg) > 180) | (np.abs(lat_deg) > 90))
    _note(problems, ~is_given, f"{end} is missing", texts, DEGREES)
    _note(problems, is_given & ~is_number, f"{end} is no longitude and latitude", texts, DEGREES)
    _note(problems, is_outside, f"{end} is not on Earth", texts, DEGREES)
    if bounds_deg is not None:
        is_here = lies_inside(lon_deg, lat_deg, bounds_deg)
        is_swapped = ~is_here & lies_inside(lat_deg, lon_deg, bounds_deg)
        if is_swapped.sum() * 2 > len(texts):
            what = f"{end} has longitude and latitude swapped"
            _note(problems, is_swapped, what, texts, "exchange the two")


def _note(problems: list[str], is_wrong: Flags, what: str, texts: Texts, remedy: str) -> None:
    """Add a sentence about faulty rows: how many, which, what stands there, what is allowed."""
    rows = np.flatnonzero(is_wrong).tolist()
    if not rows:
        return
    listed = ", ".join(f"row {row + 1} ({str(texts[row])!r})" for row in rows[:MOST_SHOWN])
    if len(rows) > MOST_SHOWN:
        listed += f" and {len(rows) - MOST_SHOWN} more"
    problems.append(f"{what} in {len(rows)} of {is_wrong.size} rows: {listed}; {remedy}")
