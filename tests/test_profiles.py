"""Travel profiles: the shipped table is complete, a user's file is checked as a whole."""

from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from artois_mobility.errors import ProfileError
from artois_mobility.network.access import ACCESS_KEYS, WATER_ACCESS_KEYS
from artois_mobility.network.profile_keys import AccessKey, OnewayKey, Profile
from artois_mobility.network.profiles import profile_names, read_profile
from artois_mobility.network.roads import ONEWAY_KEYS
from artois_mobility.network.waterways import WATER_KEYS

NOT_CONSTANTS = {"name", "mode", "label", "version", "sources", "sha256"}

GOOD = """
like = "bicycle"
name = "cargo"
label = { fr = "vélo cargo", en = "cargo bike" }
max_kmh = 18
[class_kmh]
cycleway = [18, 18]
"""


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_profiles():
    modes = {name: read_profile(name).mode for name in profile_names()}
    assert modes == {
        "car": "car",
        "car_peak": "car",
        "car_no_toll": "car",
        "car_osrm": "car",
        "truck": "car",
        "moped": "moped",
        "bicycle": "bicycle",
        "bicycle_calm": "bicycle",
        "ebike": "bicycle",
        "cargo_bike": "bicycle",
        "walk": "walk",
        "walk_senior": "walk",
        "wheelchair": "walk",
        "pleasure_boat": "boat",
        "barge": "boat",
        "barge_freycinet": "boat",
        "barge_ii": "boat",
        "barge_iii": "boat",
        "barge_iv": "boat",
        "barge_vb": "boat",
        "passenger_boat": "boat",
        "canoe": "boat",
    }


@pytest.mark.parametrize("name", profile_names())
def test_every_constant_has_its_source_and_date(name):
    profile = read_profile(name)
    plain = {item.name: getattr(profile, item.name) for item in fields(Profile)}
    used = {key for key, value in plain.items() if value not in ({}, (), "", False, 0.0)}
    defaults = {"pushing_kmh", "limit_factor", "time_factor", "turn_bias"}
    defaults |= {"convoy_units"} if profile.convoy_units == 1 else set()
    defaults |= {"urban_junctions_per_km2", "slope_slowest", "slope_fastest", "most_stress"}
    missing = used - NOT_CONSTANTS - set(profile.sources) - defaults
    assert not missing
    assert all("20" in source[-8:] for source in profile.sources.values())


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_walks_off_the_network_as_the_domain_says(name):
    profile = read_profile(name)
    assert (profile.offroad_kmh, profile.offroad_limit_m, profile.closed_kmh) == (3.0, 300.0, 3.0)
    assert set(profile.label) == {"fr", "en"}


# profiles/car.lua of OSRM, as published with its release 26.9.0
OSRM = {
    "class_kmh": {
        "motorway": 90, "motorway_link": 45, "trunk": 85, "trunk_link": 40, "primary": 65,
        "primary_link": 30, "secondary": 55, "secondary_link": 25, "tertiary": 40,
        "tertiary_link": 20, "unclassified": 25, "residential": 25, "living_street": 10,
        "service": 15,
    },
    "surface_cap_kmh": {
        "cement": 80, "compacted": 80, "fine_gravel": 80, "paving_stones": 60, "metal": 60,
        "bricks": 60, "grass": 40, "wood": 40, "sett": 40, "grass_paver": 40, "gravel": 40,
        "unpaved": 40, "ground": 40, "dirt": 40, "pebblestone": 40, "tartan": 40,
        "cobblestone": 30, "clay": 30, "earth": 20, "stone": 20, "rocky": 20, "sand": 20,
        "laterite": 15, "mud": 10,
    },
    "tracktype_cap_kmh": {"grade1": 60, "grade2": 40, "grade3": 30, "grade4": 25, "grade5": 20},
    "node_delay_s": {
        "barrier=gate": 60, "barrier=lift_gate": 60, "highway=traffic_signals": 2,
        "highway=stop": 2, "highway=give_way": 1,
    },
    "turn_delay_s": {"u_turn": 20},
}  # fmt: skip


def test_the_settings_of_osrm_are_those_it_publishes():
    osrm = read_profile("car_osrm")
    for name, table in OSRM.items():
        own = getattr(osrm, name)
        for key, value in table.items():
            assert own[key] == ((value, value) if name == "class_kmh" else value), (name, key)
    assert (osrm.turn_most_s, osrm.turn_bias, osrm.ferry_kmh) == (7.5, 1.075, 5)
    assert osrm.limit_factor == (0.8, 0.8)
    unknown = set(osrm.surface_cap_kmh) - set(OSRM["surface_cap_kmh"])
    assert {osrm.surface_cap_kmh[each] for each in unknown} == {osrm.max_kmh}


def test_the_hash_follows_the_table_and_nothing_else():
    assert read_profile("car").sha256 == read_profile("car").sha256
    assert len({read_profile(name).sha256 for name in profile_names()}) == len(profile_names())


def test_a_profile_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        read_profile("car").max_kmh = 200


def test_a_users_profile_takes_the_rest_from_another(tmp_path):
    cargo = read_profile(write(tmp_path / "cargo.toml", GOOD))
    assert (cargo.name, cargo.max_kmh, cargo.mode) == ("cargo", 18, "bicycle")
    assert cargo.class_kmh["cycleway"] == (18, 18)
    assert cargo.class_kmh["primary"] == (15, 15)
    assert cargo.sha256 != read_profile("bicycle").sha256


def test_a_users_profile_is_called_like_its_file(tmp_path):
    text = GOOD.replace('name = "cargo"', "")
    assert read_profile(str(write(tmp_path / "heavy.toml", text))).name == "heavy"


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    text = """
    mode = "hovercraft"
    label = { fr = "a" }
    access_keys = []
    max_kmh = -5
    max_kmhh = 5
    link_kmh = "fast"
    """
    with pytest.raises(ProfileError) as caught:
        read_profile(write(tmp_path / "bad.toml", text))
    message = str(caught.value)
    assert "bad.toml: the profile has 6 faults" in message
    for part in ("mode should be 'car'", "it is 'hovercraft'", "access_keys", "max_kmh should be"):
        assert part in message
    assert "and 1 more" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[label", "is not a TOML file"),
        ('like = "tank"', "like = 'tank' is no profile; the choice is car"),
        ("like = 3", "like = 3 is no profile"),
        ('like = "car"\nmaxkmh = 5', "maxkmh is no key of a profile; max_kmh?"),
        ('like = "car"\nlabel = 3', "label should be a table; it is 3"),
        ('like = "car"\nsha256 = "x"', "sha256 is computed"),
        ('like = "car"\nclosed_unless_tagged = ["lane"]', "lists 'lane', which class_kmh"),
        ('like = "car"\n[class_kmh]\nprimary = [50]', "class_kmh.primary"),
        ('like = "car"\n[class_kmh]\nprimary = [50, 900]', "less than or equal to 150"),
        ('like = "car"\nmax_kmh = nan', "max_kmh"),
        ('like = "car"\nmax_kmh = true', "max_kmh should be a valid number"),
        ('like = "bicycle"\nslope_slowest = 1.4', "slope_slowest (1.4) is above slope_fastest"),
        ('like = "car"\n[turn_delay_s]\nacross = 1e9', "less than or equal to 86400"),
        ('like = "car"\n[sources]\nmax = "x"', "sources.max is no key of a profile"),
        ('mode = "walk"', "is missing"),
    ],
)
def test_a_faulty_file_says_what_where_and_what_is_allowed(tmp_path, text, message):
    with pytest.raises(ProfileError, match=r"(?s)mine\.toml.*") as caught:
        read_profile(write(tmp_path / "mine.toml", text))
    assert message in str(caught.value)


def test_a_barrier_table_must_say_what_holds_for_the_rest(tmp_path):
    text = """
    mode = "walk"
    label = { fr = "a", en = "a" }
    access_keys = ["foot"]
    class_kmh = {}
    max_kmh = 4
    link_kmh = 4
    barrier_is_open = { wall = false }
    """
    with pytest.raises(ProfileError, match=r"barrier_is_open\.other is missing"):
        read_profile(write(tmp_path / "mine.toml", text))


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProfileError, match="is not a TOML file"):
        read_profile(path)


def test_a_profile_is_named_by_text_or_a_path():
    with pytest.raises(ProfileError, match="named by text or a path; found 3"):
        read_profile(3)


def test_an_unknown_name_lists_the_choice():
    with pytest.raises(ProfileError, match=r"no profile 'bycicle'.*mean 'bicycle'.*walk"):
        read_profile("bycicle")
    with pytest.raises(ProfileError, match="no profile 'version'"):
        read_profile("version")


def test_the_keys_a_profile_may_name_are_those_that_are_read():
    assert set(get_args(AccessKey)) == {*ACCESS_KEYS, *WATER_ACCESS_KEYS}
    read = {*ONEWAY_KEYS, *(key for key in WATER_KEYS if key.startswith("oneway"))}
    assert set(get_args(OnewayKey)) == read


def test_a_key_that_is_not_read_is_refused(tmp_path):
    own = 'like = "car"\naccess_keys = ["access", "vehicle", "goods"]\n'
    with pytest.raises(
        ProfileError, match=r"access_keys\.2 should be 'access', 'vehicle'.*'goods'"
    ):
        read_profile(write(tmp_path / "lorry.toml", own))
