"""Where an articulated truck of 44 t goes, and how fast: by hand from signs and the law."""

import pytest

import artois_mobility as am
from artois_mobility.network.access import passes_barrier
from artois_mobility.network.profiles import read_profile
from artois_mobility.network.road_limits import is_too_large, read_limit_of_size
from artois_mobility.network.roads import interpret_road
from freight_worlds import STREET, at
from network_worlds import make_extract

# tags | whether a truck goes there, whether a car does
ACCESS = """
highway=primary | yes yes
highway=primary hgv=no | no yes
highway=primary hgv=designated motorcar=no | yes no
highway=residential motor_vehicle=no hgv=yes | yes no
highway=residential access=no hgv=delivery | yes no
highway=residential vehicle=no | no no
highway=service access=private | no no
highway=tertiary maxheight=4 | yes yes
highway=tertiary maxheight=3.99 | no yes
highway=tertiary maxheight=13'6 | yes yes
highway=tertiary maxheight=13'0 | no yes
highway=tertiary maxheight=default | yes yes
highway=tertiary maxheight=low | yes yes
highway=tertiary maxwidth=2.5 | no yes
highway=tertiary maxwidth=2.55 | yes yes
highway=tertiary maxlength=16,5 | yes yes
highway=tertiary maxlength=12 | no yes
highway=tertiary maxweight=44 | yes yes
highway=tertiary maxweight=19 | no yes
highway=tertiary maxweight=19t | no yes
highway=tertiary maxweight=50 | yes yes
highway=tertiary maxweight=50000_kg | yes yes
highway=tertiary maxweight=3500_kg | no yes
highway=tertiary maxweight=40_st | no yes
highway=tertiary maxweight=49_st | yes yes
highway=tertiary maxweight=0 | yes yes
highway=tertiary maxweightrating=3.5 | no yes
highway=cycleway | no no
highway=living_street | yes yes
"""


@pytest.mark.parametrize("line", ACCESS.strip().splitlines())
def test_where_a_truck_may_go(line):
    text, _, expected = line.partition(" | ")
    tags = {
        key: value.replace("_", " ") if key.startswith("max") else value
        for key, _, value in (each.partition("=") for each in text.split())
    }
    rules = [interpret_road(tags, read_profile(name)) for name in ("truck", "car")]
    assert ["yes" if rule.is_open else "no" for rule in rules] == expected.split()


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        # the legal limit of the vehicle (90, 80, 60) or the sign's, driven at 0.9 and 0.8
        ({"highway": "motorway", "maxspeed": "130"}, (81, 72)),
        ({"highway": "trunk", "maxspeed": "110"}, (72, 64)),
        ({"highway": "primary", "maxspeed": "90"}, (72, 64)),
        ({"highway": "primary", "maxspeed": "50"}, (45, 40)),
        ({"highway": "secondary", "maxspeed": "80"}, (54, 48)),
        ({"highway": "tertiary", "maxspeed": "FR:rural"}, (54, 48)),
        ({"highway": "residential", "maxspeed": "30"}, (27, 24)),
        ({"highway": "primary", "maxspeed": "80", "maxspeed:hgv": "60"}, (54, 48)),
        ({"highway": "motorway"}, (81, 72)),
    ],
)
def test_how_fast_a_truck_goes(tags, kmh):
    assert interpret_road(tags, read_profile("truck")).forward_kmh == pytest.approx(kmh)


def test_the_sign_for_heavy_vehicles_is_none_for_cars():
    tags = {"highway": "primary", "maxspeed": "80", "maxspeed:hgv": "60"}
    assert interpret_road(tags, read_profile("car")).forward_kmh == pytest.approx((72, 64))


def test_no_class_is_driven_above_its_legal_limit_nor_faster_than_by_car():
    truck, car = read_profile("truck"), read_profile("car")
    for kind, speeds in truck.class_kmh.items():
        assert max(speeds) <= 0.9 * truck.class_limit_kmh.get(kind, truck.max_kmh), kind
        assert all(own <= its for own, its in zip(speeds, car.class_kmh[kind], strict=True)), kind


def test_barriers_that_keep_trucks_out():
    truck, car = read_profile("truck"), read_profile("car")
    for tags in ({"barrier": "height_restrictor"}, {"barrier": "gate", "maxwidth": "2.2"},
                 {"barrier": "lift_gate", "hgv": "no"}):  # fmt: skip
        assert (passes_barrier(tags, truck), passes_barrier(tags, car)) == (False, True)
    assert passes_barrier({"barrier": "height_restrictor", "hgv": "yes"}, truck)
    assert passes_barrier({"barrier": "lift_gate", "maxheight": "4.2"}, truck)


def test_signs_that_cannot_be_read_are_counted_for_trucks_alone():
    tags = {"highway": "primary", "maxheight": "low", "maxweight": "light", "maxspeed": "50"}
    assert interpret_road(tags, read_profile("truck")).notes == ("size_faulty",)
    assert interpret_road(tags, read_profile("car")).notes == ()
    assert not is_too_large(tags, read_profile("truck"))


@pytest.mark.parametrize(
    ("key", "value", "most"),
    [("maxweight", "3.5", 3.5), ("maxweight", "3,5 T", 3.5), ("maxweight", "-1", None),
     ("maxweight", "2 lbs", 0.00090718474), ("maxheight", "12 ft", 3.6576)],
)  # fmt: skip
def test_sizes_are_read_in_their_units(key, value, most):
    assert read_limit_of_size(key, value) == (most if most is None else pytest.approx(most))


def test_a_truck_drives_round_a_low_bridge():
    r"""1 -- 2 == 3 -- 4, and 2 -- 5 -- 3 round the bridge between 2 and 3."""
    positions = {1: (0, 0), 2: (1000, 0), 3: (1200, 0), 4: (2200, 0), 5: (1100, 1000)}
    ways = {20: ([1, 2], STREET), 21: ([2, 3], STREET | {"maxheight": "3.5"}),
            22: ([3, 4], STREET), 23: ([2, 5, 3], STREET)}  # fmt: skip
    extract = make_extract(positions, ways)
    for name, metres in (("car", 2000), ("truck", 1800 + 2 * 1005)):
        table = am.routes(am.build_network(extract, name), [at(100)], [at(2100)])
        assert table["length_m"].item() == pytest.approx(metres, rel=2e-3)
