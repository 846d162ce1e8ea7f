"""Differences and sums, against figures worked out by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from artois_mobility.scenarios.differences import summarise, tabulate_differences


def access(today, works, nearest=1):
    rows = [
        (scenario, "walk", str(row // nearest), "care", row % nearest + 1, minutes)
        for scenario, column in (("today", today), ("works", works))
        for row, minutes in enumerate(column)
    ]
    names = ["scenario", "profile", "cell", "category", "rank", "minutes"]
    return pd.DataFrame(rows, columns=names)


def residents(population, commune, epci):
    return pd.DataFrame({"population": population, "commune": commune, "epci": epci})


COMMUNES = gpd.GeoDataFrame(
    {
        "insee": ["62001", "62002"],
        "name": ["Sud", "Nord"],
        "epci": ["1", "2"],
        "epci_name": ["A", ""],
    }
)


def test_gains_are_minutes_saved_and_nothing_where_either_is_not_reached():
    table = tabulate_differences(access([9.0, 5.0, np.nan, 4.0], [7.0, 6.5, 3.0, np.nan]))
    assert table["scenario"].unique().tolist() == ["works"]
    assert table["minutes_gained"].tolist() == pytest.approx(
        [2.0, -1.5, np.nan, np.nan], nan_ok=True
    )
    assert table["minutes_before"].tolist()[:2] == [9.0, 5.0]


def test_sums_over_zones_speak_of_the_nearest_site():
    times = access(
        [9.0, 20.0, 5.0, 6.0, np.nan, np.nan], [7.0, 20.0, 5.5, 6.0, 3.0, 4.0], nearest=2
    )
    people = residents([100.0, 50.0, 10.0], ["62001", "62002", ""], ["1", "2", ""])
    table = summarise(times, people, COMMUNES, (5.0, 7.5))
    works = table[table["scenario"] == "works"].set_index(["scope", "code"])
    assert works["name"].tolist() == ["", "A", "2", "Sud", "Nord"]
    whole = works.loc["territory", ""]
    assert whole["population"] == 160
    assert (whole["people_reached_before"], whole["people_reached_after"]) == (150, 160)
    assert whole["minutes_before"] == pytest.approx((900 + 250) / 150)
    assert whole["minutes_gained"] == pytest.approx((200 - 25) / 150)
    assert (whole["people_gaining"], whole["people_losing"]) == (100, 0)
    assert (whole["people_newly_reaching"], whole["people_no_longer_reaching"]) == (10, 0)
    assert (whole["within_5_before"], whole["within_5_after"]) == (50, 10)
    assert (whole["within_7.5_before"], whole["within_7.5_after"]) == (50, 160)
    assert works.loc[("commune", "62002"), "minutes_gained"] == pytest.approx(-0.5)


def test_a_zone_where_nobody_reaches_anything_has_no_mean():
    people = residents([10.0], ["62001"], ["1"])
    table = summarise(access([np.nan], [np.nan]), people, COMMUNES, (10.0,))
    assert table["minutes_before"].isna().all()
    assert (table["people_reached_after"] == 0).all()
    assert table.loc[table["code"] == "62001", "population"].tolist() == [10, 10]
    assert table.loc[table["code"] == "62002", "population"].tolist() == [0, 0]
