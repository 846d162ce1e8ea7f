"""The layers of a comparison: cells, communes, sites, links and closed ways."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .._types import WGS84
from .backdrop import usual_distance
from .labels import profile_label
from .layer_fields import categories_shown, minutes_fields, name_fields, spread_summary
from .names import layer_name, scenario_stems
from .reach import find_modes
from .reach_fields import reach_fields
from .tables import DECIMALS, vintages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from .._types import Flags, Geometries
    from ..study.results import Comparison, ScenarioResult
    from .layer_fields import FieldNames, Fields
    from .times import Times
    from .words import Words

# Values of each feature, by field.
Columns: TypeAlias = "Mapping[str, npt.NDArray[Any]]"

# What a French reader's GIS expects; elsewhere degrees, which open everywhere.
LAMBERT_93: Final = "EPSG:2154"
# The layers that tell who gets somewhere by car, and who without one.
REACH_KIND: Final = "only_by_car"
CELL_COLUMNS: Final = ("cell", "population", "commune", "epci", "iris", "code_iris")
SITE_COLUMNS: Final = (
    "site",
    "category",
    "name",
    "capacity",
    "source",
    "position_quality",
    "geometry",
)
COMMUNE_COLUMNS: Final = ("insee", "name", "epci", "epci_name", "population")
# Fields of residents and communes under the names that INSEE gives them.
INSEE_NAMES: Final = {
    "commune": "insee_com",
    "insee": "insee_com",
    "epci": "siren_epci",
    "iris": "code_iris",
}


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One layer, f features.

    Attributes
    ----------
    kind
        `"cells"`, `"communes"`, `"sites"` and so on.
    name
        Lower-case ASCII, at most 30 characters.
    title
        What the layer shows, for people.
    scenario
        Key of the scenario that it is about, or `""` where its features tell.
    measured
        Category and measure (`"minutes"`, `"before"`, `"after"`, `"gain"`, `"by_car"`, `"without"`
        in minutes; `"gaining"`, `"losing"` in people; `"reach"`, `"switch"` in words) of each field
        that holds one.
    geometry
        Features as WKB in the file's coordinate system, shape (f,).
    fields
        Values of each field, each of shape (f,); None and NaN for no value.
    geometry_type
        Of every feature, also when there is none.
    """

    kind: str
    name: str
    title: str
    geometry: Geometries
    fields: Columns
    geometry_type: str
    scenario: str = ""
    measured: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def crs_of(result: Comparison) -> str:
    """Choose the coordinate system that files of a comparison are written in.

    Parameters
    ----------
    result
        The comparison.

    Returns
    -------
    crs
        Lambert-93 in metropolitan France, else WGS 84 degrees.
    """
    metric = {network.crs for network in result.networks.values()}
    return LAMBERT_93 if metric == {LAMBERT_93} else WGS84


def side_of(result: Comparison) -> float:
    """Tell how long the sides of the populated cells are, in metres.

    Parameters
    ----------
    result
        The comparison.

    Returns
    -------
    side_m
        How far apart neighbouring cells usually are.
    """
    metric = next(iter(result.networks.values())).crs
    places = result.residents.geometry.to_crs(metric)
    return round(usual_distance(places.x.to_numpy(), places.y.to_numpy()), 1)


def layers_of(result: Comparison, times: Times, words: Words) -> Iterator[Layer]:
    """Make the layers one after the other.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times.
    words
        The catalogue, for the titles and how fields end.

    Yields
    ------
    layer
        Cells and communes of each scenario and profile, then sites, links and ways.
    """
    constants: dict[str, object] = dict(vintages(result))
    if result.is_schematic:
        constants["mention"] = words.say("schematic.mark")
    for layer in _own_layers(result, times, words):
        same = {name: _repeat(value, layer.geometry.size) for name, value in constants.items()}
        yield replace(layer, fields={**layer.fields, **same})


def _repeat(value: object, count: int) -> npt.NDArray[Any]:
    return np.full(count, value, object if isinstance(value, str) else None)


def _own_layers(result: Comparison, times: Times, words: Words) -> Iterator[Layer]:
    crs = crs_of(result)
    yield from _measured_layers(result, times, words)
    yield _whole_layer("sites", words, _sites(result), crs)
    for name in ("links", "closed", "speeds"):
        yield _whole_layer(name, words, _stacked(result.scenarios, name), crs)
    if any(scenario.people is not None for scenario in result.scenarios):
        yield _whole_layer("people", words, _people(result), crs)
    if result.water is not None:
        for name in ("waterways", "voyages", "quays"):
            table = getattr(result.water, name)
            yield _whole_layer(name, words, _without_clocks(table), crs)


def _measured_layers(result: Comparison, times: Times, words: Words) -> Iterator[Layer]:
    """Make those of minutes and people: situation by situation, profile by profile."""
    cells, communes = _grounds(result)
    names, summary = name_fields(times, words), spread_summary(result, times)
    modes, taken = find_modes(result, times), set[str]()
    stems = scenario_stems([scenario.key for scenario in result.scenarios], list(times.profiles))
    for scenario in result.scenarios:
        key, stem = scenario.key, stems[scenario.key]
        own = replace(cells, fields={**cells.fields, "population": result.people_of(key)})
        for profile in times.profiles:
            categories = categories_shown(times, key, profile)
            if not categories:
                continue
            title = f"{scenario.name} – {profile_label(result.networks, profile, words)}"
            for ground, fields, is_shown in (
                (own, minutes_fields(times, key, profile), _noticing(result, times, key, profile)),
                (communes, summary[key, profile], np.ones(len(result.communes), np.bool_)),
            ):
                named = replace(ground, name=layer_name(ground.kind, stem, profile, taken))
                named = replace(named, scenario=key, title=title)
                yield _measure(named, _of(categories, fields), names, is_shown)
        if modes is not None:
            is_shown, fields = reach_fields(times, modes, key, words)
            is_shown &= result.cells_of(key)
            if is_shown.any():
                title = f"{scenario.name} – {words.say('layers.only_by_car')}"
                named = replace(own, kind=REACH_KIND, name=f"{REACH_KIND}_{stem}")
                named = replace(named, scenario=key, title=title)
                yield _measure(named, fields, names, is_shown)


def _grounds(result: Comparison) -> tuple[Layer, Layer]:
    """Make the layers of cells and of communes, before anything is measured."""
    crs = crs_of(result)
    told = [name for name in CELL_COLUMNS if name in result.residents]
    cells = _columns(result.residents, told)
    communes = _columns(result.communes, COMMUNE_COLUMNS)
    return (
        Layer("cells", "", "", _wkb(result.residents, crs), cells, "Point"),
        Layer("communes", "", "", _wkb(result.communes, crs), communes, "MultiPolygon"),
    )


def _noticing(result: Comparison, times: Times, scenario: str, profile: str) -> Flags:
    """Tell where any category's minutes change; of the base all cells."""
    shown = result.cells_of(scenario)
    if times.is_base(scenario):
        return shown
    noticed = [times.is_noticed(scenario, (profile, category)) for category in times.categories]
    is_noticed: Flags = shown & np.any(noticed, axis=0)
    return is_noticed


def _of(categories: Sequence[str], fields: Fields) -> Fields:
    return {
        measure: {category: values[category] for category in categories}
        for measure, values in fields.items()
    }


def _measure(ground: Layer, fields: Fields, names: FieldNames, is_shown: Flags) -> Layer:
    """Add what is measured, and keep the features that are shown."""
    categories = next(iter(fields.values()))
    measured = {
        names[category, measure]: (category, measure)
        for category in categories
        for measure in fields
    }
    columns = dict(ground.fields)
    for name, (category, measure) in measured.items():
        values = fields[measure][category]
        columns[name] = values if values.dtype.kind == "O" else values.round(DECIMALS)
    shown = {name: values[is_shown] for name, values in columns.items()}
    return replace(ground, geometry=ground.geometry[is_shown], fields=shown, measured=measured)


def to_frame(layer: Layer, crs: str) -> gpd.GeoDataFrame:
    """Give a layer as a table of geopandas.

    Parameters
    ----------
    layer
        The layer.
    crs
        Its coordinate system.

    Returns
    -------
    table
        Its fields and `geometry`.
    """
    shapes = shapely.from_wkb(layer.geometry)
    return gpd.GeoDataFrame(dict(layer.fields), geometry=shapes, crs=crs)


def _columns(table: pd.DataFrame, names: Sequence[str]) -> Columns:
    """Take columns as arrays that GDAL writes: texts as objects, None for no value."""
    columns: dict[str, npt.NDArray[Any]] = {}
    for name in names:
        column = table[name]
        if not pd.api.types.is_numeric_dtype(column.dtype):
            column = column.astype(object).where(column.notna(), None)
        columns[INSEE_NAMES.get(name, name)] = column.to_numpy()
    return columns


def _wkb(table: gpd.GeoDataFrame, crs: str) -> Geometries:
    shapes: Geometries = shapely.to_wkb(table.geometry.to_crs(crs).to_numpy())
    return shapes


def _whole_layer(name: str, words: Words, table: gpd.GeoDataFrame, crs: str) -> Layer:
    names = [column for column in table.columns if column != table.geometry.name]
    title = words.say(f"layers.{name}")
    kind = "Point" if name in {"sites", "quays", "people"} else "MultiLineString"
    return Layer(name, name, title, _wkb(table, crs), _columns(table, names), kind)


def _without_clocks(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Write moments as texts to the minute, as people read them."""
    clocks = {
        name: table[name].dt.strftime("%Y-%m-%d %H:%M")
        for name in table.columns
        if pd.api.types.is_datetime64_any_dtype(table[name].dtype)
    }
    return table.assign(**clocks)


def _sites(result: Comparison) -> gpd.GeoDataFrame:
    """Put the sites of the base and those that scenarios change below each other."""
    tables = [_site_rows(result.base.sites, result.base.key, "")]
    for scenario in result.scenarios[1:]:
        for change in ("added", "moved", "set"):
            rows = scenario.sites[(scenario.sites["change"] == change).to_numpy()]
            tables.append(_site_rows(rows, scenario.key, change))
        tables.append(_site_rows(scenario.removed_sites, scenario.key, "removed"))
    filled = [table for table in tables if len(table)] or tables[:1]
    stacked = pd.concat(filled, ignore_index=True)
    return gpd.GeoDataFrame(stacked, geometry="geometry", crs=WGS84)


def _people(result: Comparison) -> gpd.GeoDataFrame:
    """List the cells in which more or fewer people live in a scenario than in the base."""
    today = result.people_of(result.base.key)
    tables = []
    for scenario in result.scenarios[1:]:
        then = result.people_of(scenario.key)
        rows = result.residents.loc[then != today, ["cell", "commune", "epci", "geometry"]]
        people = {"people_before": today[then != today], "people_after": then[then != today]}
        tables.append(rows.assign(scenario=scenario.key, **people))
    stacked = pd.concat(tables, ignore_index=True)
    return gpd.GeoDataFrame(stacked, geometry="geometry", crs=result.residents.crs)


def _site_rows(sites: gpd.GeoDataFrame, scenario: str, change: str) -> pd.DataFrame:
    rows = pd.DataFrame({name: sites[name].to_numpy() for name in SITE_COLUMNS})
    return rows.assign(scenario=scenario, change=change)


def _stacked(scenarios: tuple[ScenarioResult, ...], name: str) -> gpd.GeoDataFrame:
    tables = [
        getattr(scenario, name).assign(scenario=scenario.key)
        for scenario in scenarios
        if len(getattr(scenario, name))
    ]
    if not tables:
        return gpd.GeoDataFrame({"scenario": []}, geometry=[], crs=WGS84)
    return gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), crs=tables[0].crs)
