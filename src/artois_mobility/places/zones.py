"""Zones to sum over: IRIS, priority districts, SCoT, former mining estates, any areas."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .._types import WGS84
from ..errors import PlacesError
from .communes import note_areas
from .table_files import read_table
from .tables import find_column, note_missing, note_rows, read_texts, refuse

# In small letters, the preferred first: ours, then IRIS (IGN), priority districts (ANCT), communes.
ZONE_NAMES: Final = (
    "zone",
    "code",
    "code_iris",
    "iris",
    "code_qp",
    "code_qpv",
    "insee",
    "insee_com",
    "siren_epci",
    "id",
)
NAME_NAMES: Final = ("name", "nom", "nom_iris", "nom_qp", "lib_qp", "libelle", "label")


def read_zones(path: str | Path, *, zone: str | None = None) -> gpd.GeoDataFrame:
    """Read areas that residents are summed over.

    Parameters
    ----------
    path
        A GeoPackage, GeoJSON, (Geo)Parquet or shape file of areas in any coordinate system, with a
        column such as `code_iris`, `code_qp` or `zone`, and one such as `nom`.
    zone
        The column that names each zone, where it is called otherwise.

    Returns
    -------
    zones
        By `zone`: `zone` (text), `name` (`""` where unknown), the file's other columns left out,
        and `geometry` (EPSG:4326).

    Raises
    ------
    PlacesError
        If anything in the file is wrong; all its problems are listed.

    Examples
    --------
    >>> read_zones("nowhere.gpkg")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: nowhere.gpkg does not exist.
    """
    rows = read_table(path)
    problems: list[str] = []
    column = find_column(rows, (zone.lower(),) if zone else ZONE_NAMES)
    if column is None:
        note_missing(problems, [zone or "zone"], rows)
    names = read_texts(rows, column)
    if column is not None:
        note_rows(problems, names == "", "the zone has no code", names)
        is_double = pd.Series(names).duplicated().to_numpy() & (names != "")
        note_rows(problems, is_double, "the zone stands before", names)
    note_areas(rows, names, problems)
    refuse(path, problems, "Mend these rows; nothing was read.")
    table = {"zone": names, "name": read_texts(rows, find_column(rows, NAME_NAMES))}
    areas = rows.geometry.to_crs(WGS84).to_numpy()
    zones = gpd.GeoDataFrame(table, geometry=areas, crs=WGS84)
    return zones.sort_values("zone", ignore_index=True)


def assign_zones(places: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Tell in which zone residents live, or sites lie.

    Parameters
    ----------
    places
        What `am.read_residents` or `am.read_sites` returns.
    zones
        What `am.read_zones` returns; zones may touch, but not overlap.

    Returns
    -------
    places
        A copy with the column `zone`: on a boundary the smaller code counts, `""` where no zone
        is. `attrs["zones"]` counts those `inside` and `outside`.

    Raises
    ------
    PlacesError
        If the zones lack their columns, or something lies inside two of them.

    Examples
    --------
    >>> areas = [shapely.box(2.8, 50.4, 2.9, 50.5)]
    >>> zones = gpd.GeoDataFrame({"zone": ["QP062001"]}, geometry=areas, crs="EPSG:4326")
    >>> points = gpd.points_from_xy([2.83, 3.1], [50.43, 50.43])
    >>> residents = gpd.GeoDataFrame({"cell": ["a", "b"]}, geometry=points, crs="EPSG:4326")
    >>> assign_zones(residents, zones)["zone"].tolist()
    ['QP062001', '']
    """
    if "zone" not in zones.columns:
        msg = f"The zones lack the column zone; they have {', '.join(map(str, zones.columns))}."
        raise PlacesError(msg)
    for what, table in (("places", places), ("zones", zones)):
        if table.crs is None:
            msg = f"The {what} have no coordinate system; give them one with set_crs({WGS84!r})."
            raise PlacesError(msg)
    points = places.geometry.to_crs(WGS84).to_numpy()
    codes = zones["zone"].astype(str).to_numpy(object)
    tree = shapely.STRtree(zones.geometry.to_crs(WGS84).to_numpy())
    inside, area = tree.query(points, predicate="within")
    again = inside[pd.Series(inside).duplicated().to_numpy()]
    if again.size:
        both = sorted(codes[area[inside == again[0]]])
        msg = (
            f"{np.unique(again).size} places lie inside two zones, first row {again[0]} in "
            f"{' and '.join(both[:3])}. Zones may not overlap: read them as two tables, or join "
            "them."
        )
        raise PlacesError(msg)
    row, area = tree.query(points, predicate="intersects")
    found = pd.Series(codes[area], index=row, dtype=object)
    first = found.sort_values(kind="stable").groupby(level=0).first()
    zone = np.full(len(places), "", object)
    zone[first.index.to_numpy(int)] = first.to_numpy(object)
    filled = places.assign(zone=zone)
    count = int((zone != "").sum())
    filled.attrs = {**places.attrs, "zones": {"inside": count, "outside": len(zone) - count}}
    return filled
