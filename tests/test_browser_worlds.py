"""The page of small made-up comparisons in a real browser: what its maps draw is arithmetic."""

import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import artois_mobility as am
from artois_mobility.report.classes import (
    ACCESS_BOUNDS_MIN,
    ACCESS_COLOURS,
    GAIN_COLOURS,
    LOSS_COLOURS,
    access_classes,
)
from artois_mobility.report.maps import LINK_COLOUR
from browsers import browse, opened
from comparison_world import HOSTILE, THRESHOLDS, make_comparison

BRIDGE, CLOSED = 1, 2
GAINS, LOSSES = GAIN_COLOURS[2], LOSS_COLOURS[1]


@pytest.fixture(scope="module")
def browser():
    with browse() as browser:
        yield browser


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    """One visit to the comparison as it is."""
    path = am.write_report(make_comparison(), tmp_path_factory.mktemp("world"))[0]
    with opened(browser, path) as page:
        yield page


# --- what the map draws ---------------------------------------------------------------------


@pytest.mark.parametrize("show", ["gain", "commune_gain"])
def test_gains_are_blue_and_losses_are_orange(page, show):
    # Three minutes less on foot in Harnes; two minutes more by car in Liévin.
    page.choose(scenario=BRIDGE, show=show)
    found = page.colours()
    assert sum(found.get(colour, 0) for colour in GAIN_COLOURS) > 1000
    assert sum(found.get(colour, 0) for colour in LOSS_COLOURS) == 0
    page.choose(scenario=CLOSED, show=show)
    found = page.colours()
    assert sum(found.get(colour, 0) for colour in GAIN_COLOURS) == 0
    assert sum(found.get(colour, 0) for colour in LOSS_COLOURS) > 1000


def test_circles_are_blue_for_gains_and_orange_for_losses(page):
    page.choose(scenario=BRIDGE, show="people")
    assert page.colours().get(GAINS, 0) > 500
    page.choose(scenario=CLOSED, show="people")
    found = page.colours()
    assert found.get(GAINS, 0) == 0
    assert sum(found.get(colour, 0) for colour in LOSS_COLOURS) > 500
    # Names stand beside the circles; the legend's circles are round numbers.
    legend = page.page.inner_text("#legend-items")
    assert "100 habitants" in legend
    assert "20 habitants" in legend


def test_isochrones_grow_where_time_is_gained(page):
    page.choose(scenario=BRIDGE, show="isochrones")
    page.page.click("#zoom-whole")
    legend = page.page.inner_text("#legend-items")
    assert f"plus de {THRESHOLDS[-1]} min" in legend
    assert "personne n’habite ici" in legend
    pictures = []
    for split in (100, 0):
        page.page.fill("#split", str(split))
        pictures.append(page.colours())
    # In Harnes the second column comes within ten minutes, where the first was.
    place = sum(bound < THRESHOLDS[1] for bound in ACCESS_BOUNDS_MIN)
    tints = [count_near(found, ACCESS_COLOURS[place]) for found in pictures]
    assert tints[0] > 1000
    assert tints[0] < tints[1]


def count_near(found, wanted):
    """Isochrones let a tenth of the ground through."""

    def parts_of(colour):
        return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])

    own = parts_of(wanted)
    return sum(n for each, n in found.items() if np.abs(parts_of(each) - own).max() <= 26)


def test_a_new_link_is_drawn_on_the_side_of_after_only(page):
    page.choose(scenario=BRIDGE, show="minutes")
    page.page.fill("#split", "100")
    assert LINK_COLOUR not in page.colours()
    page.page.fill("#split", "0")
    assert page.colours()[LINK_COLOUR] > 50


def test_squares_have_the_colours_of_their_classes(page):
    result = make_comparison()
    page.choose(scenario=CLOSED, show="minutes")
    page.page.click("#zoom-whole")
    for split, scenario in ((100, "today"), (0, "pont-ferme")):
        page.page.fill("#split", str(split))
        found = page.colours()
        times = result.access_times
        keys = ["scenario", "profile", "category"]
        is_own = (times[keys] == [scenario, "car", "care"]).all(axis=1)
        expected = np.bincount(access_classes(times[is_own]["minutes"].to_numpy()), minlength=7)
        counts = np.array([found.get(colour, 0) for colour in ACCESS_COLOURS])
        # Lines, marks and names lie over some of each square.
        assert counts / counts.sum() * 48 == pytest.approx(expected, abs=1.5)


# --- what the page says ---------------------------------------------------------------------


def test_apostrophes_are_those_of_print(page):
    text = page.page.inner_text("body")
    assert re.findall(r"\w'\w", text) == []
    assert "CA d’Hénin-Carvin" in text


def test_rows_where_nothing_changes_are_counted(page):
    section = page.page.locator("#scenario-2")
    assert section.locator("table").first.locator("tbody tr").count() == 2
    assert "2 autres destinations et modes : rien ne change." in section.inner_text()


def test_the_scenarios_stand_side_by_side(page):
    rows = page.rows("#summary")
    assert [row[0].split(" – ")[0] for row in rows] == [
        "Passerelle sur la Deûle",
        "Pont-canal fermé pour travaux",
    ]
    assert [row[1:3] for row in rows] == [["110", "0"], ["0", "120"]]
    page.page.click("#summary table a >> nth=1")
    assert page.page.evaluate("location.hash") == "#scenario-2"


def test_the_page_opens_where_something_changes(browser, tmp_path):
    result = make_comparison()
    idle = replace(result.scenarios[1], key="rien", name="Rien ne change")
    base = result.access_times[result.access_times["scenario"] == "today"]
    tables = {}
    for name in ("access_times", "differences", "summary_table"):
        table = getattr(result, name)
        own = table[table["scenario"] == "pont-ferme"].assign(scenario="rien")
        tables[name] = table
        if name == "access_times":
            own = base.assign(scenario="rien")
        if name == "differences":
            own = own.assign(minutes_after=own["minutes_before"], minutes_gained=0.0)
        if name == "summary_table":
            own = table[table["scenario"] == "today"].assign(scenario="rien")
        place = table["scenario"].isin(["passerelle", "pont-ferme"]).to_numpy().argmax()
        parts = [table.iloc[:place], own, table.iloc[place:]]
        tables[name] = pd.concat(parts, ignore_index=True)
    today, *others = result.scenarios
    changed = replace(result, scenarios=(today, idle, *others), **tables)
    path = am.write_report(changed, tmp_path)[0]
    with opened(browser, path) as page:
        assert page.page.input_value("#choose-scenario") == "2"


# --- names and other studies ----------------------------------------------------------------


def test_names_from_files_are_only_text(browser, tmp_path):
    result = make_comparison(hostile=True)
    formula = "=1+1"
    result.summary_table["name"] = result.summary_table["name"].replace(f"Lens{HOSTILE}", formula)
    path = am.write_report(result, tmp_path, language="en")[0]
    with opened(browser, path) as page:
        for show in ("minutes", "gain", "people"):
            page.choose(show=show)
        box = page.page.locator("#map").bounding_box()
        page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert page.page.evaluate("document.scripts.length") == 3
        assert page.page.locator("img[src=x]").count() == 0
        assert any(HOSTILE in row[0] for row in page.rows("#communes"))
        assert HOSTILE in page.page.inner_text("#finding-pair")
        with page.page.expect_download() as saved:
            page.page.click("#export")
        text = saved.value.path().read_text(encoding="utf-8")
        assert HOSTILE.replace('"', '""') in text
        # A spreadsheet must not take a name for a formula.
        assert f",'{formula}," in text


def without_communes():
    result = make_comparison()
    table = result.summary_table
    return replace(
        result,
        communes=result.communes.iloc[:0],
        residents=result.residents.assign(commune="", epci=""),
        summary_table=table[table["scope"] == "territory"].reset_index(drop=True),
    )


def without_thresholds():
    result = make_comparison()
    result.study.thresholds_min = ()
    return result


@pytest.mark.parametrize(
    "make",
    [
        lambda: make_comparison(scenarios=False),
        lambda: make_comparison(crs="EPSG:32631"),
        without_communes,
        without_thresholds,
    ],
)
def test_other_studies_come_alive_too(browser, tmp_path, make):
    path = am.write_report(make(), tmp_path)[0]
    with opened(browser, path) as page:
        for row in range(page.page.locator("#choose-scenario option").count()):
            page.choose(scenario=row)
            for value in page.page.locator("#choose-show option").evaluate_all(
                "(all) => all.map((each) => each.value)"
            ):
                page.choose(show=value)
                assert len(page.colours()) > 3
            assert not re.search(r"NaN|undefined|null", page.page.inner_text("#explore"))
            assert page.page.inner_text("#finding").endswith(".")


def test_a_town_without_communes_shows_its_quarters(browser, tmp_path):
    result = without_communes()
    middle = shapely.centroid(shapely.union_all(result.residents.geometry.to_numpy()))
    places = gpd.GeoDataFrame(
        {"name": ["Graslin"], "kind": ["neighbourhood"]}, geometry=[middle], crs="EPSG:4326"
    )
    path = am.write_report(replace(result, named_places=places), tmp_path)[0]
    with opened(browser, path) as page:
        page.page.click("#zoom-whole")
        page.page.locator("#map").hover(position={"x": 200, "y": 120})
        assert page.page.inner_text("#reading").startswith("Près de Graslin")
