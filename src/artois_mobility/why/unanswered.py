"""What is not answered where everything is computed on streets: changes of public transport."""

from typing import TYPE_CHECKING

from ..changes.hints import suggest
from ..changes.schema import Change
from ..changes.transit_schema import LineChange
from ..changes.water_schema import AddStop
from ..errors import StudyError
from ..study.files import find_profile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..scenarios.reading import Scenario
    from ..study.files import Study


def changes_lines(change: Change) -> bool:
    """Tell whether a change is one of lines of public transport.

    Parameters
    ----------
    change
        Any.

    Returns
    -------
    changes_lines
        True where only the timetable tells what it does.

    Examples
    --------
    >>> from artois_mobility.changes.transit_schema import RemoveLine
    >>> changes_lines(RemoveLine(kind="remove_line", lines=("B7",)))
    True
    """
    return isinstance(change, LineChange) or (isinstance(change, AddStop) and change.is_of_lines)


def name_unanswered(scenarios: "Iterable[Scenario]") -> tuple[str, ...]:
    """Name the scenarios that change lines of public transport.

    Parameters
    ----------
    scenarios
        Any.

    Returns
    -------
    keys
        In their order.
    """
    return tuple(each.key for each in scenarios if any(map(changes_lines, each.changes)))


def settle_pair(
    study: "Study", scenario: "Scenario", category: str, profile: str | None
) -> tuple[str, str]:
    """Choose who travels where no profile is given, and check what is asked.

    Parameters
    ----------
    study
        What today is.
    scenario
        The first profile on streets that it shows first is taken; else the study's first.
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
        If there is no such profile at all, or it is public transport.
    """
    known = [each.name for each in study.travel_profiles if each.name in study.profiles]
    concerned = [each for each in scenario.focus_profiles if each in known]
    asked = find_profile(study, profile or next(iter(concerned), None)).name
    for name, found, allowed in (
        ("profile", asked, study.profiles),
        ("category", category, study.categories),
    ):
        if found not in allowed:
            msg = f"The study has no {name} {found!r}.{suggest(found, list(allowed))}"
            raise StudyError(msg)
    return asked, category
