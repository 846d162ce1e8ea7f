"""The data dictionary: what every column of every file is called, holds, and lacks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ..changes.sentences import label_profile
from ..scenarios.reading import TODAY
from .labels import category_label
from .reach import REACH_MIN
from .words import NO_VALUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .layers import Layer
    from .words import Words

# What the source of a limit begins with where it is the class of the waterway.
CLASS: Final = "class "
HEADERS: Final = ("file", "table", "column", "label", "type", "unit", "meaning", "none")
# A threshold in the name of a column.
THRESHOLD: Final = re.compile(r"_(\d+(?:\.\d+)?)(?=_|$)")
# Unit of the columns whose names do not end in it.
UNIT_OF_COLUMN: Final[Mapping[str, str]] = {
    **dict.fromkeys(("minutes", "minutes_before", "minutes_after", "minutes_gained"), "min"),
    **dict.fromkeys(("low", "high", "gained_low", "gained_high"), "min"),
    **dict.fromkeys(("gained_person_min", "lost_person_min"), "person_min"),
    **dict.fromkeys(("population_year", "cog_year"), "year"),
    **dict.fromkeys(("population", "population_after", "gaining", "losing"), "people"),
    **dict.fromkeys(("surely_gaining", "surely_losing"), "people"),
    **dict.fromkeys(("newly_reaching", "no_longer_reaching"), "people"),
    **dict.fromkeys(("newly_within_t_min", "no_longer_within_t_min"), "people"),
    **dict.fromkeys(("within_t_before", "within_t_after"), "people"),
    "p_within_t_min": "share",
    "minutes_t": "min",
    "share_within_t": "share",
    "on_foot": "share",
    "km": "km",
}
UNIT_OF_MEASURE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("minutes", "before", "after", "gain", "by_car", "without"), "min"),
    **dict.fromkeys(("gaining", "losing"), "people"),
    **dict.fromkeys(("reach", "switch"), "none"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What one column is.

    Attributes
    ----------
    label
        What people call it.
    kind
        `"text"`, `"integer"`, `"number"`, `"boolean"` or `"moment"`.
    unit
        Key of its unit, `"none"` for none.
    meaning
        What it holds.
    """

    label: str
    kind: str
    unit: str
    meaning: str


def describe_columns(columns: Mapping[str, Any], words: Words) -> dict[str, Entry]:
    """Describe the columns of a table.

    Parameters
    ----------
    columns
        Their data types.
    words
        The catalogue.

    Returns
    -------
    entries
        By column; of one that the catalogue does not know, its name and type alone.

    Examples
    --------
    >>> from artois_mobility.report.words import read_words
    >>> entries = describe_columns({"within_10_after": "f8", "x": "O"}, read_words("en"))
    >>> entries["within_10_after"].label, entries["within_10_after"].unit, entries["x"].kind
    ('Residents within 10 min, after', 'people', 'text')
    """
    return {name: _describe(name, dtype, words) for name, dtype in columns.items()}


def describe_layer(layer: Layer, words: Words) -> dict[str, Entry]:
    """Describe the fields of a layer.

    Parameters
    ----------
    layer
        The layer.
    words
        The catalogue.

    Returns
    -------
    entries
        By field.
    """
    entries = describe_columns({name: each.dtype for name, each in layer.fields.items()}, words)
    for field, (category, measure) in layer.measured.items():
        label = f"{category_label(category, words)} – {words.say(f'measures.{measure}')}"
        meaning = words.say(f"meanings.of_{measure}", {"minutes": REACH_MIN})
        entries[field] = Entry(label, entries[field].kind, UNIT_OF_MEASURE[measure], meaning)
    return entries


def name_values(layer: Layer, words: Words) -> dict[str, dict[str, str]]:
    """Say what people call the values of a layer's fields that are words of the files.

    Parameters
    ----------
    layer
        The layer.
    words
        The catalogue.

    Returns
    -------
    labels
        By field and value, every value of such a field; one that is nobody's word stands for
        itself.
    """
    tell, sources = _teller(words), [name for name in layer.fields if name.endswith("_source")]
    say: dict[str, Callable[[str], str]] = {
        "category": lambda value: category_label(value, words),
        "profiles": lambda value: ", ".join(_profile(each, words) for each in value.split(", ")),
        "vessel": lambda value: _profile(value, words),
        "scenario": lambda value: words.say("values.today") if value == TODAY else value,
        **dict.fromkeys(("change", "position_quality", "why"), tell),
        **dict.fromkeys(sources, lambda value: _source(value, words)),
    }
    if "reason" in layer.fields and "why" in layer.fields:
        codes = dict(zip(layer.fields["reason"], layer.fields["why"], strict=True))
        say["reason"] = lambda value: tell(codes[value])
    return {
        field: {
            value: say[field](value) if value else NO_VALUE
            for value in dict.fromkeys(values.tolist())
            if isinstance(value, str)
        }
        for field, values in layer.fields.items()
        if field in say and field not in layer.measured
    }


def _profile(name: str, words: Words) -> str:
    return label_profile(name, "fr" if words.language == "fr" else "en")


def _source(value: str, words: Words) -> str:
    """Name the class that a limit comes from; a tag stays as it is."""
    name = value.removeprefix(CLASS)
    return value if name == value else words.say("water.class_named", {"name": name})


def _teller(words: Words) -> Callable[[str], str]:
    def tell(value: str) -> str:
        text = words.texts.get(f"values.{value.replace(' ', '_')}", value)
        return text if isinstance(text, str) else value

    return tell


def list_entries(
    described: Iterable[tuple[str, str, Mapping[str, Entry]]], words: Words
) -> pd.DataFrame:
    """Put descriptions below each other.

    Parameters
    ----------
    described
        File, table in it (`""` where it holds one) and what its columns are.
    words
        The catalogue.

    Returns
    -------
    dictionary
        One row per column, headers in the catalogue's language.
    """
    rows = [
        (
            file,
            table,
            column,
            entry.label,
            words.say(f"types.{entry.kind}"),
            words.say(f"units.{entry.unit}"),
            entry.meaning,
            words.say("none.minutes" if entry.unit == "min" else "none.other"),
        )
        for file, table, entries in described
        for column, entry in entries.items()
    ]
    return pd.DataFrame(rows, columns=[words.say(f"dictionary.{name}") for name in HEADERS])


def _describe(name: str, dtype: object, words: Words) -> Entry:
    kind = _kind_of(pd.api.types.pandas_dtype(dtype))
    found = THRESHOLD.search(name)
    key = THRESHOLD.sub("_t", name)
    if f"columns.{key}" not in words.texts:
        return Entry(name, kind, "none", "")
    values = {"minutes": float(found[1])} if found else {}
    label, meaning = words.say(f"columns.{key}", values), words.say(f"meanings.{key}", values)
    return Entry(label, kind, _unit_of(key, kind), meaning)


def _unit_of(key: str, kind: str) -> str:
    if key in UNIT_OF_COLUMN:
        return UNIT_OF_COLUMN[key]
    if kind == "text":
        return "none"
    if key.startswith("people"):
        return "people"
    return next((unit for unit in ("min", "m") if key.endswith(f"_{unit}")), "none")


def _kind_of(dtype: Any) -> str:  # noqa: ANN401  numpy's or pandas' own
    types = pd.api.types
    if types.is_bool_dtype(dtype):
        return "boolean"
    if types.is_integer_dtype(dtype):
        return "integer"
    if types.is_datetime64_any_dtype(dtype):
        return "moment"
    return "number" if types.is_float_dtype(dtype) else "text"
