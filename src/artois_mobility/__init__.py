"""Travel times, access to services and planning scenarios from OpenStreetMap, on roads and water.

Examples
--------
>>> import artois_mobility as am
>>> am.UNREACHED_MS
1073741823
>>> am.no_such_name
Traceback (most recent call last):
    ...
AttributeError: module 'artois_mobility' has no attribute 'no_such_name'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._types import UNREACHED_MS
from ._version import __version__
from .errors import ArtoisMobilityError, InputError

if TYPE_CHECKING:
    from .access.baskets import basket_times
    from .access.by_transit import transit_times
    from .access.catchments import floating_catchments
    from .access.decays import decay
    from .access.edges import edge_minutes, mark_edge
    from .access.explaining import explain
    from .access.fairness import equity
    from .access.going_home import last_way_home
    from .access.nearest import access_times
    from .access.reaching import opportunities
    from .access.redrawing import Ranges
    from .access.travelling import journey
    from .access.uncertainty import compare_draws, draw_times
    from .access.zoning import outside_share, sum_over_zones
    from .areas.changed import compare_isochrones
    from .areas.lines import reached_streets
    from .areas.rasters import arrival_surface, count_reaching
    from .areas.reached import isochrones
    from .blocks.jobs import access_job, crossing_job, isochrone_job, matrix_job, opportunity_job
    from .blocks.running import read_blocks, run_blocks
    from .caching.networks import load_network
    from .changes.writing import write_scenario
    from .freight.comparing import road_or_water
    from .freight.factors import read_emission_factors
    from .freight.hinterlands import hinterlands
    from .freight.quay_tables import read_quays
    from .freight.quays import find_quays
    from .graph import Graph
    from .links.candidates import crossing_candidates
    from .links.closures import list_closures
    from .links.detours import severance
    from .links.losses import criticality
    from .links.scoring import rank_links
    from .navigation.classes import waterway_classes
    from .navigation.closures import lock_closures
    from .navigation.largest import largest_vessels
    from .navigation.lock_tables import use_locks
    from .navigation.voyage_tables import voyage_parts, voyages
    from .network.building import build_network
    from .network.interop import from_osmnx, to_networkx, to_osmnx
    from .network.keeping import open_network, save_network
    from .network.model import Network
    from .network.profiles import profile_names, read_profile
    from .network.slopes import read_heights
    from .network.stress import cycling_stress
    from .network.vessels import vessel
    from .osm.download import download_osm
    from .osm.reader import read_osm
    from .places.attaching import attach
    from .places.categories import read_categories, use_categories
    from .places.communes import assign_communes, read_communes
    from .places.lock_tables import read_locks
    from .places.nearer import explain_attachments
    from .places.opening import open_sites
    from .places.residents import read_residents
    from .places.sites import merge_sites, read_sites
    from .places.spreading import spread_population
    from .places.targets import target_population
    from .places.zones import assign_zones, read_zones
    from .progress import show_progress
    from .quality.checking import check
    from .quality.validating import validate
    from .report.postgis import write_postgis
    from .report.reproducing import reproduce
    from .report.writing import write_report
    from .routing.one_to_all import travel_times
    from .routing.route_lines import routes
    from .routing.tables import travel_time_matrix
    from .scenarios.timetable_changes import change_timetable
    from .siting.candidates import candidate_sites, read_candidate_sites
    from .siting.choosing import choose_sites
    from .study.barriers import read_barriers
    from .study.comparing import assess, compare
    from .study.congestion import read_congestion
    from .study.files import read_study
    from .study.gains import who_gains
    from .study.previewing import preview
    from .transit.feeders import Feeder
    from .transit.feeds import read_gtfs
    from .transit.frequencies import service_frequency
    from .transit.model import Window, build_transit
    from .waterside.along import towpaths
    from .waterside.banks import water_access_points
    from .waterside.crossings import water_crossings
    from .waterside.reserved import greenway_lines, greenways
    from .waterside.stretches import distance_between_crossings
    from .why.attributing import attribute
    from .why.explaining_changes import explain_change
    from .why.goals import Goal
    from .why.optimising import optimise

# Public names and where they live: loaded when first used, so that the import takes no time.
_HOME_OF_NAME = {
    "Feeder": "transit.feeders",
    "Goal": "why.goals",
    "Graph": "graph",
    "Network": "network.model",
    "Ranges": "access.redrawing",
    "Window": "transit.model",
    "access_job": "blocks.jobs",
    "access_times": "access.nearest",
    "arrival_surface": "areas.rasters",
    "assess": "study.comparing",
    "assign_communes": "places.communes",
    "assign_zones": "places.zones",
    "attach": "places.attaching",
    "attribute": "why.attributing",
    "basket_times": "access.baskets",
    "build_network": "network.building",
    "build_transit": "transit.model",
    "candidate_sites": "siting.candidates",
    "change_timetable": "scenarios.timetable_changes",
    "check": "quality.checking",
    "choose_sites": "siting.choosing",
    "compare": "study.comparing",
    "compare_draws": "access.uncertainty",
    "compare_isochrones": "areas.changed",
    "count_reaching": "areas.rasters",
    "criticality": "links.losses",
    "crossing_candidates": "links.candidates",
    "crossing_job": "blocks.jobs",
    "cycling_stress": "network.stress",
    "decay": "access.decays",
    "distance_between_crossings": "waterside.stretches",
    "download_osm": "osm.download",
    "draw_times": "access.uncertainty",
    "edge_minutes": "access.edges",
    "equity": "access.fairness",
    "explain": "access.explaining",
    "explain_attachments": "places.nearer",
    "explain_change": "why.explaining_changes",
    "find_quays": "freight.quays",
    "floating_catchments": "access.catchments",
    "from_osmnx": "network.interop",
    "greenway_lines": "waterside.reserved",
    "greenways": "waterside.reserved",
    "hinterlands": "freight.hinterlands",
    "isochrone_job": "blocks.jobs",
    "isochrones": "areas.reached",
    "journey": "access.travelling",
    "largest_vessels": "navigation.largest",
    "last_way_home": "access.going_home",
    "list_closures": "links.closures",
    "load_network": "caching.networks",
    "lock_closures": "navigation.closures",
    "mark_edge": "access.edges",
    "matrix_job": "blocks.jobs",
    "merge_sites": "places.sites",
    "open_network": "network.keeping",
    "open_sites": "places.opening",
    "opportunities": "access.reaching",
    "opportunity_job": "blocks.jobs",
    "optimise": "why.optimising",
    "outside_share": "access.zoning",
    "preview": "study.previewing",
    "profile_names": "network.profiles",
    "rank_links": "links.scoring",
    "reached_streets": "areas.lines",
    "read_barriers": "study.barriers",
    "read_blocks": "blocks.running",
    "read_candidate_sites": "siting.candidates",
    "read_categories": "places.categories",
    "read_communes": "places.communes",
    "read_congestion": "study.congestion",
    "read_emission_factors": "freight.factors",
    "read_gtfs": "transit.feeds",
    "read_heights": "network.slopes",
    "read_locks": "places.lock_tables",
    "read_osm": "osm.reader",
    "read_profile": "network.profiles",
    "read_quays": "freight.quay_tables",
    "read_residents": "places.residents",
    "read_sites": "places.sites",
    "read_study": "study.files",
    "read_zones": "places.zones",
    "reproduce": "report.reproducing",
    "road_or_water": "freight.comparing",
    "routes": "routing.route_lines",
    "run_blocks": "blocks.running",
    "save_network": "network.keeping",
    "service_frequency": "transit.frequencies",
    "severance": "links.detours",
    "show_progress": "progress",
    "spread_population": "places.spreading",
    "sum_over_zones": "access.zoning",
    "target_population": "places.targets",
    "to_networkx": "network.interop",
    "to_osmnx": "network.interop",
    "towpaths": "waterside.along",
    "transit_times": "access.by_transit",
    "travel_time_matrix": "routing.tables",
    "travel_times": "routing.one_to_all",
    "use_categories": "places.categories",
    "use_locks": "navigation.lock_tables",
    "validate": "quality.validating",
    "vessel": "network.vessels",
    "voyage_parts": "navigation.voyage_tables",
    "voyages": "navigation.voyage_tables",
    "water_access_points": "waterside.banks",
    "water_crossings": "waterside.crossings",
    "waterway_classes": "navigation.classes",
    "who_gains": "study.gains",
    "write_postgis": "report.postgis",
    "write_report": "report.writing",
    "write_scenario": "changes.writing",
}

__all__ = [
    "UNREACHED_MS",
    "ArtoisMobilityError",
    "Feeder",
    "Goal",
    "Graph",
    "InputError",
    "Network",
    "Ranges",
    "Window",
    "__version__",
    "access_job",
    "access_times",
    "arrival_surface",
    "assess",
    "assign_communes",
    "assign_zones",
    "attach",
    "attribute",
    "basket_times",
    "build_network",
    "build_transit",
    "candidate_sites",
    "change_timetable",
    "check",
    "choose_sites",
    "compare",
    "compare_draws",
    "compare_isochrones",
    "count_reaching",
    "criticality",
    "crossing_candidates",
    "crossing_job",
    "cycling_stress",
    "decay",
    "distance_between_crossings",
    "download_osm",
    "draw_times",
    "edge_minutes",
    "equity",
    "explain",
    "explain_attachments",
    "explain_change",
    "find_quays",
    "floating_catchments",
    "from_osmnx",
    "greenway_lines",
    "greenways",
    "hinterlands",
    "isochrone_job",
    "isochrones",
    "journey",
    "largest_vessels",
    "last_way_home",
    "list_closures",
    "load_network",
    "lock_closures",
    "mark_edge",
    "matrix_job",
    "merge_sites",
    "open_network",
    "open_sites",
    "opportunities",
    "opportunity_job",
    "optimise",
    "outside_share",
    "preview",
    "profile_names",
    "rank_links",
    "reached_streets",
    "read_barriers",
    "read_blocks",
    "read_candidate_sites",
    "read_categories",
    "read_communes",
    "read_congestion",
    "read_emission_factors",
    "read_gtfs",
    "read_heights",
    "read_locks",
    "read_osm",
    "read_profile",
    "read_quays",
    "read_residents",
    "read_sites",
    "read_study",
    "read_zones",
    "reproduce",
    "road_or_water",
    "routes",
    "run_blocks",
    "save_network",
    "service_frequency",
    "severance",
    "show_progress",
    "spread_population",
    "sum_over_zones",
    "target_population",
    "to_networkx",
    "to_osmnx",
    "towpaths",
    "transit_times",
    "travel_time_matrix",
    "travel_times",
    "use_categories",
    "use_locks",
    "validate",
    "vessel",
    "voyage_parts",
    "voyages",
    "water_access_points",
    "water_crossings",
    "waterway_classes",
    "who_gains",
    "write_postgis",
    "write_report",
    "write_scenario",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Load a public name from its module at its first use."""
    home = _HOME_OF_NAME.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f".{home}", __name__), name)


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
