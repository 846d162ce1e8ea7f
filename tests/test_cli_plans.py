"""The commands that look for places: crossings, closures and sites, from study to scenario."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.cli.commands import app
from artois_mobility.report import plan_maps, plate
from artois_mobility.report.lettering import letter
from artois_mobility.report.plate import draw_plate
from artois_mobility.report.sheet import Marks
from study_worlds import STUDY, place, write_town


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(argument) for argument in arguments])


def person_minutes(study, scenario, profile, category):
    """What a scenario saves on the way to the nearest site, by comparing it with today."""
    result = am.compare(am.read_study(study), [scenario])
    table = result.differences
    mine = table[
        (table["profile"] == profile) & (table["category"] == category) & (table["rank"] == 1)
    ]
    people = result.residents["population"].to_numpy()
    return float(people @ np.nan_to_num(mine["minutes_gained"].to_numpy(float)))


def test_crossings_become_scenarios_that_save_what_they_say(town, run, tmp_path):
    out = tmp_path / "crossings"
    options = ["--profile", "walk", "--kind", "canal", "-c", "care/hospital"]
    found = run("crossings", town, *options, "--spread", 300, "-n", 2, "-o", out, "--quiet")
    assert found.exit_code == 0, found.stderr
    assert found.stdout == ""
    links = gpd.read_file(out / "crossings.gpkg", layer="crossings")
    assert links.crs == "EPSG:2154"
    best = links.iloc[0]
    scenario = out / f"crossing_{best['candidate']}.toml"
    saved = person_minutes(town, scenario, "walk", "care/hospital")
    assert saved == pytest.approx(best["saved_person_min"], abs=1e-6)
    assert saved > 0
    names = {each.name for each in out.iterdir()}
    assert names > {"crossings.csv", "crossings.png", "barriers.csv", "crossings.gpkg"}
    plans = sorted(each for each in names if each.endswith(".toml"))
    assert len(plans) == 2
    middles = links.set_index("candidate").loc[[each[9:-5] for each in plans]].centroid
    assert middles.iloc[0].distance(middles.iloc[1]) >= 300
    assert 'name = "Franchissement : ' in scenario.read_text()
    # a second run replaces its own files
    assert run("crossings", town, *options, "-o", out, "-q").exit_code == 0


def test_crossings_are_told_in_the_study_s_language_or_as_json(town, run):
    options = ["--profile", "walk", "--kind", "canal", "-c", "care/hospital"]
    french = run("crossings", town, *options).stdout
    assert "minutes × habitants" in french
    assert "Le détour qu’impose chaque coupure" in french
    english = run("crossings", town, *options, "--lang", "en").stdout
    assert "would save" in english
    record = json.loads(run("crossings", town, *options, "--json").stdout)
    assert record["tried"] >= len(record["crossings"])
    assert 1 <= len(record["crossings"]) <= 5
    assert record["crossings"][0]["saved_person_min"] > 0
    assert record["barriers"][0]["kind"] == "canal"


def test_people_outside_the_territory_are_told(run, tmp_path):
    study = write_town(tmp_path)
    study.write_text(STUDY + '[territory]\nepci = ["222222222"]\n')
    options = ["--profile", "walk", "--kind", "canal", "-c", "care/hospital", "--lang", "en"]
    message = "21 cells (273 people) lie outside the territory of [territory] epci"
    found = run("crossings", study, *options)
    assert found.stderr.count(message) == 1
    record = json.loads(run("crossings", study, *options, "--json").stdout)
    assert [message in each for each in record["warnings"]] == [True]


def test_stars_on_maps_carry_their_rank(town, run, tmp_path, monkeypatch):
    drawn, written = [], []

    def draw(sheet, *others):
        drawn.append([each.labels for each in sheet.layers if isinstance(each, Marks)][-1])
        return draw_plate(sheet, *others)

    def write(place, at, text, *others, **named):
        written.append(text)
        return letter(place, at, text, *others, **named)

    monkeypatch.setattr(plan_maps, "draw_plate", draw)
    monkeypatch.setattr(plate, "letter", write)
    walk = ["-p", "walk", "--quiet", "-o", tmp_path]
    hospital = ["-c", "care/hospital"]
    run("crossings", town, "--kind", "canal", "--spread", 300, "-n", 2, *hospital, *walk)
    ranks = pd.read_csv(tmp_path / "crossings.csv").set_index("candidate")["rank"]
    plans = sorted(ranks[each.stem[9:]] for each in tmp_path.glob("crossing_*.toml"))
    run("closures", town, *hospital, *walk)
    run("siting", town, "care/hospital", "-n", 2, "--apart", 150, *walk)
    assert drawn == [tuple(map(str, plans)), ("1",), ("1", "2")]
    assert len(set(plans)) == 2
    assert [text for text in written if text.isdigit()] == [each for own in drawn for each in own]


def test_a_category_without_sites_is_told_and_left_out(run, town):
    options = ["--profile", "walk", "--kind", "canal", "--json", "-c", "care/hospital"]
    plain, more = (
        json.loads(run("crossings", town, *options, *added).stdout)
        for added in ([], ["-c", "care/dialysis"])
    )
    assert more["crossings"] == plain["crossings"]
    assert plain["warnings"] == []
    assert more["warnings"] == [
        "aucun site care/dialysis dans les données : personne n'en atteint."
    ]
    closed = run("closures", town, "-p", "walk", "-c", "care/dialysis", "-c", "culture")
    assert "aucun site care/dialysis dans les données" in closed.stderr
    assert closed.exit_code == 0


def test_closures_become_scenarios_that_cost_what_they_say(town, run, tmp_path):
    out = tmp_path / "closures"
    found = run("closures", town, "-p", "walk", "-c", "culture", "-o", out, "--lang", "en")
    assert found.exit_code == 0, found.stderr
    assert "bridge Pont du Canal" in found.stdout
    assert "ranked by people cut off first, then by minutes" in found.stdout
    table = pd.read_csv(out / "closures.csv")
    assert table["closure"].tolist() == ["w300"]
    assert table["ways"].astype(str).tolist() == ["300"]
    # the only bridge: the library is on the other bank
    assert table["newly_cut_off"].iloc[0] > 0
    assert "cuts" in found.stdout
    scenario = out / "closure_w300.toml"
    result = am.compare(am.read_study(town), [scenario])
    lost = result.differences.query("profile == 'walk' and category == 'culture' and rank == 1")
    people = result.residents["population"].to_numpy()
    cut_off = people[lost["minutes_after"].isna() & lost["minutes_before"].notna()].sum()
    assert cut_off == pytest.approx(table["newly_cut_off"].iloc[0])
    assert gpd.read_file(out / "closures.gpkg").geometry.iloc[0].geom_type == "MultiLineString"


def test_sites_are_chosen_and_become_a_scenario(town, run, tmp_path):
    out = tmp_path / "siting"
    found = run("siting", town, "care/hospital", "-p", "walk", "-n", 1, "--apart", 150, "-o", out)
    assert found.exit_code == 0, found.stderr
    assert "optimum prouvé" in found.stdout
    chosen = gpd.read_file(out / "siting.gpkg", layer="chosen")
    cells = gpd.read_file(out / "siting.gpkg", layer="cells")
    people = cells["population"].to_numpy()
    saved = people @ np.nan_to_num((cells["minutes_before"] - cells["minutes_after"]).to_numpy())
    scenario = person_minutes(town, out / "siting.toml", "walk", "care/hospital")
    assert scenario == pytest.approx(saved, abs=1e-6)
    assert len(chosen) == 1
    assert {each.name for each in out.iterdir()} == {
        "siting.gpkg",
        "siting.csv",
        "siting.png",
        "siting.toml",
    }


def test_candidates_may_be_the_user_s_own(town, run, tmp_path):
    spots = {name: place(*spot) for name, spot in {"nord": (4, 4), "sud": (2, 1)}.items()}
    rows = [f"{name},{lon},{lat}" for name, (lon, lat) in spots.items()]
    path = tmp_path / "land.csv"
    path.write_text("\n".join(["name,lon,lat", *rows, f"far,{spots['nord'][0] + 1},50.4"]))
    options = ["-p", "walk", "--candidates", path, "--objective", "p_center", "--json"]
    found = run("siting", town, "care/hospital", *options)
    record = json.loads(found.stdout)
    assert record["chosen"][0]["candidate"] in spots
    assert [each["candidate"] for each in record["left_out"]] == ["far"]
    told = run("siting", town, "care/hospital", *options[:-1]).stdout
    assert "1 emplacement ne se rattache à aucune voie" in told
    cover = run("siting", town, "care/hospital", "-p", "walk", "--objective", "set_cover")
    assert cover.exit_code in {0, 2}


def test_what_was_tried_and_who_cannot_be_covered_are_told(town, run):
    options = ["care/hospital", "-p", "walk", "--apart", 150, "--json"]
    cover = ["--objective", "set_cover", "--threshold", 3]
    some = json.loads(run("siting", town, *options, *cover, "--candidate-count", 4).stdout)
    assert (some["tried"], some["not_tried"]) == (4, 38)
    every = json.loads(run("siting", town, *options, *cover).stdout)
    assert (every["tried"], every["not_tried"]) == (42, 0)
    assert every["uncovered_people"] == 0 < some["uncovered_people"]
    options = [*options[:-1], "--candidate-count", 4]
    told = run("siting", town, *options, *cover, "--lang", "en").stdout
    assert f"{round(some['uncovered_people'])} people cannot, no candidate is near enough" in told
    assert "of these 4 candidates are needed" in told
    assert "4 candidates tried." in told
    assert "38 more cells were not tried, less populous than these; --candidate-count" in told
    told = run("siting", town, *options).stdout
    assert "aucun choix parmi ces 4 emplacements ne fait mieux que" in told
    assert "38 autres carreaux, moins peuplés, n’ont pas été essayés" in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["crossings", "--kind", "motorway"], "No barrier of motorway has streets of car"),
        (["crossings", "-c", "care/witch"], "care/witch"),
        (["crossings", "--bank", "0"], "bank_m must be from 1 to 5000 metres"),
        (["closures", "--kind", "tunnel"], "The extract has no tunnel for roads"),
        (["closures", "-p", "hovercraft"], "There is no profile 'hovercraft'"),
        (["crossings", "-p", "barge"], "barge travels on water, and this command looks at people"),
        (["closures", "-p", "canoe"], "Name a profile such as car, walk with --profile"),
        (["siting", "care/hospital", "-p", "pleasure_boat"], "pleasure_boat travels on water"),
        (["siting", "care/witch"], "care/witch"),
        (["siting", "training/university"], "There is no site of training/university"),
        (["siting", "care/hospital", "--candidates", "nowhere.csv"], "nowhere.csv does not exist"),
        (["siting", "care/hospital", "--count", "999"], "999 sites are asked for"),
    ],
)
def test_faults_are_told_in_one_message(town, run, arguments, message):
    found = run(arguments[0], town, *arguments[1:], "--lang", "en")
    assert found.exit_code == 2
    assert message in found.stderr
    assert "Traceback" not in found.stderr


def test_a_file_is_no_folder_for_results(town, run, tmp_path):
    (tmp_path / "here").write_text("")
    found = run("crossings", town, "-o", tmp_path / "here", "--lang", "en")
    assert found.exit_code == 2
    assert "is a file. Name a folder" in found.stderr


def test_candidates_are_read_and_checked(tmp_path):
    path = tmp_path / "land.csv"
    path.write_text("id,lon,lat,capacity\na,2.8,50.4,5\n,2.81,50.4,7\n")
    read = am.read_candidate_sites(path)
    assert read["candidate"].tolist() == ["a", "2"]
    assert read["capacity"].tolist() == [5.0, 7.0]
    path.write_text("id,lon,lat,capacity\na,2.8,50.4,-1\na,2.81,95,7\n")
    with pytest.raises(am.InputError) as fault:
        am.read_candidate_sites(path)
    text = str(fault.value)
    assert "the candidate stands before" in text
    assert "capacity is no finite number from 0 on" in text
