"""What `artois-mobility new-study` does once its options are read."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import typer

from ..drawing import language_of_user
from ..errors import InputError
from .outputs import check_output
from .proposing import choose_categories, guess_residents, look_into, read_people, spread_people
from .study_writing import Proposal, write_first_scenario, write_study
from .terminal import is_interactive, put, say
from .texts import Answer, write_json, write_labels
from .timetables import Timetables, read_timetables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from .._types import Progress
    from ..report.words import Words
    from .proposing import Holdings, People

    Show: TypeAlias = Callable[[], AbstractContextManager[Progress]]

PROFILES: Final = ("car", "bicycle", "walk")


class Wishes(NamedTuple):
    """What the options of a new study say; None or nothing where they are left out.

    Attributes
    ----------
    extract, output
        The OpenStreetMap file, and the study to write.
    name
        Its title.
    residents, population
        Table of residents, or how many people there are.
    tables
        Files of sites besides the extract.
    profiles, categories
        Who travels, and where to.
    timetables
        GTFS feeds.
    may_ask
        Whether somebody is there to answer.
    overwrite
        Whether a study that is there may be replaced.
    """

    extract: Path
    output: Path | None
    name: str | None
    residents: Path | None
    population: int | None
    tables: tuple[Path, ...]
    profiles: tuple[str, ...]
    categories: tuple[str, ...]
    timetables: tuple[Path, ...] = ()
    may_ask: bool = True
    overwrite: bool = False


def run_new_study(wishes: Wishes, *, language: str | None, as_json: bool, show: Show) -> Answer:
    """Write a study and a first scenario for a place.

    Parameters
    ----------
    wishes
        What the options say.
    language
        `"fr"`, `"en"` or None for that of the terminal.
    as_json
        Give JSON instead of sentences.
    show
        Shows progress while its block lasts; never while a question waits for its answer.

    Returns
    -------
    answer
        What was found and written, and the next command; where people were spread along the
        streets, a warning that says so.

    Raises
    ------
    InputError
        If a file is faulty or there already, or nobody knows who lives there.
    """
    from ..report.words import read_words

    words = read_words(language or language_of_user())
    path = wishes.output or Path(words.say("new_study.study_file"))
    scenario = path.with_name(words.say("new_study.scenario_file"))
    _check(wishes, path, scenario)
    with show() as progress:
        holdings = look_into(wishes.extract, wishes.tables, progress)
    profiles, categories = _choose(wishes, holdings, words)
    timetable = _find_timetable(wishes, words)
    people = _find_people(wishes, path.parent, holdings, words, show)
    name = _name(wishes, people, words)
    proposal = Proposal(name, holdings, people, wishes.tables, profiles, categories, timetable)
    is_kept = scenario.exists()
    write_study(path, proposal, words)
    if not is_kept:
        write_first_scenario(scenario, proposal, words)
    return _answer(path, scenario, proposal, words, is_kept=is_kept, as_json=as_json)


def _check(wishes: Wishes, path: Path, scenario: Path) -> None:
    """Refuse what cannot go well before anything is read."""
    if wishes.may_ask and not is_interactive():
        msg = (
            "There is no terminal to ask at. Add --yes to take what is proposed, and say what "
            "differs with the options that artois-mobility new-study --help lists."
        )
        raise InputError(msg)
    if path.suffix != ".toml" or path == scenario:
        msg = f"A study is written as .toml, and not as {scenario.name}; found {path}."
        raise InputError(msg)
    check_output(path)
    if path.exists() and not wishes.overwrite:
        msg = f"{path} is there already. Name another with --output, or add --overwrite."
        raise InputError(msg)
    if not wishes.extract.is_file():
        msg = (
            f"There is no file {wishes.extract}. Bring OpenStreetMap data first: "
            f"artois-mobility download {shlex.quote(str(wishes.extract))} --output place.osm.pbf"
        )
        raise InputError(msg)


def _choose(
    wishes: Wishes, holdings: Holdings, words: Words
) -> tuple[Sequence[str], Sequence[str]]:
    """Decide who travels and where to; ask again while an answer has a fault."""
    from ..network.profiles import read_profile
    from ..places.categories import expand, label

    ask = wishes.may_ask
    profiles: Sequence[str] = wishes.profiles or PROFILES
    if ask and not wishes.profiles:
        _offer({name: read_profile(name).label[words.language] for name in profiles})
        profiles = _ask_list(words.say("new_study.ask_profiles"), profiles, read_profile)
    categories: Sequence[str] = wishes.categories or choose_categories(holdings.count_of_category)
    if ask and not wishes.categories:
        _offer({key: label(key, words.language) for key in categories})
        categories = _ask_list(words.say("new_study.ask_categories"), categories, expand)
    for name in profiles:
        read_profile(name)
    for key in categories:
        expand(key)
    return profiles, [each for key in categories for each in expand(key)]


def _offer(label_of_name: Mapping[str, str]) -> None:
    """Show what is proposed: its names, and what people call them."""
    put(f"\n{write_labels(label_of_name)}", err=True)


def _ask_list(
    question: str, proposed: Sequence[str], check: Callable[[str], object]
) -> Sequence[str]:
    while True:
        answer = typer.prompt(question, default=", ".join(proposed), err=True)
        given = [part.strip() for part in str(answer).split(",") if part.strip()]
        try:
            for each in given:
                check(each)
        except InputError as error:
            say(str(error))
            continue
        if given:
            return given


def _find_timetable(wishes: Wishes, words: Words) -> Timetables | None:
    """Read the timetables that are given, or ask for some; None where there are none."""
    if wishes.timetables:
        return read_timetables(wishes.timetables)
    while wishes.may_ask:
        question = words.say("new_study.ask_timetable")
        answer = str(typer.prompt(question, default="", show_default=False, err=True)).strip()
        if not answer:
            break
        try:
            return read_timetables([Path(each.strip()) for each in answer.split(",")])
        except InputError as error:
            say(str(error))
    return None


def _find_people(
    wishes: Wishes, folder: Path, holdings: Holdings, words: Words, show: Show
) -> People:
    """Read, guess or spread who lives there."""
    if wishes.residents is not None:
        return read_people(wishes.residents, holdings)
    if wishes.population is not None:
        return _spread(holdings, wishes.population, folder, show)
    guess = guess_residents(holdings, [wishes.extract.parent, folder])
    if guess is not None:
        if not wishes.may_ask:
            return guess
        question = words.say("new_study.ask_residents")
        return read_people(
            Path(typer.prompt(question, default=str(guess.path), err=True)), holdings
        )
    with show() as progress:
        known = spread_people(holdings, None, folder, progress)
    if known is not None:
        return known
    if wishes.may_ask:
        count = _ask_count(words.say("new_study.ask_people"))
        return _spread(holdings, count, folder, show)
    msg = (
        f"Nobody knows who lives in {wishes.extract}: there is no table of residents beside it, "
        "and its communes have no population. Give a table with --residents FILE (lon, lat, "
        "population; or INSEE's grid cells), or a number with --population PEOPLE, which are then "
        "spread along the streets."
    )
    raise InputError(msg)


def _ask_count(question: str) -> int:
    """Ask for a whole number from 1 on, until one is given."""
    while True:
        answer = str(typer.prompt(question, default="", show_default=False, err=True))
        digits = "".join(answer.split())
        if digits.isascii() and digits.isdigit() and int(digits) > 0:
            return int(digits)
        say(f"Give a whole number of people in digits, such as 31000; found {answer!r}.")


def _spread(holdings: Holdings, population: int, folder: Path, show: Show) -> People:
    with show() as progress:
        people = spread_people(holdings, population, folder, progress)
    assert people is not None  # a number was given
    return people


def _name(wishes: Wishes, people: People, words: Words) -> str:
    """Name the study; where people are an estimate, its title always says so."""
    place = wishes.extract.name.split(".")[0].replace("-", " ").replace("_", " ").title()
    name = wishes.name or words.say("new_study.name", {"place": place})
    if wishes.may_ask and wishes.name is None:
        answer = typer.prompt(words.say("new_study.ask_name"), default=name, err=True)
        name = str(answer).strip() or name
    return words.say("new_study.name_estimated", {"name": name}) if people.is_estimated else name


def _answer(
    path: Path, scenario: Path, proposal: Proposal, words: Words, *, is_kept: bool, as_json: bool
) -> Answer:
    people, counts = proposal.people, proposal.holdings.count_of_category
    files = [path, *([] if is_kept else [scenario]), *([people.path] * people.is_estimated)]
    command = ["artois-mobility", "compare", str(path), str(scenario), "--output", "out/"]
    found = {
        "sites": sum(counts.values()),
        "kinds": len(counts),
        "communes": len(proposal.holdings.communes),
        "people": people.count,
    }
    values = {"file": people.path}
    warnings = [words.say("new_study.estimated", values)] if people.is_estimated else []
    timetable = proposal.timetable
    if timetable is not None and timetable.fault_count:
        told = {"count": timetable.fault_count, "file": str(timetable.paths[0])}
        warnings.append(words.say("new_study.timetable_faults", told))
    if as_json:
        record = {
            "files": [str(file) for file in files],
            "name": proposal.name,
            "residents": str(people.path),
            "is_estimated": people.is_estimated,
            "found": found,
            "warnings": warnings,
            "next": shlex.join(command),
        }
        return Answer(write_json(record))
    lines = [
        words.say("new_study.found", found),
        words.say("new_study.wrote", {"files": ", ".join(map(str, files))}),
        *([words.say("new_study.kept", {"file": scenario})] if is_kept else []),
        words.say("new_study.next"),
        f"  {shlex.join(command)}",
    ]
    return Answer("\n".join(lines), tuple(warnings))
