"""Opportunities: what every cell reaches, against the whole matrix of times."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility.errors import PlacesError
from artois_mobility.network.profiles import read_profile
from artois_mobility.scenarios.applying import apply_to_network
from artois_mobility.scenarios.resolving import resolve
from scenario_worlds import close, crooked_world, make_loaded, make_scenario, scattered
from street_worlds import cells_at, grid_world, sites_at

HALVES = 0.5 ** (np.arange(900) / 200)
KINDS = ("care/hospital", "care/pharmacy", "culture/library")


def some_sites(draw, count):
    sites = sites_at({f"s{row}": place for row, place in enumerate(scattered(draw, count))})
    sites["category"] = draw.choice(KINDS, count)
    sites["capacity"] = draw.integers(0, 9, count).astype(float)
    return sites


def times_ms(network, origins, destinations):
    matrix = am.travel_time_matrix(network, origins, destinations)["minutes"].to_numpy()
    table = matrix.reshape(len(origins), len(destinations)) * 60_000
    return np.where(np.isnan(table), np.inf, np.rint(table))


def weigh(ms):
    """Within 5 and 10 minutes, then the decay."""
    second = np.ceil(np.where(np.isinf(ms), 1e9, ms) / 1000).astype(int)
    decayed = np.where(second < HALVES.size, HALVES[np.minimum(second, HALVES.size - 1)], 0)
    return np.stack([ms <= 300_000, ms <= 600_000, decayed], axis=-1).astype(float)


def assert_sums_hold(network, cells, sites, direction):
    measures = {"5 min": 5, "10 min": 10, "halves": HALVES}
    categories = ["care", *KINDS]
    found = am.opportunities(
        network,
        cells,
        sites,
        measures,
        worth="capacity",
        categories=categories,
        direction=direction,
    )
    times = times_ms(network, cells, sites)
    if direction == "from_site":
        times = times_ms(network, sites, cells).T
    weights = weigh(times) * sites["capacity"].to_numpy()[:, np.newaxis]
    values = found["value"].to_numpy().reshape(len(categories), len(cells), 3)
    none = ["", "there is no site of this category"]
    attached = found["reason"].isin(none).to_numpy().reshape(values.shape)
    for row, category in enumerate(categories):
        mine = sites["category"].str.startswith(category).to_numpy()
        expected = weights[:, mine].sum(axis=1)
        assert np.allclose(values[row], np.where(attached[row], expected, np.nan), equal_nan=True)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["to_site", "from_site"]))
def test_opportunities_equal_sums_over_the_matrix(seed, direction):
    draw = np.random.default_rng(seed)
    network = crooked_world(draw)
    cells, sites = cells_at(scattered(draw, 70)), some_sites(draw, 12)
    assert_sums_hold(network, cells, sites, direction)


@pytest.mark.parametrize("seed", range(6))
def test_sites_on_closed_streets_are_reached_as_the_matrix_says(seed):
    draw = np.random.default_rng(seed)
    network = crooked_world(draw, profile=read_profile("car"))
    cells, sites = cells_at(scattered(draw, 20)), some_sites(draw, 12)
    loaded = make_loaded({"car": network}, cells, sites_at({"s": (300, 300)}))
    closed = draw.choice(np.unique(network.way_of_arc), 9, replace=False).tolist()
    (resolved,) = resolve([make_scenario(close(*closed))], loaded.today)
    changed = apply_to_network(network, resolved.edits["car"]).network
    for direction in ("to_site", "from_site"):
        assert_sums_hold(changed, cells, sites, direction)


def test_a_site_of_two_kinds_counts_once_and_its_capacities_add_up():
    network = grid_world(4, 1, block_m=100)
    sites = sites_at({"a": (10, 0), "b": (290, 0)}, "care/hospital")
    sites = sites.loc[[0, 0, 1]].reset_index(drop=True)
    sites["category"] = ["care/hospital", "care/emergency", "care/hospital"]
    sites["capacity"] = [300, 20, 50]
    cells = cells_at([(0, 0)])
    counted = am.opportunities(network, cells, sites, [60], categories=["care"])
    beds = am.opportunities(network, cells, sites, [60], categories=["care"], worth="capacity")
    assert counted["value"].tolist() == [2]
    assert beds["value"].tolist() == [370]
    assert counted["measure"].tolist() == ["60 min"]


def test_a_cell_on_no_street_keeps_its_row_and_its_reason():
    network = grid_world(2, 1, block_m=100)
    sites = sites_at({"a": (10, 0)}, "care/hospital")
    found = am.opportunities(network, cells_at([(0, 0), (0, 9_000)]), sites, [10])
    assert found["value"].isna().tolist() == [False, True]
    assert found["reason"].tolist() == ["", "no street within 300 m"]


@pytest.mark.parametrize(
    ("measures", "options", "message"),
    [
        ([], {}, "Nothing to add up: give minutes"),
        ([-1], {}, "'-1 min' must be minutes from 0 to 10000"),
        ({"far": [1, -1]}, {}, "'far' must be minutes .* array of weights from 0 on"),
        ({"far": "ten"}, {}, "found 'ten'"),
        ([10], {"worth": "beds"}, "no column 'beds'; they have site, "),
        ([10], {"worth": "capacity"}, "1 of 2 sites have no number from 0 on in 'capacity', first"),
        ([10], {"direction": "back"}, "one of to_site, from_site; found 'back'"),
        ([10], {"categories": ["care/hopital"]}, "care/hospital"),
    ],
)
def test_what_is_not_allowed_is_said(measures, options, message):
    network, sites = grid_world(2, 1), sites_at({"a": (0, 0), "b": (9, 0)}, "care/hospital")
    sites["capacity"] = [3, None]
    with pytest.raises(PlacesError, match=message):
        am.opportunities(network, cells_at([(0, 0)]), sites, measures, **options)


@pytest.mark.realdata
def test_opportunities_in_nantes_equal_sums_over_the_matrix(realdata):
    extract = am.read_osm(realdata / "osm/nantes-centre.osm.pbf")
    network = am.build_network(extract, "walk")
    sites = am.read_sites(extract, ["care/pharmacy", "culture/library"])
    draw = np.random.default_rng(3)
    rows = draw.choice(network.point_lon_deg.size, 400)
    points = np.column_stack([network.point_lon_deg[rows], network.point_lat_deg[rows]])
    cells = cells_at([(0, 0)] * len(points))
    cells = cells.set_geometry(cells.geometry.from_xy(*points.T, crs=4326))
    found = am.opportunities(network, cells, sites, [5, 15])
    times = times_ms(network, cells, sites.drop_duplicates("site"))
    assert len(sites) == sites["site"].nunique()
    for row, category in enumerate(sorted(set(sites["category"]))):
        mine = (sites["category"] == category).to_numpy()
        within = np.stack([(times[:, mine] <= ms).sum(axis=1) for ms in (300_000, 900_000)], -1)
        values = found["value"].to_numpy().reshape(-1, len(cells), 2)[row]
        assert np.array_equal(np.where(np.isnan(values), within, values), within)
        assert within.max() > 1
