"""The findings of the hand-made world, worked out on paper: every cell holds ten people."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from artois_mobility.report.certainty import certainty_tables
from artois_mobility.report.findings import (
    details,
    find,
    headline,
    leading_pair,
    pairs_in_focus,
    today_headline,
)
from artois_mobility.report.times import read_times
from artois_mobility.report.words import read_words
from comparison_world import make_comparison

FRENCH = read_words("fr")


@pytest.fixture(scope="module")
def result():
    return make_comparison()


def test_the_bridge_saves_three_minutes_in_harnes(result):
    finding = find(result, read_times(result), "passerelle", ("walk", "culture/library"))
    # 4 x 3 cells of Harnes gain, but for the one that loses its access.
    assert finding.people_gaining == 110
    assert finding.people_losing == 0
    assert finding.mean_gain_min == 3
    assert np.isnan(finding.mean_loss_min)
    assert finding.people_newly_reaching == 10
    assert finding.people_no_longer_reaching == 10
    assert finding.communes_gaining == (("Harnes", 110.0),)
    assert finding.communes_losing == ()


def test_the_closed_bridge_costs_two_minutes_in_lievin(result):
    finding = find(result, read_times(result), "pont-ferme", ("car", "care"))
    assert (finding.people_gaining, finding.people_losing) == (0, 120)
    assert finding.mean_loss_min == 2
    assert finding.communes_losing == (("Liévin", 120.0),)


def test_headlines_say_the_finding_first(result):
    bridge = find(result, read_times(result), "passerelle", ("walk", "care"))
    closed = find(result, read_times(result), "pont-ferme", ("car", "care"))
    nothing = find(result, read_times(result), "pont-ferme", ("walk", "care"))
    assert headline(bridge, FRENCH) == "110 habitants gagnent au moins une minute"
    assert headline(closed, FRENCH) == "120 habitants perdent au moins une minute"
    assert headline(nothing, FRENCH) == "Personne ne gagne ni ne perd une minute ou plus"
    assert details(nothing, FRENCH) == []


def test_details_say_how_much_and_where(result):
    texts = " ".join(
        details(find(result, read_times(result), "passerelle", ("walk", "care")), FRENCH)
    )
    assert "3 minutes" in texts
    assert "Harnes (110)" in texts
    assert "10 habitants n’atteignent plus aucun site." in texts


def test_the_focus_leads(result):
    bridge, closed = result.scenarios[1:]
    assert pairs_in_focus(result, bridge) == [("walk", "culture/library"), ("walk", "care")]
    assert leading_pair(result, bridge) == ("walk", "culture/library")
    assert len(pairs_in_focus(result, closed)) == 4
    assert leading_pair(result, closed) == ("car", "care")


def test_times_stay_in_the_order_of_the_residents(result):
    times = read_times(result)
    rows = result.access_times.query(
        "scenario == 'passerelle' and profile == 'walk' and category == 'care'"
    )
    pair = ("walk", "care")
    np.testing.assert_array_equal(times.of("passerelle", pair), rows["minutes"].to_numpy())
    shuffled = replace(result, access_times=result.access_times.sample(frac=1, random_state=7))
    np.testing.assert_array_equal(read_times(shuffled).minutes, times.minutes)
    assert times.is_noticed("passerelle", pair).sum() == 13
    assert not times.is_noticed("pont-ferme", pair).any()


def test_only_the_nearest_site_counts(result):
    second = result.access_times.assign(rank=2, minutes=99.0)
    both = replace(result, access_times=pd.concat([second, result.access_times]))
    np.testing.assert_array_equal(read_times(both).minutes, read_times(result).minutes)


def test_today_speaks_of_the_middle_threshold(result):
    # Within ten minutes by car of the nearest care: 3 + column <= 10 for all eight columns.
    assert today_headline(result, ("car", "care"), FRENCH).startswith("100\u202f% des habitants")
    # On foot: 4 x (2 + column) <= 10 for the first column only: 6 of 48 cells.
    text = today_headline(result, ("walk", "culture/library"), FRENCH)
    assert text.startswith("12\u202f% des habitants sont à 10 minutes ou moins")


def test_reaching_at_all_is_a_finding_of_its_own(result):
    bridge = find(result, read_times(result), "passerelle", ("walk", "care"))
    only = replace(bridge, people_gaining=0.0)
    assert headline(only, FRENCH) == "10 habitants atteignent désormais un site"
    lost = replace(only, people_newly_reaching=0.0)
    assert headline(lost, FRENCH) == "10 habitants n’atteignent plus aucun site"
    both = replace(bridge, people_losing=1.0)
    assert headline(both, FRENCH) == "110 habitants gagnent au moins une minute, 1 en perd"


def test_without_ranges_a_table_tells_what_a_minute_of_error_leaves(result):
    """The bridge saves three minutes and the closure costs two; then half of each."""
    half = result.differences.assign(minutes_gained=result.differences["minutes_gained"] / 2)
    for each, expected in (
        (result, [["110", "110", "0", "0"], ["0", "0", "120", "120"]]),
        (replace(result, differences=half), [["110", "0", "0", "0"], ["0", "0", "120", "0"]]),
    ):
        (table,) = certainty_tables(each, FRENCH)
        assert [[cell.text for cell in row.cells] for row in table.rows] == expected
