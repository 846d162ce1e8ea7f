"""Barriers that scenarios set up and take away, on streets made by hand."""

import numpy as np
import pytest

import artois_mobility as am
from artois_mobility.changes.street_schema import AddBarrier, RemoveBarrier
from artois_mobility.scenarios.applying import AttachedPlaces, apply_scenario
from artois_mobility.scenarios.resolving import resolve
from scenario_worlds import make_loaded, make_scenario, make_today, minutes_of, run, scattered
from street_worlds import at, cells_at, grid_world, line, sites_at, street_world, two_way


def barrier(*positions, **columns):
    points = tuple(at(*position) for position in positions)
    return AddBarrier(kind="add_barrier", geometry=points, **columns)


def without(*corners):
    return RemoveBarrier(kind="remove_barrier", within=tuple(at(*corner) for corner in corners))


def two_streets(barriers=()):
    """A street along y = 0 and one along y = 200; the cell between is nearer to the first."""
    return street_world(
        [(0, 0), (1000, 0), (0, 200), (1000, 200)],
        [two_way(0, 1, 600_000), two_way(2, 3, 600_000), two_way(0, 2, 120_000)],
        barriers=barriers,
    )


def minutes(network, cells, sites, *changes):
    today = make_today({"walk": network}, sites)
    (resolved,) = resolve([make_scenario(*changes)], today)
    tables = [AttachedPlaces(each, am.attach(network, each)) for each in (cells, sites)]
    done = apply_scenario(resolved, network, *tables)
    found = am.access_times(done.network, cells, sites, attachments=done.attachments)
    return found["minutes"].to_numpy(), resolved, done


def test_who_lives_behind_a_new_wall_walks_to_the_other_street():
    network, sites = two_streets(), sites_at({"h": (0, 0)})
    cells = cells_at([(500, 50), (800, 20)])
    before = am.access_times(network, cells, sites)["minutes"].to_numpy()
    after, resolved, done = minutes(network, cells, sites, barrier((400, 30), (600, 30)))
    walk = 60 / network.profile.offroad_kmh / 1000
    assert before[0] == pytest.approx(5 + 50 * walk, abs=0.01)
    # 150 m to the other street, and 2 minutes more between the streets
    assert after[0] == pytest.approx(5 + 2 + 150 * walk, abs=0.01)
    assert after[1] == before[1]
    assert done.network.barriers.size == 1
    assert not resolved.warnings


def test_a_wall_that_goes_lets_people_walk_to_the_nearer_street():
    wall = [line((400, 30), (600, 30))]
    network, sites = two_streets(wall), sites_at({"h": (0, 0)})
    cells = cells_at([(500, 50)])
    free, *_ = minutes(two_streets(), cells, sites, barrier((2000, 0), (2000, 10)))
    ring = without((390, 20), (610, 20), (610, 40), (390, 40))
    after, resolved, done = minutes(network, cells, sites, ring)
    assert after[0] == pytest.approx(free[0], abs=1e-4)
    assert done.network.barriers.size == 0
    assert not resolved.warnings
    # both walks are open to the cell now: the one of before and the nearer one
    assert np.bincount(done.attachments[0].place).tolist() == [2]


def test_of_a_barrier_goes_what_lies_inside():
    wall = [line((0, 30), (1000, 30))]
    network, sites = two_streets(wall), sites_at({"h": (0, 0)})
    ring = without((450, 20), (550, 20), (550, 40), (450, 40))
    _, _, done = minutes(network, cells_at([(500, 50)]), sites, ring)
    assert sorted(round(each.length) for each in done.network.barriers) == [450, 450]


def test_a_barrier_can_cut_streets():
    network, sites = grid_world(5, 3), sites_at({"h": (0, 0)})
    cells = cells_at([(400, 0)])
    wall = (150, -50), (150, 150)
    walked, *_ = minutes(network, cells, sites, barrier(*wall))
    assert walked[0] == pytest.approx(4.0)
    cut, resolved, _ = minutes(network, cells, sites, barrier(*wall, cuts_streets=True))
    # rows 0 and 1 are cut between columns 1 and 2; row 2 is not: two blocks up, two down
    assert cut[0] == pytest.approx(8.0)
    assert len(resolved.closed) == 2


def test_a_polygon_without_barriers_is_warned_of():
    ring = without((0, 10), (10, 10), (10, 20))
    _, resolved, _ = minutes(two_streets(), cells_at([(500, 50)]), sites_at({"h": (0, 0)}), ring)
    assert "takes no barrier away" in str(resolved.warnings[0])


@pytest.mark.parametrize("seed", range(12))
def test_laws_of_barriers(seed):
    draw = np.random.default_rng(seed)
    walls = [line(*pair) for pair in zip(scattered(draw, 4), scattered(draw, 4), strict=True)]
    network = grid_world(5, 5, block_m=180, block_ms=100_000, barriers=walls)
    cells = cells_at(scattered(draw, 60))
    sites = sites_at({f"s{row}": place for row, place in enumerate(scattered(draw, 5))})
    loaded = make_loaded({"walk": network}, cells, sites)
    everywhere = without((-500, -500), (1500, -500), (1500, 1500), (-500, 1500))
    far = barrier((5000, 5000), (5100, 5000))
    table = run(
        loaded,
        make_scenario(everywhere, key="open"),
        make_scenario(far, key="far"),
        make_scenario(barrier(*scattered(draw, 2)), everywhere, key="both"),
    )
    today, opened = (np.nan_to_num(minutes_of(table, key), nan=np.inf) for key in ("today", "open"))
    assert (opened <= today).all()
    assert np.array_equal(minutes_of(table, "far"), minutes_of(table, "today"), equal_nan=True)
    free = grid_world(5, 5, block_m=180, block_ms=100_000)
    bare = am.access_times(free, cells, sites)["minutes"].fillna(np.inf).to_numpy()
    assert (opened <= bare + 1e-9).all()
