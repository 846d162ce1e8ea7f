"""Where a cell and its nearest site hang on the network, before and after a barrier changes."""

from typing import TYPE_CHECKING, Final, TypeAlias

from ..changes.notices import Notice, Value

if TYPE_CHECKING:
    from .roles import Access

CELL_REATTACHED: Final = "cell_reattached"
SITE_REATTACHED: Final = "site_reattached"
# Kinds of changes by which places may hang on other streets.
BARRIER_KINDS: Final = frozenset({"add_barrier", "remove_barrier"})

# Longitude and latitude of the point at which a trip enters or leaves the streets.
Point: TypeAlias = tuple[float, float]


def find_reattached(before: "Access", after: "Access") -> str:
    """Tell which end of a trip hangs on another street, or on another place of the same.

    Parameters
    ----------
    before, after
        How a cell gets to its nearest site today, and with a scenario.

    Returns
    -------
    role
        `CELL_REATTACHED`; `SITE_REATTACHED` where only the site does, which is the same; `""`.
    """
    if _end_of(before, -1) is None and _end_of(after, -1) is None:
        return ""
    if _end_of(before, 0) != _end_of(after, 0):
        return CELL_REATTACHED
    is_same_site = before.site == after.site
    return SITE_REATTACHED if is_same_site and _end_of(before, -1) != _end_of(after, -1) else ""


def name_ends(role: str, before: "Access", after: "Access") -> dict[str, Value]:
    """Name the streets on which an end of a trip hangs, today and with a scenario.

    Parameters
    ----------
    role
        What `find_reattached` gives.
    before, after
        How a cell gets to its nearest site today, and with a scenario.

    Returns
    -------
    values
        `before` and `after`, for the text of the role.
    """
    place = 0 if role == CELL_REATTACHED else -1
    return {"before": _name_end(before, place), "after": _name_end(after, place)}


def _end_of(access: "Access", place: int) -> Point | None:
    """Find where a trip enters the streets (0) or leaves them (-1); None without streets."""
    legs = access.route.legs
    lines = legs.geometry[legs["kind"] == "street"]
    if lines.empty:
        return None
    lon, lat = lines.iloc[place].coords[place][:2]
    return round(lon, 7), round(lat, 7)


def _name_end(access: "Access", place: int) -> Value:
    legs = access.route.legs
    streets = legs[legs["kind"] == "street"]
    if streets.empty:
        return access.route.why or Notice("no_route")
    leg = streets.iloc[place]
    return str(leg["name"]) or Notice("leg_nameless", {"way": str(leg["way"])})
