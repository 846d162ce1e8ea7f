"""Tables and layers read back as they were, and a report is written whole or not at all."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest

from artois_mobility.errors import InputError, ResultError
from artois_mobility.report import page
from artois_mobility.report.formats import Formats
from artois_mobility.report.layer_files import make_layers, write_layers
from artois_mobility.report.names import field_names, layer_name, scenario_stems
from artois_mobility.report.times import read_times
from artois_mobility.report.words import read_words
from artois_mobility.report.writing import write_report
from comparison_world import HOSTILE, make_comparison

LAYERS = [
    "cells_today_car",
    "communes_today_car",
    "cells_today_walk",
    "communes_today_walk",
    "cells_passerelle_walk",
    "communes_passerelle_walk",
    "cells_pont_ferme_car",
    "communes_pont_ferme_car",
    "sites",
    "links",
    "closed",
    "speeds",
]
FILES = [
    "report.html",
    "results.gpkg",
    "results.qgz",
    "access_times.parquet",
    "differences.parquet",
    "summary.csv",
    "gains.csv",
    "data_dictionary.csv",
    "maps/today-car-care.png",
    "maps/today-car-culture-library.png",
    "maps/passerelle-walk-culture-library.png",
    "maps/pont-ferme-car-care.png",
    "manifest.json",
]


@pytest.fixture(scope="module")
def result():
    return make_comparison(schematic=True)


@pytest.fixture(scope="module")
def folder(result, tmp_path_factory):
    place = tmp_path_factory.mktemp("report") / "new" / "out"
    paths = write_report(result, place)
    assert [path.relative_to(place).as_posix() for path in paths] == FILES
    return place


def layers_in(path):
    """Name the layers of features; the table of styles beside them is none."""
    return [name for name, kind in pyogrio.list_layers(path) if kind is not None]


def put_layers(result, folder, language):
    layers = make_layers(result, read_times(result), read_words(language), Formats())
    write_layers(layers, folder)
    return folder / "results.gpkg"


def names_in(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def contents(folder):
    return {name: (folder / name).read_bytes() for name in names_in(folder)}


def test_nothing_but_the_report_is_left(folder):
    assert names_in(folder) == sorted(FILES)
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {"maps"}


def test_tables_read_back(result, folder):
    for name, table in (
        ("access_times", result.access_times),
        ("differences", result.differences),
    ):
        read = pd.read_parquet(folder / f"{name}.parquet")
        assert list(read.columns) == [*table.columns, "mention"]
        assert (read["mention"] == "SCHÉMATIQUE – NE PAS CITER").all()
        read = read.drop(columns="mention").astype(table.dtypes.to_dict())
        pd.testing.assert_frame_equal(read, table)


def test_the_summary_reads_back_with_its_vintage(result, folder):
    read = pd.read_csv(folder / "summary.csv", dtype={"code": str}, na_filter=False)
    assert (read["population_year"] == 2018).all()
    assert (read["mention"] == "SCHÉMATIQUE – NE PAS CITER").all()
    columns = list(result.summary_table.columns)
    pd.testing.assert_frame_equal(
        read[columns], result.summary_table, check_dtype=False, rtol=0, atol=5e-4
    )


def test_who_gains_reads_back_by_agglomeration(result, folder):
    read = pd.read_csv(folder / "gains.csv", na_filter=False)
    assert (read["mention"] == "SCHÉMATIQUE – NE PAS CITER").all()
    groups = read[read["scope"] == "group"].groupby(["scenario", "profile", "category"])
    whole = read[read["scope"] == "all"].set_index(["scenario", "profile", "category"])
    summary = result.summary_table.query("scope == 'territory'")
    summary = summary.set_index(["scenario", "profile", "category"]).loc[whole.index]
    for name in ("people", "gaining", "losing", "newly_within_10_min", "no_longer_within_10_min"):
        outside = read[read["scope"] == "outside"].groupby(["scenario", "profile", "category"])
        parts = groups[name].sum().add(outside[name].sum(), fill_value=0.0)
        np.testing.assert_allclose(parts.loc[whole.index], whole[name], atol=0.01)
    net = whole["newly_within_10_min"] - whole["no_longer_within_10_min"]
    change = summary["within_10_after"] - summary["within_10_before"]
    np.testing.assert_allclose(net, change, atol=0.01)
    assert whole["losing"].max() > 0


def test_tables_of_a_real_territory_bear_no_mention(tmp_path):
    write_report(make_comparison(scenarios=False), tmp_path)
    assert "mention" not in pd.read_parquet(tmp_path / "access_times.parquet")
    assert len(pd.read_parquet(tmp_path / "differences.parquet")) == 0
    assert "mention" not in gpd.read_file(tmp_path / "results.gpkg", layer="sites")


def test_every_layer_is_there_in_lambert_93(folder):
    names = layers_in(folder / "results.gpkg")
    assert names == LAYERS
    for name in names:
        assert pyogrio.read_info(folder / "results.gpkg", layer=name)["crs"] == "EPSG:2154"


def test_names_in_the_geopackage_are_what_any_gis_takes(folder):
    for name in layers_in(folder / "results.gpkg"):
        fields = pyogrio.read_info(folder / "results.gpkg", layer=name)["fields"]
        for text in [name, *fields]:
            assert re.fullmatch(r"[a-z][a-z0-9_]{0,29}", text)


def test_todays_cells_carry_the_minutes_of_every_category(result, folder):
    layer = gpd.read_file(folder / "results.gpkg", layer="cells_today_walk")
    assert layer["cell"].tolist() == result.residents["cell"].tolist()
    assert (layer["mention"] == "SCHÉMATIQUE – NE PAS CITER").all()
    assert (layer["population_year"] == 2018).all()
    times = result.access_times.query("scenario == 'today' and profile == 'walk'")
    for category in ("care", "culture/library"):
        minutes = times[times["category"] == category]["minutes"].to_numpy()
        field = f"{category.replace('/', '_')}_min"
        np.testing.assert_array_equal(layer[field], minutes)
    metres = result.residents.to_crs("EPSG:2154")
    assert layer.geometry.geom_equals_exact(metres.geometry, 1e-6).all()


def test_the_iris_of_cells_is_told_where_it_is_known(result, tmp_path):
    residents = result.residents.assign(iris="624980101")
    path = put_layers(replace(result, residents=residents), tmp_path, "fr")
    layer = gpd.read_file(path, layer="cells_today_walk")
    assert layer.columns[:5].tolist() == [
        "cell",
        "population",
        "insee_com",
        "siren_epci",
        "code_iris",
    ]
    assert set(layer["code_iris"]) == {"624980101"}


def test_a_scenarios_cells_are_those_that_feel_it(result, folder):
    layer = gpd.read_file(folder / "results.gpkg", layer="cells_passerelle_walk")
    rows = result.differences.query(
        "scenario == 'passerelle' and profile == 'walk' and category == 'culture/library'"
    ).set_index("cell")
    is_felt = (rows["minutes_gained"].abs() >= 1) | (
        rows["minutes_before"].isna() != rows["minutes_after"].isna()
    )
    assert layer["cell"].tolist() == rows.index[is_felt].tolist()
    for field, column in (("avant", "before"), ("apres", "after"), ("gain", "gained")):
        np.testing.assert_array_equal(
            layer[f"culture_library_{field}"], rows.loc[is_felt, f"minutes_{column}"]
        )


def test_communes_carry_the_summary(folder):
    layer = gpd.read_file(folder / "results.gpkg", layer="communes_pont_ferme_car")
    lievin = layer[layer["insee_com"] == "62510"].iloc[0]
    assert lievin["care_perdants"] == 120
    assert lievin["care_gain"] == -2
    assert set(layer.geometry.geom_type) == {"MultiPolygon"}


def test_what_a_scenario_changes_has_its_layers(folder):
    sites = gpd.read_file(folder / "results.gpkg", layer="sites")
    assert sites["scenario"].tolist() == ["today", "today", "passerelle", "passerelle"]
    assert sites["change"].fillna("").tolist() == ["", "", "moved", "removed"]
    links = gpd.read_file(folder / "results.gpkg", layer="links")
    assert links["scenario"].tolist() == ["passerelle"]
    assert len(gpd.read_file(folder / "results.gpkg", layer="closed")) == 1
    speeds = gpd.read_file(folder / "results.gpkg", layer="speeds")
    assert speeds["change"].tolist() == ["slower"]


def test_fields_end_in_the_language_of_the_report(tmp_path):
    result = make_comparison()
    path = put_layers(result, tmp_path, "en")
    fields = pyogrio.read_info(path, layer="communes_pont_ferme_car")["fields"]
    endings = [field.removeprefix("care_") for field in fields if field.startswith("care_")]
    assert endings == ["before", "after", "gain", "gaining", "losing"]
    fields = pyogrio.read_info(path, layer="cells_passerelle_walk")["fields"]
    assert "culture_library_before" in fields


def test_abroad_the_layers_are_in_degrees(tmp_path):
    result = make_comparison(crs="EPSG:32631")
    path = put_layers(result, tmp_path, "en")
    for name in layers_in(path):
        assert pyogrio.read_info(path, layer=name)["crs"] == "EPSG:4326"


def test_layers_of_scenarios_with_long_names_stay_apart():
    taken = set()
    names = [
        layer_name("communes", f"une-tres-longue-etude-numero-{number}", "bicycle", taken)
        for number in range(30)
    ]
    assert len(set(names)) == 30
    assert all(len(name) <= 30 for name in names)


def test_a_scenario_is_cut_in_the_same_way_in_the_names_of_all_its_layers():
    stems = scenario_stems(["une-longue-etude-a", "une-longue-etude-b"], ["walk", "bicycle"])
    names = [
        layer_name(kind, stem, profile, set())
        for stem in stems.values()
        for kind in ("cells", "communes")
        for profile in ("walk", "bicycle")
    ]
    assert all(len(name) <= 30 for name in names)
    assert {name.split("_", 1)[1].rsplit("_", 1)[0] for name in names} == set(stems.values())


def test_fields_of_categories_with_long_names_stay_apart():
    keys = [f"care/une_tres_longue_categorie_{number}" for number in range(12)]
    names = field_names(keys, ["avant", "perdants"])
    assert len(set(names.values())) == 24
    assert all(len(name) <= 30 for name in names.values())


def test_the_manifest_lists_every_file_with_its_hash(folder):
    import hashlib

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert list(manifest["files"]) == FILES[:-1]
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_a_second_report_replaces_the_first_and_nothing_else(tmp_path):
    write_report(make_comparison(), tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "maps" / "my-own.png").write_bytes(b"mine")
    paths = write_report(make_comparison(scenarios=False, language="en"), tmp_path)
    kept = {path.relative_to(tmp_path).as_posix() for path in paths}
    assert set(names_in(tmp_path)) == kept | {"notes.txt", "maps/my-own.png"}
    assert '<html lang="en">' in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_forged_manifest_removes_nothing(tmp_path):
    victim = tmp_path / "victim.txt"
    victim.write_text("here")
    place = tmp_path / "out"
    place.mkdir()
    forged = {"files": ["../victim.txt", "maps/../../victim.txt", 7]}
    (place / "manifest.json").write_text(json.dumps(forged))
    write_report(make_comparison(scenarios=False), place)
    assert victim.read_text() == "here"


@pytest.mark.parametrize("step", ["layer_files.write_geopackage", "plate.save", "page.render_page"])
def test_a_failure_midway_leaves_the_earlier_report(step, tmp_path, monkeypatch):
    write_report(make_comparison(scenarios=False), tmp_path)
    before = contents(tmp_path)

    def fail(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"artois_mobility.report.{step}", fail)
    with pytest.raises(ResultError, match=r"could not be written into .*: No space left"):
        write_report(make_comparison(), tmp_path)
    assert contents(tmp_path) == before


def test_an_interruption_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(page, "render_page", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_report(make_comparison(), tmp_path / "new" / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_while_files_are_moved_leaves_no_empty_folder(tmp_path, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_report(make_comparison(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match=r"is a file\. Name a folder"):
        write_report(make_comparison(), tmp_path / "out")


def test_a_folder_below_a_file_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultError, match="cannot be written"):
        write_report(make_comparison(), tmp_path / "file" / "out")


def test_an_unknown_language_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(InputError, match="'nl'; use fr or en"):
        write_report(make_comparison(), tmp_path / "out", language="nl")
    assert not (tmp_path / "out").exists()


def test_progress_counts_maps_and_tables(tmp_path):
    told = []
    write_report(make_comparison(), tmp_path, progress=lambda *what: told.append(what))
    assert told[:4] == [("maps", done, 4) for done in range(1, 5)]
    assert told[-1] == ("tables and layers", 5, 5)


def test_hostile_names_are_written_as_they_are(tmp_path):
    write_report(make_comparison(hostile=True), tmp_path)
    sites = gpd.read_file(tmp_path / "results.gpkg", layer="sites")
    assert sites["name"].tolist()[0] == f"Hôpital{HOSTILE}"
    summary = pd.read_csv(tmp_path / "summary.csv")
    assert f"Lens{HOSTILE}" in set(summary["name"])


def test_the_same_comparison_gives_the_same_bytes(tmp_path):
    """In another process and at another time too."""
    code = (
        "import sys; from comparison_world import make_comparison;"
        "from artois_mobility.report.writing import write_report;"
        "write_report(make_comparison(), sys.argv[1])"
    )
    here = Path(__file__).parent
    subprocess.run([sys.executable, "-c", code, tmp_path / "a"], check=True, cwd=here)
    write_report(make_comparison(), tmp_path / "b")
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_categories_in_the_tables_change_nothing(tmp_path, result):
    keys = dict.fromkeys(("scenario", "profile", "cell", "category"), "category")
    typed = replace(
        result,
        access_times=result.access_times.astype(keys),
        differences=result.differences.astype(keys),
        summary_table=result.summary_table.astype({"scenario": "category"}),
    )
    write_report(typed, tmp_path / "typed")
    write_report(result, tmp_path / "plain")
    for name in ("report.html", "summary.csv"):
        assert (tmp_path / "typed" / name).read_bytes() == (tmp_path / "plain" / name).read_bytes()
