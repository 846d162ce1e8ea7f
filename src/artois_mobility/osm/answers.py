"""What a server's answer says before its content: whether it refuses, how much comes, of what."""

import email.utils
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NoReturn

import requests

from ..errors import DownloadError

# What a cut connection had brought of a chunk is lost, so chunks are small.
CHUNK_BYTES: Final = 2**12

_BUSY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
# Longer numbers are none: no file has so many bytes.
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_RANGE: Final = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18})")
# Asking again brings nothing else.
_HOPELESS: Final = (
    requests.TooManyRedirects,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidHeader,
)


@dataclass(frozen=True, slots=True)
class Setback:
    """Why an attempt did not finish.

    Attributes
    ----------
    reason
        In words.
    has_gained
        Whether the attempt brought anything.
    retry_after_s
        How long the server asks to wait; None where it does not say.
    """

    reason: str
    has_gained: bool = False
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """The answer to a request for the rest of a file.

    Attributes
    ----------
    start
        Where in the file it starts, in bytes; -1 where it does not say.
    total
        How long the whole is, in bytes; None where it does not say.
    """

    start: int
    total: int | None


def check_status(response: requests.Response, url: str) -> Setback | None:
    """Tell whether a server is busy, and raise where asking again would not help.

    Parameters
    ----------
    response
        Of the server.
    url
        What was asked for.

    Returns
    -------
    setback
        None where the content follows.

    Raises
    ------
    DownloadError
        If the server has no such file, or refuses.
    """
    status = response.status_code
    if status in _BUSY:
        return Setback(
            f"the server answered {status} {response.reason}",
            retry_after_s=read_pause(response.headers.get("Retry-After", "")),
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


def judge_failure(error: requests.RequestException, url: str, *, has_gained: bool) -> Setback:
    """Tell why a request failed, and raise where asking again would not help.

    Parameters
    ----------
    error
        What requests raised.
    url
        What was asked for.
    has_gained
        Whether anything came before.

    Returns
    -------
    setback
        For a server that is silent, or cut off.

    Raises
    ------
    DownloadError
        If the address is none, or leads on without end.
    """
    if isinstance(error, _HOPELESS):
        _refuse(error, url)
    if isinstance(error, requests.Timeout):
        return Setback("the server stayed silent", has_gained)
    return Setback(f"the connection failed ({type(error).__name__})", has_gained)


def _refuse(error: requests.RequestException, url: str) -> NoReturn:
    if isinstance(error, requests.TooManyRedirects):
        msg = f"{url} leads from address to address without end. Check it, or give another server."
    else:
        msg = (
            f"{url} is, or leads to, an address that is not fetched ({type(error).__name__}). "
            "Give one that starts with http:// or https://."
        )
    raise DownloadError(msg) from error


def read_span(response: requests.Response) -> Span:
    """Read which part of a file an answer holds.

    Parameters
    ----------
    response
        Of the server.

    Returns
    -------
    span
        From the headers of its range, or of its length.
    """
    if response.status_code == 206:
        match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        return Span(int(match[1]), int(match[2])) if match else Span(-1, None)
    length = response.headers.get("Content-Length", "")
    return Span(0, int(length) if _NUMBER.fullmatch(length) else None)


def read_pause(text: str) -> float | None:
    """Read how long a server asks to wait (RFC 9110, section 10.2.3).

    Parameters
    ----------
    text
        Seconds, or a date.

    Returns
    -------
    pause_s
        In seconds; None where the text is neither.

    Examples
    --------
    >>> read_pause("40"), read_pause("²"), read_pause("Fri, 01 Jan 1999 00:00:00 -0000")
    (40.0, None, 0.0)
    """
    if text.strip().isascii() and text.strip().isdigit():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def version_of(response: requests.Response) -> str:
    """Give what If-Range may name: a strong entity tag, else the date of the last change.

    Parameters
    ----------
    response
        Of the server.

    Returns
    -------
    version
        `""` where it names none.
    """
    etag = response.headers.get("ETag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return response.headers.get("Last-Modified", "")


def read_text(response: requests.Response, url: str, most_bytes: int) -> str:
    """Read the content of an answer as text.

    Parameters
    ----------
    response
        Of the server, its content still to come.
    url
        What was asked for.
    most_bytes
        What it may have.

    Returns
    -------
    text
        UTF-8; what is none is replaced.

    Raises
    ------
    DownloadError
        If more comes.
    """
    content = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        content += chunk
        if len(content) > most_bytes:
            raise too_much(url, most_bytes)
    return content.decode("utf-8", "replace")


def too_much(url: str, most_bytes: int) -> DownloadError:
    """Say that a server sends more than anything that is asked for has.

    Parameters
    ----------
    url
        What was asked for.
    most_bytes
        What it may have.

    Returns
    -------
    error
        To be raised.
    """
    return DownloadError(
        f"{url} sends more than {most_bytes} bytes, the most that is taken of what was asked for. "
        "Check the address, or give another server."
    )
