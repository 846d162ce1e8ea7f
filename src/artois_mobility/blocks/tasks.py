"""What each task computes for a block of origins: tables of the same columns in every block."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from .._types import WGS84, Milliseconds
from ..access.nearest import access_times
from ..access.reaching import opportunities
from ..areas.reached import isochrones
from ..links.scoring import rank_links
from ..places.attachments import Attachments
from ..routing.ends import find_ends, minutes_of
from ..routing.tables import choose_times
from ..routing.threads import working_alone
from .jobs import Job

# What GeoParquet says of a column of geometries whose system is longitude and latitude.
GEO: Final = {
    "version": "1.0.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
}


class Done(NamedTuple):
    """A block that has been computed.

    Attributes
    ----------
    block
        Its number.
    content
        Bytes of a Parquet file.
    rows
        Number of its rows.
    """

    block: int
    content: bytes
    rows: int


def compute_part(job: Job, block: int) -> Done:
    """Compute a block in this thread alone and write it as Parquet into memory.

    Parameters
    ----------
    job
        What is asked.
    block
        Which.

    Returns
    -------
    done
        The same bytes wherever it is computed.
    """
    with working_alone():
        table = compute_block(job, job.rows(block))
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd")
    return Done(block, sink.getvalue().to_pybytes(), table.num_rows)


def compute_block(job: Job, rows: range) -> pa.Table:
    """Compute the rows of a block of origins.

    Parameters
    ----------
    job
        What is asked.
    rows
        Which origins; consecutive.

    Returns
    -------
    table
        The same whichever thread, process or machine computes it.
    """
    table = _TASKS[job.task](job, rows)
    for name, text in job.constants.items():
        same = _name_rows(np.array([text], object), np.zeros(table.num_rows, np.int64))
        table = table.append_column(name, same)
    return table


def _compute_matrix(job: Job, rows: range) -> pa.Table:
    names = {side: job.tables[side]["name"].to_numpy(object) for side in job.tables}
    here, there = names["origins"][rows.start : rows.stop], names["destinations"]
    lines = _times_of(job)(rows)
    columns = {
        "origin": _name_rows(here, np.repeat(np.arange(here.size), there.size)),
        "destination": _name_rows(there, np.tile(np.arange(there.size), here.size)),
        "minutes": pa.array(minutes_of(lines.reshape(-1))),
    }
    return pa.table(columns)


# What the blocks of a matrix share: the sweeps aimed at its destinations.
_times_of_job: "WeakKeyDictionary[Job, Callable[[range], Milliseconds]]" = WeakKeyDictionary()


def _times_of(job: Job) -> Callable[[range], Milliseconds]:
    known = _times_of_job.get(job)
    if known is None:
        sides = [
            (find_ends(job.network, job.attachments[side]), job.attachments[side].place_count)
            for side in ("origins", "destinations")
        ]
        known = _times_of_job.setdefault(job, choose_times(job.network, *sides))
    return known


def _compute_access(job: Job, rows: range) -> pa.Table:
    asked = job.parameters
    table = access_times(
        job.network,
        _cells_of(job, rows),
        _sites_of(job),
        k=asked["k"],
        categories=asked["categories"],
        direction=asked["direction"],
        attachments=_attachments(job, rows),
    )
    return _as_arrow(table)


def _compute_opportunities(job: Job, rows: range) -> pa.Table:
    asked = job.parameters
    table = opportunities(
        job.network,
        _cells_of(job, rows),
        _sites_of(job),
        asked["minutes"],
        worth=asked["worth"],
        categories=asked["categories"],
        direction=asked["direction"],
        attachments=_attachments(job, rows),
    )
    return _as_arrow(table)


def _compute_isochrones(job: Job, rows: range) -> pa.Table:
    asked = job.parameters
    origins: Any = job.tables["origins"].iloc[rows.start : rows.stop]
    areas = isochrones(
        job.network,
        origins.geometry.reset_index(drop=True),
        asked["minutes"],
        direction=asked["direction"],
        cell_m=asked["cell_m"],
    )
    names = origins["name"].to_numpy(object)[areas["origin"].to_numpy()]
    areas = areas.assign(origin=areas["origin"] + rows.start)
    areas.insert(1, "name", names)
    return _with_geometry(areas)


def _compute_crossings(job: Job, rows: range) -> pa.Table:
    asked = job.parameters
    candidates: Any = job.tables["candidates"].iloc[rows.start : rows.stop]
    whole = range(job.attachments["residents"].place_count)
    ranked = rank_links(
        job.network,
        _cells_of(job, whole),
        _sites_of(job),
        candidates.reset_index(drop=True),
        categories=asked["categories"],
        thresholds_min=asked["thresholds_min"],
        attachments=_attachments(job, whole),
    )
    links = ranked.links.drop(columns="rank").set_index("candidate")
    return _with_geometry(links.loc[candidates["candidate"]].reset_index())


_TASKS: Final[Mapping[str, Callable[[Job, range], pa.Table]]] = {
    "matrix": _compute_matrix,
    "access": _compute_access,
    "opportunities": _compute_opportunities,
    "isochrones": _compute_isochrones,
    "crossings": _compute_crossings,
}


def _cells_of(job: Job, rows: range) -> Any:  # noqa: ANN401  a table without its geometry
    return job.tables["residents"].iloc[rows.start : rows.stop].reset_index(drop=True)


def _sites_of(job: Job) -> Any:  # noqa: ANN401  a table without its geometry
    return job.tables["sites"]


def _attachments(job: Job, rows: range) -> tuple[Attachments, Attachments]:
    return job.attachments["residents"].take(rows), job.attachments["sites"]


def _name_rows(names: Any, row: Any) -> pa.DictionaryArray:  # noqa: ANN401  arrays
    code, known = pd.factorize(names)
    return pa.DictionaryArray.from_arrays(
        pa.array(code.astype(np.int32)[row]), pa.array(known.tolist(), pa.string())
    )


def _as_arrow(table: pd.DataFrame) -> pa.Table:
    """Give a table the same types in every block, and nothing that only pandas reads."""
    columns = {}
    for name in table.columns:
        column = pa.Array.from_pandas(table[name])
        is_text = pa.types.is_dictionary(column.type) or table[name].dtype == object
        columns[str(name)] = _as_text(column) if is_text else column
    return pa.table(columns)


def _as_text(column: pa.Array) -> pa.DictionaryArray:
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        column.indices.cast(pa.int32()), column.dictionary.cast(pa.string())
    )


def _with_geometry(layer: Any) -> pa.Table:  # noqa: ANN401  a GeoDataFrame
    """Give a layer as GeoParquet has it, in degrees."""
    layer = layer.to_crs(WGS84)
    columns = _as_arrow(pd.DataFrame(layer.drop(columns=layer.geometry.name)))
    wkb = pa.array(layer.geometry.to_wkb().tolist(), pa.binary())
    table = columns.append_column("geometry", wkb)
    return table.replace_schema_metadata({"geo": json.dumps(GEO)})
