"""Which situation stands in for today: a scenario file, or another study with data of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from .._toml import parse_toml
from .._types import Progress
from ..errors import StudyError, list_problems
from ..scenarios.reading import TODAY, Scenario
from ..transit.model import Window
from .files import Study, read_study
from .loading import Loaded, load

if TYPE_CHECKING:
    import geopandas as gpd

# What two studies must ask alike, to be held against each other.
ALIKE: Final = (
    "profiles",
    "categories",
    "category_file",
    "nearest",
    "thresholds_min",
    "turns",
    "period",
)
# What they must ask alike of public transport: when people leave, and how they travel; the day may
# differ, as timetables of other years do.
RIDDEN_ALIKE: Final = tuple(each.name for each in fields(Window))
# A cell of two tables that lies this far apart, about 1 m, is not the same place.
SAME_CELL_DEG: Final = 1e-5


@dataclass(frozen=True, slots=True)
class Reference:
    """What was named to be compared with: one of the two, neither for today.

    Attributes
    ----------
    file
        A scenario file: what happens anyway. Every scenario stands on it.
    study
        Another study: another extract, other people.
    """

    file: Path | None = None
    study: Study | None = None


def read_reference(given: str | Path | Study | None, own: Study) -> Reference:
    """Tell what is to be compared with.

    Parameters
    ----------
    given
        A scenario file, a study file (it has `[data]`), a study, or None for today.
    own
        The study that scenarios belong to; itself named as the reference, it is today.

    Returns
    -------
    reference
        A study where there is one; else a scenario file, which is read with the scenarios.

    Raises
    ------
    StudyError
        If a study file is faulty.
    """
    if given is None:
        return Reference()
    path = given.path if isinstance(given, Study) else Path(given)
    if path.resolve() == own.path.resolve():
        return Reference()
    if isinstance(given, Study):
        return Reference(study=given)
    return Reference(study=read_study(path)) if _is_study(path) else Reference(file=path)


def name_base(reference: Reference, scenarios: Sequence[Scenario]) -> str:
    """Name the situation that all others are compared with.

    Parameters
    ----------
    reference
        What was named.
    scenarios
        What the scenario files say.

    Returns
    -------
    key
        The stem of its file, `"today"` where nothing was named.

    Raises
    ------
    StudyError
        If another study bears the name of a scenario, or `today`.
    """
    if reference.study is None:
        return TODAY if reference.file is None else reference.file.stem
    key = reference.study.path.stem
    if key in {TODAY, *(each.key for each in scenarios)}:
        msg = f"{reference.study.path}: tables know another situation as {key!r}. Rename the file."
        raise StudyError(msg)
    return key


def _is_study(path: Path) -> bool:
    """Tell a study file from others, the faults of which are told with those of scenarios."""
    try:
        return "data" in parse_toml(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return False


def load_other(other: Study, loaded: Loaded, progress: Progress) -> Loaded:
    """Load the study to compare with, and see that the two ask and count alike.

    Parameters
    ----------
    other
        The study to compare with.
    loaded
        The study that scenarios belong to.
    progress
        Told about every stage.

    Returns
    -------
    loaded
        The other study.

    Raises
    ------
    StudyError
        If they differ in what they ask, or in their cells.
    InputError
        If the other study's data is faulty.
    """
    own = loaded.study
    problems = [
        f"{name}: {_written(getattr(other, name))} there, {_written(getattr(own, name))} here."
        for name in ALIKE
        if getattr(other, name) != getattr(own, name)
    ]
    problems += _compare_rides(other, own)
    if (other.water is None) != (own.water is None):
        problems.append("water: only one of the two asks about it.")
    if problems:
        raise _unlike(other, own, problems)
    before = load(other, progress)
    problem = _compare_cells(before.residents, loaded.residents)
    if problem:
        raise _unlike(other, own, [problem])
    return before


def _compare_rides(other: Study, own: Study) -> list[str]:
    """Say how two studies ask otherwise of public transport; nothing where only one asks."""
    there, here = other.transit, own.transit
    if there is None or here is None:
        return []  # profiles tell
    asked = [
        (name, getattr(there.window, name), getattr(here.window, name)) for name in RIDDEN_ALIKE
    ]
    asked.append(("change_s", there.change_s, here.change_s))
    asked.append(("walk", there.walk.name, here.walk.name))
    return [
        f"transit.{name}: {_written(before)} there, {_written(after)} here."
        for name, before, after in asked
        if before != after
    ]


def _written(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _unlike(other: Study, own: Study, problems: Sequence[str]) -> StudyError:
    return StudyError(
        f"{other.path.name} and {own.path.name} cannot be compared:\n{list_problems(problems)}\n"
        "Let both ask the same of the same cells; what may differ is the data: extract, sites, "
        "people of each cell."
    )


def _compare_cells(before: "gpd.GeoDataFrame", after: "gpd.GeoDataFrame") -> str:
    """Say how the cells of two studies differ; `""` where they are the same in the same order."""
    there, here = (table["cell"].astype(str).to_numpy(object) for table in (before, after))
    for one, other, where in ((there, here, "there"), (here, there, "here")):
        is_only = ~np.isin(one, other)
        if is_only.any():
            return (
                f"residents: {is_only.sum()} of {one.size} cells are only {where}, first "
                f"{one[is_only][0]!r}. Give both the same cells, with the people of each year."
            )
    if (there != here).any():
        return "residents: the same cells in another order. Sort both tables alike."
    apart = shapely.distance(before.geometry.to_numpy(), after.geometry.to_numpy())
    is_apart = apart > SAME_CELL_DEG
    if is_apart.any():
        return (
            f"residents: {is_apart.sum()} of {here.size} cells lie elsewhere there, first "
            f"{here[is_apart][0]!r}. A cell of the same name must be the same place."
        )
    return ""
