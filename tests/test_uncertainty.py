"""How sure minutes are: drawn times against arithmetic, and which differences are noise."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import artois_mobility as am
from artois_mobility._types import NO_ARC
from artois_mobility.access.redrawing import World
from artois_mobility.errors import PlacesError, StudyError
from artois_mobility.scenarios.applying import AttachedPlaces, apply_to_network
from artois_mobility.scenarios.resolving import resolve
from scenario_worlds import crooked_world, link, make_scenario, make_today, scattered
from street_worlds import cells_at, grid_world, sites_at, street_world, two_way
from study_worlds import write_town

NONE = am.Ranges(all_streets=0, by_class=0, by_way=0, walks=0, cell_m=0, site_m={})


def some_world(seed=3):
    draw = np.random.default_rng(seed)
    network = crooked_world(draw)
    cells = cells_at(scattered(draw, 50))
    sites = sites_at({f"s{row}": place for row, place in enumerate(scattered(draw, 8))})
    return network, cells, sites.assign(category=draw.choice(["care/hospital", "culture"], 8))


def a_long_street(ways=1, minutes=20, kinds=("residential",)):
    """Cells at one end, a hospital at the other; so many ways in between, each as long."""
    nodes = [(1000.0 * row, 0.0) for row in range(ways + 1)]
    ms = minutes * 60_000 // ways
    streets = [two_way(row, row + 1, ms, kind=kinds[row % len(kinds)]) for row in range(ways)]
    network = street_world(nodes, streets)
    return network, cells_at([(0, 0)]), sites_at({"h": (1000.0 * ways, 0)})


def test_without_ranges_every_draw_is_the_model():
    network, cells, sites = some_world()
    drawn = am.draw_times(network, cells, sites, count=4, ranges=NONE)
    assert (drawn.drawn_ms == drawn.model_ms).all()
    found = am.access_times(network, cells, sites)["minutes"].to_numpy()
    assert np.array_equal(drawn.table([5])["minutes"].to_numpy(), found, equal_nan=True)


def test_probabilities_are_those_of_an_even_factor():
    network, cells, sites = a_long_street()
    ranges = replace(NONE, all_streets=0.2)
    drawn = am.draw_times(network, cells, sites, count=4000, ranges=ranges)
    minutes = drawn.drawn_ms[:, 0, 0] / 60_000
    assert 16 <= minutes.min() < 16.1
    assert 23.9 < minutes.max() <= 24
    table = drawn.table([16, 18, 20, 23, 24]).iloc[0]
    for bound, share in ((18, 0.25), (20, 0.5), (23, 0.875)):
        # of 4,000 even draws four standard deviations are 0.03
        assert table[f"p_within_{bound}_min"] == pytest.approx(share, abs=0.032)
    assert table["p_within_24_min"] == 1.0
    assert (table["low"], table["high"]) == pytest.approx((16.4, 23.6), abs=0.15)


@pytest.mark.parametrize(
    ("name", "kinds", "deviation"),
    [("by_class", "r", 1.0), ("by_class", "rp", np.sqrt(0.5)), ("by_way", "r", 0.5)],
)
def test_ways_are_drawn_one_by_one_and_classes_together(name, kinds, deviation):
    # 20 minutes in four ways: even from 1 - x to 1 + x has a deviation of x / sqrt(3)
    network, cells, sites = a_long_street(4, kinds=tuple(kinds))
    drawn = am.draw_times(network, cells, sites, count=3000, ranges=replace(NONE, **{name: 0.3}))
    expected = deviation * 20 * 0.3 / np.sqrt(3)
    assert (drawn.drawn_ms / 60_000).std() == pytest.approx(expected, rel=0.06)
    assert drawn.drawn_ms.mean() / 60_000 == pytest.approx(20, rel=0.02)


def test_waiting_is_not_drawn():
    network, cells, sites = a_long_street()
    waiting = np.full_like(network.local_ms, 1_200_000)
    still = replace(network, waiting_ms=waiting)
    drawn = am.draw_times(still, cells, sites, count=5, ranges=replace(NONE, all_streets=0.5))
    assert (drawn.drawn_ms == drawn.model_ms).all()


@pytest.mark.parametrize("seed", range(4))
def test_places_stay_on_their_street_and_within_their_radius(seed):
    network, cells, sites = some_world(seed)
    pair = am.attach(network, cells), am.attach(network, sites)
    sites = sites.assign(position_quality=["point"] * 7 + ["nowhere"])
    ranges = am.Ranges(cell_m=40, site_m={"point": 15, "unknown": 60}, walks=0)
    world = World(network, cells, sites, pair, replace(ranges, all_streets=0.3))
    for number in range(30):
        other, moved = world.draw(7, number)
        radii = np.full(50, 40.0), np.array([15.0] * 7 + [60.0])
        for radius, before, after in zip(radii, pair, moved, strict=True):
            local = other.local_ms[after.arc]
            assert np.array_equal(after.arc, before.arc)
            assert ((after.position_ms >= 0) & (after.position_ms <= local)).all()
            twin = network.twin_of_arc[after.arc]
            is_even = (twin != NO_ARC) & (network.local_ms[twin] == network.local_ms[after.arc])
            both = after.position_ms + after.twin_position_ms
            assert (np.abs(both - local)[is_even] <= 1).all()
            # metres along the street and across it
            moved_m = np.abs(
                after.position_ms / local - before.position_m / network.length_m[after.arc]
            )
            moved_m *= network.length_m[after.arc]
            limit = radius[after.place]
            assert (moved_m <= limit + 1).all()
            assert (np.abs(after.offroad_m - before.offroad_m) <= limit + 1e-9).all()
            assert (after.offroad_ms >= 0).all()


def test_draws_depend_on_names_alone():
    network, cells, sites = some_world()
    whole = am.draw_times(network, cells, sites, count=6)
    again = am.draw_times(network, cells, sites, count=6)
    assert np.array_equal(whole.drawn_ms, again.drawn_ms)
    some = am.draw_times(network, cells.iloc[10:20].reset_index(drop=True), sites, count=6)
    assert np.array_equal(some.drawn_ms, whole.drawn_ms[:, :, 10:20])
    fewer = am.draw_times(network, cells, sites, count=3)
    assert np.array_equal(fewer.drawn_ms, whole.drawn_ms[:3])
    turned = am.draw_times(network, cells, sites.iloc[::-1].reset_index(drop=True), count=6)
    assert np.array_equal(turned.drawn_ms, whole.drawn_ms)
    other = am.draw_times(network, cells, sites, count=6, seed=2)
    assert not np.array_equal(other.drawn_ms, whole.drawn_ms)


def test_draws_are_the_same_on_any_number_of_threads(monkeypatch):
    network, cells, sites = some_world()
    found = []
    for threads in ("1", "2"):
        monkeypatch.setenv("ARTOIS_THREADS", threads)
        found.append(am.draw_times(network, cells, sites, count=5).drawn_ms.tobytes())
    assert found[0] == found[1]


def test_a_link_gains_surely_where_it_saves_minutes_and_nowhere_else():
    # two banks, joined at column 0 only; the link at column 8 saves the far bank 16 minutes
    network = street_world(
        [(100.0 * c, 0.0) for c in range(9)] + [(100.0 * c, 300.0) for c in range(9)],
        [two_way(c, c + 1, 60_000) for c in range(8)]
        + [two_way(9 + c, 10 + c, 60_000) for c in range(8)]
        + [two_way(0, 9, 180_000)],
    )
    cells = cells_at([(100.0 * c, 300.0) for c in range(9)])
    sites = sites_at({"h": (800.0, 0.0)})
    scenario = make_scenario(link((800, 0), (800, 300), speed_kmh=6.0))
    (resolved,) = resolve([scenario], make_today({"walk": network}, sites))
    pair = am.attach(network, cells), am.attach(network, sites)
    tables = [AttachedPlaces(*each) for each in zip((cells, sites), pair, strict=True)]
    applied = apply_to_network(network, resolved.edits["walk"], *tables)
    ranges = am.Ranges()
    before = am.draw_times(network, cells, sites, count=60, ranges=ranges, attachments=pair)
    after = am.draw_times(
        applied.network, cells, sites, count=60, ranges=ranges, attachments=applied.attachments
    )
    found = am.compare_draws(before, after)
    assert (found["gained_low"] > -0.01).all()
    assert (found["gained_low"] <= found["minutes_gained"] + 1.5).all()
    # column c gains 2 c minutes
    assert found["minutes_gained"].round().tolist() == [2 * c for c in range(9)]
    assert found["within_noise"].tolist() == [True] + [False] * 8
    same = am.compare_draws(before, before)
    assert same["within_noise"].all()
    assert (same[["minutes_gained", "gained_low", "gained_high"]] == 0).all(axis=None)
    assert am.compare_draws(before, after, least_min=5)["within_noise"].sum() == 3


def test_who_reaches_a_site_in_one_situation_only_gains_without_bound():
    network = street_world([(0, 0), (400, 0), (0, 2000), (400, 2000)], [two_way(0, 1, 240_000)])
    cells, far = cells_at([(100, 0)]), sites_at({"h": (0, 2000)})
    near = pd.concat([far, sites_at({"n": (300, 0)})], ignore_index=True)
    before = am.draw_times(network, cells, far, count=10, categories=["care/hospital"])
    after = am.draw_times(network, cells, near, count=10, categories=["care/hospital"])
    row = am.compare_draws(before, after).iloc[0]
    assert np.isnan(row["minutes_before"])
    assert row["gained_low"] == np.inf
    assert not row["within_noise"]
    assert before.table([10]).iloc[0][["low", "p_within_10_min"]].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 0}, "count is a whole number of draws from 1 to"),
        ({"seed": -1}, "seed is a whole number from 0 on"),
        ({"direction": "around"}, "direction must be one of"),
    ],
)
def test_what_is_not_allowed_is_told(arguments, message):
    network, cells, sites = some_world()
    with pytest.raises(PlacesError, match=message):
        am.draw_times(network, cells, sites, **arguments)


def test_ranges_and_levels_are_checked():
    with pytest.raises(PlacesError, match=r"by_way is a share from 0 to 0.9; found 2"):
        am.Ranges(by_way=2)
    with pytest.raises(PlacesError, match="bonne is a number of metres"):
        am.Ranges(site_m={"bonne": float("nan")})
    network, cells, sites = some_world()
    first = am.draw_times(network, cells, sites, count=2)
    with pytest.raises(PlacesError, match="level is a share"):
        first.table(level=1.0)
    with pytest.raises(PlacesError, match="with different seed"):
        am.compare_draws(first, am.draw_times(network, cells, sites, count=2, seed=5))
    with pytest.raises(PlacesError, match="not as often"):
        am.compare_draws(first, am.draw_times(network, cells, sites, count=3))


def test_categories_have_thresholds_of_their_own():
    network, cells, sites = some_world()
    table = am.draw_times(network, cells, sites, count=8).table()
    assert table["p_within"].between(0, 1).all()
    by_hand = am.draw_times(network, cells, sites, count=8).table([5, 10])
    assert (by_hand["p_within_5_min"] <= by_hand["p_within_10_min"]).all()
    assert set(table["threshold_min"]) <= set(range(1, 121))


SECTION = "\n[uncertainty]\ndraws = 20\nseed = 4\nby_way = 0.2\nsite_m = { cadastre = 5.0 }\n"
PHARMACY = """
name = "Pharmacie de plus"
[[changes]]
kind = "add_site"
category = "care/pharmacy"
name = "Neuve"
at = [{lon}, {lat}]
"""


def test_a_study_tells_how_sure_it_is(tmp_path):
    from study_worlds import place

    path = write_town(tmp_path)
    path.write_text(path.read_text() + SECTION)
    lon, lat = place(7, 0)
    (tmp_path / "pharmacie.toml").write_text(PHARMACY.format(lon=lon, lat=lat))
    study = am.read_study(path)
    result = am.compare(study, [tmp_path / "pharmacie.toml"])
    table, cells = result.uncertainty, len(result.residents)
    assert table.groupby(["scenario", "profile", "category"], observed=True).size().tolist() == [
        cells
    ] * (2 * 3 + 2)
    known = table.dropna(subset="low")
    assert (known["low"] <= known["high"]).all()
    marks = result.differences
    assert marks.loc[marks["rank"] == 2, "within_noise"].isna().all()
    nearest = marks[marks["rank"] == 1]
    others = nearest[nearest["category"] != "care/pharmacy"]
    assert others["within_noise"].all()
    mine = nearest[(nearest["category"] == "care/pharmacy") & (nearest["profile"] == "walk")]
    assert not mine["within_noise"].all()
    assert (mine.loc[~mine["within_noise"].astype(bool), "minutes_gained"] > 0).all()
    assert result.manifest["parameters"]["uncertainty"]["ranges"]["site_m"]["cadastre"] == 5.0
    am.write_report(result, tmp_path / "out")
    assert len(pd.read_parquet(tmp_path / "out" / "uncertainty.parquet")) == len(table)
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Quelle certitude" in page
    assert "à coup sûr" in page
    heading = re.search(
        r"(\S+) habitants gagnent au moins une minute \(dont (\S+) à coup sûr\)", page
    )
    gaining, surely = (int(re.sub(r"\D", "", each)) for each in heading.groups())
    whole = am.who_gains(result).query("scope == 'all' and profile == 'walk'")
    row = whole[whole["category"] == "care/pharmacy"].iloc[0]
    assert (gaining, surely) == (round(row["gaining"]), round(row["surely_gaining"]))
    assert '"within_noise"' not in page


def test_a_study_that_asks_for_nothing_draws_nothing(tmp_path):
    result = am.assess(am.read_study(write_town(tmp_path)))
    assert result.uncertainty is None
    assert "within_noise" not in result.differences


@pytest.mark.parametrize("line", ["draws = 5", "level = 1.0", "walks = -0.1", "by_street = 0.1"])
def test_faults_of_the_section_are_told(tmp_path, line):
    path = write_town(tmp_path)
    path.write_text(f"{path.read_text()}\n[uncertainty]\n{line}\n")
    with pytest.raises(StudyError, match=r"line \d+, uncertainty"):
        am.read_study(path)


def test_a_grid_is_surely_reached_far_from_the_bound():
    drawn = am.draw_times(grid_world(6, 6), cells_at([(0, 0)]), sites_at({"h": (500, 0)}), count=50)
    row = drawn.table([2, 10]).iloc[0]
    assert (row["p_within_2_min"], row["p_within_10_min"]) == (0.0, 1.0)
