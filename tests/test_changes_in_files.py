"""Changes on water and of barriers against the same change made in the file itself."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

import artois_mobility as am
from artois_mobility.changes.street_schema import AddBarrier, RemoveBarrier
from artois_mobility.scenarios.applying import AttachedPlaces, apply_scenario
from artois_mobility.scenarios.resolving import resolve
from osm_edits import edit_file
from osm_files import write_osm
from scenario_worlds import make_scenario
from test_street_changes import cells_in_town, made_up_sites, random_town, today_of
from test_water_changes import apply, at, canal_world, change, make_today

CANAL = {"waterway": "canal", "CEMT": "I", "name": "Canal", "boat": "yes", "maxwidth": "7"}
LOCK = {"waterway": "canal", "CEMT": "I", "name": "Canal", "lock": "yes", "lock_name": "Amont"}
LYS = {"waterway": "river", "name": "Lys", "CEMT": "IV"}
WIDER = {key: value for key, value in CANAL.items() if key != "maxwidth"}
# A change, and the tags of ways and nodes and the new way that say the same.
ON_WATER = {
    "a higher class": (
        change("set_class", ids="[10, 12]", cemt='"IV"'),
        {10: {**WIDER, "CEMT": "IV"}, 12: {**WIDER, "CEMT": "IV"}}, {}, {},
    ),
    "a lower class": (
        change("set_class", ids="[20]", cemt='"II"'), {20: {**LYS, "CEMT": "II"}}, {}, {},
    ),
    "a class with its locks": (
        change("set_class", names='["Canal"]', cemt='"IV"', with_locks="true"),
        {10: {**WIDER, "CEMT": "IV"}, 11: {**LOCK, "CEMT": "IV"}, 12: {**WIDER, "CEMT": "IV"}},
        {4: {"waterway": "lock_gate", "name": "Milieu", "CEMT": "IV"},
         6: {"waterway": "lock_gate", "lock_name": "Aval", "CEMT": "IV"},
         7: {"waterway": "lock_gate", "CEMT": "IV"}}, {},
    ),
    "a dimension": (
        change("set_dimension", ids="[20]", length_m=60.0, draught_m=1.5),
        {20: {**LYS, "maxlength": "60", "maxdraught": "1.5"}}, {}, {},
    ),
    "the time of a lock": (
        change("lock_time", names='["Amont"]', minutes=45.0),
        {11: {**LOCK, "passage_time": "00:45:00"}}, {}, {},
    ),
    "the hours of a lock": (
        change("lock_hours", names='["Amont"]', hours='"Mo-Su 10:00-12:00"'),
        {11: {**LOCK, "opening_hours": "Mo-Su 10:00-12:00"}}, {}, {},
    ),
    "a closed reach": (change("close_reach", ids="[20]"), {20: {**LYS, "boat": "no"}}, {}, {}),
    "a reach that is gone": (change("close_reach", ids="[20]"), {20: None}, {}, {}),
    "a new reach": (
        change("add_reach", name='"Liaison"', geometry=[list(at(4000, 0)), list(at(4000, 2000))],
               cemt='"IV"'),
        {}, {}, {30: ([8, 10], {"waterway": "canal", "name": "Liaison", "CEMT": "IV"})},
    ),
}  # fmt: skip
ENDS = (((200, 0), (3900, 0)), ((100, 2000), (3900, 2000)), ((200, 0), (200, 2000)))


@pytest.fixture(scope="module")
def canal(tmp_path_factory):
    world = canal_world()
    nodes = {
        int(osm_id): (float(lon), float(lat), world.nodes.tags.get(row, {}))
        for row, (osm_id, lon, lat) in enumerate(
            zip(world.nodes.osm_id, world.nodes.lon_deg, world.nodes.lat_deg, strict=True)
        )
    }
    ways = {10: ([1, 2], CANAL), 11: ([2, 3], LOCK), 12: ([3, 4, 5, 6, 7, 8], CANAL),
            20: ([9, 10], LYS)}  # fmt: skip
    path = tmp_path_factory.mktemp("canal") / "canal.osm.pbf"
    write_osm(path, nodes, ways)
    return path


@pytest.mark.parametrize("name", ON_WATER)
def test_water_is_that_of_the_edited_file(canal, tmp_path, name):
    text, ways, nodes, new = ON_WATER[name]
    extract = am.read_osm(canal)  # as a file keeps positions
    today = make_today()
    today = replace(today, extract=extract, water=replace(today.water, extract=extract))
    here, warnings = apply(tmp_path, text, today)
    assert warnings == []
    edited = edit_file(
        canal, tmp_path / "edited.osm.pbf", tags_of_way=ways, tags_of_node=nodes, new_ways=new
    )
    there = am.read_osm(edited)
    found = [tell(here.extract), tell(there)]
    assert found[0] == found[1]
    assert found[0] != tell(today.extract)


def tell(extract):
    """Tell everything that vessels do: minutes, locks and the largest vessel of each trip."""
    told = []
    moment = datetime(2026, 11, 24, 8)
    for start, end in ENDS:
        points = [at(*start)], [at(*end)]
        for vessel in ("barge_freycinet", "barge_iii", "pleasure_boat"):
            network = am.build_network(extract, vessel)
            row = am.voyages(network, *points, departure=moment).iloc[0]
            told.append([str(row[key]) for key in ("minutes", "km", "locks", "waiting_min")])
        row = am.largest_vessels(extract, *points).iloc[0]
        told.append([str(row[key]) for key in ("length_m", "beam_m", "draught_m", "class_name")])
    return told


def minutes_after(today, change, cells, sites):
    network = today.networks["walk"]
    tables = [AttachedPlaces(each, am.attach(network, each)) for each in (cells, sites)]
    (resolved,) = resolve([make_scenario(change)], today)
    done = apply_scenario(resolved, network, *tables)
    return am.access_times(done.network, cells, sites, attachments=done.attachments)["minutes"]


@pytest.mark.parametrize("seed", range(5))
def test_barriers_are_those_of_the_edited_file(tmp_path, seed):
    """A railway in the file is what nobody walks across; taken away, nobody is slower."""
    path, nodes, _, draw = random_town(tmp_path, seed)
    cells = cells_in_town(nodes, draw)
    sites = made_up_sites(cells)
    lon, lat = np.array(list(nodes.values())).T
    ends = [
        (round(float(draw.uniform(lon.min(), lon.max())), 7),
         round(float(draw.uniform(lat.min(), lat.max())), 7))
        for _ in range(9)
    ]  # fmt: skip
    edited = edit_file(
        path,
        tmp_path / "railway.osm.pbf",
        new_nodes={5001 + row: (*end, {}) for row, end in enumerate(ends)},
        new_ways={5001: (list(range(5001, 5010)), {"railway": "rail"})},
    )
    plain, fenced = today_of(path), today_of(edited)
    before, after = (
        am.access_times(each.networks["walk"], cells, sites)["minutes"] for each in (plain, fenced)
    )
    wall = AddBarrier(kind="add_barrier", geometry=tuple(ends))
    assert minutes_after(plain, wall, cells, sites).equals(after)
    assert (after != before).any()
    everywhere = ((2.0, 50.0), (3.5, 50.0), (3.5, 51.0), (2.0, 51.0))
    gone = RemoveBarrier(kind="remove_barrier", within=everywhere)
    freed = minutes_after(fenced, gone, cells, sites)
    # who hung elsewhere because of it keeps that street too, so that nobody gets slower
    assert (freed <= before).all()
    assert (freed == before).mean() > 0.9
