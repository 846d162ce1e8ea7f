"""Who gains by a scenario, against sums over cells one by one."""

import numpy as np
import pytest

import artois_mobility as am
from artois_mobility.access.inequality import gini
from artois_mobility.errors import PlacesError
from study_worlds import link_text, write_scenario, write_town

UNCERTAIN = "\n[uncertainty]\ndraws = 12\n"


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    path = write_town(folder)
    path.write_text(path.read_text() + UNCERTAIN)
    bridge = write_scenario(folder, "bridge", link_text((7, 2), (7, 3)))
    closed = write_scenario(folder, "closed", '[[changes]]\nkind = "close_ways"\nids = [300]\n')
    return am.compare(am.read_study(path), [bridge, closed])


@pytest.mark.parametrize("by", [None, "commune"])
def test_sums_are_those_of_the_cells(result, by):
    gains = am.who_gains(result, by)
    nearest = result.differences[result.differences["rank"] == 1]
    homes = result.residents.set_index("cell")
    for row in gains.to_dict("records"):
        cells = nearest[
            (nearest["scenario"] == row["scenario"])
            & (nearest["profile"] == row["profile"])
            & (nearest["category"] == row["category"])
        ]
        own = homes.loc[cells["cell"].astype(str)]
        if row["scope"] == "group":
            mine = (own["commune"] == row["group"]).to_numpy()
        elif row["scope"] == "outside":
            mine = (own["commune"] == "").to_numpy()
        else:
            mine = np.ones(len(own), bool)
        people = own["population"].to_numpy(float) * mine
        before, after = (cells[f"minutes_{when}"].to_numpy(float) for when in ("before", "after"))
        gained = np.nan_to_num(before - after)
        assert row["people"] == pytest.approx(people.sum())
        assert row["gaining"] == pytest.approx(people[gained >= 1].sum())
        assert row["losing"] == pytest.approx(people[gained <= -1].sum())
        assert row["gained_person_min"] == pytest.approx(people @ np.maximum(gained, 0))
        assert row["newly_reaching"] == people[np.isnan(before) & ~np.isnan(after)].sum()
        here, there = before <= 5, after <= 5
        assert row["newly_within_5_min"] == people[there & ~here].sum()
        assert row["no_longer_within_5_min"] == people[here & ~there].sum()
        sure = (cells["gained_low"] >= 1).to_numpy() & np.isfinite(before - after)
        assert row["surely_gaining"] == people[sure].sum()
        if row["scope"] == "all":
            both = np.isfinite(before) & np.isfinite(after)
            assert row["gini_after"] == pytest.approx(gini(after[both], people[both]), nan_ok=True)
    whole = gains[gains["scope"] == "all"]
    assert whole["gaining"].sum() > 0
    assert whole["losing"].sum() > 0
    assert (whole["surely_gaining"] <= whole["gaining"] + whole["newly_reaching"]).all()
    if by:
        others = gains[gains["scope"] != "all"]
        keys = ["scenario", "profile", "category"]
        assert others.groupby(keys)["people"].sum().tolist() == pytest.approx(
            whole.groupby(keys)["people"].sum().tolist()
        )


def test_closing_loses_and_opening_gains(result):
    gains = am.who_gains(result, thresholds_min=[3])
    assert (gains.loc[gains["scenario"] == "bridge", "losing"] == 0).all()
    assert (gains.loc[gains["scenario"] == "closed", "gaining"] == 0).all()
    assert "newly_within_3_min" in gains
    assert "newly_within_5_min" not in gains


def test_columns_that_are_not_there_are_told(result):
    with pytest.raises(PlacesError, match="no column 'quartier'"):
        am.who_gains(result, "quartier")
    with pytest.raises(PlacesError, match="no column 'ind_80p'"):
        am.who_gains(result, weights="ind_80p")


def test_today_alone_has_no_gains(tmp_path):
    result = am.assess(am.read_study(write_town(tmp_path)))
    assert am.who_gains(result).empty
