"""Trips leg by leg, by street or by public transport: as tables that open in QGIS, and in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from .._types import WGS84
from ..changes.notices import Notice, check_language
from ..changes.phrases import write_duration
from ..changes.sentences import Language
from ..errors import PlacesError
from ..places.starts import Places

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely


def require_one_each(origin: Places, destination: Places, *, asked: str, many: str) -> None:
    """Refuse more or less than one place on either side.

    Parameters
    ----------
    origin, destination
        Any places.
    asked
        Name of the function that takes one of each.
    many
        Name of the function that takes many.

    Raises
    ------
    PlacesError
        If there is not one place on either side.

    Examples
    --------
    >>> place = [(2.83, 50.42)]
    >>> require_one_each(place, place * 2, asked="explain", many="routes")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: explain takes one origin and one destination; found 1...
    """
    if (len(origin), len(destination)) != (1, 1):
        msg = (
            f"{asked} takes one origin and one destination; found {len(origin)} and "
            f"{len(destination)}. Use {many} for many."
        )
        raise PlacesError(msg)


def tabulate_legs(
    rows: Sequence[tuple[object, ...]],
    columns: Sequence[str],
    lines: "Sequence[shapely.LineString]",
    crs: str,
) -> "gpd.GeoDataFrame":
    """Lay out the legs of a trip.

    Parameters
    ----------
    rows
        One per leg.
    columns
        Names of what stands in a row.
    lines
        Line of each leg.
    crs
        Their metric coordinate system.

    Returns
    -------
    legs
        In EPSG:4326.
    """
    import geopandas as gpd

    values = {name: [row[number] for row in rows] for number, name in enumerate(columns)}
    return gpd.GeoDataFrame(values, geometry=list(lines), crs=crs).to_crs(WGS84)


def tell_legs(
    legs: "gpd.GeoDataFrame",
    minutes: float,
    why: Notice | None,
    tell: Callable[[Mapping[str, object], Language], str],
    language: Language,
) -> str:
    """Tell a trip in words, or why there is none.

    Parameters
    ----------
    legs
        One row per leg.
    minutes
        Of the whole trip.
    why
        Why there is none, or None.
    tell
        Tells one leg.
    language
        `"fr"` or `"en"`.

    Returns
    -------
    text
        Total first, then one line per leg.

    Raises
    ------
    InputError
        If the language is another.
    """
    check_language(language)
    if why is not None:
        return why.say(language)
    head = Notice("trip_total", {"time": write_duration(minutes * 60)})
    return "\n".join(
        [head.say(language), *(tell(leg, language) for leg in legs.to_dict("records"))]
    )
