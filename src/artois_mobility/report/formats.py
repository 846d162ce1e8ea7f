"""Which files a report is written in, besides those that every report has."""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..errors import InputError
from .csv_files import check_form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

XLSX: Final = "xlsx"
GEOPARQUET: Final = "geoparquet"
SVG: Final = "svg"
# A logo of 4 cm at 400 dots per inch has half a million; a small file can claim billions.
MOST_PIXELS: Final = 25_000_000
# Sheets of paper that plates are made for.
PAPERS: Final = ("a4", "a3")
ALSO: Final = (XLSX, GEOPARQUET, SVG, *PAPERS)


@dataclass(frozen=True, slots=True)
class Formats:
    """How a report is written.

    Attributes
    ----------
    csv
        `"plain"` or `"fr"`, see `write_csv`.
    also
        Which of `ALSO` are written too, in that order.
    logo
        Picture that stands on every plate, or None.
    day
        Day of edition that stands on every plate, or None for no plates.
    """

    csv: str = "plain"
    also: tuple[str, ...] = ()
    logo: Path | None = None
    day: dt.date | None = None

    @property
    def papers(self) -> tuple[str, ...]:
        """Sheets of paper that plates are wanted on."""
        return tuple(name for name in self.also if name in PAPERS)

    def describe(self) -> dict[str, Any]:
        """Say for a manifest how the report is written.

        Returns
        -------
        record
            Ready for JSON; the logo stands among the inputs.
        """
        day = None if self.day is None else self.day.isoformat()
        return {"csv": self.csv, "also": list(self.also), "day": day}


def check_formats(
    csv: str = "plain",
    also: Sequence[str] = (),
    *,
    logo: str | Path | None = None,
    day: dt.date | None = None,
) -> Formats:
    """See that a report can be written as somebody wants it.

    Parameters
    ----------
    csv
        `"plain"` or `"fr"`.
    also
        Any of `"xlsx"`, `"geoparquet"`, `"svg"`, `"a4"` and `"a3"`.
    logo
        Picture for the plates: PNG or JPEG.
    day
        Of edition, for the plates; this day when left out.

    Returns
    -------
    formats
        Without doubles, in a fixed order.

    Raises
    ------
    InputError
        If a name is unknown, or the logo cannot be read as a picture or has no plate to stand on.

    Examples
    --------
    >>> check_formats("fr", ["a4", "xlsx", "a4"], day=dt.date(2026, 11, 30)).also
    ('xlsx', 'a4')
    >>> check_formats(also=["pdf"])
    Traceback (most recent call last):
    artois_mobility.errors.InputError: 'pdf' is no format of a report; use any of xlsx, ... a3.
    """
    for name in also:
        if name not in ALSO:
            msg = f"{name!r} is no format of a report; use any of {', '.join(ALSO)}."
            raise InputError(msg)
    formats = Formats(check_form(csv), tuple(name for name in ALSO if name in also))
    if not formats.papers:
        if logo is not None:
            msg = f"The logo {logo} stands on plates; ask for a4 or a3, too, or leave it out."
            raise InputError(msg)
        return formats
    picture = None if logo is None else _check_picture(Path(logo))
    return Formats(formats.csv, formats.also, picture, day or dt.datetime.now().astimezone().date())


def read_formats(record: Mapping[str, Any], logo: Path | None) -> Formats:
    """Read from a manifest how a report is written.

    Parameters
    ----------
    record
        What `Formats.describe` said; empty for a report of the time before.
    logo
        The picture among its inputs, or None.

    Returns
    -------
    formats
        The same as then.

    Examples
    --------
    >>> read_formats({}, None) == Formats()
    True
    """
    day = record.get("day")
    return check_formats(
        record.get("csv", "plain"),
        record.get("also", ()),
        logo=logo,
        day=None if day is None else dt.date.fromisoformat(day),
    )


def _check_picture(path: Path) -> Path:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=("PNG", "JPEG")) as picture:
                _check_pixels(path, *picture.size)
                picture.load()
    except Image.DecompressionBombError as error:
        msg = (
            f"The logo {path} has far too many pixels; allowed are {MOST_PIXELS}. Make it smaller."
        )
        raise InputError(msg) from error
    except (OSError, UnidentifiedImageError) as error:
        why = getattr(error, "strerror", None) or "it is no PNG or JPEG picture, or a damaged one"
        msg = f"The logo {path} cannot be read: {why}. Name a PNG or JPEG file."
        raise InputError(msg) from error
    return path


def _check_pixels(path: Path, width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        msg = (
            f"The logo {path} has {width} x {height} pixels; allowed are {MOST_PIXELS} in all. "
            "Make it smaller: a few hundred across are enough."
        )
        raise InputError(msg)
