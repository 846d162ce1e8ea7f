"""The main job on a small town made of files."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import artois_mobility as am
from artois_mobility.errors import InputError, StudyError
from artois_mobility.study import running
from study_worlds import (
    CLOSE_BRIDGE,
    MOVE_PHARMACY,
    REMOVE_HOSPITAL,
    STUDY,
    link_text,
    place,
    site_text,
    write_scenario,
    write_town,
)

LINK = link_text((5, 2), (5, 3))
SCENARIOS = {
    "nothing": "",
    "bridge": LINK,
    "closed": CLOSE_BRIDGE,
    "hospital": site_text(1, 4),
    "gone": REMOVE_HOSPITAL,
    "moved": MOVE_PHARMACY,
    "all": LINK + CLOSE_BRIDGE + site_text(1, 4) + MOVE_PHARMACY,
    "slower": '[[changes]]\nkind = "set_speed"\nfactor = 0.5\nnames = ["Rue 0"]\n'
    'profiles = ["car"]\n',
}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def result(town):
    paths = [write_scenario(town.parent, key, text) for key, text in SCENARIOS.items()]
    return am.compare(am.read_study(town), [town, *paths, paths[0]])


def rows_of(result, key, **wanted):
    table = result.differences[result.differences["scenario"] == key]
    for column, value in wanted.items():
        table = table[table[column] == value]
    return table


def test_every_scenario_cell_category_and_rank_has_its_row(result):
    keys = ["today", *SCENARIOS]
    assert [each.key for each in result.scenarios] == keys
    count = len(keys) * 2 * 42 * 3 * 2
    assert len(result.access_times) == count
    assert result.access_times["scenario"].unique().tolist() == keys
    whole = ["scenario", "profile", "cell", "category", "rank"]
    assert not result.access_times.duplicated(whole).any()
    assert len(result.differences) == count - count // len(keys)
    missing = result.access_times["minutes"].isna()
    assert (result.access_times.loc[missing, "reason"] != "").all()
    assert (result.access_times.loc[~missing, "reason"] == "").all()


def test_a_scenario_without_changes_is_today_exactly(result):
    nothing = rows_of(result, "nothing")
    assert nothing["minutes_before"].equals(nothing["minutes_after"])
    times = result.access_times
    columns = ["profile", "cell", "category", "rank", "site", "minutes", "reason"]
    today, same = (
        times[times["scenario"] == key][columns].reset_index(drop=True)
        for key in ("today", "nothing")
    )
    pd.testing.assert_frame_equal(today, same)


def test_a_bridge_helps_and_a_closed_one_hurts(result):
    gained = rows_of(result, "bridge")["minutes_gained"]
    assert (gained.dropna() >= 0).all()
    assert (gained > 1).any()
    closed = rows_of(result, "closed")
    cut_off = closed["minutes_before"].notna() & closed["minutes_after"].isna()
    assert (closed["minutes_gained"].dropna() <= 0).all()
    assert cut_off.any()
    north = closed[cut_off & (closed["category"] == "care/hospital")]["cell"].astype(str)
    assert {cell[-1] for cell in north} == {"3", "4", "5"}


def test_sites_change_only_their_own_category(result):
    for key, touched in (
        ("hospital", "care/hospital"),
        ("gone", "care/hospital"),
        ("moved", "care/pharmacy"),
    ):
        rows = rows_of(result, key)
        others = rows[rows["category"] != touched]
        assert others["minutes_before"].equals(others["minutes_after"])
        own = rows[rows["category"] == touched]
        assert not own["minutes_before"].equals(own["minutes_after"])
    gone = rows_of(result, "gone", category="care/hospital")
    assert gone["minutes_after"].isna().all()


def test_what_is_not_computed_anew_would_come_out_the_same(result, town, monkeypatch):
    monkeypatch.setattr(running, "list_jobs", all_jobs)
    paths = [town.parent / f"{key}.toml" for key in SCENARIOS]
    again = am.compare(am.read_study(town), paths)
    pd.testing.assert_frame_equal(again.access_times, result.access_times)
    pd.testing.assert_frame_equal(again.summary_table, result.summary_table)


def all_jobs(loaded, resolved):
    study = loaded.study
    return [
        running.Job(each, profile, study.categories)
        for each in (None, *resolved)
        for profile in study.profiles
    ]


def test_only_what_a_scenario_can_affect_is_computed(result, town):
    study = am.read_study(town)
    loaded = running_load(study)
    from artois_mobility.scenarios.reading import read_scenarios
    from artois_mobility.scenarios.resolving import resolve

    keys = ["nothing", "slower", "moved"]
    scenarios = read_scenarios([town.parent / f"{key}.toml" for key in keys])
    jobs = running.list_jobs(loaded, resolve(scenarios, loaded.today))
    told = [
        (job.scenario.scenario.key if job.scenario else "today", job.profile, len(job.categories))
        for job in jobs
    ]
    assert told == [
        ("today", "car", 3), ("today", "walk", 3), ("slower", "car", 3), ("moved", "car", 1),
        ("moved", "walk", 1),
    ]  # fmt: skip


def running_load(study):
    from artois_mobility.study.loading import load

    return load(study, lambda what, done, total: None)


def test_access_times_equal_those_of_the_same_situation_made_by_hand(result, town):
    """The site that a scenario adds, put into the table of sites instead."""
    study = am.read_study(town)
    extract = am.read_osm(study.extract)
    network, residents = am.build_network(extract, "walk"), am.read_residents(study.residents)
    sites = am.read_sites(extract, study.categories)
    new = sites.iloc[[0]].assign(site="+hospital:1", category="care/hospital", name="Nouveau")
    new["geometry"] = gpd.points_from_xy(*([each] for each in place(1, 4)), crs=sites.crs)
    new["entrances"] = None
    both = gpd.GeoDataFrame(pd.concat([sites, new], ignore_index=True), crs=sites.crs)
    expected = am.access_times(network, residents, both, k=2, categories=study.categories)
    times = result.access_times
    found = times[(times["scenario"] == "hospital") & (times["profile"] == "walk")]
    assert found["minutes"].tolist() == pytest.approx(
        expected["minutes"].tolist(), nan_ok=True, abs=0
    )
    assert found["site"].astype(str).tolist() == expected["site"].astype(str).tolist()


def test_zones_add_up_and_equal_plain_sums(result):
    table = result.summary_table
    assert table["scope"].value_counts().to_dict() == {"epci": 108, "commune": 108, "territory": 54}
    keys = ["scenario", "profile", "category"]
    people = [name for name in table if name.startswith(("population", "people", "within"))]
    sums = table.groupby([*keys, "scope"], sort=False, observed=True)[people].sum().unstack("scope")
    for name in people:
        assert sums[name, "epci"].tolist() == pytest.approx(sums[name, "territory"].tolist())
        assert sums[name, "commune"].tolist() == pytest.approx(sums[name, "territory"].tolist())
    row = table[
        (table["scenario"] == "bridge") & (table["profile"] == "walk")
        & (table["category"] == "care/hospital") & (table["code"] == "62002")
    ].iloc[0]  # fmt: skip
    assert row["name"] == "Nord"
    rows = rows_of(result, "bridge", profile="walk", category="care/hospital", rank=1)
    cells = rows.assign(cell=rows["cell"].astype(str)).merge(result.residents, on="cell")
    north = cells[cells["commune"] == "62002"]
    assert row["population"] == north["population"].sum() == 3 * sum(range(10, 17))
    assert row["people_gaining"] == north.loc[north["minutes_gained"] >= 1, "population"].sum()
    mean = np.average(north["minutes_gained"], weights=north["population"])
    assert row["minutes_gained"] == pytest.approx(mean)
    within = north.loc[north["minutes_after"] <= 10, "population"].sum()
    assert row["within_10_after"] == within


def test_today_stands_beside_itself_in_the_summary(result):
    today = result.summary_table[result.summary_table["scenario"] == "today"]
    assert today["minutes_before"].equals(today["minutes_after"])
    assert (today["minutes_gained"].fillna(0) == 0).all()
    assert (today["people_gaining"] == 0).all()


def test_the_results_in_short_and_on_a_map(result):
    short = result.summary()
    assert len(short) == 54
    assert "scope" not in short
    cells = result.to_geodataframe()
    assert len(cells) == len(result.access_times)
    assert cells.crs == "EPSG:4326"
    spot = cells[(cells["scenario"] == "bridge") & (cells["cell"] == "c3_4")]
    assert {(p.x, p.y) for p in spot.geometry} == {place(3.4, 4.05)}
    bridge = result.differences[result.differences["scenario"] == "bridge"]
    gained = cells[cells["scenario"] == "bridge"]["minutes_gained"]
    assert np.array_equal(gained, bridge["minutes_gained"], equal_nan=True)


def test_scenarios_say_what_they_did(result):
    by_key = {each.key: each for each in result.scenarios}
    assert by_key["gone"].sentences["fr"] == ["Ferme « Centre hospitalier »."]
    assert by_key["closed"].closed["way"].tolist() == [300]
    assert by_key["bridge"].links["profiles"].tolist() == ["car, walk"]
    assert by_key["slower"].speeds[["way", "change"]].to_numpy().tolist() == [[100, "slower"]]
    assert by_key["gone"].removed_sites["site"].tolist() == ["n9001"]
    assert by_key["moved"].sites["change"].tolist().count("moved") == 1
    assert by_key["today"].sites["change"].eq("").all()
    for each in result.scenarios:
        assert set(each.sentences) == {"fr", "en"}


def test_the_manifest_holds_no_path_of_the_machine_and_repeats(result, town):
    text = json.dumps(result.manifest, allow_nan=False)
    assert str(town.parent.parent) not in text
    paths = [each["path"] for each in result.manifest["inputs"]]
    name = town.parent.name
    assert paths[:3] == [
        f"{name}/town.toml",
        f"{name}/data/town.osm.pbf",
        f"{name}/data/residents.csv",
    ]
    assert all(len(each["sha256"]) == 64 for each in result.manifest["inputs"])
    again = am.compare(am.read_study(town), [town.parent / f"{key}.toml" for key in SCENARIOS])
    assert json.dumps(again.manifest) == text
    assert again.manifest["residents"]["population"] == result.residents["population"].sum()


def test_the_territory_is_that_of_its_epci(town, tmp_path):
    study = write_town(tmp_path)
    study.write_text(STUDY + '[territory]\nepci = ["222222222"]\n')
    result = am.assess(am.read_study(study))
    assert set(result.residents["commune"]) == {"62002"}
    assert result.communes["name"].tolist() == ["Nord"]
    assert result.manifest["residents"]["cells_outside_the_territory"] == 21
    assert len(result.scenarios) == 1
    assert result.differences.empty
    study.write_text(STUDY + '[territory]\nepci = ["222222223"]\n')
    with pytest.raises(StudyError, match=r"1 of 1 EPCI are not .* Did you mean 222222222"):
        am.assess(am.read_study(study))


def test_cells_of_several_communes_count_where_they_lie(town, tmp_path):
    study = write_town(tmp_path)
    study.write_text(STUDY + '[territory]\nepci = ["222222222"]\n')
    plain = am.assess(am.read_study(study))
    table = pd.read_csv(tmp_path / "data" / "residents.csv", dtype=str)
    table["lcog_geo"] = np.where(table.index % 2, "6200162002", "62001,62002")
    table.loc[len(table)] = ["far", "3.5", "50.4", "7", "6200162002"]
    table.to_csv(tmp_path / "data" / "residents.csv", index=False)
    result = am.assess(am.read_study(study))
    assert result.residents["population"].sum() == plain.residents["population"].sum()
    assert result.residents["commune"].tolist() == plain.residents["commune"].tolist()
    counts = result.manifest["residents"]
    assert counts["communes"]["unknown"] == 43
    assert counts["outside_the_territory"] == {
        "cells": 22,
        "people": 7 + plain.residents["population"].sum(),
        "people_of_no_epci": 7,
    }
    said = result.scenarios[0].warnings
    assert sum("outside the territory" in text for text in said["en"]) == 1
    assert (
        "22 cells (280 people) lie outside the territory of [territory] epci and do not count; "
        "7 of these people live in no known EPCI."
    ) in said["en"]
    assert any("22 carreaux (280 habitants) sont hors du territoire" in t for t in said["fr"])


def test_rows_of_tables_that_do_not_count_are_told(tmp_path):
    study = write_town(tmp_path)
    lon, lat = place(3, 1)
    rows = [f"D307;{lon};{lat}", "D307;;", "B203;;", "D299;;", f"D101;{lon};{lat}"]
    (tmp_path / "data" / "bpe.csv").write_text("\n".join(["TYPEQU;lon;lat", *rows]))
    study.write_text(STUDY.replace("[access]", 'sites = ["osm", "data/bpe.csv"]\n[access]'))
    result = am.assess(am.read_study(study))
    assert result.manifest["sites"]["refused"] == 1
    assert result.manifest["sites"]["passed_over"] == {"B203": 1, "D299": 1}
    said = result.scenarios[0].warnings
    for text in (
        "bpe.csv: rows without a position, which do not count: 1, first row 2.",
        "rows that do not count, for their codes are of no category here: 2 (B203, D299). Whether "
        "these codes exist is not checked.",
    ):
        assert said["en"].count(text) == 1
    french = "bpe.csv : lignes sans position, qui ne comptent pas : 1, la première est la 2."
    assert french in said["fr"]


def test_a_territory_without_anybody_is_an_error(tmp_path):
    study = write_town(tmp_path)
    (tmp_path / "data" / "residents.csv").write_text("cell,lon,lat,population\n")
    with pytest.raises(InputError, match=r"residents\.csv"):
        am.assess(am.read_study(study))


def test_faults_of_several_inputs_are_told_together(tmp_path):
    study = write_town(tmp_path)
    (tmp_path / "data" / "residents.csv").write_text("cell,lon,lat\nx,2.8,50.4\n")
    (tmp_path / "data" / "sites.csv").write_text("category,lon,lat\nxyz,2.8,50.4\n")
    study.write_text(STUDY.replace("[access]", 'sites = ["osm", "data/sites.csv"]\n[access]'))
    with pytest.raises(InputError, match=r"(?s)residents.*sites|sites.*residents"):
        am.assess(am.read_study(study))


def test_a_scenario_that_does_not_fit_stops_before_anything_is_computed(town, monkeypatch):
    monkeypatch.setattr(running, "stand", None)
    bad = write_scenario(town.parent, "bad", '[[changes]]\nkind = "close_ways"\nids = [301]\n')
    expected = r"bad.toml has 1 problem:\n  line 2, changes\[1\] .close_ways.* first 301\. Did you"
    with pytest.raises(StudyError, match=expected):
        am.compare(am.read_study(town), [bad])


def test_two_scenarios_of_one_name_are_an_error(town):
    (town.parent / "more").mkdir(exist_ok=True)
    paths = [write_scenario(folder, "same", "") for folder in (town.parent, town.parent / "more")]
    with pytest.raises(StudyError, match="its name 'same' is that of"):
        am.compare(am.read_study(town), paths)


def test_progress_reaches_its_end_at_every_stage(town):
    told = {}
    am.compare(
        am.read_study(town), [town.parent / "bridge.toml"],
        progress=lambda what, done, total: told.update({what: (done, total)}),
    )  # fmt: skip
    assert len(told) == 4
    assert all(done == total for done, total in told.values())


def test_new_sites_that_nobody_reaches_are_warned_of(town):
    text = site_text(3.5, 7.5, "culture/library")
    result = am.compare(am.read_study(town), [write_scenario(town.parent, "lonely", text)])
    said = result.scenarios[1].warnings
    assert said["en"] == [
        "the site 'Nouveau' hangs on no street of car today: no street within 300 m.",
        "the site 'Nouveau' hangs on no street of walk today: no street within 300 m.",
    ]
    assert said["fr"][0] == (
        "le site « Nouveau » ne se rattache aujourd'hui à aucune voie (voiture) : "
        "aucune voie à moins de 300 m."
    )


def test_an_extract_without_boundaries_is_told(tmp_path):
    result = am.assess(am.read_study(write_town(tmp_path, has_boundaries=False)))
    said = [text for text in result.scenarios[0].warnings["en"] if "boundary of a commune" in text]
    assert len(said) == 1
    am.write_report(result, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "aucune limite entière de commune" in page
    assert "Les données ne donnent aucune commune" in page
    assert "Temps moyen par commune, en minutes" not in page


def test_what_falls_short_today_is_told_in_both_languages(result):
    said = result.scenarios[0].warnings
    assert "walk: 42 of 42 cells are so near the edge of the extract" in said["en"][1]
    assert "Marche : 42 carreaux sur 42 sont si près du bord de l'extrait" in said["fr"][1]


def test_the_report_can_be_written_from_it(result, tmp_path):
    files = am.write_report(result, tmp_path / "out")
    assert (tmp_path / "out" / "report.html").stat().st_size > 10_000
    assert len(files) > 5


def test_a_site_that_only_goes_needs_no_other_scenario_beside_it(town, result):
    alone = am.compare(am.read_study(town), [write_scenario(town.parent, "gone", REMOVE_HOSPITAL)])
    pd.testing.assert_frame_equal(
        rows_of(alone, "gone")["minutes_after"].reset_index(drop=True).to_frame(),
        rows_of(result, "gone")["minutes_after"].reset_index(drop=True).to_frame(),
    )
