"""Why one cell gains or loses: its routes before and after, and the changes that made it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from .._types import WGS84, Progress, tell_nobody
from ..changes.hints import suggest
from ..changes.notices import LANGUAGES, Notice, Value, check_language
from ..changes.sentences import Language, sentence
from ..drawing import draw_text, language_of_user
from ..errors import StudyError
from ..places.categories import label
from ..scenarios.attachments import take_places
from ..scenarios.reading import TODAY, read_scenario
from ..scenarios.resolving import resolve
from ..study.loading import load
from ..study.touching import name_site
from ..transit.naming import LABEL, TRANSIT
from .asking import changes_lines, settle_pair
from .ends import BARRIER_KINDS, find_reattached, name_ends
from .grouping import Group, find_groups
from .riding import find_rides
from .roles import ELSEWHERE, Access, find_access, find_role
from .telling import NOTICE_OF_ROLE, is_same, say_departures, say_finding
from .trials import Combination, Pair, Trials, is_schematic, prepare_trials

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from .._types import Floats
    from ..scenarios.reading import Scenario
    from ..study.files import Study
    from ..study.loading import Loaded
    from ..study.transit_questions import TransitQuestion

EXPLAINING: Final = "changes of the cell"
THEN: Final = "scenario"


@dataclass(frozen=True, slots=True, eq=False)
class ChangeExplanation:
    """Why a cell gains or loses.

    Attributes
    ----------
    scenario
        Key of the scenario.
    cell, profile, category
        What was asked.
    before, after
        The nearest site today and with the scenario, and the way there.
    changes
        One row per change, or changes that stand only together: `changes` (numbers in the file,
        from 1), `kind`, `sentence` (in the study's language), `role` (`link_used`,
        `opened_used`, `closed_avoided`, `speed_used`, `site_added`, `site_moved`, `site_removed`;
        of barriers `cell_reattached`, `site_reattached` (which hang on another street); of lines
        `line_used`, `line_left`, `stop_moved`; or `elsewhere`),
        `minutes_without` (all others made), `minutes_alone` (made by itself), and `made_it`: True
        where the minutes would be others without it, or, where none is needed because several do
        the same, for those that are enough by themselves.
    sentences
        What each row of `changes` does, by language.
    profile_labels
        The profile as people call it, by language.
    leaves_out_transit
        True when the scenario changes lines of public transport, and another profile is asked for.
    is_schematic
        True when the extract is a made-up territory.
    departures
        By public transport, of which departures the minutes are the median; else None.
    """

    scenario: str
    cell: str
    profile: str
    category: str
    before: Access
    after: Access
    changes: "pd.DataFrame"
    sentences: Mapping[str, Sequence[str]]
    profile_labels: Mapping[str, str]
    leaves_out_transit: bool
    is_schematic: bool
    departures: "TransitQuestion | None" = None

    def routes(self) -> "gpd.GeoDataFrame":
        """Give the legs of both routes as a layer.

        Returns
        -------
        legs
            `situation` (`today` or `scenario`) and the columns of `Explanation.legs`, by public
            transport those of `Journey.legs`; a way that is new has a negative number. EPSG:4326.
        """
        import geopandas as gpd
        import pandas as pd

        tables = [
            each.route.legs.assign(situation=name)
            for name, each in ((TODAY, self.before), (THEN, self.after))
        ]
        columns = ["situation", *self.before.route.legs.columns]
        together = pd.concat([each for each in tables if len(each)] or tables[:1])
        return gpd.GeoDataFrame(together[columns].reset_index(drop=True), crs=WGS84)

    def _repr_html_(self) -> str:
        """Show the words in a notebook, in the reader's language."""
        return draw_text(self.text(language_of_user()))

    def text(self, language: Language = "en") -> str:
        """Tell in words what changes for the cell, what made it, and both routes.

        Parameters
        ----------
        language
            `"fr"` or `"en"`.

        Returns
        -------
        text
            The finding first.

        Raises
        ------
        InputError
            If the language is another.
        """
        check_language(language)
        asked = self.cell, self.profile_labels[language], label(self.category, language)
        lines = [say_finding(asked, self.before, self.after, language)]
        if self.leaves_out_transit:
            told = {"profile": self.profile_labels[language]}
            lines.append(Notice("explained_without_lines", told).say(language))
        if self.departures is not None:
            lines.append(say_departures(self.departures, self.before, self.after, language))
        if not is_same(self.before.minutes, self.after.minutes):
            lines.append(_headline(self.changes, self.after.minutes).say(language))
        rows = zip(self.changes.to_dict("records"), self.sentences[language], strict=True)
        for row, said in rows:
            if row["made_it"] or row["role"] != ELSEWHERE:
                ends = name_ends(row["role"], self.before, self.after)
                role = Notice(NOTICE_OF_ROLE[row["role"]], ends)
                values: dict[str, Value] = {
                    "number": str(row["changes"]),
                    "sentence": said,
                    "role": role,
                }
                lines.append(Notice("change_said", values).say(language))
        for key, access in (("route_today", self.before), ("route_then", self.after)):
            lines += ["", Notice(key).say(language), access.route.text(language)]
        return "\n".join(lines)


def explain_change(
    study: "Study",
    scenario_path: str | Path,
    cell: str,
    category: str,
    profile: str | None = None,
    *,
    progress: Progress | None = None,
) -> ChangeExplanation:
    """Explain what a scenario changes for one cell: both routes, and the changes that made it.

    The way to the nearest site is followed on today's network and on the one that the scenario
    leaves; their minutes are those that `am.compare` gives. A change made it where the minutes
    would be others without it. By public transport the minutes are the median of the study's
    window, and the first departure that takes as long is told.

    Parameters
    ----------
    study
        What today is.
    scenario_path
        A scenario file.
    cell
        Name of a cell of the study's residents.
    category
        One of the study's.
    profile
        One of the study's; when left out, the first that the scenario shows first, public
        transport where it changes nothing but lines, or else the study's first.
    progress
        Told about every stage.

    Returns
    -------
    explanation
        As text, as a table of changes, and as a layer of both routes.

    Raises
    ------
    StudyError
        If the scenario is faulty, or the study has no such cell, category or profile.
    InputError
        If the study's data is faulty.

    See Also
    --------
    attribute : what each change brings to everybody.
    """
    scenario = read_scenario(scenario_path)
    pair = settle_pair(study, scenario, category, profile)
    report = progress or tell_nobody
    return explain_loaded(load(study, report), scenario, cell, pair, report)


def explain_loaded(
    loaded: "Loaded",
    scenario: "Scenario",
    cell: str,
    pair: tuple[str, str],
    progress: Progress = tell_nobody,
) -> ChangeExplanation:
    """Explain what a scenario changes for one cell, the study in memory.

    Parameters
    ----------
    loaded
        The study.
    scenario
        Any.
    cell
        Name of a cell.
    pair
        Profile and category, of the study.
    progress
        Told about every few combinations of changes.

    Returns
    -------
    explanation
        As `am.explain_change` returns it.

    Raises
    ------
    StudyError
        If the scenario does not fit the study, or there is no such cell.
    """
    alone = _keep_cell(loaded, cell)
    (resolved,) = resolve([scenario], alone.today)
    trials = prepare_trials(alone, scenario, _take_after, [pair])
    groups = find_groups(trials, partial(_list_needed, trials), progress, EXPLAINING)
    rides = pair[0] == TRANSIT
    if rides:
        before, after = find_rides(alone, (None, resolved), pair[1])
        labels: Mapping[str, str] = LABEL
    else:
        before, after = (find_access(alone, each, pair) for each in (None, resolved))
        labels = loaded.today.networks[pair[0]].profile.label
    return ChangeExplanation(
        scenario.key,
        cell,
        *pair,
        before,
        after,
        _tabulate(trials, groups, pair, (before, after)),
        {each: [_say(trials, group, each) for group in groups] for each in LANGUAGES},
        labels,
        changes_lines(scenario) and not rides,
        is_schematic(loaded),
        loaded.study.transit if rides else None,
    )


def _keep_cell(loaded: "Loaded", cell: str) -> "Loaded":
    """Keep one cell of a study, so that whatever is computed is computed for it alone."""
    cells = loaded.residents["cell"].astype(str)
    rows = np.flatnonzero((cells == cell).to_numpy(np.bool_)).astype(np.int32)
    if not rows.size:
        msg = (
            f"The study has no cell {cell!r} among the {len(cells)} of its territory."
            f"{suggest(cell, cells.tolist(), most=3)}"
        )
        raise StudyError(msg)
    row = rows[:1]
    attachments = {
        profile: (take_places(people, row), sites)
        for profile, (people, sites) in loaded.attachments.items()
    }
    residents = loaded.residents.iloc[row].reset_index(drop=True)
    return replace(loaded, residents=residents, attachments=attachments)


def _take_after(before: "Floats", after: "Floats") -> "Floats":
    del before
    return after


def _list_needed(trials: Trials, players: Sequence[Combination]) -> Iterator[list[Combination]]:
    everything = frozenset(range(len(trials.scenario.changes)))
    yield list(players)
    yield [everything, *(everything - each for each in players)]


def _tabulate(
    trials: Trials, groups: Sequence[Group], pair: Pair, accesses: tuple[Access, Access]
) -> "pd.DataFrame":
    import pandas as pd

    language: Language = trials.loaded.study.language
    today, then = (each.minutes for each in accesses)
    everything = frozenset(range(len(trials.scenario.changes)))
    rows = [
        {
            "changes": ", ".join(str(row + 1) for row in sorted(group.rows)),
            "kind": ", ".join(trials.scenario.changes[row].kind for row in sorted(group.rows)),
            "sentence": _say(trials, group, language),
            "role": find_role(trials.loaded, trials.scenario, group.rows, pair[0], accesses),
            "minutes_without": _minutes(trials, pair, everything - group.rows, today),
            "minutes_alone": _minutes(trials, pair, group.rows, today),
        }
        for group in groups
    ]
    is_needed = [not is_same(then, row["minutes_without"]) for row in rows]
    is_enough = [is_same(then, row["minutes_alone"]) for row in rows]
    for group, row, needed in zip(groups, rows, is_needed, strict=True):
        kinds = {trials.scenario.changes[each].kind for each in group.rows}
        acts = needed or not is_same(today, row["minutes_alone"])
        if kinds & BARRIER_KINDS and acts and row["role"] == ELSEWHERE:
            row["role"] = find_reattached(*accesses) or ELSEWHERE
    made_it = is_needed if any(is_needed) else is_enough
    made_it = [each and not is_same(today, then) for each in made_it]
    columns = ["changes", "kind", "sentence", "role", "minutes_without", "minutes_alone"]
    return pd.DataFrame(rows, columns=columns).assign(made_it=np.array(made_it, np.bool_))


def _minutes(trials: Trials, pair: Pair, rows: Combination, today: float) -> float:
    """Give the minutes with some changes made; today's where none can act on the pair."""
    acting = trials.rows_of_pair.get(pair)
    return today if acting is None else float(trials.known[pair, rows & acting][0])


def _headline(table: "pd.DataFrame", then: float) -> Notice:
    """Say which changes made it: those that are needed, or those of which any is enough."""
    made = table[table["made_it"]]
    numbers = tuple(f"changes[{each}]" for each in made["changes"])
    if not numbers:
        return Notice("made_together")
    is_needed = not is_same(then, made["minutes_without"].iloc[0])
    return Notice("made_by" if is_needed else "made_by_each", {"numbers": numbers})


def _say(trials: Trials, group: Group, language: Language) -> str:
    changes = [name_site(trials.scenario.changes[row], trials.loaded) for row in sorted(group.rows)]
    return " ".join(sentence(each, language) for each in changes)
