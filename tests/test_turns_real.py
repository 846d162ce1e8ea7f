"""Paths with turns on real extracts, held against the raw relations by code of its own."""

import itertools
from collections import defaultdict

import numpy as np
import osmium
import pytest

from artois_mobility._types import NO_ARC, UNREACHED_MS
from artois_mobility.network.building import build_network
from artois_mobility.osm.reader import read_osm
from artois_mobility.routing.ends import NodeEnds
from artois_mobility.routing.engine import metric_of
from artois_mobility.routing.one_to_all import travel_times
from artois_mobility.routing.paths import find_paths
from test_network_real import is_forbidden
from turn_oracle import time_between, trips_over_arcs

pytestmark = pytest.mark.realdata

EXTRACTS = ("nantes-centre", "newport", "porto", "malta")
PATHS_PER_EXTRACT = 2500
OWN_KEYS = ("motorcar", "motor_vehicle", "vehicle")


class Raw:
    """What the file itself says, read by pyosmium and not by the library."""

    def __init__(self, path):
        self.tags_of_way, self.refs_of_way, self.restrictions = {}, {}, []
        for item in osmium.FileProcessor(path, osmium.osm.WAY | osmium.osm.RELATION):
            tags = dict(item.tags)
            if item.is_way() and ("highway" in tags or tags.get("route") == "ferry"):
                self.tags_of_way[item.id] = tags
                self.refs_of_way[item.id] = [node.ref for node in item.nodes]
            elif item.is_relation() and tags.get("type") == "restriction":
                members = [(member.role, member.type, member.ref) for member in item.members]
                self.restrictions.append((tags, members))


@pytest.fixture(scope="module", params=EXTRACTS)
def world(realdata, request):
    path = realdata / "osm" / f"{request.param}.osm.pbf"
    extract = read_osm(path)
    return Raw(path), extract, build_network(extract, "car", turns=True)


def restrictions_for_cars(raw):
    """Relations that concern cars: (kind, from ways, (kind, id) of the vias, to ways)."""
    for tags, members in raw.restrictions:
        said = [tags[f"restriction:{key}"] for key in OWN_KEYS if f"restriction:{key}" in tags]
        kind = said[0] if said else tags.get("restriction", "")
        if set(OWN_KEYS) & {each.strip() for each in tags.get("except", "").split(";")}:
            continue
        roles = defaultdict(list)
        for role, what, osm_id in members:
            roles[role].append((what, osm_id))
        yield kind, roles


def random_paths(network, count, seed=7):
    """Random shortest paths as lists of streets; a turn is none."""
    searched = network.searched
    draw = np.random.default_rng(seed)
    begin = searched.begins.arc[network.may_attach[searched.street[searched.begins.arc]]]
    end = searched.ends.arc[network.may_attach[searched.street[searched.ends.arc]]]
    here = NodeEnds.of_nodes(searched.tail[draw.choice(begin, count)])
    there = NodeEnds.of_nodes(searched.graph.head[draw.choice(end, count)])
    pairs = [(row, row) for row in range(count)]
    for path in find_paths(metric_of(searched.graph), here, there, pairs):
        street = searched.street[path.arc]
        yield street[street != NO_ARC].tolist()


class Forbidden:
    """Turns that relations forbid cars, by ways and nodes; what leaves a side open is left out."""

    def __init__(self, raw):
        self.turns, self.paths, self.only = set(), set(), defaultdict(set)
        self._raw = raw
        for kind, roles in restrictions_for_cars(raw):
            self._add(kind, roles)

    def _add(self, kind, roles):
        start, target = (
            [osm_id for what, osm_id in roles[role] if what == "w"] for role in ("from", "to")
        )
        if len(start) != 1 or len(target) != 1:
            return
        if kind.endswith("u_turn") and start == target:
            return  # by ways alone, turning back looks like going on
        if [what for what, _ in roles["via"]] == ["n"]:
            node = roles["via"][0][1]
            if any(node in self._inner_nodes(way) for way in (*start, *target)):
                return
            if kind.startswith("no_"):
                self.turns.add((*start, node, *target))
            elif kind.startswith("only_"):
                self.only[start[0], node].add(target[0])
        elif roles["via"] and kind.startswith("no_"):
            self.paths.add((*start, *(osm_id for _, osm_id in roles["via"]), *target))

    def _inner_nodes(self, way):
        return set(self._raw.refs_of_way.get(way, [])[1:-1])

    def faults_of(self, stops):
        """List what is forbidden on a trip over (way, node at its end)."""
        faults = []
        for (way, node), (other, _) in itertools.pairwise(stops):
            allowed = self.only.get((way, node))
            if (way, node, other) in self.turns or (allowed and other not in allowed):
                faults.append((way, node, other))
        ways = [way for way, _ in itertools.groupby(way for way, _ in stops)]
        for size in {len(each) for each in self.paths}:
            parts = {tuple(ways[first : first + size]) for first in range(len(ways) - size + 1)}
            faults += parts & self.paths
        return faults

    def tags_of(self, way):
        return self._raw.tags_of_way[way]


def test_no_path_makes_a_forbidden_turn_or_uses_a_forbidden_way(world):
    raw, _, network = world
    forbidden = Forbidden(raw)
    faults, turn_count = [], 0
    for path in random_paths(network, PATHS_PER_EXTRACT):
        stops = stops_of(network, path)
        turn_count += max(len(stops) - 1, 0)
        faults += forbidden.faults_of(stops)
        faults += [way for way, _ in set(stops) if is_forbidden(forbidden.tags_of(way))]
        # limited streets stand together at the beginning, and together at the end
        runs = [limited for limited, _ in itertools.groupby(network.is_limited[path].tolist())]
        if runs not in ([], [True], [False], [True, False], [False, True], [True, False, True]):
            faults.append(path)
    assert turn_count > PATHS_PER_EXTRACT
    assert faults == []


def stops_of(network, path):
    """List the way and the OSM node at the end of each street."""
    ways, nodes = network.way_of_arc[path], network.osm_node[network.graph.head[path]]
    return list(zip(ways.tolist(), nodes.tolist(), strict=True))


def test_paths_without_turns_break_restrictions(world):
    """The check above sees what it looks for."""
    raw, extract, _ = world
    plain = build_network(extract, "car")
    forbidden = Forbidden(raw)
    paths = random_paths(plain, PATHS_PER_EXTRACT)
    assert any(forbidden.faults_of(stops_of(plain, path)) for path in paths)


# The states of porto take three quarters of a minute to lay out.
@pytest.mark.parametrize("world", ["nantes-centre", "newport", "malta"], indirect=True)
def test_times_equal_a_bidirectional_search_over_arcs(world):
    _, _, network = world
    states = trips_over_arcs(network)
    draw = np.random.default_rng(2)
    sources, targets = draw.integers(0, network.graph.node_count, (2, 20))
    ms = travel_times(network, sources)
    for row, (source, target) in enumerate(zip(sources.tolist(), targets.tolist(), strict=True)):
        assert ms[row, target] == min(time_between(states, source, target), UNREACHED_MS)
