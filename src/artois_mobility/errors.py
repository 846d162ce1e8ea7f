"""Errors a user of the library can act on: one base, one class per remedy."""

from collections.abc import Sequence

MOST_SHOWN = 5


class ArtoisMobilityError(Exception):
    """Base of every error this library raises on purpose."""


class InputError(ArtoisMobilityError, ValueError):
    """The input is wrong; the message says what, where, what is allowed and what to do."""


class GraphError(InputError):
    """The arrays of a graph or network contradict each other."""


class NodeError(InputError):
    """A node id does not belong to the graph."""


class BudgetError(InputError):
    """A result would take more memory than is allowed; ask for less, or for a file."""


class StorageError(InputError):
    """A saved folder is missing, damaged, or of another version; save it again."""


class HierarchyError(StorageError):
    """A saved hierarchy is missing, damaged, or not that of the graph."""


class ExtractError(InputError):
    """An OpenStreetMap file is missing, damaged, empty or no OpenStreetMap data at all."""


class ProfileError(InputError):
    """A travel profile is unknown or its table is faulty."""


class PlacesError(InputError):
    """A table of sites, residents or communes is faulty."""


class FreightError(InputError):
    """A number about freight is faulty: tonnes, the time of a transfer, an emission factor."""


class TransitError(InputError):
    """A GTFS feed is missing, damaged or faulty beyond use."""


class NotANetworkError(TransitError, AttributeError):
    """What was asked of public transport is answered by networks only."""


class StudyError(InputError):
    """A study file or a scenario file is faulty; all its problems are in the message."""


class DownloadError(ArtoisMobilityError, RuntimeError):
    """Data could not be brought from a server."""


class ResultError(ArtoisMobilityError, RuntimeError):
    """A result broke a law that it must obey, or could not be written."""


def list_problems(problems: Sequence[str], most: int = MOST_SHOWN) -> str:
    """Join problems into lines of one message, the first few in full and the rest counted.

    Parameters
    ----------
    problems
        One sentence for each problem.
    most
        How many to show in full.

    Returns
    -------
    lines
        Each shown problem on a line of its own, indented by two spaces.

    Examples
    --------
    >>> print(list_problems(["a is negative", "b is missing", "c is missing"], most=2))
      a is negative
      b is missing
      and 1 more
    >>> list_problems([])
    ''
    """
    shown = [f"  {problem}" for problem in problems[:most]]
    if len(problems) > most:
        shown.append(f"  and {len(problems) - most} more")
    return "\n".join(shown)
