"""Read a TOML file into a pydantic model; every problem of the file in plain sentences at once."""

import difflib
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

from pydantic import ValidationError

from .._toml import TomlTooDeepError, parse_toml
from ..errors import StudyError, list_problems
from .faults import describe_faults
from .fields import FileModel
from .hints import suggest

# TOML files that are neither studies nor scenarios, however alike their names.
SETTINGS_OF_OTHERS: Final = frozenset({"pyproject.toml", "mkdocs.toml", "ruff.toml"})
MOST_SHOWN = 40
# What the TOML reader says, for whoever does not know its words.
_PLAINLY: Final = {
    "Cannot overwrite a value": ": the key stands there twice, remove one",
    "Cannot declare ('changes',) twice": ": write [[changes]] each time",
    "Illegal character '\\n'": ': a closing " is missing',
    "Invalid date or datetime": ": there is no such day",
}
# Texts and comments, in which brackets mean nothing.
_QUOTED: Final = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*")
EXAMPLE_DAY: Final = "2027-03-01"
# A day as people write it, which TOML does not read: 01/03/2027, 1.3.2027, 2027-3-1.
_DAY: Final = re.compile(
    r"^\s*(?P<key>begin|end|date)\s*=\s*(?:(?P<year_first>\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"|(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}))\s*(?:#.*)?$"
)

M = TypeVar("M", bound=FileModel)


@dataclass(frozen=True, slots=True)
class TomlFile(Generic[M]):
    """A file as read: what it says, or what is wrong with it.

    Attributes
    ----------
    path
        Where it is.
    sha256
        Hash of its bytes, hexadecimal; `""` when it could not be read.
    content
        The checked model; None when anything is wrong.
    problems
        One sentence each, with the line and the key where they are known.
    text
        What it says; `""` when it could not be read.
    row_of_change
        Position in the file of each of its changes; empty where they stand as they are checked.
    """

    path: Path
    sha256: str
    content: M | None
    problems: tuple[str, ...]
    text: str = ""
    row_of_change: tuple[int, ...] = ()


class Prepared(NamedTuple):
    """A file's table, made ready to be checked.

    Attributes
    ----------
    table
        What is checked against the model.
    row_of_change
        Position in the file of each of its changes; empty where none was added or taken away.
    problems
        What went wrong meanwhile.
    """

    table: dict[str, Any]
    row_of_change: tuple[int, ...] = ()
    problems: tuple[str, ...] = ()


# Called with the table and the text of a file.
Preparer: TypeAlias = Callable[[dict[str, Any], str], Prepared]


def read_toml(path: str | Path, model: type[M], prepare: Preparer | None = None) -> TomlFile[M]:
    """Read a TOML file and check it against a model, without raising.

    Parameters
    ----------
    path
        The file; UTF-8, with or without a byte order mark.
    model
        What it must look like.
    prepare
        What is done with its table before it is checked; nothing when left out.

    Returns
    -------
    file
        With its content, or with all its problems.

    Examples
    --------
    >>> read_toml("no-such-folder/artois.toml", FileModel).problems
    ('there is no such file, nor its folder.',)
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        return TomlFile(path, "", None, (_why_unreadable(path, error),))
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        table = parse_toml(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"line {line} is not UTF-8 text. Save the file with the encoding UTF-8."
        return TomlFile(path, sha256, None, (problem,))
    except TomlTooDeepError as error:
        return TomlFile(path, sha256, None, (str(error),))
    except ValueError as error:  # tomllib.TOMLDecodeError, and numbers of thousands of digits
        return TomlFile(path, sha256, None, (_explain_syntax(str(error), text),))
    prepared = Prepared(table) if prepare is None else prepare(table, text)
    content, problems = _check(prepared, text, model)
    rows = prepared.row_of_change
    return TomlFile(path, sha256, None if problems else content, problems, text, rows)


def _check(prepared: Prepared, text: str, model: type[M]) -> tuple[M | None, tuple[str, ...]]:
    try:
        return model.model_validate(prepared.table), prepared.problems
    except ValidationError as error:
        rows = prepared.row_of_change
        faults = describe_faults(error, model, text, row_of_change=rows)
    return None, (*prepared.problems, *faults)


def raise_problems(problems_of_file: Sequence[tuple[str | Path, Sequence[str]]]) -> None:
    """Raise one error that lists the problems of one or several files; nothing when all is well.

    Parameters
    ----------
    problems_of_file
        Files and their problems.

    Raises
    ------
    StudyError
        If any file has a problem.

    Examples
    --------
    >>> raise_problems([("artois.toml", [])])
    >>> raise_problems([("artois.toml", ["name is missing."])])
    Traceback (most recent call last):
    artois_mobility.errors.StudyError: artois.toml has 1 problem:
      name is missing.
    """
    parts = []
    for path, problems in problems_of_file:
        if problems:
            count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
            parts.append(f"{path} has {count}:\n{list_problems(problems, MOST_SHOWN)}")
    if parts:
        raise StudyError("\n".join(parts))


def _why_unreadable(path: Path, error: OSError) -> str:
    if path.is_dir():
        return "this is a folder; name the .toml file in it."
    if isinstance(error, FileNotFoundError):
        if not path.parent.is_dir():
            return "there is no such file, nor its folder."
        return f"there is no such file.{_name_neighbours(path)}"
    return f"cannot be read: {error.strerror}."


def _name_neighbours(path: Path) -> str:
    """Name files beside it that are called alike; all end alike, so the ends count for nothing."""
    names = sorted({each.name for each in path.parent.glob("*.toml")} - SETTINGS_OF_OTHERS)
    stems = {name.removesuffix(".toml").casefold(): name for name in names}
    alike = difflib.get_close_matches(path.stem.casefold(), list(stems), n=3, cutoff=0.6)
    return suggest(path.name, [stems[each] for each in alike])


def _explain_syntax(message: str, text: str) -> str:
    """Add the faulty line itself to what the TOML reader says."""
    reason, _, place = message.partition(" (at ")
    words = place.replace(",", " ").replace(")", " ").split()
    digits = [int(word) for word in words if word.isdigit()]
    lines = text.splitlines()
    is_open = "at end of document" in message or "Unclosed" in message
    if is_open and (opened := _find_unclosed(lines)):
        told = lines[opened - 1].strip()
        return (
            f"line {opened}: {reason}. What {told!r} opens is never closed: write ] or }} after it."
        )
    if len(digits) != 2 or not 1 <= digits[0] <= len(lines):
        return f'is not TOML: {message}. Write key = value; text stands in "quotes".'
    line, column = digits
    told = lines[line - 1].strip()
    day = _DAY.match(told)
    if day and (written := f"{day['key']} = {_as_iso(day)}") != told:
        return f"line {line}: {told!r} is no day. Write {written}: year, month, day."
    plainly = _PLAINLY.get(reason, "")
    return (
        f"line {line}, column {column}: {reason}{plainly}. It reads {lines[line - 1].strip()!r}. "
        'Text stands in "quotes", numbers have a decimal point, points are [lon, lat].'
    )


def _find_unclosed(lines: Sequence[str]) -> int | None:
    """Find the line on which a bracket opens that is never closed."""
    depth, opened = 0, None
    for number, line in enumerate(lines, start=1):
        bare = _QUOTED.sub("", line)
        if depth == 0:
            opened = number
        depth += sum(bare.count(each) for each in "[{") - sum(bare.count(each) for each in "]}")
    return opened if depth > 0 else None


def _as_iso(found: re.Match[str]) -> str:
    """Write a day as TOML does; an example where there is no such day."""
    parts = [int(each) for each in found.groups()[1:] if each is not None]
    year, month, number = parts if found["year_first"] else parts[::-1]
    try:
        return date(year, month, number).isoformat()
    except ValueError:
        return EXAMPLE_DAY
