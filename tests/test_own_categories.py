"""Categories of the user's own, known to every function once they are in use."""

import json

import pytest
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.cli.commands import app
from artois_mobility.errors import PlacesError, StudyError
from artois_mobility.places.categories import categories_in_use, read_categories
from street_worlds import cells_at, grid_world, sites_at
from study_worlds import place, write_town

POOLS = """
version = "1"

[[categories]]
key = "sport"
fr = "Sport"
en = "Sport"
threshold_min = 20

[[categories]]
key = "sport/pool"
fr = "Piscine"
en = "Swimming pool"
threshold_min = 12
osm = ["leisure=swimming_pool"]
"""


@pytest.fixture
def pools(tmp_path):
    path = tmp_path / "pools.toml"
    path.write_text(POOLS, encoding="utf-8")
    yield path
    am.use_categories()


def test_every_function_knows_them(pools):
    network, cells = grid_world(6, 6), cells_at([(0, 0), (100, 200)], 5.0)
    sites = sites_at({"p": (500, 500)}, "sport/pool")
    with pytest.raises(PlacesError, match="Unknown category 'sport/pool'"):
        am.access_times(network, cells, sites, categories=["sport/pool"])
    am.use_categories(pools)
    times = am.access_times(network, cells, sites, categories=["sport"])
    assert times["minutes"].notna().all()
    assert am.equity(times, cells)["line"].tolist() == [20.0]
    drawn = am.draw_times(network, cells, sites, count=3)
    assert drawn.table()["threshold_min"].tolist() == [12.0, 12.0]
    assert am.basket_times(network, cells, sites, {"swim": ["sport/pool"]})["minutes"].notna().all()
    chosen = am.choose_sites(network, cells, cells.assign(candidate=cells["cell"]), count=1)
    assert chosen.changes("sport/pool")[0].name == "Piscine"
    am.use_categories()
    assert categories_in_use() is read_categories()


def test_a_study_may_name_the_file(pools, tmp_path):
    path = write_town(tmp_path)
    lon, lat = place(2, 1)
    (tmp_path / "data" / "pools.csv").write_text(f"category,lon,lat\nsport/pool,{lon},{lat}\n")
    text = path.read_text().replace(
        'residents = "data/residents.csv"',
        'residents = "data/residents.csv"\nsites = ["osm", "data/pools.csv"]\n'
        'categories = "pools.toml"',
    )
    path.write_text(text.replace('"culture"]', '"culture", "sport/pool"]'))
    found = CliRunner().invoke(app, ["access", str(path), "--json"])
    assert found.exit_code == 0, found.stderr
    summary = json.loads(found.stdout)["summary"]
    pool = [row for row in summary if row["category"] == "sport/pool"]
    assert pool[0]["people_reached_before"] > 0
    shown = CliRunner().invoke(app, ["access", str(path), "--lang", "en"]).stdout
    assert "Swimming pool" in shown
    manifest = am.assess(am.read_study(path)).manifest
    assert "categories" in {each["role"] for each in manifest["inputs"]}


def test_faults_of_the_file_are_those_of_the_study(tmp_path):
    path = write_town(tmp_path)
    (tmp_path / "pools.toml").write_text('["sport/pool"]\nfr = 3\n')
    text = path.read_text().replace(
        'residents = "data/residents.csv"',
        'residents = "data/residents.csv"\ncategories = "pools.toml"',
    )
    path.write_text(text)
    with pytest.raises(StudyError, match=r"data\.categories: "):
        am.read_study(path)
