"""Read a TOML file into a pydantic model; every problem of the file in plain sentences at once."""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from ..errors import StudyError, list_problems
from .faults import describe_faults
from .fields import FileModel
from .hints import suggest

MOST_SHOWN = 40

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
    """

    path: Path
    sha256: str
    content: M | None
    problems: tuple[str, ...]


def read_toml(path: str | Path, model: type[M]) -> TomlFile[M]:
    """Read a TOML file and check it against a model, without raising.

    Parameters
    ----------
    path
        The file; UTF-8, with or without a byte order mark.
    model
        What it must look like.

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
        table = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"line {line} is not UTF-8 text. Save the file with the encoding UTF-8."
        return TomlFile(path, sha256, None, (problem,))
    except RecursionError:
        problem = "brackets are nested too deeply. Points are [lon, lat], lines [[...], [...]]."
        return TomlFile(path, sha256, None, (problem,))
    except ValueError as error:  # tomllib.TOMLDecodeError, and numbers of thousands of digits
        return TomlFile(path, sha256, None, (_explain_syntax(str(error), text),))
    return _check(path, sha256, text, table, model)


def _check(
    path: Path, sha256: str, text: str, table: dict[str, Any], model: type[M]
) -> TomlFile[M]:
    try:
        content = model.model_validate(table)
    except ValidationError as error:
        return TomlFile(path, sha256, None, tuple(describe_faults(error, model, text)))
    return TomlFile(path, sha256, content, ())


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
        known = sorted(each.name for each in path.parent.glob("*.toml"))
        return f"there is no such file.{suggest(path.name, known)}"
    return f"cannot be read: {error.strerror}."


def _explain_syntax(message: str, text: str) -> str:
    """Add the faulty line itself to what the TOML reader says."""
    reason, _, place = message.partition(" (at ")
    words = place.replace(",", " ").replace(")", " ").split()
    digits = [int(word) for word in words if word.isdigit()]
    lines = text.splitlines()
    if len(digits) != 2 or not 1 <= digits[0] <= len(lines):
        return f"is not TOML: {message}."
    line, column = digits
    return (
        f"line {line}, column {column}: {reason}. It reads {lines[line - 1].strip()!r}. "
        'Text stands in "quotes", numbers have a decimal point, points are [lon, lat].'
    )
