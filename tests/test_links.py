"""New links tried one at a time, against building each scenario and computing all anew."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility.errors import PlacesError
from artois_mobility.links.joining import as_change
from artois_mobility.network.profiles import read_profile
from artois_mobility.places.categories import find_category
from artois_mobility.scenarios.applying import AttachedPlaces, apply_to_network
from artois_mobility.scenarios.resolved import Today
from artois_mobility.scenarios.resolving import resolve
from network_worlds import LAT_DEG, LON_DEG, make_extract
from scenario_worlds import crooked_world, make_scenario, make_today, scattered
from street_worlds import at, cells_at, line, sites_at, street_world, two_way

KINDS = ("care/hospital", "care/pharmacy", "culture/library")
FIGURES = ["saved_person_min", "newly_within", "newly_reached", "gaining"]


def candidates_at(pairs):
    lines = [shapely.LineString([at(*one), at(*other)]) for one, other in pairs]
    names = [f"c{row}" for row in range(len(pairs))]
    return gpd.GeoDataFrame({"candidate": names}, geometry=lines, crs="EPSG:4326")


def built(network, today, places, change):
    """Minutes once a scenario with this link alone is built."""
    (resolved,) = resolve([make_scenario(change)], today)
    attached = [AttachedPlaces(table, am.attach(network, table)) for table in places]
    return apply_to_network(network, resolved.edits[network.profile.name], *attached)


def figures_of(before_min, after_min, people, bound_min):
    """Sum over cells, shape (categories, 4)."""
    before, after = np.rint(before_min * 60_000), np.rint(after_min * 60_000)
    is_new = np.isnan(before) & ~np.isnan(after)
    assert not (np.isnan(after) & ~np.isnan(before)).any()
    assert not (after > before).any()
    within = (after_min <= bound_min) & ~(before_min <= bound_min)
    saved = np.nansum(people * (before - after), axis=1) / 60_000
    return np.stack([saved, within @ people, is_new @ people, ((after < before) | is_new) @ people])


def assert_as_built(network, today, places, candidates, categories, *, checked=None):
    """Rank all candidates in one go, and build each of those to be checked alone."""
    cells, sites = places
    ranked = am.rank_links(network, cells, sites, candidates, categories=categories)
    people = cells["population"].to_numpy()
    bound_min = np.array([[find_category(key).threshold_min] for key in categories])
    shape = len(categories), len(cells)
    asked = {"categories": categories}
    before = am.access_times(network, cells, sites, **asked)["minutes"].to_numpy().reshape(shape)
    tried = ranked.links[ranked.links["reason"] == ""].set_index("candidate")
    table = ranked.categories.set_index(["candidate", "category"])
    some = candidates if checked is None else candidates.loc[checked]
    for name, shape_of_link in zip(some["candidate"], some.geometry, strict=True):
        if name not in tried.index:
            continue
        change = as_change(shape_of_link, network.profile.name)
        applied = built(network, today, places, change)
        after = am.access_times(
            applied.network, cells, sites, attachments=applied.attachments, **asked
        )
        after_min = after["minutes"].to_numpy().reshape(shape)
        expected = figures_of(before, after_min, people, bound_min)
        mine = table.loc[[(name, key) for key in categories], FIGURES].to_numpy().T
        assert np.allclose(mine, expected, rtol=1e-9, atol=1e-9)
        assert tried["saved_person_min"][name] == pytest.approx(expected[0].sum())
    order = tried["saved_person_min"].to_numpy()
    assert (np.diff(order) <= 1e-9 * order.max(initial=1.0)).all()
    return ranked


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["walk", "bicycle", "car"]))
def test_each_link_brings_what_its_scenario_brings(seed, profile):
    draw = np.random.default_rng(seed)
    network = crooked_world(draw, profile=read_profile(profile))
    cells = cells_at(scattered(draw, 30)).assign(population=draw.integers(0, 50, 30).astype(float))
    sites = sites_at({f"s{row}": place for row, place in enumerate(scattered(draw, 5))})
    sites["category"] = draw.choice(KINDS, 5)
    ends = scattered(draw, 20)
    candidates = candidates_at(list(zip(ends[:10], ends[10:], strict=True)))
    today = make_today({profile: network}, sites, KINDS)
    some = (
        ["care", *KINDS] if set(KINDS) == set(sites["category"]) else sorted({*sites["category"]})
    )
    assert_as_built(network, today, (cells, sites), candidates, some)


def test_a_bridge_joins_two_shores_and_is_counted_by_hand():
    # 600 m of street on either side of a river, ten metres in ten seconds; a hospital beyond
    nodes = [(0, 0), (600, 0), (0, 100), (600, 100)]
    streets = [two_way(0, 1, 600_000), two_way(2, 3, 600_000)]
    network = street_world(nodes, streets, barriers=[line((-50, 50), (650, 50))])
    cells = cells_at([(100, 0), (500, 0)]).assign(population=[10.0, 3.0])
    sites = sites_at({"near": (0, 0), "far": (500, 100)}, "care/hospital")
    candidates = candidates_at([((500, 0), (500, 100)), ((3000, 0), (3000, 100))])
    ranked = am.rank_links(network, cells, sites, candidates, thresholds_min=5)
    best, other = (ranked.links.iloc[row] for row in range(2))
    kmh = network.profile.link_kmh
    saved_min = 500 / 60 - 100 / 1000 / kmh * 60
    assert best["saved_person_min"] == pytest.approx(3 * saved_min, abs=0.02)
    assert (best["rank"], best["newly_within"], best["newly_reached"]) == (1, 3, 0)
    assert other["reason"].startswith("an end lies more than 30 m")
    assert np.isnan(other["saved_person_min"])
    (change,) = ranked.changes(5)
    assert (change.name, change.bridge, change.profiles) == ("c0", True, ("walk",))


def test_who_reached_nothing_is_counted_and_saves_no_minutes():
    nodes = [(0, 0), (600, 0), (0, 100), (600, 100)]
    network = street_world(nodes, [two_way(0, 1, 600_000), two_way(2, 3, 600_000)])
    cells = cells_at([(100, 0), (9_000, 0)]).assign(population=[10.0, 3.0])
    sites = sites_at({"far": (500, 100)}, "care/hospital")
    ranked = am.rank_links(network, cells, sites, candidates_at([((300, 0), (300, 100))]))
    row = ranked.links.iloc[0]
    assert (row["saved_person_min"], row["newly_reached"]) == (0, 10)
    assert ranked.categories["gaining"].tolist() == [10]


def test_nobody_hangs_on_a_bridge():
    # the cell stands beside the middle of the link, far from any street
    nodes = [(0, 0), (600, 0), (0, 400), (600, 400)]
    network = street_world(nodes, [two_way(0, 1, 600_000), two_way(2, 3, 600_000)])
    cells = cells_at([(310, 200)])
    sites = sites_at({"s": (600, 400)}, "care/hospital")
    today = make_today({"walk": network}, sites, KINDS)
    shape = candidates_at([((300, 0), (300, 400))]).geometry[0]
    bridge = as_change(shape, "walk")
    for change, count in ((bridge, 1), (bridge.model_copy(update={"bridge": False}), 2)):
        applied = built(network, today, (cells, sites), change)
        assert applied.attachments[0].place.size == count


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.drop(columns="candidate"), "candidates lack the column candidate"),
        (lambda c: c.set_crs(None, allow_override=True), "candidates lack a coordinate system"),
        (lambda c: c.assign(candidate="x"), "'x' stands twice"),
        (lambda c: c.set_geometry(c.geometry.centroid), "2 of 2 candidates are no lines, first"),
    ],
)
@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
def test_candidates_that_are_none_are_refused(change, message):
    network = street_world([(0, 0), (600, 0)], [two_way(0, 1, 600_000)])
    sites = sites_at({"s": (0, 0)})
    candidates = candidates_at([((0, 0), (300, 0)), ((0, 0), (500, 0))])
    with pytest.raises(PlacesError, match=message):
        am.rank_links(network, cells_at([(0, 0)]), sites, change(candidates))


@pytest.mark.parametrize("thresholds", [0, [5, 5], -1, float("nan")])
def test_thresholds_that_do_not_fit_are_refused(thresholds):
    network = street_world([(0, 0), (600, 0)], [two_way(0, 1, 600_000)])
    sites = sites_at({"s": (0, 0)})
    candidates = candidates_at([((0, 0), (300, 0))])
    with pytest.raises(
        PlacesError, match="one number of minutes above 0, or one for each of the 1"
    ):
        am.rank_links(network, cells_at([(0, 0)]), sites, candidates, thresholds_min=thresholds)


def test_no_candidates_is_an_answer():
    network = street_world([(0, 0), (600, 0)], [two_way(0, 1, 600_000)])
    ranked = am.rank_links(network, cells_at([(0, 0)]), sites_at({"s": (0, 0)}), candidates_at([]))
    assert ranked.links.empty
    assert ranked.changes() == []


def spread_cells(network, count, seed):
    draw = np.random.default_rng(seed)
    rows = draw.choice(network.point_lon_deg.size, count)
    points = gpd.points_from_xy(network.point_lon_deg[rows], network.point_lat_deg[rows], crs=4326)
    people = draw.integers(1, 200, count).astype(float)
    names = [f"p{row}" for row in range(count)]
    return gpd.GeoDataFrame({"cell": names, "population": people}, geometry=points)


TRAVELLERS = [("walk", False), ("bicycle", True), ("car", True)]


def check_candidates(extract, cells, profile, turns, count):
    """Each of some candidates, ranked among all there are, equals its scenario built anew."""
    network = am.build_network(extract, profile, turns=turns)
    categories = ["care/hospital", "care/pharmacy", "culture", "training"]
    sites = am.read_sites(extract, categories)
    every = am.crossing_candidates(extract, network)
    chosen = np.sort(np.random.default_rng(1).choice(len(every), count, replace=False))
    today = Today(extract, {profile: network}, sites, tuple(categories))
    places = cells(network), sites
    ranked = assert_as_built(network, today, places, every, categories, checked=chosen)
    assert (ranked.links["saved_person_min"] > 0).sum() > 10
    return every


@pytest.mark.realdata
@pytest.mark.parametrize(("profile", "turns"), TRAVELLERS)
def test_candidates_in_newport_bring_what_their_scenarios_bring(realdata, profile, turns):
    extract = am.read_osm(realdata / "osm/newport.osm.pbf")
    every = check_candidates(
        extract, lambda network: spread_cells(network, 500, 7), profile, turns, 67
    )
    assert set(every["kind"]) == {"canal", "river", "railway", "motorway"}


@pytest.mark.parametrize(("profile", "turns"), TRAVELLERS)
def test_candidates_in_the_territory_bring_what_their_scenarios_bring(repository, profile, turns):
    extract = am.read_osm(repository / "data/osm/artois-schematic.osm.pbf")
    homes = am.read_residents(repository / "data/osm/artois-residents.csv")
    check_candidates(extract, lambda network: homes, profile, turns, 67)


def canal_town():
    corners = {
        1: (0, 0),
        2: (1000, 0),
        3: (-100, -50),
        4: (1000, -50),
        5: (-100, 50),
        6: (660, 50),
    }
    ways = {
        10: ([1, 2], {"waterway": "canal", "name": "Canal de Lens"}),
        11: ([3, 4], {"highway": "residential"}),
        12: ([5, 6], {"highway": "residential"}),
        13: ([3, 5], {"highway": "residential", "bridge": "yes"}),
    }
    extract = make_extract(corners, ways)
    return extract, am.build_network(extract, "walk")


def test_candidates_stand_where_both_banks_have_a_street():
    # a canal from west to east, streets on both sides but for the last 300 m of the north
    extract, network = canal_town()
    found = am.crossing_candidates(extract, network, apart_m=100, bank_m=80)
    assert set(found["kind"]) == {"canal"}
    assert found["barrier"].unique().tolist() == ["Canal de Lens"]
    assert found["at_m"].to_numpy() == pytest.approx(np.arange(50, 700, 100), abs=2)
    assert found["length_m"].to_numpy() == pytest.approx(100, abs=0.2)
    assert am.crossing_candidates(extract, network, kinds=["river"]).empty
    assert am.crossing_candidates(extract, network, bank_m=40).empty
    west = gpd.GeoSeries(
        [shapely.box(LON_DEG, LAT_DEG - 1, LON_DEG + 0.0042, LAT_DEG + 1)], crs=4326
    )
    assert len(am.crossing_candidates(extract, network, apart_m=100, within=west)) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kinds": ["sea"]}, "canal, river, railway, motorway; found sea"),
        ({"kinds": []}, "found none"),
        ({"apart_m": 0}, "apart_m must be from 1 to 5000 metres; found 0"),
        ({"bank_m": float("nan")}, "bank_m must be from 1 to 5000"),
    ],
)
def test_barriers_that_are_none_are_refused(options, message):
    extract, network = canal_town()
    with pytest.raises(PlacesError, match=message):
        am.crossing_candidates(extract, network, **options)


def test_the_way_round_a_canal_is_as_long_as_the_matrix_says():
    extract, network = canal_town()
    candidates = am.crossing_candidates(extract, network, apart_m=100, bank_m=80)
    found = am.severance(network, candidates)
    ends = [[line.coords[side] for line in candidates.geometry] for side in range(2)]
    matrix = am.travel_time_matrix(network, *ends)["minutes"].to_numpy().reshape(7, 7)
    assert found.places["round_min"].to_numpy() == pytest.approx(np.diag(matrix), abs=1e-3)
    # there and back along the canal, and over the bridge 100 m west of its beginning
    kmh = network.profile.link_kmh
    expected = (2 * (candidates["at_m"] + 100) + 100) * 60 / 1000 / kmh
    assert found.places["round_min"].to_numpy() == pytest.approx(expected.to_numpy(), rel=0.01)
    (barrier,) = found.barriers.to_dict("records")
    assert (barrier["kind"], barrier["barrier"], barrier["places"]) == ("canal", "Canal de Lens", 7)
    assert barrier["median_detour_min"] == found.places["detour_min"][3]
    assert barrier["longest_detour_min"] == found.places["detour_min"][6]
    assert barrier["share_over_10_min"] == (found.places["detour_min"] > 10).mean()


def test_places_that_no_way_leads_round_are_told():
    nodes = [(0, 0), (600, 0), (0, 100), (600, 100)]
    network = street_world(nodes, [two_way(0, 1, 600_000), two_way(2, 3, 600_000)])
    pairs = [((300, 0), (300, 100)), ((3000, 0), (3000, 100)), ((100, 0), (400, 0))]
    found = am.severance(network, candidates_at(pairs))
    assert found.places["reason"].tolist()[0] == "no way leads round"
    assert found.places["reason"][1].startswith("an end lies more than 30 m")
    assert found.places["round_min"].isna().tolist() == [True, True, False]
    assert found.places["round_min"][2] == pytest.approx(5, abs=0.01)
    assert found.barriers[["places", "cut_off", "share_over_10_min"]].to_numpy().tolist() == [
        [2, 1, 0.5]
    ]


@pytest.mark.realdata
@pytest.mark.parametrize("profile", ["walk", "car"])
def test_detours_in_newport_are_those_of_the_matrix(realdata, profile):
    extract = am.read_osm(realdata / "osm/newport.osm.pbf")
    network = am.build_network(extract, profile)
    candidates = am.crossing_candidates(extract, network, kinds=["river", "canal"]).head(60)
    found = am.severance(network, candidates).places
    there, back = (
        np.diag(
            am.travel_time_matrix(
                network,
                [line.coords[one] for line in candidates.geometry],
                [line.coords[1 - one] for line in candidates.geometry],
            )["minutes"]
            .to_numpy()
            .reshape(60, 60)
        )
        for one in range(2)
    )
    longer = np.fmax(there, back)
    assert np.nanmax(np.abs(found["round_min"].to_numpy() - longer)) < 0.02
    assert (np.isnan(longer) == found["round_min"].isna()).all()
