"""Every file of layers: GeoPackage, the project that opens it, GeoParquet; and the dictionary."""

from __future__ import annotations

from dataclasses import dataclass
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
    from .metadata import About
    from .times import Times
    from .words import Words

PROJECT: Final = "results.qgz"
DICTIONARY: Final = "data_dictionary.csv"
LAYER_FOLDER: Final = "layers"


@dataclass(frozen=True, slots=True, eq=False)
class LayerSet:
    """The layers of a comparison, and all that their files say of them.

    Attributes
    ----------
    layers
        The layers.
    common
        What they have in common.
    situations
        Names of the situations, by key.
    words
        The catalogue, for the layers' titles and how the fields end.
    has_own_files
        True where every layer is wanted as a GeoParquet file, too.
    """

    layers: tuple[Layer, ...]
    common: About
    situations: Mapping[str, str]
    words: Words
    has_own_files: bool

    @property
    def file_names(self) -> list[str]:
        """Every file that `write_layers` writes, from the folder on."""
        own = [_own_name(layer) for layer in self.layers] if self.has_own_files else []
        return [PACKAGE, PROJECT, *own]


def make_layers(result: Comparison, times: Times, words: Words, formats: Formats) -> LayerSet:
    """Make the layers of a comparison.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times.
    words
        The catalogue.
    formats
        Whether GeoParquet is wanted, too.

    Returns
    -------
    layers
        Ready to be written, by another process where there is one.
    """
    return LayerSet(
        tuple(layers_of(result, times, words)),
        about(result, words),
        situation_names(result, words),
        words,
        GEOPARQUET in formats.also,
    )


def write_layers(made: LayerSet, stage: Path) -> None:
    """Write layers into their files; what somebody began to write there goes first.

    Parameters
    ----------
    made
        The layers.
    stage
        Folder to write into.

    Raises
    ------
    OSError
        If they cannot be written.
    """
    for name in made.file_names:
        (stage / name).unlink(missing_ok=True)
    write_geopackage(made.layers, made.common, stage / PACKAGE, made.words)
    write_project(made.layers, made.common, stage / PROJECT, made.words, made.situations)
    if made.has_own_files:
        (stage / LAYER_FOLDER).mkdir(exist_ok=True)
        for layer in made.layers:
            to_frame(layer, made.common.crs).to_parquet(stage / _own_name(layer), index=False)


def _own_name(layer: Layer) -> str:
    return f"{LAYER_FOLDER}/{layer.name}.parquet"


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
