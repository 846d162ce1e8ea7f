"""What a layer is, for catalogues of geographic data: title, abstract, source, licence, extent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import numpy as np
import shapely
from pyproj import CRS

from .._characters import printable
from .credits import credit_line
from .labels import osm_date
from .layers import crs_of, side_of

if TYPE_CHECKING:
    from ..study.results import Comparison
    from .layers import Layer
    from .words import Words

LICENCE: Final = "ODbL 1.0"
# Languages as catalogues name them (ISO 639-2).
LANGUAGE_CODE: Final = {"fr": "fra", "en": "eng"}


@dataclass(frozen=True, slots=True)
class About:
    """What all layers of a comparison have in common.

    Attributes
    ----------
    study
        Name of the study.
    credit
        Whose data they are made of.
    mention
        The mark of a made-up territory, or `""`.
    day
        Of the OpenStreetMap data, `""` where it is not known.
    crs
        Of the files.
    language
        Of the texts.
    side_m
        Of the populated cells, in metres.
    """

    study: str
    credit: str
    mention: str
    day: str
    crs: str
    language: str
    side_m: float


def about(result: Comparison, words: Words) -> About:
    """Tell what all layers of a comparison have in common.

    Parameters
    ----------
    result
        The comparison.
    words
        The catalogue.

    Returns
    -------
    about
        Study, sources and coordinate system.
    """
    day = osm_date(result.networks)
    return About(
        result.study.name,
        credit_line(result, words),
        words.say("schematic.mark") if result.is_schematic else "",
        "" if day is None else day.isoformat(),
        crs_of(result),
        words.language,
        side_of(result),
    )


def abstract_of(layer: Layer, common: About, words: Words) -> str:
    """Say in a paragraph what a layer is.

    Parameters
    ----------
    layer
        The layer.
    common
        What it shares with the others.
    words
        The catalogue.

    Returns
    -------
    text
        With the mark of a made-up territory in front.
    """
    told = words.say("metadata.abstract", {"study": common.study, "title": layer.title})
    fields = words.say("metadata.fields") if layer.measured else ""
    return " ".join(filter(None, [f"{common.mention}." if common.mention else "", told, fields]))


def describe_for_gdal(layer: Layer, common: About, words: Words) -> dict[str, str]:
    """Give what a layer is as GDAL shows it.

    Parameters
    ----------
    layer
        The layer.
    common
        What it shares with the others.
    words
        The catalogue.

    Returns
    -------
    metadata
        Keys in capitals.
    """
    told = {
        "TITLE": layer.title,
        "ABSTRACT": abstract_of(layer, common, words),
        "SOURCE": common.credit,
        "LICENCE": LICENCE,
        "DATE": common.day,
        "LANGUAGE": LANGUAGE_CODE[common.language],
    }
    return {key: printable(text) for key, text in told.items() if text}


def describe_for_qgis(layer: Layer, common: About, words: Words) -> ET.Element:
    """Give what a layer is as QGIS keeps it (QMD).

    Parameters
    ----------
    layer
        The layer.
    common
        What it shares with the others.
    words
        The catalogue.

    Returns
    -------
    element
        The children of `qgis` in a QMD file, or of `resourceMetadata` in a project.
    """
    root = ET.Element("qgis", version="3.22.0")
    for name, text in (
        ("identifier", layer.name),
        ("parentidentifier", ""),
        ("language", LANGUAGE_CODE[common.language]),
        ("type", "dataset"),
        ("title", layer.title),
        ("abstract", abstract_of(layer, common, words)),
        ("rights", common.credit),
        ("license", LICENCE),
        ("encoding", "UTF-8"),
    ):
        ET.SubElement(root, name).text = text
    root.append(crs_element(common.crs))
    spatial = ET.SubElement(ET.SubElement(root, "extent"), "spatial")
    spatial.set("crs", common.crs)
    spatial.set("dimensions", "2")
    for name, value in zip(("minx", "miny", "maxx", "maxy"), bounds_of(layer), strict=True):
        spatial.set(name, f"{value:.3f}")
    return root


def crs_element(crs: str) -> ET.Element:
    """Name a coordinate system as QGIS does.

    Parameters
    ----------
    crs
        Such as `"EPSG:2154"`.

    Returns
    -------
    element
        `crs`.
    """
    known = CRS(crs)
    code = crs.removeprefix("EPSG:")
    root = ET.Element("crs")
    system = ET.SubElement(root, "spatialrefsys")
    for name, text in (
        ("wkt", known.to_wkt()),
        ("srid", code),
        ("authid", crs),
        ("description", known.name),
        ("geographicflag", "true" if known.is_geographic else "false"),
    ):
        ET.SubElement(system, name).text = text
    return root


def bounds_of(layer: Layer) -> tuple[float, float, float, float]:
    """Give the box around a layer's features.

    Parameters
    ----------
    layer
        The layer.

    Returns
    -------
    bounds
        West, south, east, north in the file's coordinates; noughts where there is no feature.
    """
    boxes = shapely.bounds(shapely.from_wkb(layer.geometry)).reshape(-1, 4)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        return (0.0, 0.0, 0.0, 0.0)
    west, south = boxes[:, :2].min(axis=0).tolist()
    east, north = boxes[:, 2:].max(axis=0).tolist()
    return (west, south, east, north)
