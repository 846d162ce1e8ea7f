"""What every question about areas begins with: arguments checked, origins attached."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias, Union

import numpy as np
import numpy.typing as npt

from .._types import MS_PER_MIN, Direction, Floats, Rows
from ..errors import PlacesError
from ..network.model import Network
from ..places.attaching import attach, attach_to_arcs
from ..places.attachments import Attachments
from ..routing.ends import find_ends
from .ground import ground_of
from .surfaces import Question, front_of

if TYPE_CHECKING:
    import geopandas as gpd

Origins: TypeAlias = Union["gpd.GeoDataFrame", Sequence[tuple[float, float]]]

CELL_M: Final = 25.0
LEAST_CELL_M: Final = 5.0
MOST_CELL_M: Final = 10_000.0
COLUMNS: Final = (
    "place",
    "arc",
    "position_ms",
    "twin_position_ms",
    "position_m",
    "offroad_m",
    "offroad_ms",
)


def ask(
    network: Network,
    origins: Origins,
    minutes: Sequence[float],
    direction: Direction,
    *,
    cell_m: float = CELL_M,
    by: str | None = None,
) -> tuple[Question, Floats, Attachments]:
    """Check the arguments of a question about areas, and attach its origins.

    Parameters
    ----------
    network
        The network of one profile.
    origins
        Pairs of longitude and latitude, or a table of points, o places.
    minutes
        Thresholds in minutes.
    direction
        `"from"` the origins, or `"to"` them.
    cell_m
        Side of the grid's cells in metres.
    by
        Column of the origins; those that share a value count as one, at all their places at once.

    Returns
    -------
    question
        For `time_streets` and `lay_surface`.
    thresholds
        The minutes, as an array.
    attachments
        Where the origins hang, or the groups of them, in the order of `names_of`.

    Raises
    ------
    PlacesError
        If a threshold, the cell size or the direction is not allowed, or the grid would be huge.
    """
    thresholds = _check_arguments(minutes, direction, cell_m)
    attachments = attach_origins(network, origins, by)
    question = Question(
        network,
        front_of(network, direction),
        ground_of(network, float(cell_m)),
        find_ends(network, attachments),
        direction,
        round(float(thresholds.max()) * MS_PER_MIN),
    )
    return question, thresholds, attachments


def attach_origins(network: Network, origins: Origins, by: str | None) -> Attachments:
    """Attach origins, or the groups of them.

    Parameters
    ----------
    network, origins, by
        As in `ask`.

    Returns
    -------
    attachments
        In the order of `names_of`.

    Raises
    ------
    PlacesError
        If there is no such column.
    """
    attachments = _attach(network, origins)
    return attachments if by is None else _gather(attachments, *_group(origins, by))


def names_of(origins: Origins, by: str | None) -> "dict[str, npt.NDArray[Any]]":
    """Name the origins, or the groups of them, that areas are drawn for.

    Parameters
    ----------
    origins
        Pairs of longitude and latitude, or a table of points.
    by
        Column of the groups, or None.

    Returns
    -------
    column
        Its name, and what it holds: `origin` and positions in the list, or the column of the
        groups and its values, ascending.

    Raises
    ------
    PlacesError
        If there is no such column.
    """
    if by is None:
        return {"origin": np.arange(len(origins))}
    return {by: _group(origins, by)[1]}


def _group(origins: Origins, by: str) -> "tuple[Rows, npt.NDArray[Any]]":
    """Find the group of each origin, and their values."""
    columns = [each for each in getattr(origins, "columns", ()) if each != "geometry"]
    if by not in columns:
        found = ", ".join(map(str, columns)) or "none: give a table of points"
        msg = f"by must be a column of the origins; found {by!r}, and they have {found}."
        raise PlacesError(msg)
    column = origins[by]  # type: ignore[call-overload]
    missing = np.flatnonzero(column.isna())
    if missing.size:
        msg = (
            f"Every origin needs a value in the column {by!r}; {missing.size} of {len(column)} "
            f"have none, first row {missing[0]}."
        )
        raise PlacesError(msg)
    try:
        values, group = np.unique(column.to_numpy(), return_inverse=True)
    except TypeError as error:
        msg = f"The column {by!r} holds values of several kinds, such as text and numbers."
        raise PlacesError(msg) from error
    return group.astype(np.int32), values


def _gather(attachments: Attachments, group: Rows, values: "npt.NDArray[Any]") -> Attachments:
    """Take each group for one place, which hangs wherever one of its origins does."""
    of_group = group[attachments.place]
    order = np.argsort(of_group, kind="stable")
    columns = {name: getattr(attachments, name)[order] for name in COLUMNS}
    columns["place"] = np.ascontiguousarray(of_group[order], np.int32)
    reason = np.empty(values.size, attachments.reason_of_place.dtype)
    reason[group[::-1]] = attachments.reason_of_place[::-1]
    reason[columns["place"]] = ""
    return Attachments(**columns, reason_of_place=reason)


def _attach(network: Network, origins: Origins) -> Attachments:
    """Attach origins; where a scenario made links, these only give them more to hang on."""
    is_link = network.way_of_arc < 0
    if not is_link.any():
        return attach(network, origins)
    today, more = (attach_to_arcs(network, origins, mask) for mask in (~is_link, is_link))
    order = np.argsort(np.concatenate([today.place, more.place]), kind="stable")
    columns = {
        name: np.concatenate([getattr(today, name), getattr(more, name)])[order] for name in COLUMNS
    }
    reason = np.where(more.reason_of_place == "", "", today.reason_of_place)
    return Attachments(**columns, reason_of_place=reason)


def _check_arguments(minutes: Sequence[float], direction: str, cell_m: float) -> Floats:
    msg = f"Minutes must be numbers above 0, at most a day (1440); found {minutes}."
    try:
        thresholds = np.asarray(minutes, np.float64).reshape(-1)
    except (TypeError, ValueError) as error:
        raise PlacesError(msg) from error
    if not thresholds.size or not (thresholds > 0).all() or thresholds.max() > 24 * 60:
        raise PlacesError(msg)
    if direction not in ("from", "to"):
        msg = f"direction must be 'from' or 'to'; found {direction!r}."
        raise PlacesError(msg)
    if not LEAST_CELL_M <= cell_m <= MOST_CELL_M:
        msg = f"cell_m must be from {LEAST_CELL_M:g} to {MOST_CELL_M:g} metres; found {cell_m}."
        raise PlacesError(msg)
    return thresholds
