"""Read scenario files: what differs from today, checked against the schema of each change."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..changes.notices import Notice
from ..changes.schema import Change
from ..changes.toml_files import raise_problems
from .combining import combine
from .files import Origin, UsedFile

TODAY: Final = "today"


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
        What differs from today, in the order of the file, which does not matter; those of the
        files that it combines first.
    lines
        Line in its file where each change begins; None where that is not known.
    origins
        File and place in it of each change; as in `path` and `lines` when empty.
    inputs
        Files that it was made from, besides its own: scenarios that it combines, layers.
    notices
        What was noticed while they were read.
    cost
        What it costs, in any unit; None where the file does not say.
    given
        How many changes, the first ones, are those of the reference that it stands on.
    reference
        Key of that reference; `""` for today.
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
    origins: tuple[Origin, ...] = ()
    inputs: tuple[UsedFile, ...] = ()
    notices: tuple[Notice, ...] = ()
    cost: float | None = None
    given: int = 0
    reference: str = ""

    def find_origin(self, row: int) -> Origin:
        """Tell where a change is written.

        Parameters
        ----------
        row
            Position among the changes, from 0.

        Returns
        -------
        origin
            File, place in it and line.
        """
        return self.origins[row] if self.origins else Origin(self.path, row, self.lines[row])

    def name_new(self, rows: Sequence[int]) -> list[str]:
        """Name new places, so that those of the reference are called as in the reference itself.

        Parameters
        ----------
        rows
            The change that each of them comes from, those of the reference in the order in which
            it has them itself.

        Returns
        -------
        names
            The key of the file that adds them, and their number there from 1.
        """
        counts = {self.key: 0, self.reference: 0}
        names = []
        for row in rows:
            key = self.reference if row < self.given else self.key
            counts[key] += 1
            names.append(f"+{key}:{counts[key]}")
        return names


def read_scenario(path: str | Path) -> Scenario:
    """Read one scenario file.

    Parameters
    ----------
    path
        A TOML file with a `name`, and optionally `question`, `assumptions`, `focus`, `crs`, `cost`,
        `combine` and `[[changes]]`.

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


def read_scenarios(
    paths: Sequence[str | Path], reference: Path | None = None
) -> tuple[Scenario, ...]:
    """Read scenario files, and raise once for the problems of all of them.

    Parameters
    ----------
    paths
        The files; their stems name the scenarios and must differ.
    reference
        A scenario file that all of them stand on: "fil de l'eau", what happens anyway. What it
        changes, each of them changes too. None for today.

    Returns
    -------
    scenarios
        In the order given; the reference first where there is one.

    Raises
    ------
    StudyError
        If any file is missing or faulty, or two have the same stem.

    Examples
    --------
    >>> read_scenarios([])
    ()
    """
    files = [Path(path) for path in paths]
    found = [_read(path, reference) for path in files]
    if reference is not None:
        files, found = [reference, *files], [_read(reference, None), *found]
    stems: dict[str, Path] = {}
    problems: dict[Path, list[str]] = {}
    for path, (_, own) in zip(files, found, strict=True):
        first = stems.setdefault(path.stem, path)
        if first is not path:
            own[path].append(
                f"its name {path.stem!r} is that of {first} too. Tables name scenarios by the "
                "file's name without .toml: rename one."
            )
        for each, sentences in own.items():
            known = problems.setdefault(each, [])
            known += [sentence for sentence in sentences if sentence not in known]
    raise_problems(list(problems.items()))
    return tuple(scenario for scenario, _ in found if scenario is not None)


def _read(path: Path, reference: Path | None) -> tuple[Scenario | None, dict[Path, list[str]]]:
    file, combined = combine(path, reference)
    problems = combined.problems
    if path.stem == TODAY:
        taken = f"the name {TODAY!r} is taken by the situation of today: rename the file."
        problems[path].append(taken)
    content = file.content
    if content is None:
        return None, problems
    told = (*combined.origin_of_change.items(), *combined.repeated)
    return Scenario(
        path,
        file.sha256,
        path.stem,
        content.name,
        content.question,
        tuple(combined.assumptions),
        content.focus.profiles,
        content.focus.categories,
        tuple(change for change, _ in told),
        tuple(origin.line for _, origin in told),
        tuple(origin for _, origin in told),
        tuple(combined.inputs.values()),
        tuple(combined.notices),
        content.cost,
        len(combined.given),
        "" if reference is None else reference.stem,
    ), problems
