"""Getting files over HTTP that may be large, from servers that may be busy."""

import email.utils
import hashlib
import re
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import requests

from .._types import Progress
from .._version import __version__
from ..errors import DownloadError

USER_AGENT: Final = f"artois_mobility/{__version__}"

# What a cut connection had brought of a chunk is lost, so chunks are small.
CHUNK_BYTES: Final = 2**12

_BUSY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+)")
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
class _Setback:
    """Why an attempt did not finish, whether it brought anything, how long the server waits."""

    reason: str
    has_gained: bool = False
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Range:
    """The answer to a request for the rest of a file: where it starts, how long the whole is."""

    start: int
    total: int | None


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
        If the server has no such file, refuses, stays busy or silent, or if length or
        checksum are wrong in the end.

    References
    ----------
    HTTP range requests and If-Range: RFC 9110, sections 13.1.5 and 14.
    """
    patience = patience or Patience()
    _persist(lambda: _fetch_rest(url, part, patience, progress), url, patience)
    named = fetch_text(f"{url}.md5", patience=patience)
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
        If the server refuses, or stays busy or silent.
    """
    patience = patience or Patience()
    _persist(lambda: _fetch_whole(url, form, path, patience, progress), url, patience)


def fetch_text(url: str, *, patience: Patience | None = None) -> str | None:
    """Bring a small text.

    Parameters
    ----------
    url
        Address of the text.
    patience
        Pauses and limits.

    Returns
    -------
    text
        None where the server has no such text (404).

    Raises
    ------
    DownloadError
        If the server refuses, or stays busy or silent.
    """
    patience = patience or Patience()
    texts: list[str | None] = []

    def attempt() -> _Setback | None:
        try:
            response = requests.get(url, headers=_headers(), timeout=patience.timeout_s)
        except requests.RequestException as error:
            return _Setback(_name_failure(error))
        if response.status_code == 404:
            texts.append(None)
            return None
        if setback := _check_status(response, url):
            return setback
        texts.append(response.text)
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


def _persist(attempt: Callable[[], _Setback | None], url: str, patience: Patience) -> None:
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


def _fetch_rest(
    url: str, part: Path, patience: Patience, progress: Progress | None
) -> _Setback | None:
    """Ask for what is missing of a file; None when it is complete."""
    had = part.stat().st_size if part.exists() else 0
    version = _read_version(part, url)
    if had and not version:  # nothing says that the rest would be of the same file
        discard_part(part)
        had = 0
    asked = {"Range": f"bytes={had}-", "If-Range": version} if had else {}
    try:
        with closing(
            requests.get(url, headers=_headers(asked), timeout=patience.timeout_s, stream=True)
        ) as response:
            if response.status_code == 416:
                return _judge_excess(response, part, had)
            if setback := _check_status(response, url):
                return setback
            span = _read_range(response)
            if span.start not in {0, had}:
                discard_part(part)
                return _Setback("the server sent another part than was asked for")
            _version_path(part).write_text(f"{url}\n{_version_of(response)}", "utf-8")
            _append(response, part, span, progress, url)
    except requests.RequestException as error:
        has = part.stat().st_size if part.exists() else 0
        return _Setback(_name_failure(error), has_gained=has > had)
    has = part.stat().st_size
    if span.total is not None and has != span.total:
        discard_part(part)
        return _Setback(f"{has} bytes came where {span.total} were announced")
    return None


def _judge_excess(response: requests.Response, part: Path, had: int) -> _Setback | None:
    """Tell a part that is complete already from one that belongs to another file."""
    if response.headers.get("Content-Range", "") == f"bytes */{had}":
        return None
    discard_part(part)
    return _Setback("what was there did not belong to the file")


def _read_range(response: requests.Response) -> _Range:
    if response.status_code == 206:
        match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        return _Range(int(match[1]), int(match[2])) if match else _Range(-1, None)
    length = response.headers.get("Content-Length", "")
    return _Range(0, int(length) if length.isdigit() else None)


def _append(
    response: requests.Response, part: Path, span: _Range, progress: Progress | None, url: str
) -> None:
    done = span.start
    with part.open("r+b" if span.start else "wb") as content:
        content.seek(done)
        content.truncate()
        for chunk in response.iter_content(CHUNK_BYTES):
            content.write(chunk)
            done += len(chunk)
            _report(progress, url, done, span.total or 0)


def _fetch_whole(
    url: str,
    form: Mapping[str, str],
    path: Path,
    patience: Patience,
    progress: Progress | None,
) -> _Setback | None:
    try:
        with closing(
            requests.post(
                url,
                data=dict(form),
                headers={"User-Agent": USER_AGENT},
                timeout=patience.timeout_s,
                stream=True,
            )
        ) as response:
            if setback := _check_status(response, url):
                return setback
            _append(response, path, _Range(0, None), progress, url)
    except requests.RequestException as error:
        return _Setback(_name_failure(error))
    return None


def _check_status(response: requests.Response, url: str) -> _Setback | None:
    """Return a setback for a busy server, and raise where asking again would not help."""
    status = response.status_code
    if status in _BUSY:
        return _Setback(
            f"the server answered {status} {response.reason}",
            retry_after_s=_retry_after_s(response.headers.get("Retry-After", "")),
        )
    if status in {404, 410}:
        msg = f"{url} does not exist on the server (answer {status}). Check the address."
        raise DownloadError(msg)
    if status not in {200, 206}:
        msg = (
            f"{url} was refused: the server answered {status} {response.reason}. "
            "Check the address and what it asks for, or give another server."
        )
        raise DownloadError(msg)
    return None


def _retry_after_s(text: str) -> float | None:
    """Read a pause in seconds, or until a date (RFC 9110, section 10.2.3)."""
    if text.strip().isdigit():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _version_of(response: requests.Response) -> str:
    """Return what If-Range may name: a strong entity tag, else the date of the last change."""
    etag = response.headers.get("ETag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return response.headers.get("Last-Modified", "")


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


def _name_failure(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "the server stayed silent"
    return f"the connection failed ({type(error).__name__})"


def _report(progress: Progress | None, url: str, done: int, total: int) -> None:
    if progress is not None:
        progress(f"downloading {url.rsplit('/', 1)[-1]}", done, total)
