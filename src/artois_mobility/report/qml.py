"""Styles as QGIS writes them: QML, for a layer's own table of styles and for projects."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from .._characters import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .looks import Condition, Look, Rule, Style

# The oldest QGIS that was seen to read what is written here.
QGIS_VERSION: Final = "3.22.0"
DOCTYPE: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
# QGIS' own numbers of kinds of geometry.
GEOMETRY_NUMBER: Final = {"Point": 0, "Line": 1, "Polygon": 2}
SYMBOL_OF_GEOMETRY: Final = {"Point": "marker", "Line": "line", "Polygon": "fill"}
MARKER_OF_SHAPE: Final = {
    "square": "square",
    "triangle": "triangle",
    "reversed": "triangle",
    "circle": "circle",
    "star": "star",
    "cross": "cross2",
}
HATCH_MM: Final = 1.3
THIN_MM: Final = 0.15
_KEYS: Final = uuid.UUID("6f1c3f52-6c0c-5f0e-9a3b-62a8e1a41f0b")


def geometry_kind(geometry_type: str) -> str:
    """Tell points, lines and areas apart as QGIS does.

    Parameters
    ----------
    geometry_type
        Of a layer, such as `"MultiLineString"`.

    Returns
    -------
    kind
        `"Point"`, `"Line"` or `"Polygon"`.

    Examples
    --------
    >>> geometry_kind("MultiLineString"), geometry_kind("Point")
    ('Line', 'Point')
    """
    return geometry_type.removeprefix("Multi").removesuffix("String")


def style_element(
    style: Style,
    geometry_type: str,
    labels: Mapping[str, str] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
) -> ET.Element:
    """Make the element that holds a style.

    Parameters
    ----------
    style
        The style.
    geometry_type
        Of the layer.
    labels
        What people call each field; None for a style that leaves that as it is.
    values
        What people call the values of some fields, by field and value.

    Returns
    -------
    element
        `qgis`, as in a QML file.
    """
    kind = geometry_kind(geometry_type)
    root = ET.Element("qgis", version=QGIS_VERSION, styleCategories="Symbology|MapTips")
    root.append(renderer_element(style, kind))
    if labels is not None:
        root.set("styleCategories", "Symbology|Fields|Forms|MapTips")
        root.append(values_element(values or {}))
        root.append(alias_element(labels))
    ET.SubElement(root, "mapTip").text = style.tip
    ET.SubElement(root, "layerGeometryType").text = str(GEOMETRY_NUMBER[kind])
    return root


def alias_element(labels: Mapping[str, str]) -> ET.Element:
    """Make the element that says what people call each field.

    Parameters
    ----------
    labels
        By field, in the order of the fields.

    Returns
    -------
    element
        `aliases`.
    """
    named = ET.Element("aliases")
    for index, (field, label) in enumerate(labels.items()):
        ET.SubElement(named, "alias", index=str(index + 1), field=field, name=label)
    return named


def values_element(values: Mapping[str, Mapping[str, str]]) -> ET.Element:
    """Make the element that says what people call the values of some fields.

    Parameters
    ----------
    values
        By field and value; values that are not there are shown in brackets.

    Returns
    -------
    element
        `fieldConfiguration`.
    """
    root = ET.Element("fieldConfiguration")
    for field, labels in values.items():
        config = ET.SubElement(ET.SubElement(root, "field", name=field), "editWidget")
        config.set("type", "ValueMap")
        whole = ET.SubElement(ET.SubElement(config, "config"), "Option", type="Map")
        listed = ET.SubElement(whole, "Option", type="List", name="map")
        for value, label in labels.items():
            entry = ET.SubElement(listed, "Option", type="Map")
            ET.SubElement(entry, "Option", type="QString", name=label, value=value)
    return root


def write_qml(element: ET.Element) -> str:
    """Write a style as the text of a QML file.

    Parameters
    ----------
    element
        Of `style_element`.

    Returns
    -------
    text
        With its document type.
    """
    return f"{DOCTYPE}\n{write_xml(element)}"


def write_xml(element: ET.Element) -> str:
    r"""Write an element as text, whatever stood in the names that it holds.

    Parameters
    ----------
    element
        Any.

    Returns
    -------
    text
        Well-formed: without the control characters that XML does not allow.

    Examples
    --------
    >>> write_xml(ET.Element("a", name="Rue\x1b[31m & Fils"))
    '<a name="Rue[31m &amp; Fils" />'
    """
    return printable(ET.tostring(element, encoding="unicode"))


def renderer_element(style: Style, kind: str) -> ET.Element:
    """Make the element that draws features by rules.

    Parameters
    ----------
    style
        The style.
    kind
        `"Point"`, `"Line"` or `"Polygon"`.

    Returns
    -------
    element
        `renderer-v2`.
    """
    renderer = ET.Element(
        "renderer-v2", type="RuleRenderer", symbollevels="0", forceraster="0", enableorderby="0"
    )
    rules = ET.SubElement(renderer, "rules", key=_key(style.name))
    symbols = ET.SubElement(renderer, "symbols")
    for number, rule in enumerate(style.rules):
        given = {"key": _key(f"{style.name}/{number}"), "symbol": str(number), "label": rule.label}
        if rule.tests:
            given["filter"] = " AND ".join(map(_expression, rule.tests))
        ET.SubElement(rules, "rule", given)
        symbols.append(_symbol(str(number), rule, kind))
    return renderer


def _key(name: str) -> str:
    return f"{{{uuid.uuid5(_KEYS, name)}}}"


def _expression(test: Condition) -> str:
    field = '"' + test.field.replace('"', '""') + '"'
    if test.sign.startswith("is"):
        return f"{field} {test.sign.upper()}"
    if isinstance(test.value, str):
        quoted = test.value.replace("'", "''")
        return f"coalesce({field}, '') {test.sign} '{quoted}'"
    return f"{field} {test.sign} {test.value:g}"


def _symbol(name: str, rule: Rule, kind: str) -> ET.Element:
    look = rule.look
    symbol = _start_symbol(name, SYMBOL_OF_GEOMETRY[kind])
    if kind == "Line":
        _add_layer(symbol, "SimpleLine", _line_properties(look))
    elif kind == "Polygon" and look.shape == "circle":
        centre = _add_layer(symbol, "CentroidFill", {"point_on_surface": "1"})
        marker = _start_symbol(f"@{name}@0", "marker")
        _add_marker(marker, look)
        centre.append(marker)
    elif kind == "Polygon":
        _add_area(symbol, look)
    elif look.is_hatched:
        filled = _add_layer(symbol, "FilledMarker", _marker_properties(look))
        area = _start_symbol(f"@{name}@0", "fill")
        _add_area(area, look)
        filled.append(area)
    else:
        _add_marker(symbol, look)
    return symbol


def _start_symbol(name: str, kind: str) -> ET.Element:
    return ET.Element("symbol", name=name, type=kind, alpha="1", clip_to_extent="1", force_rhr="0")


def _add_layer(symbol: ET.Element, kind: str, properties: Mapping[str, str]) -> ET.Element:
    given = {"class": kind, "enabled": "1", "locked": "0", "pass": "0"}
    layer = ET.SubElement(symbol, "layer", given)
    for key, value in properties.items():
        ET.SubElement(layer, "prop", k=key, v=value)
    return layer


def _add_marker(symbol: ET.Element, look: Look) -> None:
    layer = _add_layer(symbol, "SimpleMarker", _marker_properties(look))
    if look.sized_by:
        layer.append(_sized(f'{look.size:.6g} * sqrt("{look.sized_by}")'))


def _marker_properties(look: Look) -> dict[str, str]:
    is_square = look.shape == "square"
    return {
        "name": MARKER_OF_SHAPE[look.shape],
        "angle": "180" if look.shape == "reversed" else "0",
        "color": _colour(look.colour),
        "outline_color": _colour(look.outline or look.colour),
        "outline_style": "solid" if look.outline else "no",
        "outline_width": f"{THIN_MM:g}",
        "outline_width_unit": "MM",
        "size": f"{look.size:.6g}",
        "size_unit": "RenderMetersInMapUnits" if is_square else "MM",
        "scale_method": "diameter",
    }


def _line_properties(look: Look) -> dict[str, str]:
    return {
        "line_color": _colour(look.colour),
        "line_width": f"{look.size:g}",
        "line_width_unit": "MM",
        "line_style": "dash" if look.shape == "dashes" else "solid",
        "capstyle": "round",
        "joinstyle": "round",
    }


def _add_area(symbol: ET.Element, look: Look) -> None:
    """Fill an area, and hatch it where it must be told from every class."""
    fill = {
        "color": _colour("#ffffff" if look.is_hatched else look.colour),
        "style": "solid",
        "outline_color": _colour(look.outline or look.colour),
        "outline_style": "solid" if look.outline else "no",
        "outline_width": f"{THIN_MM:g}",
        "outline_width_unit": "MM",
    }
    _add_layer(symbol, "SimpleFill", fill)
    if look.is_hatched:
        hatch = {"angle": "45", "distance": f"{HATCH_MM:g}", "distance_unit": "MM"}
        layer = _add_layer(symbol, "LinePatternFill", hatch)
        line = _start_symbol(f"@{symbol.get('name')}@1", "line")
        given = {"line_color": _colour(look.colour), "line_width": "0.3", "line_width_unit": "MM"}
        _add_layer(line, "SimpleLine", given)
        layer.append(line)


def _sized(expression: str) -> ET.Element:
    """Let the size of a marker follow an expression."""
    defined = ET.Element("data_defined_properties")
    whole = ET.SubElement(defined, "Option", type="Map")
    ET.SubElement(whole, "Option", type="QString", name="name", value="")
    properties = ET.SubElement(whole, "Option", type="Map", name="properties")
    size = ET.SubElement(properties, "Option", type="Map", name="size")
    ET.SubElement(size, "Option", type="bool", name="active", value="true")
    ET.SubElement(size, "Option", type="QString", name="expression", value=expression)
    ET.SubElement(size, "Option", type="int", name="type", value="3")
    ET.SubElement(whole, "Option", type="QString", name="type", value="collection")
    return defined


def _colour(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},255"
