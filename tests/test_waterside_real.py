"""Water's edges of three real extracts and of the embedded territory, by known facts."""

from functools import cache

import numpy as np
import pytest
import shapely

import artois_mobility as am
from artois_mobility.osm.reader import read_osm

NANTES, HAMBURG, NEWPORT = "nantes-centre.osm.pbf", "hamburg-hafen.osm.pbf", "newport.osm.pbf"
ARTOIS = "artois-schematic.osm.pbf"
CARS = "is_for_cars"


@pytest.fixture(scope="module")
def real(request):
    """Read an extract once; the territory needs no folder beside the repository."""

    @cache
    def read(name):
        if name == ARTOIS:
            return read_osm(request.getfixturevalue("repository") / "data" / "osm" / name)
        return read_osm(request.getfixturevalue("realdata") / "osm" / name)

    return read


EVERY = [
    *(pytest.param(name, marks=pytest.mark.realdata) for name in (NANTES, HAMBURG, NEWPORT)),
    ARTOIS,
]


@pytest.mark.realdata
def test_the_bridges_of_nantes(real):
    """From west to east over the Madeleine branch of the Loire, as any map of 2014 shows them."""
    found = am.water_crossings(real(NANTES))
    loire = found[found["waterway"] == "La Loire - Bras de la Madeleine"]
    bridges = loire[loire["kind"] == "bridge"]
    from_west = bridges["name"].to_numpy()[np.argsort(bridges.geometry.x.to_numpy())]
    assert from_west.tolist() == [
        "Pont Anne de Bretagne",
        "Passerelle Victor Schoelcher",
        "Pont Haudaudine",
        "Pont Général Audibert",
        "Pont Aristide Briand",
    ]
    on_foot_only = bridges.loc[~bridges[CARS], "name"]
    assert on_foot_only.tolist() == ["Passerelle Victor Schoelcher"]
    ferries = loire.loc[loire["kind"] == "ferry", ["name", CARS]]
    assert ferries.to_numpy().tolist() == [["navibus Loire", False]]


@pytest.mark.realdata
def test_the_canal_of_nantes_runs_below_the_town_to_its_lock(real):
    found = am.water_crossings(real(NANTES))
    canal = found[found["waterway"].str.startswith("Canal Saint-F")]
    assert {"Pont de Tbilissi", "Pont de la Rotonde"} <= set(canal["name"])
    covered = canal[canal["kind"] == "covered"]
    assert covered.geometry.y.min() > canal.loc[canal["kind"] == "bridge"].geometry.y.max()
    assert "Cours Saint-Pierre" in set(covered["name"])
    assert (canal["kind"] == "lock").any()


@pytest.mark.realdata
def test_the_quays_of_nantes_are_along_the_water(real):
    found = am.towpaths(real(NANTES))
    assert {"Quai des Antilles", "Quai François Mitterrand"} <= set(found["name"])
    assert {"EuroVelo 6 - part France", "Val de Chézine"} <= set(found["name"])


@pytest.mark.realdata
def test_the_harbour_of_hamburg_is_crossed_by_its_ferries(real):
    found = am.water_crossings(real(HAMBURG))
    usable = found[found["reason"] == ""]
    ferries = usable[usable["kind"] == "ferry"]
    assert {"61", "62", "66", "72", "73", "75"} <= set(ferries["name"])
    assert not ferries[CARS].any()
    assert "Überseebrücke" in set(usable["name"])


@pytest.mark.realdata
def test_the_bridges_of_newport(real):
    found = am.water_crossings(real(NEWPORT))
    usk = found[found["waterway"] == "River Usk"]
    open_bridges = usk[usk["reason"] == ""]
    from_south = open_bridges["name"].to_numpy()[np.argsort(open_bridges.geometry.y.to_numpy())]
    assert from_south.tolist() == [
        "City Bridge",
        "George Street Bridge",
        "Newport City footbridge",
        "Newport Bridge",
    ]
    closed = usk[usk["reason"] != ""]  # for refurbishment, in 2023
    assert set(closed["name"]) == {"Newport Transporter Bridge"}


@pytest.mark.realdata
def test_the_towpath_of_newport_is_told_by_its_name(real):
    found = am.towpaths(real(NEWPORT))
    assert set(found.loc[found["by"] == "name", "name"]) == {"Monmouthshire Canal towpath"}
    lines = am.greenway_lines(real(NEWPORT))
    assert lines.loc[lines["name"] == "Monmouthshire Canal towpath", "is_towpath"].all()


@pytest.mark.parametrize("name", EVERY)
def test_every_stretch_lies_on_water_and_all_of_them_are_the_open_water(real, name):
    extract = real(name)
    stretches = am.distance_between_crossings(extract, am.water_crossings(extract))
    assert stretches["length_m"].is_monotonic_decreasing
    whole = am.distance_between_crossings(extract, am.water_crossings(extract)[:0])
    assert stretches["length_m"].sum() == pytest.approx(whole["length_m"].sum(), rel=1e-6)
    assert whole["is_cut"].all()


@pytest.mark.parametrize("name", EVERY)
def test_points_at_the_water_are_near_it_or_on_a_towpath(real, name):
    """Held against the barriers of the network, which are drawn from all water."""
    extract = real(name)
    network = am.build_network(extract, "walk")
    sites = am.water_access_points(extract, network).to_crs(network.crs)
    assert len(sites)
    assert not sites["site"].duplicated().any()
    barriers = shapely.union_all(network.barriers)
    towpaths = am.towpaths(extract).to_crs(network.crs).geometry.union_all()
    near = shapely.distance(sites.geometry.to_numpy(), barriers) < 20.01
    assert (near | (shapely.distance(sites.geometry.to_numpy(), towpaths) < 0.01)).all()


@pytest.mark.parametrize("name", EVERY)
def test_greenways_are_conserved_and_closed_to_motors(real, name):
    extract = real(name)
    lines = am.greenway_lines(extract)
    sums = am.greenways(extract, am.read_communes(extract))
    assert sums["greenway_km"].sum() == pytest.approx(lines["length_m"].sum() / 1000, rel=1e-9)
    towpath_m = lines.loc[lines["is_towpath"], "length_m"].sum()
    assert sums["towpath_km"].sum() == pytest.approx(towpath_m / 1000, rel=1e-9)
    car = am.build_network(extract, "car")
    assert not np.isin(lines["way"], car.way_of_arc).any()
    for profile in ("walk", "bicycle"):
        network = am.build_network(extract, profile)
        assert np.isin(lines["way"], network.way_of_arc).all()


def test_the_territory_has_its_towpaths_and_bridges(real):
    extract = real(ARTOIS)
    towpaths = am.towpaths(extract)
    assert set(towpaths["by"]) == {"tag"}
    assert {"Canal d'Aire", "Canal de la Deûle", "Lys"} <= set(towpaths["waterway"])
    assert towpaths["is_for_bicycles"].all()
    crossings = am.assign_communes(am.water_crossings(extract), am.read_communes(extract))
    assert "Pont d'Essars (Canal d'Aire)" in set(crossings["name"])
    assert (crossings["commune"] != "").any()


def test_everybody_in_the_territory_has_minutes_to_the_water(real, repository):
    extract = real(ARTOIS)
    network = am.build_network(extract, "walk")
    sites = am.water_access_points(extract, network)
    residents = am.read_residents(repository / "data" / "osm" / "artois-residents.csv")
    found = am.access_times(network, residents, sites)
    assert len(found) == len(residents)
    assert found["minutes"].notna().all()
    fewer = am.water_access_points(extract, network, every_m=400)
    farther = am.access_times(network, residents, fewer)
    assert farther["minutes"].mean() >= found["minutes"].mean()
