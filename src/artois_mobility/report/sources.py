"""What the page says about its data: the files, the versions and every counted assumption."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from .figures import Cell, Row, Table
from .labels import profile_label
from .words import write_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..study.results import Comparison
    from .words import Words

SHOWN_DIGITS: Final = 12


def input_table(result: Comparison, words: Words) -> Table:
    """Tabulate the files behind the comparison, with the beginning of their hashes.

    Parameters
    ----------
    result
        The comparison.
    words
        The catalogue.

    Returns
    -------
    table
        One row per file; the whole hashes stand in `manifest.json`.
    """
    rows = []
    for name, record in _inputs(result.manifest):
        digest = str(record.get("sha256", ""))[:SHOWN_DIGITS]
        rows.append(Row(name, (Cell(digest, digest),)))
    headers = (words.say("table.file"), words.say("table.hash"))
    return Table(words.say("table.inputs"), headers, tuple(rows))


def assumption_tables(result: Comparison, words: Words) -> list[Table]:
    """Tabulate what was assumed, imputed, left out or found faulty, and how often.

    Parameters
    ----------
    result
        The comparison.
    words
        The catalogue.

    Returns
    -------
    tables
        One per profile.
    """
    tables = []
    headers = (words.say("table.assumption"), words.say("table.count"))
    for profile, network in result.networks.items():
        label = profile_label(result.networks, profile, words)
        rows = tuple(
            Row(count_label(kind, words), (Cell(write_number(count, words.language), count),))
            for kind, count in sorted(network.provenance.counts.items())
        )
        tables.append(Table(words.say("table.assumptions", {"profile": label}), headers, rows))
    return tables


def count_label(kind: str, words: Words) -> str:
    """Name a kind of assumption.

    Parameters
    ----------
    kind
        Its key in the counts, for instance `"refs_to_missing_nodes"`.
    words
        The catalogue.

    Returns
    -------
    label
        The catalogue's words, else the key with spaces.
    """
    key = f"count.{kind}"
    return words.say(key) if key in words.texts else kind.replace("_", " ")


def _inputs(manifest: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for record in manifest.get("inputs", ()):
        yield PurePath(record["path"]).name, record
