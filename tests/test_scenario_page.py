"""The guide to scenario files: every example in it is one, and every kind of change has one."""

import re
import tomllib

import geopandas as gpd
import pytest
import shapely

from artois_mobility.changes.schema import MODEL_OF_KIND
from artois_mobility.scenarios.files import read_file

LINES = [shapely.LineString([(2.92 + x, 50.46), (2.92 + x, 50.47)]) for x in (0, 0.01, 0.02)]
AREA = shapely.Polygon([(2.82, 50.42), (2.84, 50.42), (2.84, 50.44)])


@pytest.fixture(scope="module")
def page(repository):
    return (repository / "docs" / "scenarios.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guide")
    layers = {
        "passerelles": ({"id": [1, 2, 3], "nom": ["A", "B", "C"]}, LINES),
        "zone_30": ({"id": [1]}, [AREA]),
        "officines": ({"nom": ["Neuve", "Vieille"]}, [each.centroid for each in LINES[:2]]),
    }
    for name, (columns, shapes) in layers.items():
        table = gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_crs(2154)
        table.to_file(folder / "projet.gpkg", layer=name)
    return folder


def examples_of(page):
    return re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("name", "least"), [("scenarios", 4), ("fr/ecrire-un-scenario", 3), ("fr/premiers-pas", 1)]
)
def test_every_example_is_a_scenario(name, least, repository, folder):
    page = (repository / "docs" / f"{name}.md").read_text(encoding="utf-8")
    examples = examples_of(page)
    assert len(examples) == page.count("```toml") >= least
    for row, text in enumerate(examples):
        path = folder / f"example{row}.toml"
        has_name = "name" in tomllib.loads(text)
        path.write_text(text if has_name else f'name = "Example"\n{text}', encoding="utf-8")
        file = read_file(path)
        assert file.problems == ()
        assert file.changes or file.content.combine


def test_every_kind_has_an_example_and_a_row_with_its_keys(page):
    blocks = [tomllib.loads(text) for text in examples_of(page)]
    kinds = {each["kind"] for block in blocks for each in block.get("changes", [])}
    assert kinds == set(MODEL_OF_KIND)
    rows = dict(re.findall(r"^\| `(\w+)` \|(.*)\|$", page, re.MULTILINE))
    assert rows.keys() == MODEL_OF_KIND.keys()
    for kind, row in rows.items():
        told = set(re.findall(r"`(\w+)`", row))
        known = set(MODEL_OF_KIND[kind].model_fields)
        assert told <= known, kind
        if kind != "set_dimension":  # whose four dimensions the row names together
            assert told == known - {"kind"}, kind


def test_the_french_guide_names_every_kind(repository):
    page = (repository / "docs" / "fr" / "ecrire-un-scenario.md").read_text(encoding="utf-8")
    rows = "".join(re.findall(r"^\|.*\|$", page, re.MULTILINE))
    told = set(re.findall(r"`(\w+)`", rows))
    assert set(MODEL_OF_KIND) <= told
    keys = {key for model in MODEL_OF_KIND.values() for key in model.model_fields}
    assert told <= keys | set(MODEL_OF_KIND) | {"kind"}
