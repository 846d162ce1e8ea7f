"""Changes on water: what each does to waterways and locks, and what is refused."""

import dataclasses
import itertools
from datetime import datetime

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artois_mobility import build_network, largest_vessels, voyages
from artois_mobility.errors import StudyError
from artois_mobility.network.profiles import read_profile
from artois_mobility.network.vessels import any_size
from artois_mobility.osm.extract import SourceRecord
from artois_mobility.scenarios.reading import read_scenario
from artois_mobility.scenarios.resolved import Today
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.scenarios.waters import Waters
from network_worlds import LAT_DEG, LON_DEG, M_PER_DEG_LAT, M_PER_DEG_LON, make_extract
from street_worlds import sites_at


def at(x_m, y_m):
    return LON_DEG + x_m / M_PER_DEG_LON, LAT_DEG + y_m / M_PER_DEG_LAT


def canal_world():
    """A canal of class I with three locks, each drawn in another way, and a river beside it.

    1 --- 2 === 3 --- 4* --- 5 --- 6> --- <7 --- 8        9 ----- 10 (river, 2 km north)
    chamber Amont, gate Milieu (one node), gates of Aval (two nodes)
    """
    positions = {1: (0, 0), 2: (1000, 0), 3: (1050, 0), 4: (2000, 0), 5: (2600, 0), 6: (3000, 0),
                 7: (3050, 0), 8: (4000, 0), 9: (0, 2000), 10: (4000, 2000)}  # fmt: skip
    canal = {"waterway": "canal", "CEMT": "I", "name": "Canal", "boat": "yes", "maxwidth": "7"}
    lock = {"waterway": "canal", "CEMT": "I", "name": "Canal", "lock": "yes", "lock_name": "Amont"}
    ways = {10: ([1, 2], canal), 11: ([2, 3], lock), 12: ([3, 4, 5, 6, 7, 8], canal),
            20: ([9, 10], {"waterway": "river", "name": "Lys", "CEMT": "IV"})}  # fmt: skip
    gate = {"waterway": "lock_gate"}
    nodes = {4: gate | {"name": "Milieu"}, 6: gate | {"lock_name": "Aval"}, 7: gate}
    rows = {osm_id: row for row, osm_id in enumerate(sorted(positions))}
    extract = make_extract(positions, ways)
    tags = {rows[node]: own for node, own in nodes.items()}
    west, south = at(-1000, -1000)
    east, north = at(6000, 4000)
    source = SourceRecord("world.osm", "0" * 64, "", "", (west, south, east, north), False)
    return dataclasses.replace(
        extract, nodes=dataclasses.replace(extract.nodes, tags=tags), source=source
    )


def quays_at(places):
    lon, lat = zip(*(at(*place) for place in places.values()), strict=True)
    points = gpd.points_from_xy(lon, lat, crs=4326)
    return gpd.GeoDataFrame({"name": list(places)}, geometry=points)


def make_today(*, departure=None, profiles=("barge_freycinet", "barge_iii"), has_water=True):
    extract = canal_world()
    networks = {name: build_network(extract, name) for name in profiles}
    quays = quays_at({"Ouest": (200, 0), "Est": (3900, 0)})
    waters = Waters(extract, networks, quays, (("Ouest", "Est"),), departure)
    sites = sites_at({"a": (0, 0)}, "transport/quay")
    return Today(extract, networks, sites, (), waters if has_water else None)


def apply(tmp_path, text, today=None, name="works"):
    """Resolve a scenario file; return what becomes of the water, and the warnings in English."""
    path = tmp_path / f"{name}.toml"
    path.write_text(f'name = "Works"\n{text}', encoding="utf-8")
    resolved = resolve([read_scenario(path)], today or make_today())[0]
    return resolved.water, [str(each) for each in resolved.warnings]


def change(kind, **keys):
    written = "".join(f"{key} = {value}\n" for key, value in keys.items())
    return f'[[changes]]\nkind = "{kind}"\n{written}'


def sail(extract, vessel, departure=None, ends=((200, 0), (3900, 0))):
    network = build_network(extract, vessel)
    return voyages(network, [at(*ends[0])], [at(*ends[1])], departure=departure).iloc[0]


def largest(extract, ends=((200, 0), (3900, 0))):
    return largest_vessels(extract, [at(*ends[0])], [at(*ends[1])]).iloc[0]


def test_a_class_opens_reaches_and_leaves_locks_unless_asked(tmp_path):
    reach = change("set_class", names='["Canal"]', cemt='"IV"')
    edits, warnings = apply(tmp_path, reach)
    assert warnings == []
    assert (largest(edits.extract)["length_m"], largest(edits.extract)["beam_m"]) == (38.5, 5.05)
    whole, _ = apply(tmp_path, reach + "with_locks = true\n")
    row = largest(whole.extract)
    assert (row["length_m"], row["beam_m"], row["class_name"]) == (85.0, 9.5, "IV")
    assert row["length_limit"].startswith("Canal, Amont: class IV")


def test_a_higher_class_keeps_what_is_wider_and_a_lower_one_does_not(tmp_path):
    higher, _ = apply(tmp_path, change("set_class", ids="[10]", cemt='"II"'))
    tags = dict(zip(higher.extract.ways.osm_id.tolist(), higher.extract.ways.tags, strict=True))
    assert (tags[10]["CEMT"], tags[10]["maxwidth"]) == ("II", "7")
    assert tags[10]["source:CEMT"] == "scenario works"
    lower, _ = apply(tmp_path, change("set_class", ids="[20]", cemt='"II"'))
    assert largest(lower.extract, ((0, 2000), (4000, 2000)))["length_m"] == 55
    wide, _ = apply(tmp_path, change("set_class", ids="[10]", cemt='"III"'))
    tags = dict(zip(wide.extract.ways.osm_id.tolist(), wide.extract.ways.tags, strict=True))
    assert "maxwidth" not in tags[10]


def test_a_dimension_counts_more_than_a_class_and_says_where_it_is_from(tmp_path):
    both = change("set_class", names='["Canal"]', cemt='"Va"', with_locks="true") + change(
        "set_dimension", names='["Amont"]', length_m=60.0, draught_m=2.0
    )
    edits, _ = apply(tmp_path, both)
    row = largest(edits.extract)
    assert (row["length_m"], row["beam_m"], row["draught_m"]) == (60.0, 11.4, 2.0)
    assert row["length_limit"] == "Canal, Amont: maxlength=60 (scenario works)"


@pytest.mark.parametrize("name", ["Amont", "Milieu", "Aval"])
def test_the_time_of_a_lock_is_set_however_it_is_drawn(tmp_path, name):
    before = sail(canal_world(), "barge_freycinet")
    edits, _ = apply(tmp_path, change("lock_time", names=f'["{name}"]', minutes=50))
    after = sail(edits.extract, "barge_freycinet")
    assert after["minutes"] - before["minutes"] == pytest.approx(30, abs=0.01)
    assert after["locks"] == before["locks"] == 3


def test_a_waterway_stands_for_its_locks_in_changes_of_locks(tmp_path):
    edits, _ = apply(tmp_path, change("lock_time", names='["Canal"]', minutes=10))
    assert sail(edits.extract, "barge_freycinet")["lock_min"] == pytest.approx(30, abs=0.01)
    with pytest.raises(StudyError, match="means no lock"):
        apply(tmp_path, change("lock_time", names='["Lys"]', minutes=10))


@pytest.mark.parametrize("name", ["Amont", "Milieu", "Aval"])
def test_hours_of_a_lock_make_vessels_wait(tmp_path, name):
    edits, _ = apply(tmp_path, change("lock_hours", names=f'["{name}"]', hours='"12:00-13:00"'))
    row = sail(edits.extract, "barge_freycinet", "2026-11-24T06:00")
    assert row["waiting_min"] > 180
    assert sail(edits.extract, "barge_freycinet")["waiting_min"] == 0


@pytest.mark.parametrize("name", ["Amont", "Milieu", "Aval", "Canal"])
def test_what_is_closed_is_passed_by_nobody(tmp_path, name):
    edits, _ = apply(tmp_path, change("close_reach", names=f'["{name}"]'))
    assert sail(edits.extract, "barge_freycinet")["reason"]
    assert sail(edits.extract, "pleasure_boat")["reason"]
    river = ((0, 2000), (4000, 2000))
    assert sail(edits.extract, "barge_freycinet", ends=river)["reason"] == ""


@pytest.mark.parametrize(
    ("days", "is_closed"),
    [
        ("begin = 2026-11-24\nend = 2026-11-24\n", True),
        ("begin = 2026-11-25\n", False),
        ("end = 2026-11-23\n", False),
        ("begin = 2026-11-01\n", True),
        ("end = 2026-12-01\n", True),
        ("", True),
    ],
)
def test_a_closure_holds_on_its_days(tmp_path, days, is_closed):
    today = make_today(departure=datetime(2026, 11, 24, 8))
    edits, warnings = apply(tmp_path, change("close_reach", names='["Amont"]') + days, today)
    assert (sail(edits.extract, "barge_freycinet")["reason"] != "") == is_closed
    assert [("not in force on 2026-11-24" in each) for each in warnings] == [True] * (not is_closed)
    always, _ = apply(tmp_path, change("close_reach", names='["Amont"]') + days)
    assert sail(always.extract, "barge_freycinet")["reason"]


def reach(*places, **keys):
    geometry = str([list(at(*place)) for place in places])
    return change("add_reach", geometry=geometry, name='"Jonction"', cemt='"Vb"', **keys)


def test_a_reach_joins_in_the_middle_of_waterways(tmp_path):
    ends = ((200, 0), (3000, 2000))
    assert sail(canal_world(), "barge_freycinet", ends=ends)["reason"]
    edits, warnings = apply(tmp_path, reach((500, 20), (500, 1000), (510, 1990)))
    assert warnings == []
    row = sail(edits.extract, "barge_freycinet", ends=ends)
    assert row["km"] == pytest.approx(0.3 + 2.0 + 2.49, abs=0.06)
    assert row["waterways"] == "Canal;Jonction;Lys"
    # class I still ends where the canal does; the river takes what class IV grants
    assert largest(edits.extract, ((500, 1000), (3000, 2000)))["class_name"] == "IV"
    slow, _ = apply(tmp_path, reach((500, 20), (510, 1990), speed_kmh=2.0))
    assert sail(slow.extract, "barge_freycinet", ends=ends)["minutes"] > row["minutes"] + 30


def test_a_reach_joins_at_a_node_that_is_there(tmp_path):
    edits, _ = apply(tmp_path, reach((2600, 0.5), (2600, 1999)))
    before = canal_world()
    assert edits.extract.nodes.osm_id.size == before.nodes.osm_id.size + 1
    assert sail(edits.extract, "barge_freycinet", ends=((2000, 0), (3000, 2000)))["reason"] == ""


def test_reaches_that_share_an_end_join_each_other(tmp_path):
    two = reach((500, 0), (500, 1000)) + reach((500, 1000), (500, 2000)).replace("Jonction", "B")
    edits, warnings = apply(tmp_path, two)
    assert sail(edits.extract, "barge_freycinet", ends=((200, 0), (3000, 2000)))["reason"] == ""
    del warnings


def test_a_reach_that_joins_nothing_is_refused_and_a_loose_end_is_told(tmp_path):
    with pytest.raises(StudyError, match=r"has its ends 1001 m and 902 m from the nearest"):
        apply(tmp_path, reach((500, 1000), (600, 1100)))
    _, warnings = apply(tmp_path, reach((500, 0), (500, 1000)))
    assert "joins a waterway at one end only: the other lies 1,00" in warnings[0]


def test_new_quays_ask_for_voyages(tmp_path):
    lon, lat = at(2000, 2000)
    quay = change("add_quay", name='"Nord"', at=f"[{lon}, {lat}]")
    edits, _ = apply(tmp_path, quay)
    assert edits.quays["name"].tolist() == ["Ouest", "Est", "Nord"]
    assert edits.trips == (("Ouest", "Est"), ("Nord", "Ouest"), ("Nord", "Est"))
    stop = change("add_stop", name='"Halte"', at=f"[{lon}, {lat}]", trips_to='["Est"]')
    assert apply(tmp_path, stop)[0].trips == (("Ouest", "Est"), ("Halte", "Est"))
    with pytest.raises(StudyError, match="trips_to names 'Sud'; the study has Ouest, Est"):
        apply(tmp_path, stop.replace('"Est"', '"Sud"'))
    with pytest.raises(StudyError, match="another quay called 'Est'"):
        apply(tmp_path, quay.replace("Nord", "Est"))


def test_the_order_of_changes_does_not_matter(tmp_path):
    changes = [
        change("set_class", names='["Canal"]', cemt='"Va"', with_locks="true"),
        change("set_dimension", names='["Amont"]', length_m=60.0),
        change("lock_time", names='["Aval"]', minutes=7),
        change("close_reach", names='["Lys"]'),
    ]
    found = set()
    for order in itertools.permutations(changes):
        edits, _ = apply(tmp_path, "".join(order))
        extract = edits.extract
        tags = [sorted(own.items()) for own in extract.ways.tags]
        nodes = sorted((row, sorted(own.items())) for row, own in extract.nodes.tags.items())
        found.add(str((tags, nodes)))
    assert len(found) == 1


def test_today_stays_as_it_is(tmp_path):
    today = make_today()
    before = [dict(tags) for tags in today.extract.ways.tags]
    upgrade = change("set_class", names='["Canal"]', cemt='"Va"')
    apply(tmp_path, upgrade + reach((500, 0), (500, 900)), today)
    assert [dict(tags) for tags in today.extract.ways.tags] == before
    assert (today.extract.ways.osm_id > 0).all()


FAULTS = [
    (change("set_class", names='["Cannal"]', cemt='"II"'), "no waterway or lock is called 'Cannal'"
     " in the extract. Did you mean Canal"),
    (change("set_class", ids="[99]", cemt='"II"'), "way 99 is no waterway of the extract"),
    (change("set_class", ids="[10]", cemt='"II"') + change("set_class", ids="[10]", cemt='"IV"'),
     r"and changes\[1\] set CEMT of the same waterway to two values"),
    (change("lock_time", names='["Amont"]', minutes=5)
     + change("lock_time", names='["Canal"]', minutes=6), "passage_time of the same waterway"),
    (change("add_link", geometry=str([list(at(0, 0)), list(at(0, 900))]),
            profiles='["barge_freycinet"]'), "write add_reach, which has a class"),
    (reach((500, 0), (90_000, 0)), "lies outside the extract"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), FAULTS)
def test_changes_that_do_not_fit_are_refused(tmp_path, text, said):
    with pytest.raises(StudyError, match=said):
        apply(tmp_path, text)


def test_without_a_section_on_water_it_is_told(tmp_path):
    _, warnings = apply(
        tmp_path, change("close_reach", names='["Amont"]'), make_today(has_water=False)
    )
    assert "the study has no section [water]" in warnings[0]


def test_a_closed_way_is_closed_to_vessels_too(tmp_path):
    edits, _ = apply(tmp_path, change("close_ways", ids="[12]"))
    assert sail(edits.extract, "barge_freycinet")["reason"]
    only, _ = apply(tmp_path, change("close_ways", ids="[12]", profiles='["barge_iii"]'))
    assert only is not None


names = st.sampled_from(["Canal", "Amont", "Milieu", "Aval", "Lys"])
widenings = st.one_of(
    st.tuples(names, st.sampled_from(["II", "IV", "Vb"])).map(
        lambda own: change("set_class", names=f'["{own[0]}"]', cemt=f'"{own[1]}"',
                           with_locks="true")
    ),
    st.tuples(names, st.integers(40, 200)).map(
        lambda own: change("set_dimension", names=f'["{own[0]}"]', length_m=float(own[1]),
                           with_locks="true")
    ),
)  # fmt: skip


@settings(deadline=None, max_examples=25)
@given(text=widenings)
def test_widening_never_takes_a_vessel_away_and_closing_never_brings_one(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("law")
    extract = canal_world()
    wider, _ = apply(folder, text)
    before, after = largest(extract), largest(wider.extract)
    for name in ("length_m", "beam_m", "draught_m", "air_draught_m"):
        assert after[name] >= before[name]
    closed, _ = apply(folder, change("close_reach", names='["Milieu"]') + text)
    assert largest(closed.extract)["reason"]
    assert build_network(closed.extract, any_size("barge")).graph.arc_count > 0
    assert read_profile("barge").is_freight
