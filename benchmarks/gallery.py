"""Draw the same isochrones by this library, by Valhalla and by OSMnx's recipe, side by side.

python benchmarks/gallery.py nantes.osm.pbf --from=-1.548,47.2094 --output docs/isochrones.png

The same in French goes beside it, as isochrones-fr.png.
"""

import argparse
import importlib.util
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import shapely
from against_valhalla import build_tiles

import artois_mobility as am

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from artois_mobility.network.model import Network

MINUTES = (5, 10, 15)
WORDS = {
    "en": {
        "ours": "artois_mobility, cells of 25 m",
        "osmnx": "OSMnx's recipe",
        "valhalla": "Valhalla, stock settings",
        "title": "{minutes} minutes on foot; water, railways and motorways in brown",
        "credit": "© OpenStreetMap contributors (ODbL)",
    },
    "fr": {
        "ours": "artois_mobility, carreaux de 25 m",
        "osmnx": "recette d’OSMnx",
        "valhalla": "Valhalla, réglages d’origine",
        "title": "{minutes} minutes à pied ; en brun, l’eau, les voies ferrées et les autoroutes",
        "credit": "© contributeurs OpenStreetMap (ODbL)",
    },
}
COLOURS = ("#08519c", "#3182bd", "#9ecae1")
# What OSMnx's gallery does: the nodes in reach, each drawn wide, joined.
NODE_WIDTH_M = 50.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extract", type=Path)
    parser.add_argument("--from", dest="origin", required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    lon, lat = map(float, options.origin.split(","))
    network = am.build_network(am.read_osm(options.extract), "walk")
    drawn = {"ours": ours(network, lon, lat), "osmnx": by_osmnx(network, lon, lat)}
    if importlib.util.find_spec("valhalla") is not None:
        with tempfile.TemporaryDirectory() as folder:
            drawn["valhalla"] = by_valhalla(options.extract, Path(folder), lon, lat, network.crs)
    place = gpd.GeoSeries([shapely.Point(lon, lat)], crs=4326).to_crs(network.crs)
    french = options.output.with_name(f"{options.output.stem}-fr{options.output.suffix}")
    for language, path in (("en", options.output), ("fr", french)):
        draw_all(network, place, drawn, WORDS[language]).savefig(path, dpi=110)


def draw_all(
    network: "Network",
    place: gpd.GeoSeries,
    drawn: dict[str, list[shapely.Geometry]],
    words: dict[str, str],
) -> "Figure":
    """Draw what each program gives, side by side, with its titles in a language."""
    figure, panels = plt.subplots(1, len(drawn), figsize=(5 * len(drawn), 5), layout="constrained")
    west, south, east, north = drawn["ours"][-1].buffer(150).bounds
    for axes, (name, areas) in zip(panels, drawn.items(), strict=True):
        draw(axes, network, areas)
        place.plot(ax=axes, color="#d7301f", markersize=30, zorder=5)
        axes.set(title=words[name], xlim=(west, east), ylim=(south, north), aspect="equal")
        axes.set_axis_off()
    figure.suptitle(words["title"].format(minutes=", ".join(map(str, MINUTES))))
    figure.text(0.5, 0.01, words["credit"], ha="center", fontsize=8)
    return figure


def ours(network: "Network", lon: float, lat: float) -> list[shapely.Geometry]:
    return am.isochrones(network, [(lon, lat)], MINUTES).to_crs(network.crs).geometry.tolist()


def by_osmnx(network: "Network", lon: float, lat: float) -> list[shapely.Geometry]:
    """Join wide dots around the nodes that OSMnx's graph reaches from the nearest node."""
    graph = am.to_osmnx(network)
    place = gpd.GeoSeries([shapely.Point(lon, lat)], crs=4326).to_crs(network.crs).iloc[0]
    centre = int(np.argmin(np.hypot(network.x_m - place.x, network.y_m - place.y)))
    start = int(network.osm_node[centre])
    points = gpd.GeoSeries(
        {node: shapely.Point(data["x"], data["y"]) for node, data in graph.nodes(data=True)},
        crs=4326,
    ).to_crs(network.crs)
    areas = []
    for minutes in MINUTES:
        part = nx.ego_graph(graph, start, radius=minutes * 60, distance="travel_time")
        areas.append(points[list(part)].buffer(NODE_WIDTH_M).union_all())
    return areas


def by_valhalla(
    extract: Path, folder: Path, lon: float, lat: float, crs: str
) -> list[shapely.Geometry]:
    query = {
        "locations": [{"lon": lon, "lat": lat}],
        "costing": "pedestrian",
        "contours": [{"time": each} for each in MINUTES],
        "polygons": True,
    }
    answer = build_tiles(extract, folder).isochrone(query)
    shapes = [
        shapely.make_valid(shapely.geometry.shape(each["geometry"])) for each in answer["features"]
    ]
    metric = gpd.GeoSeries(shapes, crs=4326).to_crs(crs)
    return sorted(metric.tolist(), key=lambda area: area.area)


def draw(axes: "Axes", network: "Network", areas: list[shapely.Geometry]) -> None:
    for area, colour in zip(reversed(areas), reversed(COLOURS), strict=True):
        gpd.GeoSeries([area]).plot(ax=axes, color=colour, alpha=0.75, edgecolor="white", lw=0.3)
    gpd.GeoSeries(network.barriers).plot(ax=axes, color="#8c2d04", lw=0.7, zorder=4)


if __name__ == "__main__":
    main()
