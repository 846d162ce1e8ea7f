import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artois_mobility.errors import PlacesError
from artois_mobility.places.categories import (
    expand,
    find_category,
    is_below,
    keep_below,
    label,
    read_categories,
)
from artois_mobility.places.osm_rules import fold, parse_rule

KEYS = tuple(read_categories().of_key)


def categories_of(**tags):
    """The categories that an object with these tags belongs to."""
    found = {key.replace("__", ":"): value for key, value in tags.items()}
    return {
        category.key
        for category in read_categories().of_key.values()
        if any(rule.holds(found) for rule in category.rules)
    }


def test_every_category_has_two_labels_and_a_parent():
    for category in read_categories().of_key.values():
        assert set(category.label) == {"fr", "en"}
        assert all(category.label.values())
        parent = category.key.rpartition("/")[0]
        assert not parent or parent in KEYS


def test_every_leaf_can_be_found_somewhere():
    parents = {key.rpartition("/")[0] for key in KEYS}
    for category in read_categories().of_key.values():
        if category.key not in parents:
            assert category.rules or category.bpe or category.finess, category.key


@pytest.mark.parametrize(
    ("key", "codes"),
    [
        # domain knowledge restated: BPE 2024 and, in brackets there, the older code
        ("care/hospital", {"D101"}),
        ("care/emergency", {"D106"}),
        ("care/maternity", {"D107"}),
        ("care/maison_de_sante", {"D113"}),
        ("care/general_practitioner", {"D265", "D201"}),
        ("care/pharmacy", {"D307", "D301"}),
        ("culture/library", {"F307"}),
        ("culture/museum", {"F304"}),
        ("culture/theatre", {"F315", "F306"}),
        ("training/cfa", {"C610", "C601", "C605"}),
        ("training/college", {"C201"}),
    ],
)
def test_bpe_codes(key, codes):
    assert set(find_category(key).bpe) == codes


def test_finess_tells_hospitals_from_psychiatry_and_nursing_homes():
    assert set(find_category("care/hospital").finess) == {
        "101", "106", "355", "122", "128", "129", "365",
    }  # fmt: skip
    assert find_category("care/psychiatry").finess == ("292",)
    assert find_category("care/ehpad").finess == ("500",)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"amenity": "hospital"}, {"care/hospital"}),
        ({"healthcare": "hospital"}, {"care/hospital"}),
        ({"amenity": "hospital", "emergency": "yes"}, {"care/hospital", "care/emergency"}),
        ({"amenity": "hospital", "emergency": "no"}, {"care/hospital"}),
        ({"amenity": "hospital", "healthcare:speciality": "psychiatry"}, {"care/psychiatry"}),
        (
            {"amenity": "hospital", "healthcare:speciality": "psychiatry;surgery"},
            {"care/hospital", "care/psychiatry"},
        ),
        (
            {"amenity": "hospital", "name": "Établissement public de santé mentale"},
            {"care/psychiatry"},
        ),
        ({"amenity": "clinic", "name": "Polyclinique de Riaumont"}, {"care/hospital"}),
        ({"amenity": "clinic", "name": "Clinique dentaire"}, set()),
        ({"amenity": "clinic", "name": "Maison de Santé du Bruaysis"}, {"care/maison_de_sante"}),
        ({"amenity": "clinic", "name": "Centre municipal de santé"}, {"care/centre_de_sante"}),
        ({"healthcare": "centre"}, {"care/maison_de_sante"}),
        ({"healthcare": "centre", "name": "Centre de santé Filieris"}, {"care/centre_de_sante"}),
        ({"amenity": "doctors"}, {"care/general_practitioner"}),
        ({"amenity": "doctors", "healthcare:speciality": "dermatology"}, set()),
        (
            {"amenity": "doctors", "name": "MSP Lens-Est"},
            {"care/maison_de_sante", "care/general_practitioner"},
        ),
        ({"amenity": "pharmacy"}, {"care/pharmacy"}),
        (
            {"social_facility": "nursing_home", "social_facility:for": "senior"},
            {"care/ehpad"},
        ),
        ({"social_facility": "nursing_home", "social_facility:for": "disabled"}, set()),
        (
            {"social_facility": "ambulatory_care", "social_facility:for": "child"},
            {"care/pmi"},
        ),
        ({"tourism": "museum"}, {"culture/museum"}),
        ({"tourism": "gallery;museum"}, {"culture/museum", "culture/gallery"}),
        ({"amenity": "arts_centre"}, {"culture/theatre"}),
        ({"man_made": "headframe"}, {"culture/heritage"}),
        ({"historic": "no"}, set()),
        ({"leisure": "garden", "access": "private"}, set()),
        ({"leisure": "park"}, {"culture/park"}),
        ({"amenity": "university"}, {"training/university"}),
        ({"amenity": "college", "name": "CFA de Béthune"}, {"training/cfa"}),
        ({"amenity": "college", "name": "BTP CFA Nord"}, {"training/cfa"}),
        ({"amenity": "college"}, {"training/higher_education"}),
        ({"amenity": "school"}, set()),
        ({"amenity": "school", "school:FR": "lycée"}, {"training/lycee"}),
        ({"amenity": "school", "school:FR": "collège"}, {"training/college"}),
        (
            {"amenity": "school", "name": "Lycée professionnel Henri Senez"},
            {"training/lycee", "training/lycee_professionnel"},
        ),
        ({"government": "employment_agency"}, {"training/france_travail"}),
        ({"landuse": "port"}, {"transport/quay"}),
        ({"harbour": "yes"}, {"transport/quay"}),
        ({"leisure": "marina"}, {"transport/marina"}),
        ({"shop": "bakery"}, set()),
        ({}, set()),
    ],
)
def test_tags_and_categories(tags, expected):
    assert (
        categories_of(**{key.replace(":", "__"): value for key, value in tags.items()}) == expected
    )


@given(st.sampled_from(KEYS), st.sampled_from(KEYS))
def test_below_is_an_order(key, other):
    assert is_below(key, key)
    if is_below(key, other) and is_below(other, key):
        assert key == other
    assert is_below(key, other) == (key in keep_below([other]))


@given(st.sampled_from(KEYS))
def test_children_are_directly_below(key):
    if any(other != key and is_below(other, key) for other in KEYS):
        children = expand(f"{key}/*")
        assert all(child.rpartition("/")[0] == key for child in children)
        assert set(keep_below(children)) | {key} == set(keep_below([key]))


def test_the_roots_of_the_tree():
    assert expand("*") == ("care", "culture", "training", "transport")


def test_labels():
    assert label("care/emergency") == "Urgences"
    assert label("care/emergency", "en") == "Emergency department"
    with pytest.raises(PlacesError, match="fr and en; found language 'de'"):
        label("care/emergency", "de")


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("care/hopital", "did you mean 'care/hospital'"),
        ("zoo", "below care, culture, training, transport"),
        ("library", "did you mean 'culture/library'"),
        ("culture/libary", "did you mean 'culture/library'"),
        ("Care", "did you mean 'care'"),
        ("", "Unknown category ''"),
        ("care/", "did you mean 'care'"),
        ("hopitaux/*", "Unknown category 'hopitaux'"),
        ("care/pharmacy/*", "no category below 'care/pharmacy'"),
    ],
)
def test_unknown_categories_name_the_nearest(key, message):
    with pytest.raises(PlacesError, match=message):
        expand(key)


OWN = """
[[categories]]
key = "sport"
fr = "Sport"
en = "Sport"

[[categories]]
key = "sport/pool"
fr = "Piscine"
en = "Swimming pool"
osm = ["leisure=sports_centre & sport=swimming"]
bpe = ["F101"]

[[categories]]
key = "care/pharmacy"
fr = "Officine"
en = "Pharmacy"
osm = ["amenity=pharmacy"]
threshold_min = 3
"""


def test_rows_of_ones_own_are_added_and_replace(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    table = read_categories(path)
    assert set(table.of_key) == {*KEYS, "sport", "sport/pool"}
    assert table.of_key["care/pharmacy"].threshold_min == 3
    assert find_category("care/pharmacy").threshold_min == 7
    assert expand("sport/*", table) == ("sport/pool",)


ROW = '[[categories]]\nkey = "{key}"\nfr = "a"\nen = "a"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("= 3", "is no TOML file"),
        ("", "categories: Field required"),
        ("categories = []", "at least 1 item"),
        (ROW.format(key="Care"), "categories.0.key: .*found 'Care'"),
        ('[[categories]]\nkey = "care"\nfr = "a"', "categories.0.en: Field required"),
        (ROW.format(key="x") + "colour = 'red'", "categories.0.colour: Extra inputs"),
        (ROW.format(key="x") + "threshold_min = -1", "categories.0.threshold_min.*found -1"),
        (ROW.format(key="x/y"), "x/y: 'x' has no row; put one before it"),
        (ROW.format(key="x") * 2, "x: this key has two rows"),
        (ROW.format(key="x") + 'osm = ["amenity"]', "x: the rule 'amenity' cannot be read"),
        (ROW.format(key="x") + 'osm = ["a!=b"]', "needs a condition with = or ~"),
        (ROW.format(key="x") + 'osm = ["name~("]', r"the rule 'name~\(' cannot be read"),
        (ROW.format(key="x") + 'osm = ["name~Été"]', "without capitals and accents"),
        (ROW.format(key="x") + 'bpe = ["D101"]', "BPE code D101 already belongs to care/hospital"),
        (ROW.format(key="x") + 'finess = ["101"]', "FINESS code 101 already belongs"),
    ],
)
def test_faulty_category_files(tmp_path, text, message):
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PlacesError, match=message):
        read_categories(path)


def test_all_problems_of_a_category_file_are_listed(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(ROW.format(key="x/y") + 'osm = ["a"]\nbpe = ["D101"]', encoding="utf-8")
    with pytest.raises(PlacesError, match=r"own.toml has 3 problems") as caught:
        read_categories(path)
    assert str(caught.value).count("\n") == 3


@given(st.text(max_size=20))
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.dictionaries(st.sampled_from("abc"), st.sampled_from(["x", "y", "x;y", "no"])))
def test_a_condition_and_its_opposite(tags):
    # "not all listed" is the opposite of "any listed" where a tag has a single value
    is_listed = parse_rule("a=x & b=*").holds(tags)
    is_unlisted = parse_rule("b=* & a!=x").holds(tags)
    if "b" in tags and tags["b"] != "no":
        single = ";" not in tags.get("a", "")
        assert is_listed != is_unlisted if single else is_listed and is_unlisted


def test_thresholds_are_minutes():
    minutes = np.array([row.threshold_min for row in read_categories().of_key.values()])
    assert ((minutes > 0) & (minutes <= 60)).all()
