"""Write scenario files, so that what is found can be held against today like any other plan."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import StudyError
from .schema import Change


def write_scenario(
    path: str | Path,
    name: str,
    changes: Sequence[Change],
    *,
    question: str = "",
    assumptions: Sequence[str] = (),
    cost: float | None = None,
    overwrite: bool = False,
) -> Path:
    """Write a scenario file with some changes, as `am.compare` reads it.

    Parameters
    ----------
    path
        Where to; the file's name without `.toml` names the scenario in tables.
    name
        Its title.
    changes
        Such as those of `RankedLinks.changes`, coordinates in longitude and latitude.
    question
        The question that it answers.
    assumptions
        What it supposes, one sentence each.
    cost
        What it costs, for `am.optimise`; None for not saying.
    overwrite
        Whether a file that is there may be replaced.

    Returns
    -------
    path
        Where it is.

    Raises
    ------
    StudyError
        If the path does not end in `.toml`, its folder is missing, the name is empty, or a file
        is there already. Nothing half-written is ever left.

    Examples
    --------
    >>> import tempfile
    >>> from artois_mobility.changes.schema import AddSite
    >>> new = AddSite(kind="add_site", category="care/pharmacy", name="New", at=(2.83, 50.43))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(write_scenario(f"{folder}/new.toml", "A pharmacy", [new]).read_text())
    name = "A pharmacy"
    <BLANKLINE>
    [[changes]]
    kind = "add_site"
    category = "care/pharmacy"
    name = "New"
    at = [
        2.83,
        50.43,
    ]
    <BLANKLINE>
    """
    import tomli_w

    path = Path(path)
    _check(path, name, overwrite=overwrite)
    content: dict[str, Any] = {"name": name}
    if question:
        content["question"] = question
    if assumptions:
        content["assumptions"] = list(assumptions)
    if cost is not None:
        content["cost"] = cost
    content["changes"] = [_describe(change) for change in changes]
    text = tomli_w.dumps(content)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def _check(path: Path, name: str, *, overwrite: bool) -> None:
    if path.suffix != ".toml":
        msg = f"A scenario is written as .toml; found {path}."
        raise StudyError(msg)
    if not path.parent.is_dir():
        msg = f"{path} cannot be written: there is no folder {path.parent}. Make it first."
        raise StudyError(msg)
    if path.exists() and not overwrite:
        msg = f"{path} is there already. Choose another name, or overwrite=True to replace it."
        raise StudyError(msg)
    if not name.strip():
        msg = f"{path}: a scenario needs a name, which its report has for a title."
        raise StudyError(msg)


def _describe(change: Change) -> dict[str, Any]:
    """Give what a change says, without what it leaves to the defaults; `kind` comes first."""
    said = change.model_dump(exclude_defaults=True, exclude_none=True)
    return {"kind": change.kind} | said
