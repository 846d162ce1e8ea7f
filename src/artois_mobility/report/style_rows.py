"""The rows of the table in which QGIS keeps styles, for files and for databases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .dictionary import describe_layer, name_values
from .looks import styles_of
from .qml import style_element, write_qml
from .sld import write_sld

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .layers import Layer
    from .words import Words


@dataclass(frozen=True, slots=True)
class StyleRow:
    """One style of one layer.

    Attributes
    ----------
    layer
        Name of the layer.
    name
        Of the style, for people.
    title
        Of the layer.
    qml, sld
        The style, for QGIS and for map servers.
    is_default
        True for the one by which the layer is drawn at first.
    """

    layer: str
    name: str
    title: str
    qml: str
    sld: str
    is_default: bool


def style_rows(
    layers: Sequence[Layer], side_m: float, words: Words, geometry: str
) -> Iterator[StyleRow]:
    """Write every style of every layer.

    Parameters
    ----------
    layers
        The layers.
    side_m
        Of the populated cells, in metres.
    words
        The catalogue.
    geometry
        Name of the columns of geometries.

    Yields
    ------
    row
        The styles of a layer one after the other, the first of each the default.
    """
    for layer in layers:
        labels = {name: entry.label for name, entry in describe_layer(layer, words).items()}
        values = name_values(layer, words)
        for number, style in enumerate(styles_of(layer, side_m, words)):
            named = labels if number == 0 else None
            yield StyleRow(
                layer.name,
                style.name,
                layer.title,
                write_qml(style_element(style, layer.geometry_type, named, values)),
                write_sld(style, layer.name, geometry),
                number == 0,
            )
