"""Whom the sites of a category are for."""

import pytest

import artois_mobility as am
from artois_mobility.errors import PlacesError
from artois_mobility.places.categories import read_categories
from street_worlds import cells_at

AGES = {"ind_11_17": [4.0, 0.0], "ind_18_24": [5.0, 2.0], "ind_80p": [1.0, 3.0]}


def test_a_category_without_a_target_has_that_above_it_or_everybody():
    cells = cells_at([(0, 0), (9, 9)], population=30).assign(**AGES)
    assert am.target_population(cells, "care/ehpad").tolist() == [1, 3]
    assert am.target_population(cells, "training/university").tolist() == [5, 2]
    assert am.target_population(cells, "training/lycee").tolist() == [4, 0]
    assert am.target_population(cells, "culture/library").tolist() == [30, 30]


def test_columns_of_ones_own_file_add_up(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        '[[categories]]\nkey = "care/pharmacy"\nfr = "P"\nen = "P"\n'
        'target_population = ["ind_11_17", "ind_80p"]\n'
    )
    cells = cells_at([(0, 0), (9, 9)]).assign(**AGES)
    people = am.target_population(cells, "care/pharmacy", table=read_categories(path))
    assert people.tolist() == [5, 3]


def test_a_missing_column_is_named():
    cells = cells_at([(0, 0), (9, 9)])
    with pytest.raises(PlacesError, match="the residents lack ind_80p, they have"):
        am.target_population(cells, "care/ehpad")
    with pytest.raises(PlacesError, match="1 of 2 cells have no number from 0 on in"):
        am.target_population(cells.assign(ind_80p=[1, -2]), "care/ehpad")
    with pytest.raises(PlacesError, match="Unknown category"):
        am.target_population(cells, "care/ehpads")
