"""What `artois-mobility attribute`, `explain` and `optimise` do once their options are read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from ..transit.naming import TRANSIT
from .outputs import area_writer, check_results_folder, csv_writer, write_folder, write_whole
from .texts import Answer, write_json, write_table
from .timetables import describe_departures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from .._types import Progress
    from ..report.grid import Table
    from ..report.words import Words
    from ..why.attributing import Attribution, Method
    from ..why.goals import Goal
    from ..why.optimising import Optimum
    from ..why.roles import Access
    from .questions import Contest, Question

Frame = TypeVar("Frame", bound="pd.DataFrame")

FIGURES = ("gained_person_min", "newly_reaching", "no_longer_reaching")


def run_attribute(
    study_path: Path,
    scenario_path: Path,
    method: Method,
    *,
    language: str | None,
    as_json: bool,
    progress: Progress,
) -> Answer:
    """Tell what each change of a scenario brings.

    Parameters
    ----------
    study_path, scenario_path
        The files.
    method
        As of `am.attribute`.
    language
        `"fr"`, `"en"` or None for the study's.
    as_json
        Give JSON instead of a table.
    progress
        Told about every stage.

    Returns
    -------
    answer
        The parts and the whole.

    Raises
    ------
    InputError
        If a file is wrong.
    """
    from dataclasses import replace

    from ..report.words import read_words
    from ..study.files import read_study
    from ..why.attributing import attribute

    study = read_study(study_path)
    words = read_words(language or study.language)
    asked = replace(study, language="fr" if words.language == "fr" else "en")
    found = attribute(asked, scenario_path, method=method, progress=progress)
    if as_json:
        tables = {name: getattr(found, name) for name in ("changes", "parts", "whole", "remainder")}
        return _describe(found.is_schematic, tables, {"method": found.method})
    values = {"name": found.scenario, "method": words.say(f"why.method_{found.method}")}
    rows = found.changes.itertuples()
    lines = [f"{row.changes}. {row.sentence} {_as_sentence(str(row.reason))}" for row in rows]
    lines = [line.rstrip() for line in lines]
    table, left_out = _lay_out_parts(found, words)
    if left_out:
        lines.append(words.say("why.without_effect", {"count": left_out}) + ".")
    title = words.say("why.attribute_title", values)
    return _answer(found.is_schematic, words, title, lines, [table])


def run_explain(
    question: Question,
    output: Path | None,
    *,
    language: str | None,
    as_json: bool,
    progress: Progress,
) -> Answer:
    """Tell why a cell gains or loses.

    Parameters
    ----------
    question
        Which cell.
    output
        Where both routes go, or None.
    language
        `"fr"`, `"en"` or None for the study's.
    as_json
        Give JSON instead of text.
    progress
        Told about every stage.

    Returns
    -------
    answer
        Both routes and the changes that made it.

    Raises
    ------
    InputError
        If an argument or a file is wrong.
    """
    from dataclasses import replace

    from ..report.words import read_words
    from ..study.files import read_study
    from ..why.explaining_changes import explain_change

    study = read_study(question.study)
    words = read_words(language or study.language)
    asked = replace(study, language="fr" if words.language == "fr" else "en")
    write = None if output is None else area_writer(output)
    found = explain_change(
        asked,
        question.scenario,
        question.cell,
        question.category,
        question.profile,
        progress=progress,
    )
    files = []
    mention = words.say("schematic.mark") if found.is_schematic else ""
    if output is not None and write is not None:
        routes = _mark(found.routes(), mention)
        write_whole(output, lambda place: write(routes, place))
        files.append(str(output))
    if not as_json:
        return Answer("\n\n".join(filter(None, [mention, found.text(asked.language), *files])))
    before, after = map(_describe_access, (found.before, found.after))
    named = {name: getattr(found, name) for name in ("scenario", "cell", "profile", "category")}
    missing = [TRANSIT] if found.leaves_out_transit else []
    figures = {**named, "not_answered": missing, "before": before, "after": after, "files": files}
    if found.departures is not None:
        figures["departures"] = describe_departures(found.departures)
    return _describe(
        found.is_schematic, {"changes": found.changes, "legs": found.routes()}, figures
    )


def run_optimise(
    contest: Contest,
    folder: Path,
    *,
    language: str | None,
    as_json: bool,
    progress: Progress,
) -> Answer:
    """Choose the best combination within a budget.

    Parameters
    ----------
    contest
        What is looked for.
    folder
        Where the scenario and the tables go.
    language
        `"fr"`, `"en"` or None for the study's.
    as_json
        Give JSON instead of tables.
    progress
        Told about every stage.

    Returns
    -------
    answer
        The choice, and how good it is.

    Raises
    ------
    InputError
        If an argument or a file is wrong.
    """
    from ..report.words import read_words
    from ..study.files import read_study
    from ..why.optimising import optimise

    check_results_folder(folder)
    study = read_study(contest.study)
    words = read_words(language or study.language)
    found = optimise(
        study,
        contest.candidates,
        contest.budget,
        objective=contest.goal,
        exact=contest.exact,
        progress=progress,
    )
    files = write_folder(folder, _list_writers(found, words, contest.csv))
    if as_json:
        tables = {name: getattr(found, name) for name in ("chosen", "steps", "conflicts")}
        names = ("value", "cost", "budget", "method", "bound", "bound_from", "best_single")
        figures = {name: _number(getattr(found, name)) for name in names}
        figures |= {"tried": len(found.tried), "files": files}
        return _describe(found.is_schematic, tables, figures)
    lines = [_say_bound(found, words)]
    for row in found.conflicts.itertuples():
        about = {"candidates": row.candidates, "reason": row.reason}
        lines.append(words.say("why.conflict", about))
    tables_ = [_lay_out_chosen(found, words), _lay_out_steps(found, words)]
    title = _say_optimum(found, contest.goal, words)
    answer = _answer(found.is_schematic, words, title, [f"{line}." for line in lines], tables_)
    return Answer("\n\n".join([answer.text, "\n".join(files)]))


def _lay_out_parts(found: Attribution, words: Words) -> tuple[Table, int]:
    """Lay out the parts that have any effect, and count the others."""
    from ..report.grid import Row, Table

    rows, left_out = [], 0
    parts = [(f"{row['changes']}.", row) for row in found.parts.to_dict("records")]
    parts += [(words.say("why.whole"), row) for row in found.whole.to_dict("records")]
    if found.method == "leave_one_out":
        together = words.say("why.remainder")
        parts += [(together, row) for row in found.remainder.to_dict("records")]
    for name, row in parts:
        if any(abs(row[figure]) >= 0.5 for figure in FIGURES):
            label = f"{name} {row['profile']}, {row['category']}"
            rows.append(Row(label, tuple(_cell(row[figure], words) for figure in FIGURES)))
        else:
            left_out += 1
    headers = tuple(
        words.say(key)
        for key in ("why.part", "why.gained", "why.newly_reaching", "why.no_longer_reaching")
    )
    return Table(words.say("why.attribute_caption"), headers, tuple(rows)), left_out


def _as_sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}." if reason else ""


def _say_optimum(found: Optimum, goal: Goal, words: Words) -> str:
    budget = _plain(found.budget, words)
    if not len(found.chosen):
        return words.say("why.no_optimum", {"budget": budget})
    gain = words.say(f"why.gain_{goal.objective}", {"value": round(found.value)})
    values = {"count": len(found.chosen), "cost": _plain(found.cost, words), "budget": budget}
    return words.say("why.optimum_title", {**values, "gain": gain})


def _say_bound(found: Optimum, words: Words) -> str:
    values = {"count": len(found.tried)}
    if not found.bound_from:
        return words.say("why.bound_none", values)
    return words.say(f"why.bound_{found.bound_from}", {**values, "bound": round(found.bound)})


def _lay_out_chosen(found: Optimum, words: Words) -> Table:
    from ..report.grid import Cell, Row, Table

    rows = [
        Row(
            str(row.candidate),
            (
                Cell(_plain(float(str(row.cost)), words), float(str(row.cost))),
                _cell(row.gain_alone, words),
                _cell(row.gain_last, words),
            ),
        )
        for row in found.chosen.itertuples()
    ]
    keys = ("why.candidate", "why.cost", "why.gain_alone", "why.gain_last")
    return Table(words.say("why.chosen_caption"), tuple(map(words.say, keys)), tuple(rows))


def _lay_out_steps(found: Optimum, words: Words) -> Table:
    from ..report.grid import Cell, Row, Table

    rows = []
    for row in found.steps.to_dict("records"):
        named = row["candidates"] or words.say("why.nothing")
        name = words.say(f"why.move_{row['move']}", {"step": row["step"], "candidates": named})
        cost = Cell(_plain(row["cost"], words), row["cost"])
        rows.append(Row(name, (cost, _cell(row["value"], words))))
    keys = ("why.step", "why.cost", "why.value")
    return Table(words.say("why.steps_caption"), tuple(map(words.say, keys)), tuple(rows))


def _list_writers(found: Optimum, words: Words, csv: str) -> dict[str, Callable[[Path], object]]:
    """Give what writes the scenario, where anything is chosen, and the tables."""
    mention = words.say("schematic.mark") if found.is_schematic else ""
    writers: dict[str, Callable[[Path], object]] = {
        f"{name}.csv": csv_writer(_mark(getattr(found, name), mention), csv)
        for name in ("chosen", "steps", "tried")
    }
    if len(found.chosen):
        name = words.say("why.optimum_name", {"budget": _plain(found.budget, words)})
        named = ", ".join(found.chosen["candidate"])
        question = words.say("why.optimum_question", {"candidates": named})
        scenario = {"optimum.toml": lambda path: found.write(path, name, question=question)}
        writers = {**scenario, **writers}
    return writers


def _mark(table: Frame, mention: str) -> Frame:
    """Let every row say that its territory is made up, where it is."""
    return table.assign(mention=mention) if mention else table


def _answer(
    is_schematic: bool,
    words: Words,
    title: str,
    lines: Sequence[str],
    tables: Sequence[Table],
) -> Answer:
    mention = words.say("schematic.mark") if is_schematic else ""
    shown = [write_table(table) for table in tables if table.rows]
    return Answer("\n\n".join(filter(None, [mention, f"{title}.", "\n".join(lines), *shown])))


def _describe(
    is_schematic: bool,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, object],
) -> Answer:
    rows = {
        name: json.loads(
            table.drop(columns="geometry", errors="ignore").to_json(
                orient="records", date_format="iso", date_unit="s"
            )
        )
        for name, table in tables.items()
    }
    return Answer(write_json({"is_schematic": is_schematic, **figures, **rows}))


def _describe_access(access: Access) -> dict[str, object]:
    told = {"site": access.site, "name": access.name, "minutes": _number(access.minutes)}
    sure_min = _number(access.sure_min)
    return told if sure_min is None else {**told, "minutes_85": sure_min}


def _cell(number: Any, words: Words) -> Any:  # noqa: ANN401  a figure of a table
    from ..report.grid import Cell
    from ..report.words import write_number

    return Cell(write_number(number, words.language), number)


def _plain(number: float, words: Words) -> str:
    text = f"{number:g}"
    return text.replace(".", ",") if words.language == "fr" else text


def _number(value: object) -> object:
    """Turn NaN into none, which JSON can say."""
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124  NaN
