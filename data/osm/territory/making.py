"""The whole build, step by step."""

from pathlib import Path

import numpy as np
import shapely
from shapely import LineString, Point

from . import areas, joining, lines, motorways, noding, roads, sites
from .built_up import BuiltUp, build_up, of_town, outline, populated
from .facts import Town, read_table, read_towns
from .grid import town_streets
from .lines import LevelPoints, Way
from .names import of_place
from .noding import KeyedWay
from .obstacles import Obstacle, Obstacles, crossings_of, index_obstacles, moved_clear
from .plane import Points, direction_at, from_keys, to_keys
from .writing import Content, write_pbf, write_residents

SEED = 62_059
TOWPATHS = {"aire": 15.0, "deule_s": 15.0, "deule_n": -15.0, "lens": 15.0, "lys": 14.0}
SITE_NEAR_M, STUB_GAP_M = 45.0, 90.0


def build(facts: Path, folder: Path) -> list[str]:
    """Build both files in `folder`; return what was made, as lines of text."""
    towns = read_towns(facts)
    base = lines.read_lines(facts)
    cavaliers = [item for item in base if item.kind == "cavalier"]
    obstacles = index_obstacles([item for item in base if item.kind != "cavalier"])
    hubs = np.vstack([moved_clear(np.array(town.centre), obstacles) for town in towns])
    rng = np.random.default_rng(SEED)
    network = roads.main_roads(facts, towns, hubs)
    network += roads.country_roads(towns, hubs, network, obstacles, rng)
    fast, links, own, notes = _motorways(facts, network, obstacles)
    barriers = index_obstacles([*obstacles.items, *motorways.ramp_obstacles(links)])
    built_up = build_up(towns, hubs, network, rng)
    local = town_streets(towns, hubs, built_up, network, barriers, seed=SEED)
    levels = roads.cut_roads(network, barriers)
    ways = _streets(network, local, barriers, levels, outline(built_up))
    ways += noding.keyed(_fast_ways(facts, fast, links, own, barriers, ways=ways))
    ways = _joined(ways, hubs, barriers)
    ways = _with_stubs(facts, ways, barriers)
    content = Content()
    stations = sites.station_points(facts)
    _add_streets(content, ways, towns, hubs, obstacles)
    _add_lines(
        content,
        facts,
        obstacles,
        levels,
        cavaliers=cavaliers,
        stations=[at for at, _ in stations],
    )
    for at, tags in stations:
        _tag(content, at, tags)
    _add_sites(content, facts, towns, ways, hubs)
    _add_areas(content, towns, hubs, built_up)
    counts = write_pbf(folder / "artois-schematic.osm.pbf", content)
    cells = _residents(folder, towns, built_up, ways, barriers)
    return [*notes, *(f"{key} {value}" for key, value in (counts | cells).items())]


def _motorways(
    facts: Path, network: list[roads.Road], obstacles: Obstacles
) -> tuple[
    list[motorways.Carriageway], list[tuple[LineString, bool, str]], list[frozenset[str]], list[str]
]:
    fast = motorways.carriageways(obstacles)
    links: list[tuple[LineString, bool, str]] = []
    own: list[frozenset[str]] = []
    notes = []
    road_of_key = {road.key: road for road in network}
    for row in read_table(facts, "interchanges"):
        road = road_of_key[row["road"]]
        found = roads.own_crossing(road, obstacles, row["motorway"], int(row["nth"]))
        if found is None:
            notes.append(
                f"no interchange of {row['motorway']} and {row['road']}: they do not cross"
            )
            continue
        crossing, terminals = found
        road.terminals += terminals
        mine = [c for c in fast if obstacles.items[c.index].key == row["motorway"]]
        kind = (
            "motorway_link" if obstacles.items[mine[0].index].kind == "motorway" else "trunk_link"
        )
        for carriageway in mine:
            points = [road.line.interpolate(t) for t in terminals]
            line = carriageway.line
            terminal = max(points, key=lambda p: _right_of(line, p, crossing))
            pair = motorways.ramp_pair(carriageway, crossing, terminal)
            links += [(curve, False, kind) for curve in pair]
            own += [frozenset({row["motorway"]})] * 2
    for i, j, crossing in motorways.crossing_motorways(obstacles):
        pair = [[c for c in fast if c.index == i], [c for c in fast if c.index == j]]
        for curve, is_over in motorways.junction_links(pair, crossing):
            links.append((curve, is_over, "motorway_link"))
            own.append(frozenset({obstacles.items[i].key, obstacles.items[j].key}))
    return fast, links, own, notes


def _right_of(line: LineString, point: Point, crossing: Point) -> float:
    along = direction_at(line, line.project(crossing))
    return float(along[1] * (point.x - crossing.x) - along[0] * (point.y - crossing.y))


def _streets(
    network: list[roads.Road],
    local: list[Way],
    barriers: Obstacles,
    levels: LevelPoints,
    built_up: shapely.Geometry,
) -> list[KeyedWay]:
    pieces = roads.cut_at_edge([way for road in network for way in road.pieces], built_up)
    known = _known_crossings(network, barriers)
    extra = joining.extra_crossings(noding.keyed([*pieces, *local]), barriers, levels, known)
    bridges = [way for way in [*pieces, *extra] if "bridge" in way.tags]
    paths = joining.towpaths(barriers, bridges, TOWPATHS)
    ways = noding.keyed([*pieces, *local, *extra, *paths])
    noding.node_crossings(ways)
    return ways


def _known_crossings(network: list[roads.Road], barriers: Obstacles) -> dict[int, list[float]]:
    known: dict[int, list[float]] = {}
    for road in network:
        for c in crossings_of(road.line, barriers):
            at = road.line.interpolate(c.place_m)
            known.setdefault(c.obstacle, []).append(barriers.items[c.obstacle].line.project(at))
    return known


def _fast_ways(
    facts: Path,
    fast: list[motorways.Carriageway],
    links: list[tuple[LineString, bool, str]],
    own: list[frozenset[str]],
    barriers: Obstacles,
    *,
    ways: list[KeyedWay],
) -> list[Way]:
    refs = {row["line"]: row["ref"] for row in read_table(facts, "lines")}
    found = motorways.motorway_ways(fast, barriers, refs)
    found += motorways.link_ways(links, barriers, own)
    index = joining.street_index(ways)
    for end in sorted({c.line.coords[0] for c in fast}):
        _, row = index[2].query(end)
        tags = {"highway": "trunk_link", "maxspeed": "70"}
        line = LineString([index[1][row], end])
        crossings = [c for c in crossings_of(line, barriers) if line.length - c.place_m > 5.0]
        stretches = lines.bridge_stretches(crossings, line.length)
        for piece, on_top in lines.cut(line, stretches):
            found.append(Way(piece, tags | ({"bridge": "yes", "layer": "1"} if on_top else {})))
    return found


def _joined(ways: list[KeyedWay], hubs: Points, barriers: Obstacles) -> list[KeyedWay]:
    ways = _with_more(ways, joining.seams(ways, hubs, barriers))
    for reach_m in (420.0, 700.0):
        ways = _with_more(ways, joining.join_loose(ways, barriers, reach_m=reach_m))
    return joining.drop_loose(ways)


def _with_more(ways: list[KeyedWay], more: list[Way]) -> list[KeyedWay]:
    joined = [*ways, *noding.keyed(more)]
    noding.node_crossings(joined, first_new=len(ways))
    return joined


def _with_stubs(facts: Path, ways: list[KeyedWay], barriers: Obstacles) -> list[KeyedWay]:
    index = joining.street_index(ways)
    stubs: list[Way] = []
    served: list[Points] = []
    for site in [*sites.hospital_sites(facts), *sites.fact_sites(facts)]:
        at = np.array(site.at)
        gap, _ = index[2].query(at)
        if not site.needs_street or gap < SITE_NEAR_M or "obstetrics" in site.tags.values():
            continue
        line = joining.stub_to(at, index, barriers, short_m=15.0)
        if any(np.hypot(*(at - other)) < STUB_GAP_M for other in served):
            continue
        if line is not None:
            served.append(at)
            stubs.append(
                Way(line, {"highway": "unclassified", "maxspeed": "50"}, is_ground_street=True)
            )
    return joining.drop_loose(_with_more(ways, stubs))


def _add_streets(
    content: Content, ways: list[KeyedWay], towns: list[Town], hubs: Points, obstacles: Obstacles
) -> None:
    used: dict[str, int] = {}
    for way in ways:
        tags = dict(way.tags)
        if "bridge" in tags and tags["highway"] not in ("motorway", "motorway_link"):
            title = _bridge_name(way, towns, hubs, obstacles)
            if title:
                used[title] = used.get(title, 0) + 1
                number = f" n° {used[title]}" if used[title] > 1 else ""
                tags["name"] = title.replace(" (", f"{number} (")
        content.ways.append((way.keys, tags))
    for town, hub in zip(towns, hubs, strict=True):
        content.sites.append(
            (
                to_keys(hub + 4.0)[0],
                {"place": town.place, "name": town.name, "ref:INSEE": town.insee}
                | ({"population": str(town.population)} if town.population else {}),
            )
        )
    _add_signals(content, ways)


def _bridge_name(way: KeyedWay, towns: list[Town], hubs: Points, obstacles: Obstacles) -> str:
    line = LineString(from_keys(way.keys))
    water = [i for i in obstacles.near(line) if obstacles.items[i].kind in ("canal", "river")]
    if not water:
        return ""
    middle = np.array(line.interpolate(0.5, normalized=True).coords)
    town = towns[int(areas.nearest_town(middle, hubs)[0])]
    kind = "Passerelle" if way.tags["highway"] in ("footway", "path", "cycleway") else "Pont"
    return f"{of_place(kind, town.name)} ({obstacles.items[water[0]].name})"


def _add_signals(content: Content, ways: list[KeyedWay]) -> None:
    met: dict[tuple[int, int], set[str]] = {}
    for way in ways:
        is_main = way.is_ground_street and way.tags["highway"] in ("primary", "secondary")
        if is_main and way.tags.get("source:maxspeed") == "FR:urban":
            for key in way.keys:
                met.setdefault(key, set()).add(way.tags.get("ref", ""))
    for key in sorted(key for key, refs in met.items() if len(refs) > 1):
        content.tags_of_key[key] = {"highway": "traffic_signals"}


def _add_lines(
    content: Content,
    facts: Path,
    obstacles: Obstacles,
    levels: LevelPoints,
    *,
    cavaliers: list[Obstacle],
    stations: list[tuple[float, float]],
) -> None:
    water, gates = lines.water_ways(facts, obstacles)
    rails = lines.rail_ways(obstacles, levels, stations)
    for way in noding.keyed([*water, *rails]):
        content.ways.append((way.keys, way.tags))
    for item in cavaliers:
        tags = {"railway": "abandoned", "name": item.name}
        content.ways.append((to_keys(item.line.coords), tags))
    for point, tags in gates:
        content.tags_of_key[to_keys(point.coords)[0]] = tags
    streets = {key for keys, tags in content.ways if "highway" in tags for key in keys}
    for points in levels.values():
        for key in to_keys(points):
            if key in streets:
                content.tags_of_key[key] = {"railway": "level_crossing"}


def _tag(content: Content, at: tuple[float, float], tags: dict[str, str]) -> None:
    key = to_keys(at)[0]
    if any(key in keys for keys, way_tags in content.ways if "railway" in way_tags):
        content.tags_of_key[key] = tags
    else:
        content.sites.append((key, tags))


def _add_sites(
    content: Content, facts: Path, towns: list[Town], ways: list[KeyedWay], hubs: Points
) -> None:
    _, points, _ = joining.street_index(ways)
    town = areas.nearest_town(points, hubs)
    score = np.hypot(*(points - hubs[town]).T)
    found = [*sites.hospital_sites(facts), *sites.fact_sites(facts)]
    found += sites.everyday_sites(towns, points, town, score, SEED)
    for site in found:
        if site.tags.get("leisure"):
            content.ways.append((areas.octagon(np.array(site.at), 220.0), site.tags))
        else:
            content.sites.append((to_keys(site.at)[0], site.tags))


def _add_areas(content: Content, towns: list[Town], hubs: Points, built_up: BuiltUp) -> None:
    parts = [outline(of_town(built_up, t)) for t in range(len(towns))]
    for ring in (ring for part in parts for ring in areas.rings(part)):
        content.ways.append((ring, {"landuse": "residential", "schematic": "yes"}))
    stretches = areas.borders(areas.commune_areas(towns, hubs))
    first = len(content.ways)
    for border in stretches:
        content.ways.append((border.keys, {"boundary": "administrative", "admin_level": "8"}))
    for t, town in enumerate(towns):
        if not town.is_neighbour:
            rows = [(first + n, "outer") for n, b in enumerate(stretches) if t in b.towns]
            content.relations.append((rows, commune_tags(town)))
    for siren, name in sorted({(t.epci_siren, t.epci_name) for t in towns if t.epci_siren}):
        rows = [
            (first + n, "outer")
            for n, b in enumerate(stretches)
            if [towns[t].epci_siren for t in b.towns].count(siren) == 1
        ]
        tags = {
            "type": "boundary",
            "boundary": "local_authority",
            "local_authority:FR": "CA",
            "name": name,
            "ref:FR:SIREN": siren,
            "schematic": "yes",
        }
        content.relations.append((rows, tags))


def commune_tags(town: Town) -> dict[str, str]:
    """Return the tags of a commune's relation."""
    return {
        "type": "boundary",
        "boundary": "administrative",
        "admin_level": "8",
        "name": town.name,
        "ref:INSEE": town.insee,
        "population": str(town.population),
        "epci:siren": town.epci_siren,
        "epci:name": town.epci_name,
        "schematic": "yes",
    }


def _residents(
    folder: Path, towns: list[Town], built_up: BuiltUp, ways: list[KeyedWay], barriers: Obstacles
) -> dict[str, int]:
    segments = [
        LineString(from_keys([a, b]))
        for way in joining.car_streets(ways)
        for a, b in zip(way.keys, way.keys[1:], strict=False)
    ]
    cells, people = populated(towns, built_up, segments, barriers)
    rows = []
    for cell, count in zip(cells, people, strict=True):
        ((lon, lat),) = to_keys(built_up.centres[cell])
        town = towns[built_up.town[cell]]
        name = f"AM200mN{built_up.row[cell] + 500:04d}E{built_up.column[cell] + 500:04d}"
        rows.append(
            (
                name,
                f"{lon / 1e6:.6f}",
                f"{lat / 1e6:.6f}",
                count,
                town.insee,
                town.name,
                town.epci_siren,
                "",
                "yes",
            )
        )
    write_residents(folder / "artois-residents.csv", sorted(rows))
    return {"cells": len(rows), "residents": int(people.sum())}
