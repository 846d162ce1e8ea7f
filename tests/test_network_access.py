"""Who may use which way: a table written by hand from the rules of the OpenStreetMap wiki."""

import pytest

from artois_mobility.network.access import PERMISSION_OF_VALUE, passes_barrier, read_permission
from artois_mobility.network.profiles import profile_names, read_profile
from artois_mobility.network.roads import interpret_road, read_duration_ms
from artois_mobility.network.waterways import interpret_waterway

# Tags, then where one may go by car, by moped, by bicycle, on foot:
# = both ways, > as drawn, < against it, - not at all.
WAYS = """
highway=motorway                                                > - - -
highway=motorway oneway=no                                      = - - -
highway=motorway oneway=yes                                     > - - -
highway=motorway oneway=-1                                      < - - -
highway=motorway access=no                                      - - - -
highway=motorway foot=yes                                       > - - =
highway=motorway_link                                           = - - -
highway=motorway_link oneway=yes                                > - - -
highway=trunk                                                   = - = =
highway=trunk oneway=yes                                        > - > =
highway=trunk motorroad=yes                                     = - - -
highway=trunk motorroad=yes bicycle=yes                         = - = -
highway=trunk moped=yes                                         = = = =
highway=trunk_link                                              = - = =
highway=primary                                                 = = = =
highway=primary motorroad=yes                                   = - - -
highway=primary motorroad=yes foot=yes                          = - - =
highway=primary foot=no                                         = = = -
highway=primary bicycle=no                                      = = - =
highway=primary bicycle=use_sidepath                            = = - =
highway=primary_link oneway=yes                                 > > > =
highway=secondary                                               = = = =
highway=tertiary                                                = = = =
highway=unclassified                                            = = = =
highway=residential                                             = = = =
highway=road                                                    = = = =
highway=living_street                                           = = = =
highway=service                                                 = = = =
highway=service service=driveway access=private                 - - - -
highway=service service=emergency_access                        - - - -
highway=service access=private bicycle=yes                      - - = -
highway=service access=private foot=permissive                  - - - =
highway=service access=customers                                = = = =
highway=service access=permit                                   = = = =
highway=service area=yes                                        - - = =
highway=track                                                   = = = =
highway=track motor_vehicle=no                                  - - = =
highway=track motor_vehicle=agricultural                        - - = =
highway=track motor_vehicle=agricultural;forestry               - - = =
highway=track vehicle=forestry                                  - - - =
highway=track vehicle=private bicycle=yes                       - - = =
highway=track access=agricultural                               - - - -
highway=track smoothness=impassable                             - - - -
highway=pedestrian                                              - - = =
highway=pedestrian area=yes                                     - - = =
highway=pedestrian motor_vehicle=yes                            = = = =
highway=pedestrian motor_vehicle=delivery                       - - = =
highway=pedestrian access=yes                                   - - = =
highway=pedestrian bicycle=no                                   - - - =
highway=pedestrian bicycle=dismount                             - - = =
highway=tertiary bicycle=dismount oneway=yes                    > > = =
highway=footway oneway=yes                                      - - = =
highway=footway oneway=yes bicycle=yes                          - - > =
highway=footway oneway=yes oneway:foot=yes                      - - > >
highway=footway                                                 - - = =
highway=footway bicycle=yes                                     - - = =
highway=footway bicycle=no                                      - - - =
highway=footway foot=private                                    - - = -
highway=footway access=no                                       - - - -
highway=footway motorcar=yes                                    = - = =
highway=cycleway                                                - - = -
highway=cycleway foot=yes                                       - - = =
highway=cycleway foot=designated                                - - = =
highway=cycleway oneway=yes                                     - - > -
highway=cycleway oneway=yes foot=yes                            - - > =
highway=cycleway moped=designated                               - = = -
highway=path                                                    - - = =
highway=path bicycle=no                                         - - - =
highway=path foot=no                                            - - = -
highway=path access=no foot=designated bicycle=designated       - - = =
highway=path motor_vehicle=yes                                  = = = =
highway=path vehicle=no                                         - - - =
highway=bridleway                                               - - - -
highway=bridleway foot=yes                                      - - - =
highway=bridleway bicycle=permissive                            - - = -
highway=steps                                                   - - = =
highway=steps foot=no                                           - - = -
highway=steps conveying=forward                                 - - = >
highway=steps conveying=backward                                - - = <
highway=steps oneway:foot=yes                                   - - = >
highway=steps motor_vehicle=yes                                 - - = =
highway=corridor                                                - - = =
highway=platform                                                - - = =
highway=busway                                                  - - - -
highway=busway bicycle=yes                                      - - = -
highway=bus_guideway                                            - - - -
highway=construction                                            - - - -
highway=construction construction=primary access=yes            - - - -
highway=proposed                                                - - - -
highway=raceway                                                 - - - -
highway=elevator                                                - - - =
highway=rest_area                                               - - - -
highway=residential oneway=yes                                  > > > =
highway=residential oneway=true                                 > > > =
highway=residential oneway=1                                    > > > =
highway=residential oneway=-1                                   < < < =
highway=residential oneway=reverse                              < < < =
highway=residential oneway=no                                   = = = =
highway=residential oneway=alternating                          = = = =
highway=residential oneway=reversible                           - - - =
highway=residential oneway=perhaps                              = = = =
highway=residential oneway=yes oneway:bicycle=no                > > = =
highway=residential oneway=yes oneway:moped=no                  > = > =
highway=residential oneway=-1 oneway:bicycle=no                 < < = =
highway=residential oneway=yes cycleway=opposite                > > = =
highway=residential oneway=yes bicycle:backward=yes             > > = =
highway=residential oneway=yes bicycle:backward=no              > > > =
highway=residential oneway=yes cycleway=opposite_lane           > > = =
highway=residential oneway=yes cycleway:left=opposite_track     > > = =
highway=residential oneway=yes cycleway:left:oneway=-1          > > = =
highway=residential oneway=yes cycleway:right:oneway=no         > > = =
highway=residential oneway=yes cycleway=lane                    > > > =
highway=residential oneway=yes cycleway=opposite oneway:bicycle=yes  > > > =
highway=residential oneway:bicycle=yes                          = = > =
highway=residential oneway=no oneway:motor_vehicle=yes          > > = =
highway=residential junction=roundabout                         > > > =
highway=residential junction=roundabout oneway=no               = = = =
highway=residential junction=circular                           > > > =
highway=residential junction=roundabout oneway:bicycle=no       > > = =
highway=residential access=no                                   - - - -
highway=residential access=private                              - - - -
highway=residential access=yes                                  = = = =
highway=residential access=permissive                           = = = =
highway=residential access=destination                          = = = =
highway=residential access=unknown                              = = = =
highway=residential access=no motor_vehicle=yes                 = = - -
highway=residential access=no motorcar=yes                      = - - -
highway=residential access=no vehicle=destination               = = = -
highway=residential access=private motor_vehicle=destination    = = - -
highway=residential vehicle=no                                  - - - =
highway=residential vehicle=no bicycle=yes                      - - = =
highway=residential vehicle=no motor_vehicle=yes                = = - =
highway=residential motor_vehicle=no                            - - = =
highway=residential motor_vehicle=private                       - - = =
highway=residential motor_vehicle=destination                   = = = =
highway=residential motor_vehicle=no motorcar=destination       = - = =
highway=residential motorcar=no                                 - = = =
highway=residential motorcar=no moped=no                        - - = =
highway=residential motor_vehicle=bus                           - - = =
highway=residential motor_vehicle:forward=no                    < < = =
highway=residential motor_vehicle:backward=no                   > > = =
highway=residential vehicle:backward=no                         > > > =
highway=residential access:forward=no                           < < < <
highway=residential vehicle=no vehicle:forward=yes              > > > =
highway=residential oneway=yes motor_vehicle:forward=no         - - > =
highway=residential access=no;destination                       = = = =
highway=residential bus=no hgv=no                               = = = =
highway=residential impassable=yes                              - - - -
highway=residential motor_vehicle:conditional=no@(Mo-Fr)        = = = =
highway=tertiary bridge=yes                                     = = = =
highway=tertiary tunnel=yes                                     = = = =
railway=rail route=railway                                      - - - -
route=ferry                                                     = = = =
route=ferry motor_vehicle=yes                                   = = = =
route=ferry foot=yes bicycle=yes                                - - = =
route=ferry foot=yes motor_vehicle=no                           - - = =
route=ferry foot=yes motorcar=yes                                = = = =
route=ferry ferry=tourist foot=yes                              - - - -
route=ferry access=private                                      - - - -
route=ferry oneway=yes                                          > > > =
"""

BARRIERS = """
barrier=bollard                                   - - = =
barrier=bollard bollard=removable                 - - = =
barrier=bollard motor_vehicle=yes                 = = = =
barrier=bollard access=yes                        - - = =
barrier=bollard bicycle=no                        - - - =
barrier=gate                                      = = = =
barrier=gate access=private                       - - - -
barrier=gate access=no foot=yes                   - - - =
barrier=gate locked=yes                           - - - -
barrier=gate locked=yes foot=yes                  - - - =
barrier=gate motor_vehicle=no                     - - = =
barrier=gate access=destination                   = = = =
barrier=lift_gate                                 = = = =
barrier=lift_gate access=private bicycle=yes      - - = -
barrier=lift_gate motorcar=customers              = = = =
barrier=swing_gate                                = = = =
barrier=toll_booth                                = = = =
barrier=cattle_grid                               = = = =
barrier=height_restrictor                         = = = =
barrier=kerb                                      = = = =
barrier=block                                     - - = =
barrier=jersey_barrier                            - - = =
barrier=cycle_barrier                             - - = =
barrier=kissing_gate                              - - - =
barrier=stile                                     - - - =
barrier=turnstile                                 - - - =
barrier=chain                                     - - = =
barrier=wall                                      - - - -
barrier=something_else                            - - = =
"""

ROAD_PROFILES = ("car", "moped", "bicycle", "walk")


def table(text):
    for line in text.strip().splitlines():
        *tags, car, moped, bicycle, walk = line.split()
        expected = dict(zip(ROAD_PROFILES, (car, moped, bicycle, walk), strict=True))
        yield pytest.param(dict(tag.split("=", 1) for tag in tags), expected, id=" ".join(tags))


def directions(rule):
    forward, backward = rule.forward_kmh[0] > 0, rule.backward_kmh[0] > 0
    return {(True, True): "=", (True, False): ">", (False, True): "<", (False, False): "-"}[
        forward, backward
    ]


@pytest.mark.parametrize(("tags", "expected"), list(table(WAYS)))
def test_a_way_is_open_to_whom_its_tags_say(tags, expected):
    found = {
        name: directions(interpret_road(tags, read_profile(name)))
        if "highway" in tags or tags.get("route") == "ferry"
        else "-"
        for name in ROAD_PROFILES
    }
    assert found == expected


@pytest.mark.parametrize(("tags", "expected"), list(table(BARRIERS)))
def test_a_barrier_stops_whom_its_tags_say(tags, expected):
    found = {
        name: "=" if passes_barrier(tags, read_profile(name)) else "-" for name in ROAD_PROFILES
    }
    assert found == expected


def test_the_tables_are_as_long_as_promised():
    assert len(list(table(WAYS))) >= 140
    assert len(list(table(BARRIERS))) >= 25


@pytest.mark.parametrize("name", ROAD_PROFILES)
def test_every_class_that_is_not_opened_by_tags_is_known_to_its_profile(name):
    profile = read_profile(name)
    assert set(profile.closed_unless_tagged) <= set(profile.class_kmh)
    assert set(profile.attaches_not_to) <= set(profile.class_kmh)


def test_most_generous_of_several_values_counts():
    assert read_permission("no;designated") == "open"
    assert read_permission("Yes") == "open"
    assert set(PERMISSION_OF_VALUE.values()) == {"open", "limited", "pushed", "closed"}


@pytest.mark.parametrize(
    ("tags", "note"),
    [
        ({"access": "destination"}, "access_limited_to_ends"),
        ({"motor_vehicle:conditional": "no @ (Mo-Fr)"}, "access_conditional_ignored"),
        ({"maxspeed:conditional": "30 @ (22:00-06:00)"}, "speed_conditional_ignored"),
        ({"maxspeed": "fast"}, "speed_faulty"),
        ({"maxspeed": "signals"}, "speed_without_number"),
        ({}, "speed_from_class"),
    ],
)
def test_what_is_assumed_is_noted(tags, note):
    assert note in interpret_road({"highway": "residential"} | tags, read_profile("car")).notes


def test_a_ferry_without_access_or_duration_notes_both():
    rule = interpret_road({"route": "ferry"}, read_profile("car"))
    assert rule.notes == ("ferry_access_assumed", "ferry_duration_assumed")
    assert not rule.may_attach
    timed = interpret_road({"route": "ferry", "duration": "0:20"}, read_profile("car"))
    assert timed.whole_way_ms == 20 * 60_000


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("45", 45), ("1:30", 90), ("01:30:00", 90), ("PT1H30M", 90), ("pt45m", 45), ("PT90S", 1.5)],
)
def test_durations(text, minutes):
    assert read_duration_ms(text) == minutes * 60_000


@pytest.mark.parametrize("text", ["", "PT", "0", "00:00", "an hour", "-5", "9999:00:00"])
def test_no_durations(text):
    assert read_duration_ms(text) is None


@pytest.mark.parametrize(
    ("tags", "is_open"),
    [
        ({"waterway": "canal"}, True),
        ({"waterway": "canal", "boat": "no"}, False),
        ({"waterway": "canal", "motorboat": "no", "boat": "yes"}, False),
        ({"waterway": "canal", "access": "private"}, False),
        ({"waterway": "canal", "access": "no", "motorboat": "yes"}, True),
        ({"waterway": "canal", "tunnel": "culvert"}, False),
        ({"waterway": "canal", "tunnel": "yes"}, True),
        ({"waterway": "canal", "disused": "yes"}, False),
        ({"waterway": "canal", "usage": "irrigation"}, False),
        ({"waterway": "canal", "usage": "irrigation", "boat": "yes"}, True),
        ({"waterway": "canal", "intermittent": "yes"}, False),
        ({"waterway": "river"}, False),
        ({"waterway": "river", "boat": "yes"}, True),
        ({"waterway": "river", "motorboat": "permissive"}, True),
        ({"waterway": "river", "CEMT": "Va"}, True),
        ({"waterway": "river", "cemt": "I"}, True),
        ({"waterway": "river", "CEMT": "Va", "motorboat": "no"}, False),
        ({"waterway": "river", "usage": "transportation"}, True),
        ({"waterway": "river", "ship": "yes"}, False),
        ({"waterway": "fairway"}, True),
        ({"waterway": "stream", "boat": "yes"}, False),
        ({"waterway": "ditch"}, False),
        ({"waterway": "drain"}, False),
    ],
)
def test_a_waterway_is_open_to_boats_where_its_tags_say(tags, is_open):
    assert interpret_waterway(tags, read_profile("pleasure_boat")).is_open == is_open


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"waterway": "canal"}, 6),
        ({"waterway": "canal", "CEMT": "I"}, 6),
        ({"waterway": "canal", "CEMT": "IV"}, 12),
        ({"waterway": "canal", "CEMT": "unheard of"}, 6),
        ({"waterway": "canal", "maxspeed": "8"}, 8),
        ({"waterway": "canal", "CEMT": "Va", "maxspeed": "20"}, 12),
        ({"waterway": "canal", "maxspeed": "3 knots"}, 3 * 1.852),
        ({"waterway": "canal", "maxspeed": "4 mph"}, 4 * 1.609344),
        ({"waterway": "canal", "maxspeed": "slow"}, 6),
        ({"waterway": "fairway"}, 12),
    ],
)
def test_boats_go_as_fast_as_the_water_allows(tags, kmh):
    rule = interpret_waterway(tags, read_profile("pleasure_boat"))
    assert rule.forward_kmh == rule.backward_kmh == (pytest.approx(kmh), pytest.approx(kmh))


def test_no_profile_is_left_out_here():
    assert {read_profile(name).mode for name in profile_names()} == {*ROAD_PROFILES, "boat"}
