"""What is wrong with a feed, counted, in the words of the canonical GTFS validator."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

# Columns of `Feed.faults`.
COLUMNS = ("feed", "file", "notice", "count", "first", "consequence")


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults of one feed; grows while it is read.

    Attributes
    ----------
    feed
        Name of the feed.
    rows
        A record for each kind of fault in each file.
    """

    feed: str
    rows: list[dict[str, object]] = field(default_factory=list)

    def note(
        self, file: str, notice: str, offenders: Iterable[object], *, consequence: str
    ) -> None:
        """Note a fault; nothing where nobody offends.

        Parameters
        ----------
        file
            Name of the table, without `.txt`.
        notice
            Name of the canonical validator's notice.
        offenders
            Ids, rows or values that have it, in their order.
        consequence
            What was done about it.
        """
        named = [str(each) for each in offenders]
        if named:
            values = (self.feed, file, notice, len(named), named[0], consequence)
            self.rows.append(dict(zip(COLUMNS, values, strict=True)))


def tabulate(faults: Iterable[Faults]) -> pd.DataFrame:
    """Put the faults of several feeds into one table.

    Parameters
    ----------
    faults
        Of each feed.

    Returns
    -------
    table
        `feed`, `file`, `notice` (the canonical validator's name), `count`, `first` offender and
        `consequence`.

    Examples
    --------
    >>> found = Faults("bus")
    >>> found.note("stops", "stop_without_location", ["s7", "s9"], consequence="left out")
    >>> tabulate([found])[["notice", "count", "first"]].values.tolist()
    [['stop_without_location', 2, 's7']]
    >>> len(tabulate([]))
    0
    """
    return pd.DataFrame([row for each in faults for row in each.rows], columns=list(COLUMNS))
