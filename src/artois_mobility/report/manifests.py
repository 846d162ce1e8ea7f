"""What a report's manifest has to hold so that the report can be made again."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final

# Longer ones no system opens.
LONGEST_PATH: Final = 4096
_NO_PART_OF_PATHS: Final = re.compile("[\\x00-\\x1f\\ud800-\\udfff]")
# No set: what stands in JSON may not be hashed.
_LANGUAGES: Final = ("fr", "en")
_TABLES: Final = ("files", "versions", "profiles")


def read_record(record: object) -> dict[str, Any]:
    """See that a manifest holds what `reproduce` reads, each of its kind.

    Parameters
    ----------
    record
        What stood in the file.

    Returns
    -------
    record
        The same.

    Raises
    ------
    ValueError
        If anything is missing, or of another kind; the message says what.

    Examples
    --------
    >>> read_record({"inputs": 5})
    Traceback (most recent call last):
    ValueError: inputs is no list of files with role, path and sha256
    >>> read_record([])
    Traceback (most recent call last):
    ValueError: it is no table
    """
    if not isinstance(record, dict):
        msg = "it is no table"
        raise ValueError(msg)  # noqa: TRY004  of the file, not of the argument
    inputs = record.get("inputs")
    if not isinstance(inputs, list) or not all(map(_is_input, inputs)):
        msg = "inputs is no list of files with role, path and sha256"
        raise ValueError(msg)
    if not any(each["role"] == "study" for each in inputs):
        msg = "inputs has no file with the role study"
        raise ValueError(msg)
    for name in _TABLES:
        if not _is_table_of_texts(record.get(name), may_nest=name != "files"):
            msg = f"{name} is no table of texts"
            raise ValueError(msg)
    if record.get("language") not in _LANGUAGES:
        msg = "language is neither fr nor en"
        raise ValueError(msg)
    if not isinstance(record.get("library_version"), str):
        msg = "library_version is no text"
        raise ValueError(msg)  # noqa: TRY004  as above
    if not _are_formats(record.get("formats", {})):
        msg = "formats is no table of csv, also and day"
        raise ValueError(msg)
    return record


def _is_input(each: object) -> bool:
    names = ("role", "path", "sha256")
    return (
        isinstance(each, dict)
        and all(isinstance(each.get(name), str) for name in names)
        and 0 < len(each["path"]) <= LONGEST_PATH
        and not _NO_PART_OF_PATHS.search(each["path"])
    )


def _is_table_of_texts(table: object, *, may_nest: bool) -> bool:
    if not isinstance(table, Mapping):
        return False
    if may_nest:  # a profile's version is its hash, and where it is from
        return all(isinstance(each, str | int | float | dict | None) for each in table.values())
    return all(isinstance(each, str) for each in table.values())


def _are_formats(formats: object) -> bool:
    if not isinstance(formats, dict):
        return False
    also, day = formats.get("also", []), formats.get("day")
    is_list = isinstance(also, list) and all(isinstance(each, str) for each in also)
    return is_list and isinstance(formats.get("csv", ""), str) and (day is None or _is_day(day))


def _is_day(day: object) -> bool:
    try:
        return isinstance(day, str) and bool(dt.date.fromisoformat(day))
    except ValueError:
        return False
