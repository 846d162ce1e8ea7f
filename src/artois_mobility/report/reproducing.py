"""Make a report again from its own manifest, and say whether the bytes agree."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pandas as pd

from ..errors import InputError, list_problems
from ..scenarios.files import REFERENCE
from ..study.manifest import OTHER_STUDY, hash_file
from .formats import read_formats
from .manifests import read_record
from .writing import MANIFEST, write_report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._types import Progress

    # Role, path and hash of each file that a report was made from.
    Inputs: TypeAlias = Sequence[Mapping[str, str]]

SAME: Final = "same"
DIFFERS: Final = "differs"
ALTERED: Final = "altered since"
NOT_MADE: Final = "not made again"
NEW: Final = "new"
# What is named when a manifest is not the same again.
MADE_WITH: Final = ("library_version", "versions", "profiles")


def reproduce(
    folder: str | Path, base: str | Path | None = None, *, progress: Progress | None = None
) -> pd.DataFrame:
    """Make the report of a folder again, elsewhere, and compare every file byte for byte.

    Parameters
    ----------
    folder
        What `write_report` or the command `compare` wrote; nothing in it is changed.
    base
        Folder that the manifest's paths start from: the one above the study file's. When left out,
        the first from which they lead to the files that they were: the working folder, the one
        above it, those that the report lies in.
    progress
        Called with what is being done, how many parts are done, and how many there are.

    Returns
    -------
    files
        `file` and `state`: `"same"`; `"differs"` where the bytes made now are others;
        `"altered since"` where they are the same, but the file in the folder was changed or taken
        away; `"not made again"` and `"new"`. `attrs["made_with"]` lists what the report was made
        with that is otherwise now, as what, then and now; `attrs["base"]` is where the paths
        started from.

    Raises
    ------
    InputError
        If the folder holds no report, or any file that it was made from is missing or another one;
        nothing is computed then.

    Examples
    --------
    >>> import artois_mobility as am
    >>> am.reproduce("out/")["state"].unique().tolist()  # doctest: +SKIP
    ['same']
    """
    from ..study.comparing import compare
    from ..study.files import read_study

    place = Path(folder)
    then = _read_manifest(place)
    start = _find_base(then["inputs"], place, None if base is None else Path(base))
    study, scenarios, reference = _list_inputs(then["inputs"], start)
    result = compare(read_study(study), scenarios, reference=reference, progress=progress)
    with tempfile.TemporaryDirectory() as elsewhere:
        logos = [start / each["path"] for each in then["inputs"] if each["role"] == "logo"]
        formats = read_formats(then.get("formats", {}), logos[0] if logos else None)
        write_report(
            result,
            elsewhere,
            language=str(then["language"]),
            csv=formats.csv,
            also=formats.also,
            logo=formats.logo,
            day=formats.day,
            progress=progress,
        )
        now = _read_manifest(Path(elsewhere))
        made = {**now["files"], MANIFEST: hash_file(Path(elsewhere) / MANIFEST)}
    stated = {**then["files"], MANIFEST: hash_file(place / MANIFEST)}
    states = {
        name: _judge(place / name, stated.get(name), made.get(name)) for name in {**stated, **made}
    }
    files = pd.DataFrame({"file": list(states), "state": list(states.values())})
    files.attrs["made_with"] = _compare_versions(then, now)
    files.attrs["base"] = str(start)
    return files


def _read_manifest(place: Path) -> dict[str, Any]:
    path = place / MANIFEST
    try:
        manifest = read_record(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        is_deep = isinstance(error, RecursionError)
        why = getattr(error, "strerror", None) or ("it is nested too deeply" if is_deep else error)
        msg = (
            f"{path} is no manifest of a report: {why}. Name a folder that `artois-mobility "
            "compare` wrote."
        )
        raise InputError(msg) from error
    return manifest


def _find_base(inputs: Inputs, place: Path, base: Path | None) -> Path:
    """Find the folder from which all paths lead to the files that they were."""
    bases = _list_bases(place) if base is None else [base]
    found = {each: _list_problems(inputs, each) for each in bases}
    nearest = min(bases, key=lambda each: tuple(map(len, found[each])))
    missing, others = found[nearest]
    if not (missing or others):
        return nearest
    lines = [f"The report in {place} cannot be made again:", list_problems(missing + others)]
    if missing and len(bases) > 1:
        lines.append(
            f"That is seen from {nearest.resolve()}; of the working folder, the one above it and "
            "those that the report lies in, none has more of them."
        )
    by_name = [each["path"] for each in inputs if "/" not in each["path"]]
    if missing and by_name:
        lines.append(
            "Known by name alone, so looked for there itself: "
            f"{', '.join(by_name)}. What lay elsewhere needs a copy or a link there."
        )
    lines.append(
        "Put back the files it was made from, or name the folder that their paths start from "
        "(--base), the one above the study file's."
    )
    raise InputError("\n".join(lines))


def _list_bases(place: Path) -> list[Path]:
    """List the folders that paths may start from: the working one first, as it is called."""
    here = Path().resolve()
    found = dict.fromkeys([here, here.parent, *place.resolve().parents])
    return [Path() if each == here else each for each in found]


def _list_problems(inputs: Inputs, base: Path) -> tuple[list[str], list[str]]:
    """List the inputs that are missing, and those that are other files, seen from a folder."""
    missing, others = [], []
    for each in inputs:
        path = base / each["path"]
        if not _is_file(path):
            missing.append(f"{path} ({each['role']}) is missing.")
        elif hash_file(path) != each["sha256"]:
            others.append(f"{path} ({each['role']}) is not the file it was.")
    return missing, others


def _list_inputs(inputs: Inputs, base: Path) -> tuple[Path, Sequence[Path], Path | None]:
    """List study, scenarios and reference."""
    of_role: dict[str, list[Path]] = {}
    for each in inputs:
        of_role.setdefault(each["role"], []).append(base / each["path"])
    references = [*of_role.get(REFERENCE, ()), *of_role.get(OTHER_STUDY, ()), None]
    return of_role["study"][0], of_role.get("scenario", []), references[0]


def _judge(path: Path, stated: str | None, made: str | None) -> str:
    if made is None:
        return NOT_MADE
    if stated is None:
        return NEW
    if made != stated:
        return DIFFERS
    return SAME if _is_file(path) and hash_file(path) == made else ALTERED


def _compare_versions(
    then: Mapping[str, Any], now: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    found = []
    for name in MADE_WITH:
        pair = then[name], now[name]
        if isinstance(pair[0], str):
            pair = {"artois_mobility": pair[0]}, {"artois_mobility": pair[1]}
        for key in dict.fromkeys([*pair[0], *pair[1]]):
            was, is_now = (_short(each.get(key, "")) for each in pair)
            if was != is_now:
                found.append((key, was, is_now))
    return found


def _short(value: Any) -> str:  # noqa: ANN401  whatever stands in JSON
    return str(value.get("sha256", ""))[:12] if isinstance(value, dict) else str(value)


def _is_file(path: Path) -> bool:
    """Tell whether a file is there; not so where its name is longer than the system opens."""
    try:
        return path.is_file()
    except OSError:
        return False
