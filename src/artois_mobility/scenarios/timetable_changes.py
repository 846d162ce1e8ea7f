"""Changes of a timetable: all found before any is made, and made without touching today's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from ..changes.toml_files import raise_problems
from ..transit.feeds import Feed
from ..transit.timetables import fill_in_times
from .reading import Scenario, read_scenario
from .resolved import Findings
from .timetable_applying import make_edit
from .timetable_conflicts import check_conflicts
from .timetable_effects import warn_of_effects
from .timetable_finding import find_edit
from .timetable_plans import ORDER, ResolvedTimetable, is_of_timetable

NO_TIMETABLE: Final = (
    "changes a timetable, and the study has none. Add a section [transit] to the study, which "
    "names a GTFS feed."
)
NOT_OF_TIMETABLE: Final = (
    "changes something else than a timetable. Compare such a scenario by a study, or take the "
    "change away."
)


def resolve_timetable(
    feed: Feed, scenarios: Sequence[Scenario], day: date | None = None
) -> tuple[ResolvedTimetable, ...]:
    """Resolve scenarios that change a timetable and nothing else, before any is made.

    Parameters
    ----------
    feed
        Today's timetable.
    scenarios
        What the files say.
    day
        The day that is asked about, for what has no effect on it; None for any.

    Returns
    -------
    resolved
        Of each scenario, for `apply_timetable`.

    Raises
    ------
    StudyError
        If anything does not fit, or is no change of a timetable; the message lists all problems of
        all files.
    """
    findings = [Findings(scenario) for scenario in scenarios]
    for each in findings:
        for row, change in enumerate(each.scenario.changes):
            if not is_of_timetable(change):
                each.refuse(row, NOT_OF_TIMETABLE)
    resolved = tuple(resolve_lines(each, feed, day) for each in findings)
    raise_problems([(each.scenario.path.name, each.errors) for each in findings])
    return resolved


def resolve_lines(findings: Findings, feed: Feed | None, day: date | None) -> ResolvedTimetable:
    """Resolve the changes of a timetable of one scenario.

    Parameters
    ----------
    findings
        The scenario; errors and warnings are noted in it.
    feed
        Today's timetable; None where the study has none.
    day
        The day that is asked about; None for any.

    Returns
    -------
    resolved
        Of use only where there is no error.
    """
    scenario = findings.scenario
    rows = [(row, each) for row, each in enumerate(scenario.changes) if is_of_timetable(each)]
    if not rows:
        return ResolvedTimetable()
    if feed is None:
        findings.refuse(rows[0][0], NO_TIMETABLE)
        return ResolvedTimetable()
    told = tell_all_times(feed)
    found = [find_edit(findings, told, row, change) for row, change in rows]
    edits = [each for each in found if each is not None]
    edits.sort(key=lambda edit: (ORDER[type(edit.change)], edit.change.model_dump_json()))
    check_conflicts(findings, told, edits)
    if not findings.errors:
        warn_of_effects(findings, told, edits, day)
    return ResolvedTimetable(tuple(edits))


def apply_timetable(feed: Feed, resolved: ResolvedTimetable) -> Feed:
    """Make the changes of a scenario in a timetable.

    Parameters
    ----------
    feed
        Today's, that they were resolved against; it is not changed.
    resolved
        What `resolve_timetable` gives for the scenario.

    Returns
    -------
    feed
        The very same object where nothing changes. Rows of today's stops stay; new ones stand
        behind them, with ids that begin with `+`.
    """
    if not resolved.edits:
        return feed
    changed = tell_all_times(feed)
    for edit in resolved.edits:
        changed = make_edit(changed, edit)
    return changed


def tell_all_times(feed: Feed) -> Feed:
    """Spread times evenly between timepoints, as the timetable of a day does.

    Parameters
    ----------
    feed
        Any; it is not changed.

    Returns
    -------
    feed
        In which every call has its times.
    """
    arrival, departure = fill_in_times(feed.stop_times)
    return replace(
        feed, stop_times=feed.stop_times.assign(arrival_s=arrival, departure_s=departure)
    )


def change_timetable(feed: Feed, path: str | Path, day: date | None = None) -> Feed:
    """Make the changes of a scenario file in a timetable.

    Parameters
    ----------
    feed
        Today's, as `read_gtfs` gives it; it is not changed.
    path
        The scenario file; it changes lines and stops of public transport and nothing else.
    day
        The day that is asked about: what leaves nothing that runs on it is refused. None for any.

    Returns
    -------
    feed
        With the changes, for `build_transit`; the same object where there are none.

    Raises
    ------
    StudyError
        If the file is faulty, names what the timetable does not have, or changes anything else;
        the message lists all problems.

    Examples
    --------
    >>> from artois_mobility.transit.feeds import read_gtfs
    >>> feed = read_gtfs("data/gtfs/artois-schematic-gtfs.zip")
    >>> change_timetable(feed, "no-such-folder/bus.toml")
    Traceback (most recent call last):
    artois_mobility.errors.StudyError: ...bus.toml has 1 problem:
      there is no such file, nor its folder.
    """
    (resolved,) = resolve_timetable(feed, [read_scenario(path)], day)
    return apply_timetable(feed, resolved)
