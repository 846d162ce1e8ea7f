"""Timed trips beside the model's: exact ones agree, and every figure is one of numpy's."""

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.cli.commands import app
from artois_mobility.errors import PlacesError, ProfileError
from artois_mobility.network.profiles import read_profile
from artois_mobility.quality.deviations import compute_figures
from artois_mobility.quality.observed_trips import read_trips
from network_worlds import LAT_DEG, LON_DEG, M_PER_DEG_LAT, M_PER_DEG_LON, make_extract
from study_worlds import place, write_town

ENDS = ["origin_lon", "origin_lat", "destination_lon", "destination_lat"]

# A main street with signals at 200 m, a side street to the north at 400 m, then far to the east.
POSITIONS = {1: (0, 0), 2: (200, 0), 3: (400, 0), 4: (400, 200), 5: (4000, 0), 6: (20_000, 0)}
WAYS = {
    10: ([1, 2, 3, 5, 6], {"highway": "secondary", "maxspeed": "50"}),
    11: ([3, 4], {"highway": "residential"}),
}
SIGNALS = {2: {"highway": "traffic_signals"}}
# Ways of 0.1 to 16 km, in metres: from x, y to x, y.
PAIRS = [(0, -20, 400, 150), (10, 0, 110, 0), (100, 0, 3000, 5), (100, 0, 9000, 0),
         (3000, 0, 19_500, 0), (19_000, 0, 50, 0)]  # fmt: skip


def degrees(x_m, y_m):
    return LON_DEG + x_m / M_PER_DEG_LON, LAT_DEG + y_m / M_PER_DEG_LAT


def make_trips(pairs, minutes):
    rows = [(*degrees(*pair[:2]), *degrees(*pair[2:])) for pair in pairs]
    return pd.DataFrame(rows, columns=ENDS).assign(minutes=minutes)


@pytest.fixture(scope="module")
def extract():
    return make_extract(POSITIONS, WAYS, SIGNALS)


@pytest.fixture(scope="module")
def car(extract):
    return am.build_network(extract, "car", turns=True)


@pytest.fixture(scope="module")
def walk(extract):
    return am.build_network(extract, "walk")


@pytest.fixture(scope="module")
def exact(car):
    """The model's own minutes."""
    trips = make_trips(PAIRS, 1.0)
    routes = am.routes(car, trips[ENDS[:2]].to_numpy(), trips[ENDS[2:]].to_numpy())
    return trips.assign(minutes=routes["minutes"])


def whole(found, profile="car"):
    figures = found.figures
    return figures[(figures["profile"] == profile) & (figures["km_class"] == "")].iloc[0]


# --- what is found -----------------------------------------------------------------------------


def test_the_models_own_trips_are_exact(car, exact):
    found = am.validate(car, exact)
    row = whole(found)
    assert row[["bias", "mean_bias", "median_difference", "p90_difference"]].tolist() == [0] * 4
    assert row[["share_within_10", "share_within_20", "factor", "speed_factor"]].tolist() == [1] * 4
    assert (found.trips["difference_min"] == 0).all()
    assert "car, trips: 6; the model takes as long as observed" in found.text()


def test_trips_a_fifth_longer_give_their_bias_and_factor(car, exact):
    row = whole(am.validate(car, exact.assign(minutes=exact["minutes"] * 1.2)))
    assert row["bias"] == pytest.approx(-1 / 6)
    assert row["mean_bias"] == pytest.approx(-1 / 6)
    assert row["factor"] == pytest.approx(1.2)
    assert row[["share_within_10", "share_within_20"]].tolist() == [0, 1]


def test_a_profile_with_the_factor_drives_as_observed(car, extract, exact, tmp_path):
    """Who drives slower and waits as long is met by the factor of speed, signals and all."""
    slower = tmp_path / "slower.toml"
    slower.write_text('like = "car"\ntime_factor = [1.3, 1.3]\n', encoding="utf-8")
    slow = am.build_network(extract, slower, turns=True)
    observed = am.validate(slow, exact).trips["modelled_min"]
    row = whole(am.validate(car, exact.assign(minutes=observed)))
    assert row["factor"] < 1.295
    assert row["speed_factor"] == pytest.approx(1.3, abs=0.002)


def test_a_factor_is_a_hint_and_rests_on_ten_trips(car, exact):
    trips = pd.concat([exact] * 2).assign(minutes=lambda table: table["minutes"] * 1.5)
    said = am.validate(car, trips).text()
    assert "car: observed minutes are 1.50 times the model's (median, trips: 12). To follow" in said
    assert said.count("Nothing was changed") == 1
    few = am.validate(car, trips.iloc[:9]).text()
    assert "(median, trips: 9). These are too few trips to change a profile by" in few
    assert "To follow" not in few


def test_the_figures_are_those_of_numpy(car, exact):
    draw = np.random.default_rng(3)
    trips = pd.concat([exact] * 5, ignore_index=True)
    trips["minutes"] *= draw.uniform(0.7, 1.4, len(trips))
    found = am.validate(car, trips)
    observed, modelled = trips["minutes"].to_numpy(), found.trips["modelled_min"].to_numpy()
    relative = (modelled - observed) / observed
    km = found.trips["km"].to_numpy()
    for name, is_in in {
        "": km >= 0,
        "0-5": km < 5,
        "5-15": (km >= 5) & (km < 15),
        "15+": km >= 15,
    }.items():
        figures = found.figures
        row = figures[(figures["profile"] == "") & (figures["km_class"] == name)].iloc[0]
        size = np.sort(np.abs(relative[is_in]))
        assert row["compared"] == is_in.sum() >= 5
        assert row["bias"] == np.median(relative[is_in])
        assert row["mean_bias"] == pytest.approx(relative[is_in].sum() / is_in.sum())
        assert row["median_difference"] == np.median(size)
        place_of_p90 = 0.9 * (size.size - 1)
        below = int(place_of_p90)
        above = min(below + 1, size.size - 1)
        expected = size[below] + (place_of_p90 - below) * (size[above] - size[below])
        assert row["p90_difference"] == pytest.approx(expected)
        assert row["share_within_10"] == pytest.approx((size <= 0.1).sum() / size.size)
        assert row["share_within_20"] == pytest.approx((size <= 0.2).sum() / size.size)
        assert row["factor"] == np.median((observed / modelled)[is_in])


def test_a_class_of_length_begins_at_its_kilometre_and_ends_before_the_next():
    km = [0.0, 4.999, 5.0, 14.999, 15.0, 200.0, np.nan]
    table = pd.DataFrame({"profile": "car", "km": km, "modelled_min": km, "observed_min": 1.0})
    table["relative_difference"] = table["modelled_min"] - 1
    figures = compute_figures(table.assign(waiting_s=0.0, turn_s=0.0, walk_s=0.0))
    assert figures["km_class"].tolist() == ["", "0-5", "5-15", "15+"] * 2
    assert figures["trips"].tolist() == [7, 2, 2, 2] * 2
    assert figures["compared"].tolist() == [6, 2, 2, 2] * 2


def test_the_parts_of_a_trip_are_plain_arithmetic(car, extract, exact):
    found = am.validate(car, exact.iloc[[0]].assign(minutes=3.0), extract=extract)
    # 400 m at 45 km/h, 10 s at the signals, 150 m at 30 km/h, 6 s to turn, 20 m at 3 km/h
    parts = found.parts.set_index(["kind", "speed_from"])["seconds"]
    assert parts.to_dict() == pytest.approx(
        {
            ("speed", "maxspeed 50, rural"): 32,
            ("walk", ""): 24,
            ("speed", "class residential, rural"): 18,
            ("waiting", ""): 10,
            ("turning", ""): 6,
        },
        abs=0.2,
    )
    assert found.parts["seconds"].is_monotonic_decreasing
    trip = found.trips.iloc[0]
    assert parts.sum() / 60 == pytest.approx(trip["modelled_min"])
    assert trip[["waiting_s", "turn_s"]].tolist() == pytest.approx([10, 6])
    assert trip["km"] == pytest.approx(0.55, abs=0.001)
    without = am.validate(car, exact.iloc[[0]]).parts
    assert set(without["speed_from"]) == {"", "secondary", "residential"}


def test_the_worst_trips_stand_first_and_their_parts_sum_to_their_time(car, exact):
    factors = np.array([1.1, 0.5, 1.0, 1.3, 0.8, 2.0])
    found = am.validate(car, exact.assign(minutes=exact["minutes"] / factors), worst=3)
    assert list(dict.fromkeys(found.parts["trip"])) == [6, 2, 4]
    seconds = found.parts.groupby("trip")["seconds"].sum() / 60
    expected = found.trips.set_index("trip")["modelled_min"].loc[seconds.index]
    np.testing.assert_allclose(seconds, expected)
    assert found.text().count("min observed") == 3
    assert am.validate(car, exact, worst=0).parts.empty


def test_what_the_model_has_no_time_for_is_kept_and_counted(extract):
    island = {**POSITIONS, 8: (0, 3000), 9: (400, 3000)}
    ways = {**WAYS, 12: ([8, 9], {"highway": "residential"})}
    car = am.build_network(make_extract(island, ways), "car")
    car = replace(car, may_attach=np.ones(car.graph.arc_count, np.bool_))  # to the island too
    pairs = [(0, 0, 300, 0), (0, 0, 100, 9000), (5000, 9000, 0, 0), (0, 0, 200, 3000)]
    found = am.validate(car, make_trips(pairs, [1.0, 2.0, 3.0, 4.0]))
    assert found.trips["reason"].tolist() == [
        "",
        "destination: no street within 300 m",
        "origin: no street within 300 m",
        "no route",
    ]
    assert found.trips["modelled_min"].isna().tolist() == [False, True, True, True]
    assert found.trips["observed_min"].tolist() == [1, 2, 3, 4]
    assert found.trips[["km", "waiting_s", "walk_s"]].isna().sum().tolist() == [3, 3, 3]
    assert found.trips.geometry.iloc[1].coords[0] == pytest.approx(degrees(0, 0))
    assert not found.trips.geometry.is_empty.any()
    row = whole(found)
    assert row[["trips", "compared"]].tolist() == [4, 1]
    said = found.text("fr")
    assert said.startswith("Trajets comparés : 1 sur 4. Quelle")
    for line in ("arrivée : aucune voie à moins de 300 m", "départ : aucune", "aucun itinéraire"):
        assert f"non comparés, voiture : 1 ({line}" in said


def test_nothing_that_can_be_compared(car):
    found = am.validate(car, make_trips([(0, 9000, 0, 0)], [4.0]))
    assert found.text().splitlines() == [
        "Trips compared: 0 of 1. Whatever the hour of departure, the model travels on a free road, "
        "or in the traffic of the study's table.",
        "  not compared, car: 1 (origin: no street within 300 m)",
    ]
    assert found.figures["bias"].isna().all()


def test_a_trip_to_where_it_begins_spoils_no_factor(car):
    found = am.validate(car, make_trips([(50, 0, 50, 0), (0, 0, 190, 0)], [2.0, 2.0]))
    assert found.trips["relative_difference"].iloc[0] == pytest.approx(-1, abs=1e-3)
    row = whole(found)
    assert row["compared"] == 2
    assert row["factor"] == 2.0 / found.trips["modelled_min"].iloc[1]
    assert "  trip 1 (car): 2.0 min observed, 0.0 min modelled (-100%), 0.0 km" in found.text()


def test_each_trip_is_made_by_its_own_profile(car, walk):
    trips = make_trips([(0, 0, 300, 0)] * 3, 4.0).assign(profile=["walk", "", "car"])
    found = am.validate([car, walk], trips)
    assert found.trips["profile"].tolist() == ["walk", "car", "car"]
    assert found.trips["modelled_min"].iloc[0] == pytest.approx(300 / 80, abs=0.01)
    assert found.trips["modelled_min"].iloc[1] == found.trips["modelled_min"].iloc[2] < 1
    assert found.figures["profile"].unique().tolist() == ["", "walk", "car"]
    assert whole(found, "walk")["compared"] == 1
    alone = am.validate(walk, trips.assign(profile=""))
    assert alone.trips["profile"].tolist() == ["walk"] * 3


def test_one_network_of_each_profile(car, exact):
    with pytest.raises(ProfileError, match="one network of each profile; found car, car"):
        am.validate([car, car], exact)
    with pytest.raises(ProfileError, match="found none"):
        am.validate([], exact)


def test_trips_are_told_in_two_languages(car, extract, exact):
    trips = exact.iloc[[0, 3]].assign(
        minutes=[3.0, 16.0], name=["Lens", ""], departure=["2026-03-12T08:05", ""]
    )
    found = am.validate(car, trips, extract=extract)
    french, english = found.text("fr").splitlines(), found.text().splitlines()
    assert english[0].startswith("Trips compared: 2 of 2.")
    assert english[2].startswith("  0–5 km, trips: 1; the model takes 50% less than observed")
    assert french[1].startswith("car, trajets : 2 ; le modèle met 37\u202f% de moins")
    assert "50\u202f%" in french[2]
    (factor,) = (line for line in french if line.startswith("Voiture : les minutes observées"))
    assert factor.endswith("trajets : 2). C'est trop peu de trajets pour changer un profil ; "
                           "il en faut au moins 10.")  # fmt: skip
    assert (
        "  trajet 1 (Lens, car, 2026-03-12T08:05) : 3,0 min observées, 1,5 min modélisées "
        "(-50\u202f%), 0,6 km"
    ) in french
    assert "    0:32: 0.40 km at 45 km/h; speed from maxspeed 50, rural" in english
    assert "    0:24 : 20 m à pied, de la porte à la voie" in french


# --- what is read ------------------------------------------------------------------------------

HEADER = "origin_lon,origin_lat,destination_lon,destination_lat,minutes,departure,profile"
ROW = "2.83,50.43,2.84,50.44,12.5,2026-03-12T08:05,walk"
DIALECTS = {
    "comma": f"{HEADER}\n{ROW}\n",
    "bom": f"\ufeff{HEADER}\n{ROW}\n",
    "semicolon": f"{HEADER}\n{ROW}\n".replace(",", ";"),
    "decimal comma": f"{HEADER}\n{ROW}\n".replace(",", ";").replace(".", ","),
    "capitals and order": "Minutes,Profile,departure,Origin_Lat,Origin_Lon,Destination_Lon,"
    "destination_lat\n12.5,walk,2026-03-12T08:05,50.43,2.83,2.84,50.44\n",
    "pairs": "origin,destination,minutes,departure,profile\n"
    '"2.83,50.43","2.84, 50.44",12.5,2026-03-12T08:05,walk\n',
    "pairs with decimal commas": "origin;destination;minutes;departure;profile\n"
    "2,83,50,43;2,84 50,44;12,5;2026-03-12T08:05;walk\n",
}


@pytest.mark.parametrize("text", DIALECTS.values(), ids=DIALECTS)
def test_one_trip_in_many_dialects(tmp_path, text):
    path = tmp_path / "trips.csv"
    path.write_text(text, encoding="utf-8")
    read = read_trips(path, ["car", "walk"])
    assert read[[*ENDS, "minutes"]].values.tolist() == [[2.83, 50.43, 2.84, 50.44, 12.5]]
    assert read[["trip", "profile", "departure"]].values.tolist() == [
        [1, "walk", "2026-03-12T08:05"]
    ]


def test_the_table_in_the_documentation_can_be_read(repository, tmp_path):
    text = (repository / "docs" / "validation.md").read_text(encoding="utf-8")
    (tmp_path / "trips.csv").write_text(text.split("```csv\n")[1].split("```")[0], encoding="utf-8")
    read = read_trips(tmp_path / "trips.csv", ["car", "walk"])
    assert read["minutes"].tolist() == [14.5, 12]
    (tmp_path / "our_car.toml").write_text(text.split("```toml\n")[1].split("```")[0])
    assert read_profile(tmp_path / "our_car.toml").time_factor == (1.12, 1.12)


@pytest.mark.parametrize(
    ("rows", "number"),
    [
        ("2.83 50.43,2.84 50.44,12,5\n", 1),
        ("2.83,50.43,2.84,50.44,12\n2.83,50.43,2.84,50.44,12\n", 1),
        ("2.83 50.43,2.84 50.44,12,\n2.83 50.43,2.84 50.44,12,5\n", 2),
    ],
)
def test_no_column_without_a_name_is_dropped(tmp_path, rows, number):
    path = tmp_path / "trips.csv"
    path.write_text("origin,destination,minutes\n" + rows, encoding="utf-8")
    with pytest.raises(PlacesError, match=f"row {number} has more columns than the first line"):
        read_trips(path, ["car"])
    path.write_text("origin,destination,minutes\n\n2.83 50.43,2.84 50.44,12,\n", encoding="utf-8")
    assert read_trips(path, ["car"])["minutes"].tolist() == [12]


def test_parquet_and_tables_of_any_index(tmp_path, exact):
    hours = pd.to_datetime(["2026-03-12 08:05"] * len(exact))
    exact.assign(departure=hours).to_parquet(tmp_path / "trips.parquet")
    read = read_trips(tmp_path / "trips.parquet", ["car"])
    assert read["departure"].tolist() == ["2026-03-12 08:05:00"] * len(exact)
    pd.testing.assert_frame_equal(read[[*ENDS, "minutes"]], exact)
    shuffled = read_trips(exact.set_axis(range(50, 56)), ["car"])
    assert shuffled["trip"].tolist() == [1, 2, 3, 4, 5, 6]


FAULTS = {
    ("minutes", "0"): r"minutes are not above 0 in 1 of 2 rows: row 2 \('0'\); give the minutes",
    ("minutes", "-3"): r"minutes are not above 0 .*'-3'",
    ("minutes", ""): r"minutes are missing in 1 of 2 rows: row 2 \(''\)",
    ("minutes", "long"): r"minutes are no number in 1 of 2 rows: row 2 \('long'\)",
    ("minutes", "inf"): "minutes are no number",
    ("minutes", "nan"): "minutes are no number|minutes are missing",
    ("origin_lon", ""): r"origin is no longitude and latitude .*row 2 \(',50.43'\); give longitude",
    ("origin_lon", "west"): r"origin is no longitude and latitude .*'west,50.43'",
    ("origin_lat", "95"): r"origin is not on Earth in 1 of 2 rows: row 2 \('2.83,95'\); .* -90 to",
    ("destination_lon", "282.8"): "destination is not on Earth",
    ("departure", "half past 8"): r"departure is no time .*row 2 \('half past 8'\); give 2026-03",
    ("departure", "25:00"): "departure is no time",
    ("profile", "wlak"): r"profile is unknown in 1 of 2 rows: row 2 \('wlak'\); give one of car, w",
}


def write_faulty(path, faults):
    table = pd.DataFrame([ROW.split(",")] * 2, columns=HEADER.split(","))
    for column, value in faults:
        table.loc[1, column] = value
    table.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("fault", FAULTS, ids=" ".join)
def test_a_faulty_row_is_told(tmp_path, fault):
    path = write_faulty(tmp_path / "trips.csv", [fault])
    with pytest.raises(PlacesError, match=FAULTS[fault]) as caught:
        read_trips(path, ["car", "walk"])
    assert str(caught.value).startswith(f"{path} has 1 problem:\n")


def test_all_faults_are_told_at_once(tmp_path):
    faults = [("minutes", "0"), ("origin_lat", "95"), ("destination_lat", "x"), ("profile", "bus"),
              ("departure", "noon")]  # fmt: skip
    with pytest.raises(PlacesError, match="has 5 problems") as caught:
        read_trips(write_faulty(tmp_path / "trips.csv", faults), ["car", "walk"])
    assert str(caught.value).count("row 2") == 5
    many = make_trips([(0, 0, 1, 1)] * 9, [0.0] * 8 + [1.0])
    with pytest.raises(PlacesError, match=r"8 of 9 rows: row 1 \('0'\), .* and 3 more; give"):
        read_trips(many, ["car"])


def test_missing_columns_empty_tables_and_swapped_ones(tmp_path, car, exact):
    with pytest.raises(PlacesError, match="column minutes missing; the columns are origin_lon"):
        read_trips(exact[ENDS], ["car"])
    with pytest.raises(PlacesError, match="column destination_lat missing"):
        read_trips(exact.drop(columns="destination_lat"), ["car"])
    with pytest.raises(PlacesError, match="column origin_lon and origin_lat missing"):
        read_trips(exact[[*ENDS[2:], "minutes"]], ["car"])
    with pytest.raises(PlacesError, match="The table of trips has no rows"):
        am.validate(car, exact.iloc[:0])
    swapped = exact.rename(columns={"origin_lon": "origin_lat", "origin_lat": "origin_lon"})
    with pytest.raises(PlacesError, match="origin has longitude and latitude swapped in 6 of 6"):
        am.validate(car, swapped)
    with pytest.raises(PlacesError, match="does not exist"):
        am.validate(car, tmp_path / "none.csv")


# --- the command -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    study = write_town(folder)
    rows = [
        ("north", *place(1, 1), *place(6, 4), 9.0, "", "08:15"),
        ("near", *place(1, 1), *place(3, 1), 5.0, "walk", ""),
        ("far", *place(1, 1), 9.0, 45.0, 60.0, "", ""),
    ]
    columns = ["name", *ENDS, "minutes", "profile", "departure"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "trips.csv", index=False)
    return study


def run(study, *arguments, trips="trips.csv"):
    words = ["validate", study, study.parent / trips, *arguments]
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_command_speaks_french_or_english(town):
    done = run(town)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Trajets comparés : 2 sur 3.")
    assert "non comparés, voiture : 1 (arrivée : aucune voie à moins de 300 m)" in done.stdout
    assert "trajet 2 (near, walk) : 5,0 min observées" in done.stdout
    english = run(town, "--lang", "en", "--worst", "1").stdout
    assert english.startswith("Trips compared: 2 of 3.")
    assert english.count("min observed") == 1
    assert run(town, "--quiet").stdout == ""


def test_the_command_models_with_turns_as_the_study_wants(town):
    study = am.read_study(town)
    extract = am.read_osm(study.extract)
    told = json.loads(run(town, "--json").stdout)
    with_turns = am.build_network(extract, "car", turns=True)
    (minutes,) = am.routes(with_turns, [place(1, 1)], [place(6, 4)])["minutes"]
    (trip,) = (each for each in told["worst"] if each["name"] == "north")
    assert trip["modelled_min"] == pytest.approx(minutes)
    assert any(part["kind"] == "turning" for part in trip["parts"])


def test_the_command_gives_json(town):
    told = json.loads(run(town, "--json", "--quiet").stdout)
    assert (told["trips"], told["compared"], told["is_schematic"]) == (3, 2, False)
    assert told["reasons"] == {"destination: no street within 300 m": 1}
    assert [row["profile"] for row in told["figures"][::4]] == ["", "car", "walk"]
    assert told["figures"][3]["bias"] is None
    assert {each["trip"] for each in told["worst"]} == {1, 2}
    assert {each["departure"] for each in told["worst"]} == {"08:15", ""}


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "csv", "geojson"])
def test_the_command_writes_every_trip(town, tmp_path, ending):
    path = tmp_path / f"out.{ending}"
    done = run(town, "--output", path)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == str(path)
    read = {"parquet": gpd.read_parquet, "csv": pd.read_csv}.get(ending, gpd.read_file)
    table = read(path)
    assert table["name"].tolist() == ["north", "near", "far"]
    assert table["modelled_min"].isna().tolist() == [False, False, True]
    if ending == "csv":
        assert "geometry" not in table
    else:
        assert table.crs == ("EPSG:2154" if ending == "gpkg" else "EPSG:4326")
        line = table.to_crs("EPSG:4326").geometry.iloc[0]
        assert line.coords[0] == pytest.approx(place(1, 1), abs=1e-6)
        assert len(table.geometry.iloc[0].coords) > 2


def test_the_profile_of_trips_that_name_none(town):
    told = json.loads(run(town, "--json", "--profile", "bicycle").stdout)
    assert [row["profile"] for row in told["figures"][::4]] == ["", "bicycle", "walk"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--profile", "hovercraft"], "no profile 'hovercraft'"),
        (["--output", "trips.xlsx"], "Trips are written as .gpkg, .geojson, .parquet or .csv"),
        (["--output", "nowhere/trips.gpkg"], "there is no folder"),
        (["--worst", "-1"], "--worst"),
    ],
)
def test_the_command_refuses_what_is_wrong(town, arguments, message):
    done = run(town, *arguments, "--lang", "en")
    assert done.exit_code == 2
    assert message in done.stderr


def test_the_command_writes_nothing_for_a_faulty_table(town, tmp_path):
    faults = [("minutes", "0"), ("profile", "bus")]
    write_faulty(town.parent / "faulty.csv", faults)
    done = run(town, "--output", tmp_path / "out.gpkg", "--lang", "en", trips="faulty.csv")
    assert done.exit_code == 2
    assert "faulty.csv has 2 problems" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert run(town, trips="none.csv").exit_code == 2


def test_the_trips_themselves_are_not_overwritten(town):
    before = (town.parent / "trips.csv").read_bytes()
    done = run(town, "--output", town.parent / "trips.csv", "--lang", "en")
    assert done.exit_code == 2
    assert "holds the trips themselves" in done.stderr
    assert (town.parent / "trips.csv").read_bytes() == before


def test_a_made_up_territory_says_so(repository, tmp_path):
    trips = tmp_path / "trips.csv"
    trips.write_text("origin,destination,minutes\n2.8319 50.4289,2.77 50.42,14\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    words = ["validate", repository / "scenarios/artois.toml", trips, "--output", out]
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("SCHÉMATIQUE")
    assert pd.read_csv(out)["mention"].str.startswith("SCHÉMATIQUE").all()
