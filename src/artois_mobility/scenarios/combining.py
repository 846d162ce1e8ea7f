"""Put the changes of combined scenario files together."""

from dataclasses import dataclass, field
from pathlib import Path

from ..changes.faults import find_line
from ..changes.hints import suggest
from ..changes.notices import Notice
from ..changes.schema import Change
from .files import REFERENCE, Origin, ScenarioFile, UsedFile, read_file


@dataclass(frozen=True, slots=True)
class Combined:
    """A scenario file with everything that it combines; grows while files are read.

    Attributes
    ----------
    origin_of_change
        Where each change is written, the changes of combined files first. Those that several
        files say word for word are there once.
    repeated
        Changes that one file says twice, with where they stand the second time.
    assumptions
        Of all files, each once.
    inputs
        Files that were read besides the scenario's own.
    notices
        What is worth knowing.
    problems
        By file, one sentence each.
    given
        Changes that the reference makes.
    """

    origin_of_change: dict[Change, Origin] = field(default_factory=dict)
    repeated: list[tuple[Change, Origin]] = field(default_factory=list)
    assumptions: dict[str, None] = field(default_factory=dict)
    inputs: dict[Path, UsedFile] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    problems: dict[Path, list[str]] = field(default_factory=dict)
    given: list[Change] = field(default_factory=list)


def combine(path: Path, reference: Path | None = None) -> tuple[ScenarioFile, Combined]:
    """Read a scenario file and all files that it combines.

    Parameters
    ----------
    path
        The file.
    reference
        A scenario file that this one stands on; what it changes comes first.

    Returns
    -------
    file
        The file itself.
    combined
        The changes of all, and the problems of all.
    """
    combined = Combined()
    if reference is not None:
        _stand_on(combined, reference)
    return _add(combined, path, ()), combined


def _stand_on(combined: Combined, reference: Path) -> None:
    """Take the changes of the reference; what it supposes and its notices are told with itself."""
    file = _add(combined, reference, ())
    combined.inputs[reference.resolve()] = UsedFile(REFERENCE, reference, file.sha256)
    combined.given.extend(combined.origin_of_change)
    combined.assumptions.clear()
    combined.notices.clear()


def _add(combined: Combined, path: Path, chain: tuple[Path, ...]) -> ScenarioFile:
    """Add a file after those that it combines; `chain` led to it."""
    file = read_file(path)
    combined.problems[path] = list(file.problems)
    content = file.content
    for each in file.layers:
        combined.inputs.setdefault(each.path.resolve(), each)
    if content is None:
        return file
    for number, given in enumerate(content.combine, start=1):
        _add_part(combined, file, number, given, (*chain, path))
    combined.assumptions.update(dict.fromkeys(content.assumptions))
    for change, origin in zip(file.changes, file.origins, strict=True):
        first = combined.origin_of_change.setdefault(change, origin)
        if first is origin:
            continue
        if first.path == path:
            combined.repeated.append((change, origin))
            continue
        values = {"number": str(origin.row + 1), "file": path.name, "kind": change.kind}
        other = {"first": str(first.row + 1), "first_file": first.path.name}
        combined.notices.append(Notice("said_twice", {**values, **other}))
    return file


def _add_part(
    combined: Combined, file: ScenarioFile, number: int, given: str, chain: tuple[Path, ...]
) -> None:
    path = file.path.parent / given
    line = find_line(file.text, ("combine",))
    at = f"{f'line {line}, ' if line else ''}combine[{number}]"
    full = path.resolve()
    ring = [each.resolve() for each in chain]
    if full in ring:
        names = " -> ".join(each.name for each in (*chain[ring.index(full) :], path))
        problem = f"{at} leads back to where it began: {names}. Take one of them out of combine."
        combined.problems[file.path].append(problem)
    elif not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "does not exist"
        known = sorted(each.name for each in path.parent.glob("*.toml"))
        near = suggest(path.name, known)
        problem = f"{at}: {given!r} {what}; it is looked for from the scenario's folder.{near}"
        combined.problems[file.path].append(problem)
    elif full in combined.inputs:
        combined.notices.append(Notice("combined_twice", {"file": path.name}))
    else:
        part = _add(combined, path, chain)
        combined.inputs[full] = UsedFile("combined", path, part.sha256)
