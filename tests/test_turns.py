"""Turns: restrictions, delays, and travel times over junctions that are opened up."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artois_mobility._types import UNREACHED_MS
from artois_mobility.errors import GraphError
from artois_mobility.network.building import build_network
from artois_mobility.network.expansion import expand
from artois_mobility.network.turns import Turns, all_turns
from artois_mobility.routing.one_to_all import travel_times
from network_worlds import make_extract
from small_networks import Street, make_network
from turn_oracle import all_times

# A crossroads of four two-way streets; ways 1 west, 2 north, 3 east, 4 south, each 200 m long.
ARMS = {1: (-200, 0), 2: (0, 200), 3: (200, 0), 4: (0, -200)}
KIND = {"highway": "residential", "maxspeed": "50"}


def crossing(relations=()):
    ways = {way: ([way, 0], KIND) for way in ARMS}
    return make_extract({0: (0, 0), **ARMS}, ways, {}, dict(enumerate(relations)))


def restriction(kind, start, end, via=("n", 0), **tags):
    members = [("w", each, "from") for each in np.atleast_1d(start).tolist()]
    members += [(*via, "via")]
    members += [("w", each, "to") for each in np.atleast_1d(end).tolist()]
    return members, {"type": "restriction", "restriction": kind, **tags}


def seconds_between(network, start, end):
    """Whole seconds lost at junctions between two of the arms' ends; None where there is no way."""
    node = {int(osm_id): row for row, osm_id in enumerate(network.osm_node)}
    ms = travel_times(network, [node[start]])[0, node[end]]
    moving = 2 * network.graph.weight_ms.max()
    return None if ms == UNREACHED_MS else round((ms - moving) / 1000)


@pytest.mark.parametrize(
    ("start", "end", "seconds"), [(1, 3, 0), (1, 2, 6), (1, 4, 3), (2, 4, 0), (4, 1, 6), (3, 2, 3)]
)
def test_a_turn_takes_time_by_its_side(start, end, seconds):
    assert seconds_between(build_network(crossing(), "car", turns=True), start, end) == seconds


@pytest.mark.parametrize(("end", "seconds"), [(3, 0.0069), (2, 5.3947), (4, 2.1053)])
def test_the_settings_of_osrm_charge_by_the_angle(end, seconds):
    """7.5 / (1 + exp(6.5 / b - 13 b t)), t the angle in half turns, b 1.075 to the left."""
    bias, half_turns = {2: (1.075, 0.5), 4: (1 / 1.075, 0.5), 3: (1 / 1.075, 0.0)}[end]
    formula = 7.5 / (1 + math.exp(6.5 / bias - 13 * bias * half_turns))
    assert formula == pytest.approx(seconds, abs=0.0001)
    network = build_network(crossing(), "car_osrm", turns=True)
    plain = build_network(crossing(), "car_osrm")
    node = {int(osm_id): row for row, osm_id in enumerate(network.osm_node)}
    lost = travel_times(network, [node[1]]) - travel_times(plain, [node[1]])
    assert lost[0, node[end]] / 1000 == pytest.approx(formula, abs=0.02)


def test_without_turns_nothing_is_charged():
    assert seconds_between(build_network(crossing(), "car"), 1, 2) == 0


def test_where_roundabouts_run_clockwise_the_sides_change():
    ring = {11: (1000, 0), 12: (1020, 20), 13: (1040, 0), 14: (1020, -20)}
    extract = make_extract(
        {0: (0, 0), **ARMS, **ring},
        {
            **{way: ([way, 0], KIND) for way in ARMS},
            20: ([11, 12, 13, 14, 11], {"highway": "residential", "junction": "roundabout"}),
        },
    )
    network = build_network(extract, "car", turns=True)
    assert network.turns.drives_left
    assert seconds_between(network, 1, 2) == 3
    assert seconds_between(network, 1, 4) == 6


# Each pair that is forbidden among the twelve turns that are none back: (from, to).
@pytest.mark.parametrize(
    ("relation", "forbidden"),
    [
        (restriction("no_left_turn", 1, 2), {(1, 2)}),
        (restriction("no_right_turn", 3, 2), {(3, 2)}),
        (restriction("no_straight_on", 1, 3), {(1, 3)}),
        (restriction("only_straight_on", 1, 3), {(1, 2), (1, 4)}),
        (restriction("only_right_turn", 2, 1), {(2, 3), (2, 4)}),
        (restriction("no_u_turn", 1, 2), {(1, 2)}),  # two carriageways of one street
        (restriction("no_entry", [1, 2], 3), {(1, 3), (2, 3)}),
        (restriction("no_exit", 1, [2, 3]), {(1, 2), (1, 3)}),
        (restriction("no_left_turn", 1, 2, **{"except": "psv;bicycle"}), {(1, 2)}),
        (restriction("no_left_turn", 1, 2, **{"except": "motorcar"}), set()),
        (restriction("no_left_turn", 1, 2, **{"except": "motor_vehicle; psv"}), set()),
        (restriction("", 1, 2, **{"restriction:motorcar": "no_left_turn"}), {(1, 2)}),
        (restriction("", 1, 2, **{"restriction:hgv": "no_left_turn"}), set()),
        (restriction("", 1, 2, **{"restriction:conditional": "no_left_turn @ (Mo)"}), set()),
        (restriction("give_way", 1, 2), set()),
        (restriction("no_left_turn", [1, 3], 2), set()),
        (restriction("no_left_turn", 1, 99), set()),
    ],
)
def test_restrictions_forbid_what_they_say(relation, forbidden):
    network = build_network(crossing([relation]), "car", turns=True)
    pairs = [(start, end) for start in ARMS for end in ARMS if start != end]
    free = build_network(crossing(), "car", turns=True)
    lengthened = {
        pair for pair in pairs if seconds_between(network, *pair) != seconds_between(free, *pair)
    }
    assert lengthened == forbidden


def test_of_two_turns_that_must_be_taken_either_may_be():
    relations = [restriction("only_straight_on", 1, 3), restriction("only_right_turn", 1, 4)]
    network = build_network(crossing(relations), "car", turns=True)
    free = build_network(crossing(), "car", turns=True)
    for end in (3, 4):
        assert seconds_between(network, 1, end) == seconds_between(free, 1, end)
    assert seconds_between(network, 1, 2) != seconds_between(free, 1, 2)


@pytest.mark.parametrize(
    ("relation", "note"),
    [
        (restriction("no_left_turn", 1, 2), "restrictions_obeyed"),
        (restriction("no_left_turn", [1, 3], 2), "restrictions_faulty"),
        (restriction("no_left_turn", 1, 99), "restrictions_on_unused_ways"),
        (restriction("no_left_turn", 1, 2, via=("n", 3)), "restrictions_faulty"),
        (restriction("no_u_turn", 1, 1, via=("n", 1)), "restrictions_obeyed"),
        (restriction("give_way", 1, 2), "restrictions_of_unknown_kind"),
        (
            restriction("", 1, 2, **{"restriction:conditional": "no_left_turn @ (Mo)"}),
            "restrictions_conditional_ignored",
        ),
    ],
)
def test_every_restriction_is_counted(relation, note):
    assert build_network(crossing([relation]), "car", turns=True).provenance.counts[note] == 1


def test_a_turn_that_a_one_way_street_forbids_already_is_no_fault():
    ways = {way: ([way, 0], KIND) for way in ARMS} | {2: ([2, 0], {**KIND, "oneway": "yes"})}
    relations = {1: restriction("no_left_turn", 1, 2)}
    extract = make_extract({0: (0, 0), **ARMS}, ways, {}, relations)
    counts = build_network(extract, "car", turns=True).provenance.counts
    assert counts["restrictions_without_effect"] == 1


@pytest.mark.parametrize(
    ("tags", "is_obeyed"), [({}, False), ({"restriction:foot": "no_left_turn"}, True)]
)
def test_those_on_foot_obey_what_is_said_to_them(tags, is_obeyed):
    relation = restriction("no_left_turn", 1, 2, **tags)
    walk = build_network(crossing([relation]), "walk", turns=True)
    # who may not turn goes on, turns round at the end of another arm and comes back
    assert (seconds_between(walk, 1, 2) > 100) == is_obeyed
    bicycle = build_network(crossing([relation]), "bicycle", turns=True)
    assert seconds_between(bicycle, 1, 2) > 100


@pytest.mark.parametrize("profile", ["car", "bicycle", "walk", "pleasure_boat"])
def test_without_any_way_there_is_a_network_without_turns(profile):
    empty = make_extract({1: (0, 0), 2: (9, 0)}, {7: ([1, 2], {"power": "line"})})
    assert build_network(empty, profile, turns=True).graph.node_count == 0


def test_a_way_through_the_junction_leaves_open_which_side_is_meant():
    relation = restriction("no_left_turn", 5, 2)
    positions = {0: (0, 0), **ARMS}
    ways = {5: ([1, 0, 3], KIND), 2: ([2, 0], KIND), 4: ([4, 0], KIND)}
    network = build_network(make_extract(positions, ways, {}, {7: relation}), "car", turns=True)
    assert network.provenance.counts["restrictions_faulty"] == 1


def test_a_restriction_on_turning_round_forbids_that_alone():
    network, free = (
        build_network(crossing(relations), "car", turns=True)
        for relations in ([restriction("no_u_turn", 1, 1)], [])
    )
    before, after = (
        set(zip(each.turns.from_arc.tolist(), each.turns.to_arc.tolist(), strict=True))
        for each in (free, network)
    )
    ((arc, other),) = before - after
    assert network.twin_of_arc[arc] == other
    assert network.osm_node[network.graph.head[arc]] == 0


def test_turning_round_may_be_forbidden_on_a_way_through_the_junction():
    positions = {0: (0, 0), **ARMS}
    ways = {5: ([1, 0, 3], KIND), 2: ([2, 0], KIND), 4: ([4, 0], KIND)}
    relations = {7: restriction("no_u_turn", 5, 5)}
    network = build_network(make_extract(positions, ways, {}, relations), "car", turns=True)
    assert seconds_between(network, 1, 3) == 0
    assert network.provenance.counts["restrictions_obeyed"] == 1


def test_banned_paths_that_begin_within_each_other():
    """From 0 by way of 1, 2, 3 neither to 4 nor to 5; from 1 not to 5; from 2 to both."""
    ends = [(0, 1), (1, 2), (2, 3), (3, 4), (3, 5)]
    streets = [Street(*pair, is_oneway=True, way=row + 1) for row, pair in enumerate(ends)]
    nodes = [(100 * row, 0) for row in range(4)] + [(300, 100), (300, -100)]
    network = make_network(nodes, streets)
    graph = network.graph
    a, b, c, e, d = (int(np.flatnonzero(network.way_of_arc == way)[0]) for way in range(1, 6))
    is_listed = np.ones(graph.node_count, np.bool_)
    pairs = all_turns(graph, is_listed)
    free = np.zeros(pairs[0].size, np.int32)
    turns = Turns(is_listed, *pairs, free, ((a, b, c, e), (b, c, d)), drives_left=False)
    no_limits = np.zeros(graph.arc_count, np.bool_)
    expansion = expand(graph, network.twin_of_arc, turns, no_limits)
    ms = travel_times(replace(network, turns=turns, expansion=expansion), [0, 1, 2])
    assert (ms[:, [4, 5]] < UNREACHED_MS).tolist() == [[False, False], [True, False], [True, True]]


def test_turns_join_arcs_that_meet():
    network = build_network(crossing(), "car", turns=True)
    turned = replace(network.turns, to_arc=network.turns.to_arc[::-1].copy())
    with pytest.raises(GraphError, match="turns join arcs that do not meet, first"):
        replace(network, turns=turned)


def test_nobody_turns_round_where_a_street_goes_on():
    positions = {1: (0, 0), 2: (100, 0), 3: (200, 0)}
    fast, slow = {"highway": "residential", "maxspeed": "50"}, {"highway": "service"}
    network = build_network(
        make_extract(positions, {1: ([1, 2], fast), 2: ([2, 3], slow)}), "car", turns=True
    )
    turns = set(zip(network.turns.from_arc.tolist(), network.turns.to_arc.tolist(), strict=True))
    twin = network.twin_of_arc
    middle = np.flatnonzero(network.osm_node == 2)[0]
    into = [arc for arc, head in enumerate(network.graph.head) if head == middle]
    assert not any((arc, int(twin[arc])) in turns for arc in into)


def by_way_of_two(kind):
    """Two crossroads in a row: from way 1 by way of 5 into 6 is restricted.

    ::

        2   6
        |   |
        0-5-9--3
        |   |
        1   7
    """
    positions = {
        0: (0, 0),
        9: (100, 0),
        1: (0, -200),
        2: (0, 200),
        3: (300, 0),
        6: (100, 200),
        7: (100, -200),
    }
    ends = {1: [1, 0], 2: [2, 0], 5: [0, 9], 6: [9, 6], 7: [7, 9], 3: [9, 3]}
    relations = {1: restriction(kind, 1, 6, via=("w", 5))}
    return build_network(
        make_extract(positions, {way: (refs, KIND) for way, refs in ends.items()}, {}, relations),
        "car",
        turns=True,
    )


def test_a_restriction_by_way_of_a_street_holds_for_who_comes_from_there_only():
    network = by_way_of_two("no_left_turn")
    assert len(network.turns.banned_paths) == 1
    found = all_times(network)
    node = {int(osm_id): row for row, osm_id in enumerate(network.osm_node)}
    ms = travel_times(network, np.arange(network.graph.node_count))
    for (source, target), expected in found.items():
        assert ms[source, target] == min(expected, UNREACHED_MS)
    free = by_way_of_two("no_such_thing")
    plain = travel_times(free, np.arange(free.graph.node_count))
    changed = {
        (int(network.osm_node[a]), int(network.osm_node[b]))
        for a, b in zip(*np.nonzero(ms != plain), strict=True)
    }
    assert (1, 6) in changed
    assert (2, 6) not in changed
    assert (1, 3) not in changed
    assert ms[node[1], node[6]] < UNREACHED_MS


def test_only_by_way_of_a_street_leaves_one_way_on():
    network = by_way_of_two("only_left_turn")
    node = {int(osm_id): row for row, osm_id in enumerate(network.osm_node)}
    ms, plain = (
        travel_times(each, [node[1]])[0] for each in (network, by_way_of_two("no_such_thing"))
    )
    assert ms[node[6]] == plain[node[6]]
    assert ms[node[3]] > plain[node[3]]
    assert ms[node[7]] > plain[node[7]]


def random_network(seed):
    """A small network with random turns forbidden, delayed and banned, and limited streets."""
    draw = np.random.default_rng(seed)
    count = int(draw.integers(3, 8))
    positions = draw.integers(0, 1000, (count, 2)).tolist()
    streets = [
        Street(
            *draw.integers(0, count, 2).tolist(), is_oneway=bool(draw.random() < 0.4), way=row + 1
        )
        for row in range(int(draw.integers(2, 12)))
    ]
    network = make_network(positions, streets)
    graph = network.graph
    is_listed = draw.random(count) < 0.7
    from_arc, to_arc = all_turns(graph, is_listed)
    kept = draw.random(from_arc.size) < 0.75
    delay_ms = draw.choice([0, 0, 0, 3000, 6000, 30000], from_arc.size).astype(np.int32)
    banned = {walk for _ in range(4) for walk in [random_walk(graph, draw)] if len(walk) > 2}
    banned |= {other for path in banned for other in [entangled(graph, path, draw)] if other}
    for path in banned:
        is_listed[graph.head[list(path[:-1])]] = True
    pairs = set(zip(from_arc[kept].tolist(), to_arc[kept].tolist(), strict=True))
    delay_of = dict(
        zip(zip(from_arc.tolist(), to_arc.tolist(), strict=True), delay_ms.tolist(), strict=True)
    )
    from_arc, to_arc = all_turns(graph, is_listed)
    rows = [
        (a, b, delay_of.get((a, b), 0))
        for a, b in zip(from_arc.tolist(), to_arc.tolist(), strict=True)
        if (a, b) in pairs or (a, b) not in delay_of
    ]
    table = np.array(rows, np.int32).reshape(-1, 3)
    turns = Turns(is_listed, *table.T.copy(), tuple(sorted(banned)), drives_left=False)
    is_limited = draw.random(graph.arc_count) < draw.choice([0.0, 0.3])
    expansion = expand(graph, network.twin_of_arc, turns, is_limited)
    return replace(network, turns=turns, is_limited=is_limited, expansion=expansion)


def entangled(graph, path, draw):
    """A path that begins within another and leaves it before its end."""
    node = graph.head[path[-2]]
    leaving = range(graph.first_out[node], graph.first_out[node + 1])
    other = int(draw.choice(leaving))
    return (*path[1:-1], other) if len(path) > 3 and other != path[-1] else ()


def random_walk(graph, draw):
    walk = [int(draw.integers(graph.arc_count))]
    for _ in range(int(draw.integers(2, 4))):
        node = graph.head[walk[-1]]
        leaving = range(graph.first_out[node], graph.first_out[node + 1])
        if not leaving:
            break
        walk.append(int(draw.choice(leaving)))
    return tuple(walk)


@given(st.integers(0, 10**6))
def test_times_with_turns_equal_a_search_over_arcs(seed):
    network = random_network(seed)
    nodes = np.arange(network.graph.node_count)
    ms = travel_times(network, nodes)
    for (source, target), expected in all_times(network).items():
        assert ms[source, target] == (UNREACHED_MS if math.isinf(expected) else expected)
    assert np.array_equal(travel_times(network, nodes, direction="to"), ms.T)


@pytest.mark.parametrize("seed", range(40))
def test_times_do_not_depend_on_the_order_of_ports(seed):
    network = random_network(seed)
    if network.expansion is None:
        return
    ranks = network.expansion.rank_ends(network.graph.arc_count)
    again = expand(network.graph, network.twin_of_arc, network.turns, network.is_limited, ranks)
    nodes = np.arange(network.graph.node_count)
    other = travel_times(replace(network, expansion=again), nodes)
    assert np.array_equal(travel_times(network, nodes), other)


# Time lost at nodes, without turns.


@pytest.mark.parametrize(
    ("tags", "there_s", "back_s"),
    [
        ({"highway": "traffic_signals"}, 10, 10),
        ({"highway": "traffic_signals", "traffic_signals:direction": "forward"}, 10, 0),
        ({"highway": "traffic_signals", "traffic_signals:direction": "backward"}, 0, 10),
        ({"highway": "stop"}, 5, 0),
        ({"highway": "stop", "direction": "backward"}, 0, 5),
        ({"highway": "give_way"}, 2, 0),
        ({"highway": "give_way", "direction": "both"}, 2, 2),
        ({"highway": "mini_roundabout"}, 2, 2),
        ({"railway": "level_crossing"}, 8, 8),
        ({"highway": "crossing"}, 0, 0),
        ({"highway": "crossing", "crossing": "traffic_signals"}, 0, 0),
    ],
)
def test_a_node_within_a_street_takes_time(tags, there_s, back_s):
    """The node lies 20 m before the junction at the end of way 1."""
    positions = {0: (0, 0), **ARMS, 8: (-20, 0)}
    ways = {1: ([1, 8, 0], KIND), **{way: ([way, 0], KIND) for way in (2, 3, 4)}}
    extract = make_extract(positions, ways, {8: tags})
    network = build_network(extract, "car")
    of_way = np.flatnonzero(network.way_of_arc == 1)
    to_junction = network.osm_node[network.graph.head[of_way]] == 0
    waiting = dict(zip(to_junction.tolist(), network.waiting_ms[of_way].tolist(), strict=True))
    assert waiting == {True: there_s * 1000, False: back_s * 1000}


def test_the_signals_of_a_junction_are_charged_once():
    """Two carriageways cross a street: the way through meets two signals, 20 m apart."""
    positions = {
        1: (-200, 0),
        2: (0, 0),
        3: (20, 0),
        4: (220, 0),
        5: (0, 200),
        6: (0, -200),
        7: (20, 200),
        8: (20, -200),
    }
    ways = {
        1: ([1, 2, 3, 4], KIND),
        2: ([5, 2, 6], {**KIND, "oneway": "yes"}),
        3: ([8, 3, 7], {**KIND, "oneway": "yes"}),
    }
    signals = {"highway": "traffic_signals"}
    network = build_network(make_extract(positions, ways, {2: signals, 3: signals}), "car")
    node = {int(osm_id): row for row, osm_id in enumerate(network.osm_node)}
    plain = build_network(make_extract(positions, ways), "car")
    for start, end in ((1, 4), (4, 1), (5, 6)):
        lost = travel_times(network, [node[start]]) - travel_times(plain, [node[start]])
        assert lost[0, node[end]] == 10_000


@pytest.mark.parametrize(("stop", "lost_s"), [({}, {1: 0, 2: 5}), ({"stop": "all"}, {1: 5, 2: 5})])
def test_a_stop_sign_on_a_junction_delays_the_lesser_way(stop, lost_s):
    positions = {0: (0, 0), **ARMS}
    main = {**KIND, "highway": "primary"}
    ways = {1: ([1, 0, 3], main), 2: ([2, 0, 4], KIND)}
    extract = make_extract(positions, ways, {0: {"highway": "stop", **stop}})
    network = build_network(extract, "car")
    arriving = network.osm_node[network.graph.head] == 0
    for way, seconds in lost_s.items():
        mine = arriving & (network.way_of_arc == way)
        assert (network.waiting_ms[mine] == seconds * 1000).all()
        assert mine.sum() == 2


# Streets for those whose trip ends there.


def test_nobody_drives_through_a_street_for_residents():
    """The short cut 2-3 is for residents; around it the way is three times as long."""
    positions = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (300, 0), 5: (100, 200), 6: (200, 200)}
    ways = {
        1: ([1, 2], KIND),
        2: ([2, 3], {**KIND, "access": "destination"}),
        3: ([3, 4], KIND),
        4: ([2, 5, 6, 3], KIND),
    }
    network = build_network(make_extract(positions, ways), "car")
    node = {int(osm_id): row for row, osm_id in enumerate(network.osm_node)}
    open_ways = {**ways, 2: ([2, 3], KIND)}
    whole = build_network(make_extract(positions, open_ways), "car")
    ms, free = (travel_times(each, np.arange(4)) for each in (network, whole))
    assert ms[node[1], node[4]] > free[node[1], node[4]]
    assert ms[node[1], node[3]] == free[node[1], node[3]]
    assert ms[node[2], node[4]] == free[node[2], node[4]]


def test_streets_behind_a_limited_one_are_limited_too():
    positions = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (200, 100), 5: (0, 100)}
    ways = {
        1: ([1, 2], KIND),
        2: ([2, 3], {**KIND, "motor_vehicle": "customers"}),
        3: ([3, 4], KIND),
        4: ([1, 5, 2], KIND),
    }
    network = build_network(make_extract(positions, ways), "car")
    assert network.is_limited[network.way_of_arc == 3].all()
    assert not network.is_limited[np.isin(network.way_of_arc, [1, 4])].any()
    assert network.may_attach.all()
    assert network.provenance.counts["arcs_behind_limited_ones"] == 2
