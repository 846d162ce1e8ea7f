"""Which vessel goes where, and how fast, by hand from the OpenStreetMap wiki and ECMT 92/2."""

import pytest

from artois_mobility import UNREACHED_MS, build_network, travel_times, vessel
from artois_mobility.errors import ProfileError
from artois_mobility.network.dimensions import find_limits, read_class, read_metres
from artois_mobility.network.profiles import read_profile
from artois_mobility.network.waterways import interpret_waterway
from network_worlds import make_extract

PROFILES = ("pleasure_boat", "barge_freycinet", "barge", "canoe")

# tags | km/h of a pleasure boat, a Freycinet barge, a barge of class Va, a canoe; - where closed
TABLE = """
waterway=canal | 6 - - 4
waterway=river | - - - 4
waterway=fairway | 12 - - 4
waterway=stream | - - - -
waterway=ditch | - - - -
waterway=drain | - - - -
waterway=canal CEMT=0 | 6 - - 4
waterway=canal CEMT=I | 6 6 - 4
waterway=canal CEMT=II | 6 6 - 4
waterway=canal CEMT=III | 6 6 - 4
waterway=canal CEMT=IV | 12 10 - 4
waterway=canal CEMT=Va | 12 10 10 4
waterway=canal CEMT=Vb | 12 10 10 4
waterway=canal CEMT=VIa | 12 10 10 4
waterway=canal CEMT=VIb | 12 10 10 4
waterway=canal CEMT=VIc | 12 10 10 4
waterway=canal CEMT=VII | 12 10 10 4
waterway=canal CEMT=V | 12 10 10 4
waterway=canal CEMT=VI | 12 10 10 4
waterway=canal CEMT=va | 12 10 10 4
waterway=canal CEMT=5 | 12 10 10 4
waterway=canal CEMT=1 | 6 6 - 4
waterway=canal cemt=Va | 12 10 10 4
waterway=canal cemt=I | 6 6 - 4
waterway=canal CEMT=huge | 6 - - 4
waterway=river CEMT=I | 6 6 - 4
waterway=river CEMT=Va | 12 10 10 4
waterway=fairway CEMT=Vb | 12 10 10 4
waterway=canal usage=transportation | 6 6 6 4
waterway=river usage=transportation | 6 6 6 4
waterway=canal usage=transportation maxwidth=5.2 | 6 6 - 4
waterway=canal usage=transportation maxlength=40 | 6 6 - 4
waterway=canal usage=transportation maxlength=30 | 6 - - 4
waterway=canal usage=irrigation | - - - -
waterway=canal usage=headrace | - - - -
waterway=canal usage=drainage | - - - -
waterway=canal usage=irrigation boat=yes | 6 - - 4
waterway=canal usage=irrigation canoe=yes | - - - 4
waterway=canal ship=yes | 6 6 6 4
waterway=river ship=yes | - 6 6 4
waterway=canal ship=designated | 6 6 6 4
waterway=canal ship=no CEMT=Va | 12 - - 4
waterway=canal ship=private CEMT=Va | 12 - - 4
waterway=canal ship=no usage=transportation | 6 - - 4
waterway=canal ship=yes maxdraught=1.5 | 6 - - 4
waterway=canal ship=yes maxdraught=1.8 | 6 6 - 4
waterway=canal boat=no | - - - -
waterway=canal boat=private | - - - -
waterway=canal boat=no CEMT=Va | - - - -
waterway=canal boat=no ship=yes | - 6 6 -
waterway=canal boat=yes | 6 - - 4
waterway=river boat=yes | 6 - - 4
waterway=river boat=permissive | 6 - - 4
waterway=river motorboat=yes | 6 - - 4
waterway=river motorboat=permissive | 6 - - 4
waterway=canal motorboat=no | - - - 4
waterway=canal motorboat=no CEMT=Va | - - - 4
waterway=canal motorboat=no CEMT=Va ship=yes | - 10 10 4
waterway=canal motorboat=no boat=yes | - - - 4
waterway=canal boat=no motorboat=yes | 6 - - -
waterway=canal boat=no canoe=yes | - - - 4
waterway=river canoe=no | - - - -
waterway=canal canoe=no | 6 - - -
waterway=canal canoe=no CEMT=Va | 12 10 10 -
waterway=river canoe=yes | - - - 4
waterway=canal access=no | - - - -
waterway=canal access=private | - - - -
waterway=canal access=private CEMT=Va | - - - -
waterway=canal access=no boat=yes | 6 - - 4
waterway=canal access=no ship=yes CEMT=Va | - 10 10 -
waterway=canal access=no canoe=yes | - - - 4
waterway=canal tunnel=culvert | - - - -
waterway=canal tunnel=yes | 6 - - 4
waterway=canal tunnel=yes CEMT=I | 6 6 - 4
waterway=canal bridge=aqueduct CEMT=I | 6 6 - 4
waterway=canal disused=yes | - - - -
waterway=canal abandoned=yes | - - - -
waterway=canal intermittent=yes | - - - -
waterway=canal intermittent=yes CEMT=Va | - - - -
waterway=canal maxspeed=8 | 8 - - 4
waterway=canal maxspeed=3 | 3 - - 3
waterway=canal maxspeed=8 CEMT=I | 8 8 - 4
waterway=canal maxspeed=15 CEMT=Va | 12 12 12 4
waterway=canal maxspeed=4_knots CEMT=Va | 7.408 7.408 7.408 4
waterway=canal maxspeed=4_mph CEMT=Va | 6.437376 6.437376 6.437376 4
waterway=canal maxspeed=slow CEMT=Va | 12 10 10 4
waterway=canal CEMT=Va maxlength=144.6 | 12 10 10 4
waterway=canal CEMT=Va maxlength=110 | 12 10 10 4
waterway=canal CEMT=Va maxlength=109.9 | 12 10 - 4
waterway=canal CEMT=Va maxlength=38.5 | 12 10 - 4
waterway=canal CEMT=Va maxlength=38 | 12 - - 4
waterway=canal CEMT=Va maxwidth=12 | 12 10 10 4
waterway=canal CEMT=Va maxwidth=11.4 | 12 10 10 4
waterway=canal CEMT=Va maxwidth=11 | 12 10 - 4
waterway=canal CEMT=Va maxdraught=2.5 | 12 10 10 4
waterway=canal CEMT=Va maxdraft=2.4 | 12 10 - 4
waterway=canal CEMT=Va maxdraught=2.2 | 12 10 - 4
waterway=canal CEMT=Va maxdraught=3 maxdraft=2 | 12 10 - 4
waterway=canal CEMT=Va draft=1 | 12 10 10 4
waterway=canal CEMT=Va maxheight=5.25 | 12 10 10 4
waterway=canal CEMT=Va maxheight=4.5 | 12 10 - 4
waterway=canal CEMT=Va maxheight=3.5 | 12 - - 4
waterway=canal CEMT=Va maxheight=default | 12 10 10 4
waterway=canal CEMT=Va maxheight=low | 12 10 10 4
waterway=canal CEMT=I maxlength=39 maxwidth=5.2 maxdraught=2.2 | 6 6 - 4
waterway=canal CEMT=I maxlength=120 maxwidth=12 maxdraught=3 maxheight=7 | 6 6 6 4
waterway=canal CEMT=IV maxlength=111 maxwidth=11.5 | 12 10 - 4
waterway=canal CEMT=IV maxlength=111 maxwidth=11.5 maxheight=5 | 12 10 10 4
waterway=canal CEMT=Vb maxlength=126_ft | 12 - - 4
waterway=canal CEMT=Vb maxlength=130_ft | 12 10 - 4
waterway=canal CEMT=Va lock=yes maxlength=144.6 maxwidth=12 | 12 10 10 4
waterway=canal CEMT=Va lock=yes maxlength=89 maxwidth=12 | 12 10 - 4
"""
ROWS = [line for line in TABLE.splitlines() if line]


def read_row(line):
    tags, _, speeds = line.partition(" | ")
    pairs = [each.split("=", 1) for each in tags.split()]
    wanted = [0.0 if each == "-" else float(each) for each in speeds.split()]
    return {key: value.replace("_", " ") for key, value in pairs}, wanted


def test_the_table_has_a_hundred_combinations():
    assert len({line.partition(" | ")[0] for line in ROWS}) == len(ROWS) >= 100


@pytest.mark.parametrize("line", ROWS)
def test_a_vessel_goes_where_tags_and_size_let_it(line):
    tags, wanted = read_row(line)
    rules = [interpret_waterway(tags, read_profile(name)) for name in PROFILES]
    assert [rule.forward_kmh[0] for rule in rules] == pytest.approx(wanted)
    assert [rule.backward_kmh[0] for rule in rules] == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("38.5", 38.5), ("38,50", 38.5), ("38.5 m", 38.5), ("38.5m", 38.5), ("12 metres", 12),
        ("10 ft", 3.048), ("10 feet", 3.048), ("12'", 3.6576), ("12'6\"", 3.81), ("12' 6", 3.81),
        ("0", None), ("-3", None), ("501", None), ("wide", None), ("", None), ("3;4", None),
        ("nan", None), ("1e3", None),
    ],
)  # fmt: skip
def test_lengths(text, metres):
    assert read_metres(text) == (None if metres is None else pytest.approx(metres))


@pytest.mark.parametrize(
    ("text", "name"),
    [("I", "I"), (" Vb ", "Vb"), ("vB", "Vb"), ("0", "0"), ("4", "IV"), ("V", "Va"), ("VI", "VIa"),
     ("VIII", ""), ("", "")],
)  # fmt: skip
def test_classes(text, name):
    assert read_class({"CEMT": text}) == name


def test_limits_say_where_they_come_from():
    tags = {"CEMT": "Va", "maxwidth": "12", "maxdraught": "3", "maxdraft": "2.8", "maxheight": "?"}
    limits, notes = find_limits(tags)
    assert limits["beam_m"] == (12.0, "maxwidth=12")
    assert limits["draught_m"] == (2.8, "maxdraft=2.8")
    assert limits["length_m"] == (110.0, "class Va")
    assert limits["air_draught_m"] == (4.95, "class Va")
    assert notes == ("vessel_limits_from_class", "vessel_limit_faulty")
    assert find_limits({"waterway": "canal"}) == ({}, ())
    assert find_limits({"CEMT": "large"}).notes == ("waterway_class_unknown",)


@pytest.mark.parametrize("name", ["barge", "barge_freycinet", "barge_ii", "barge_iii", "barge_iv"])
def test_the_standard_vessel_of_a_class_fits_its_class_and_the_larger(name):
    profile = read_profile(name)
    order = ["I", "II", "III", "IV", "Va", "Vb", "VIb"]
    own = {"barge": "Va", "barge_freycinet": "I"}.get(name, name.rpartition("_")[2].upper())
    for gauge in order:
        rule = interpret_waterway({"waterway": "canal", "CEMT": gauge}, profile)
        fits = order.index(gauge) >= order.index(own)
        # class IV grants less height than III does
        fits &= (name, gauge) != ("barge_iii", "IV")
        assert rule.is_open == fits, gauge
        if not fits:
            assert rule.notes == ("waterway_too_small",)


def test_what_is_unknown_is_passed_and_counted():
    rule = interpret_waterway({"waterway": "canal", "ship": "yes"}, read_profile("barge"))
    assert rule.is_open
    assert "vessel_limits_unknown" in rule.notes


def test_a_vessel_of_ones_own_goes_where_it_fits():
    lock = {"waterway": "canal", "CEMT": "Va", "maxlength": "144.6", "maxwidth": "12"}
    tight = lock | {"maxlength": "140", "maxwidth": "11.4"}
    own = vessel("barge", length_m=143, beam_m=11.4)
    assert interpret_waterway(lock, own).is_open
    assert not interpret_waterway(tight, own).is_open
    assert own.sha256 != read_profile("barge").sha256
    assert own.label["fr"] == "bateau de commerce, classe Va, chargé (143 × 11.4 m)"
    assert vessel("barge") == read_profile("barge")


def test_an_empty_vessel_is_faster_where_the_water_is_deep():
    empty = vessel("barge", is_empty=True, draught_m=1.2, air_draught_m=6)
    assert empty.name == "barge_110x11.4_empty"
    wide = {"waterway": "canal", "CEMT": "Va", "maxheight": "7"}
    assert interpret_waterway(wide, empty).forward_kmh[0] == 12
    assert not interpret_waterway({"waterway": "canal", "CEMT": "Va"}, empty).is_open
    slow = vessel("barge", is_empty=True, cruise_kmh=7)
    assert interpret_waterway(wide, slow).forward_kmh[0] == 7


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"like": "car"}, "'car' is no vessel; begin with barge"),
        ({"like": "raft"}, "There is no profile 'raft'"),
        ({"length_m": -3}, "vessel_m.length_m"),
        ({"beam_m": 900}, "less than or equal to 500"),
        ({"cruise_kmh": 0}, "max_kmh"),
    ],
)
def test_a_vessel_that_cannot_be_is_refused(options, message):
    with pytest.raises(ProfileError) as caught:
        vessel(**options)
    assert message in str(caught.value)


def test_a_vessel_in_a_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('like = "barge"\n[vessel_m]\nlength_m = 80\n', encoding="utf-8")
    assert read_profile(path).vessel_m == {**read_profile("barge").vessel_m, "length_m": 80}
    path.write_text('like = "barge"\n[vessel_m]\nwidth = 9\n', encoding="utf-8")
    with pytest.raises(ProfileError, match=r"vessel_m.*width"):
        read_profile(path)


BRIDGE = {"highway": "primary", "bridge": "yes"}
CLEARANCE = "seamark:bridge:clearance_height"


def canal_under(bridge, **tags):
    """A kilometre of canal from west to east, and a street across its middle."""
    positions = {1: (0, 0), 2: (400, 0), 3: (600, 0), 4: (1000, 0), 5: (500, -90), 6: (500, 90)}
    canal = {"waterway": "canal", "CEMT": "Vb", "maxheight": "9", **tags}
    return make_extract(positions, {10: ([1, 2, 3, 4], canal), 11: ([5, 6], bridge)})


@pytest.mark.parametrize(
    ("bridge", "passes", "counts"),
    [
        (BRIDGE, True, {"bridges_over_water": 1, "bridges_without_clearance": 1}),
        (BRIDGE | {CLEARANCE: "5.25"}, True, {"bridges_over_water": 1}),
        (BRIDGE | {CLEARANCE: "4.95"}, True, {"bridges_over_water": 1}),
        (BRIDGE | {CLEARANCE: "4.5"}, False, {"bridges_over_water": 1, "bridges_too_low": 1}),
        (BRIDGE | {f"{CLEARANCE}_closed": "3"}, False,
         {"bridges_over_water": 1, "bridges_too_low": 1}),
        (BRIDGE | {"maxheight": "2"}, True,
         {"bridges_over_water": 1, "bridges_without_clearance": 1}),
        ({"highway": "primary", "tunnel": "yes", CLEARANCE: "1"}, True, {}),
        ({"railway": "rail", "bridge": "yes", CLEARANCE: "4"}, False,
         {"bridges_over_water": 1, "bridges_too_low": 1}),
    ],
)  # fmt: skip
def test_a_vessel_passes_under_the_bridges_that_are_high_enough(bridge, passes, counts):
    network = build_network(canal_under(bridge), "barge")
    found = {key: value for key, value in network.provenance.counts.items() if "bridge" in key}
    assert found == counts
    assert network.length_m.sum() == pytest.approx(2 * (1000 if passes else 800), rel=0.01)
    times_ms = travel_times(network, sources=[0])
    assert (times_ms < UNREACHED_MS).all() == passes
    # whoever has no air draught asks for no bridge
    assert "bridges_over_water" not in (
        build_network(canal_under(bridge), "pleasure_boat").provenance.counts
    )


def test_a_bridge_beside_the_water_is_none_over_it():
    positions = {1: (0, 0), 2: (900, 0), 5: (400, 90), 6: (400, 190)}
    ways = {10: ([1, 2], {"waterway": "canal", "CEMT": "Vb"}), 11: ([5, 6], BRIDGE)}
    counts = build_network(make_extract(positions, ways), "barge").provenance.counts
    assert "bridges_over_water" not in counts


def test_the_lowest_of_several_bridges_counts():
    low, high = BRIDGE | {CLEARANCE: "5"}, BRIDGE | {CLEARANCE: "8"}
    positions = {1: (0, 0), 2: (999, 0), 5: (400, -90), 6: (400, 90), 7: (600, -90), 8: (600, 90)}
    ways = {10: ([1, 2], {"waterway": "canal", "CEMT": "VII"}), 11: ([5, 6], low)}
    extract = make_extract(positions, ways | {12: ([7, 8], high)})
    fits, higher = (vessel("barge", air_draught_m=each) for each in (5.0, 5.1))
    assert build_network(extract, fits).graph.arc_count == 2
    assert build_network(extract, higher).graph.arc_count == 0


CANAL = {"waterway": "canal", "CEMT": "Vb"}


def canal_with_lock(lock_tags, node_tags=None):
    """Three kilometres of canal, a lock of 200 m in their middle."""
    positions = {1: (0, 0), 2: (1400, 0), 3: (1600, 0), 4: (3000, 0)}
    ways = {7: ([1, 2], CANAL), 8: ([2, 3], CANAL | lock_tags), 9: ([3, 4], CANAL)}
    return make_extract(positions, ways, node_tags)


def only_lock(extract, profile):
    (lock,) = build_network(extract, profile).fairway.locks
    return lock


@pytest.mark.parametrize(
    ("tags", "profile", "minutes", "source"),
    [
        ({}, "barge", 30, "profile barge"),
        ({}, "pleasure_boat", 20, "profile pleasure_boat"),
        ({"maxlength": "38.5", "maxwidth": "5.2"}, "pleasure_boat", 20, "small chamber"),
        ({"maxlength": "55", "maxwidth": "6.6", "ship": "yes"}, "barge_freycinet", 20,
         "small chamber"),
        ({"passage_time": "45"}, "barge", 45, "passage_time=45"),
        ({"passage_time": "45", "source:passage_time": "VNF"}, "barge", 45,
         "passage_time=45 (VNF)"),
        ({"duration": "00:50"}, "barge", 50, "duration=00:50"),
        ({"passage_time": "long"}, "barge", 30, "profile barge"),
        ({"passage_time": "45"}, "canoe", 10, "profile canoe"),
    ],
)  # fmt: skip
def test_the_time_in_a_lock_comes_from_its_tags_its_size_or_the_profile(
    tags, profile, minutes, source
):
    network = build_network(canal_with_lock(tags | {"lock": "yes"}), profile)
    (lock,) = network.fairway.locks
    assert (lock.minutes, lock.minutes_source) == (minutes, source)
    in_lock = network.waiting_ms[network.way_of_arc == 8]
    assert in_lock.tolist() == [minutes * 60_000] * 2
    assert not network.may_attach[network.fairway.lock_of_arc == 0].any()
    counted = network.provenance.counts.get("lock_time_faulty", 0)
    assert counted == (tags.get("passage_time") == "long")


@pytest.mark.parametrize(
    ("chamber", "length_m", "units", "minutes"),
    [
        ("185", 180, 1, 30), ("144.6", 180, 1, None), ("144.6", 180, 2, 90), ("89", 180, 2, None),
        ("90", 180, 2, 90), ("60", 180, 3, 150), ("120", 180, 3, 90), ("59", 180, 3, None),
    ],
)  # fmt: skip
def test_a_convoy_is_locked_in_parts_or_stays(chamber, length_m, units, minutes):
    extract = canal_with_lock({"lock": "yes", "maxlength": chamber})
    network = build_network(extract, vessel("barge_vb", length_m=length_m, convoy_units=units))
    in_lock = set(network.waiting_ms[network.way_of_arc == 8].tolist())
    assert in_lock == (set() if minutes is None else {minutes * 60_000})
    assert len(network.fairway.locks) == (minutes is not None)


def test_a_convoy_in_parts_is_still_too_long_for_a_reach_that_takes_less():
    extract = canal_with_lock({"maxlength": "144.6"})
    assert 8 not in build_network(extract, "barge_vb").way_of_arc


def test_a_vessel_too_large_for_a_lock_finds_no_lock_at_its_gates():
    gates = {2: {"waterway": "lock_gate"}, 3: {"waterway": "lock_gate"}}
    extract = canal_with_lock({"lock": "yes", "maxlength": "89"}, gates)
    network = build_network(extract, "barge")
    assert network.fairway.locks == ()
    assert not network.waiting_ms.any()


@pytest.mark.parametrize(
    ("gate", "column", "limit", "source"),
    [
        ({"waterway": "lock_gate", "maxwidth": "5.2"}, 1, 5.2, "maxwidth=5.2"),
        ({"seamark:type": "gate", "seamark:gate:clearance_width": "9"}, 1, 9.0,
         "seamark:gate:clearance_width=9"),
        ({"seamark:type": "gate", "seamark:gate:clearance_height": "4"}, 3, 4.0,
         "seamark:gate:clearance_height=4"),
        ({"seamark:type": "gate", "maxlength": "90"}, 0, 90.0, "maxlength=90"),
        ({"waterway": "lock_gate", "maxdraught": "2.2"}, 2, 2.2, "maxdraught=2.2"),
    ],
)  # fmt: skip
def test_a_gate_tells_who_passes(gate, column, limit, source):
    positions = {node: (500 * node, 0) for node in range(1, 6)}
    extract = make_extract(positions, {7: ([1, 2, 3, 4, 5], CANAL)}, {3: gate})
    fairway = build_network(extract, "pleasure_boat").fairway
    narrow = fairway.limit_m[:, column] == limit
    assert set(fairway.source[narrow, column]) == {source}
    assert 0 < narrow.sum() < narrow.size
    barge = build_network(extract, "barge")
    assert (travel_times(barge, sources=[0]) == UNREACHED_MS).any()
    assert barge.length_m.sum() == pytest.approx(2 * 1000, rel=0.01)


def test_every_limit_has_its_source():
    extract = canal_with_lock(
        {"lock": "yes", "maxlength": "140", "source:maxlength": "VNF", "lock_name": "Cuinchy"}
    )
    fairway = build_network(extract, "barge").fairway
    at_lock = fairway.lock_of_arc == 0
    assert set(fairway.source[at_lock, 0]) == {"maxlength=140 (VNF)"}
    assert set(fairway.source[~at_lock, 0]) == {"class Vb"}
    assert set(fairway.class_name) == {"Vb"}
    assert fairway.locks[0].name == "Cuinchy"


def test_a_current_carries_downstream_and_brakes_upstream():
    river = {"waterway": "river", "CEMT": "Vb"}
    still, flowing = vessel("barge"), vessel("barge", current_kmh=3)
    assert interpret_waterway(river, still).forward_kmh[0] == 10
    rule = interpret_waterway(river, flowing)
    assert (rule.forward_kmh[0], rule.backward_kmh[0]) == (13, 7)
    limited = interpret_waterway(river | {"maxspeed": "8"}, flowing)
    assert (limited.forward_kmh[0], limited.backward_kmh[0]) == (8, 5)
    torrent = interpret_waterway(river, vessel("barge", current_kmh=12))
    assert (torrent.forward_kmh[0], torrent.backward_kmh[0]) == (22, 0)
    canal = interpret_waterway(CANAL, flowing)
    assert (canal.forward_kmh[0], canal.backward_kmh[0]) == (10, 10)


def test_hours_of_a_lock_are_kept_and_nonsense_is_counted():
    hours = {"lock": "yes", "opening_hours": "Mo-Sa 07:00-19:00; Su off"}
    assert only_lock(canal_with_lock(hours), "barge").hours == hours["opening_hours"]
    assert not only_lock(canal_with_lock(hours), "canoe").hours
    faulty = build_network(canal_with_lock(hours | {"opening_hours": "on demand"}), "barge")
    assert not faulty.fairway.locks[0].hours
    assert faulty.provenance.counts["lock_hours_faulty"] == 1
