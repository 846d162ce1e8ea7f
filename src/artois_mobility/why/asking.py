"""Who travels and where to, where the change of one cell is asked for."""

from typing import TYPE_CHECKING

from ..changes.hints import suggest
from ..errors import StudyError
from ..scenarios.timetable_plans import is_of_timetable
from ..study.files import find_profile
from ..transit.naming import TRANSIT

if TYPE_CHECKING:
    from ..scenarios.reading import Scenario
    from ..study.files import Study


def changes_lines(scenario: "Scenario") -> bool:
    """Tell whether a scenario changes lines of public transport.

    Parameters
    ----------
    scenario
        Any.

    Returns
    -------
    changes_lines
        True where some of it only riders feel.
    """
    return any(map(is_of_timetable, scenario.changes))


def settle_pair(
    study: "Study", scenario: "Scenario", category: str, profile: str | None
) -> tuple[str, str]:
    """Choose who travels where no profile is given, and check what is asked.

    Parameters
    ----------
    study
        What today is.
    scenario
        The first profile of the study that it shows first is taken; else public transport where it
        changes nothing but lines; else the study's first.
    category
        Asked for.
    profile
        Asked for, or None.

    Returns
    -------
    pair
        Profile and category, of the study.

    Raises
    ------
    StudyError
        If the study has no such profile or category.
    InputError
        If there is no such profile at all.
    """
    asked = profile or _choose(study, scenario)
    if asked != TRANSIT:
        asked = find_profile(study, asked).name
    for name, found, allowed in (
        ("profile", asked, study.profiles),
        ("category", category, study.categories),
    ):
        if found not in allowed:
            msg = f"The study has no {name} {found!r}.{suggest(found, list(allowed))}"
            raise StudyError(msg)
    return asked, category


def _choose(study: "Study", scenario: "Scenario") -> str:
    concerned = [each for each in scenario.focus_profiles if each in study.profiles]
    is_of_lines = bool(scenario.changes) and all(map(is_of_timetable, scenario.changes))
    if not concerned and is_of_lines and TRANSIT in study.profiles:
        return TRANSIT
    return next(iter(concerned), study.profiles[0])
