"""Driven speeds: limits, codes, surfaces, town and country, restated as plain numbers."""

import pytest

from artois_mobility.network.profiles import read_profile
from artois_mobility.network.roads import interpret_road
from artois_mobility.network.speeds import find_limit, find_setting, read_limit

MPH = 1.609344


def car_speeds(**tags):
    rule = interpret_road({"highway": "primary"} | tags, read_profile("car"))
    return rule.forward_kmh, rule.backward_kmh


@pytest.mark.parametrize(
    ("kind", "rural", "urban"),
    [
        ("motorway", 110, 90),
        ("motorway_link", 50, 45),
        ("trunk", 85, 65),
        ("trunk_link", 45, 40),
        ("primary", 68, 40),
        ("primary_link", 40, 30),
        ("secondary", 62, 36),
        ("secondary_link", 35, 28),
        ("tertiary", 52, 32),
        ("tertiary_link", 30, 25),
        ("unclassified", 40, 28),
        ("residential", 30, 25),
        ("living_street", 10, 10),
        ("service", 15, 12),
        ("track", 15, 10),
    ],
)
def test_a_class_without_a_limit_has_its_own_speed(kind, rural, urban):
    assert car_speeds(highway=kind)[0] == (rural, urban)


@pytest.mark.parametrize(
    ("value", "kmh"),
    [
        ("50", 50),
        ("50 km/h", 50),
        ("30 mph", 30 * MPH),
        ("30mph", 30 * MPH),
        ("5 knots", 5 * 1.852),
        ("47.5", 47.5),
        ("1", 1),
        ("150", 150),
        ("walk", 6),
        ("FR:urban", 50),
        ("FR:rural", 80),
        ("FR:trunk", 110),
        ("FR:motorway", 130),
        ("FR:zone30", 30),
        ("FR:zone20", 20),
        ("FR:living_street", 20),
        ("FR:walk", 6),
        ("GB:nsl_single", 60 * MPH),
    ],
)
def test_limits_are_read(value, kmh):
    assert read_limit(value, read_profile("car")) == pytest.approx(kmh, rel=1e-4)


@pytest.mark.parametrize(
    "value", ["", "0", "0.5", "151", "100 mph", "50;30", "-50", "fifty", "50 furlongs", "XX:urban"]
)
def test_what_is_no_limit_is_refused(value):
    assert read_limit(value, read_profile("car")) is None


def test_a_limit_is_driven_at_nine_tenths_in_the_country_and_eight_in_town():
    assert car_speeds(maxspeed="50") == ((45, 40), (45, 40))


def test_a_direction_may_have_its_own_limit():
    speeds = car_speeds(maxspeed="50", **{"maxspeed:forward": "70", "maxspeed:backward": "30"})
    assert speeds == ((63, 56), (27, 24))


def test_a_faulty_limit_gives_way_to_the_next_best_and_is_noted():
    tags = {"maxspeed": "500", "source:maxspeed": "FR:urban"}
    assert find_limit(tags, read_profile("car"), "forward") == (50, ["speed_faulty"])


@pytest.mark.parametrize(
    "key", ["maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic"]
)
def test_the_kind_of_limit_stands_in_for_its_number(key):
    assert car_speeds(**{key: "FR:urban"})[0] == (45, 40)


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({}, 80),
        ({"lanes": "2"}, 80),
        ({"lanes": "4"}, 90),
        ({"oneway": "yes"}, 90),
        ({"oneway": "1"}, 90),
        ({"oneway": "no"}, 80),
        ({"lanes": "3", "lanes:forward": "2", "lanes:backward": "1"}, 90),
        ({"lanes": "3", "lanes:forward": "1", "lanes:backward": "2"}, 80),
    ],
)
def test_rural_roads_in_france_are_faster_where_a_direction_has_two_lanes(tags, kmh):
    found = find_limit({"maxspeed": "FR:rural"} | tags, read_profile("car"), "forward")
    assert found == (kmh, [])


def test_no_limit_on_a_motorway_means_130_and_elsewhere_a_fault():
    car = read_profile("car")
    assert find_limit({"highway": "motorway", "maxspeed": "none"}, car, "forward") == (130, [])
    assert find_limit({"highway": "primary", "maxspeed": "none"}, car, "forward")[0] is None


@pytest.mark.parametrize(
    ("tags", "cap_kmh"),
    [
        ({"surface": "asphalt"}, 68),
        ({"surface": "sett"}, 40),
        ({"surface": "gravel"}, 40),
        ({"surface": "unpaved"}, 40),
        ({"surface": "cobblestone"}, 30),
        ({"tracktype": "grade3"}, 30),
        ({"surface": "sett", "tracktype": "grade3"}, 30),
    ],
)
def test_surfaces_cap_the_speed(tags, cap_kmh):
    assert car_speeds(**tags)[0][0] == cap_kmh


@pytest.mark.parametrize(
    ("tags", "setting"),
    [
        ({"highway": "primary"}, ""),
        ({"highway": "living_street"}, "urban"),
        ({"maxspeed": "FR:urban"}, "urban"),
        ({"maxspeed": "FR:rural"}, "rural"),
        ({"maxspeed": "80", "source:maxspeed": "FR:rural"}, "rural"),
        ({"maxspeed": "30", "zone:maxspeed": "FR:30"}, "urban"),
        ({"zone:traffic": "FR:urban"}, "urban"),
        ({"maxspeed:type": "GB:nsl_single"}, "rural"),
        ({"source:maxspeed": "sign"}, ""),
        ({"maxspeed": "50"}, ""),
    ],
)
def test_tags_tell_town_from_country(tags, setting):
    assert find_setting(tags) == setting


@pytest.mark.parametrize(
    ("name", "tags", "kmh"),
    [
        ("moped", {"highway": "primary"}, (45, 40)),
        ("moped", {"highway": "primary", "maxspeed": "80"}, (45, 45)),
        ("moped", {"highway": "residential", "maxspeed": "30"}, (27, 24)),
        ("bicycle", {"highway": "primary", "maxspeed": "80"}, (15, 15)),
        ("bicycle", {"highway": "cycleway", "surface": "asphalt"}, (15, 15)),
        ("bicycle", {"highway": "cycleway", "surface": "compacted"}, (12, 12)),
        ("bicycle", {"highway": "track", "surface": "gravel"}, (9, 9)),
        ("bicycle", {"highway": "steps"}, (5, 5)),
        ("bicycle", {"highway": "footway"}, (5, 5)),
        ("bicycle", {"highway": "footway", "bicycle": "yes"}, (15, 15)),
        ("bicycle", {"highway": "path", "bicycle": "dismount"}, (5, 5)),
        ("bicycle", {"highway": "pedestrian"}, (6, 6)),
        ("walk", {"highway": "footway"}, (4.8, 4.8)),
        ("walk", {"highway": "residential", "maxspeed": "2"}, (4.8, 4.8)),
        ("walk", {"highway": "steps"}, (3, 3)),
    ],
)
def test_everybody_else_has_a_pace_of_their_own(name, tags, kmh):
    rule = interpret_road(tags, read_profile(name))
    assert rule.forward_kmh == pytest.approx(kmh)


@pytest.mark.parametrize("kind", ["sett", "unheard of"])
def test_an_unknown_surface_changes_nothing(kind):
    speeds = car_speeds(surface=kind, maxspeed="30")
    assert speeds[0] == (27, 24)


@pytest.mark.parametrize(
    ("name", "tags", "speeds"),
    [
        ("car_peak", {"highway": "residential"}, (30, 25 / 1.15)),
        ("car_peak", {"highway": "primary", "maxspeed": "50"}, (45, 40 / 1.15)),
        ("car_no_toll", {"highway": "motorway"}, (110, 90)),
        ("car_no_toll", {"highway": "motorway", "toll": "no"}, (110, 90)),
        ("car_no_toll", {"highway": "motorway", "toll": "yes"}, (0, 0)),
        ("car_no_toll", {"highway": "motorway", "toll:motorcar": "yes"}, (0, 0)),
        ("car", {"highway": "motorway", "toll:motorcar": "yes"}, (110, 90)),
        ("bicycle", {"highway": "track", "surface": "mud"}, (5.25, 5.25)),
        ("bicycle", {"highway": "path", "surface": "ground"}, (9.75, 9.75)),
        ("car_osrm", {"highway": "primary", "surface": "compacted"}, (65, 65)),
        ("car_osrm", {"highway": "primary", "surface": "earth"}, (20, 20)),
        ("car_osrm", {"highway": "motorway"}, (90, 90)),
        ("car_osrm", {"highway": "primary", "maxspeed": "50"}, (40, 40)),
        ("car_osrm", {"highway": "tertiary_link"}, (20, 20)),
        ("car_osrm", {"highway": "service"}, (15, 15)),
        ("car_osrm", {"highway": "service", "service": "parking_aisle"}, (15, 15)),
        ("car", {"highway": "service", "service": "parking_aisle"}, (8, 8)),
        ("car", {"highway": "service", "service": "driveway"}, (8, 8)),
        ("car", {"highway": "service", "service": "alley"}, (15, 12)),
        ("moped", {"highway": "service", "service": "parking_aisle", "maxspeed": "30"}, (8, 8)),
        ("bicycle", {"highway": "service", "service": "parking_aisle"}, (15, 15)),
        ("car_osrm", {"highway": "track", "motorcar": "yes"}, (0, 0)),
        ("ebike", {"highway": "cycleway"}, (20, 20)),
        ("ebike", {"highway": "footway"}, (5, 5)),
        ("ebike", {"highway": "track", "surface": "gravel"}, (12, 12)),
        ("cargo_bike", {"highway": "residential"}, (18, 18)),
        ("cargo_bike", {"highway": "steps"}, (0, 0)),
        ("bicycle", {"highway": "steps"}, (5, 5)),
        ("walk_senior", {"highway": "footway"}, (3.0, 3.0)),
        ("walk_senior", {"highway": "steps"}, (1.875, 1.875)),
        ("wheelchair", {"highway": "footway"}, (4.0, 4.0)),
        ("wheelchair", {"highway": "steps"}, (0, 0)),
        ("wheelchair", {"highway": "footway", "wheelchair": "no"}, (0, 0)),
        ("wheelchair", {"highway": "footway", "surface": "gravel"}, (0, 0)),
        ("wheelchair", {"highway": "path", "smoothness": "very_bad"}, (0, 0)),
        ("wheelchair", {"highway": "path", "surface": "asphalt"}, (4.0, 4.0)),
        ("wheelchair", {"highway": "track", "tracktype": "grade4"}, (0, 0)),
    ],
)
def test_profiles_of_their_own_kind(name, tags, speeds):
    rule = interpret_road(tags, read_profile(name))
    assert rule.forward_kmh == pytest.approx(speeds)
