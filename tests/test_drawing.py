"""What objects show of themselves in a notebook."""

import re
import sys
from html import escape, unescape

import matplotlib
import numpy as np
import pytest

import artois_mobility as am
from artois_mobility.drawing import draw_facts, language_of_user, read_labels
from artois_mobility.errors import InputError
from artois_mobility.quality.checking import NAME_OF_KIND
from artois_mobility.report import drawing
from comparison_world import make_comparison

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def in_french(monkeypatch):
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")


@pytest.fixture(scope="module")
def result():
    return make_comparison(schematic=True)


@pytest.fixture
def figures():
    from matplotlib import pyplot as plt

    yield plt
    plt.close("all")


def text_of(html):
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


def test_a_comparison_says_what_each_scenario_does(result):
    text = text_of(result._repr_html_())
    assert text.startswith("SCHÉMATIQUE – NE PAS CITER")
    assert "Passerelle sur la Deûle 110 habitants gagnent au moins une minute" in text


def test_a_comparison_of_today_alone_draws_itself(result):
    assert "habitant" in text_of(make_comparison(scenarios=False)._repr_html_())


def test_today_is_drawn_with_the_classes_of_the_report(result, figures):
    ax = result.plot()
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "5 min ou moins" in labels
    assert "SCHÉMATIQUE" in ax.texts[0].get_text()
    drawn = sum(len(patch.get_path().vertices) // 5 for patch in ax.patches)
    assert drawn == result.cells_of("today").sum()


def test_a_scenario_is_drawn_by_what_it_gains(result, figures):
    key = result.scenarios[1].key
    view = drawing.view_comparison(result, key, None, None)
    counted = {view.labels[number]: (view.class_of_cell == number).sum() for number in range(12)}
    gained = view.gained[np.isfinite(view.gained)]
    expected = {
        "gagne 10 min ou plus": (gained >= 10).sum(),
        "inchangé (à 1 min près)": (np.abs(gained) < 1).sum(),
        "perd 1 à 2 min": ((gained <= -1) & (gained > -2)).sum(),
    }
    assert {label: counted[label] for label in expected} == expected
    assert sum(counted.values()) == len(result.residents)
    assert "Passerelle sur la Deûle" in result.plot(key).get_title(loc="left")


def test_who_newly_reaches_a_site_has_a_class_of_its_own():
    nan = np.nan
    before, after = np.array([nan, 5.0, nan, 5.0, 9.0]), np.array([5.0, nan, nan, 5.0, 5.0])
    classes = drawing._classes_of_change(before, after)
    first = len(drawing.CHANGE_COLOURS)
    assert classes.tolist() == [first, first + 1, first + 2, 4, 6]


def test_what_a_comparison_does_not_have_is_refused(result):
    with pytest.raises(InputError, match=r"no scenario 'bridge' in this comparison; it has today"):
        result.plot("bridge")
    with pytest.raises(
        InputError, match=r"no times by flying to any place; it has car, walk to care"
    ):
        result.plot(profile="flying")


def test_a_map_to_walk_in_holds_every_cell(result, figures):
    pytest.importorskip("folium")
    page = result.explore(result.scenarios[1].key).get_root().render()
    cell = result.residents["cell"].iloc[0]
    assert str(cell) in page
    assert "gagne" in page


def test_without_folium_it_says_what_to_install(result, monkeypatch):
    monkeypatch.setitem(sys.modules, "folium", None)
    with pytest.raises(InputError, match=r"pip install 'artois-mobility\[notebooks\]'"):
        result.explore()


def test_names_are_escaped():
    assert "&lt;b&gt;" in draw_facts("extract", {"file": "<b>"})


def test_every_fact_has_both_languages():
    assert all(set(texts) == {"fr", "en"} for texts in read_labels().values())


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LC_ALL": "fr_FR.UTF-8", "LANG": "en_GB"}, "fr"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "fr_BE"}, "fr"),
        ({"LC_ALL": "C", "LANG": "fr_FR"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}, "en"),
    ],
)
def test_the_readers_language(monkeypatch, variables, language):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language_of_user() == language


@pytest.fixture(scope="module")
def extract(repository):
    from artois_mobility.network.examples import crossroads

    return crossroads()


def test_an_extract_and_a_network_show_what_they_hold(extract, figures):
    text = text_of(extract._repr_html_())
    assert text.startswith("Extrait OpenStreetMap Fichier")
    network = am.build_network(extract, "walk")
    text = text_of(network._repr_html_())
    assert f"Carrefours {network.graph.node_count} " in text
    assert "Mouvements tournants libres" in text
    ax = network.plot()
    assert len(ax.collections[0].get_paths()) == network.graph.arc_count


def test_a_study_shows_what_it_asks(repository):
    text = text_of(am.read_study(repository / "scenarios" / "artois.toml")._repr_html_())
    assert "Titre Artois, aujourd'hui" in text
    assert "Seuils (min) 10, 20, 30" in text


def test_a_check_shows_its_counts(extract):
    found = am.check(extract)
    text = text_of(found._repr_html_())
    assert [int(number) for number in re.findall(r"\d+", text)] == list(found.counts().values())
    assert NAME_OF_KIND["island"].say("fr") in text


def test_an_explanation_shows_its_words(extract):
    network = am.build_network(extract, "walk")
    lon, lat = network.lon_deg, network.lat_deg
    found = am.explain(network, [(lon[0], lat[0])], [(lon[-1], lat[-1])])
    assert found._repr_html_().startswith("<pre")
    assert escape(found.text("fr")) in found._repr_html_()


def test_a_raster_is_drawn_where_it_has_numbers(extract, figures):
    network = am.build_network(extract, "walk")
    surface = am.arrival_surface(network, [(network.lon_deg[0], network.lat_deg[0])], 5)
    ax = surface.plot()
    assert ax.images[0].get_array().shape == surface.values.shape
