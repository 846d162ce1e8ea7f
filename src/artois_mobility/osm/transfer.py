"""Getting files over HTTP that may be large, from servers that may be busy."""

import errno
import hashlib
import re
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import requests

from .._types import Progress
from .._version import __version__
from ..errors import DownloadError
from .answers import (
    CHUNK_BYTES,
    Setback,
    Span,
    check_status,
    judge_failure,
    read_span,
    read_text,
    too_much,
    version_of,
)

USER_AGENT: Final = f"artois_mobility/{__version__}"

# Nothing that is asked for has more: the planet has some 90 GB, an index of all regions 5 MB, and a
# server that computes answers gives none that would fill a disk.
MOST_FILE_BYTES: Final = 2**37
MOST_ANSWER_BYTES: Final = 2**34
MOST_TEXT_BYTES: Final = 2**26
MOST_CHECKSUM_BYTES: Final = 2**16
# What stays free on a disk when a server does not say how much it sends.
KEPT_FREE_BYTES: Final = 2**26

_MD5: Final = re.compile(r"\b[0-9a-f]{32}\b")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a server, and how often to ask again.

    Attributes
    ----------
    tries
        Attempts in a row that bring nothing before giving up.
    first_wait_s
        Pause after the first of them; it doubles with each, unless the server names its own.
    longest_wait_s
        Longest pause; a server that asks for more is not waited for.
    timeout_s
        Longest silence of a server that has been asked.
    """

    tries: int = 6
    first_wait_s: float = 2.0
    longest_wait_s: float = 300.0
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is fetched: from where, how much at most, how patiently, and who is told."""

    url: str
    most_bytes: int
    patience: Patience
    progress: Progress | None


def fetch_file(
    url: str,
    part: Path,
    *,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> str:
    """Bring a file, going on where an earlier attempt was cut off, and verify it.

    What has come is in `part`, its version beside it in `<part>.version`; both stay when the
    attempt is broken off, and the next call asks for the rest of that same version. A server
    that knows no ranges, or whose file has changed, sends the whole again.

    Parameters
    ----------
    url
        Address of the file. If there is a `<url>.md5` beside it, the file is held against it.
    part
        Where to write; complete when this function returns.
    patience
        Pauses and limits.
    progress
        Called with bytes done and bytes in all; 0 in all while the server does not say.

    Returns
    -------
    md5
        The verified checksum, or `""` where the server has none.

    Raises
    ------
    DownloadError
        If the server has no such file, refuses, stays busy or silent, sends more than
        `MOST_FILE_BYTES`, or if length or checksum are wrong in the end.
    OSError
        If the disk has no room for it, or the part cannot be written; what has come stays.

    References
    ----------
    HTTP range requests and If-Range: RFC 9110, sections 13.1.5 and 14.
    """
    patience = patience or Patience()
    asked = _Asked(url, MOST_FILE_BYTES, patience, progress)
    _persist(lambda: _fetch_rest(part, asked), url, patience)
    named = fetch_text(f"{url}.md5", patience=patience, most_bytes=MOST_CHECKSUM_BYTES)
    if named is None:
        return ""
    with part.open("rb") as content:
        found = hashlib.file_digest(content, "md5").hexdigest()
    if not (match := _MD5.search(named.lower())):
        return ""
    if match[0] != found:
        discard_part(part)
        msg = (
            f"{url} came with the wrong checksum: md5 {found}, where the server names {match[0]}. "
            "What had come was removed; try again, later if the server is renewing its file."
        )
        raise DownloadError(msg)
    return found


def fetch_answer(
    url: str,
    form: Mapping[str, str],
    path: Path,
    *,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> None:
    """Post a form and write the whole answer to a file, from the start at each attempt.

    Parameters
    ----------
    url
        Where to post.
    form
        Fields and their values.
    path
        Where to write.
    patience
        Pauses and limits.
    progress
        Called with bytes done; 0 in all, since an answer's length is not known before.

    Raises
    ------
    DownloadError
        If the server refuses, stays busy or silent, or sends more than `MOST_ANSWER_BYTES`.
    OSError
        If the disk has no room for it, or the file cannot be written.
    """
    patience = patience or Patience()
    asked = _Asked(url, MOST_ANSWER_BYTES, patience, progress)
    _persist(lambda: _fetch_whole(form, path, asked), url, patience)


def fetch_text(
    url: str, *, patience: Patience | None = None, most_bytes: int = MOST_TEXT_BYTES
) -> str | None:
    """Bring a small text.

    Parameters
    ----------
    url
        Address of the text.
    patience
        Pauses and limits.
    most_bytes
        What it may have; a server that sends more is not listened to.

    Returns
    -------
    text
        None where the server has no such text (404).

    Raises
    ------
    DownloadError
        If the server refuses, stays busy or silent, or sends more than that.
    """
    patience = patience or Patience()
    texts: list[str | None] = []

    def attempt() -> Setback | None:
        try:
            with closing(
                requests.get(url, headers=_headers(), timeout=patience.timeout_s, stream=True)
            ) as response:
                if response.status_code == 404:
                    texts.append(None)
                    return None
                if setback := check_status(response, url):
                    return setback
                texts.append(read_text(response, url, most_bytes))
        except requests.RequestException as error:
            return judge_failure(error, url, has_gained=False)
        return None

    _persist(attempt, url, patience)
    return texts[-1]


def discard_part(part: Path) -> None:
    """Remove a partial file and what is known of its version.

    Parameters
    ----------
    part
        The partial file; it need not be there.
    """
    part.unlink(missing_ok=True)
    _version_path(part).unlink(missing_ok=True)


def _persist(attempt: Callable[[], Setback | None], url: str, patience: Patience) -> None:
    """Repeat an attempt with growing pauses until it succeeds or hope is gone."""
    tries = 0
    while setback := attempt():
        tries = 1 if setback.has_gained else tries + 1
        if tries >= patience.tries:
            msg = (
                f"{url} could not be fetched: {setback.reason}, {tries} times in a row. "
                "Run the same command again later; what was cut off goes on where it stopped."
            )
            raise DownloadError(msg)
        wait_s = min(patience.first_wait_s * 2 ** (tries - 1), patience.longest_wait_s)
        if setback.retry_after_s is not None:
            wait_s = setback.retry_after_s
        if wait_s > patience.longest_wait_s:
            msg = (
                f"{url} asks to wait {wait_s:.0f} s ({setback.reason}), more than the "
                f"{patience.longest_wait_s:.0f} s allowed. Run the same command again after that."
            )
            raise DownloadError(msg)
        time.sleep(wait_s)


def _fetch_rest(part: Path, asked: _Asked) -> Setback | None:
    """Ask for what is missing of a file; None when it is complete."""
    url = asked.url
    had = part.stat().st_size if part.exists() else 0
    version = _read_version(part, url)
    if had and not version:  # nothing says that the rest would be of the same file
        discard_part(part)
        had = 0
    headers = _headers({"Range": f"bytes={had}-", "If-Range": version} if had else {})
    try:
        with closing(
            requests.get(url, headers=headers, timeout=asked.patience.timeout_s, stream=True)
        ) as response:
            if response.status_code == 416:
                return _judge_excess(response, part, had)
            if setback := check_status(response, url):
                return setback
            span = read_span(response)
            if span.start not in {0, had}:
                discard_part(part)
                return Setback("the server sent another part than was asked for")
            room_bytes = _find_room(part, span, asked)
            if not span.start:  # what goes on is of the version that was asked for
                _version_path(part).write_text(f"{url}\n{version_of(response)}", "utf-8")
            _append(response, part, span, room_bytes, asked)
    except requests.RequestException as error:
        has = part.stat().st_size if part.exists() else 0
        return judge_failure(error, url, has_gained=has > had)
    has = part.stat().st_size
    if span.total is not None and has != span.total:
        discard_part(part)
        return Setback(f"{has} bytes came where {span.total} were announced")
    return None


def _judge_excess(response: requests.Response, part: Path, had: int) -> Setback | None:
    """Tell a part that is complete already from one that belongs to another file."""
    if response.headers.get("Content-Range", "") == f"bytes */{had}":
        return None
    discard_part(part)
    return Setback("what was there did not belong to the file")


def _append(
    response: requests.Response, part: Path, span: Span, room_bytes: int, asked: _Asked
) -> None:
    """Write what comes behind what is there, as far as there is room."""
    done = span.start
    with part.open("r+b" if span.start else "wb") as content:
        content.seek(done)
        content.truncate()
        for chunk in response.iter_content(CHUNK_BYTES):
            content.write(chunk)
            done += len(chunk)
            _report(asked.progress, asked.url, done, span.total or 0)
            if done > min(room_bytes, asked.most_bytes):
                break
    if done > asked.most_bytes:
        discard_part(part)
        raise too_much(asked.url, asked.most_bytes)
    if span.total is None and done > room_bytes:
        raise _no_room(part, f"{asked.url} sends more than {done} bytes without saying how much")


def _find_room(part: Path, span: Span, asked: _Asked) -> int:
    """Tell up to how many bytes a file may grow; refuse what says that it is longer."""
    free_bytes = shutil.disk_usage(part.parent).free
    if span.total is None:
        return span.start + free_bytes - min(KEPT_FREE_BYTES, free_bytes // 10)
    if span.total > asked.most_bytes:
        raise too_much(asked.url, asked.most_bytes)
    if span.total - span.start > free_bytes:
        raise _no_room(part, f"{asked.url} sends {span.total - span.start} bytes")
    return span.total


def _no_room(part: Path, what: str) -> OSError:
    free_bytes = shutil.disk_usage(part.parent).free
    return OSError(errno.ENOSPC, f"{what}, and {free_bytes} are free", str(part))


def _fetch_whole(form: Mapping[str, str], path: Path, asked: _Asked) -> Setback | None:
    try:
        with closing(
            requests.post(
                asked.url,
                data=dict(form),
                headers={"User-Agent": USER_AGENT},
                timeout=asked.patience.timeout_s,
                stream=True,
            )
        ) as response:
            if setback := check_status(response, asked.url):
                return setback
            span = Span(0, None)
            _append(response, path, span, _find_room(path, span, asked), asked)
    except requests.RequestException as error:
        return judge_failure(error, asked.url, has_gained=False)
    return None


def _read_version(part: Path, url: str) -> str:
    """Return the version of a partial file; `""` when it has none or came from elsewhere."""
    path = _version_path(part)
    source, _, version = path.read_text("utf-8").partition("\n") if path.exists() else ("", "", "")
    return version if source == url else ""


def _version_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.version")


def _headers(more: Mapping[str, str] | None = None) -> dict[str, str]:
    # Unpacked on the way, neither length nor position of the bytes would hold.
    return {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **(more or {})}


def _report(progress: Progress | None, url: str, done: int, total: int) -> None:
    if progress is not None:
        progress(f"downloading {url.rsplit('/', 1)[-1]}", done, total)
