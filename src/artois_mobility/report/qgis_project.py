"""The QGIS project of a comparison: opens every layer of its GeoPackage, grouped and coloured."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import numpy as np

from .dictionary import describe_layer, name_values
from .looks import styles_of
from .metadata import abstract_of, bounds_of, crs_element, describe_for_qgis
from .qml import (
    DOCTYPE,
    GEOMETRY_NUMBER,
    QGIS_VERSION,
    alias_element,
    geometry_kind,
    renderer_element,
    style_element,
    values_element,
    write_xml,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .layers import Layer
    from .looks import Style
    from .metadata import About
    from .words import Words

# The GeoPackage that stands beside it.
PACKAGE: Final = "results.gpkg"
# The clock of a file in an archive; the first that archives can tell.
MOMENT: Final = (1980, 1, 1, 0, 0, 0)
# What lies on top of cells and communes, the topmost first.
ON_TOP: Final = ("sites", "quays", "people", "links", "closed", "speeds", "voyages", "waterways")
SEEN_FIRST: Final = ("cells", "communes")
MARGIN: Final = 0.03


def write_project(
    layers: Sequence[Layer],
    common: About,
    path: Path,
    words: Words,
    names: Mapping[str, str],
) -> None:
    """Write a project beside the GeoPackage that it opens.

    Paths in it are relative: the two files may go anywhere together.

    Parameters
    ----------
    layers
        Of the GeoPackage.
    common
        What they have in common.
    path
        Where to, a `.qgz` file.
    words
        The catalogue.
    names
        What each situation is called, by its key; the first is the one that is shown.
    """
    root = ET.Element("qgis", version=QGIS_VERSION, projectname=common.study)
    ET.SubElement(root, "homePath", path="")
    ET.SubElement(root, "title").text = common.study
    _add_crs(root, "projectCrs", common)
    styled = {layer.name: styles_of(layer, common.side_m, words) for layer in layers}
    shown = _shown(layers, next(iter(names)))
    root.append(_tree(layers, words, names, shown))
    root.append(_canvas(layers, common))
    root.append(_first_view(layers, common))
    held = ET.SubElement(root, "projectlayers")
    for layer in layers:
        is_ground = layer.kind == "communes" and layer.name in shown
        current = styled[layer.name][-1 if is_ground else 0]
        held.append(_map_layer(layer, styled[layer.name], current, common, words))
    properties = ET.SubElement(root, "properties")
    for part, name, kind, text in (
        ("Paths", "Absolute", "bool", "false"),
        ("SpatialRefSys", "ProjectionsEnabled", "int", "1"),
    ):
        ET.SubElement(ET.SubElement(properties, part), name, type=kind).text = text
    about = ET.SubElement(root, "projectMetadata")
    for name, text in (("title", common.study), ("abstract", common.mention)):
        ET.SubElement(about, name).text = text
    ET.SubElement(about, "rights").text = common.credit
    _archive(write_xml(root), path)


def _archive(text: str, path: Path) -> None:
    """Put a project into an archive, always alike."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        entry = zipfile.ZipInfo(f"{path.stem}.qgs", MOMENT)
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, f"{DOCTYPE}\n{text}")
    path.write_bytes(whole.getvalue())


def _add_crs(parent: ET.Element, name: str, common: About) -> None:
    element = crs_element(common.crs)
    element.tag = name
    parent.append(element)


def _shown(layers: Sequence[Layer], base: str) -> set[str]:
    """Choose what is seen at first: the base by the first profile."""
    first: dict[str, str] = {}
    for layer in layers:
        if layer.scenario in {base, ""}:
            first.setdefault(layer.kind, layer.name)
    return {name for kind, name in first.items() if kind in SEEN_FIRST}


def _tree(
    layers: Sequence[Layer],
    words: Words,
    names: Mapping[str, str],
    shown: set[str],
) -> ET.Element:
    """Group the layers: what lies on top, then each situation."""
    root = ET.Element("layer-tree-group")
    by_kind = {layer.kind: layer for layer in layers if not layer.scenario}
    for kind in ON_TOP:
        if kind in by_kind:
            root.append(_leaf(by_kind[kind], words, shown))
    for key, name in names.items():
        own = [layer for layer in layers if layer.scenario == key]
        if own:
            is_seen = any(layer.name in shown for layer in own)
            group = ET.SubElement(root, "layer-tree-group", name=name)
            group.set("checked", "Qt::Checked" if is_seen else "Qt::Unchecked")
            group.set("expanded", "1" if is_seen else "0")
            for layer in own:
                group.append(_leaf(layer, words, shown))
    return root


def _name(layer: Layer, words: Words) -> str:
    if not layer.scenario:
        return layer.title
    return f"{words.say(f'project.{layer.kind}')} – {layer.title}"


def _leaf(layer: Layer, words: Words, shown: set[str]) -> ET.Element:
    return ET.Element(
        "layer-tree-layer",
        {
            "id": _id(layer),
            "name": _name(layer, words),
            "source": _source(layer),
            "providerKey": "ogr",
            "checked": "Qt::Checked" if layer.name in shown else "Qt::Unchecked",
            "expanded": "1" if layer.name in shown else "0",
        },
    )


def _id(layer: Layer) -> str:
    """Name a layer in the project; QGIS gives new names to layers whose own are short."""
    return f"artois_mobility_{layer.name}"


def _source(layer: Layer) -> str:
    return f"./{PACKAGE}|layername={layer.name}"


def _canvas(layers: Sequence[Layer], common: About) -> ET.Element:
    canvas = ET.Element("mapcanvas", name="theMapCanvas", annotationsVisible="1")
    is_metric = common.crs != "EPSG:4326"
    ET.SubElement(canvas, "units").text = "meters" if is_metric else "degrees"
    canvas.append(_extent(_window(layers)))
    ET.SubElement(canvas, "rotation").text = "0"
    _add_crs(canvas, "destinationsrs", common)
    return canvas


def _first_view(layers: Sequence[Layer], common: About) -> ET.Element:
    settings = ET.Element("ProjectViewSettings", UseProjectScales="0")
    view = ET.SubElement(settings, "DefaultViewExtent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), _window(layers), strict=True):
        view.set(name, f"{value:.6f}")
    view.extend(crs_element(common.crs))
    return settings


def _window(layers: Sequence[Layer]) -> tuple[float, float, float, float]:
    """Give the box around the cells and communes of the first situation, with a margin."""
    ground = [layer for layer in layers[:2] if layer.geometry.size] or list(layers[:1])
    boxes = np.array([bounds_of(layer) for layer in ground])
    west, south = boxes[:, :2].min(axis=0).tolist()
    east, north = boxes[:, 2:].max(axis=0).tolist()
    margin = MARGIN * max(east - west, north - south)
    return (west - margin, south - margin, east + margin, north + margin)


def _extent(bounds: Sequence[float]) -> ET.Element:
    extent = ET.Element("extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=True):
        ET.SubElement(extent, name).text = f"{value:.6f}"
    return extent


def _map_layer(
    layer: Layer, styles: Sequence[Style], current: Style, common: About, words: Words
) -> ET.Element:
    """Make a layer with all its styles, one of which is in use."""
    kind = geometry_kind(layer.geometry_type)
    element = ET.Element("maplayer", type="vector", geometry=kind, labelsEnabled="0")
    element.append(_extent(bounds_of(layer)))
    described = (
        ("id", _id(layer)),
        ("datasource", _source(layer)),
        ("layername", _name(layer, words)),
        ("title", layer.title),
        ("abstract", abstract_of(layer, common, words)),
    )
    for name, text in described:
        ET.SubElement(element, name).text = text
    _add_crs(element, "srs", common)
    metadata = describe_for_qgis(layer, common, words)
    metadata.tag = "resourceMetadata"
    element.append(metadata)
    ET.SubElement(element, "provider", encoding="UTF-8").text = "ogr"
    manager = ET.SubElement(element, "map-layer-style-manager", current=current.name)
    for style in styles:
        held = ET.SubElement(manager, "map-layer-style", name=style.name)
        if style is not current:
            held.append(style_element(style, layer.geometry_type))
    element.append(renderer_element(current, kind))
    element.append(values_element(name_values(layer, words)))
    labels = {name: entry.label for name, entry in describe_layer(layer, words).items()}
    element.append(alias_element(labels))
    ET.SubElement(element, "mapTip").text = current.tip
    ET.SubElement(element, "layerGeometryType").text = str(GEOMETRY_NUMBER[kind])
    return element
