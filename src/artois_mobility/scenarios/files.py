"""Read one scenario file by itself: its changes, and the files that it combines."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, TypeAlias

from pydantic import Field, Strict

from ..changes.coordinates import place_in_degrees
from ..changes.faults import find_line, name_key
from ..changes.fields import FileModel, Text
from ..changes.schema import Change
from ..changes.toml_files import read_toml
from .sources import LayerReader

# Role of the scenario file that stands in for today.
REFERENCE: Final = "reference"

Cost: TypeAlias = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]


class Focus(FileModel):
    """What the report shows first.

    Attributes
    ----------
    profiles, categories
        Empty for all.
    """

    profiles: tuple[Text, ...] = ()
    categories: tuple[Text, ...] = ()


class ScenarioContent(FileModel):
    """The keys of a scenario file.

    Attributes
    ----------
    name
        Its title.
    question
        The question that it answers, or `""`.
    assumptions
        What it supposes.
    focus
        What the report should show first.
    crs
        Coordinate system of its changes; None for longitude and latitude.
    changes
        What differs from today.
    combine
        Other scenario files, whose changes are made too.
    cost
        What it costs, in any unit.
    """

    name: Text
    question: str = ""
    assumptions: tuple[Text, ...] = ()
    focus: Focus = Focus()
    crs: Text | None = None
    changes: tuple[Change, ...] = ()
    combine: tuple[Text, ...] = ()
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change is written.

    Attributes
    ----------
    path
        The file.
    row
        Position among the changes of the file, from 0.
    line
        Line on which it begins, if known.
    """

    path: Path
    row: int
    line: int | None


@dataclass(frozen=True, slots=True)
class UsedFile:
    """A file that a scenario was made from.

    Attributes
    ----------
    role
        `"combined"` for a scenario file, `"layer"` for one of coordinates, `"reference"` for the
        scenario file that stands in for today.
    path
        Where it is.
    sha256
        Hash of its bytes, hexadecimal.
    """

    role: str
    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """A scenario file as read, or what is wrong with it.

    Attributes
    ----------
    path
        Where it is.
    text
        What it says, to find lines.
    sha256
        Hash of its bytes, hexadecimal.
    content
        Its keys; None when it could not be read.
    changes
        Its changes, coordinates in longitude and latitude.
    origins
        Where each stands in the file.
    layers
        Files from which coordinates were read.
    problems
        One sentence each.
    """

    path: Path
    text: str
    sha256: str
    content: ScenarioContent | None
    changes: tuple[Change, ...]
    origins: tuple[Origin, ...]
    layers: tuple[UsedFile, ...]
    problems: tuple[str, ...]


def read_file(path: Path) -> ScenarioFile:
    """Read one scenario file, without raising.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    file
        With its changes, or with all its problems.

    Examples
    --------
    >>> read_file(Path("no-such-folder/passerelle.toml")).problems
    ('there is no such file, nor its folder.',)
    """
    reader = LayerReader(path.parent)
    file = read_toml(path, ScenarioContent, reader.prepare)
    text, content = file.text, file.content
    layers = tuple(UsedFile("layer", *each) for each in reader.sha256_of_file.items())
    if content is None:
        return ScenarioFile(path, text, file.sha256, None, (), (), layers, file.problems)
    changes: list[Change] = []
    origins: list[Origin] = []
    problems: list[str] = []
    for place, change in enumerate(content.changes):
        row = file.row_of_change[place]
        origins.append(Origin(path, row, find_line(text, ("changes", row))))
        placed, faults = place_in_degrees(change, content.crs)
        changes.append(placed)
        problems += [f"{where(row, origins[-1].line)}.{fault}" for fault in faults]
    return ScenarioFile(
        path, text, file.sha256, content, tuple(changes), tuple(origins), layers, tuple(problems)
    )


def where(row: int, line: int | None) -> str:
    """Say where in its file a change stands.

    Parameters
    ----------
    row
        Position among the changes, from 0.
    line
        Line on which it begins, if known.

    Returns
    -------
    where
        For instance `line 4, changes[1]`.

    Examples
    --------
    >>> where(0, 4)
    'line 4, changes[1]'
    >>> where(1, None)
    'changes[2]'
    """
    key = name_key(("changes", row))
    return f"line {line}, {key}" if line else key
