"""How much every change of scenarios will touch, before anything is computed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from .._types import Progress, tell_nobody
from ..scenarios.reading import read_scenarios
from ..scenarios.resolved import ResolvedScenario
from ..scenarios.resolving import resolve
from .caveats import warn_of_sites
from .comparing import choose_files
from .files import Study
from .loading import Loaded, load
from .new_sites import NewSites, attach_new_sites
from .references import read_reference
from .touching import TOUCH_COLUMNS, say_changes, tabulate_touches

COLUMNS: Final = ("scenario", "change", "kind", "sentence", *TOUCH_COLUMNS[2:], "warnings")


def preview(
    study: Study,
    scenario_paths: Sequence[str | Path],
    *,
    reference: str | Path | Study | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Tell how much every change will touch, without computing any time.

    The study is read and every change is held against it, as `am.compare` does it.

    Parameters
    ----------
    study
        What today is.
    scenario_paths
        Scenario files. The study's own file among them is passed over, and so is a file given
        twice.
    reference
        What they are compared with, as in `am.compare`. The changes of a scenario file are told
        first.
    progress
        Told about every stage.

    Returns
    -------
    touched
        `scenario`, `change` (its number; changes of combined files come first), `kind`, `sentence`
        in the study's language, `profile` (`""` where it is the same for all), `ways`,
        `kilometres`, `sites`, `people` (who live along the ways that a change of ways touches; NaN
        where there is nothing to count) and `warnings`, one text for each change.
        `attrs["warnings"]` lists all warnings of each scenario, those of no change too.

    Raises
    ------
    StudyError
        If a scenario file is faulty or does not fit the study; all problems are listed.
    InputError
        If the study's data is faulty.
    """
    ground = read_reference(reference, study)
    files = choose_files(study, scenario_paths, ground.file)
    scenarios = read_scenarios(files, ground.file)
    loaded = load(study, progress or tell_nobody)
    resolved = resolve(scenarios, loaded.today)
    new_sites = attach_new_sites(loaded, resolved)
    tables = [_tabulate(loaded, each) for each in resolved if _has_own(each)]
    touched = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)
    touched.attrs["warnings"] = {
        each.scenario.key: _list_warnings(loaded, each, new_sites) for each in resolved
    }
    return touched


def _has_own(resolved: ResolvedScenario) -> bool:
    return len(resolved.scenario.changes) > resolved.scenario.given


def _tabulate(loaded: Loaded, resolved: ResolvedScenario) -> pd.DataFrame:
    language = loaded.study.language
    touched = tabulate_touches(loaded, resolved)
    sentences = say_changes(loaded, resolved)[language]
    warnings = [""] * len(sentences)
    given = resolved.scenario.given
    for row, notice in resolved.warned:
        if row >= given:
            told = warnings[row - given]
            warnings[row - given] = f"{told} {notice.say(language)}".strip()
    rows = [int(number) - 1 for number in touched["change"]]
    touched["scenario"] = resolved.scenario.key
    touched["sentence"] = [sentences[row] for row in rows]
    touched["warnings"] = [warnings[row] for row in rows]
    return touched[list(COLUMNS)]


def _list_warnings(loaded: Loaded, resolved: ResolvedScenario, new_sites: NewSites) -> list[str]:
    notices = (*resolved.warnings, *warn_of_sites(loaded, resolved, new_sites))
    return [notice.say(loaded.study.language) for notice in notices]
