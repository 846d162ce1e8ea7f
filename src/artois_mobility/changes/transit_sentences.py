"""Say in French or English what changes of a timetable do."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from .phrases import WORDS, list_names, write_number, write_point
from .timetable_fields import DWELL_S, EVERY_DAY, WEEKDAYS, Headway, weekdays_of
from .transit_schema import (
    AddLine,
    LineChange,
    MoveStop,
    RemoveLine,
    SetFrequency,
    ShiftTimes,
    SpeedUpSegment,
    Truncate,
)
from .water_schema import AddStop

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "add_line": "Crée la ligne « {name} » ({vehicle}, {count} arrêts{ways}, {headways}{days}).",
        "bus": "bus",
        "tram": "tramway",
        "metro": "métro",
        "train": "train",
        "ferry": "bac",
        "cable_car": "téléphérique",
        "both_ways": ", dans les deux sens",
        "one_way": ", dans un seul sens",
        "remove_line": "Supprime {lines}{days}.",
        "line": "la ligne {names}",
        "lines": "les lignes {names}",
        "factor": "Multiplie par {factor} la fréquence : {lines}{days}.",
        "headways": "Fixe la fréquence : {lines}, {headways}{days}.",
        "headway": "toutes les {minutes} min de {begin} à {end}",
        "later": "Retarde de {minutes} min {lines}{days}.",
        "earlier": "Avance de {minutes} min {lines}{days}.",
        "move_stop": "Déplace l'arrêt « {name} » au point {at}.",
        "add_stop": "Crée l'arrêt « {name} » au point {at}, arrêt de {seconds} s : {lines}.",
        "minutes": "Fait gagner {number} min entre « {begin} » et « {end} » : {lines}{ways}{days}.",
        "percent": "Réduit de {number} % le temps de marche entre « {begin} » et « {end} » : "
        "{lines}{ways}{days}.",
        "only_there": ", dans ce sens seulement",
        "truncate": "Limite au tronçon entre « {begin} » et « {end} » {lines}{days}.",
        "days": " ({listed})",
        "days_too": ", {listed}",
        "span": "du {first} au {last}",
        "Mo": "lundi",
        "Tu": "mardi",
        "We": "mercredi",
        "Th": "jeudi",
        "Fr": "vendredi",
        "Sa": "samedi",
        "Su": "dimanche",
        **WORDS["fr"],
    },
    "en": {
        "add_line": "Opens the line “{name}” ({vehicle}, {count} stops{ways}, {headways}{days}).",
        "bus": "bus",
        "tram": "tram",
        "metro": "metro",
        "train": "train",
        "ferry": "ferry",
        "cable_car": "cable car",
        "both_ways": ", both ways",
        "one_way": ", one way",
        "remove_line": "Takes away {lines}{days}.",
        "line": "the line {names}",
        "lines": "the lines {names}",
        "factor": "Multiplies the frequency by {factor}: {lines}{days}.",
        "headways": "Sets the frequency: {lines}, {headways}{days}.",
        "headway": "every {minutes} min from {begin} to {end}",
        "later": "Runs {lines} {minutes} min later{days}.",
        "earlier": "Runs {lines} {minutes} min earlier{days}.",
        "move_stop": "Moves the stop “{name}” to {at}.",
        "add_stop": "Opens the stop “{name}” at {at}, standing {seconds} s: {lines}.",
        "minutes": "Saves {number} min between “{begin}” and “{end}”: {lines}{ways}{days}.",
        "percent": "Cuts driving time between “{begin}” and “{end}” by {number}%: "
        "{lines}{ways}{days}.",
        "only_there": ", that way only",
        "truncate": "Limits {lines} to the part between “{begin}” and “{end}”{days}.",
        "days": " ({listed})",
        "days_too": ", {listed}",
        "span": "{first} to {last}",
        "Mo": "Monday",
        "Tu": "Tuesday",
        "We": "Wednesday",
        "Th": "Thursday",
        "Fr": "Friday",
        "Sa": "Saturday",
        "Su": "Sunday",
        **WORDS["en"],
    },
}


def say_on_lines(change: LineChange | AddStop, language: Literal["fr", "en"]) -> str:
    """Say what a change of a timetable does.

    Parameters
    ----------
    change
        Its coordinates in degrees.
    language
        `"fr"` or `"en"`.

    Returns
    -------
    sentence
        One sentence with a full stop.

    Examples
    --------
    >>> say_on_lines(RemoveLine(kind="remove_line", lines=("B7",), days="Sa-Su"), "en")
    'Takes away the line “B7” (Saturday and Sunday).'
    >>> say_on_lines(ShiftTimes(kind="shift_times", lines=("K50", "K51"), minutes=-5), "fr")
    'Avance de 5 min les lignes « K50 » et « K51 ».'
    """
    words = _WORDS[language]
    if isinstance(change, MoveStop):
        return words["move_stop"].format(name=change.stop, at=write_point(change.to, words))
    if isinstance(change, AddLine):
        return words["add_line"].format(
            name=change.name,
            vehicle=words[change.vehicle],
            count=len(change.stops),
            ways=words["both_ways" if change.both_ways else "one_way"],
            headways=_headways(change.headways, words),
            days=_days(change.days, words, "days_too"),
        )
    lines = _lines(change.lines, words)
    if isinstance(change, AddStop):
        seconds = DWELL_S if change.dwell_s is None else change.dwell_s
        told = {"at": write_point(change.at, words), "seconds": write_number(seconds, words)}
        return words["add_stop"].format(name=change.name, lines=lines, **told)
    return _say_run(change, lines, _days(change.days, words), words)


def _say_run(
    change: RemoveLine | SetFrequency | ShiftTimes | SpeedUpSegment | Truncate,
    lines: str,
    days: str,
    words: Mapping[str, str],
) -> str:
    """Say what a change of lines that run today does to their trips."""
    if isinstance(change, RemoveLine):
        return words["remove_line"].format(lines=lines, days=days)
    if isinstance(change, ShiftTimes):
        key, minutes = "later" if change.minutes > 0 else "earlier", abs(change.minutes)
        return words[key].format(minutes=write_number(minutes, words), lines=lines, days=days)
    if isinstance(change, SetFrequency):
        if change.factor is not None:
            factor = write_number(change.factor, words)
            return words["factor"].format(factor=factor, lines=lines, days=days)
        told = _headways(change.headways, words)
        return words["headways"].format(lines=lines, headways=told, days=days)
    ends = {"begin": change.from_stop, "end": change.to_stop}
    if isinstance(change, Truncate):
        return words["truncate"].format(lines=lines, days=days, **ends)
    key = "minutes" if change.minutes is not None else "percent"
    number = write_number(change.minutes or change.percent or 0.0, words)
    ways = "" if change.both_ways else words["only_there"]
    return words[key].format(number=number, lines=lines, ways=ways, days=days, **ends)


def _lines(names: Sequence[str], words: Mapping[str, str]) -> str:
    quoted = [f"{words['open']}{name}{words['close']}" for name in names]
    return words["line" if len(names) == 1 else "lines"].format(names=list_names(quoted, words))


def _headways(spans: Sequence[Headway], words: Mapping[str, str]) -> str:
    told = [
        words["headway"].format(minutes=write_number(minutes, words), begin=begin, end=end)
        for begin, end, minutes in spans
    ]
    return list_names(told, words)


def _days(days: str, words: Mapping[str, str], key: str = "days") -> str:
    """Name days of the week, three and more in a row by the first and the last; `""` for all."""
    meant = weekdays_of(days)
    if meant == weekdays_of(EVERY_DAY):
        return ""
    runs: list[list[str]] = [[]]
    for day, is_meant in zip(WEEKDAYS, meant, strict=True):
        if is_meant:
            runs[-1].append(words[day])
        elif runs[-1]:
            runs.append([])
    listed = []
    for run in runs:
        is_span = len(run) > 2
        listed += [words["span"].format(first=run[0], last=run[-1])] if is_span else run
    return words[key].format(listed=list_names(listed, words))
