"""What `artois-mobility doctor` does once its options are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..drawing import language_of_user
from .examining import State, examine
from .texts import Answer, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from ..report.words import Words
    from .examining import Finding


def run_doctor(
    place: Path | None = None, *, language: str | None, as_json: bool
) -> tuple[Answer, bool]:
    """Check the installation, and timetables.

    Parameters
    ----------
    place
        A study, a feed, or a folder with one of them; None for the installation alone.
    language
        `"fr"`, `"en"` or None for that of the terminal.
    as_json
        Give JSON instead of lines.

    Returns
    -------
    answer
        What each check found, with its remedy where there is something to do.
    is_fine
        Whether nothing is at fault; warnings do not count.

    Raises
    ------
    InputError
        If a study or a feed there is faulty, or there is none.
    """
    from ..report.words import read_words

    words = read_words(language or language_of_user())
    timetables = []
    if place is not None:
        from .examining_timetables import examine_timetables

        timetables = examine_timetables(place)
    findings = [*examine(), *timetables]
    is_fine = all(each.state != State.FAULT for each in findings)
    if as_json:
        checks = [_record(each, words) for each in findings]
        return Answer(write_json({"ok": is_fine, "checks": checks})), is_fine
    return Answer("\n".join([*_lines(findings, words), _verdict(findings, words)])), is_fine


def _record(finding: Finding, words: Words) -> dict[str, str]:
    return {
        "check": finding.check,
        "name": words.say(f"doctor.{finding.check}"),
        "state": finding.state.value,
        "found": finding.found,
        "remedy": _remedy(finding, words),
    }


def _remedy(finding: Finding, words: Words) -> str:
    return words.say(f"doctor.{finding.remedy}", finding.values) if finding.remedy else ""


def _lines(findings: list[Finding], words: Words) -> list[str]:
    rows = [
        (words.say(f"doctor.state_{each.state.name.lower()}"), words.say(f"doctor.{each.check}"))
        for each in findings
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for (state, name), each in zip(rows, findings, strict=True):
        lines.append(f"{state.ljust(widths[0])}  {name.ljust(widths[1])}  {each.found}")
        if each.remedy:
            lines.append(f"{' ' * widths[0]}  → {_remedy(each, words)}")
    return lines


def _verdict(findings: list[Finding], words: Words) -> str:
    counts = {state: sum(each.state == state for each in findings) for state in State}
    if counts[State.FAULT]:
        return words.say("doctor.faulty", {"count": counts[State.FAULT]})
    if counts[State.WARNING]:
        return words.say("doctor.usable", {"count": counts[State.WARNING]})
    return words.say("doctor.sound")
