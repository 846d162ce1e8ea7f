"""Read scenario files: what differs from today, checked against the schema of each change."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, TypeAlias

from pydantic import Field, Strict

from ..changes.coordinates import place_in_degrees
from ..changes.faults import find_line, name_key
from ..changes.fields import FileModel, Text
from ..changes.schema import Change
from ..changes.toml_files import raise_problems, read_toml

TODAY: Final = "today"

Cost: TypeAlias = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]


class _Focus(FileModel):
    """What the report shows first."""

    profiles: tuple[Text, ...] = ()
    categories: tuple[Text, ...] = ()


class _ScenarioFile(FileModel):
    """The keys of a scenario file."""

    name: Text
    question: str = ""
    assumptions: tuple[Text, ...] = ()
    focus: _Focus = _Focus()
    crs: Text | None = None
    changes: tuple[Change, ...] = ()
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a scenario file says, with every coordinate in longitude and latitude.

    Attributes
    ----------
    path
        The file.
    sha256
        Hash of its bytes, hexadecimal.
    key
        The file's stem, by which tables name the scenario.
    name
        Its title.
    question
        The question that it answers, or `""`.
    assumptions
        What it supposes, one sentence each.
    focus_profiles, focus_categories
        What the report should show first; empty for all.
    changes
        What differs from today, in the order of the file, which does not matter.
    lines
        Line in the file where each change begins; None where that is not known.
    cost
        What it costs, in any unit; None where the file does not say.
    """

    path: Path
    sha256: str
    key: str
    name: str
    question: str
    assumptions: tuple[str, ...]
    focus_profiles: tuple[str, ...]
    focus_categories: tuple[str, ...]
    changes: tuple[Change, ...]
    lines: tuple[int | None, ...]
    cost: float | None = None


def read_scenario(path: str | Path) -> Scenario:
    """Read one scenario file.

    Parameters
    ----------
    path
        A TOML file with a `name`, and optionally `question`, `assumptions`, `focus`, `crs`, `cost`
        and `[[changes]]`.

    Returns
    -------
    scenario
        Checked by itself; whether its ways and sites exist shows when it meets a study.

    Raises
    ------
    StudyError
        If the file is missing or faulty; the message lists all its problems.

    Examples
    --------
    >>> read_scenario("no-such-folder/passerelle.toml")
    Traceback (most recent call last):
    artois_mobility.errors.StudyError: ...passerelle.toml has 1 problem:
      there is no such file, nor its folder.
    """
    return read_scenarios([path])[0]


def read_scenarios(paths: Sequence[str | Path]) -> tuple[Scenario, ...]:
    """Read scenario files, and raise once for the problems of all of them.

    Parameters
    ----------
    paths
        The files; their stems name the scenarios and must differ.

    Returns
    -------
    scenarios
        In the order given.

    Raises
    ------
    StudyError
        If any file is missing or faulty, or two have the same stem.

    Examples
    --------
    >>> read_scenarios([])
    ()
    """
    found = [_read(Path(path)) for path in paths]
    stems: dict[str, Path] = {}
    problems: list[tuple[Path, list[str]]] = []
    for path, (_, own) in zip(map(Path, paths), found, strict=True):
        first = stems.setdefault(path.stem, path)
        if first is not path:
            own.append(
                f"its name {path.stem!r} is that of {first} too. Tables name scenarios by the "
                "file's name without .toml: rename one."
            )
        problems.append((path, own))
    raise_problems(problems)
    return tuple(scenario for scenario, _ in found if scenario is not None)


def _read(path: Path) -> tuple[Scenario | None, list[str]]:
    file = read_toml(path, _ScenarioFile)
    problems = list(file.problems)
    if path.stem == TODAY:
        problems.append(f"the name {TODAY!r} is taken by the situation of today: rename the file.")
    content = file.content
    if content is None:
        return None, problems
    text = path.read_text(encoding="utf-8-sig")
    lines = tuple(find_line(text, ("changes", row)) for row in range(len(content.changes)))
    changes = []
    for row, change in enumerate(content.changes):
        placed, faults = place_in_degrees(change, content.crs)
        changes.append(placed)
        problems += [f"{where(row, lines[row])}.{fault}" for fault in faults]
    return Scenario(
        path,
        file.sha256,
        path.stem,
        content.name,
        content.question,
        content.assumptions,
        content.focus.profiles,
        content.focus.categories,
        tuple(changes),
        lines,
        content.cost,
    ), problems


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
