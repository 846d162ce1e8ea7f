"""Tables for a spreadsheet: French habits, no formula computed, every column told."""

import datetime as dt
import json
from dataclasses import replace

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
from PIL import Image

from artois_mobility.errors import InputError
from artois_mobility.report import workbook
from artois_mobility.report.csv_files import write_csv
from artois_mobility.report.dictionary import describe_columns
from artois_mobility.report.formats import Formats, check_formats, read_formats
from artois_mobility.report.labels import category_label
from artois_mobility.report.names import ascii_name
from artois_mobility.report.words import LANGUAGES, read_words
from artois_mobility.report.writing import write_report
from comparison_world import make_comparison

# What a spreadsheet computes when it stands at the beginning of a cell.
FORMULAS = ["=1+1", "+33 3 21 00 00 00", "-2 rue", "@SUM(A1)", "\tx"]
# Columns of layers and tables that only some studies have.
RARE_COLUMNS = (
    *("low", "high", "p_within_10_min", "within_noise", "gained_low", "gained_high", "edge"),
    *("population_after", "people_before", "people_after", "cog_year", "minutes", "km", "why"),
    *("class_name", "length_m", "beam_m", "draught_m", "air_draught_m", "lock", "waterways"),
    *("length_source", "beam_source", "draught_source", "air_draught_source", "offroad_m"),
    *("vessel", "origin", "destination", "departure", "arrival", "waiting_min", "lock_min"),
    *("locks", "minutes_before", "minutes_gained"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("french")
    result = make_comparison(schematic=True)
    communes = result.communes.assign(name=["=Lens", "Liévin", "-Harnes", "Courrières"])
    summary = result.summary_table.replace({"name": {"Lens": "=Lens", "Harnes": "-Harnes"}})
    hostile = replace(result, communes=communes, summary_table=summary)
    write_report(hostile, place, csv="fr", also=["xlsx"])
    return place


CODES = {"insee_com": str, "siren_epci": str}


def read_french(path):
    return pd.read_csv(path, sep=";", decimal=",", dtype=CODES, encoding="utf-8-sig")


def test_french_csv_has_semicolons_decimal_commas_and_a_byte_order_mark(folder):
    for name in ("summary.csv", "gains.csv", "data_dictionary.csv"):
        raw = (folder / name).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert raw.count(b";") > 20 * raw.count(b"\n") / 4
    line = (folder / "summary.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    assert {"480", "6,5"} < set(line.split(";"))
    assert "." not in line


def test_french_and_plain_csv_say_the_same(folder, tmp_path):
    write_report(make_comparison(schematic=True), tmp_path)
    plain = pd.read_csv(tmp_path / "summary.csv", dtype={"code": str})
    french = read_french(folder / "summary.csv")
    for name, told in (
        ("scenario", "scenario"),
        ("population", "population"),
        ("minutes_gained", "minutes_gagnees"),
        ("people_gaining", "habitants_qui_gagnent"),
        ("within_10_after", "habitants_a_10_min_ou_moins_apres"),
    ):
        pd.testing.assert_series_equal(
            plain[name], french[told], check_dtype=False, check_names=False
        )
    communes = (plain["scope"] == "commune").to_numpy()
    assert french["insee_com"][communes].tolist() == plain["code"][communes].tolist()
    assert french["insee_com"][~communes].isna().all()


def test_french_tables_have_names_beside_their_keys(folder):
    words = read_words("fr")
    for name in ("summary.csv", "gains.csv"):
        table = read_french(folder / name)
        walk = table[table["mode"] == "walk"].iloc[0]
        assert walk["mode_en_clair"] != "walk"
        told = table["destination"].map(lambda key: category_label(key, words))
        assert (told == table["destination_en_clair"]).all()
        assert (table["nom_du_scenario"] != table["scenario"]).all()
        assert "territoire" in set(table["echelon_en_clair"])
        assert all(column == ascii_name(column) for column in table.columns)
    summary = read_french(folder / "summary.csv")
    of_epci = summary[summary["echelon"] == "epci"]
    assert of_epci["siren_epci"].notna().all()


def test_line_ends_stay_inside_their_cell(tmp_path):
    for form, mark in (("plain", ","), ("fr", ";")):
        write_csv(pd.DataFrame({"name": ["a\r=b\r\nc"], "n": [1]}), tmp_path / "a.csv", form)
        assert pd.read_csv(tmp_path / "a.csv", sep=mark)["name"].tolist() == ["a\n'=b\nc"]


@pytest.mark.parametrize("form", ["plain", "fr"])
@pytest.mark.parametrize("text", FORMULAS)
def test_no_csv_cell_begins_like_a_formula(text, form, tmp_path):
    path = tmp_path / "a.csv"
    table = pd.DataFrame({"name": [text, "a=b"], "kind": pd.Categorical([text, None])})
    write_csv(table.assign(minutes=[-2.5, 1.0]), path, form)
    read = pd.read_csv(path, sep=";" if form == "fr" else ",", decimal="," if form == "fr" else ".")
    assert read["name"].tolist() == [f"'{text}", "a=b"]
    assert read["kind"].iloc[0] == f"'{text}"
    assert read["minutes"].tolist() == [-2.5, 1.0]


def test_the_workbook_holds_texts_and_numbers_and_no_formula(folder):
    book = openpyxl.load_workbook(folder / "results.xlsx")
    assert book.sheetnames == [
        "Lisez-moi",
        "Territoire",
        "Intercommunalités",
        "Communes",
        "Gagnants et perdants",
        "Dictionnaire",
    ]
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n"}
    rows = list(book["Communes"].iter_rows(values_only=True))
    assert rows[0][:3] == ("Scénario", "Nom du scénario", "Mode")
    assert rows[0][6:10] == (
        "Code INSEE de la commune",
        "SIREN de l’intercommunalité",
        "Nom",
        "Population",
    )
    assert ("62498", "=Lens", 120) in [(row[6], *row[8:10]) for row in rows]
    assert all(book[name].auto_filter.ref for name in book.sheetnames[1:])
    assert book["Communes"].freeze_panes == "A2"
    first = [row[0] for row in book["Lisez-moi"].iter_rows(values_only=True)]
    assert first[1] == "SCHÉMATIQUE – NE PAS CITER"
    assert "contributeurs OpenStreetMap (ODbL), extrait du 01/10/2026" in first[2]


def test_the_workbook_keeps_todays_communes_and_those_where_anything_changes(folder):
    rows = pd.read_excel(folder / "results.xlsx", sheet_name="Communes")
    summary = read_french(folder / "summary.csv").query("echelon == 'commune'")
    changes = [
        "habitants_qui_gagnent",
        "habitants_qui_perdent",
        "habitants_qui_atteignent_desormais_un_site",
        "habitants_qui_n_atteignent_plus_de_site",
    ]
    kept = summary[(summary["scenario"] == "today") | (summary[changes] != 0).any(axis=1)]
    assert 0 < len(rows) == len(kept) < len(summary)
    assert rows["Minutes gagnées"].tolist() == pytest.approx(kept["minutes_gagnees"].tolist())


def test_a_sheet_that_is_full_goes_on_in_another(monkeypatch, tmp_path):
    monkeypatch.setattr(workbook, "MOST_ROWS", 10)
    write_report(make_comparison(), tmp_path, also=["xlsx"], language="en")
    book = openpyxl.load_workbook(tmp_path / "results.xlsx")
    parts = [name for name in book.sheetnames if name.startswith("Communes")]
    assert parts[:3] == ["Communes", "Communes (2)", "Communes (3)"]
    assert max(book[name].max_row for name in parts) == 11


def test_the_dictionary_tells_every_column_of_every_file(folder):
    told = read_french(folder / "data_dictionary.csv").fillna("")
    assert (told["signification"] != "").all()
    assert (told["libelle"] != told["colonne"]).all()
    by_file = told.groupby(["fichier", "table"])["colonne"].apply(list)
    for name in ("access_times.parquet", "differences.parquet"):
        assert by_file[name, ""] == pq.read_schema(folder / name).names
    for name in ("summary.csv", "gains.csv"):
        assert by_file[name, ""] == read_french(folder / name).columns.tolist()
    for layer, kind in pyogrio.list_layers(folder / "results.gpkg"):
        if kind is not None:
            fields = pyogrio.read_info(folder / "results.gpkg", layer=layer)["fields"]
            assert by_file["results.gpkg", layer] == list(fields)


def test_the_dictionary_tells_units_and_what_stands_for_none(folder):
    told = read_french(folder / "data_dictionary.csv").set_index(["fichier", "table", "colonne"])
    minutes = told.loc[("summary.csv", float("nan"), "minutes_gagnees")]
    assert minutes["unite"] == "min"
    assert minutes["valeur_absente"] == "vide : aucun site atteint"
    layer = ("results.gpkg", "communes_pont_ferme_car")
    assert told.loc[(*layer, "care_perdants"), "unite"] == "habitants"
    assert told.loc[(*layer, "care_gain"), "unite"] == "min"
    assert told.loc[(*layer, "insee_com"), "type"] == "texte"


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_that_only_some_studies_have_are_told_too(language):
    entries = describe_columns(dict.fromkeys(RARE_COLUMNS, "float64"), read_words(language))
    assert [name for name, entry in entries.items() if not entry.meaning] == []
    assert entries["draught_m"].unit == "m"
    assert entries["p_within_10_min"].unit == "share"
    assert entries["people_after"].unit == "people"


def test_workbook_and_layers_are_the_same_every_time_and_go_with_the_next_report(tmp_path):
    for name in ("a", "b"):
        write_report(make_comparison(), tmp_path / name, also=["xlsx", "geoparquet"], csv="fr")
    manifests = [(tmp_path / name / "manifest.json").read_bytes() for name in ("a", "b")]
    assert manifests[0] == manifests[1]
    assert json.loads(manifests[0])["formats"]["also"] == ["xlsx", "geoparquet"]
    assert (tmp_path / "a" / "layers" / "sites.parquet").is_file()
    write_report(make_comparison(scenarios=False), tmp_path / "a")
    assert not (tmp_path / "a" / "results.xlsx").exists()
    assert not list((tmp_path / "a" / "layers").iterdir())


def test_formats_stand_in_the_manifest_and_come_back(tmp_path):
    Image.new("RGB", (40, 20), "red").save(tmp_path / "logo.png")
    formats = check_formats("fr", ["a3"], logo=tmp_path / "logo.png", day=dt.date(2026, 11, 30))
    assert read_formats(formats.describe(), tmp_path / "logo.png") == formats
    assert check_formats() == Formats()
    assert check_formats(also=["a4"]).day is not None


def test_a_broken_logo_or_one_without_a_plate_is_refused(tmp_path):
    (tmp_path / "logo.png").write_text("no picture")
    with pytest.raises(InputError, match=r"logo.png cannot be read: it is no PNG or JPEG"):
        check_formats(also=["a4"], logo=tmp_path / "logo.png")
    with pytest.raises(InputError, match="No such file"):
        check_formats(also=["a4"], logo=tmp_path / "none.png")
    with pytest.raises(InputError, match="stands on plates; ask for a4 or a3"):
        check_formats(logo=tmp_path / "logo.png")
    with pytest.raises(InputError, match="'pdf' is no format"):
        write_report(make_comparison(), tmp_path / "out", also=["pdf"])
    assert not (tmp_path / "out").exists()
