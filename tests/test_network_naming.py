"""Ways without a name are called after the signed route along them."""

import pytest

from artois_mobility.network.building import build_network
from artois_mobility.routing.one_to_all import travel_times
from network_worlds import make_extract

PATH = {"highway": "track", "towpath": "yes"}


def towpath(own_tags, *routes):
    members = [("w", 10, "")]
    relations = {
        number: (members, {"type": "route", "route": "bicycle", **tags})
        for number, tags in enumerate(routes, 1)
    }
    positions = {1: (0, 0), 2: (500, 0)}
    return make_extract(positions, {10: ([1, 2], {**PATH, **own_tags})}, relations=relations)


@pytest.mark.parametrize(
    ("own", "routes", "name"),
    [
        ({}, [{"name": "Véloroute de la Scarpe"}], "Véloroute de la Scarpe"),
        ({}, [{"ref": "V31", "network": "rcn"}], "V31"),
        ({}, [{"name": "boucle", "network": "lcn"}, {"name": "EuroVelo 5", "network": "icn"}],
         "EuroVelo 5"),
        ({}, [{"name": "second"}, {"name": "local", "network": "lcn"}], "local"),
        ({"name": "Quai du Rivage"}, [{"name": "EuroVelo 5"}], "Quai du Rivage"),
        ({"ref": "CR 12"}, [{"name": "EuroVelo 5"}], "CR 12"),
        ({}, [{"name": "ligne 12", "route": "bus"}], None),
        ({}, [{"name": "site", "type": "site"}], None),
        ({}, [{}], None),
    ],
)  # fmt: skip
def test_the_own_name_counts_first_then_the_route_that_reaches_farthest(own, routes, name):
    network = build_network(towpath(own, *routes), "bicycle")
    assert network.name_of_way.get(10) == name


@pytest.mark.parametrize(("profile", "added_ms"), [("walk", 30_000), ("car", 0)])
def test_an_elevator_keeps_people_waiting(profile, added_ms):
    positions = {1: (0, 0), 2: (100, 0), 3: (200, 0)}
    ways = {10: ([1, 2, 3], {"highway": "residential"})}
    plain = build_network(make_extract(positions, ways), profile)
    lifted = build_network(make_extract(positions, ways, {2: {"highway": "elevator"}}), profile)
    one, other = (int(network.graph.weight_ms[0]) for network in (plain, lifted))
    assert other - one == added_ms
    assert travel_times(lifted, [0]).max() == other
