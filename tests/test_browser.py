"""The report of the embedded territory in a real browser, opened from a file, the network cut."""

import csv
import io
import re
import subprocess
import unicodedata

import numpy as np
import pandas as pd
import pytest

import artois_mobility as am
from artois_mobility.report.classes import (
    ACCESS_COLOURS,
    UNCHANGED,
    change_classes,
)
from artois_mobility.report.water import changes_water_only
from artois_mobility.report.words import read_words
from browsers import browse, opened
from comparison_world import make_comparison

MOST_BYTES = 5_000_000
PAIR = ("walk", "culture/library")
SCENARIO = "passerelle-deule"
FOCUSABLE = "a[href], button, input, select, summary, [tabindex='0']"


@pytest.fixture(scope="module")
def browser():
    with browse() as browser:
        yield browser


@pytest.fixture(scope="module")
def territory(repository, tmp_path_factory):
    """The report of all scenarios of the embedded territory, and their comparison."""
    study = am.read_study(repository / "scenarios" / "artois.toml")
    files = sorted(set((repository / "scenarios").glob("*.toml")) - {study.path})
    result = am.compare(study, files)
    return result, am.write_report(result, tmp_path_factory.mktemp("territory"))[0]


@pytest.fixture(scope="module")
def page(browser, territory):
    """One visit for the tests that leave the page as they find it."""
    with opened(browser, territory[1]) as page:
        yield page


@pytest.fixture(scope="module")
def number_of(territory):
    """The place of each scenario in its list."""
    return {scenario.key: row for row, scenario in enumerate(territory[0].scenarios)}


@pytest.fixture
def bridge(page, number_of):
    """The page as it is after a bridge was chosen."""
    page.choose(scenario=number_of[SCENARIO], show="within 20")
    page.choose(show="minutes", classes="fixed")
    page.page.fill("#filter-name", "")
    page.page.select_option("#filter-epci", "")
    page.page.set_checked("#filter-changed", checked=False)
    return page


def summary_of(result, scope):
    table = result.summary_table
    own = {"scenario": SCENARIO, "profile": PAIR[0], "category": PAIR[1], "scope": scope}
    return table[(table[list(own)] == list(own.values())).all(axis=1)]


def typed(name):
    return name.replace("\u2019", "'")


def strip_accents(name):
    plain = unicodedata.normalize("NFKD", name.lower().replace("œ", "oe"))
    return "".join(each for each in plain if not unicodedata.combining(each))


def french(text):
    return float(re.sub(r"[\s\u202f]", "", text).replace(",", ".").replace("−", "-"))


# --- it opens -------------------------------------------------------------------------------


def test_it_is_light_and_comes_alive(territory, page):
    assert territory[1].stat().st_size <= MOST_BYTES
    assert page.page.is_visible("#map")
    listed = page.page.locator("#choose-scenario option").evaluate_all(
        "(all) => all.map((each) => each.textContent)"
    )
    # What concerns the water alone has maps of its own.
    on_land = [s for s in territory[0].scenarios[1:] if not changes_water_only(territory[0], s.key)]
    assert listed[1:] == [each.name for each in on_land]
    assert len(on_land) < len(territory[0].scenarios) - 1
    assert page.page.locator("a[data-scenario]").count() == len(listed) - 1
    assert page.has("SCHÉMATIQUE – NE PAS CITER")
    assert page.has("© contributeurs OpenStreetMap (ODbL)")


def test_without_scripts_it_still_says_everything(browser, territory):
    with opened(browser, territory[1], java_script_enabled=False) as page:
        assert not page.page.is_visible("#explore")
        assert page.page.locator("noscript").inner_text() == read_words("fr").say("web.no_script")
        assert page.has("Passerelle sur la Deûle")


# --- the map --------------------------------------------------------------------------------


def test_the_slider_uncovers_before_and_after(bridge):
    slider = bridge.page.locator("#split")
    slider.focus()
    slider.press("End")
    assert slider.get_attribute("aria-valuetext").startswith("100")
    before = bridge.picture()
    slider.press("Home")
    after = bridge.picture()
    assert before != after
    line = bridge.page.locator("#split-line")
    assert line.evaluate("(line) => line.style.left") == "0%"
    slider.press("ArrowRight")
    assert line.evaluate("(line) => line.style.left") == "1%"


def test_the_slider_follows_the_mouse(bridge):
    slider = bridge.page.locator("#split")
    slider.fill("50")
    slider.scroll_into_view_if_needed()
    box, frame = slider.bounding_box(), bridge.page.locator("#map").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    assert middle[0] == pytest.approx(frame["x"] + frame["width"] / 2, abs=2)
    bridge.page.mouse.move(*middle)
    bridge.page.mouse.down()
    bridge.page.mouse.move(frame["x"] + frame["width"] / 4, middle[1], steps=4)
    bridge.page.mouse.up()
    assert float(slider.input_value()) == pytest.approx(25, abs=2)
    slider.fill("50")


def test_every_choice_draws_another_map_with_its_legend(bridge):
    pictures, legends = set(), set()
    options = bridge.page.locator("#choose-show option").evaluate_all(
        "(all) => all.map((each) => [each.value, each.textContent])"
    )
    assert len(options) == 9
    for value, name in options:
        bridge.choose(show=value)
        assert bridge.page.inner_text("#legend-title") == name
        pictures.add(bridge.picture())
        legends.add(bridge.page.inner_text("#legend-items"))
    assert len(pictures) == len(options)
    assert len(legends) == 5  # minutes, gains, shares, isochrones, people


def test_scenario_mode_and_destination_change_what_is_said(bridge, number_of):
    said = {bridge.page.inner_text("#finding")}
    assert "1\u202f603 habitants gagnent au moins une minute." in said
    for choice in ({"profile": 0}, {"scenario": number_of["maternites"]}, {"category": 0}):
        bridge.choose(**choice)
        said.add(bridge.page.inner_text("#finding") + bridge.page.inner_text("#finding-pair"))
    assert len(said) == 4
    bridge.choose(scenario=0)
    assert "des habitants sont à 20 minutes ou moins" in bridge.page.inner_text("#finding")
    assert not bridge.page.is_visible("#split")
    assert bridge.page.locator("#choose-show option[value=gain]").count() == 0


def test_quantiles_hold_about_as_many_people_each(bridge, territory):
    bridge.choose(show="minutes", classes="quantiles")
    labels = bridge.page.locator("#legend-items li").all_inner_texts()
    bounds = [int(re.findall(r"\d+", text)[-1]) for text in labels[:6]]
    result = territory[0]
    times = result.access_times
    own = times[(times["scenario"] == "today") & (times["profile"] == PAIR[0])]
    minutes = own[own["category"] == PAIR[1]]["minutes"].to_numpy(float)
    people = result.residents["population"].to_numpy(float)
    order = np.argsort(minutes)[: np.count_nonzero(~np.isnan(minutes))]
    shares = people[order].cumsum() / people[order].sum()
    exact = [minutes[order][np.searchsorted(shares, part / 7)] for part in range(1, 7)]
    # Whole minutes, none below the minutes of whom the class still holds.
    assert bounds == np.ceil(exact).astype(int).tolist()


def test_every_commune_has_a_colour_in_equal_numbers_too(bridge, territory, number_of):
    bridge.choose(scenario=number_of["nouvel-hopital-lens"], show="commune_minutes")
    bridge.choose(classes="quantiles")
    for category in range(len(territory[0].study.categories)):
        bridge.choose(category=category)
        fills = bridge.page.locator("#legend-items rect").evaluate_all(
            "(all) => all.map((each) => each.getAttribute('fill'))"
        )
        shown = [fill for fill in fills if fill in ACCESS_COLOURS]
        assert 3 <= len(shown) <= len(ACCESS_COLOURS)
        assert len(shown) == len(set(shown))
        assert set(shown) <= set(ACCESS_COLOURS)
        assert not any(fill in {None, "undefined"} for fill in fills)


def test_where_equal_numbers_cannot_be_the_bounds_are_round(bridge, number_of):
    bridge.choose(scenario=number_of["nouvel-hopital-lens"], show="within 20", classes="quantiles")
    text = bridge.page.inner_text("#legend-items")
    assert read_words("fr").say("web.classes_instead") in text
    assert re.search(r"plus de 99\s%", text)
    bridge.choose(classes="fixed")
    text = bridge.page.inner_text("#legend-items")
    assert read_words("fr").say("web.classes_instead") not in text


def test_losses_are_hatched_and_gains_are_plain(bridge, number_of):
    bridge.choose(scenario=number_of["nouvel-hopital-lens"], show="gain")
    items = bridge.page.locator("#legend-items li")
    for row in range(items.count()):
        is_hatched = items.nth(row).locator("svg path").count() == 1
        text = items.nth(row).inner_text()
        if text.startswith(("perd ", "gagne ", "inchangé")):
            assert is_hatched == text.startswith("perd "), text


def test_a_place_tells_its_commune_and_minutes(bridge):
    bridge.choose(show="minutes")
    bridge.page.click("#communes tbody tr:has-text('Estevelles') button")
    box = bridge.page.locator("#map").bounding_box()
    bridge.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 60)
    bridge.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert bridge.page.inner_text("#reading").startswith("Estevelles")
    bridge.page.click("#communes tbody tr:has-text('Estevelles') button")
    assert "→" in bridge.page.inner_text("#reading")
    # The box follows every choice; today has no after.
    bridge.page.focus("#choose-scenario")
    bridge.choose(scenario=0)
    assert bridge.page.inner_text("#reading").startswith("Estevelles")
    assert "→" not in bridge.page.inner_text("#reading")


def test_a_commune_of_the_table_is_told(bridge, territory):
    bridge.page.locator("#communes tbody button", has_text="Béthune").first.focus()
    bridge.page.keyboard.press("Enter")
    minutes = summary_of(territory[0], "commune").set_index("name").loc["Béthune", "minutes_before"]
    for place in ("#reading", "#spoken"):
        text = bridge.page.locator(place).text_content()
        assert text.startswith("Béthune")
        assert f"{np.ceil(minutes - 0.5):.0f}\u00a0min" in text.replace(" ", "\u00a0")


# --- the figures ----------------------------------------------------------------------------


def test_the_table_is_the_summary(bridge, territory):
    summary = summary_of(territory[0], "commune").set_index("name")
    rows = bridge.rows("#communes")
    assert len(rows) == len(summary) == 150
    names = ["population", "minutes_before", "minutes_after", "people_gaining", "people_losing"]
    for row in rows:
        assert not any("," in text for text in row[2:])
        shown = [french(text) for text in row[2:7]]
        own = summary.loc[typed(row[0])]
        assert shown == pytest.approx([own[name] for name in names], abs=0.51), row[0]
        share = own["within_20_after"] / own["population"]
        assert french(row[8]) == pytest.approx(100 * share, abs=1)
        assert (french(row[8]) == 100) == (share == 1)


def test_the_table_sorts_by_any_column_both_ways(bridge):
    head = bridge.page.locator("#communes thead button")
    for column in (2, 5, 0):
        head.nth(column).click()
        first = bridge.page.locator("#communes th").nth(column).get_attribute("aria-sort")
        values = [row[column] for row in bridge.rows("#communes")]
        head.nth(column).click()
        second = bridge.page.locator("#communes th").nth(column).get_attribute("aria-sort")
        turned = [row[column] for row in bridge.rows("#communes")]
        assert {first, second} == {"ascending", "descending"}
        if not column:
            plain = [strip_accents(name) for name in values]
            assert plain == sorted(plain, reverse=first == "descending")
        if column:
            numbers = [french(text) for text in values]
            assert numbers == sorted(numbers, reverse=first == "descending")
            assert [french(text) for text in turned] == numbers[::-1]
    assert bridge.focused() == "Commune"


def test_the_table_filters_by_name_agglomeration_and_change(bridge, territory):
    bridge.page.fill("#filter-name", "LIEVIN")
    assert [row[0] for row in bridge.rows("#communes")] == ["Liévin"]
    assert bridge.page.inner_text("#shown").endswith("sur 150")
    bridge.page.fill("#filter-name", "")
    bridge.page.select_option("#filter-epci", index=1)
    epci = bridge.page.locator("#filter-epci option").nth(1).inner_text()
    assert {row[1] for row in bridge.rows("#communes")} == {epci}
    bridge.page.select_option("#filter-epci", "")
    bridge.page.set_checked("#filter-changed", checked=True)
    summary = summary_of(territory[0], "commune")
    felt = summary[(summary["people_gaining"] + summary["people_losing"]) >= 0.5]["name"]
    assert {row[0] for row in bridge.rows("#communes")} == set(felt)


def test_what_is_shown_is_saved_as_csv(bridge, territory, tmp_path):
    bridge.page.fill("#filter-name", "a")
    with bridge.page.expect_download() as saved:
        bridge.page.click("#export")
    assert saved.value.suggested_filename == (
        "communes-passerelle-deule-marche-bibliotheque-mediatheque.csv"
    )
    saved.value.save_as(tmp_path / "communes.csv")
    text = (tmp_path / "communes.csv").read_text(encoding="utf-8")
    assert re.search(r";\d+,\d{3};", text)
    assert text.startswith("\ufeffinsee_com;Commune;")
    rows = list(csv.DictReader(io.StringIO(text[1:]), delimiter=";"))
    assert [row["Commune"] for row in rows] == [row[0] for row in bridge.rows("#communes")]
    table = pd.read_csv(tmp_path / "communes.csv", sep=";", decimal=",", dtype={"insee_com": str})
    summary = summary_of(territory[0], "commune").set_index("code").loc[table["insee_com"]]
    exact = summary["minutes_after"].to_numpy(float)
    assert table["Temps moyen après (min)"].to_numpy(float) == pytest.approx(exact, abs=6e-4)


@pytest.mark.parametrize(
    ("scenario", "pair"),
    [(SCENARIO, PAIR), ("maternites", ("car", "care/maternity"))],
)
def test_the_charts_count_every_resident(bridge, territory, number_of, scenario, pair):
    bridge.choose(scenario=number_of[scenario])
    result = territory[0]
    own = result.differences
    own = own[(own["scenario"] == scenario) & (own["profile"] == pair[0])]
    own = own[(own["category"] == pair[1]) & (own["rank"] == 1)]
    people = result.residents["population"].to_numpy(float)
    longest = own[["minutes_before", "minutes_after"]].max().max()
    bounds = [*range(5, min(60, 5 * int(np.ceil(longest / 5))) + 1, 5)]
    bins = len(bounds) + int(longest > bounds[-1])
    for column, name in ((1, "minutes_before"), (2, "minutes_after")):
        minutes = own[name].to_numpy(float)
        places = np.where(np.isnan(minutes), bins, np.searchsorted(bounds, minutes, side="left"))
        counts = np.bincount(places, people, bins + 1)
        shown = [french(row[column]) for row in rows_of(bridge, "#chart-distribution")]
        assert shown == pytest.approx(counts.round().tolist(), abs=1)
    classes = change_classes(own["minutes_gained"].to_numpy(float))
    both = own["minutes_before"].notna().to_numpy() & own["minutes_after"].notna().to_numpy()
    counts = np.delete(np.bincount(classes[both], people[both], 9), UNCHANGED)[::-1]
    rows = rows_of(bridge, "#chart-people")
    ends = [row for row in rows if "site" in row[0]]
    assert [french(row[1]) for row in rows if row not in ends] == pytest.approx(
        counts.round().tolist(), abs=1
    )
    lost = people[own["minutes_before"].notna() & own["minutes_after"].isna()].sum()
    assert sum(french(row[1]) for row in ends) == pytest.approx(lost, abs=1)
    gains = am.who_gains(result)
    gini = gains[(gains[["scenario", "profile", "category"]] == [scenario, *pair]).all(axis=1)]
    for when in ("before", "after"):
        text = f"{gini[f'gini_{when}'].iloc[0]:.3f}".replace(".", ",")
        assert text in bridge.page.inner_text("#chart-lorenz .summary")


def rows_of(page, chart):
    page.page.locator(f"{chart} details").evaluate("(details) => { details.open = true; }")
    return page.rows(chart)


# --- everybody ------------------------------------------------------------------------------


def test_the_keyboard_alone_reaches_everything(browser, territory):
    with opened(browser, territory[1]) as page:
        page.page.evaluate("document.getElementById('filter-name').value = 'lens'")
        page.page.locator("#filter-name").dispatch_event("input")
        wanted = page.page.evaluate(
            f"""() => {{
                 const all = [...document.querySelectorAll("{FOCUSABLE}")];
                 const isThere = (each) => each.checkVisibility() && !each.disabled;
                 window.wanted = new Set(all.filter(isThere));
                 return window.wanted.size;
            }}"""
        )
        unseen = []
        for _ in range(wanted + 5):
            page.page.keyboard.press("Tab")
            seen = page.page.evaluate(
                """() => {
                     const on = document.activeElement;
                     window.wanted.delete(on);
                     const { outlineStyle, boxShadow } = getComputedStyle(on);
                     const isSlider = on.type === "range";
                     return isSlider || on === document.body || outlineStyle !== "none" ||
                       boxShadow !== "none" ? "" : on.outerHTML.slice(0, 200);
                }"""
            )
            unseen += [seen] if seen else []
        assert page.page.evaluate("[...window.wanted].map((each) => each.outerHTML)") == []
        assert unseen == []


def test_the_keyboard_alone_works_everything(browser, territory, number_of):
    with opened(browser, territory[1]) as page:
        keys = page.page.keyboard
        page.page.focus("#choose-scenario")
        keys.press("ArrowDown")
        second = page.page.locator("#choose-scenario option").nth(2).get_attribute("value")
        assert page.page.input_value("#choose-scenario") == second
        page.page.focus("#choose-scenario")
        keys.type("Passerelle")
        assert page.page.input_value("#choose-scenario") == str(number_of[SCENARIO])
        page.page.focus("#map")
        before = page.picture()
        keys.press("ArrowRight")
        page.page.locator("#spoken:not(:empty)").wait_for(state="attached")
        assert page.page.inner_text("#spoken").startswith("Au centre")
        assert page.page.locator(".cross").is_visible()
        moved = page.picture()
        keys.press("+")
        assert len({before, moved, page.picture()}) == 3
        page.page.focus("#zoom-whole")
        keys.press("Enter")
        whole = page.picture()
        page.page.locator("#communes tbody button").first.focus()
        keys.press("Enter")
        assert page.picture() != whole
        assert page.focused() == "map"


@pytest.mark.parametrize(("width", "show"), [(1280, "minutes"), (390, "gain")])
def test_nothing_keeps_people_from_exploring(browser, territory, number_of, width, show):
    with opened(browser, territory[1], width=width) as page:
        page.choose(scenario=number_of["nouvel-hopital-lens"], show=show)
        page.page.fill("#filter-name", "lens")
        page.page.evaluate(
            "for (const each of document.querySelectorAll('#explore details')) each.open = true"
        )
        assert page.find_barriers("#explore") == []


def test_nothing_keeps_people_from_the_rest_of_the_page(browser, tmp_path):
    path = am.write_report(make_comparison(schematic=True), tmp_path)[0]
    with opened(browser, path) as page:
        page.page.evaluate(
            "for (const each of document.querySelectorAll('details')) each.open = true"
        )
        assert page.find_barriers() == []


def test_a_phone_scrolls_only_down(browser, territory):
    with opened(
        browser, territory[1], width=390, height=844, has_touch=True, is_mobile=True
    ) as page:
        assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
        for name in ("#choose-scenario", "#choose-show", "#map", "#export", "#filter-name"):
            box = page.page.locator(name).bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
            assert box["height"] >= 44
        frame = page.page.locator("#map").bounding_box()
        assert frame["height"] <= 0.9 * 844


def test_it_prints_on_a4(browser, territory, tmp_path):
    with opened(browser, territory[1]) as page:
        page.page.click("#unfold")
        printed = page.page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
        boxes = set(re.findall(rb"/MediaBox \[([^\]]+)\]", printed))
        assert boxes == {b"0 0 594.95996 841.91998"}
        # Every sheet of a long table has its headings.
        text = subprocess.run(
            ["pdftotext", "-layout", tmp_path / "report.pdf", "-"], capture_output=True, check=True
        ).stdout.decode()
        is_table = re.compile(r"(Hulluch|Vermelles|Annequin)\s+\d")
        sheets = [sheet for sheet in text.split("\f") if is_table.search(sheet)]
        assert len(sheets) > 5
        assert all("Commune" in sheet for sheet in sheets)
        page.page.click("#unfold")
        page.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.page.emulate_media(media="print")
        width = page.page.locator(".ink").bounding_box()["width"]
        assert width == pytest.approx(183 / 25.4 * 96, abs=4)
        assert page.page.evaluate("document.querySelector('.ink').width") > 2000
        drawn, frame = (page.page.locator(name).bounding_box() for name in (".ink", "#map"))
        assert drawn["height"] == pytest.approx(frame["height"], abs=2)
        assert drawn["width"] == pytest.approx(frame["width"], abs=2)
        assert not page.page.is_visible("#split")
        assert page.page.is_visible("#legend-items")
        page.page.emulate_media(media="screen")
        page.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.page.locator("#map").bounding_box()["width"] > 600
