"""The largest vessels between two places, against every simple path and known facts."""

import math
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artois_mobility import build_network, largest_vessels, read_osm, routes, vessel
from artois_mobility.errors import PlacesError, ProfileError
from artois_mobility.graph import Graph, sort_arcs
from artois_mobility.osm.editing import edit_extract
from artois_mobility.routing.widest import End, find_widest
from network_worlds import LAT_DEG, LON_DEG, M_PER_DEG_LAT, M_PER_DEG_LON, make_extract

EVERYTHING = (math.inf,) * 3


def surpasses(one, other):
    return all(own >= its for own, its in zip(one, other, strict=True))


def widths_of_simple_paths(arcs, source, target):
    """Narrow along every simple path, and keep what no other surpasses."""
    if source == target:
        return {EVERYTHING}
    graph = nx.MultiDiGraph()
    graph.add_nodes_from([source, target])
    for number, (tail, head, _) in enumerate(arcs):
        graph.add_edge(tail, head, key=number)
    found = [
        tuple(map(min, *(arcs[key][2] for *_, key in path), EVERYTHING))
        for path in nx.all_simple_edge_paths(graph, source, target)
    ]
    best = set(found)
    return {
        own for own in best if not any(own != other and surpasses(other, own) for other in best)
    }


width = st.sampled_from([3.0, 5.0, 9.0, math.inf])
arc = st.tuples(st.integers(0, 6), st.integers(0, 6), st.tuples(width, width, width))


@settings(deadline=None, max_examples=200)
@given(arcs=st.lists(arc, max_size=14), source=st.integers(0, 6), target=st.integers(0, 6))
def test_widest_paths_are_those_of_all_simple_paths(arcs, source, target):
    tail, head = (np.array([each[side] for each in arcs], np.int32) for side in (0, 1))
    order = sort_arcs(7, tail, head)
    rows = order.arc_of_input
    graph = Graph(order.first_out, head[rows], np.ones(rows.size, np.int32))
    widths = np.array([arcs[row][2] for row in rows]).reshape(-1, 3)
    paths = find_widest(graph, widths, [End(source, EVERYTHING)], [End(target, EVERYTHING)])
    found = [path.widths for path in paths]
    assert len(set(found)) == len(found)
    assert set(found) == widths_of_simple_paths(arcs, source, target)
    for path in paths:  # each is a path, and as wide as it says
        nodes = [source, *graph.head[list(path.arc)].tolist()]
        assert nodes[-1] == target
        assert graph.tail[list(path.arc)].tolist() == nodes[:-1]
        assert path.widths == tuple(
            map(min, *widths[list(path.arc)].tolist(), EVERYTHING, EVERYTHING)
        )


def at(x_m, y_m):
    return LON_DEG + x_m / M_PER_DEG_LON, LAT_DEG + y_m / M_PER_DEG_LAT


def two_ways():
    """A canal that forks: a long narrow lock on one side, a short wide one on the other.

    1 -- 2 -< 3 == 4 >- 7 -- 8 and 2 -< 5 == 6 >- 7
    """
    positions = {1: (0, 0), 2: (500, 0), 3: (700, 200), 4: (900, 200), 5: (700, -200),
                 6: (900, -200), 7: (1100, 0), 8: (1600, 0)}  # fmt: skip
    canal = {"waterway": "canal", "CEMT": "Vb", "name": "Canal"}
    narrow = canal | {"lock": "yes", "lock_name": "Nord", "maxlength": "90", "maxwidth": "5.2"}
    wide = canal | {"lock": "yes", "lock_name": "Sud", "maxlength": "40", "maxwidth": "9",
                    "source:maxwidth": "a survey"}  # fmt: skip
    ways = {
        10: ([1, 2], canal), 11: ([2, 3], canal), 12: ([3, 4], narrow), 13: ([4, 7], canal),
        14: ([2, 5], canal), 15: ([5, 6], wide), 16: ([6, 7], canal), 17: ([7, 8], canal),
    }  # fmt: skip
    return make_extract(positions, ways)


def test_a_longer_and_a_wider_vessel_take_different_ways():
    table = largest_vessels(two_ways(), [at(100, 0)], [at(1500, 0)])
    assert table["length_m"].tolist() == [90, 40]
    assert table["beam_m"].tolist() == [5.2, 9]
    assert table["class_name"].tolist() == ["I", "I"]
    assert table["length_limit"].tolist() == [
        "Canal, Nord: maxlength=90", "Canal, Sud: maxlength=40",
    ]  # fmt: skip
    assert table["beam_limit"].tolist()[1] == "Canal, Sud: maxwidth=9 (a survey)"
    assert table["draught_limit"].tolist() == [
        "Canal, Nord: class Vb", "Canal, Sud: class Vb",
    ]  # fmt: skip
    assert table["locks"].tolist() == [1, 1]
    assert table["reason"].tolist() == ["", ""]


def test_between_two_places_on_one_arc_only_that_arc_counts():
    table = largest_vessels(two_ways(), [at(100, 0)], [at(300, 0)])
    assert table[["length_m", "locks"]].to_numpy().tolist() == [[185, 0]]
    assert table["class_name"].tolist() == ["Vb"]


def test_no_way_has_its_reason_and_odd_pairs_are_refused():
    table = largest_vessels(two_ways(), [at(100, 0), at(100, 0)], [at(90_000, 0), at(1500, 0)])
    assert table["length_m"].isna().tolist() == [True, False, False]
    assert table["reason"][0].startswith("destination: ")
    assert table["reason"].tolist()[1:] == ["", ""]
    with pytest.raises(PlacesError, match="found 2 origins and 3 destinations"):
        largest_vessels(two_ways(), [at(0, 0)] * 2, [at(0, 0)] * 3)
    with pytest.raises(ProfileError, match="'car' is no boat"):
        largest_vessels(two_ways(), [at(0, 0)], [at(0, 0)], like="car")


def test_unknown_limits_are_infinite_and_say_nothing():
    extract = make_extract({1: (0, 0), 2: (900, 0)}, {7: ([1, 2], {"waterway": "canal"})})
    table = largest_vessels(extract, [at(100, 0)], [at(800, 0)], like="pleasure_boat")
    assert table["length_m"].tolist() == [math.inf]
    assert table["length_limit"].tolist() == [""]
    assert table["class_name"].tolist() == ["VII"]


def passes(extract, origin, destination, **size):
    network = build_network(extract, vessel("barge", **size))
    return bool(routes(network, [origin], [destination])["minutes"].notna().all())


@pytest.fixture(scope="module")
def territory():
    return read_osm("data/osm/artois-schematic.osm.pbf")


def locks_of(extract):
    """Middle and ends of each lock of the embedded territory, by its name."""
    nodes, ways = extract.nodes, extract.ways
    found = {}
    for row, tags in enumerate(ways.tags):
        if "lock_name" in tags:
            own = ways.node_of_ref[ways.first_ref[row] : ways.first_ref[row + 1]]
            found[tags["lock_name"]] = nodes.lon_deg[own], nodes.lat_deg[own]
    return found


def beyond(lock, metres=400):
    """A place on the water on either side of a lock, some way past its gates."""
    lon, lat = lock
    ends = []
    for first, second in ((0, -1), (-1, 0)):
        away = np.array([(lon[first] - lon[second]) * 71_000, (lat[first] - lat[second]) * 111_200])
        step = away / np.hypot(*away) * metres
        ends.append((lon[first] + step[0] / 71_000, lat[first] + step[1] / 111_200))
    return ends


def test_the_facts_of_the_territory_come_out_with_their_source(territory):
    locks = locks_of(territory)
    don, cuinchy = (beyond(locks[f"Écluse de {name}"]) for name in ("Don", "Cuinchy"))
    assert passes(territory, *don, length_m=143, beam_m=11.4)
    assert not passes(territory, *cuinchy, length_m=143, beam_m=11.4)
    assert passes(territory, *cuinchy, length_m=140, beam_m=11.4)
    assert not passes(territory, *don, length_m=180, beam_m=11.4)
    assert not passes(territory, *cuinchy, length_m=180, beam_m=11.4)
    table = largest_vessels(territory, [don[0], cuinchy[0]], [don[1], cuinchy[1]])
    assert table[["length_m", "beam_m"]].to_numpy().tolist() == [[144.6, 12.0], [140.0, 11.4]]
    limit = table["length_limit"][1]
    assert limit.startswith("Canal d'Aire, Écluse de Cuinchy: maxlength=140")
    assert limit.endswith("(VNF IENC via EnzoCem/french-canals-map)")
    assert table["class_name"].tolist() == ["Va", "Va"]


def test_with_the_public_description_the_long_vessel_passes_both(territory):
    told = {"maxlength": "144.6", "maxwidth": "12", "source:maxlength": "public description"}
    ways = zip(territory.ways.osm_id.tolist(), territory.ways.tags, strict=True)
    described = {
        way: {**tags, **told, "source:maxwidth": "public description"}
        for way, tags in ways
        if tags.get("lock_name") in {"Écluse de Don", "Écluse de Cuinchy"}
    }
    extract = edit_extract(territory, tags_of_way=described)
    for name in ("Don", "Cuinchy"):
        pair = beyond(locks_of(extract)[f"Écluse de {name}"])
        assert passes(extract, *pair, length_m=143, beam_m=11.4)
        assert not passes(extract, *pair, length_m=180, beam_m=11.4)
        table = largest_vessels(extract, pair[:1], pair[1:])
        assert table["length_limit"][0].endswith("maxlength=144.6 (public description)")


def test_nothing_exceeds_the_gauge_of_the_canal_de_lens(territory):
    nodes, ways = territory.nodes, territory.ways
    (row,) = (row for row, tags in enumerate(ways.tags) if tags.get("name") == "Canal de Lens")
    own = ways.node_of_ref[ways.first_ref[row] : ways.first_ref[row + 1]]
    points = [(nodes.lon_deg[each], nodes.lat_deg[each]) for each in own[[0, own.size // 2]]]
    for origin, destination in [*pairwise(points), *pairwise(points[::-1])]:
        table = largest_vessels(territory, [origin], [destination])
        assert table["class_name"].tolist() == ["I"]
        assert (table["length_m"] <= 38.5).all()
        assert (table["beam_m"] <= 5.05).all()
        assert table["length_limit"].tolist() == ["Canal de Lens: class I"]
