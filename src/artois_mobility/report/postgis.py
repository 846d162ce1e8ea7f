"""The layers of a comparison in a PostGIS database: all of them, or what was there before."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from ..errors import InputError
from .databases import describe_target, open_database
from .dictionary import describe_layer
from .labels import words_for
from .layers import layers_of
from .metadata import LICENCE, about, abstract_of
from .names import LONGEST_NAME, ascii_name
from .style_rows import style_rows
from .times import read_times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from psycopg import Cursor

    from ..study.results import Comparison
    from .layers import Layer
    from .metadata import About
    from .words import Words

GEOMETRY: Final = "geom"
# What this library wrote into a schema: it replaces these tables and touches no other.
REGISTRY: Final = "artois_mobility_layers"
SCHEMA: Final = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")
TYPE_OF_KIND: Final[Mapping[str, str]] = {
    "b": "boolean",
    "i": "bigint",
    "u": "bigint",
    "f": "double precision",
}
# As QGIS makes it; it looks there for the style of a layer.
STYLE_TABLE: Final = """
CREATE TABLE public.layer_styles (
    id SERIAL PRIMARY KEY, f_table_catalog varchar, f_table_schema varchar, f_table_name varchar,
    f_geometry_column varchar, styleName text, styleQML xml, styleSLD xml, useAsDefault boolean,
    description text, owner varchar(63) DEFAULT CURRENT_USER, ui xml,
    update_time timestamp DEFAULT CURRENT_TIMESTAMP, type varchar
)"""


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in a database now.

    Attributes
    ----------
    place
        The database, without any password.
    tables
        Schema and name of each table, one per layer.
    has_styles
        True when QGIS finds the styles, too; False where nobody may write them in `public`.
    """

    place: str
    tables: tuple[str, ...]
    has_styles: bool


def write_postgis(
    result: Comparison, target: str, *, schema: str | None = None, language: str | None = None
) -> Written:
    """Write every layer of a comparison into a PostGIS database, in one transaction.

    The tables are those of `results.gpkg`, with a spatial index, what each table and column is as
    comments, and styles where QGIS looks for them. Tables that an earlier run wrote into the
    schema are replaced; no other table is touched.

    Parameters
    ----------
    result
        What `compare` gave.
    target
        `postgresql://user@host:5432/database`. The password is better left to `PGPASSWORD` or a
        password file; it appears in no message.
    schema
        Where the tables go, made when it is not there; named after the study when left out.
    language
        `"fr"` or `"en"`; the study's own when left out.

    Returns
    -------
    written
        The tables.

    Raises
    ------
    InputError
        If the address or the schema is none, the database has no PostGIS, or a table of the same
        name is not ours.
    ResultError
        If the database cannot be reached or written; it then stands as it was before.

    Examples
    --------
    >>> import artois_mobility as am
    >>> study = am.read_study("scenarios/artois.toml")  # doctest: +SKIP
    >>> result = am.compare(study, ["scenarios/ville-30.toml"])  # doctest: +SKIP
    >>> am.write_postgis(result, "postgresql://agency@localhost/studies").tables  # doctest: +SKIP
    ('artois_aujourd_hui.cells_today_car', ...)
    """
    words = words_for(result, language)
    name = check_schema(schema or ascii_name(result.study.name)[:LONGEST_NAME].rstrip("_"))
    common = about(result, words)
    layers = list(layers_of(result, read_times(result), words))
    with open_database(target) as connection, connection.cursor() as cursor:
        space = _find_postgis(cursor)
        _make_room(cursor, name, [layer.name for layer in layers])
        for layer in layers:
            _write_layer(cursor, name, layer, common, words, space)
        has_styles = _write_styles(cursor, name, layers, common, words)
    tables = tuple(f"{name}.{layer.name}" for layer in layers)
    return Written(describe_target(target), tables, has_styles)


def check_target(target: str, schema: str | None = None) -> None:
    """See that a database can be reached and has PostGIS, before anything is computed.

    Parameters
    ----------
    target
        Its address.
    schema
        Where the tables shall go, or None.

    Raises
    ------
    InputError
        If the address or the schema is none, or the database has no PostGIS.
    ResultError
        If the database cannot be reached.
    """
    if schema is not None:
        check_schema(schema)
    with open_database(target) as connection, connection.cursor() as cursor:
        _find_postgis(cursor)
        connection.rollback()


def check_schema(schema: str) -> str:
    """See that a schema has a name that needs no quotes.

    Parameters
    ----------
    schema
        The name.

    Returns
    -------
    schema
        The same.

    Raises
    ------
    InputError
        If it has not.

    Examples
    --------
    >>> check_schema("artois_2026")
    'artois_2026'
    >>> check_schema("Études")
    Traceback (most recent call last):
    artois_mobility.errors.InputError: 'Études' is no name for a schema: use lower-case ...
    """
    if not SCHEMA.fullmatch(schema):
        msg = (
            f"{schema!r} is no name for a schema: use lower-case letters without accents, digits "
            "and underscores, at most 63, beginning with a letter and not with pg_."
        )
        raise InputError(msg)
    return schema


def _find_postgis(cursor: Cursor[Any]) -> str:
    """Give the schema that PostGIS lies in; it is switched on where that is allowed."""
    import psycopg

    query = (
        "SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace "
        "WHERE extname = 'postgis'"
    )
    found = cursor.execute(query).fetchone()
    if found is None:
        try:
            cursor.execute("CREATE EXTENSION postgis")
        except psycopg.Error as error:
            msg = (
                "The database has no PostGIS, and it cannot be switched on: "
                f"{' '.join(str(error).split())}. Let its administrator say CREATE EXTENSION "
                "postgis, or name another database."
            )
            raise InputError(msg) from None
        found = cursor.execute(query).fetchone()
        assert found is not None  # just made
    return str(found[0])


def _drop(cursor: Cursor[Any], schema: str, name: str) -> None:
    """Take away a table of an earlier run; what somebody built upon it is never taken along."""
    import psycopg
    from psycopg import sql

    try:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(schema, name)))
    except psycopg.errors.DependentObjectsStillExist as error:
        msg = (
            f"{schema}.{name}, a table of an earlier run, cannot be replaced: "
            f"{'; '.join((error.diag.message_detail or '').splitlines())}. Nothing was changed. "
            "Write into another schema (--schema), or take away first what rests on the table, "
            "and make it again afterwards."
        )
        raise InputError(msg) from None


def _make_room(cursor: Cursor[Any], schema: str, names: Sequence[str]) -> None:
    """Make the schema and take away what an earlier run wrote into it."""
    from psycopg import sql

    own = sql.Identifier(schema)
    cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,))
    if cursor.fetchone() is None:
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(own))
    registry = sql.Identifier(schema, REGISTRY)
    cursor.execute(
        sql.SQL(
            "CREATE TABLE IF NOT EXISTS {} (table_name text PRIMARY KEY, title text, "
            "abstract text, source text, licence text, data_date text, study text)"
        ).format(registry)
    )
    ours = cursor.execute(sql.SQL("SELECT table_name FROM {}").format(registry)).fetchall()
    for (name,) in ours:
        _drop(cursor, schema, name)
    cursor.execute(sql.SQL("DELETE FROM {}").format(registry))
    cursor.execute(
        "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
        "WHERE nspname = %s AND relname = ANY(%s) ORDER BY relname",
        (schema, list(names)),
    )
    foreign = [row[0] for row in cursor.fetchall()]
    if foreign:
        msg = (
            f"The schema {schema} holds {len(foreign)} of {len(names)} tables by the same names "
            f"that another program made, first {foreign[0]}. Name another schema (--schema)."
        )
        raise InputError(msg)


def _write_layer(  # noqa: PLR0917  a table is made of these
    cursor: Cursor[Any], schema: str, layer: Layer, common: About, words: Words, space: str
) -> None:
    from psycopg import sql

    table = sql.Identifier(schema, layer.name)
    srid = int(common.crs.removeprefix("EPSG:"))
    columns = [
        sql.SQL("{} {}").format(
            sql.Identifier(name), sql.SQL(TYPE_OF_KIND.get(values.dtype.kind, "text"))
        )
        for name, values in layer.fields.items()
    ]
    shape = sql.SQL("{} {}({}, {})").format(
        sql.Identifier(GEOMETRY),
        sql.Identifier(space, "geometry"),
        sql.SQL(layer.geometry_type),
        sql.Literal(srid),
    )
    parts = [sql.SQL("fid integer PRIMARY KEY"), *columns, shape]
    cursor.execute(sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(", ").join(parts)))
    with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
        for row in _rows(layer, srid):
            copy.write_row(row)
    cursor.execute(
        sql.SQL("CREATE INDEX ON {} USING gist ({})").format(table, sql.Identifier(GEOMETRY))
    )
    _comment(cursor, schema, layer, common, words)


def _rows(layer: Layer, srid: int) -> Iterator[tuple[Any, ...]]:
    """Give the features row by row, with None for what is missing."""
    shapes = shapely.set_srid(_as_declared(layer), srid)
    texts = shapely.to_wkb(shapes, hex=True, include_srid=True)
    columns = [_plain(values) for values in layer.fields.values()]
    yield from zip(range(1, layer.geometry.size + 1), *columns, texts.tolist(), strict=True)


def _plain(values: Any) -> list[Any]:  # noqa: ANN401  numbers or objects
    if values.dtype.kind == "f":
        return [None if np.isnan(value) else value for value in values.tolist()]
    plain: list[Any] = values.tolist()
    return plain


def _as_declared(layer: Layer) -> Any:  # noqa: ANN401  an array of geometries
    """Turn lines and areas into the multiple ones that the column holds."""
    shapes = shapely.from_wkb(layer.geometry)
    single = {
        "MultiLineString": (1, shapely.multilinestrings),
        "MultiPolygon": (3, shapely.multipolygons),
    }
    if layer.geometry_type in single:
        kind, join = single[layer.geometry_type]
        is_single = shapely.get_type_id(shapes) == kind
        shapes[is_single] = join(shapes[is_single].reshape(-1, 1))
    return shapes


def _comment(cursor: Cursor[Any], schema: str, layer: Layer, common: About, words: Words) -> None:
    """Say in the database itself what the table and its columns are."""
    from psycopg import sql

    table = sql.Identifier(schema, layer.name)
    abstract = abstract_of(layer, common, words)
    told = sql.Literal(f"{abstract} {common.credit}")
    cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(table, told))
    for field, entry in describe_layer(layer, words).items():
        column = sql.Identifier(schema, layer.name, field)
        told = sql.Literal(": ".join(filter(None, [entry.label, entry.meaning])))
        cursor.execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(column, told))
    cursor.execute(
        sql.SQL("INSERT INTO {} VALUES (%s, %s, %s, %s, %s, %s, %s)").format(
            sql.Identifier(schema, REGISTRY)
        ),
        (layer.name, layer.title, abstract, common.credit, LICENCE, common.day, common.study),
    )


def _write_styles(
    cursor: Cursor[Any], schema: str, layers: Sequence[Layer], common: About, words: Words
) -> bool:
    """Put the styles where QGIS looks for them; False where that is not allowed."""
    exists = "SELECT to_regclass('public.layer_styles') IS NOT NULL"
    (is_there,) = cursor.execute(exists).fetchone() or (False,)
    allowed = (
        "SELECT has_table_privilege('public.layer_styles', 'INSERT, DELETE')"
        if is_there
        else "SELECT has_schema_privilege('public', 'CREATE')"
    )
    (is_allowed,) = cursor.execute(allowed).fetchone() or (False,)
    if not is_allowed:
        return False
    if not is_there:
        cursor.execute(STYLE_TABLE)
    cursor.execute(
        "DELETE FROM public.layer_styles WHERE f_table_catalog = current_database() AND "
        "f_table_schema = %s",
        (schema,),
    )
    cursor.executemany(
        "INSERT INTO public.layer_styles (f_table_catalog, f_table_schema, f_table_name, "
        "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description) VALUES "
        "(current_database(), %s, %s, %s, %s, XMLPARSE(DOCUMENT %s), XMLPARSE(DOCUMENT %s), %s, "
        "%s)",
        [
            (schema, row.layer, GEOMETRY, row.name, row.qml, row.sld, row.is_default, row.title)
            for row in style_rows(layers, common.side_m, words, GEOMETRY)
        ],
    )
    return True
