"""Tables of locks: read, turned round, given to the locks of an extract."""

import math

import pytest

from artois_mobility import build_network, largest_vessels, read_locks, read_osm, use_locks, vessel
from artois_mobility.errors import PlacesError
from network_worlds import LAT_DEG, LON_DEG, M_PER_DEG_LAT, M_PER_DEG_LON, make_extract
from test_largest_vessels import beyond, locks_of, passes

CANAL = {"waterway": "canal", "CEMT": "Vb", "name": "Canal"}


def at(x_m, y_m=0.0):
    return LON_DEG + x_m / M_PER_DEG_LON, LAT_DEG + y_m / M_PER_DEG_LAT


def world(node_tags=None, **lock):
    """1 ---- 2 == 3 ---- 4: two long reaches, a lock of 150 m between them."""
    positions = {1: (0, 0), 2: (1400, 0), 3: (1550, 0), 4: (3000, 0)}
    tags = CANAL | ({} if node_tags else {"lock": "yes", "maxlength": "100", **lock})
    ways = {7: ([1, 2], CANAL), 8: ([2, 3], tags), 9: ([3, 4], CANAL)}
    return make_extract(positions, ways, node_tags)


def table_of(tmp_path, *rows, header="name,lon,lat,length_m,width_m,minutes,source"):
    path = tmp_path / "locks.csv"
    lines = [",".join(map(str, row)) for row in rows]
    path.write_text("\n".join([header, *lines]), encoding="utf-8")
    return path


def test_a_table_replaces_what_the_tags_say(tmp_path):
    locks = read_locks(table_of(tmp_path, ("Don", *at(1500, 40), 144.6, 12, 37.5, "VNF")))
    used = use_locks(world(), locks)
    assert used.matches.drop(columns="distance_m").to_numpy().tolist() == [["Don", "w8", "", ""]]
    assert used.matches["distance_m"].tolist() == pytest.approx([40], abs=0.2)
    table = largest_vessels(used.extract, [at(100)], [at(2900)])
    assert table[["length_m", "beam_m"]].to_numpy().tolist() == [[144.6, 11.4]]
    assert table["length_limit"].tolist() == ["Canal: maxlength=144.6 (VNF)"]
    (lock,) = build_network(used.extract, "barge").fairway.locks
    assert (lock.minutes, lock.minutes_source) == (37.5, "passage_time=00:37:30 (VNF)")
    assert largest_vessels(world(), [at(100)], [at(2900)])["length_m"].tolist() == [100]


def test_chambers_side_by_side_take_what_fits_and_are_each_charged_once(tmp_path):
    rows = [("A", *at(1500, dy), *size, "", "VNF") for dy, size in
            ((0, (185, 5.2)), (20, (90, 11.4)), (40, (80, 11)))]  # fmt: skip
    used = use_locks(world(), read_locks(table_of(tmp_path, *rows)))
    assert used.matches["reason"].tolist() == [
        "", "", "a chamber beside it takes every vessel that this one takes",
    ]  # fmt: skip
    table = largest_vessels(used.extract, [at(100)], [at(2900)])
    assert table[["length_m", "beam_m"]].to_numpy().tolist() == [[185, 5.2], [90, 11.4]]
    for size, fits in (((90, 11.4), 1), ((100, 11.4), 0), ((150, 5.2), 1)):
        boat = vessel("barge", length_m=size[0], beam_m=size[1])
        assert len(build_network(used.extract, boat).fairway.locks) == fits
    small = build_network(used.extract, vessel("barge", length_m=38.5, beam_m=5.05))
    assert len(small.fairway.locks) == 2
    in_lock = small.waiting_ms[small.fairway.lock_of_arc >= 0]
    assert in_lock.tolist() == [30 * 60_000] * 4


def test_a_lock_drawn_as_gates_takes_the_size_too(tmp_path):
    gates = {2: {"waterway": "lock_gate"}, 3: {"waterway": "lock_gate"}}
    rows = [("A", *at(1405), 120, 11.4, "", "VNF"), ("B", *at(1410), 100, 12, "", "VNF")]
    used = use_locks(world(gates), read_locks(table_of(tmp_path, *rows)))
    assert used.matches["lock"].tolist() == ["n2", "n2"]
    assert used.matches["reason"].tolist() == [
        "",
        "the lock is drawn as a gate: one chamber counts",
    ]
    table = largest_vessels(used.extract, [at(100)], [at(2900)])
    assert table["length_m"].tolist() == [120]


def test_rows_far_from_any_lock_are_told_and_nothing_else_changes(tmp_path):
    extract = world()
    used = use_locks(extract, read_locks(table_of(tmp_path, ("X", *at(500), 40, 5, "", ""))))
    assert used.matches["reason"].tolist() == ["no lock within 250 m"]
    assert math.isnan(used.matches["distance_m"][0])
    assert used.extract.ways.tags == extract.ways.tags
    nearer = use_locks(extract, read_locks(tmp_path / "locks.csv"), near_m=1000)
    assert nearer.matches["reason"].tolist() == [""]


def test_swapped_measures_are_turned_round_and_told(tmp_path):
    locks = read_locks(table_of(tmp_path, ("Thun", 3.4, 50.4, 6.05, 40, "", "")))
    assert locks[["length_m", "beam_m"]].to_numpy().tolist() == [[40, 6.05]]
    assert locks["note"].tolist() == ["length and width were swapped: 6.05 x 40 m"]
    assert locks["source"].tolist() == ["locks.csv"]


@pytest.mark.parametrize(
    ("row", "header", "message"),
    [
        (("A", 3, 50, 0, 5, "", ""), None, "length_m not above 0 and up to 500 m"),
        (("A", 3, 50, "", 5, "", ""), None, "length_m not above 0"),
        (("A", 3, 50, 40, 5, 2000, ""), None, "minutes not above 0 and up to 1440 min"),
        (("A", 3, 50, "long", 5, "", ""), None, "long"),
        (("A", 3, 50, 40), "name,lon,lat,length_m", "no column beam_m"),
        (("A", 3, 50, 40, 5, "now and then"), "name,lon,lat,length_m,width_m,opening_hours",
         "not opening hours"),
    ],
)  # fmt: skip
def test_faults_of_a_table_are_told_at_once(tmp_path, row, header, message):
    path = table_of(tmp_path, row, **({"header": header} if header else {}))
    with pytest.raises(PlacesError, match=message) as fault:
        read_locks(path)
    assert "The table needs a position" in str(fault.value)


@pytest.mark.realdata
def test_the_chart_table_of_the_north_and_the_facts_of_the_territory(realdata):
    locks = read_locks(realdata / "artois" / "locks.geojson")
    assert len(locks) == 31
    noted = locks[locks["note"] != ""]
    assert noted["name"].tolist() == ["Ecluse n°6 de Thun"]
    assert noted["note"].tolist() == ["length and width were swapped: 6.05 x 40 m"]
    territory = read_osm("data/osm/artois-schematic.osm.pbf")
    used = use_locks(territory, locks)
    of_row = dict(zip(used.matches["name"], used.matches["lock"], strict=True))
    assert of_row["Ecluse de Cuinchy"]
    assert of_row["Ecluse de Don"]
    for name, fits in (("Don", True), ("Cuinchy", False)):
        pair = beyond(locks_of(territory)[f"Écluse de {name}"])
        assert passes(used.extract, *pair, length_m=143, beam_m=11.4) == fits
        assert not passes(used.extract, *pair, length_m=180, beam_m=11.4)
        (limit,) = largest_vessels(used.extract, pair[:1], pair[1:])["length_limit"]
        assert "VNF IENC" in limit
