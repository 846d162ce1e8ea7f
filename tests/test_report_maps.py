"""The maps: right colours, right frame, every text on them, no matter what it says."""

import os
import time
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from matplotlib.image import imread
from PIL import Image

from artois_mobility.report import maps, printing
from artois_mobility.report.backdrop import lines_of, make_backdrop, street_network
from artois_mobility.report.classes import (
    ACCESS_BOUNDS_MIN,
    ACCESS_COLOURS,
    CHANGE_COLOURS,
    GAIN_COLOURS,
    LOSS_COLOURS,
    NOT_REACHED,
    UNCHANGED,
    access_classes,
    access_labels,
    change_classes,
    change_labels,
)
from artois_mobility.report.lettering import printable
from artois_mobility.report.printing import Press, opened_pool
from artois_mobility.report.times import read_times
from artois_mobility.report.window import MAP_ASPECT, fit_window, round_length
from artois_mobility.report.words import read_words
from comparison_world import HOSTILE, make_comparison

MINUTES = hnp.arrays(float, st.integers(0, 20), elements=st.floats(-200, 200))


def backdrop_of(result):
    return make_backdrop(street_network(result.networks), result.residents, result.communes)


def lightness(colour):
    """CIE lightness, from 0 for black to 100 for white."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    return 116 * np.cbrt(luminance) - 16 if luminance > 0.008856 else 903.3 * luminance


@given(MINUTES)
def test_a_longer_time_is_never_in_a_nearer_class(minutes):
    minutes = np.sort(np.abs(minutes))
    classes = access_classes(minutes)
    assert (np.diff(classes) >= 0).all()
    for bound, place in zip(ACCESS_BOUNDS_MIN, range(6), strict=True):
        np.testing.assert_array_equal(minutes <= bound, classes <= place)


@given(MINUTES)
def test_gains_and_losses_mirror_each_other(minutes):
    classes = change_classes(minutes)
    np.testing.assert_array_equal(classes - UNCHANGED, UNCHANGED - change_classes(-minutes))
    np.testing.assert_array_equal(classes == UNCHANGED, np.abs(minutes) < 1)


def test_no_time_has_a_class_of_its_own():
    assert access_classes(np.array([np.nan])).tolist() == [NOT_REACHED]
    assert change_classes(np.array([np.nan])).tolist() == [UNCHANGED]


@pytest.mark.parametrize("colours", [ACCESS_COLOURS, GAIN_COLOURS, LOSS_COLOURS])
def test_the_order_survives_a_grey_print(colours):
    steps = np.diff([lightness(colour) for colour in colours])
    assert (steps < -8).all()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_class_has_its_label(language):
    words = read_words(language)
    assert len(set(access_labels(words))) == len(ACCESS_COLOURS)
    assert len(set(change_labels(words))) == len(CHANGE_COLOURS)


BOUND = st.floats(-1e6, 1e6)


@given(BOUND, BOUND, BOUND, BOUND)
def test_a_window_shows_all_it_must_and_has_the_maps_aspect(x1, x2, y1, y2):
    asked = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    west, south, east, north = fit_window(asked, least_width_m=5000)
    assert west <= asked[0] + 1e-6
    assert south <= asked[1] + 1e-6
    assert east >= asked[2] - 1e-6
    assert north >= asked[3] - 1e-6
    assert (east - west) / (north - south) == pytest.approx(MAP_ASPECT)
    assert east - west >= 5000 - 1e-6


@given(st.floats(1, 1e7))
def test_a_scale_bar_is_round_and_fits(longest_m):
    length_m = round_length(longest_m)
    assert length_m <= longest_m < 2.5 * length_m + 1e-6
    assert f"{length_m:e}"[0] in "125"


def test_what_the_font_lacks_is_replaced():
    assert printable("Liévin – Béthune\u202f!") == "Liévin – Béthune\u202f!"
    assert printable("日\U0001f6b2\na") == "?? a"


def test_lines_are_taken_apart():
    square = shapely.box(0, 0, 2, 1)
    line = shapely.from_wkt("MULTILINESTRING ((0 0, 1 1), (5 5, 6 6, 7 7))")
    lines = lines_of(np.array([square, line, shapely.from_wkt("POINT (1 1)")], dtype=object))
    assert np.diff(lines.first_point).tolist() == [2, 3, 5]
    seen = lines.inside((4.0, 4.0, 9.0, 9.0))
    assert seen.points_m.tolist() == [[5, 5], [6, 6], [7, 7]]
    assert seen.first_point.tolist() == [0, 3]
    assert lines_of(np.array([], dtype=object)).count == 0


def test_the_backdrop_knows_how_far_apart_cells_are():
    backdrop = backdrop_of(make_comparison())
    assert backdrop.cell_side_m == pytest.approx(500, abs=1e-3)
    assert backdrop.main_roads.count == 1
    assert backdrop.streets.count == 5
    assert backdrop.barriers.count == 2
    assert backdrop.communes.size == 4


def lay_out(result, folder, language):
    backdrop, words = backdrop_of(result), read_words(language)
    plates, sheets = maps.lay_out_maps(result, read_times(result), backdrop, folder, words)
    return plates, sheets, backdrop


@contextmanager
def pressing(sheets, backdrop, language, errand=None):
    with opened_pool(backdrop, language, len(sheets)) as pool:
        press = Press(sheets, backdrop, language, errand, pool)
        press.begin()
        yield press


def draw(result, folder, language):
    plates, sheets, backdrop = lay_out(result, folder, language)
    with pressing(sheets, backdrop, language) as press:
        press.finish(tell_nothing)
    return plates


def tell_nothing(done, total):
    pass


@pytest.fixture(scope="module")
def plates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("maps")
    return draw(make_comparison(schematic=True), folder, "fr")


def test_one_map_per_question(plates):
    assert [(plate.scenario, plate.pair) for plate in plates] == [
        ("today", ("car", "care")),
        ("today", ("car", "culture/library")),
        ("passerelle", ("walk", "culture/library")),
        ("pont-ferme", ("car", "care")),
    ]


def test_a_map_carries_its_finding_and_its_source(plates):
    with Image.open(plates[2].path) as image:
        assert image.size == (1155, 770)
        assert image.info["Title"] == "110 habitants gagnent au moins une minute"
        assert image.info["Copyright"].startswith("© contributeurs OpenStreetMap (ODbL)")
        assert image.info["Comment"] == "SCHÉMATIQUE – NE PAS CITER"


def share_of(path, colour):
    pixels = (imread(BytesIO(path.read_bytes()))[..., :3] * 255).round().astype(int)
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return (pixels == wanted).all(axis=-1).mean()


def test_cells_have_the_colour_of_their_class(tmp_path):
    plates = draw(make_comparison(), tmp_path, "fr")
    # Three minutes gained in a quarter of the territory, nothing lost.
    assert share_of(plates[2].path, GAIN_COLOURS[1]) > 0.04
    assert share_of(plates[2].path, LOSS_COLOURS[1]) < 0.001
    # Two minutes lost in another quarter, nothing gained.
    assert share_of(plates[3].path, LOSS_COLOURS[1]) > 0.04
    assert share_of(plates[3].path, GAIN_COLOURS[1]) < 0.001


def test_hostile_names_are_drawn_as_text(tmp_path):
    plates = draw(make_comparison(hostile=True), tmp_path, "en")
    assert len(plates) == 4
    assert "frac" in HOSTILE


def test_a_scenario_without_effect_shows_the_whole_territory(tmp_path):
    result = make_comparison()
    same = result.access_times.copy()
    differences = result.differences.assign(
        minutes_after=result.differences["minutes_before"], minutes_gained=0.0
    )
    empty = replace(
        result.scenarios[2],
        closed=result.scenarios[2].closed.iloc[:0],
        speeds=result.scenarios[2].speeds.iloc[:0],
    )
    summary = result.summary_table.assign(people_gaining=0.0, people_losing=0.0)
    calm = replace(
        result,
        access_times=same,
        differences=differences,
        summary_table=summary,
        scenarios=(result.scenarios[0], empty),
    )
    plates = draw(calm, tmp_path, "fr")
    assert plates[-1].title == "Personne ne gagne ni ne perd une minute ou plus"


def test_scenarios_whose_names_look_alike_have_their_own_files(tmp_path):
    result = make_comparison()
    twin = replace(result.scenarios[1], key="Passerelle")
    more = {
        name: pd.concat(
            [
                getattr(result, name),
                getattr(result, name)
                .query("scenario == 'passerelle'")
                .assign(scenario="Passerelle"),
            ],
            ignore_index=True,
        )
        for name in ("access_times", "differences", "summary_table")
    }
    twins = replace(result, scenarios=(*result.scenarios, twin), **more)
    plates = draw(twins, tmp_path, "fr")
    assert len({plate.path.name.lower() for plate in plates}) == 5


def pictures_of(plates):
    return [plate.path.read_bytes() for plate in plates]


@pytest.fixture
def beside(monkeypatch):
    """Draw in a process of its own, however few the maps and the processors."""
    monkeypatch.setenv("ARTOIS_THREADS", "2")
    monkeypatch.setattr(printing, "FEWEST_BESIDE", 1)


def test_maps_drawn_by_another_process_are_the_same(tmp_path, plates, beside):
    told = []
    again, sheets, backdrop = lay_out(make_comparison(schematic=True), tmp_path, "fr")
    with pressing(sheets, backdrop, "fr") as press:
        press.finish(lambda *counts: told.append(counts))
    assert pictures_of(again) == pictures_of(plates)
    assert told == [(done, 4) for done in range(1, 5)]


def test_maps_are_drawn_here_when_the_process_died_before_there_were_any(tmp_path, plates, beside):
    again, sheets, backdrop = lay_out(make_comparison(schematic=True), tmp_path, "fr")
    with opened_pool(backdrop, "fr", len(sheets)) as pool:
        with pytest.raises(BrokenProcessPool):
            pool.submit(os._exit, 9).result()
        press = Press(sheets, backdrop, "fr", partial(write_id, tmp_path / "id"), pool)
        press.begin()
        press.finish(tell_nothing)
    assert pictures_of(again) == pictures_of(plates)
    assert (tmp_path / "id").read_text() == f"{os.getpid()}\n"


def test_no_process_is_started_for_few_maps(tmp_path):
    _, _, backdrop = lay_out(make_comparison(), tmp_path, "fr")
    with opened_pool(backdrop, "fr", 1) as pool:
        assert pool is None


def test_the_first_maps_are_drawn_by_another_process(tmp_path, beside, monkeypatch):
    monkeypatch.setattr(printing, "_draw", note_process(tmp_path))
    _, sheets, backdrop = lay_out(make_comparison(), tmp_path, "fr")
    with pressing(sheets, backdrop, "fr") as press:
        press._futures[0].result()
        press.finish(tell_nothing)
    drawn_by = [(tmp_path / f"{sheet.path.stem}.id").read_text() for sheet in sheets]
    assert drawn_by[0] != str(os.getpid())


def test_maps_that_no_process_has_begun_are_drawn_here(tmp_path, beside, monkeypatch):
    monkeypatch.setattr(printing, "_draw", note_process(tmp_path))
    _, sheets, backdrop = lay_out(make_comparison(), tmp_path, "fr")
    errand = partial(wait_for, tmp_path / f"{sheets[-1].path.stem}.id")
    with pressing(sheets, backdrop, "fr", errand) as press:
        press.finish(tell_nothing)
    assert (tmp_path / f"{sheets[-1].path.stem}.id").read_text() == str(os.getpid())


def note_process(folder):
    def work(sheet):
        (folder / f"{sheet.path.stem}.id").write_text(str(os.getpid()))

    return work


def wait_for(path):
    while not path.exists():
        time.sleep(0.01)


def test_maps_are_drawn_where_no_process_can_be_started(tmp_path, plates, beside, monkeypatch):
    def refuse(*args, **options):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("loky.ProcessPoolExecutor", refuse)
    assert pictures_of(draw(make_comparison(schematic=True), tmp_path, "fr")) == pictures_of(plates)


def test_maps_are_drawn_when_the_other_process_dies(tmp_path, plates, beside, monkeypatch):
    monkeypatch.setattr(printing, "_draw", die_elsewhere(os.getpid(), printing._draw))
    assert pictures_of(draw(make_comparison(schematic=True), tmp_path, "fr")) == pictures_of(plates)


def die_elsewhere(home, work_here):
    def work(*args):
        if os.getpid() != home:
            os._exit(9)
        work_here(*args)

    return work


def write_id(place):
    with place.open("a") as file:
        file.write(f"{os.getpid()}\n")


def test_an_errand_is_run_by_another_process(tmp_path, beside):
    _, sheets, backdrop = lay_out(make_comparison(), tmp_path, "fr")
    with pressing(sheets, backdrop, "fr", partial(write_id, tmp_path / "id")) as press:
        press.finish(tell_nothing)
    assert (tmp_path / "id").read_text() not in {"", f"{os.getpid()}\n"}


def test_an_errand_is_run_here_when_the_other_process_dies_over_it(tmp_path, beside):
    _, sheets, backdrop = lay_out(make_comparison(), tmp_path, "fr")
    errand = die_elsewhere(os.getpid(), lambda: write_id(tmp_path / "id"))
    with pressing(sheets, backdrop, "fr", errand) as press:
        press.finish(tell_nothing)
    assert (tmp_path / "id").read_text() == f"{os.getpid()}\n"
    assert all(sheet.path.exists() for sheet in sheets)


def test_an_errand_is_run_here_where_there_is_little_to_draw(tmp_path, monkeypatch):
    monkeypatch.setattr(printing, "FEWEST_BESIDE", 1000)
    _, sheets, backdrop = lay_out(make_comparison(), tmp_path, "fr")
    with pressing(sheets, backdrop, "fr", partial(write_id, tmp_path / "id")) as press:
        press.finish(tell_nothing)
    assert (tmp_path / "id").read_text() == f"{os.getpid()}\n"


def test_what_an_errand_raises_is_raised_here(tmp_path, beside):
    _, sheets, backdrop = lay_out(make_comparison(), tmp_path, "fr")
    errand = partial(write_id, tmp_path / "missing" / "id")
    with pressing(sheets, backdrop, "fr", errand) as press, pytest.raises(FileNotFoundError):
        press.finish(tell_nothing)


def test_a_map_that_cannot_be_written_is_an_error_from_whatever_process(tmp_path, beside):
    plates, sheets, backdrop = lay_out(make_comparison(), tmp_path / "missing", "fr")
    assert plates
    with pressing(sheets, backdrop, "fr") as press, pytest.raises(FileNotFoundError):
        press.finish(tell_nothing)
