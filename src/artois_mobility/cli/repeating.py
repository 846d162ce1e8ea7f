"""What `artois-mobility reproduce` does once its options are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..drawing import language_of_user
from .texts import Answer, write_json

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from .._types import Progress
    from ..report.words import Words


def run_reproduce(
    folder: Path, base: Path | None, *, language: str | None, as_json: bool, progress: Progress
) -> tuple[Answer, bool]:
    """Make a report again and compare its files.

    Parameters
    ----------
    folder
        The report.
    base
        Where the manifest's paths start from; None to look for it.
    language
        `"fr"`, `"en"` or None for that of the terminal.
    as_json
        Give JSON instead of sentences.
    progress
        Told about every stage.

    Returns
    -------
    answer
        The files that are not the same, and what they were made with.
    is_same
        Whether all bytes agree.
    """
    from ..report.reproducing import SAME, reproduce
    from ..report.words import read_words

    files = reproduce(folder, base, progress=progress)
    is_same = bool((files["state"] == SAME).all())
    if as_json:
        names = ("what", "then", "now")
        made_with = [dict(zip(names, each, strict=True)) for each in files.attrs["made_with"]]
        states = dict(zip(files["file"], files["state"], strict=True))
        record = {
            "same": is_same,
            "base": files.attrs["base"],
            "files": states,
            "made_with": made_with,
        }
        return Answer(write_json(record)), is_same
    return Answer("\n".join(_describe(files, read_words(language or language_of_user())))), is_same


def _describe(files: pd.DataFrame, words: Words) -> list[str]:
    from ..report.reproducing import ALTERED, DIFFERS, NEW, NOT_MADE, SAME

    nothing = words.say("reproduce.nothing")
    lines = [
        words.say(
            "reproduce.made_with", {"what": what, "then": then or nothing, "now": now or nothing}
        )
        for what, then, now in files.attrs["made_with"]
    ]
    others = files[files["state"] != SAME]
    if others.empty:
        return [*lines, words.say("reproduce.same", {"count": len(files)})]
    say = {
        DIFFERS: "reproduce.differs",
        ALTERED: "reproduce.altered",
        NOT_MADE: "reproduce.not_made",
        NEW: "reproduce.new",
    }
    count = {"count": len(others), "whole": len(files)}
    listed = [
        f"  {name} – {words.say(say[state])}"
        for name, state in zip(others["file"], others["state"], strict=True)
    ]
    return [*lines, words.say("reproduce.others", count), *listed]
