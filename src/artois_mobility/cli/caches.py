"""What `artois-mobility cache` does once its options are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..errors import ResultError
from .texts import Answer, write_columns, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..caching.shelf import Entry
    from ..report.words import Words

BYTES_PER_MB: Final = 1_000_000


def run_cache(*, clear: bool, language: str, as_json: bool) -> Answer:
    """List what the cache holds, or remove it.

    Parameters
    ----------
    clear
        Remove everything.
    language
        `"fr"` or `"en"`.
    as_json
        Give JSON instead of a table.

    Returns
    -------
    answer
        One row for each entry, or how much was freed.

    Raises
    ------
    ResultError
        If an entry cannot be removed.
    """
    from ..caching.shelf import cache_folder, clear_entries, list_entries
    from ..report.words import read_words

    words = read_words(language)
    folder = cache_folder()
    if folder is None:
        return Answer(write_json({"folder": None}) if as_json else words.say("cache.off"))
    if not clear:
        return _list(folder, list_entries(folder), words, as_json=as_json)
    try:
        freed = clear_entries(folder)
    except OSError as error:
        msg = f"{error.filename} could not be removed: {error.strerror}. Check who may write there."
        raise ResultError(msg) from error
    if as_json:
        return Answer(write_json({"folder": str(folder), "freed_bytes": freed}))
    return Answer(
        words.say("cache.cleared", {"size": _megabytes(freed, words), "folder": str(folder)})
    )


def _list(folder: Path, entries: Sequence[Entry], words: Words, *, as_json: bool) -> Answer:
    from ..caching.shelf import most_bytes

    total = sum(entry.byte_count for entry in entries)
    if as_json:
        record = {
            "folder": str(folder),
            "most_bytes": most_bytes(),
            "entries": [
                {
                    "kind": entry.kind,
                    "key": entry.key,
                    "extract": entry.made_from[0],
                    "profile": entry.made_from[1],
                    "bytes": entry.byte_count,
                    "used": entry.used.isoformat(timespec="seconds"),
                }
                for entry in entries
            ],
        }
        return Answer(write_json(record))
    if not entries:
        return Answer(words.say("cache.empty", {"folder": str(folder)}))
    label = {"network": words.say("cache.network"), "hierarchy": words.say("cache.hierarchy")}
    head = ("cache.kind", "cache.made_from", "cache.profile", "cache.size", "cache.used")
    rows = [
        [
            label[entry.kind],
            *entry.made_from,
            _megabytes(entry.byte_count, words),
            f"{entry.used:%Y-%m-%d %H:%M}",
        ]
        for entry in entries
    ]
    known = {
        "folder": str(folder),
        "size": _megabytes(total, words),
        "most": _megabytes(most_bytes(), words),
    }
    table = write_columns([[words.say(key) for key in head], *rows])
    return Answer(f"{words.say('cache.title', known)}\n{table}")


def _megabytes(byte_count: int, words: Words) -> str:
    from ..report.words import write_number

    return write_number(byte_count / BYTES_PER_MB, words.language, 1)
