"""Styles as map servers read them: Styled Layer Descriptor 1.1 (OGC 05-078r4, 05-077r4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from .qml import write_xml

if TYPE_CHECKING:
    from .looks import Condition, Look, Rule, Style

NAMESPACES: Final = {
    "xmlns": "http://www.opengis.net/sld",
    "xmlns:ogc": "http://www.opengis.net/ogc",
    "xmlns:se": "http://www.opengis.net/se",
    "version": "1.1.0",
}
NAME_OF_SIGN: Final = {
    "<": "PropertyIsLessThan",
    "<=": "PropertyIsLessThanOrEqualTo",
    ">": "PropertyIsGreaterThan",
    ">=": "PropertyIsGreaterThanOrEqualTo",
    "=": "PropertyIsEqualTo",
}
MARK_OF_SHAPE: Final = {
    "square": "square",
    "triangle": "triangle",
    "reversed": "triangle",
    "circle": "circle",
    "star": "star",
    "cross": "x",
}
METRES: Final = "http://www.opengeospatial.org/se/units/metre"
# SLD counts in pixels of 0.28 mm.
PIXELS_PER_MM: Final = 1 / 0.28


def write_sld(style: Style, layer: str, geometry: str) -> str:
    """Write a style as the text of an SLD file.

    Parameters
    ----------
    style
        The style.
    layer
        Name of the layer.
    geometry
        Name of its column of geometries.

    Returns
    -------
    text
        One named layer with one style.
    """
    root = ET.Element("StyledLayerDescriptor", NAMESPACES)
    named = ET.SubElement(root, "NamedLayer")
    ET.SubElement(named, "se:Name").text = layer
    user = ET.SubElement(named, "UserStyle")
    ET.SubElement(user, "se:Name").text = style.name
    kind = ET.SubElement(user, "se:FeatureTypeStyle")
    for rule in style.rules:
        kind.append(_rule(rule, geometry))
    return write_xml(root)


def _rule(rule: Rule, geometry: str) -> ET.Element:
    element = ET.Element("se:Rule")
    ET.SubElement(element, "se:Name").text = rule.label
    described = ET.SubElement(element, "se:Description")
    ET.SubElement(described, "se:Title").text = rule.label
    if rule.tests:
        tested = ET.SubElement(element, "ogc:Filter")
        if len(rule.tests) > 1:
            tested = ET.SubElement(tested, "ogc:And")
        for test in rule.tests:
            tested.append(_test(test))
    element.append(_symbolizer(rule.look, geometry))
    return element


def _test(test: Condition) -> ET.Element:
    null = ET.Element("ogc:PropertyIsNull")
    ET.SubElement(null, "ogc:PropertyName").text = test.field
    if test.sign == "is null":
        return null
    if test.sign == "is not null":
        negated = ET.Element("ogc:Not")
        negated.append(null)
        return negated
    compared = ET.Element(f"ogc:{NAME_OF_SIGN[test.sign]}")
    ET.SubElement(compared, "ogc:PropertyName").text = test.field
    value = test.value if isinstance(test.value, str) else f"{test.value:g}"
    ET.SubElement(compared, "ogc:Literal").text = value
    if test.value != "":
        return compared
    either = ET.Element("ogc:Or")  # an empty text and none mean the same
    either.extend([compared, null])
    return either


def _symbolizer(look: Look, geometry: str) -> ET.Element:
    if look.shape in {"line", "dashes"}:
        line = ET.Element("se:LineSymbolizer")
        stroke = _stroke(line, look.colour, look.size)
        if look.shape == "dashes":
            ET.SubElement(stroke, "se:SvgParameter", name="stroke-dasharray").text = "6 4"
        return line
    if look.shape == "area":
        area = ET.Element("se:PolygonSymbolizer")
        _fill(area, look)
        _stroke(area, look.outline or look.colour, 0.15)
        return area
    return _point(look, geometry)


def _point(look: Look, geometry: str) -> ET.Element:
    point = ET.Element("se:PointSymbolizer")
    if look.shape == "square":
        point.set("uom", METRES)
    if look.sized_by:
        place = ET.SubElement(point, "se:Geometry")
        centre = ET.SubElement(place, "ogc:Function", name="centroid")
        ET.SubElement(centre, "ogc:PropertyName").text = geometry
    graphic = ET.SubElement(point, "se:Graphic")
    mark = ET.SubElement(graphic, "se:Mark")
    ET.SubElement(mark, "se:WellKnownName").text = MARK_OF_SHAPE[look.shape]
    _fill(mark, look)
    if look.outline:
        _stroke(mark, look.outline, 0.15)
    size = ET.SubElement(graphic, "se:Size")
    in_pixels = look.size if look.shape == "square" else look.size * PIXELS_PER_MM
    if look.sized_by:
        product = ET.SubElement(size, "ogc:Mul")
        ET.SubElement(product, "ogc:Literal").text = f"{in_pixels:.6g}"
        root = ET.SubElement(product, "ogc:Function", name="sqrt")
        ET.SubElement(root, "ogc:PropertyName").text = look.sized_by
    else:
        size.text = f"{in_pixels:.6g}"
    if look.shape == "reversed":
        ET.SubElement(graphic, "se:Rotation").text = "180"
    return point


def _fill(parent: ET.Element, look: Look) -> None:
    fill = ET.SubElement(parent, "se:Fill")
    if look.is_hatched:
        graphic = ET.SubElement(ET.SubElement(fill, "se:GraphicFill"), "se:Graphic")
        mark = ET.SubElement(graphic, "se:Mark")
        ET.SubElement(mark, "se:WellKnownName").text = "shape://slash"
        _stroke(mark, look.colour, 0.3)
        ET.SubElement(graphic, "se:Size").text = "5"
    else:
        ET.SubElement(fill, "se:SvgParameter", name="fill").text = look.colour


def _stroke(parent: ET.Element, colour: str, width_mm: float) -> ET.Element:
    stroke = ET.SubElement(parent, "se:Stroke")
    ET.SubElement(stroke, "se:SvgParameter", name="stroke").text = colour
    width = f"{width_mm * PIXELS_PER_MM:.3g}"
    ET.SubElement(stroke, "se:SvgParameter", name="stroke-width").text = width
    return stroke
