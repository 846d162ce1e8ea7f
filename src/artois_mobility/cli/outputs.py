"""The files that commands write: checked before anything is computed, and never half-written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..errors import InputError, ResultError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    import pandas as pd

GEO_DRIVERS: Final = {".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GPKG"}


def check_output(path: Path) -> None:
    """See that a file can stand where it is wanted.

    Parameters
    ----------
    path
        The file to write.

    Raises
    ------
    InputError
        If its folder is missing, or a folder has its name.
    """
    if not path.parent.is_dir():
        msg = (
            f"{path} cannot be written: there is no folder {path.parent}. Make it, or name another."
        )
        raise InputError(msg)
    if path.is_dir():
        msg = f"{path} is a folder. Name a file in it."
        raise InputError(msg)


def table_writer(path: Path, form: str = "plain") -> Callable[[pd.DataFrame, Path], None]:
    """Choose how a table is written.

    Parameters
    ----------
    path
        Where the table is wanted; its ending decides.
    form
        Of CSV, see `write_csv`.

    Returns
    -------
    write
        Called with the table and the place.

    Raises
    ------
    InputError
        If the ending or the folder is not allowed.
    """
    check_output(path)
    if path.suffix == ".parquet":
        return lambda table, place: table.to_parquet(place, index=False)
    if path.suffix == ".csv":
        return lambda table, place: csv_writer(table, form)(place)
    msg = f"Access times are written as .parquet or .csv; found {path}."
    raise InputError(msg)


def csv_writer(table: pd.DataFrame, form: str) -> Callable[[Path], None]:
    """Give what writes a table as CSV.

    Parameters
    ----------
    table
        The table.
    form
        Of CSV, see `write_csv`.

    Returns
    -------
    write
        Called with the place to write to.
    """
    from ..report.csv_files import write_csv

    return lambda place: write_csv(table, place, form)


def area_writer(path: Path) -> Callable[[gpd.GeoDataFrame, Path], None]:
    """Choose how areas are written.

    Parameters
    ----------
    path
        Where they are wanted; its ending decides.

    Returns
    -------
    write
        Called with the areas and the place.

    Raises
    ------
    InputError
        If the ending or the folder is not allowed.
    """
    check_output(path)
    if path.suffix == ".parquet":
        return lambda areas, place: areas.to_parquet(place)
    driver = GEO_DRIVERS.get(path.suffix)
    if driver is None:
        msg = f"Areas are written as .geojson, .gpkg or .parquet; found {path}."
        raise InputError(msg)
    if path.suffix == ".gpkg":
        return lambda areas, place: in_legal_system(areas).to_file(place, driver=driver)
    return lambda areas, place: areas.to_file(place, driver=driver)


def in_legal_system(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring a table into the coordinates that files for a GIS are written in.

    Parameters
    ----------
    table
        In degrees.

    Returns
    -------
    table
        In Lambert-93 where its middle lies in metropolitan France, else as it is.
    """
    import shapely

    from ..network.geodesy import LAMBERT_93, metric_crs

    lon, lat = shapely.get_coordinates(table.geometry.to_numpy()).T
    return table.to_crs(LAMBERT_93) if metric_crs(lon, lat) == LAMBERT_93 else table


def trip_writer(path: Path, form: str = "plain") -> Callable[[gpd.GeoDataFrame, Path], None]:
    """Choose how trips are written: as layer, or as a table without their lines.

    Parameters
    ----------
    path
        Where they are wanted; its ending decides.
    form
        Of CSV, see `write_csv`.

    Returns
    -------
    write
        Called with the trips and the place.

    Raises
    ------
    InputError
        If the ending or the folder is not allowed.
    """
    if path.suffix == ".csv":
        write = table_writer(path, form)
        return lambda trips, place: write(trips.drop(columns="geometry"), place)
    if path.suffix in {*GEO_DRIVERS, ".parquet"}:
        return area_writer(path)
    msg = f"Trips are written as .gpkg, .geojson, .parquet or .csv; found {path}."
    raise InputError(msg)


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file under a temporary name beside its place, then move it.

    Parameters
    ----------
    path
        Where the file is wanted.
    write
        Called with the place to write to.

    Raises
    ------
    ResultError
        If it cannot be written; what stood there stays.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=path.parent) as folder:
            partial = Path(folder) / path.name
            write(partial)
            os.replace(partial, path)  # noqa: PTH105  Path.replace reads the same
    except OSError as error:
        msg = f"{path} could not be written: {error.strerror or error}."
        raise ResultError(msg) from error


def check_results_folder(folder: Path) -> None:
    """See that results can go into a folder.

    Parameters
    ----------
    folder
        It need not be there yet.

    Raises
    ------
    InputError
        If it is a file.
    """
    if folder.exists() and not folder.is_dir():
        msg = f"{folder} is a file. Name a folder for the results."
        raise InputError(msg)


def write_folder(folder: Path, writers: Mapping[str, Callable[[Path], object]]) -> list[str]:
    """Write several files under temporary names, then move them: all of them, or none.

    Parameters
    ----------
    folder
        Where to; made when it is not there.
    writers
        What writes each file, called with the place to write to.

    Returns
    -------
    paths
        Of the files, in the same order.

    Raises
    ------
    ResultError
        If they cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=folder) as partial:
            for name, write in writers.items():
                write(Path(partial) / name)
            for name in writers:
                os.replace(Path(partial) / name, folder / name)  # noqa: PTH105  as above
    except OSError as error:
        msg = f"{folder} could not be written: {error.strerror or error}."
        raise ResultError(msg) from error
    return [str(folder / name) for name in writers]
