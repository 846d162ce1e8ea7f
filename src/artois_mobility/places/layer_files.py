"""Layers of geometry are what the ending of their name says, and read no other file."""

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
    pyogrio.errors.DataSourceError
        If no driver of GDAL opens it.

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
    layers = pyogrio.list_layers(path)[:1]
    drivers = {pyogrio.read_info(path, layer=name)["driver"] for name, _ in layers}
    return drivers <= _DRIVERS_OF_KIND[kind]
