"""Sites from an OpenStreetMap extract."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .._types import NO_NODE, WGS84
from ..osm.extract import Extract, Tags
from .category_table import Categories, Category
from .osm_areas import OsmShape, members_of, nodes_of_way, shape_of_relation, shape_of_way
from .osm_rules import ANY, Rule

if TYPE_CHECKING:
    from shapely import Geometry

SOURCE: Final = "osm"
# OpenStreetMap wiki, Lifecycle prefix: what was or will be here is not here.
GONE_PREFIXES: Final = (
    "disused:",
    "abandoned:",
    "demolished:",
    "razed:",
    "removed:",
    "was:",
    "construction:",
    "proposed:",
    "planned:",
)
GONE_KEYS: Final = ("disused", "abandoned", "demolished")
NO_ENTRANCE: Final = frozenset({"no", "exit", "emergency"})
CAPACITY_KEYS: Final = ("capacity", "beds", "capacity:beds", "capacity:persons")


@dataclass(frozen=True, slots=True)
class _Found:
    """One object that is a site: its kind (`n`, `w`, `r`), its row, its category."""

    kind: str
    row: int
    category: str


def sites_of_extract(extract: Extract, table: Categories, keys: Sequence[str]) -> gpd.GeoDataFrame:
    """List the objects of an extract that are sites, one row per object and category.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    table
        All categories.
    keys
        The categories to look for.

    Returns
    -------
    sites
        Columns as in `read_sites`, not merged. `attrs["left_out"]` counts what is no site any
        more, what has no position in the file, and outlines whose holes leave nothing.
    """
    finder = _Finder.prepare([table.of_key[key] for key in keys])
    left_out: Counter[str] = Counter()
    found: list[_Found] = []
    for kind, row, tags in _tagged(extract):
        categories, gone = finder.find(tags)
        found += [_Found(kind, row, key) for key in categories]
        left_out["disused or abandoned"] += gone
    shapes = {
        (kind, row): _shape(extract, kind, row) for kind, row in {(f.kind, f.row) for f in found}
    }
    drawn = [each for each in found if shapes[each.kind, each.row].geometry is not None]
    kept = [each for each in drawn if not shapely.is_empty(shapes[each.kind, each.row].geometry)]
    left_out["without a position in the file"] = len(found) - len(drawn)
    left_out["outline that encloses nothing"] = len(drawn) - len(kept)
    left_out["incomplete outline"] = sum(not shapes[f.kind, f.row].is_whole for f in kept)
    sites = _tabulate(extract, kept, shapes)
    sites.attrs["left_out"] = {reason: count for reason, count in left_out.items() if count}
    return sites


@dataclass(frozen=True, slots=True)
class _Finder:
    """The rules of some categories, by the tag that an object needs to meet one at all."""

    rules_of_tag: Mapping[tuple[str, str], Sequence[tuple[Rule, Category]]]
    keys: frozenset[str]
    order: Mapping[str, int]

    @classmethod
    def prepare(cls, categories: Sequence[Category]) -> "_Finder":
        rules_of_tag: dict[tuple[str, str], list[tuple[Rule, Category]]] = {}
        for category in categories:
            for rule in category.rules:
                first = rule.conditions[0]
                values = first.values if first.operator == "=" else (ANY,)
                for value in values:
                    rules_of_tag.setdefault((first.key, value), []).append((rule, category))
        order = {category.key: rank for rank, category in enumerate(categories)}
        return cls(rules_of_tag, frozenset(key for key, _ in rules_of_tag), order)

    def find(self, tags: Tags) -> tuple[list[str], bool]:
        """List the categories of an object, and tell whether it was of one and is gone."""
        found = self._match(tags)
        if any(tags.get(key) == "yes" for key in GONE_KEYS):
            kept = {key: category for key, category in found.items() if category.is_kept_disused}
            return self._in_order(kept), len(kept) < len(found)
        if found or not any(key.startswith(GONE_PREFIXES) for key in tags):
            return self._in_order(found), False
        former = {key.partition(":")[2]: value for key, value in tags.items() if ":" in key}
        return [], bool(self._match({**tags, **former}))

    def _match(self, tags: Tags) -> dict[str, Category]:
        found = {}
        for key, value in tags.items():
            if key in self.keys:
                for part in (*value.split(";"), ANY):
                    for rule, category in self.rules_of_tag.get((key, part.strip()), ()):
                        if category.key not in found and rule.holds(tags):
                            found[category.key] = category
        return found

    def _in_order(self, found: Mapping[str, Category]) -> list[str]:
        return sorted(found, key=self.order.__getitem__)


def _tagged(extract: Extract) -> Iterator[tuple[str, int, Tags]]:
    """Yield every tagged object: relations first, whose outlines are the best known."""
    for row, tags in enumerate(extract.relations.tags):
        yield "r", row, tags
    for row, tags in enumerate(extract.ways.tags):
        yield "w", row, tags
    for row, tags in extract.nodes.tags.items():
        yield "n", row, tags


def _shape(extract: Extract, kind: str, row: int) -> OsmShape:
    if kind == "r":
        return shape_of_relation(extract, row)
    if kind == "w":
        return shape_of_way(extract, row)
    return OsmShape(
        shapely.Point(extract.nodes.lon_deg[row], extract.nodes.lat_deg[row]), is_whole=True
    )


def _tabulate(
    extract: Extract,
    found: Sequence[_Found],
    shapes: Mapping[tuple[str, int], OsmShape],
) -> gpd.GeoDataFrame:
    tags_of_kind: Mapping[str, Mapping[int, Tags] | Sequence[Tags]] = {
        "n": extract.nodes.tags,
        "w": extract.ways.tags,
        "r": extract.relations.tags,
    }
    id_of_kind = {
        "n": extract.nodes.osm_id,
        "w": extract.ways.osm_id,
        "r": extract.relations.osm_id,
    }
    tags = [tags_of_kind[each.kind][each.row] for each in found]
    geometries = np.array([shapes[each.kind, each.row].geometry for each in found], object)
    entrances = {
        (each.kind, each.row): _entrances(extract, each, shapes[each.kind, each.row])
        for each in found
    }
    table = pd.DataFrame(
        {
            "site": [f"{f.kind}{id_of_kind[f.kind][f.row]}" for f in found],
            "category": [each.category for each in found],
            "name": [each.get("name", "") for each in tags],
            "capacity": np.array([_capacity(each) for each in tags], np.float64),
            "source": SOURCE,
            "position_quality": ["point" if each.kind == "n" else "outline" for each in found],
            "finess": [each.get("ref:FR:FINESS", "") for each in tags],
            "uai": [each.get("ref:UAI", each.get("ref:FR:UAI", "")) for each in tags],
            "opening_hours": [each.get("opening_hours", "") for each in tags],
            "entrances": np.array([entrances[f.kind, f.row] for f in found] + [None], object)[:-1],
        }
    )
    points = shapely.point_on_surface(geometries)
    return gpd.GeoDataFrame(table, geometry=points, crs=WGS84)


def _entrances(extract: Extract, found: _Found, shape: OsmShape) -> "Geometry | None":
    """Give the entrances on an object's outline, else the outline, None for a point."""
    if found.kind == "n" or shape.geometry is None:
        return None
    ways = [found.row]
    if found.kind == "r":
        ways = [row for kind, row, _ in members_of(extract, found.row) if kind == "w" and row >= 0]
    nodes = [int(node) for way in ways for node in nodes_of_way(extract, way) if node != NO_NODE]
    doors = sorted({node for node in nodes if _is_entrance(extract.nodes.tags.get(node, {}))})
    if doors:
        lon_deg, lat_deg = extract.nodes.lon_deg[doors], extract.nodes.lat_deg[doors]
        return shapely.MultiPoint(np.column_stack([lon_deg, lat_deg]))
    is_area = shapely.get_dimensions(shape.geometry) == 2
    return shapely.boundary(shape.geometry) if is_area else shape.geometry


def _is_entrance(tags: Tags) -> bool:
    is_open = tags.get("access", "yes") not in {"no", "private"}
    is_door = tags.get("entrance", "no") not in NO_ENTRANCE
    return is_open and (is_door or tags.get("barrier") == "gate")


def _capacity(tags: Tags) -> float:
    for key in CAPACITY_KEYS:
        if re.fullmatch(r"\d+", tags.get(key, "")):
            return float(tags[key])
    return np.nan
