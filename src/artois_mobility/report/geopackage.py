"""The GeoPackage of a comparison: its layers, how they look, and what they are."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

import pyogrio.raw
from pyogrio.errors import DataLayerError, DataSourceError

from .dictionary import describe_layer
from .metadata import describe_for_gdal, describe_for_qgis
from .qml import write_xml
from .style_rows import style_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from sqlite3 import Connection

    from .layers import Layer
    from .metadata import About
    from .words import Words

# An index makes a layer of this many features quicker to show; below, only slower to write.
LEAST_INDEXED: Final = 20_000
# What makes GDAL write a GeoPackage without waiting for the disk at every layer.
# Half a file is thrown away, so SQLite need neither wait for the disk nor keep a journal; and a
# clock in the file would make it differ from run to run.
SETTINGS: Final = {
    "OGR_SQLITE_SYNCHRONOUS": "OFF",
    "OGR_SQLITE_JOURNAL": "OFF",
    "OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z",
}
# Of the GeoPackage standard: what GIS of the last years read without a warning.
VERSION: Final = "1.2"
# The column that GDAL gives geometries in.
GEOMETRY: Final = "geom"
# As QGIS makes it; it draws a layer by the row that is marked as default.
STYLE_TABLE: Final = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
    f_geometry_column TEXT(256), styleName TEXT, styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
    update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
)"""
# GeoPackage 1.2.1, clause F.9 (schema extension).
COLUMN_TABLE: Final = """
CREATE TABLE gpkg_data_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
    description TEXT, mime_type TEXT, constraint_name TEXT,
    CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
    CONSTRAINT gdc_tn UNIQUE (table_name, name)
)"""
QMD: Final = "http://mrcc.com/qgis.dtd"
SCHEMA_EXTENSION: Final = "http://www.geopackage.org/spec121/#extension_schema"


def write_geopackage(layers: Sequence[Layer], common: About, path: Path, words: Words) -> None:
    """Write layers into one GeoPackage that opens in QGIS as it should look.

    Styles, descriptions of the layers and of their fields stand beside the layers.

    Parameters
    ----------
    layers
        The layers.
    common
        What they have in common.
    path
        Where to; must not exist.
    words
        The catalogue.

    Raises
    ------
    OSError
        If it cannot be written, for want of space as a rule.
    """
    try:
        with _settings():
            for layer in layers:
                _write_layer(layer, path, common, words)
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("PRAGMA synchronous = OFF")
            _describe_fields(database, layers, words)
            _describe_layers(database, layers, common, words)
            _add_styles(database, layers, common, words)
    except (DataSourceError, DataLayerError, sqlite3.DatabaseError) as error:
        msg = f"{path.name}: {error}"
        raise OSError(msg) from error


@contextmanager
def _settings() -> Iterator[None]:
    """Write GeoPackages quickly and always alike."""
    before = {name: pyogrio.get_gdal_config_option(name) for name in SETTINGS}
    pyogrio.set_gdal_config_options(dict(SETTINGS))
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _write_layer(layer: Layer, path: Path, common: About, words: Words) -> None:
    pyogrio.raw.write(
        path,
        layer.geometry,
        list(layer.fields.values()),
        list(layer.fields),
        layer=layer.name,
        driver="GPKG",
        geometry_type=layer.geometry_type,
        crs=common.crs,
        promote_to_multi=layer.geometry_type.startswith("Multi"),
        append=path.exists(),
        layer_metadata=describe_for_gdal(layer, common, words),
        dataset_options={} if path.exists() else {"VERSION": VERSION},
        layer_options={
            "IDENTIFIER": layer.name,
            "DESCRIPTION": layer.title,
            "GEOMETRY_NAME": GEOMETRY,
            "SPATIAL_INDEX": "YES" if layer.geometry.size >= LEAST_INDEXED else "NO",
        },
    )


def _describe_fields(database: Connection, layers: Sequence[Layer], words: Words) -> None:
    """Say what every field is called and what it holds, as the schema extension lays down."""
    database.execute(COLUMN_TABLE)
    database.execute(
        "INSERT INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema', ?, "
        "'read-write')",
        (SCHEMA_EXTENSION,),
    )
    rows = []
    for layer in layers:
        taken: set[str] = set()
        for field, entry in describe_layer(layer, words).items():
            label = entry.label if entry.label not in taken else f"{entry.label} ({field})"
            taken.add(label)
            rows.append((layer.name, field, label, label, entry.meaning))
    database.executemany(
        "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)",
        rows,
    )


def _describe_layers(
    database: Connection, layers: Sequence[Layer], common: About, words: Words
) -> None:
    """Say what every layer is in QGIS' own words, too, beside what GDAL wrote."""
    for layer in layers:
        text = write_xml(describe_for_qgis(layer, common, words))
        added = database.execute(
            "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) "
            "VALUES ('dataset', ?, 'text/xml', ?)",
            (QMD, text),
        )
        database.execute(
            "INSERT INTO gpkg_metadata_reference VALUES ('table', ?, NULL, NULL, ?, ?, NULL)",
            (layer.name, SETTINGS["OGR_CURRENT_DATE"], added.lastrowid),
        )


def _add_styles(database: Connection, layers: Sequence[Layer], common: About, words: Words) -> None:
    """Let QGIS draw every layer as the report's maps do, at once."""
    moment = SETTINGS["OGR_CURRENT_DATE"]
    database.execute(STYLE_TABLE)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
        (moment,),
    )
    database.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
        "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, "
        "update_time) VALUES ('', '', ?, ?, ?, ?, ?, ?, ?, '', NULL, ?)",
        [
            (row.layer, GEOMETRY, row.name, row.qml, row.sld, row.is_default, row.title, moment)
            for row in style_rows(layers, common.side_m, words, GEOMETRY)
        ],
    )
