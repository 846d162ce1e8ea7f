"""Scenarios held against another situation than today: a scenario file, or another study."""

import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility._types import tell_nobody
from artois_mobility.cli.commands import app
from artois_mobility.errors import ResultError, StudyError
from artois_mobility.report.backdrop import make_backdrop, street_network
from artois_mobility.report.labels import words_for
from artois_mobility.report.page import compose_page, render_page
from artois_mobility.report.times import read_times
from artois_mobility.report.timetables import say_whose, timetable_credits, timetable_tables
from artois_mobility.report.words import read_words
from artois_mobility.scenarios.reading import read_scenarios
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.study.gains import who_gains
from artois_mobility.study.laws import check_laws
from artois_mobility.study.loading import load
from osm_edits import edit_file
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
from transit_studies import study_text, write_study

QUARTER = f'[[changes]]\nkind = "add_residents"\nat = {list(place(5.3, 4.4))}\npopulation = 400\n'
MORE = '[[changes]]\nkind = "scale_residents"\nfactor = 1.5\ncommunes = ["62001"]\n'
FASTER = '[[changes]]\nkind = "set_speed"\nids = [101, 104, 206]\nkmh = 50\n'
BUSES = '[[changes]]\nkind = "set_access"\nids = [202]\nto = "buses"\n'
BLOCKS = {
    "works": CLOSE_BRIDGE,
    "quarter": QUARTER + MORE,
    "clinic": site_text(2, 4),
    "hospital-closes": REMOVE_HOSPITAL,
    "pharmacy": MOVE_PHARMACY,
    "footbridge": link_text((5, 2), (5, 3)),
    "faster": FASTER,
    "buses": BUSES,
}
UNCERTAIN = "\n[uncertainty]\ndraws = 10\nseed = 4\nby_way = 0.2\n"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    study = write_town(tmp_path_factory.mktemp("base"))
    for key, text in BLOCKS.items():
        write_scenario(study.parent, key, text, name=f"Projet {key}")
    write_scenario(study.parent, "nothing", "", name="Rien")
    return study


def file_of(town, key):
    return town.parent / f"{key}.toml"


def rows_of(result, key, *, without=()):
    table = result.access_times
    own = table[table["scenario"] == key].drop(columns=["scenario", *without])
    return own.astype(dict.fromkeys(own, object)).reset_index(drop=True)


def renamed(table, names):
    return table.replace({"site": names, "cell": names})


@pytest.mark.parametrize("reference", [key for key in BLOCKS if key != "buses"])
def test_scenarios_stand_on_the_reference(town, tmp_path, reference):
    """Each equals the scenario that combines both; the base equals the reference itself."""
    others = [key for key in BLOCKS if key != reference]
    shutil.copytree(town.parent, tmp_path / "town")
    folder = tmp_path / "town"
    both = []
    for key in others:
        combined = f'name = "both"\ncombine = ["{reference}.toml", "{key}.toml"]\n'
        both.append(folder / f"both-{key}.toml")
        both[-1].write_text(combined)
    study = am.read_study(folder / "town.toml")
    plain = am.compare(study, [file_of(town, reference), *both])
    files = [folder / f"{key}.toml" for key in (*others, reference)]
    result = am.compare(study, files, reference=folder / f"{reference}.toml")
    assert [each.key for each in result.scenarios] == [reference, *others]
    assert result.base.key == reference
    columns = ("minutes", "reason", "position_quality", "edge")
    for key, other in ((reference, reference), *((key, f"both-{key}") for key in others)):
        here, there = rows_of(result, key), rows_of(plain, other)
        same = ~here["cell"].str.startswith("+")
        kept = ~there["cell"].str.startswith("+")
        for name in columns:
            found, expected = here.loc[same, name], there.loc[kept, name]
            assert found.astype(str).tolist() == expected.astype(str).tolist()
    before = result.differences["minutes_before"].to_numpy().reshape(len(others), -1)
    base = rows_of(result, reference)["minutes"].to_numpy(float)
    assert (np.nan_to_num(before, nan=-1) == np.nan_to_num(base, nan=-1)).all()


def test_the_command_wants_something_to_compare(town, before, tmp_path):
    run = CliRunner()
    found = run.invoke(app, ["compare", str(town), "--lang", "en"])
    assert found.exit_code == 2
    assert "Name scenario files, or an earlier study with --reference" in found.stderr
    years = ["compare", str(town), "-r", str(before), "-o", str(tmp_path / "out"), "--lang", "en"]
    found = run.invoke(app, years)
    assert found.exit_code == 0, found.stderr
    assert found.stdout.startswith("Deux rives\n  ")
    assert "more than in the reference" in (tmp_path / "out" / "report.html").read_text()


def test_what_is_told_of_a_scenario_is_its_own(town):
    study = am.read_study(town)
    keys = ("clinic", "footbridge", "works")
    reference = write_scenario(
        town.parent, "horizon", site_text(6, 1) + QUARTER + link_text((3, 2), (3, 3)) + FASTER,
        name="Fil de l'eau 2030",
    )  # fmt: skip
    result = am.compare(study, [file_of(town, key) for key in keys], reference=reference)
    base, clinic, _, works = result.scenarios
    assert base.name == "Fil de l'eau 2030"
    assert [len(each.sentences["fr"]) for each in result.scenarios] == [4, 1, 1, 1]
    assert clinic.sites.query("change == 'added'")["site"].tolist() == ["+clinic:1"]
    assert "+horizon:1" in clinic.sites.query("change == ''")["site"].tolist()
    assert [len(each.links) for each in result.scenarios] == [1, 0, 1, 0]
    assert [len(each.closed) for each in result.scenarios] == [0, 0, 0, 1]
    assert [len(each.speeds) > 0 for each in result.scenarios] == [True, False, False, False]
    assert works.touched["change"].tolist() == [1, 1]
    assert works.touched["kind"].unique().tolist() == ["close_ways"]
    # the people of the reference are everybody's, and a cell that it adds is no news
    assert all(each.people is None for each in result.scenarios)
    assert "added_by" not in result.residents
    assert result.people_of("horizon").sum() == am.assess(study).people_of("today").sum() + 400
    assert (result.differences["cell"] == "+horizon:1").sum() == 3 * 2 * 3 * 2
    touched = result.manifest["touched"]
    assert list(touched) == ["horizon", *keys]
    assert result.manifest["parameters"]["reference"] == "horizon"
    roles = [each["role"] for each in result.manifest["inputs"]]
    assert roles.count("reference") == 1
    assert roles.count("scenario") == 3


def test_a_quarter_beside_that_of_the_reference_is_the_own_one(town):
    second = QUARTER.replace("400", "70").replace(
        str(list(place(5.3, 4.4))), str(list(place(1.3, 4.4)))
    )
    later = write_scenario(town.parent, "later", second + MORE)
    result = am.compare(am.read_study(town), [later, file_of(town, "works")],
                        reference=file_of(town, "quarter"))  # fmt: skip
    assert result.residents["added_by"].tolist()[-2:] == ["", "later"]
    assert result.residents["cell"].tolist()[-2:] == ["+quarter:1", "+later:1"]
    more = result.people_of("later") - result.people_of("quarter")
    assert more[-1] == 70
    assert more[:-1].tolist() == [0.0] * (more.size - 1)  # MORE is said by both: once is enough
    assert result.scenarios[2].people is None


def test_a_reference_that_changes_nothing_is_today(town, tmp_path):
    folder = tmp_path / "town"
    shutil.copytree(town.parent, folder)
    (folder / "town.toml").write_text(STUDY + UNCERTAIN)
    study = am.read_study(folder / "town.toml")
    files = [folder / f"{key}.toml" for key in ("clinic", "quarter", "works")]
    today = am.compare(study, files)
    result = am.compare(study, files, reference=folder / "nothing.toml")
    pd.testing.assert_frame_equal(result.differences, today.differences, check_categorical=False)
    pd.testing.assert_frame_equal(
        result.summary_table.drop(columns="scenario"), today.summary_table.drop(columns="scenario")
    )
    for name in ("low", "high", "p_within_5_min"):
        assert result.uncertainty[name].equals(today.uncertainty[name])
    for mine, theirs in zip(result.scenarios[1:], today.scenarios[1:], strict=True):
        assert mine.warnings == theirs.warnings
        assert mine.sites.equals(theirs.sites)
        assert (mine.people is None) == (theirs.people is None)


def test_the_page_speaks_of_the_reference_and_never_of_today(town, tmp_path):
    result = am.compare(am.read_study(town), [file_of(town, key) for key in ("quarter", "clinic")],
                        reference=file_of(town, "works"))  # fmt: skip
    assert am.write_report(result, tmp_path / "out", language="fr")
    for language, today in (("fr", "aujourd"), ("en", "today")):
        words = words_for(result, language)
        gains = who_gains(result, None)
        backdrop = make_backdrop(street_network(result.networks), result.residents, result.communes)
        view = compose_page(result, read_times(result), [], words, backdrop=backdrop, gains=gains)
        page = render_page(view)
        seen = re.sub(r"<(script|style)[^>]*>.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
        assert "Projet works" in seen
        said = [line for line in seen.lower().splitlines() if today in line]
        assert all("non à aujourd" in line or "not with today" in line for line in said), said


def test_what_is_said_instead_of_today_replaces_something():
    for language in ("fr", "en"):
        texts = read_words(language).texts
        whole = {key.replace(".", "_") for key in texts}
        own = {key.removeprefix("reference.") for key in texts if key.startswith("reference.")}
        assert own
        assert own <= whole


def test_the_report_is_made_again_with_its_reference(town, tmp_path):
    folder = tmp_path / "town"
    shutil.copytree(town.parent, folder)
    run = CliRunner()
    files = [str(folder / f"{key}.toml") for key in ("town", "clinic", "works")]
    given = ["compare", *files[:2], "-o", str(tmp_path / "out"), "-r", files[2], "--json"]
    found = run.invoke(app, given)
    assert found.exit_code == 0, found.stderr
    assert json.loads(found.stdout)["compared_with"] == "works"
    again = run.invoke(app, ["reproduce", str(tmp_path / "out"), "--base", str(tmp_path)])
    assert again.exit_code == 0, again.stdout + again.stderr


def test_the_preview_tells_the_reference_first(town):
    study = am.read_study(town)
    table = am.preview(study, [file_of(town, "clinic")], reference=file_of(town, "works"))
    assert table["scenario"].unique().tolist() == ["works", "clinic"]
    assert table.query("scenario == 'clinic'")["change"].tolist() == [1]


def test_faults_of_a_reference_are_told_at_once(town, tmp_path):
    study = am.read_study(town)
    slower = write_scenario(tmp_path, "slower", FASTER.replace("50", "20"))
    with pytest.raises(StudyError, match=r"slower.toml.*\n.*changes\[1\].*faster.toml"):
        am.compare(study, [slower], reference=file_of(town, "faster"))
    with pytest.raises(StudyError, match=r"missing.toml has 1 problem"):
        am.compare(study, [file_of(town, "works")], reference=town.parent / "missing.toml")
    broken = write_scenario(tmp_path, "broken", '[[changes]]\nkind = "close_way"\n')
    found = CliRunner().invoke(
        app, ["compare", str(town), str(file_of(town, "works")), "--reference", str(broken),
              "--output", str(tmp_path / "out")],
    )  # fmt: skip
    assert found.exit_code == 2
    assert "close_way" in found.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def before(town, tmp_path_factory):
    """The same town some years ago: no bridge, no library, fewer people."""
    folder = tmp_path_factory.mktemp("before")
    shutil.copytree(town.parent / "data", folder / "data")
    edit_file(
        town.parent / "data" / "town.osm.pbf",
        folder / "data" / "town.osm.pbf",
        tags_of_way={300: None},
        tags_of_node={9004: {}},
    )
    table = pd.read_csv(folder / "data" / "residents.csv")
    table.assign(population=table["population"] - 3).to_csv(
        folder / "data" / "residents.csv", index=False
    )
    (folder / "town-2016.toml").write_text(STUDY.replace("Deux rives", "Deux rives en 2016"))
    return folder / "town-2016.toml"


def test_two_extracts_are_two_situations(town, before):
    now, then = am.read_study(town), am.read_study(before)
    files = [file_of(town, key) for key in ("works", "quarter")]
    result = am.compare(now, files, reference=before)
    assert [each.key for each in result.scenarios] == ["town-2016", "today", "works", "quarter"]
    assert [each.name for each in result.scenarios[:2]] == ["Deux rives en 2016", "Deux rives"]
    plain, alone = am.compare(now, files), am.assess(then)
    for key in ("today", "works", "quarter"):
        assert rows_of(result, key).equals(rows_of(plain, key))
    was = rows_of(result, "town-2016")
    old = was[~was["cell"].str.startswith("+")].reset_index(drop=True)
    assert old.equals(rows_of(alone, "today"))
    assert len(was) - len(old) == 12  # the new quarter, seen from the earlier network
    figures = result.summary_table.query("scope == 'territory' and scenario == 'today'")
    told = alone.summary_table.query("scope == 'territory'")
    for name in ("population", "people_reached_before", "within_5_before"):
        assert figures[name].tolist() == told[name].tolist()
    expected = am.assess(now).summary_table.query("scope == 'territory'")
    assert figures["people_reached_after"].tolist() == expected["people_reached_before"].tolist()
    today = result.scenarios[1]
    assert today.sites.query("change == 'added'")["site"].tolist() == ["n9004"]
    assert result.people_of("today").sum() - result.people_of("town-2016").sum() == 3 * 42
    assert result.people_of("quarter").sum() > result.people_of("today").sum() + 400
    roles = [each["role"] for each in result.manifest["inputs"]]
    assert {"reference study", "reference extract", "reference residents"} <= set(roles)


def write_study_of_then(folder):
    """Write a study that rides by the timetables of others, a day later; one stop is faulty."""
    path = write_study(folder).rename(folder / "then.toml")
    text = study_text().replace("day = 2025-03-04", "day = 2025-03-05")
    path.write_text(text, encoding="utf-8")
    agency = folder / "bus" / "agency.txt"
    agency.write_text(agency.read_text().replace("a,A,", "a,Tram d'hier,"), encoding="utf-8")
    stops = folder / "bus" / "stops.txt"
    stops.write_text(stops.read_text(encoding="utf-8") + "lost,Lost,,\n", encoding="utf-8")
    return path


def test_studies_that_ride_at_other_hours_are_refused(tmp_path):
    study = am.read_study(write_study(tmp_path))
    later = tmp_path / "then.toml"
    asked = "to = 08:00:00", 'to = 07:30:00\nmost_trips = 1\nwalk = "walk_senior"'
    later.write_text(study_text().replace(*asked), encoding="utf-8")
    told = r"transit.end_min: 450.0 there, 480.0 here\.\n  transit.most_trips: 1 there, 4 here\."
    with pytest.raises(StudyError, match=rf"{told}\n  transit.walk: walk_senior there, walk here"):
        am.compare(study, [], reference=later)
    another_day = study_text().replace("day = 2025-03-04", "day = 2025-03-05")
    later.write_text(another_day, encoding="utf-8")
    assert am.compare(study, [], reference=later).base.key == "then"


@pytest.fixture(scope="module")
def by_tram(tmp_path_factory):
    """A town of today, held against itself some years ago, when others ran other timetables."""
    base = tmp_path_factory.mktemp("years")
    study = am.read_study(write_study(base / "now"))
    then = write_study_of_then(base / "then")
    return base, am.compare(study, [], reference=then)


def test_timetables_of_the_reference_are_told_as_its_own(by_tram):
    manifest, words = by_tram[1].manifest, read_words("en")
    there = manifest["reference_study"]
    assert there["transit"]["day"] == "2025-03-05"
    assert there["timetable"]["feeds"][0]["agencies"] == "Tram d'hier"
    assert manifest["timetable"]["feeds"][0]["agencies"] == "A"
    assert timetable_credits(manifest, words) == [
        "timetables: A, 04/03/2025",
        "timetables of the reference: Tram d'hier, 05/03/2025",
    ]
    assert say_whose(manifest, words) == (
        "These are the minutes of the reference, by its timetables (Tram d'hier, 05/03/2025); "
        "the study and its scenarios ride by theirs (A, 04/03/2025)."
    )
    faulty = [table.caption for table in timetable_tables(manifest, words)]
    assert faulty == ["Reference – Faults of the timetables (names of the GTFS validator)"]


def test_the_same_timetables_are_told_once(by_tram):
    manifest = by_tram[1].manifest
    own = {"transit": manifest["parameters"]["transit"], "timetable": manifest["timetable"]}
    words = read_words("en")
    off = {"timetable": own["timetable"] | {"stops_off_the_network": 1}}
    for same in (own, own | off, {}):
        assert len(timetable_credits(manifest | {"reference_study": same}, words)) == 1
        assert say_whose(manifest | {"reference_study": same}, words) == ""
    another_day = own | {"transit": own["transit"] | {"day": "2025-03-06"}}
    assert len(timetable_credits(manifest | {"reference_study": another_day}, words)) == 2


def test_the_page_names_the_timetables_of_both_and_is_made_again(by_tram, tmp_path):
    base, result = by_tram
    am.write_report(result, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    page = re.sub(r"[\u00a0\u202f]", " ", page).replace("’", "'").replace("&#39;", "'")
    beside = page.partition('<section id="without-car"')[2].partition("</section>")[0]
    data, _, footer = page.partition('<section id="data"')[2].partition("<footer>")
    assert "celles de la référence, selon ses horaires (Tram d'hier, 05/03/2025)" in beside
    source = "Référence – Horaires (GTFS) : Tram d'hier, valables du 01/01/2025"
    for part in (beside, data, footer):
        assert source in part
        assert "Horaires (GTFS) : A, valables du 01/01/2025" in part
    assert set(am.reproduce(tmp_path / "out", base)["state"]) == {"same"}


def test_two_years_make_a_report_that_is_made_again(town, before, tmp_path):
    base = tmp_path / "all"
    shutil.copytree(town.parent, base / "now")
    shutil.copytree(before.parent, base / "then")
    result = am.compare(am.read_study(base / "now" / "town.toml"), [],
                        reference=base / "then" / "town-2016.toml")  # fmt: skip
    am.write_report(result, tmp_path / "out")
    assert set(am.reproduce(tmp_path / "out", base)["state"]) == {"same"}


def test_studies_that_ask_otherwise_are_refused(town, before, tmp_path):
    study = am.read_study(town)
    then = am.read_study(before)
    other = replace(then, nearest=1, thresholds_min=(5.0,))
    with pytest.raises(
        StudyError, match=r"nearest: 1 there, 2 here\.\n  thresholds_min: 5\.0 there"
    ):
        am.compare(study, [], reference=other)
    shutil.copytree(before.parent, tmp_path / "then")
    path = tmp_path / "then" / "data" / "residents.csv"
    table = pd.read_csv(path)
    table[1:].to_csv(path, index=False)
    with pytest.raises(StudyError, match=r"1 of 42 cells are only here, first 'c0_0'"):
        am.compare(study, [], reference=tmp_path / "then" / "town-2016.toml")
    table[::-1].to_csv(path, index=False)
    with pytest.raises(StudyError, match="in another order"):
        am.compare(study, [], reference=tmp_path / "then" / "town-2016.toml")
    table.assign(lon=table["lon"] + 0.001 * (table.index == 3)).to_csv(path, index=False)
    with pytest.raises(StudyError, match=r"1 of 42 cells lie elsewhere there, first 'c3_0'"):
        am.compare(study, [], reference=tmp_path / "then" / "town-2016.toml")
    shutil.move(tmp_path / "then" / "town-2016.toml", tmp_path / "then" / "works.toml")
    with pytest.raises(StudyError, match="Rename the file"):
        am.compare(study, [file_of(town, "works")], reference=tmp_path / "then" / "works.toml")


def test_a_study_held_against_itself_is_today(town):
    result = am.compare(am.read_study(town), [file_of(town, "works")], reference=town)
    assert [each.key for each in result.scenarios] == ["today", "works"]


def test_the_guard_holds_scenarios_against_the_reference_too(town):
    study = am.read_study(town)
    reference = file_of(town, "works")
    files = [file_of(town, "clinic")]
    result = am.compare(study, files, reference=reference)
    loaded = load(study, tell_nobody)
    base, clinic = resolve(read_scenarios(files, reference), loaded.today)
    check_laws(loaded, [clinic], result.differences, base)
    slower = result.differences["minutes_after"].to_numpy(copy=True)
    slower[np.flatnonzero(~np.isnan(slower))[0]] += 1
    broken = result.differences.assign(minutes_after=slower)
    check_laws(loaded, [clinic], broken)  # beside today it closes a bridge
    with pytest.raises(ResultError, match=r"'clinic' opens or speeds up only, yet 1 of 84 times"):
        check_laws(loaded, [clinic], broken, base)
