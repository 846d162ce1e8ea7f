"""Baskets and opening hours."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility.errors import PlacesError
from scenario_worlds import crooked_world, scattered
from street_worlds import cells_at, grid_world, sites_at

KINDS = ("care/hospital", "care/pharmacy", "culture/library")
BASKETS = {
    "two": {"care/pharmacy": 2, "culture/library": 1},
    "all": ["care", "culture/library"],
    "many": {"care": 6},
}


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_a_basket_is_full_when_the_last_thing_is_reached(seed):
    draw = np.random.default_rng(seed)
    network = crooked_world(draw)
    cells = cells_at(scattered(draw, 30))
    sites = sites_at({f"s{row}": place for row, place in enumerate(scattered(draw, 12))})
    sites["category"] = draw.choice(KINDS, 12)
    found = am.basket_times(network, cells, sites, BASKETS)
    matrix = am.travel_time_matrix(network, cells, sites)["minutes"].to_numpy().reshape(30, 12)
    for name, basket in BASKETS.items():
        needed = basket if isinstance(basket, dict) else dict.fromkeys(basket, 1)
        rows = found[found["basket"] == name].reset_index(drop=True)
        for cell in range(30):
            waits = {}
            for key, count in needed.items():
                mine = sites["category"].str.startswith(key).to_numpy()
                times = sorted(t for t in matrix[cell, mine] if not np.isnan(t))
                waits[key] = times[count - 1] if len(times) >= count else np.inf
            longest = max(waits.values())
            assert waits[rows["last"][cell]] == longest
            if np.isinf(longest):
                assert np.isnan(rows["minutes"][cell])
                assert rows["reason"][cell]
            else:
                assert rows["minutes"][cell] == longest
                assert rows["reason"][cell] == ""


@pytest.mark.parametrize(
    ("baskets", "message"),
    [
        ({}, "There is no basket; give one"),
        ({"none": []}, "'none' must list categories"),
        ({"text": "care"}, "'text' must list categories"),
        ({"few": {"care": 0}}, "'few' must say from 1 to 100 how many sites of care; found 0"),
        ({"odd": ["care/farmacy"]}, "did you mean 'care/pharmacy'"),
    ],
)
def test_a_basket_that_is_none_is_refused(baskets, message):
    network, sites = grid_world(2, 1), sites_at({"a": (0, 0)}, "care/hospital")
    with pytest.raises(PlacesError, match=message):
        am.basket_times(network, cells_at([(0, 0)]), sites, baskets)


def open_at(when, unknown="open"):
    sites = sites_at(dict.fromkeys("abcd", (0, 0)), "care/pharmacy")
    sites["opening_hours"] = ["Mo-Fr 09:00-19:00; PH off", "Sa 22:00-26:00", None, "sometimes"]
    found = am.open_sites(sites, when, unknown=unknown)
    return "".join(found["site"]), found.attrs["hours"]


def test_sites_are_open_by_the_day_the_moment_and_the_holiday():
    assert open_at("Tu 18:59")[0] == "acd"
    assert open_at("tuesday 19:00")[0] == "cd"
    assert open_at("Sunday 01:00")[0] == "bcd"
    assert open_at(datetime(2026, 11, 24, 10))[0] == "acd"
    assert open_at("2026-11-24 20:00", "closed") == (
        "",
        {"open": 0, "closed": 2, "unknown": 1, "unreadable": 1},
    )


@pytest.mark.parametrize("when", ["noon", "Xy 10:00", "Mo 25:00", "Mo 10:60", ""])
def test_a_moment_that_is_none_is_refused(when):
    with pytest.raises(PlacesError, match="A moment is a day of the week and an hour"):
        open_at(when)


def test_hours_need_their_column_and_a_rule_for_unknown_ones():
    sites = sites_at({"a": (0, 0)}, "care/pharmacy")
    with pytest.raises(PlacesError, match="no column 'opening_hours'; they have site"):
        am.open_sites(sites, "Mo 10:00")
    with pytest.raises(PlacesError, match="one of open, closed; found 'maybe'"):
        open_at("Mo 10:00", "maybe")
