"""Networks of six real extracts, every profile: certified, compared, checked against raw tags."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from artois_mobility._types import UNREACHED_MS
from artois_mobility.network.building import build_network
from artois_mobility.network.interop import from_osmnx, to_osmnx
from artois_mobility.osm.reader import read_osm
from artois_mobility.routing.one_to_all import travel_times
from certificates import assert_shortest, scipy_times_of_trips
from network_worlds import KINDS, certify

pytestmark = pytest.mark.realdata

EXTRACTS = (
    "nantes-centre.osm.pbf",
    "newport.osm.pbf",
    "porto.osm.pbf",
    "malta.osm.pbf",
    "hamburg-hafen.osm.pbf",
    "luxembourg-city.osm",
)
# Profiles that must find something; the others have no water there.
BOATS = {"nantes-centre.osm.pbf", "newport.osm.pbf", "malta.osm.pbf", "hamburg-hafen.osm.pbf"}
CAR_CLASSES = {
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary",
    "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential", "road",
    "living_street", "service", "track",
}  # fmt: skip
SHUT = {"no", "private", "agricultural", "forestry", "emergency", "military", "psv", "bus", "hgv"}
OPEN = {"yes", "designated", "permissive", "official"}


@pytest.fixture(scope="module")
def extract_of(realdata):
    return cache(lambda name: read_osm(realdata / "osm" / name))


@pytest.fixture(scope="module")
def network_of(extract_of):
    return cache(lambda name, profile: build_network(extract_of(name), profile))


def some_nodes(network, count=3):
    return np.linspace(0, network.graph.node_count - 1, count).astype(np.int32)


@pytest.mark.parametrize("profile", KINDS)
@pytest.mark.parametrize("name", EXTRACTS)
def test_travel_times_are_proven_and_equal_scipys(network_of, name, profile):
    network = network_of(name, profile)
    certify(network)
    if profile == "pleasure_boat" and name not in BOATS:
        assert network.graph.node_count == 0
        return
    sources = some_nodes(network)
    found = travel_times(network, sources)
    assert np.array_equal(found, scipy_times_of_trips(network, sources))
    searched = network.searched.graph
    start = some_nodes(network)[1] % searched.node_count
    assert_shortest(searched, start, travel_times(searched, [start])[0])


@pytest.mark.parametrize("profile", KINDS)
@pytest.mark.parametrize("name", EXTRACTS)
def test_merging_chains_changes_no_travel_time(extract_of, network_of, name, profile):
    merged = network_of(name, profile)
    if merged.graph.node_count == 0:
        return
    whole = build_network(extract_of(name), profile, merge_chains=False)
    assert whole.graph.node_count > merged.graph.node_count
    by_id = np.argsort(whole.osm_node, kind="stable")
    node_of_merged = by_id[np.searchsorted(whole.osm_node, merged.osm_node, sorter=by_id)]
    is_alone = np.isin(merged.osm_node, shared_ids(merged), invert=True)
    sources = np.flatnonzero(is_alone)[
        some_nodes(merged) * (is_alone.sum() - 1) // merged.graph.node_count
    ]
    one = travel_times(merged, sources)[:, is_alone]
    other = travel_times(whole, node_of_merged[sources])[:, node_of_merged[is_alone]]
    assert np.array_equal(one, other)
    assert merged.length_m.sum() == pytest.approx(whole.length_m.sum(), rel=1e-9)


def shared_ids(network):
    """OSM ids that several nodes have: the ends of streets around a bollard."""
    ids, counts = np.unique(network.osm_node, return_counts=True)
    return ids[counts > 1]


@pytest.mark.parametrize("name", EXTRACTS)
def test_no_car_goes_where_the_tags_forbid_it(extract_of, network_of, name):
    ways = extract_of(name).ways
    tags_of_way = dict(zip(ways.osm_id.tolist(), ways.tags, strict=True))
    used = set(network_of(name, "car").way_of_arc.tolist())
    faults = [(way, tags_of_way[way]) for way in used if is_forbidden(tags_of_way[way])]
    assert faults == []


def is_forbidden(tags):
    """Read access tags from the most specific one, the other way round than the library."""
    own = [tags[key] for key in ("motorcar", "motor_vehicle", "vehicle") if key in tags]
    if tags.get("area") == "yes" or tags.get("oneway") == "reversible":
        return True
    if own and own[0] in SHUT:
        return True
    if not own and tags.get("access") in SHUT:
        return True
    if tags.get("route") == "ferry":
        return False
    return tags["highway"] not in CAR_CLASSES and not (own and own[0] in OPEN)


@pytest.mark.parametrize("name", EXTRACTS)
def test_no_car_goes_against_a_one_way_street(extract_of, network_of, name):
    extract, network = extract_of(name), network_of(name, "car")
    ways, nodes = extract.ways, extract.nodes
    row_of_way = {osm_id: row for row, osm_id in enumerate(ways.osm_id.tolist())}
    wrong = []
    for arc, way in enumerate(network.way_of_arc.tolist()):
        row = row_of_way[way]
        direction = oneway(ways.tags[row])
        if not direction:
            continue
        node = ways.node_of_ref[ways.first_ref[row] : ways.first_ref[row + 1]]
        steps = set(pairwise(zip(nodes.lon_deg[node], nodes.lat_deg[node], strict=True)))
        first = network.first_point[arc]
        step = tuple(
            zip(
                network.point_lon_deg[first : first + 2],
                network.point_lat_deg[first : first + 2],
                strict=True,
            )
        )
        if (step if direction > 0 else step[::-1]) not in steps:
            wrong.append(way)
    assert wrong == []


def oneway(tags):
    said = next(
        (
            tags[key]
            for key in ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway")
            if key in tags
        ),
        None,
    )
    if said is None:
        is_round = tags.get("junction") in {"roundabout", "circular"}
        return 1 if is_round or tags.get("highway") == "motorway" else 0
    return {"yes": 1, "1": 1, "true": 1, "-1": -1}.get(said, 0)


@pytest.mark.parametrize("name", EXTRACTS)
def test_a_bollard_joins_no_streets_for_cars(extract_of, network_of, name):
    extract, network = extract_of(name), network_of(name, "car")
    bollards = {
        int(extract.nodes.osm_id[row])
        for row, tags in extract.nodes.tags.items()
        if tags.get("barrier") == "bollard"
        and not {"access", "vehicle", "motor_vehicle", "motorcar"} & tags.keys()
    }
    node = np.flatnonzero(np.isin(network.osm_node, sorted(bollards)))
    street = np.minimum(network.twin_of_arc, np.arange(network.graph.arc_count))
    street = np.where(network.twin_of_arc < 0, np.arange(network.graph.arc_count), street)
    ends = np.concatenate((network.graph.tail, network.graph.head))
    streets = np.concatenate((street, street))
    for each in node.tolist():
        assert len(set(streets[ends == each].tolist())) == 1


@pytest.mark.parametrize("profile", ["car", "walk", "pleasure_boat"])
def test_osmnx_and_back_on_a_real_town(network_of, profile):
    network = network_of("nantes-centre.osm.pbf", profile)
    again = from_osmnx(to_osmnx(network), profile)
    for name in ("osm_node", "twin_of_arc", "way_of_arc", "length_m", "may_attach", "first_point"):
        assert np.array_equal(getattr(network, name), getattr(again, name)), name
    assert np.array_equal(network.graph.weight_ms, again.graph.weight_ms)
    assert np.array_equal(network.graph.head, again.graph.head)


def test_the_lock_of_nantes_takes_its_twenty_minutes(network_of):
    network = network_of("nantes-centre.osm.pbf", "pleasure_boat")
    assert network.provenance.counts["locks_as_chambers"] == 1
    slow = network.graph.weight_ms - np.rint(network.length_m * 3.6 / 6 * 1000) > 19 * 60_000
    assert slow.sum() == 2


def test_weights_are_sane(network_of):
    for name in EXTRACTS:
        weight_ms = network_of(name, "car").graph.weight_ms
        assert weight_ms.min() >= 0
        assert weight_ms.max() < UNREACHED_MS
