"""The dry run: how much every change of scenarios will touch, nothing computed or written."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from .texts import Answer, write_columns, write_json

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from .._types import Progress
    from ..report.words import Words

# Counts of the table and how many decimals people see of them.
DECIMALS: Final = {"ways": 0, "kilometres": 1, "sites": 0, "people": 0}


def run_preview(
    study_path: Path,
    scenario_paths: Sequence[Path],
    *,
    reference: Path | None,
    language: str | None,
    as_json: bool,
    progress: Progress,
) -> Answer:
    """Tell how much every change will touch.

    Parameters
    ----------
    study_path, scenario_paths
        The files.
    reference
        A scenario or a study to compare with instead of today; None for today.
    language
        `"fr"`, `"en"` or None for the study's.
    as_json
        Give JSON instead of a table.
    progress
        Told about every stage.

    Returns
    -------
    answer
        The sentence of each change with its counts, and all that is worth knowing.
    """
    from ..report.words import read_words
    from ..study.files import read_study
    from ..study.previewing import preview
    from ..study.touching import to_records

    study = read_study(study_path)
    words = read_words(language or study.language)
    spoken = replace(study, language="fr" if words.language == "fr" else "en")
    touched = preview(spoken, scenario_paths, reference=reference, progress=progress)
    warnings: dict[str, list[str]] = touched.attrs["warnings"]
    if as_json:
        return Answer(write_json({"changes": to_records(touched), "warnings": warnings}))
    lines = [
        words.say("terminal.warning", {"text": words.say("terminal.of_scenario", told)})
        for key, texts in warnings.items()
        for told in ({"scenario": key, "text": text} for text in texts)
    ]
    parts = [
        "\n".join([key, *_describe(touched[touched["scenario"] == key], words)]) for key in warnings
    ]
    return Answer("\n".join(parts), tuple(lines))


def _describe(touched: pd.DataFrame, words: Words) -> Iterator[str]:
    """Write the sentence of each change, and below it a row of counts for each profile."""
    if touched.empty:
        yield f"  {words.say('preview.nothing')}"
        return
    named = ["profile", *DECIMALS]
    header = [words.say(f"preview.{name}") for name in named]
    rows = [
        [words.say("preview.number", {"number": row["change"]}), *_write(row, words)]
        for row in touched.to_dict("records")
    ]
    for number, sentence in dict(zip(touched["change"], touched["sentence"], strict=True)).items():
        yield f"  {number}. {sentence}"
    yield from (f"  {line}" for line in write_columns([["", *header], *rows]).splitlines())


def _write(row: Mapping[Hashable, Any], words: Words) -> list[str]:
    from ..report.words import write_number

    counts = [
        "" if math.isnan(row[name]) else write_number(row[name], words.language, decimals)
        for name, decimals in DECIMALS.items()
    ]
    return [str(row["profile"]) or words.say("preview.every_profile"), *counts]
