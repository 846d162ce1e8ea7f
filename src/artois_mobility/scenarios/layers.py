"""Read the coordinates of changes from layers that were drawn in QGIS or another program."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from pyproj.exceptions import CRSError, ProjError

from .._types import WGS84
from ..changes.fields import FileModel, Text
from ..changes.hints import suggest
from ..errors import StudyError
from ..places.layer_files import errors_of_layers, is_view, is_what_it_says
from ..places.parquet_sizes import find_excess
from ..places.table_files import GEO_FORMATS, PARQUET_FORMATS
from .conditions import check_condition

if TYPE_CHECKING:
    import geopandas as gpd

# What a key takes: the shapely type of one part, and what people call it.
LINE: Final = ("LineString", "lines")
POINT: Final = ("Point", "points")
AREA: Final = ("Polygon", "areas")
SHAPE_OF_KEY: Final = {"geometry": LINE, "at": POINT, "to": POINT, "within": AREA}
# Nobody draws so many changes; a file of a megabyte can claim hundreds of millions of equal ones.
MOST_FEATURES: Final = 1_000_000
# Files without which a shape file says less.
SIDECARS: Final = (".cpg", ".dbf", ".prj", ".shx")


class LayerSource(FileModel):
    """Where coordinates are drawn.

    Attributes
    ----------
    file
        GeoPackage, GeoJSON, shape file, FlatGeobuf or GeoParquet, relative to the scenario file.
    layer
        Its layer; may be left out where there is one.
    where
        Which features, by comparisons of columns: `"id = 3"`; all when left out.
    name_field
        Column with the name of each feature.

    Examples
    --------
    >>> LayerSource(file="projet.gpkg", layer="passerelles", where="id = 3").name_field is None
    True
    """

    file: Text
    layer: Text | None = None
    where: Text | None = None
    name_field: Text | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """One part of a drawn feature.

    Attributes
    ----------
    coordinates
        Longitude and latitude in degrees: a point, or a list of points.
    name
        What its `name_field` says, `""` without one.
    """

    coordinates: list[Any]
    name: str


def read_drawn(source: LayerSource, folder: Path, key: str) -> list[Drawn]:
    """Read the features that a change means.

    Parameters
    ----------
    source
        Where they are drawn.
    folder
        Where the scenario file lies.
    key
        `"geometry"` for lines, `"at"` or `"to"` for points, `"within"` for areas.

    Returns
    -------
    drawn
        In the order of the layer, at least one; features of several parts are taken apart.

    Raises
    ------
    StudyError
        If the file, the layer or a column is missing, the layer is a view, `where` is more than
        comparisons, no feature is meant, a feature has no coordinates or is of another type, or
        the layer has no coordinate system.

    Examples
    --------
    >>> read_drawn(LayerSource(file="projet.gpkg"), Path("no-such-folder"), "geometry")
    Traceback (most recent call last):
    artois_mobility.errors.StudyError: file 'projet.gpkg' does not exist; ...
    """
    path = folder / source.file
    _check_file(path, source)
    if source.where is not None:
        check_condition(source.where)
    layer = _read_layer(path, source)
    if not len(layer):
        which = "has no features." if source.where is None else f"{source.where!r} finds none."
        msg = f"{_name(source)} {which} Draw some, or change file, layer or where."
        raise StudyError(msg)
    shapes = _to_degrees(layer, source)
    names = _read_names(layer, source)
    wanted, called = SHAPE_OF_KEY[key]
    drawn = []
    for number, (shape, name) in enumerate(zip(shapes, names, strict=True), start=1):
        parts = [] if shape is None or shape.is_empty else list(shapely.get_parts(shape))
        if not parts or any(part.geom_type != wanted for part in parts):
            what = f"of type {shape.geom_type}" if parts else "without coordinates"
            msg = (
                f"feature {number} of {len(layer)} in {_name(source)} is {what}; allowed are "
                f"{called}. Leave it out by where, or choose another layer."
            )
            raise StudyError(msg)
        drawn += [Drawn(_list_points(part, number, source), name) for part in parts]
    return drawn


def hash_files(path: Path) -> dict[Path, str]:
    """Hash a file, and those that belong to it when it is a shape file.

    Parameters
    ----------
    path
        A file that is there.

    Returns
    -------
    sha256
        Hexadecimal, by file.
    """
    beside = [path.with_suffix(each) for each in SIDECARS] if path.suffix.lower() == ".shp" else []
    files = [path, *(each for each in beside if each.is_file())]
    return {each: hashlib.sha256(each.read_bytes()).hexdigest() for each in files}


def _name(source: LayerSource) -> str:
    return source.file + (f" ({source.layer})" if source.layer else "")


def _check_file(path: Path, source: LayerSource) -> None:
    allowed = GEO_FORMATS + PARQUET_FORMATS
    if not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "does not exist"
        folder = path.parent
        found = sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []
        near = suggest(path.name, [each for each in found if Path(each).suffix in allowed])
        msg = f"file {source.file!r} {what}; it is looked for from the scenario's folder.{near}"
        raise StudyError(msg)
    if path.suffix.lower() not in allowed:
        msg = f"file {source.file!r} is of no known kind; allowed are {', '.join(allowed)}."
        raise StudyError(msg)


def _read_layer(path: Path, source: LayerSource) -> "gpd.GeoDataFrame":
    import pyogrio

    if path.suffix.lower() in PARQUET_FORMATS:
        return _read_parquet(path, source)
    damaged = (
        f"file {source.file!r} cannot be read as a layer; it is damaged, or is not what its "
        "name says. Save it again from QGIS as GeoPackage or GeoJSON."
    )
    try:
        if not is_what_it_says(path):
            raise StudyError(damaged)
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
        if layers:
            _refuse_views(path, source.file, layers if source.layer is None else [source.layer])
            return _read_features(path, _choose_layer(layers, source), source)
    except errors_of_layers() as error:
        raise StudyError(damaged) from error
    raise StudyError(damaged)


def _refuse_views(path: Path, file: str, layers: Sequence[str]) -> None:
    for layer in layers:
        if is_view(path, layer):
            msg = (
                f"{file} ({layer}) is a view, which need not end; only tables are read. Save it "
                "from QGIS as a layer of a file of its own."
            )
            raise StudyError(msg)


def _choose_layer(layers: Sequence[str], source: LayerSource) -> str:
    if source.layer is None and len(layers) == 1:
        return layers[0]
    if source.layer in layers:
        return str(source.layer)
    listed = ", ".join(layers)
    if source.layer is None:
        msg = f"{source.file} has {len(layers)} layers: {listed}. Say which: layer = {layers[0]!r}."
    else:
        near = suggest(source.layer, layers, most=0)
        msg = f"{source.file} has no layer {source.layer!r}; it has {listed}.{near}"
    raise StudyError(msg)


def _read_features(path: Path | bytes, layer: str, source: LayerSource) -> "gpd.GeoDataFrame":
    import geopandas as gpd
    import pyogrio

    try:
        table = pyogrio.read_dataframe(path, layer=layer, where=source.where)
    except UnicodeDecodeError:
        raise
    except (pyogrio.errors.DataLayerError, ValueError) as error:
        fields = ", ".join(map(str, pyogrio.read_info(path, layer=layer)["fields"]))
        msg = (
            f"where {source.where!r} cannot be used on {_name(source)}: {_reason(error)}. Its "
            f"columns are {fields}; text stands in 'single quotes'."
        )
        raise StudyError(msg) from error
    if not isinstance(table, gpd.GeoDataFrame):
        msg = f"{_name(source)} is a table without geometry. Choose another layer."
        raise StudyError(msg)
    return table


def _read_parquet(path: Path, source: LayerSource) -> "gpd.GeoDataFrame":
    """Read GeoParquet; its features are chosen by OGR too, on a copy in memory."""
    import geopandas as gpd
    import pyarrow
    import pyogrio

    if source.layer is not None:
        msg = f"{source.file} has no layers: take layer = {source.layer!r} away."
        raise StudyError(msg)
    try:
        excess = find_excess(path, MOST_FEATURES)
        table = None if excess else gpd.read_parquet(path)
    except (
        pyarrow.ArrowException, ValueError, OSError, LookupError, TypeError, AttributeError,
        RecursionError, OverflowError,
    ) as error:  # fmt: skip
        msg = f"file {source.file!r} cannot be read as GeoParquet: {_reason(error)}. Save it again."
        raise StudyError(msg) from error
    if table is None:
        msg = f"file {source.file!r} {excess}"
        raise StudyError(msg)
    if source.where is None or table.empty:
        return table
    copy = io.BytesIO()
    options = {"SPATIAL_INDEX": "NO"}  # which would change the order
    numbered = gpd.GeoDataFrame(table.drop(columns=table.geometry.name), geometry=table.geometry)
    placed = numbered.set_crs(numbered.crs or WGS84)
    pyogrio.write_dataframe(placed, copy, driver="FlatGeobuf", layer="layer", layer_options=options)
    chosen = _read_features(copy.getvalue(), "layer", source)
    return chosen if table.crs is not None else chosen.set_crs(None, allow_override=True)


def _to_degrees(layer: "gpd.GeoDataFrame", source: LayerSource) -> list[Any]:
    if layer.crs is None:
        msg = (
            f"{_name(source)} has no coordinate system. Set it in QGIS (layer properties, source) "
            "and save the layer again."
        )
        raise StudyError(msg)
    try:
        degrees = layer.geometry.to_crs(WGS84)
    except (CRSError, ProjError) as error:
        msg = f"{_name(source)} cannot be brought to longitude and latitude: {_reason(error)}."
        raise StudyError(msg) from error
    return list(shapely.force_2d(np.asarray(degrees.to_numpy(), object)))


def _read_names(layer: "gpd.GeoDataFrame", source: LayerSource) -> list[str]:
    if source.name_field is None:
        return [""] * len(layer)
    if source.name_field not in layer.columns:
        known = [str(each) for each in layer.columns if each != layer.geometry.name]
        near = suggest(source.name_field, known)
        msg = f"name_field: {_name(source)} has no column {source.name_field!r}.{near}"
        raise StudyError(msg)
    column = layer[source.name_field]
    return ["" if value is None or value != value else str(value).strip() for value in column]  # noqa: PLR0124  NaN is not itself


def _list_points(part: Any, number: int, source: LayerSource) -> list[Any]:  # noqa: ANN401
    if part.geom_type != AREA[0]:
        points = shapely.get_coordinates(part).tolist()
        return list(points[0]) if part.geom_type == POINT[0] else points
    if len(part.interiors):
        msg = (
            f"feature {number} in {_name(source)} has a hole; an area here has one outline. "
            "Cut it in two in QGIS."
        )
        raise StudyError(msg)
    return list(shapely.get_coordinates(part.exterior)[:-1].tolist())


def _reason(error: Exception) -> str:
    return str(error).partition(";")[0].strip().rstrip(".")
