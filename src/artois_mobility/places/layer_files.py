"""Layers of geometry are what the ending of their name says, and read no other file."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

# How a file of each kind begins, and the drivers of GDAL that may open it. Others, such as VRT,
# would follow paths and addresses that stand in the file.
_BEGIN_OF_KIND: Final = {
    ".gpkg": b"SQLite format 3\0",
    ".geojson": b"{",
    ".json": b"{",
    ".shp": b"\x00\x00\x27\x0a",
    ".fgb": b"fgb",
}
_JSON: Final = frozenset({"GeoJSON", "GeoJSONSeq", "JSONFG", "ESRIJSON", "TopoJSON"})
_DRIVERS_OF_KIND: Final = {
    ".gpkg": frozenset({"GPKG"}),
    ".geojson": _JSON,
    ".json": _JSON,
    ".shp": frozenset({"ESRI Shapefile"}),
    ".fgb": frozenset({"FlatGeobuf"}),
}
_LEADING: Final = b"\xef\xbb\xbf \t\r\n\x1e"  # a byte order mark, blanks, and what parts a sequence


# Tables of GeoPackage itself, which GDAL reads before it knows a layer.
_OWN_TABLES: Final = ("gpkg_", "rtree_")
_COMPUTED: Final = (
    "SELECT lower(name), type FROM pragma_table_list WHERE type IN ('view', 'virtual')"
)


def errors_of_layers() -> tuple[type[Exception], ...]:
    """Give what reading a layer may raise when the file is damaged.

    Returns
    -------
    errors
        Those of pyogrio, and those of names and texts that are no UTF-8.

    Examples
    --------
    >>> UnicodeDecodeError in errors_of_layers()
    True
    """
    from pyogrio.errors import DataLayerError, DataSourceError
    from shapely.errors import ShapelyError

    return DataSourceError, DataLayerError, ShapelyError, UnicodeDecodeError


def is_view(path: Path, layer: str) -> bool:
    """Tell whether a layer is a query that its file holds; it need not end.

    Parameters
    ----------
    path
        A file with one of the endings of `GEO_FORMATS`.
    layer
        Its layer.

    Returns
    -------
    is_view
        True also for virtual tables; False where files of the kind have none.

    Raises
    ------
    sqlite3.Error
        If it is no GeoPackage, whatever its name says.

    Examples
    --------
    >>> is_view(Path("sites.geojson"), "sites")
    False
    """
    return path.suffix.lower() == ".gpkg" and layer.lower() in _computed(path)


def _computed(path: Path) -> dict[str, str]:
    """Give the kind of each view and virtual table of a GeoPackage, by name in small letters."""
    address = path.resolve().as_uri()
    try:
        return _ask(f"{address}?mode=ro")
    except sqlite3.OperationalError:  # one that is kept open by others, in a folder not ours
        return _ask(f"{address}?immutable=1")


def _ask(address: str) -> dict[str, str]:
    with closing(sqlite3.connect(address, uri=True)) as base:
        return dict(base.execute(_COMPUTED).fetchall())


def _is_sound(computed: dict[str, str]) -> bool:
    """Tell whether the tables of GeoPackage itself are tables."""
    own = {name: kind for name, kind in computed.items() if name.startswith(_OWN_TABLES)}
    return all(kind == "virtual" and name.startswith("rtree_") for name, kind in own.items())


def is_what_it_says(path: Path) -> bool:
    """Tell whether a file is a layer of the kind that its name ends with.

    Parameters
    ----------
    path
        A file with one of the endings of `GEO_FORMATS`.

    Returns
    -------
    is_what_it_says
        False also where GDAL would open it with another driver.

    Raises
    ------
    Exception
        One of `errors_of_layers`, if no driver of GDAL opens it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "sites.geojson"
    ...     _ = path.write_text("<OGRVRTDataSource/>")
    ...     is_what_it_says(path)
    False
    """
    import pyogrio

    kind = path.suffix.lower()
    with path.open("rb") as file:
        begin = file.read(256)
    if kind in {".geojson", ".json"}:
        begin = begin.lstrip(_LEADING)
    if not begin.startswith(_BEGIN_OF_KIND[kind]):
        return False
    views = {}
    if kind == ".gpkg":
        try:
            views = _computed(path)
        except sqlite3.Error:
            return False
        if not _is_sound(views):
            return False
    layers = [name for name, _ in pyogrio.list_layers(path) if name.lower() not in views][:1]
    drivers = {pyogrio.read_info(path, layer=name)["driver"] for name in layers}
    return drivers <= _DRIVERS_OF_KIND[kind]
