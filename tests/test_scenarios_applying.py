"""Scenarios applied to networks: laws, arithmetic, and an independent oracle."""

import dataclasses

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility import UNREACHED_MS, attach
from artois_mobility.network.profiles import read_profile
from artois_mobility.places.attaching import attach_to_arcs
from artois_mobility.places.positions import rescale
from artois_mobility.scenarios.applying import AttachedPlaces, apply_to_network
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.study.laws import check_laws
from place_graphs import minutes_through_states, with_places_as_nodes
from scenario_worlds import (
    CATEGORY,
    close,
    crooked_world,
    link,
    make_crooked,
    make_loaded,
    make_scenario,
    make_today,
    minutes_of,
    move,
    run,
    scattered,
    site,
    speed,
)
from street_worlds import Street, cells_at, grid_world, sites_at, street_world, two_way

SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(max_examples=25)
# a metre of Lambert 93 is up to this share shorter or longer than one on the ellipsoid
PLANAR = 0.003
COLUMNS = [
    *("osm_node", "lon_deg", "lat_deg", "x_m", "y_m", "twin_of_arc", "way_of_arc", "length_m"),
    *("local_ms", "first_point", "point_lon_deg", "point_lat_deg", "point_x_m", "point_y_m"),
    *("point_ms", "may_attach", "class_of_arc"),
]


def some_links(draw, count=None):
    ends = scattered(draw, 2 * (count or int(draw.integers(1, 5))))
    pairs = zip(ends[::2], ends[1::2], strict=True)
    return [
        link(*pair, oneway=bool(draw.integers(2)), speed_kmh=float(kmh))
        for pair, kmh in zip(pairs, draw.uniform(1, 60, len(ends) // 2), strict=True)
    ]


def some_links_near(draw, loaded):
    """Links between points on streets, so that none is refused."""
    network = loaded.today.networks["walk"]
    points = draw.integers(0, network.point_x_m.size, (int(draw.integers(1, 5)), 2))
    found = []
    for pair in points:
        shift = draw.uniform(-12, 12, (2, 2))
        metres = np.column_stack([network.point_x_m[pair], network.point_y_m[pair]]) + shift
        found.append(
            link(
                *(metres - (684_000.0, 7_037_000.0)),
                speed_kmh=float(draw.uniform(1, 60)),
                oneway=bool(draw.integers(2)),
            )
        )
    return found


def after_minus_before(loaded, *changes):
    table = run(loaded, make_scenario(*changes))
    before, after = (
        np.nan_to_num(minutes_of(table, key), nan=np.inf) for key in ("today", "works")
    )
    return before, after


@FEW
@given(SEEDS)
def test_adding_a_link_never_makes_any_time_longer(seed):
    draw, loaded = make_crooked(seed)
    before, after = after_minus_before(loaded, *some_links_near(draw, loaded))
    assert (after <= before).all()


@FEW
@given(SEEDS)
def test_closing_ways_never_makes_any_time_shorter(seed):
    draw, loaded = make_crooked(seed)
    before, after = after_minus_before(loaded, close(*draw.integers(1, 25, 3).tolist()))
    assert (after >= before).all()


@FEW
@given(SEEDS)
def test_a_higher_speed_never_makes_any_time_longer_and_a_lower_none_shorter(seed):
    draw, loaded = make_crooked(seed)
    ways = tuple(draw.integers(1, 25, 5).tolist())
    before, after = after_minus_before(loaded, speed(factor=float(draw.uniform(1, 3)), ids=ways))
    assert (after <= before).all()
    before, after = after_minus_before(loaded, speed(factor=float(draw.uniform(0.2, 1)), ids=ways))
    assert (after >= before).all()


@FEW
@given(SEEDS)
def test_a_link_beside_closed_and_slower_streets_lengthens_nothing_either(seed):
    draw, loaded = make_crooked(seed)
    works = [close(*draw.integers(1, 25, 3).tolist()), speed(factor=0.6, ids=(1, 2, 3, 4, 5, 6))]
    links = some_links_near(draw, loaded)
    table = run(loaded, make_scenario(*works, key="a"), make_scenario(*works, *links, key="b"))
    without, with_links = (np.nan_to_num(minutes_of(table, key), nan=np.inf) for key in "ab")
    assert (with_links <= without).all()


@FEW
@given(SEEDS)
def test_one_link_more_never_makes_any_time_longer(seed):
    draw, loaded = make_crooked(seed)
    links = some_links_near(draw, loaded)
    table = run(loaded, make_scenario(*links[:-1], key="a"), make_scenario(*links, key="b"))
    fewer, more = (np.nan_to_num(minutes_of(table, key), nan=np.inf) for key in "ab")
    assert (more <= fewer).all()


@FEW
@given(SEEDS)
def test_the_order_of_changes_and_of_files_does_not_matter(seed):
    draw, loaded = make_crooked(seed)
    changes = [
        *some_links_near(draw, loaded),
        close(int(draw.integers(1, 25))),
        speed(factor=0.5, ids=(1, 2, 3)),
        speed(kmh=9.0, classes=("residential",)),
        site((100, 100)),
        site((300, 400), name="Other"),
        move("s1", (250, 150)),
    ]
    order = draw.permutation(len(changes))
    one, other = (
        make_scenario(*changes, key="a"),
        make_scenario(*(changes[i] for i in order), key="b"),
    )
    first, second = run(loaded, one, other), run(loaded, other, one)
    for key in "ab":
        rows = [t[t["scenario"] == key].astype({"site": str}) for t in (first, second)]
        assert rows[0]["minutes"].equals(rows[1]["minutes"].set_axis(rows[0].index))
        assert rows[0]["site"].tolist() == rows[1]["site"].tolist()
    same = first[first["scenario"] == "a"]["site"].astype(str).str.removeprefix("+a:")
    also = first[first["scenario"] == "b"]["site"].astype(str).str.removeprefix("+b:")
    assert same.tolist() == also.tolist()
    assert np.array_equal(minutes_of(first, "a"), minutes_of(first, "b"), equal_nan=True)


@FEW
@given(SEEDS)
def test_today_is_left_as_it_was(seed):
    draw, loaded = make_crooked(seed)
    network = loaded.today.networks["walk"]
    before = {name: getattr(network, name).copy() for name in COLUMNS}
    weight, sites = network.graph.weight_ms.copy(), loaded.today.sites.copy()
    run(
        loaded,
        make_scenario(*some_links_near(draw, loaded), close(3), site((1, 1)), move("s0", (9, 9))),
    )
    for name, column in before.items():
        assert np.array_equal(getattr(network, name), column)
    assert np.array_equal(network.graph.weight_ms, weight)
    assert sites.equals(loaded.today.sites)


def test_an_empty_scenario_is_today_the_same_objects():
    _, loaded = make_crooked(1)
    (resolved,) = resolve([make_scenario()], loaded.today)
    network = loaded.today.networks["walk"]
    people = loaded.attachments["walk"][0]
    applied = apply_to_network(
        network, resolved.edits.get("walk"), AttachedPlaces(loaded.residents, people)
    )
    assert applied.network is network
    assert applied.attachments[0] is people
    table = run(loaded, make_scenario())
    assert np.array_equal(minutes_of(table, "today"), minutes_of(table, "works"), equal_nan=True)


def test_a_change_far_away_is_today():
    east = [(x + 5000.0, y) for x, y in [(0, 0), (200, 0), (200, 200)]]
    nodes = [(0, 0), (300, 0), (300, 300), *east]
    streets = [
        two_way(0, 1, 60_000),
        two_way(1, 2, 60_000),
        two_way(3, 4, 70_000),
        two_way(4, 5, 70_000),
    ]
    network = street_world(nodes, streets)
    everywhere = np.ones(network.graph.arc_count, np.bool_)
    network = dataclasses.replace(network, may_attach=everywhere)
    loaded = make_loaded(
        {"walk": network}, cells_at([(10, 5), (290, 250)]), sites_at({"s": (150, 3)})
    )
    table = run(loaded, make_scenario(close(4), link(east[0], east[2])))
    assert minutes_of(table, "works").tolist() == minutes_of(table, "today").tolist()


@FEW
@given(SEEDS)
def test_the_parts_of_split_streets_sum_to_the_street(seed):
    draw, loaded = make_crooked(seed)
    network = loaded.today.networks["walk"]
    (resolved,) = resolve([make_scenario(*some_links_near(draw, loaded))], loaded.today)
    edits = resolved.edits["walk"]
    changed = apply_to_network(network, edits).network
    for way in np.unique(network.way_of_arc):
        old, new = network.way_of_arc == way, changed.way_of_arc == way
        assert network.local_ms[old].sum() == changed.local_ms[new].sum()
        assert network.length_m[old].sum() == pytest.approx(changed.length_m[new].sum())
    check_shapes(changed)
    assert (changed.way_of_arc < 0).sum() == sum(1 if each.is_oneway else 2 for each in edits.links)


@FEW
@given(SEEDS)
def test_a_link_takes_nothing_away_from_an_isochrone(seed):
    draw, loaded = make_crooked(seed)
    network = loaded.today.networks["walk"]
    (resolved,) = resolve([make_scenario(*some_links_near(draw, loaded))], loaded.today)
    changed = apply_to_network(network, resolved.edits["walk"]).network
    origins = list(zip(network.lon_deg[:3].tolist(), network.lat_deg[:3].tolist(), strict=True))
    before, after = (
        am.isochrones(each, origins, [2, 6]).to_crs(network.crs).geometry
        for each in (network, changed)
    )
    for today, then in zip(before, after, strict=True):
        # where a street is parted its milliseconds are rounded anew: a vertex that was reached at
        # the very threshold may be left by a hundredth of an edge
        assert today.difference(then.buffer(0.5)).area < 1e-6


def check_shapes(network):
    """Every arc is drawn from its tail to its head, its times rise to its own, twins agree."""
    graph, last = network.graph, network.first_point[1:] - 1
    first = network.first_point[:-1]
    tail = graph.tail
    for node, point in ((tail, first), (graph.head, last)):
        assert np.abs(network.x_m[node] - network.point_x_m[point]).max() < 0.01
        assert np.abs(network.y_m[node] - network.point_y_m[point]).max() < 0.01
        assert np.abs(network.lon_deg[node] - network.point_lon_deg[point]).max() < 1e-7
    assert (network.point_ms[first] == 0).all()
    assert np.array_equal(network.point_ms[last], network.local_ms)
    inner = np.ones(network.point_ms.size - 1, np.bool_)
    inner[last[:-1]] = False
    assert (np.diff(network.point_ms)[inner] >= 0).all()
    arcs = np.flatnonzero(network.twin_of_arc >= 0)
    twin = network.twin_of_arc[arcs]
    assert np.array_equal(network.twin_of_arc[twin], arcs)
    assert np.array_equal(tail[arcs], graph.head[twin])
    assert np.array_equal(np.diff(network.first_point)[arcs], np.diff(network.first_point)[twin])


@FEW
@given(SEEDS)
def test_times_with_new_links_equal_those_of_a_graph_put_together_by_hand(seed):
    """The oracle never splits an arc: links hang on points along it, as places do."""
    draw, loaded = make_crooked(seed, nearest=1)
    network, sites = loaded.today.networks["walk"], loaded.today.sites
    scenario = make_scenario(*some_links_near(draw, loaded), key="links")
    (resolved,) = resolve([scenario], loaded.today)
    edits = resolved.edits["walk"]
    joints = list(zip(edits.joints.lon_deg, edits.joints.lat_deg, strict=True))
    tables = {"cell": loaded.residents, "site": sites, "joint": joints}
    graph = with_places_as_nodes(network, tables)
    changed = apply_to_network(network, edits).network
    for each in edits.links:
        hang_link(graph, each, changed, {"cell": loaded.residents, "site": sites})
    # people set out from cells and stay at sites; nobody passes through either
    graph.remove_edges_from([each for each in graph.edges if is_place(each[1], "cell")])
    graph.remove_edges_from([each for each in graph.edges if is_place(each[0], "site")])
    graph = graph.reverse()
    ends = {("site", row) for row in range(len(sites)) if ("site", row) in graph}
    exact = nx.multi_source_dijkstra_path_length(graph, ends)
    found = minutes_of(run(loaded, scenario), "links")
    for row, minutes in enumerate(found):
        expected = exact.get(("cell", row), np.nan) / 60_000
        assert minutes == pytest.approx(expected, abs=1e-9, nan_ok=True)


def is_place(node, kind):
    return isinstance(node, tuple) and node[0] == kind


def hang_link(graph, added, changed, tables):
    """Put a link into the graph, between its joints, with the places that attach to it."""
    whole = int(added.point_ms[-1])
    is_own = changed.way_of_arc == added.way
    stops = []
    for name, table in tables.items():
        near = attach_to_arcs(changed, table, is_own)
        for row, arc in enumerate(near.arc):
            along, back = int(near.position_ms[row]), int(near.twin_position_ms[row])
            is_forward = changed.point_lon_deg[changed.first_point[arc]] == added.lon_deg[0]
            forward = along if is_forward or added.is_oneway else back
            stops.append((forward, (name, int(near.place[row])), int(near.offroad_ms[row])))
    joints = (("joint", added.tail_joint), ("joint", added.head_joint))
    chain = [
        (0, joints[0], 0),
        *sorted(stops, key=lambda stop: (stop[0], str(stop[1]))),
        (whole, joints[1], 0),
    ]
    for i, (here, one, walk) in enumerate(chain):
        for there, other, rest in chain[i + 1 :]:
            time = there - here + walk + rest
            shorten(graph, one, other, time)
            are_places = not (is_place(one, "joint") or is_place(other, "joint"))
            if not added.is_oneway or (there == here and are_places):
                shorten(graph, other, one, time)


def shorten(graph, one, other, time):
    if one != other:
        known = graph.get_edge_data(one, other, {"weight": UNREACHED_MS})["weight"]
        graph.add_edge(one, other, weight=min(known, time))


def test_a_bridge_over_a_grid_saves_what_arithmetic_says():
    # 0 - 1 - 2 - 3 - 4 - 5 in a row; a link of 500 m at 30 km/h from end to end takes a minute
    network = grid_world(6, 1, block_m=100, block_ms=72_000)
    loaded = make_loaded({"walk": network}, cells_at([(0, 0)]), sites_at({"s": (500, 0)}))
    table = run(loaded, make_scenario(link((0, 0), (500, 0), speed_kmh=30.0)))
    assert minutes_of(table, "today")[0] == 5 * 72 / 60
    assert minutes_of(table, "works")[0] == pytest.approx(1.0, rel=PLANAR)


def test_a_link_may_join_the_same_street_twice():
    network = street_world([(0, 0), (900, 0)], [two_way(0, 1, 648_000)])
    loaded = make_loaded({"walk": network}, cells_at([(100, 0)]), sites_at({"s": (800, 0)}))
    table = run(
        loaded, make_scenario(link((200, 0), (200, 80), (700, 80), (700, 0), speed_kmh=33.0))
    )
    # 100 m on foot before and behind at 5 km/h, 660 m at 33 km/h between
    assert minutes_of(table, "works")[0] == pytest.approx((200 / 900 * 648 + 72) / 60, abs=0.002)


def test_links_that_meet_in_the_open_are_connected_and_those_that_do_not_are_not():
    network = street_world(
        [(0, 0), (0, 100), (800, 0), (800, 100)], [two_way(0, 1, 72_000), two_way(2, 3, 72_000)]
    )
    network = dataclasses.replace(network, may_attach=np.ones(4, np.bool_))
    loaded = make_loaded({"walk": network}, cells_at([(0, 0)]), sites_at({"s": (800, 0)}))
    halves = [
        link((0, 0), (400, 300), speed_kmh=36.0),
        link((400.5, 300.5), (800, 0), speed_kmh=36.0),
    ]
    assert np.isnan(minutes_of(run(loaded, make_scenario()), "today")[0])
    met = minutes_of(run(loaded, make_scenario(*halves)), "works")[0]
    assert met == pytest.approx(1000 / 10 / 60, abs=0.01)


def test_a_link_joins_a_bridge_only_where_there_is_no_street_as_near():
    streets = [two_way(0, 1, 60_000), two_way(2, 3, 60_000, may_attach=False)]
    network = street_world([(0, 0), (300, 0), (0, 8), (300, 8)], streets)
    today = make_today({"walk": network}, sites_at({}))
    (near_both,) = resolve([make_scenario(link((100, 5), (200, 5)))], today)
    assert set(network.way_of_arc[near_both.edits["walk"].joints.arc]) == {1}
    (on_bridge,) = resolve([make_scenario(link((100, 8), (200, 8)))], today)
    assert set(network.way_of_arc[on_bridge.edits["walk"].joints.arc]) == {2}


def test_who_lives_on_a_closed_street_walks_along_it_to_both_ends():
    network = grid_world(3, 1, block_m=100, block_ms=12_000, profile="car")
    loaded = make_loaded({"car": network}, cells_at([(50, 0)]), sites_at({"s": (200, 0)}))
    table = run(loaded, make_scenario(close(1)))
    assert minutes_of(table, "today")[0] == 18 / 60
    # 50 m at 3 km/h take a minute, then 12 s
    assert minutes_of(table, "works")[0] == pytest.approx(1.2, abs=0.002)


def test_who_lives_in_the_middle_of_a_long_closed_street_walks_to_its_ends():
    #    0 --1-- 1 --2-- 2 --3-- 3 --4-- 4      ways 1 to 3 are closed, 50 m blocks
    network = grid_world(5, 1, block_m=50, block_ms=6_000, profile="car")
    loaded = make_loaded(
        {"car": network}, cells_at([(75, 0), (125, 0)]), sites_at({"s": (200, 0), "t": (25, 0)})
    )
    table = run(loaded, make_scenario(close(1, 2, 3)))
    # cell 0 walks 50 m west to t; cell 1 25 m east at 3 km/h, then 6 s by car to s
    assert minutes_of(table, "works") == pytest.approx([1.0, 0.6], abs=0.002)
    assert table[table["scenario"] == "works"]["site"].tolist() == ["t", "s"]


def test_a_long_closed_street_is_walked_in_its_direction_only():
    streets = [Street(row, row + 1, 6_000, None) for row in range(3)]
    network = street_world([(100 * row, 0) for row in range(4)], streets, profile="car")
    network = dataclasses.replace(network, may_attach=np.ones(3, np.bool_))
    loaded = make_loaded(
        {"car": network}, cells_at([(50, 0)]), sites_at({"behind": (0, 0), "s": (250, 0)})
    )
    table = run(loaded, make_scenario(close(1, 2)))
    # 150 m at 3 km/h, then 3 s
    assert minutes_of(table, "works")[0] == pytest.approx(3.05, rel=PLANAR)
    assert table[table["scenario"] == "works"]["site"].tolist() == ["s"]


@pytest.mark.parametrize("seed", range(12))
def test_walking_along_closed_streets_equals_a_search_with_a_node_for_every_state(seed):
    draw = np.random.default_rng(seed)
    network = crooked_world(draw, profile=read_profile("car"))
    residents, sites = cells_at(scattered(draw, 25)), sites_at({"s": (300, 300)}, CATEGORY)
    loaded = make_loaded({"car": network}, residents, sites)
    closed = draw.choice(np.unique(network.way_of_arc), 9, replace=False).tolist()
    table = run(loaded, make_scenario(close(*closed)))
    (resolved,) = resolve([make_scenario(close(*closed))], loaded.today)
    attached = zip((residents, sites), loaded.attachments["car"], strict=True)
    applied = apply_to_network(
        network, resolved.edits["car"], *(AttachedPlaces(*each) for each in attached)
    )
    expected = minutes_through_states(applied.network, *applied.attachments)
    found = minutes_of(table, "works")
    assert np.array_equal(np.isnan(found), np.isinf(expected))
    assert found[~np.isnan(found)] == pytest.approx(expected[~np.isnan(found)], abs=1e-9)


def test_a_link_into_a_closed_street_leaves_the_walk_past_it():
    network = grid_world(2, 1, block_m=300, block_ms=36_000, profile="car")
    loaded = make_loaded({"car": network}, cells_at([(60, 0)]), sites_at({"s": (300, 0)}))
    added = link((150, 0), (150, 200), (200, 200), (200, 0), profiles=("car",))
    table = run(loaded, make_scenario(close(1), key="a"), make_scenario(close(1), added, key="b"))
    without, with_link = minutes_of(table, "a")[0], minutes_of(table, "b")[0]
    assert without == pytest.approx(240 / 50, abs=0.01)
    assert with_link <= without


def test_positions_rescale_without_lengthening_either_way_out():
    for old_ms in range(12):
        for new_ms in range(20):
            position = np.arange(old_ms + 1, dtype=np.int32)
            moved = rescale(
                position, np.full_like(position, old_ms), np.full_like(position, new_ms)
            )
            rest = new_ms - moved
            if new_ms <= old_ms:
                assert (moved <= position).all()
                assert (rest <= old_ms - position).all()
            else:
                assert (moved >= position).all()
                assert (rest >= old_ms - position).all()
            assert (np.diff(moved) >= 0).all()


def test_a_speed_that_is_todays_changes_nothing():
    network = grid_world(3, 2, block_m=100, block_ms=72_000)
    today = make_today({"walk": network}, sites_at({}))
    kmh = float(network.length_m.mean() * 3600 / 72_000)
    (resolved,) = resolve([make_scenario(speed(kmh=kmh, classes=("residential",)))], today)
    assert resolved.edits == {}
    assert "sets the speed of 0 ways for walk" in str(resolved.warnings[0])


def test_only_slower_leaves_what_is_slower_already():
    network = street_world(
        [(0, 0), (100, 0), (200, 0)], [two_way(0, 1, 72_000), two_way(1, 2, 720_000)]
    )
    today = make_today({"walk": network}, sites_at({}))
    (resolved,) = resolve(
        [make_scenario(speed(kmh=2.5, only="slower", classes=("residential",)))], today
    )
    new_ms = resolved.edits["walk"].local_ms
    assert new_ms[network.way_of_arc == 1] == pytest.approx([144_000] * 2, rel=PLANAR)
    assert new_ms[network.way_of_arc == 2].tolist() == [720_000] * 2


def test_the_speed_of_a_boat_leaves_the_time_in_locks():
    boat = read_profile("pleasure_boat")
    lock_ms = round(boat.lock_min * 60_000)
    streets = [two_way(0, 1, 600_000), two_way(1, 2, 600_000 + lock_ms, via=((1500, 0),))]
    network = street_world([(0, 0), (1000, 0), (2000, 0)], streets, profile=boat)
    waiting_ms = np.where(network.way_of_arc == 2, lock_ms, 0).astype(np.int32)
    network = dataclasses.replace(network, waiting_ms=waiting_ms)
    today = make_today({"pleasure_boat": network}, sites_at({}))
    (resolved,) = resolve([make_scenario(speed(kmh=12.0, ids=(1, 2)))], today)
    new_ms = resolved.edits["pleasure_boat"].local_ms
    by_way = {way: new_ms[network.way_of_arc == way][0] for way in (1, 2)}
    assert by_way[1] == pytest.approx(300_000, rel=0.002)
    assert by_way[2] == pytest.approx(300_000 + lock_ms, rel=0.002)


def test_the_check_of_laws_finds_a_cell_that_got_slower():
    from artois_mobility.errors import ResultError
    from artois_mobility.scenarios.differences import tabulate_differences

    _, loaded = make_crooked(5)
    resolved = resolve([make_scenario(site((100, 100)))], loaded.today)
    table = run(loaded, make_scenario(site((100, 100))))
    minutes = table["minutes"].to_numpy().copy()
    check_laws(loaded, resolved, tabulate_differences(table))
    minutes[len(minutes) // 2] += 1
    broken = tabulate_differences(table.assign(minutes=minutes))
    with pytest.raises(ResultError, match=r"opens or speeds up only, yet 1 of 24 times .* cell 0"):
        check_laws(loaded, resolved, broken)


def test_places_near_a_new_link_keep_what_they_have_and_get_one_attachment_more():
    network = grid_world(2, 2, block_m=400, block_ms=288_000)
    residents = cells_at([(200, 90), (100, 0)])
    today = make_today({"walk": network}, sites_at({}))
    (resolved,) = resolve([make_scenario(link((0, 0), (400, 400)))], today)
    places = AttachedPlaces(residents, attach(network, residents))
    applied = apply_to_network(network, resolved.edits["walk"], places)
    counts = np.bincount(applied.attachments[0].place, minlength=2)
    assert counts.tolist() == [2, 2]
