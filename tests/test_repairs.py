"""Answers repaired after a change, held against finding all of them anew."""

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from artois_mobility._types import NO_ARC, UNREACHED_MS
from artois_mobility.changes.schema import AddLink, AddSite, RemoveSite
from artois_mobility.errors import StudyError
from artois_mobility.graph import Graph
from artois_mobility.kernels.nearest_sweep import NO_KEY
from artois_mobility.network.expansion import expand
from artois_mobility.network.profiles import read_profile
from artois_mobility.network.turns import Turns, all_turns
from artois_mobility.routing.repairs import (
    Changes,
    MoreArcs,
    find_node_keys,
    hang_places,
    no_more_arcs,
    repair,
)
from artois_mobility.routing.seeds import keys_of, ms_of, no_seeds, site_of, sort_seeds
from artois_mobility.scenarios.applying import change_times
from artois_mobility.scenarios.edits import NetworkEdits, no_joints
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.study import repairing
from artois_mobility.study.new_sites import attach_new_sites
from artois_mobility.study.running import find_anew, find_answer, list_jobs
from artois_mobility.study.standing import stand
from graph_worlds import graphs, make_ends, make_graph
from scenario_worlds import (
    CATEGORY,
    close,
    crooked_world,
    make_loaded,
    make_scenario,
    move,
    scattered,
    site,
    speed,
)
from street_worlds import at, cells_at, sites_at, with_streets
from test_scenarios_real import draw_link, load_town

LANES, PLACES = 2, 3
weights = st.one_of(st.integers(0, 50), st.just(UNREACHED_MS))


def seeds_from(rows):
    lane, node, ms, own = (np.array(each, np.int32) for each in zip(*rows, strict=True))
    return sort_seeds(lane, node, keys_of(ms, own), LANES)


def direct_from(rows):
    key = np.full((LANES, PLACES), NO_KEY)
    for lane, place, ms, own in rows:
        key[lane, place] = min(key[lane, place], keys_of(np.int32([ms]), np.int32([own]))[0])
    return key


@st.composite
def situations(draw):
    """A graph, and what is changed: weights, arcs and nodes, sites, ways of places."""
    graph = draw(graphs())
    node = st.integers(0, 11)
    changed = draw(st.lists(st.tuples(st.integers(0, 39), weights), max_size=6))
    weight_ms = graph.weight_ms.copy()
    for arc, ms in changed:
        if arc < weight_ms.size:
            weight_ms[arc] = ms
    later = st.integers(0, 13)
    more = draw(st.lists(st.tuples(later, later, st.integers(0, 50)), max_size=6))
    seed = st.tuples(st.integers(0, LANES - 1), node, st.integers(0, 30), st.integers(0, 4))
    before = draw(st.lists(seed, min_size=1, max_size=6))
    lost = draw(st.lists(st.sampled_from(before), max_size=3))
    new = st.tuples(st.integers(0, LANES - 1), later, st.integers(0, 30), st.integers(0, 4))
    gained = draw(st.lists(new, max_size=3))
    after = [each for each in before if each not in lost] + gained
    way = st.tuples(st.integers(0, PLACES - 1), node, st.integers(0, 30))
    ways = draw(st.lists(way, max_size=6))
    moved = draw(st.sets(st.integers(0, PLACES - 1)))
    new_way = st.tuples(st.integers(0, PLACES - 1), later, st.integers(0, 30))
    new_ways = [each for each in draw(st.lists(new_way, max_size=4)) if each[0] in moved]
    own = st.tuples(st.integers(0, LANES - 1), st.integers(0, PLACES - 1), st.integers(0, 60),
                    st.integers(0, 4))  # fmt: skip
    direct = draw(st.lists(own, max_size=3))
    new_direct = [each for each in draw(st.lists(own, max_size=3)) if each[1] in moved]
    return SimpleNamespace(
        graph=graph, weight_ms=weight_ms, more=more, before=before, lost=lost, after=after,
        ways=ways, new_ways=[each for each in ways if each[0] not in moved] + new_ways,
        direct=direct, moved=moved,
        new_direct=[each for each in direct if each[1] not in moved] + new_direct,
    )  # fmt: skip


def hang(graph, seeds, ways, direct):
    nodes = find_node_keys(graph, graph.tail, seeds)
    return nodes, hang_places(nodes, make_ends(ways), direct_from(direct))


@given(situations())
@settings(deadline=None, max_examples=400)
def test_repaired_keys_equal_those_found_anew(world):
    graph = world.graph
    nodes, places = hang(graph, seeds_from(world.before), world.ways, world.direct)
    more = np.array(world.more, np.int32).reshape(-1, 3)
    after = seeds_from(world.after) if world.after else no_seeds(LANES)
    lost = seeds_from(world.lost) if world.lost else no_seeds(LANES)
    changes = Changes(
        world.weight_ms,
        MoreArcs(14, *more.T),
        after,
        lost,
        make_ends(world.new_ways),
        direct_from(world.new_direct),
        np.array(sorted(world.moved), np.int32),
    )
    old_key = places.key.copy()
    found = repair(nodes, places, changes)
    rows = [*zip(graph.tail.tolist(), graph.head.tolist(), world.weight_ms.tolist(), strict=True)]
    whole = make_graph(14, rows + [tuple(each) for each in world.more])
    _, expected = hang(whole, after, world.new_ways, world.new_direct)
    np.testing.assert_array_equal(found, expected.key)
    np.testing.assert_array_equal(places.key, old_key)  # what was before stays


def test_keys_by_hand():
    """Nodes 0 -> 1 -> 2, the site 7 at 2; the arc of 5 ms closes, then one of 9 ms opens."""
    graph = Graph(np.int32([0, 1, 2, 2]), np.int32([1, 2]), np.int32([3, 5]))
    seeds = sort_seeds(np.int32([0]), np.int32([2]), keys_of(np.int32([0]), np.int32([7])), 1)
    nodes = find_node_keys(graph, graph.tail, seeds)
    ends = make_ends([(0, 0, 10)])
    places = hang_places(nodes, ends, np.full((1, 1), NO_KEY))
    assert (ms_of(places.key).item(), site_of(places.key).item()) == (3 + 5 + 10, 7)
    closed = Changes(
        np.int32([3, UNREACHED_MS]),
        no_more_arcs(3),
        seeds,
        no_seeds(1),
        ends,
        places.direct_key,
        np.empty(0, np.int32),
    )
    assert repair(nodes, places, closed).item() == NO_KEY
    opened = replace(closed, more=MoreArcs(4, *np.int32([[0, 3], [3, 2], [4, 5]])))
    assert ms_of(repair(nodes, places, opened)).item() == 4 + 5 + 10


def with_turns(draw, network):
    """Some limited streets, junctions with delays and bans, and now and then a banned path."""
    graph, twin = network.graph, network.twin_of_arc
    street = np.where(twin == NO_ARC, np.arange(twin.size), np.minimum(np.arange(twin.size), twin))
    is_limited = (draw.random(twin.size) < draw.choice([0, 0.15]))[street]
    is_listed = draw.random(graph.node_count) < draw.choice([0.5, 1])
    from_arc, to_arc = all_turns(graph, is_listed)
    kept = draw.random(from_arc.size) < draw.choice([0.85, 0.5])
    from_arc, to_arc = from_arc[kept], to_arc[kept]
    delay_ms = draw.integers(0, 3, from_arc.size) * draw.integers(0, 9_000, from_arc.size)
    paths = ()
    if draw.random() < 0.3 and from_arc.size:
        first = int(draw.integers(from_arc.size))
        behind = np.flatnonzero(from_arc == to_arc[first])
        if behind.size:
            paths = ((int(from_arc[first]), int(to_arc[first]), int(to_arc[behind[0]])),)
    turns = Turns(is_listed, from_arc, to_arc, delay_ms.astype(np.int32), paths, drives_left=False)
    return with_streets(
        network,
        is_limited=is_limited,
        turns=turns,
        expansion=expand(graph, twin, turns, is_limited),
    )


def make_world(draw, *, has_turns, east_m=9_000, categories=(CATEGORY, "care/pharmacy")):
    """A crooked world of one profile; the extract ends in the east."""
    profile = "car" if has_turns else "walk"
    network = crooked_world(draw, profile=read_profile(profile))
    if has_turns:
        network = with_turns(draw, network)
    if draw.random() < 0.3:  # some streets are closed today
        is_closed = (draw.random(network.way_of_arc.max() + 1) < 0.2)[network.way_of_arc]
        edits = NetworkEdits(network.local_ms, is_closed, no_joints(), ())
        network = change_times(network, edits)
    residents = cells_at(scattered(draw, 12))
    names = [f"s{row}" for row in range(5)]
    sites = sites_at(dict(zip(names, scattered(draw, 5), strict=True)), CATEGORY)
    own = draw.choice(np.array(categories, object), len(names))
    loaded = make_loaded({profile: network}, residents, sites.assign(category=own), categories)
    return replace(loaded, covers=(*at(-5_000, -5_000), *at(east_m, 9_000)))


def some_changes(draw, loaded):
    """Changes of every kind that is repaired, one to four of them."""
    ((profile, network),) = loaded.today.networks.items()
    ways = np.unique(network.way_of_arc)

    def some():
        return tuple(draw.choice(ways, draw.integers(1, 4), replace=False).tolist())

    def add_link():
        points = network.point_lon_deg, network.point_lat_deg
        rows = draw.integers(network.point_lon_deg.size - 1, size=2)
        share = draw.choice([0.0, 0.4], 2)  # at a point of a street, or beside it
        ends = np.column_stack([own[rows] + share * (own[rows + 1] - own[rows]) for own in points])
        if (ends[0] == ends[1]).all():
            return site(scattered(draw, 1)[0])
        return AddLink(
            kind="add_link",
            geometry=tuple(map(tuple, ends.tolist())),
            profiles=(profile,),
            speed_kmh=float(draw.uniform(3, 60)),
            oneway=bool(draw.integers(2)),
            bridge=bool(draw.integers(2)),
        )

    kinds = [
        lambda: close(*some()),
        lambda: speed(factor=float(draw.choice([0.5, 1.7])), ids=some()),
        add_link,
        add_link,
        lambda: site(scattered(draw, 1)[0]),
        lambda: move("s1", scattered(draw, 1)[0]),
        lambda: RemoveSite(kind="remove_site", site="s0"),
    ]
    chosen = draw.choice(len(kinds), draw.integers(1, 5), replace=False)
    return [kinds[row]() for row in chosen]


def named(answer):
    """What a table would say: names of sites, times, edges, reasons."""
    return (
        answer.names.site[answer.site],
        answer.names.quality[answer.site],
        answer.time_ms,
        answer.edge_ms,
        answer.reasons.text[answer.reasons.code],
    )


def keep_closed(resolved, loaded):
    """Leave those streets closed that are closed today."""
    edits = {
        profile: replace(own, is_closed=own.is_closed | loaded.today.networks[profile].is_closed)
        for profile, own in resolved.edits.items()
    }
    return replace(resolved, edits=edits)


def check(loaded, scenario):
    """Hold repaired answers against others; tell of which profiles there are any."""
    try:
        resolved = resolve([scenario], loaded.today)
    except StudyError:
        assume(False)  # an end beside the streets lies too far away
    resolved = [keep_closed(each, loaded) for each in resolved]
    new_sites = attach_new_sites(loaded, resolved)
    jobs = [job for job in list_jobs(loaded, resolved) if job.scenario is not None]
    found = []
    for job in jobs:
        standing = stand(loaded, job.profile)
        own = new_sites.get((scenario.key, job.profile))
        repaired = repairing.answer_by_repair(standing, loaded, resolved[0], job.categories, own)
        found.append(repaired is not None)
        if repaired is not None:
            expected = find_anew(loaded, standing, job, new_sites)
            for mine, theirs in zip(named(repaired), named(expected), strict=True):
                np.testing.assert_array_equal(mine, theirs)
    return found


@given(st.integers(0, 2**32 - 1), st.booleans())
@settings(deadline=None, max_examples=250)
def test_repaired_answers_equal_those_found_anew(seed, has_turns):
    draw = np.random.default_rng(seed)
    east_m = draw.choice([9_000, 9_000, 900])  # also in the middle of the streets
    loaded = make_world(draw, has_turns=has_turns, east_m=east_m)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repairing, "ARCS_PER_CHANGE", 0)
        check(loaded, make_scenario(*some_changes(draw, loaded)))


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=250)
def test_links_between_junctions_equal_those_built_whole(seed):
    """Two bridges that meet where streets meet, among turns that cost time or are banned."""
    draw = np.random.default_rng(seed)
    loaded = make_world(draw, has_turns=True)
    network = loaded.today.networks["car"]
    nodes = draw.choice(network.graph.node_count, 3, replace=False)
    ends = [(float(network.lon_deg[node]), float(network.lat_deg[node])) for node in nodes]
    bridges = [
        AddLink(
            kind="add_link",
            geometry=pair,
            profiles=("car",),
            speed_kmh=60.0,
            oneway=bool(draw.integers(2)),
            bridge=True,
        )
        for pair in pairwise(ends)
    ]
    check(loaded, make_scenario(*bridges))


@pytest.mark.realdata
def test_repaired_answers_equal_those_found_anew_on_real_streets(realdata):
    draw = np.random.default_rng(6)
    loaded = load_town(realdata / "osm" / "nantes-centre.osm.pbf", draw)
    loaded.study.nearest = 1
    networks = loaded.today.networks
    links = [draw_link(draw, network) for network in networks.values() for _ in range(6)]
    ways = draw.choice(np.unique(networks["car"].way_of_arc), 4, replace=False).tolist()
    lon, lat = (float(each) for each in loaded.residents.geometry.iloc[0].coords[0])
    new = AddSite(kind="add_site", category="care/pharmacy", name="New", at=(lon, lat))
    gone = RemoveSite(kind="remove_site", site=str(loaded.today.sites["site"].iloc[0]))
    kinds = {
        "closed": [close(*ways)],
        "slower": [speed(factor=0.5, ids=tuple(ways))],
        "faster": [speed(factor=1.7, ids=tuple(ways))],
        "sites": [new, gone],
    }
    for key, changes in kinds.items():
        assert check(loaded, make_scenario(*changes, key=key)) == [True, True]
    found = [check(loaded, make_scenario(new, *kinds["slower"], each)) for each in links]
    # at the rim and on banned paths all is found anew
    assert sum(own[0] for own in found[:6]) >= 2
    assert sum(own[1] for own in found[6:]) >= 4


def test_what_is_not_repaired_is_found_anew():
    """Many arcs, a closed street that a link joins, and several sites per cell."""
    draw = np.random.default_rng(1)
    loaded = make_world(draw, has_turns=False)
    network = loaded.today.networks["walk"]
    arc = int(np.flatnonzero(network.twin_of_arc != NO_ARC)[0])
    way = int(network.way_of_arc[arc])
    assert check(loaded, make_scenario(close(way))) == [False]  # of so few, two are many
    point = network.first_point[arc] + 1
    ends = [
        (float(network.point_lon_deg[row]), float(network.point_lat_deg[row]))
        for row in (point, network.first_point[-1] - 1)
    ]
    bridge = AddLink(kind="add_link", geometry=tuple(ends), profiles=("walk",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repairing, "ARCS_PER_CHANGE", 0)
        assert check(loaded, make_scenario(close(way))) == [True]
        assert check(loaded, make_scenario(close(way), bridge)) == [False]
    loaded.study.nearest = 2
    resolved = resolve([make_scenario(bridge)], loaded.today)
    (job,) = [job for job in list_jobs(loaded, resolved) if job.scenario is not None]
    answer = find_answer(loaded, stand(loaded, "walk"), job, attach_new_sites(loaded, resolved))
    assert answer.site.shape == (2, 12, 2)
