"""Read where an extract holds every street: a user's table of areas."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import shapely

from ..places.table_files import read_table
from ..places.tables import note_rows, refuse

REMEDY: Final = (
    "The table needs an area in each row (GeoPackage, GeoJSON, GeoParquet) and says in which "
    "coordinate system."
)


def read_covers(path: str | Path) -> gpd.GeoDataFrame:
    """Read the areas in which an extract holds every street.

    Parameters
    ----------
    path
        A table with an area in each row (GeoPackage, GeoJSON, GeoParquet), such as the outline that
        the extract was cut by.

    Returns
    -------
    covers
        For `am.edge_minutes`, in the table's own coordinate system.

    Raises
    ------
    PlacesError
        If the table is faulty; all problems are listed.

    Examples
    --------
    >>> read_covers("nowhere.gpkg")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: nowhere.gpkg does not exist.
    """
    table = read_table(path)
    problems: list[str] = []
    if "geometry" not in table.columns:
        refuse(path, ["there are no areas"], REMEDY)
    areas = gpd.GeoDataFrame(table, geometry="geometry")
    if areas.crs is None:
        refuse(path, ["there is no coordinate system"], REMEDY)
    shapes = areas.geometry.to_numpy()
    is_faulty = (shapely.get_dimensions(shapes) != 2) | shapely.is_empty(shapes)
    is_faulty |= ~shapely.is_valid(shapes)
    found = areas.geometry.geom_type.fillna("nothing").to_numpy(object)
    note_rows(problems, is_faulty, "no sound area", found, table.index)
    refuse(path, problems, REMEDY)
    return areas
