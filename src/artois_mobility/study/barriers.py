"""Read what nobody walks across: a user's table of lines and areas."""

import hashlib
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from .._types import WGS84, Geometries
from ..network.barriers import Barriers
from ..places.table_files import read_table
from ..places.tables import note_rows, refuse

LINES: Final = (1, 2, 5)
AREAS: Final = (3, 6)
REMEDY: Final = (
    "The table needs a line or an area in each row (GeoPackage, GeoJSON, GeoParquet) and says in "
    "which coordinate system."
)


def read_barriers(path: str | Path) -> Barriers:
    """Read lines that nobody walks across off the network: walls, fences, a building site.

    Parameters
    ----------
    path
        A table with a line or an area in each row (GeoPackage, GeoJSON, GeoParquet); of areas the
        outline counts.

    Returns
    -------
    barriers
        For `build_network`.

    Raises
    ------
    PlacesError
        If the table is faulty; all problems are listed.

    Examples
    --------
    >>> read_barriers("nowhere.gpkg")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: nowhere.gpkg does not exist.
    """
    path = Path(path)
    table = read_table(path)
    problems: list[str] = []
    if "geometry" not in table.columns:
        refuse(path, ["there are neither lines nor areas"], REMEDY)
    geometry = table["geometry"]
    if geometry.crs is None:
        refuse(path, ["there is no coordinate system"], REMEDY)
    shapes: Geometries = geometry.to_crs(WGS84).to_numpy(object)
    kind = shapely.get_type_id(shapes)
    is_faulty = ~np.isin(kind, LINES + AREAS) | shapely.is_empty(shapes)
    found = geometry.geom_type.fillna("nothing").to_numpy(object)
    note_rows(problems, is_faulty, "neither line nor area", found, table.index)
    refuse(path, problems, REMEDY)
    is_area = np.isin(kind, AREAS)
    shapes[is_area] = shapely.boundary(shapes[is_area])
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Barriers(path, digest, shapely.get_parts(shapes))
