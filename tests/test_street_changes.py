"""Access, directions, turns and barriers: against the same change made in the file itself."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from pydantic import ValidationError

import artois_mobility as am
from artois_mobility.changes.schema import (
    AddLink,
    AddSite,
    CloseWays,
    MoveSite,
    RemoveSite,
    SetSpeed,
)
from artois_mobility.changes.street_schema import SetAccess, SetOneway, SetTurn
from artois_mobility.errors import StudyError
from artois_mobility.scenarios.applying import AttachedPlaces, apply_scenario
from artois_mobility.scenarios.resolved import Today
from artois_mobility.scenarios.resolving import resolve
from osm_edits import edit_file
from osm_files import write_osm
from scenario_worlds import (
    crooked_world,
    link,
    make_loaded,
    make_scenario,
    make_today,
    minutes_of,
    run,
    scattered,
)
from street_worlds import cells_at, grid_world, sites_at

SIDE, FIRST_LON, FIRST_LAT = 6, 2.80, 50.40
STEP_LON, STEP_LAT = 0.0028, 0.0018
PROFILES = ("walk", "bicycle", "car")
KINDS = ("residential", "residential", "tertiary", "footway", "path", "service")


def node(column, row):
    return 1 + row * SIDE + column


def random_town(folder, seed):
    """A grid of streets: some one-way, private, for walkers only; bent here and there."""
    draw = np.random.default_rng(seed)
    nodes = {
        node(c, r): (
            FIRST_LON + c * STEP_LON + draw.uniform(-4e-4, 4e-4),
            FIRST_LAT + r * STEP_LAT + draw.uniform(-3e-4, 3e-4),
        )
        for r in range(SIDE)
        for c in range(SIDE)
    }
    ways, extra = {}, 1000
    for r in range(SIDE):
        for c in range(SIDE - 1):
            for number, pair in (
                (100 + r * SIDE + c, (node(c, r), node(c + 1, r))),
                (200 + r * SIDE + c, (node(r, c), node(r, c + 1))),
            ):
                tags = {"highway": str(draw.choice(KINDS)), "maxspeed": "30", "name": f"R{number}"}
                if draw.random() < 0.25:
                    tags["oneway"] = str(draw.choice(["yes", "-1"]))
                if draw.random() < 0.15:
                    tags["access"] = "private"
                refs = list(pair)
                if draw.random() < 0.4:
                    extra += 1
                    ends = np.array([nodes[refs[0]], nodes[refs[1]]])
                    nodes[extra] = tuple(ends.mean(axis=0) + draw.uniform(-2e-4, 2e-4, 2))
                    refs = [pair[0], extra, pair[1]]
                ways[number] = (refs, tags)
    # as a file keeps them
    nodes = {key: (round(float(lon), 7), round(float(lat), 7)) for key, (lon, lat) in nodes.items()}
    path = Path(folder) / "town.osm.pbf"
    write_osm(path, nodes, ways)
    return path, nodes, ways, draw


def today_of(path, turns=()):
    extract = am.read_osm(path)
    networks = {name: am.build_network(extract, name, turns=name in turns) for name in PROFILES}
    sites = am.read_sites(extract, ["care"])
    build = lambda data, profile: am.build_network(data, profile, turns=profile.name in turns)  # noqa: E731
    return Today(extract, networks, sites, ("care",), build=build)


def times_between_nodes(network):
    """Milliseconds between all junctions by their OSM ids, on streets open to all."""
    count = network.graph.node_count
    table = am.travel_times(network, np.arange(count, dtype=np.int32))
    return {
        (int(network.osm_node[a]), int(network.osm_node[b])): int(table[a, b])
        for a in range(count)
        for b in range(count)
    }


def same_times(found, expected):
    here, there = times_between_nodes(found), times_between_nodes(expected)
    common = here.keys() & there.keys()
    assert len(common) > 100
    apart = [(pair, here[pair], there[pair]) for pair in common if here[pair] != there[pair]]
    assert not apart, apart[:3]


def applied(today, change, profile):
    (resolved,) = resolve([make_scenario(change)], today)
    return apply_scenario(resolved, today.networks[profile]).network


@pytest.mark.parametrize("seed", range(6))
def test_opened_streets_are_those_of_the_edited_file(tmp_path, seed):
    path, _, ways, draw = random_town(tmp_path, seed)
    shut = [
        number
        for number, (_, tags) in ways.items()
        if tags.get("access") == "private" or tags["highway"] in {"footway", "path"}
    ]
    ids = tuple(int(each) for each in draw.choice(shut, 4, replace=False))
    today = today_of(path)
    change = SetAccess(kind="set_access", ids=ids, allow=("bicycle", "walk"))
    for profile, key in (("bicycle", "bicycle"), ("walk", "foot")):
        edited = edit_file(
            path,
            tmp_path / f"{profile}.osm.pbf",
            tags_of_way={number: {**ways[number][1], key: "yes"} for number in ids},
        )
        expected = am.build_network(am.read_osm(edited), profile)
        same_times(applied(today, change, profile), expected)
    assert applied(today, change, "car") is today.networks["car"]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("direction", "value"), [("both", "no"), ("along", "yes"), ("against", "-1")]
)
def test_directions_are_those_of_the_edited_file(tmp_path, seed, direction, value):
    path, _, ways, draw = random_town(tmp_path, seed)
    streets = [n for n, (_, tags) in ways.items() if tags["highway"] in {"residential", "tertiary"}]
    ids = tuple(int(each) for each in draw.choice(streets, 5, replace=False))
    today = today_of(path)
    change = SetOneway(kind="set_oneway", ids=ids, direction=direction)
    edited = edit_file(
        path,
        tmp_path / "edited.osm.pbf",
        tags_of_way={number: {**ways[number][1], "oneway": value} for number in ids},
    )
    for profile in ("car", "bicycle"):
        expected = am.build_network(am.read_osm(edited), profile)
        same_times(applied(today, change, profile), expected)
    assert applied(today, change, "walk") is today.networks["walk"]


@pytest.mark.parametrize("seed", range(4))
def test_new_speeds_are_those_of_the_edited_file(tmp_path, seed):
    path, _, ways, draw = random_town(tmp_path, seed)
    streets = [n for n, (_, tags) in ways.items() if tags["highway"] == "residential"]
    ids = tuple(int(each) for each in draw.choice(streets, 5, replace=False))
    today = today_of(path)
    edited = edit_file(
        path,
        tmp_path / "edited.osm.pbf",
        tags_of_way={number: {**ways[number][1], "maxspeed": "20"} for number in ids},
    )
    expected = am.build_network(am.read_osm(edited), "car")
    factors = set(expected.profile.limit_factor)
    best = []
    for factor in factors:  # the share of a limit that is driven, out of town and in it
        change = SetSpeed(kind="set_speed", ids=ids, kmh=20.0 * factor, profiles=("car",))
        here = times_between_nodes(applied(today, change, "car"))
        there = times_between_nodes(expected)
        best.append(max(abs(here[pair] - there[pair]) for pair in here.keys() & there.keys()))
    assert min(best) == 0


@pytest.mark.parametrize("seed", range(4))
def test_closed_streets_are_those_that_the_edited_file_lacks(tmp_path, seed):
    path, _, ways, draw = random_town(tmp_path, seed)
    ids = tuple(int(each) for each in draw.choice(list(ways), 6, replace=False))
    today = today_of(path)
    change = CloseWays(kind="close_ways", ids=ids)
    edited = edit_file(path, tmp_path / "edited.osm.pbf", tags_of_way=dict.fromkeys(ids))
    for profile in PROFILES:
        expected = am.build_network(am.read_osm(edited), profile)
        same_times(applied(today, change, profile), expected)


@pytest.mark.parametrize("seed", range(4))
def test_new_links_are_those_of_the_edited_file(tmp_path, seed):
    path, nodes, _, draw = random_town(tmp_path, seed)
    today = today_of(path)
    used = today.networks["walk"].osm_node
    start, end = draw.choice(used[used < 1000], 2, replace=False).tolist()
    middle = tuple(np.round(np.mean([nodes[start], nodes[end]], axis=0) + 1e-4, 7).tolist())
    geometry = (nodes[start], middle, nodes[end])
    change = AddLink(kind="add_link", geometry=geometry, profiles=("walk",), bridge=True)
    edited = edit_file(
        path,
        tmp_path / "edited.osm.pbf",
        new_nodes={5001: (*middle, {})},
        new_ways={5001: ([start, 5001, end], {"highway": "footway", "bridge": "yes"})},
    )
    expected = am.build_network(am.read_osm(edited), "walk")
    same_times(applied(today, change, "walk"), expected)


@pytest.mark.parametrize("seed", range(3))
def test_forbidden_and_allowed_turns_are_those_of_the_edited_file(tmp_path, seed):
    path, _, _, draw = random_town(tmp_path, seed)
    today = today_of(path, turns=("car",))
    car = today.networks["car"]
    turns = car.turns
    row = int(
        draw.choice(np.flatnonzero(car.way_of_arc[turns.from_arc] != car.way_of_arc[turns.to_arc]))
    )
    start, end = int(turns.from_arc[row]), int(turns.to_arc[row])
    via = int(car.osm_node[car.graph.head[start]])
    from_way, to_way = int(car.way_of_arc[start]), int(car.way_of_arc[end])
    change = SetTurn(kind="set_turn", from_way=from_way, via=via, to_way=to_way, allowed=False)
    members = [("w", from_way, "from"), ("n", via, "via"), ("w", to_way, "to")]
    restriction = {9001: (members, {"type": "restriction", "restriction": "no_left_turn"})}
    edited = edit_file(path, tmp_path / "edited.osm.pbf", new_relations=restriction)
    expected = am.build_network(am.read_osm(edited), "car", turns=True)
    found = applied(today, change, "car")
    assert listed(found) == listed(expected) != listed(car)
    # and back again, from the file that forbids it
    forbidding = today_of(edited, turns=("car",))
    back = applied(forbidding, change.model_copy(update={"allowed": True}), "car")
    assert listed(back) == listed(car)


def listed(network):
    """The allowed turns by OSM ids: way, node, way, and what they take."""
    turns, way = network.turns, network.way_of_arc
    via = network.osm_node[network.graph.head[turns.from_arc]]
    tail = network.osm_node[network.graph.tail[turns.from_arc]]
    head = network.osm_node[network.graph.head[turns.to_arc]]
    columns = way[turns.from_arc], tail, via, way[turns.to_arc], head, turns.delay_ms
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


def cells_in_town(nodes, draw, count=80):
    lon, lat = np.array(list(nodes.values())).T
    table = {"cell": [str(row) for row in range(count)], "population": 1.0}
    points = gpd.points_from_xy(
        draw.uniform(lon.min(), lon.max(), count), draw.uniform(lat.min(), lat.max(), count)
    )
    return gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")


def minutes_with(today, change, cells, sites, profile):
    network = today.networks[profile]
    tables = [AttachedPlaces(each, am.attach(network, each)) for each in (cells, sites)]
    (resolved,) = resolve([make_scenario(change)], today)
    done = apply_scenario(resolved, network, *tables)
    found = am.access_times(done.network, cells, sites, attachments=done.attachments)
    return found["minutes"].fillna(np.inf).to_numpy()


def made_up_sites(cells):
    return gpd.GeoDataFrame(
        {"site": ["a", "b", "c"], "category": "care/pharmacy"},
        geometry=cells.geometry.iloc[:3].to_numpy(),
        crs="EPSG:4326",
    )


@pytest.mark.parametrize("seed", range(8))
def test_laws_of_access_and_directions(tmp_path, seed):
    path, nodes, ways, draw = random_town(tmp_path, seed)
    today = today_of(path)
    cells = cells_in_town(nodes, draw)
    sites = made_up_sites(cells)
    ids = tuple(int(each) for each in draw.choice(list(ways), 8, replace=False))
    named = [n for n in ids if ways[n][1]["highway"] not in {"footway", "path"}]
    changes = {
        "opens": SetAccess(kind="set_access", ids=ids, allow=("bicycle", "walk")),
        "both": SetOneway(kind="set_oneway", ids=tuple(named), direction="both"),
        "along": SetOneway(kind="set_oneway", ids=tuple(named), direction="along"),
        "buses": SetAccess(kind="set_access", ids=ids, to="buses"),
    }
    for profile in PROFILES:
        network = today.networks[profile]
        before = am.access_times(network, cells, sites)["minutes"].fillna(np.inf).to_numpy()
        after = {
            name: minutes_with(today, change, cells, sites, profile)
            for name, change in changes.items()
        }
        assert (after["opens"] <= before).all(), profile
        assert (after["both"] <= before).all(), profile
        assert (after["buses"] >= before).all(), profile
        # what is named again as it is today changes nothing
        if profile == "walk":
            assert (after["along"] == before).all()


def test_streets_that_are_oneway_already_change_nothing(tmp_path):
    path, nodes, ways, draw = random_town(tmp_path, 5)
    today = today_of(path)
    cells = cells_in_town(nodes, draw)
    sites = made_up_sites(cells)
    ids = tuple(n for n, (_, tags) in ways.items() if tags.get("oneway") == "yes")
    change = SetOneway(kind="set_oneway", ids=ids, direction="along")
    before = am.access_times(today.networks["car"], cells, sites)["minutes"].to_numpy()
    after = minutes_with(today, change, cells, sites, "car")
    assert np.array_equal(np.nan_to_num(before, nan=np.inf), after)


@pytest.mark.parametrize("seed", range(4))
def test_changes_of_streets_go_together_with_others_in_any_order(tmp_path, seed):
    path, nodes, ways, draw = random_town(tmp_path, seed)
    today = today_of(path)
    cells = cells_in_town(nodes, draw)
    sites = made_up_sites(cells)
    streets = [n for n, (_, tags) in ways.items() if tags["highway"] == "residential"]
    one, two, three = (int(each) for each in draw.choice(streets, 3, replace=False))
    changes = [
        SetOneway(kind="set_oneway", ids=(one,), direction="against"),
        CloseWays(kind="close_ways", ids=(two,)),
        SetSpeed(kind="set_speed", ids=(three,), kmh=12.0),
    ]
    found = []
    for order in (changes, changes[::-1]):
        network = today.networks["car"]
        tables = [AttachedPlaces(each, am.attach(network, each)) for each in (cells, sites)]
        (resolved,) = resolve([make_scenario(*order)], today)
        done = apply_scenario(resolved, network, *tables)
        table = am.access_times(done.network, cells, sites, attachments=done.attachments)
        found.append(table["minutes"].to_numpy())
    assert np.array_equal(*found, equal_nan=True)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "set_access", "ids": [1]}, "needs either to"),
        ({"kind": "set_access", "to": "pedestrians"}, "says no way"),
        ({"kind": "set_access", "ids": [1], "allow": ["car"], "forbid": ["car"]}, "both allows"),
        ({"kind": "set_access", "ids": [1], "to": "dogs"}, "pedestrians"),
    ],
)
def test_contradictions_are_refused_when_read(values, message):
    with pytest.raises(ValidationError, match=message):
        SetAccess.model_validate(values)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (SetAccess(kind="set_access", ids=(77,), to="everyone"), "1 of 1 way ids are not in"),
        (SetAccess(kind="set_access", names=("R1",), to="everyone"), "is called 'R1'"),
        (SetAccess(kind="set_access", ids=(100,), allow=("hovercraft",)), "hovercraft"),
        (
            SetTurn(kind="set_turn", from_way=100, via=30, to_way=101, allowed=False),
            "does not pass node 30",
        ),
    ],
)
def test_what_does_not_fit_the_study_is_told(tmp_path, change, message):
    path, *_ = random_town(tmp_path, 1)
    with pytest.raises(StudyError, match=message):
        resolve([make_scenario(change)], today_of(path, turns=("car",)))


def test_a_change_that_nobody_feels_is_warned_of(tmp_path):
    path, *_ = random_town(tmp_path, 1)
    change = SetTurn(kind="set_turn", from_way=100, via=2, to_way=101, allowed=False)
    (resolved,) = resolve([make_scenario(change)], today_of(path))
    assert "the study knows turns for none of the profiles" in str(resolved.warnings[0])
    assert not resolved.edits


def test_sites_are_those_of_the_edited_file(tmp_path):
    path, nodes, _, draw = random_town(tmp_path, 2)
    spots = {n: tuple(np.round(np.add(nodes[node(n, n)], 1e-4), 7).tolist()) for n in range(4)}
    pharmacy = {"amenity": "pharmacy"}
    with_sites = edit_file(
        path,
        tmp_path / "sites.osm.pbf",
        new_nodes={7000 + n: (*spots[n], pharmacy | {"name": f"P{n}"}) for n in range(3)},
    )
    today = today_of(with_sites)
    new = am.read_sites(am.read_osm(with_sites), ["care"])
    assert len(new) == 3
    changes = [
        AddSite(kind="add_site", category="care/pharmacy", name="New", at=spots[3]),
        MoveSite(kind="move_site", site="P1", to=(spots[1][0], round(spots[1][1] + 0.001, 7))),
        RemoveSite(kind="remove_site", site="n7002"),
    ]
    edited = edit_file(
        path,
        tmp_path / "edited.osm.pbf",
        new_nodes={
            7000: (*spots[0], pharmacy),
            7001: (spots[1][0], round(spots[1][1] + 0.001, 7), pharmacy),
            7003: (*spots[3], pharmacy),
        },
    )
    cells = cells_in_town(nodes, draw)
    (resolved,) = resolve([make_scenario(*changes)], today)
    expected = am.read_sites(am.read_osm(edited), ["care"])
    network = today.networks["walk"]
    found = am.access_times(network, cells, resolved.site_edits.sites, k=3)
    told = am.access_times(network, cells, expected, k=3)
    assert np.array_equal(found["minutes"], told["minutes"], equal_nan=True)


def times_from_some(network, sources):
    """Milliseconds from some junctions to all, by OSM id."""
    row_of = {osm_id: row for row, osm_id in enumerate(network.osm_node.tolist())}
    rows = np.array([row_of[each] for each in sources], np.int32)
    times = am.travel_times(network, rows).T.tolist()
    return dict(zip(network.osm_node.tolist(), times, strict=True))


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["nantes-centre.osm.pbf", "newport.osm.pbf"])
def test_streets_of_real_towns_are_those_of_the_edited_file(realdata, tmp_path, name):
    path = realdata / "osm" / name
    today = today_of(path)
    extract, draw = today.extract, np.random.default_rng(3)
    tags_of = dict(zip(extract.ways.osm_id.tolist(), extract.ways.tags, strict=True))
    oneway = [w for w, tags in tags_of.items() if "highway" in tags and tags.get("oneway") == "yes"]
    paths = [w for w, tags in tags_of.items() if tags.get("highway") in {"footway", "path"}]
    one = tuple(int(each) for each in draw.choice(oneway, 12, replace=False))
    two = tuple(int(each) for each in draw.choice(paths, 12, replace=False))
    turned = SetOneway(kind="set_oneway", ids=one, direction="both")
    opened = SetAccess(kind="set_access", ids=two, allow=("bicycle",))
    edits = {
        "car": {way: {**tags_of[way], "oneway": "no"} for way in one},
        "bicycle": {way: {**tags_of[way], "bicycle": "yes"} for way in two},
    }
    for profile, change in (("car", turned), ("bicycle", opened)):
        edited = edit_file(path, tmp_path / f"{profile}.osm.pbf", tags_of_way=edits[profile])
        expected = am.build_network(am.read_osm(edited), profile)
        found = applied(today, change, profile)
        common = sorted(set(found.osm_node.tolist()) & set(expected.osm_node.tolist()))
        sources = draw.choice(common, 5, replace=False).tolist()
        here, there = (times_from_some(each, sources) for each in (found, expected))
        assert len(common) > 500
        assert [here[each] for each in common] == [there[each] for each in common]


def test_a_link_is_joined_to_the_streets_it_crosses():
    network, sites = grid_world(5, 5), sites_at({"h": (250, 200)})
    cells = cells_at([(250, 0)])
    today = make_today({"walk": network}, sites)
    plain = link((250, -20), (250, 420), speed_kmh=6.0)
    # ends 20 m off the first and the last row, and crosses the five rows in their middle
    joined = plain.model_copy(update={"joins_crossings": True})
    found = {}
    for name, change in (("ends", plain), ("crossings", joined)):
        (resolved,) = resolve([make_scenario(change)], today)
        tables = [AttachedPlaces(each, am.attach(network, each)) for each in (cells, sites)]
        done = apply_scenario(resolved, network, *tables)
        times = am.access_times(done.network, cells, sites, attachments=done.attachments)
        found[name] = times["minutes"].iloc[0]
        assert len(resolved.links) == 1
        assert resolved.links.geometry.iloc[0].length > 0.0039
    # 200 m at 6 km/h; before, half a block on either side of two blocks
    assert found["crossings"] == pytest.approx(2.0, abs=0.01)
    before = am.access_times(network, cells, sites)["minutes"].iloc[0]
    assert before == pytest.approx(3.0)
    assert found["crossings"] < found["ends"] <= before


@pytest.mark.parametrize("seed", range(10))
def test_laws_of_links_that_are_joined_at_crossings(seed):
    draw = np.random.default_rng(seed)
    network = crooked_world(draw)
    cells = cells_at(scattered(draw, 40))
    sites = sites_at({f"s{row}": place for row, place in enumerate(scattered(draw, 4))})
    (start, end), kmh = scattered(draw, 2), float(draw.uniform(2, 20))
    loaded = make_loaded({"walk": network}, cells, sites)
    plain = link(start, end, speed_kmh=kmh)
    joined = plain.model_copy(update={"joins_crossings": True})
    try:
        table = run(loaded, make_scenario(plain, key="a"), make_scenario(joined, key="b"))
    except StudyError:
        return  # an end too far from any street
    today, ends, crossings = (
        np.nan_to_num(minutes_of(table, key), nan=np.inf) for key in ("today", "a", "b")
    )
    assert (ends <= today).all()
    assert (crossings <= today).all()
    # each part is rounded by itself: some milliseconds at most
    assert (crossings <= ends + 1e-3).all()


def test_a_bridge_joins_no_street_that_it_crosses():
    with pytest.raises(ValidationError, match="is a bridge, which crosses streets"):
        link((0, 0), (100, 0), bridge=True, joins_crossings=True)
