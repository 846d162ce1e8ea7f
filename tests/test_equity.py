"""How evenly access is spread: tables of access, question by question."""

import numpy as np
import pandas as pd
import pytest

import artois_mobility as am
from artois_mobility.access.inequality import (
    concentration_index,
    foster_greer_thorbecke,
    gini,
    palma,
    theil,
    theil_parts,
)
from artois_mobility.errors import PlacesError
from artois_mobility.places.categories import read_categories
from scenario_worlds import crooked_world, scattered
from street_worlds import cells_at, sites_at

CATEGORIES = ["care/pharmacy", "care/hospital"]


def some_access(seed=0):
    draw = np.random.default_rng(seed)
    network = crooked_world(draw)
    cells = cells_at([*scattered(draw, 29), (9_000, 9_000)])
    cells["population"] = draw.integers(0, 40, 30).astype(float)
    cells["old"] = draw.integers(0, 9, 30)
    cells["commune"] = draw.choice(["62001", "62002"], 30)
    cells["income"] = draw.integers(10, 20, 30)
    sites = sites_at({f"s{row}": place for row, place in enumerate(scattered(draw, 6))})
    sites["category"] = CATEGORIES * 3
    return network, cells, sites


def test_each_question_has_the_indices_of_its_cells():
    network, cells, sites = some_access()
    table = am.access_times(network, cells, sites, k=2, categories=CATEGORIES)
    found = am.equity(table, cells, weights="old", groups="commune", rank_by="income", line=8)
    assert found[["category", "rank"]].to_numpy().tolist() == [
        [category, rank] for category in CATEGORIES for rank in (1, 2)
    ]
    for _, row in found.iterrows():
        is_own = (table["category"] == row["category"]) & (table["rank"] == row["rank"])
        minutes = table[is_own]["minutes"].to_numpy()
        is_in = ~np.isnan(minutes)
        x, w = minutes[is_in], cells["old"].to_numpy()[is_in]
        assert row["people"] == w.sum()
        assert row["people"] + row["people_left_out"] == cells["old"].sum()
        assert row["mean"] == pytest.approx(np.average(x, weights=w))
        assert (row["gini"], row["palma"], row["theil"]) == (gini(x, w), palma(x, w), theil(x, w))
        parts = theil_parts(x, cells["commune"].to_numpy()[is_in].astype(str), w)
        assert (row["theil_within"], row["theil_between"]) == pytest.approx(parts, rel=1e-12)
        income = cells["income"].to_numpy()[is_in]
        assert row["concentration"] == concentration_index(x, income, w)
        poor = w[x > 8].sum() + row["people_left_out"]
        assert row["poverty_share"] == pytest.approx(poor / cells["old"].sum())
        gap = foster_greer_thorbecke(x, 8, 1, w, is_burden=True)
        assert row["poverty_gap"] == pytest.approx(gap)


def test_minutes_have_the_lines_of_their_categories_and_values_none():
    network, cells, sites = some_access(1)
    times = am.equity(am.access_times(network, cells, sites, categories=CATEGORIES), cells)
    assert times["line"].tolist() == [
        read_categories().of_key[key].threshold_min for key in CATEGORIES
    ]
    counts = am.equity(am.opportunities(network, cells, sites, [5, 10]), cells)
    assert "poverty_share" not in counts
    assert len(counts) == 2 * sites["category"].nunique()
    shared = am.floating_catchments(network, cells, sites, 10)
    assert len(am.equity(shared.cells, cells, line=0.1)) == sites["category"].nunique()
    baskets = am.basket_times(network, cells, sites, {"both": ["care", "care/pharmacy"]})
    assert am.equity(baskets, cells, line=10)["basket"].tolist() == ["both"]


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda t: t.drop(columns="minutes"), {}, "cell and either minutes or value; found cell"),
        (lambda t: t, {"weights": "ind_80p"}, "no column 'ind_80p'; they have cell"),
        (lambda t: t, {"weights": "commune"}, "60 of 60|30 of 30 cells have no number in"),
        (lambda t: t.assign(cell="x"), {}, "60 rows are of cells that are no residents'"),
        (lambda t: t, {"line": 0}, "line must be above 0"),
    ],
)
def test_what_is_not_allowed_is_said(change, options, message):
    network, cells, sites = some_access()
    cells["commune"] = "town"
    table = am.access_times(network, cells, sites, categories=CATEGORIES)
    with pytest.raises(PlacesError, match=message):
        am.equity(change(table), cells, **options)


def test_without_any_question_there_is_one_row():
    residents = pd.DataFrame({"cell": ["a", "b"], "population": [1.0, 3.0]})
    table = pd.DataFrame({"cell": ["b", "a"], "value": [2.0, 6.0]})
    (row,) = am.equity(table, residents).to_dict("records")
    assert (row["people"], row["mean"]) == (4, 3)
