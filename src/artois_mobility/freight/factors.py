"""Emission factors: the greenhouse gases of a tonne carried over a kilometre."""

import math
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from .._toml import parse_toml
from ..errors import FreightError, list_problems

MODES: Final = ("road", "water", "rail")
# What every answer of this package travels by.
NEEDED_MODES: Final = ("road", "water")
KEYS: Final = ("g_per_tkm", "source", "date")
REMEDY: Final = (
    "Give a table for each of road and water (rail is welcome) with g_per_tkm, a number of grams "
    "from 0 on, and source and date as texts."
)


class EmissionFactor(NamedTuple):
    """What a mode of transport emits.

    Attributes
    ----------
    g_per_tkm
        Grams of CO2 equivalent for each tonne carried over a kilometre.
    source
        Where the number comes from.
    date
        Of the source.
    """

    g_per_tkm: float
    source: str
    date: str


def read_emission_factors(path: str | Path | None = None) -> Mapping[str, EmissionFactor]:
    """Read how much greenhouse gas each mode of freight transport emits, in g CO2e per tonne-km.

    Parameters
    ----------
    path
        A TOML file in the form of the library's own `freight/emission_factors.toml`, used in its
        place; the library's own when None.

    Returns
    -------
    factors
        Of `road` and `water`, and `rail` where the file has it.

    Raises
    ------
    FreightError
        If the file is missing or faulty; all its problems are listed.

    References
    ----------
    European Environment Agency (2021). Rail and waterborne: best for low-carbon motorised
    transport. Briefing.

    Fraunhofer ISI and CE Delft (2020). Methodology for GHG efficiency of transport modes.

    Examples
    --------
    >>> factors = read_emission_factors()
    >>> {mode: each.g_per_tkm for mode, each in factors.items()}
    {'road': 137.0, 'water': 33.0, 'rail': 24.0}
    >>> read_emission_factors("nowhere.toml")
    Traceback (most recent call last):
    artois_mobility.errors.FreightError: nowhere.toml does not exist.
    """
    where, data = _load(path)
    try:
        table = parse_toml(data.decode("utf-8-sig"))
    except ValueError as error:
        msg = f"{where} is no TOML file: {error}. {REMEDY}"
        raise FreightError(msg) from error
    problems = list(_list_faults(table))
    if problems:
        msg = f"{where} has faults:\n{list_problems(problems)}\n{REMEDY}"
        raise FreightError(msg)
    return MappingProxyType(
        {
            mode: EmissionFactor(
                float(table[mode]["g_per_tkm"]), table[mode]["source"], table[mode]["date"]
            )
            for mode in MODES
            if mode in table
        }
    )


def _load(path: str | Path | None) -> tuple[str, bytes]:
    if path is None:
        name = "emission_factors.toml"
        return name, resources.files(__package__).joinpath(name).read_bytes()
    path = Path(path)
    if not path.is_file():
        state = "is a folder" if path.is_dir() else "does not exist"
        msg = f"{path} {state}."
        raise FreightError(msg)
    return str(path), path.read_bytes()


def _list_faults(table: Mapping[str, object]) -> Iterator[str]:
    for mode in NEEDED_MODES:
        if mode not in table:
            yield f"{mode}: is missing"
    for mode, row in table.items():
        if mode not in MODES:
            yield f"{mode}: is no mode; allowed are {', '.join(MODES)}"
        elif not isinstance(row, Mapping):
            yield f"{mode}: must be a table; found {row!r}"
        else:
            yield from _list_faults_of_row(mode, row)


def _list_faults_of_row(mode: str, row: Mapping[str, object]) -> Iterator[str]:
    yield from (
        f"{mode}.{key}: is no key; allowed are {', '.join(KEYS)}" for key in row.keys() - KEYS
    )
    grams = row.get("g_per_tkm")
    is_number = isinstance(grams, int | float) and not isinstance(grams, bool)
    if not is_number or not 0 <= float(str(grams)) < math.inf:
        yield f"{mode}.g_per_tkm: must be a number of grams from 0 on; found {grams!r}"
    for key in ("source", "date"):
        text = row.get(key)
        if not isinstance(text, str) or not text.strip():
            yield f"{mode}.{key}: must be a text; found {text!r}"
