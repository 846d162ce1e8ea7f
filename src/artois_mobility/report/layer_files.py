"""Every file of layers: GeoPackage, the project that opens it, GeoParquet; and the dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .dictionary import describe_columns, describe_layer, list_entries
from .formats import GEOPARQUET
from .geopackage import write_geopackage
from .labels import situation_names
from .layers import layers_of, to_frame
from .metadata import about
from .qgis_project import PACKAGE, write_project

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from ..study.results import Comparison
    from .dictionary import Entry
    from .formats import Formats
    from .layers import Layer
    from .times import Times
    from .words import Words

PROJECT: Final = "results.qgz"
DICTIONARY: Final = "data_dictionary.csv"
LAYER_FOLDER: Final = "layers"


def write_layer_files(
    result: Comparison, times: Times, stage: Path, words: Words, formats: Formats
) -> tuple[list[str], list[Layer]]:
    """Write the layers of a comparison.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times.
    stage
        Folder to write into.
    words
        The catalogue, for the layers' titles and how the fields end.
    formats
        Whether GeoParquet is wanted, too.

    Returns
    -------
    names
        Of the files, from the folder on.
    layers
        What they hold.
    """
    common = about(result, words)
    layers = list(layers_of(result, times, words))
    write_geopackage(layers, common, stage / PACKAGE, words)
    situations = situation_names(result, words)
    write_project(layers, common, stage / PROJECT, words, situations)
    names = [PACKAGE, PROJECT]
    if GEOPARQUET in formats.also:
        (stage / LAYER_FOLDER).mkdir()
        for layer in layers:
            names.append(f"{LAYER_FOLDER}/{layer.name}.parquet")
            to_frame(layer, common.crs).to_parquet(stage / names[-1], index=False)
    return names, layers


def make_dictionary(
    tables: Mapping[str, pd.DataFrame],
    layers: Sequence[Layer],
    words: Words,
    written: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Say of every column of every file what it is.

    Parameters
    ----------
    tables
        By the name of their file.
    layers
        Of the GeoPackage.
    words
        The catalogue.
    written
        The same tables with their columns as the files call them.

    Returns
    -------
    dictionary
        One row per column.
    """
    described: list[tuple[str, str, Mapping[str, Entry]]] = []
    for name, table in tables.items():
        entries = describe_columns(dict(table.dtypes), words).values()
        described.append((name, "", dict(zip(written[name].columns, entries, strict=True))))
    described += [(PACKAGE, layer.name, describe_layer(layer, words)) for layer in layers]
    return list_entries(described, words)
