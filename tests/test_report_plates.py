"""Maps as vectors and as plates on paper: their size, scale, texts, hatching and circles."""

import datetime as dt
import json
import re
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.image import imread
from PIL import Image

from artois_mobility.report.backdrop import make_backdrop, street_network
from artois_mobility.report.classes import GAIN_COLOURS, LOSS_COLOURS, NOT_REACHED_COLOUR
from artois_mobility.report.credits import credit_line
from artois_mobility.report.furniture import label_communes
from artois_mobility.report.ground import LAND, PAPER, paper_colour
from artois_mobility.report.maps import lay_out_maps
from artois_mobility.report.plate import draw_plate
from artois_mobility.report.plates import lay_out_people
from artois_mobility.report.rows import index_summary
from artois_mobility.report.sheet import SUBTITLE_LENGTH, Circles
from artois_mobility.report.times import read_times
from artois_mobility.report.window import MAP_ASPECT, PAGES, ROUND_SCALES, round_window, scale_of
from artois_mobility.report.words import read_words
from artois_mobility.report.writing import write_report
from comparison_world import make_comparison

DAY = dt.date(2026, 11, 30)
PLATE = "plates/passerelle-walk-culture-library"


@pytest.fixture(scope="module")
def logo(tmp_path_factory):
    path = tmp_path_factory.mktemp("logo") / "logo.png"
    Image.new("RGB", (90, 30), "#ff00ff").save(path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory, logo):
    place = tmp_path_factory.mktemp("plates")
    result = make_comparison(schematic=True)
    # The logo's path is told from the folder above the study's.
    result.study.path = logo.parent / "study" / "study.toml"
    write_report(result, place, also=["a4", "a3", "svg"], logo=logo, day=DAY)
    return place


def poppler(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def test_every_map_is_there_in_every_form(folder):
    maps = {path.stem for path in (folder / "maps").glob("*.png")}
    assert maps == {path.stem for path in (folder / "maps").glob("*.svg")}
    plates = {path.stem for path in (folder / "plates").iterdir()}
    assert plates == {f"{stem}-{paper}" for stem in maps for paper in ("a3", "a4")}
    assert "pont-ferme-car-care-people" in maps


@pytest.mark.parametrize(("paper", "size"), [("a4", (841.89, 595.28)), ("a3", (1190.55, 841.89))])
def test_a_plate_has_the_size_of_its_paper_in_landscape(folder, paper, size):
    told = poppler("pdfinfo", folder / f"{PLATE}-{paper}.pdf")
    width, height = re.search(r"Page size: +([\d.]+) x ([\d.]+) pts", told).groups()
    assert (float(width), float(height)) == pytest.approx(size, abs=0.1)
    assert "Title:           110 habitants gagnent au moins une minute" in told
    assert "CreationDate" not in told


def test_a_plate_says_what_a_plate_must(folder):
    told = " ".join(poppler("pdftotext", folder / f"{PLATE}-a4.pdf", "-").split())
    for text in (
        "110 habitants gagnent au moins une minute",
        "Passerelle sur la Deûle – Bibliothèque, médiathèque – Marche",
        "Différence avec aujourd’hui",
        "gagne 2 à 5 min",
        "inchangé (à 1 min près)",
        "Édité le 30/11/2026",
        "© contributeurs OpenStreetMap (ODbL), extrait du 01/10/2026",
        "traitement artois-mobility 0.1.0",
        "SCHÉMATIQUE – NE PAS CITER",
    ):
        assert text in told


def test_a_plate_is_drawn_in_vectors_but_for_its_logo(folder):
    images = poppler("pdfimages", "-list", folder / f"{PLATE}-a3.pdf").splitlines()[2:]
    assert [line.split()[3:5] for line in images] == [["90", "30"]]
    text = (folder / "maps" / "passerelle-walk-culture-library.svg").read_text(encoding="utf-8")
    root = ET.fromstring(text)
    assert root.tag.endswith("svg")
    assert "<image" not in text
    assert "110 habitants gagnent au moins une minute" in text
    assert "contributeurs OpenStreetMap" in text


@given(st.floats(1.0, 1e7), st.sampled_from(["a4", "a3"]))
def test_the_scale_of_a_plate_is_round_and_shows_all_that_must_be_seen(width_m, paper):
    asked = (0.0, 0.0, width_m, width_m / MAP_ASPECT)
    west, south, east, north = round_window(asked, PAGES[paper])
    assert west <= 1e-9
    assert south <= 1e-9
    assert east >= width_m * (1 - 1e-9)
    scale = scale_of((west, south, east, north), PAGES[paper])
    power = 10.0 ** np.floor(np.log10(scale * (1 + 1e-9)))
    assert np.isclose(scale / power, ROUND_SCALES).any()
    assert scale <= 1.34 * scale_of(asked, PAGES[paper])
    assert (east - west) / (north - south) == pytest.approx(MAP_ASPECT)


def test_a_metre_on_the_ground_is_as_long_on_paper_as_the_scale_says():
    # 1:10,000 on A4: the map is 203 mm wide, so 2,030 m.
    window = round_window((0.0, 0.0, 2030.0, 2030.0 / MAP_ASPECT), PAGES["a4"])
    assert scale_of(window, PAGES["a4"]) == pytest.approx(10_000)
    assert PAGES["a3"].inches[0] / PAGES["a4"].inches[0] == pytest.approx(np.sqrt(2))


def test_plates_are_the_same_every_time_and_go_with_the_next_report(folder, logo, tmp_path):
    result = make_comparison(schematic=True)
    result.study.path = logo.parent / "study" / "study.toml"
    write_report(result, tmp_path, also=["a4", "a3", "svg"], logo=logo, day=DAY)
    first, again = (
        json.loads((place / "manifest.json").read_text(encoding="utf-8"))
        for place in (folder, tmp_path)
    )
    assert first["files"] == again["files"]
    assert first["formats"] == {"csv": "plain", "also": ["svg", "a4", "a3"], "day": "2026-11-30"}
    assert first["inputs"][-1]["role"] == "logo"
    write_report(make_comparison(scenarios=False), tmp_path)
    assert not list((tmp_path / "plates").iterdir())
    assert not list((tmp_path / "maps").glob("*.svg"))


def test_who_reaches_nothing_is_hatched(tmp_path):
    """The cell in the north-east reaches nothing on foot."""
    result = make_comparison()
    table = result.summary_table
    walk = replace(result, summary_table=table[table["profile"] == "walk"])
    write_report(walk, tmp_path)
    raw = (tmp_path / "maps" / "today-walk-care.png").read_bytes()
    pixels = (imread(BytesIO(raw))[..., :3] * 255).round().astype(int)
    wanted = [int(NOT_REACHED_COLOUR[i : i + 2], 16) for i in (1, 3, 5)]
    # The cell and its sample in the legend are solid nowhere, not even over six pixels by six.
    for part in (pixels[150:700, :860], pixels[:, 880:920]):
        is_grey = np.abs(part - wanted).max(axis=-1) < 25
        assert is_grey.sum() > 40
        blocks = np.lib.stride_tricks.sliding_window_view(is_grey, (6, 6))
        assert not blocks.all(axis=(-1, -2)).any()


def test_losses_are_hatched_and_gains_are_not(tmp_path):
    """In grey, a block of six pixels by six tells: solid somewhere in gains, nowhere in losses."""
    write_report(make_comparison(), tmp_path)
    for name, colours, is_solid in (
        ("passerelle-walk-culture-library", GAIN_COLOURS, True),
        ("pont-ferme-car-care", LOSS_COLOURS, False),
    ):
        (path,) = (tmp_path / "maps").glob(f"{name}.png")
        pixels = (imread(BytesIO(path.read_bytes()))[150:700, :860, :3] * 255).round().astype(int)
        wanted = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours]
        is_class = np.abs(pixels[..., None, :] - wanted).max(axis=-1).min(axis=-1) < 4
        assert is_class.sum() > 400
        blocks = np.lib.stride_tricks.sliding_window_view(is_class, (6, 6))
        assert blocks.all(axis=(-1, -2)).any() == is_solid


def test_water_railways_and_roads_stand_in_the_legend_where_they_are_seen(tmp_path):
    result, words = make_comparison(), read_words("fr")
    network = street_network(result.networks)
    backdrop = backdrop_of(result)
    assert (backdrop.shores.count, backdrop.railways.count) == (1, 1)
    _, sheets = lay_out_maps(result, read_times(result), backdrop, tmp_path, words)
    without = SimpleNamespace(**{**vars(network), "railways": network.railways[:0]})
    for drawn, has_railways in ((network, True), (without, False)):
        sheet = replace(sheets[0], path=tmp_path / "map.pdf")
        backdrop = make_backdrop(drawn, result.residents, result.communes)
        draw_plate(sheet, backdrop, words)
        told = poppler("pdftotext", str(sheet.path), "-")
        assert ("voie ferrée" in told) is has_railways
        assert all(word in told for word in ("eau", "route principale"))


def test_a_long_source_stands_on_a_map_to_its_end(tmp_path):
    result, words = make_comparison(), read_words("fr")
    backdrop = backdrop_of(result)
    _, sheets = lay_out_maps(result, read_times(result), backdrop, tmp_path, words)
    source = " · ".join(f"horaires du réseau {number}" for number in range(18))
    text = replace(sheets[0].text, source=source)
    sheet = replace(sheets[0], path=tmp_path / "map.pdf", text=text)
    draw_plate(sheet, backdrop, words)
    assert source in " ".join(poppler("pdftotext", sheet.path, "-").split())


def test_what_is_unchanged_stands_out_where_no_commune_is_known():
    result = make_comparison()
    network = street_network(result.networks)
    nowhere = make_backdrop(network, result.residents, result.communes.iloc[:0])
    assert paper_colour(backdrop_of(result)) == PAPER
    assert paper_colour(nowhere) == LAND


def test_names_of_communes_keep_off_circles():
    result = make_comparison()
    (sheet, *_), backdrop = people_sheets(result)
    axes = Figure().add_axes((0, 0, 1, 1))
    label_communes(axes, backdrop, sheet)
    assert axes.texts
    for text in axes.texts:
        for circles in sheet.layers:
            across = np.abs(circles.x_m - text.get_position()[0])
            up = np.abs(circles.y_m - text.get_position()[1])
            assert (np.hypot(across, up) >= circles.diameter_m / 2).all()


def test_a_long_name_never_hides_what_a_map_shows():
    result = make_comparison()
    long = [replace(each, name="Une passerelle " * 20) for each in result.scenarios]
    _, sheets = lay_out_maps(
        replace(result, scenarios=tuple(long)),
        read_times(result),
        backdrop_of(result),
        Path(),
        read_words("fr"),
    )
    assert all(len(sheet.text.subtitle) <= SUBTITLE_LENGTH for sheet in sheets)
    assert sheets[-1].text.subtitle.endswith("Voiture")


def backdrop_of(result):
    return make_backdrop(street_network(result.networks), result.residents, result.communes)


def people_sheets(result):
    words = read_words("fr")
    backdrop = backdrop_of(result)
    indexed = index_summary(result)
    return lay_out_people(indexed, read_times(result), backdrop, Path("maps"), words), backdrop


def test_the_area_of_a_circle_is_as_its_people_are_many():
    result = make_comparison()
    table = result.summary_table
    rows = (table["scenario"] == "pont-ferme") & (table["scope"] == "commune")
    many = table.assign(
        people_losing=np.where(rows, table["code"].map({"62498": 400.0, "62510": 100.0}), 0.0),
        people_gaining=np.where(rows & (table["code"] == "62498"), 25.0, 0.0),
    ).fillna({"people_losing": 0.0})
    sheets, backdrop = people_sheets(replace(result, summary_table=many))
    (sheet,) = sheets
    gaining, losing = sheet.layers
    assert isinstance(gaining, Circles)
    assert losing.diameter_m[0] / losing.diameter_m[1] == pytest.approx(2)
    assert losing.diameter_m[0] / gaining.diameter_m[0] == pytest.approx(4)
    # Both of one commune touch at its middle, who gains on the left.
    middle = shapely.point_on_surface(backdrop.communes[0])
    assert gaining.x_m[0] + gaining.diameter_m[0] / 2 == pytest.approx(middle.x)
    assert losing.x_m[0] - losing.diameter_m[0] / 2 == pytest.approx(middle.x)
    sizes = {symbol.label: symbol.size_m for symbol in sheet.symbols if symbol.size_m}
    assert list(sizes) == ["200 habitants", "100 habitants", "20 habitants"]
    assert sizes["100 habitants"] == pytest.approx(losing.diameter_m[1])


def test_a_scenario_by_which_nobody_gains_or_loses_has_no_map_of_people():
    result = make_comparison()
    nobody = result.summary_table.assign(people_gaining=0.0, people_losing=0.0)
    assert people_sheets(replace(result, summary_table=nobody))[0] == []


def test_the_credits_name_every_source_with_its_year():
    result = make_comparison()
    inputs = [
        {"role": "residents", "path": "data/carreaux-200m.gpkg", "sha256": ""},
        {"role": "sites", "path": "data/bpe.csv", "sha256": ""},
        {"role": "sites", "path": "data/finess-2026-05.csv", "sha256": ""},
    ]
    vintages = {"vintages": {"bpe.csv": ["2024", "codes since 2024"]}}
    manifest = {**result.manifest, "inputs": inputs, "sites": vintages}
    result.communes.attrs["cog_year"] = 2025
    line = credit_line(replace(result, manifest=manifest), read_words("fr"))
    assert line == (
        "© contributeurs OpenStreetMap (ODbL), extrait du 01/10/2026 ; "
        "population : carreaux-200m.gpkg, millésime 2018 ; communes : COG 2025 ; "
        "sites : bpe.csv, millésime 2024, finess-2026-05.csv ; "
        "traitement artois-mobility 0.1.0 ; hors transports collectifs, circulation fluide"
    )


def test_hostile_texts_are_drawn_on_plates(tmp_path):
    write_report(make_comparison(hostile=True), tmp_path, also=["a4", "svg"], day=DAY)
    for path in (tmp_path / "maps").glob("*.svg"):
        root = ET.fromstring(path.read_bytes())
        assert not [element for element in root.iter() if element.tag.endswith("script")]
