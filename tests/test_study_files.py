"""Study files: what they say, and what is said about faulty ones."""

import re

import pytest

from artois_mobility.errors import StudyError
from artois_mobility.study.files import read_study
from study_worlds import STUDY, write_town


@pytest.fixture
def town(tmp_path):
    return write_town(tmp_path)


def test_a_study_says_everything_with_whole_paths(town):
    study = read_study(town)
    assert study.extract == town.parent / "data" / "town.osm.pbf"
    assert study.residents.is_file()
    assert (study.communes, study.sites) == ("osm", ("osm",))
    assert (study.profiles, study.nearest, study.thresholds_min) == (
        ("car", "walk"),
        2,
        (5.0, 10.0),
    )
    assert [profile.name for profile in study.travel_profiles] == ["car", "walk"]
    assert (study.epci, study.buffer_min) == ((), 45.0)
    assert len(study.sha256) == 64


def test_categories_are_written_out_and_thresholds_sorted(town):
    town.write_text(
        STUDY.replace('"culture"]', '"transport/*", "care/hospital"]').replace(
            "[5, 10]", "[10, 5, 10]"
        )
    )
    study = read_study(town)
    assert study.categories == (
        "care/hospital",
        "care/pharmacy",
        "transport/quay",
        "transport/marina",
    )
    assert study.thresholds_min == (5.0, 10.0)


def test_a_profile_may_be_a_file_beside_the_study(town):
    (town.parent / "slow.toml").write_text('like = "walk"\nmax_kmh = 2\n')
    town.write_text(STUDY.replace('["car", "walk"]', '["slow.toml", "walk"]'))
    assert read_study(town).profiles == ("slow", "walk")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('name = "Deux rives"', "", "name is missing"),
        ('"fr"', '"de"', "line 3, language is 'de'; allowed is 'fr' or 'en'"),
        ("[data]", "[date]", "data is missing|line 5, date is no key here. Did you mean data"),
        ('extract = "data/town.osm.pbf"', "", "line 5, data.extract is missing"),
        ("town.osm.pbf", "towm.osm.pbf",
         r"line 6, data.extract: 'data/towm.osm.pbf' does not exist; it is looked for from .*data"
         r"\. Did you mean town.osm.pbf\?"),
        ("data/residents.csv", "data", "line 7, data.residents: 'data' is a folder, not a file"),
        ("residents.csv", "r\\u00e9sidents.csv",
         "data.residents: .* does not exist.* Did you mean residents.csv"),
        ('"car", "walk"', '"car", "wlak"',
         "line 10, access.profiles: There is no profile 'wlak'.*Did you mean 'walk'"),
        ('"car", "walk"', '"car", "car"', "access.profiles: 'car' is listed twice"),
        ('"culture"', '"cluture"',
         "line 11, access.categories: Unknown category 'cluture'; did you mean 'culture'"),
        ('"culture"', '"culture/cinema/*"', "There is no category below 'culture/cinema'"),
        ('["car", "walk"]', '"car"',
         r"access.profiles is 'car'; allowed is a list in \[brackets\]"),
        ("nearest = 2", "nearest = 0", "line 12, access.nearest is 0; allowed is 1 or more"),
        ("nearest = 2", "nearest = 1.5", "access.nearest is 1.5; allowed is a whole number"),
        ("nearest", "nearst", "line 12, access.nearst is no key here. Did you mean nearest"),
        ("[5, 10]", "[]", "thresholds_min is .*; allowed is a list of at least 1 entry"),
        ("[5, 10]", "[0, 10]", r"thresholds_min\[1\] is 0; allowed is above 0"),
        ("[5, 10]", '["5"]', r"thresholds_min\[1\] is '5'; allowed is a number"),
        ("[access]", '[territory]\nepci = ["12"]\n[access]',
         r"line 10, territory.epci\[1\] is '12'; allowed"),
        ("[access]", "[territory]\nepci = [200072460]\n[access]",
         r'epci\[1\] is 200072460; allowed is text in "quotes"'),
        ("[access]", "[territory]\nbuffer = 3\n[access]",
         "territory.buffer is no key here. Did you mean buffer_min"),
        ("[access]", "[acess]", "acess is no key here. Did you mean access"),
        ("nearest = 2", "nearest 2", "line 12, column .* It reads 'nearest 2'"),
    ],
)  # fmt: skip
def test_a_faulty_study_is_told_what_where_and_what_is_allowed(town, before, after, expected):
    assert before in STUDY
    town.write_text(STUDY.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_study(town)
    message = str(caught.value)
    assert re.search(expected, message), message
    assert message.startswith(f"{town} has ")


def test_all_problems_of_a_study_come_at_once(town):
    town.write_text(
        STUDY.replace("town.osm", "x.osm").replace('"walk"', '"wlk"').replace("culture", "cult")
    )
    with pytest.raises(StudyError, match="has 3 problems:"):
        read_study(town)
    town.write_text(STUDY.replace("nearest = 2", "nearest = 0\nnearby = 3").replace('"fr"', '"de"'))
    with pytest.raises(StudyError, match="has 3 problems:"):
        read_study(town)


def test_no_project_of_python_is_taken_for_a_study(town):
    (town.parent / "pyproject.toml").touch()
    with pytest.raises(StudyError, match=r"there is no such file\.(?! Did you mean)") as refused:
        read_study(town.parent / "nope.toml")
    assert "pyproject" not in str(refused.value)


def test_a_missing_study_names_its_neighbour(town):
    with pytest.raises(StudyError, match=r"there is no such file. Did you mean town.toml\?"):
        read_study(town.parent / "twon.toml")
