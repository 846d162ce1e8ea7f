"""What the page says about its data: the files, the versions and every counted assumption."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from .grid import Cell, Row, Table
from .labels import profile_label
from .words import write_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..study.results import Comparison
    from .words import Words

SHOWN_DIGITS: Final = 12
# Of the many counts of an extract, its size and its faults.
EXTRACT_COUNTS: Final = (
    "nodes_read",
    "nodes_twice",
    "nodes_outside_the_world",
    "ways_read",
    "ways_twice",
    "ways_of_fewer_than_two_nodes",
    "ways_with_missing_nodes",
    "refs_to_missing_nodes",
    "relations_read",
    "relations_twice",
    "relations_without_members",
    "relations_with_missing_members",
    "members_missing",
)


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


def assumption_table(result: Comparison, words: Words) -> Table:
    """Tabulate what was assumed, imputed, left out or found faulty, and how often.

    Parameters
    ----------
    result
        The comparison.
    words
        The catalogue.

    Returns
    -------
    table
        One row per kind, one column per profile.
    """
    networks = result.networks
    kinds = sorted({kind for network in networks.values() for kind in network.provenance.counts})
    rows = tuple(
        Row(
            count_label(kind, words),
            tuple(
                _count(network.provenance.counts.get(kind, 0), words)
                for network in networks.values()
            ),
        )
        for kind in kinds
    )
    labels = (profile_label(networks, profile, words) for profile in networks)
    headers = (words.say("table.assumption"), *(text[:1].upper() + text[1:] for text in labels))
    return Table(words.say("table.assumptions"), headers, rows)


def read_table(result: Comparison, words: Words) -> Table:
    """Tabulate what was read, and what of it could not be placed.

    Parameters
    ----------
    result
        The comparison.
    words
        The catalogue.

    Returns
    -------
    table
        One row per kind; those of the extract that count a fault only where there is one.
    """
    manifest = result.manifest
    residents, sites = manifest.get("residents", {}), manifest.get("sites", {})
    counts = {
        "residents": residents.get("population", result.residents["population"].sum()),
        "cells": residents.get("cells", len(result.residents)),
        "cells_outside": residents.get("cells_outside_the_territory", 0),
        "communes": len(result.communes),
        "sites": sum(sites.get("count", {}).values()),
        "sites_merged": sites.get("merged", 0),
    }
    rows = [Row(words.say(f"read.{kind}"), (_count(n, words),)) for kind, n in counts.items()]
    extract = manifest.get("extract", {}).get("counts", {})
    rows += [
        Row(count_label(kind, words), (_count(number, words),))
        for kind, number in extract.items()
        if number and kind in EXTRACT_COUNTS
    ]
    headers = (words.say("table.read_what"), words.say("table.count"))
    return Table(words.say("table.read"), headers, tuple(rows))


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


def _count(number: float, words: Words) -> Cell:
    return Cell(write_number(number, words.language), number)


def _inputs(manifest: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for record in manifest.get("inputs", ()):
        yield PurePath(record["path"]).name, record
