"""Floating catchments, against plain sums over the matrix and against PySAL's."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility.access.decays import PRESETS
from artois_mobility.errors import PlacesError
from scenario_worlds import crooked_world, scattered
from street_worlds import cells_at, grid_world, sites_at

KINDS = ("care/hospital", "care/pharmacy", "culture/library")
DECAYS = {
    "5 min": (5, lambda second: (second <= 300).astype(float)),
    "apl_2012": (
        "apl_2012",
        lambda second: np.select([second <= 300, second <= 600, second <= 900], [1, 0.3, 0.1], 0.0),
    ),
    "bell": (
        am.decay("gaussian", 4, until_min=12),
        lambda second: np.where(second <= 720, np.exp(-((second / 240) ** 2) / 2), 0.0),
    ),
}


def some_world(seed):
    draw = np.random.default_rng(seed)
    network = crooked_world(draw)
    cells = cells_at(scattered(draw, 60))
    cells["population"] = draw.integers(0, 90, 60).astype(float)
    sites = sites_at({f"s{row}": place for row, place in enumerate(scattered(draw, 12))})
    sites["category"] = draw.choice(KINDS, 12)
    sites["capacity"] = draw.integers(0, 9, 12).astype(float)
    return network, cells, sites


def seconds_between(network, cells, sites):
    matrix = am.travel_time_matrix(network, cells, sites)["minutes"].to_numpy()
    return np.ceil(np.rint(matrix.reshape(len(cells), len(sites)) * 60_000) / 1000)


def quotient(above, below):
    return above / below if below > 0 else 0.0


def slow_catchments(weight, people, supply, method):
    """Follow the papers' formulas, a person and a site at a time."""
    cells, sites = weight.shape
    choice = [[quotient(weight[i, j], sum(weight[i])) for j in range(sites)] for i in range(cells)]
    standing = [sum(weight[i, j] for i in range(cells) if people[i] > 0) for j in range(sites)]
    used = {
        "2sfca": lambda i, j: weight[i, j],
        "3sfca": lambda i, j: choice[i][j] * weight[i, j],
        "balanced": lambda i, j: choice[i][j],
    }[method]
    demand = [sum(used(i, j) * people[i] for i in range(cells)) for j in range(sites)]
    ratio = [quotient(supply[j], demand[j]) for j in range(sites)]
    got = used
    if method == "balanced":
        got = lambda i, j: quotient(weight[i, j], standing[j])  # noqa: E731
    value = [sum(got(i, j) * ratio[j] for j in range(sites)) for i in range(cells)]
    return np.array(value), np.array(demand)


@settings(max_examples=25)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([*DECAYS]),
    st.sampled_from(["2sfca", "3sfca", "balanced"]),
)
def test_catchments_equal_the_formulas_of_the_papers(seed, name, method):
    network, cells, sites = some_world(seed)
    decay, weigh = DECAYS[name]
    found = am.floating_catchments(
        network, cells, sites, decay, method=method, supply="capacity", categories=["care", *KINDS]
    )
    second = seconds_between(network, cells, sites)
    weight = np.where(np.isnan(second), 0.0, weigh(np.nan_to_num(second, nan=1e9)))
    people = cells["population"].to_numpy()
    for category, rows in found.cells.groupby("category", observed=False):
        mine = sites["category"].str.startswith(category).to_numpy()
        supply = sites["capacity"].to_numpy()[mine]
        value, demand = slow_catchments(weight[:, mine], people, supply, method)
        is_off = ~rows["reason"].isin(["", "there is no site of this category"]).to_numpy()
        shown = np.where(is_off, np.nan, value)
        assert np.allclose(rows["value"], shown, rtol=1e-9, atol=1e-12, equal_nan=True)
        loads = found.sites[found.sites["category"] == category]
        assert loads["site"].tolist() == sites["site"][mine].tolist()
        assert np.allclose(loads["demand"], demand, rtol=1e-9, atol=1e-12)
        if method != "balanced":
            # whatever is offered to somebody is received by somebody
            received = np.nansum(rows["value"].to_numpy() * people)
            assert received == pytest.approx(supply[demand > 0].sum())
        else:
            lived_in = rows["value"].to_numpy()[people > 0]
            assert np.nansum(lived_in) == pytest.approx(loads["ratio"].sum())
    assert found.people + found.people_left_out == people.sum()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.filterwarnings("ignore")  # the peer's own
def test_catchments_equal_those_of_pysal(seed):
    import access

    network, cells, sites = some_world(seed)
    cells, sites = cells.copy(), sites.assign(category="care/hospital")
    matrix = am.travel_time_matrix(network, cells, sites).dropna(subset="minutes")
    costs = pd.DataFrame(
        {
            "cell": matrix["origin"].astype(str),
            "site": matrix["destination"].astype(str),
            "seconds": np.ceil(np.rint(matrix["minutes"] * 60_000) / 1000),
        }
    )
    peer = access.Access(
        demand_df=pd.DataFrame(cells.drop(columns="geometry")),
        demand_index="cell",
        demand_value="population",
        supply_df=pd.DataFrame(sites.drop(columns=["geometry"])),
        supply_index="site",
        supply_value=["capacity"],
        cost_df=costs,
        cost_origin="cell",
        cost_dest="site",
        cost_name="seconds",
    )
    steps = access.weights.step_fn({300: 1, 600: 0.3, 900: 0.1})
    theirs = {
        300 / 60: peer.two_stage_fca(name="plain", cost="seconds", max_cost=300),
        "apl_2012": peer.enhanced_two_stage_fca(
            name="enhanced", cost="seconds", max_cost=900, weight_fn=steps
        ),
    }
    for decay, table in theirs.items():
        ours = am.floating_catchments(network, cells, sites, decay, supply="capacity").cells
        value = ours.set_index("cell")["value"].fillna(0.0)
        expected = table.iloc[:, 0].reindex(value.index).fillna(0.0)
        assert expected.any()
        assert np.allclose(value, expected, rtol=1e-9, atol=1e-12)


def test_three_steps_and_balance_by_hand():
    # one street, 10 m a second: 5 minutes are 3 km
    network = grid_world(2, 1, block_m=1000)
    cells = cells_at([(0, 0), (1000, 0)])
    cells["population"] = [30.0, 10.0]
    sites = sites_at({"a": (0, 0), "b": (1000, 0)}, "care/hospital")
    both = {
        method: am.floating_catchments(network, cells, sites, 60, method=method)
        for method in ("2sfca", "3sfca", "balanced")
    }
    # all reach both: 40 people share two sites whatever the method
    for found in both.values():
        assert found.cells["value"].tolist() == pytest.approx([0.05, 0.05], abs=1e-12)
    assert both["2sfca"].sites["demand"].tolist() == [40, 40]
    assert both["3sfca"].sites["demand"].tolist() == [20, 20]
    assert both["balanced"].sites["demand"].tolist() == [20, 20]


def test_who_is_left_out_is_told():
    network = grid_world(2, 1, block_m=100)
    cells = cells_at([(0, 0), (0, 9_000)])
    cells["population"] = [30.0, 7.0]
    sites = sites_at({"a": (10, 0), "far": (9_000, 0)}, "care/hospital")
    found = am.floating_catchments(network, cells, sites, 10)
    assert (found.people, found.people_left_out) == (30, 7)
    assert found.cells["value"].isna().tolist() == [False, True]
    assert found.cells["reason"].tolist() == ["", "no street within 300 m"]
    assert found.sites["reason"].tolist() == ["", "no street within 300 m"]
    assert found.sites["ratio"].tolist() == [1 / 30, 0]


@pytest.mark.parametrize("name", PRESETS)
def test_a_published_method_brings_its_mention(name):
    network, sites = grid_world(2, 1), sites_at({"a": (0, 0)}, "care/hospital")
    found = am.floating_catchments(network, cells_at([(0, 0)]), sites, name)
    assert "Indicateur de type APL" in found.mention
    assert ("À confirmer" in found.mention) == (name == "apl_2015_gp")


@pytest.mark.parametrize(
    ("decay", "options", "message"),
    [
        (10, {"method": "raam"}, "one of 2sfca, 3sfca, balanced; found 'raam'"),
        (10, {"supply": "beds"}, "no column 'beds'"),
        (10, {"supply": "capacity"}, "1 of 2 sites have no number from 0 on in 'capacity'"),
        (10, {"demand": "ind_80p"}, "residents have no column 'ind_80p'; they have cell"),
        (
            10,
            {"demand": "loss"},
            "1 of 1 residents have no finite number from 0 on in 'loss', first cell 0: -1",
        ),
        (-1, {}, "A decay is minutes from 0 to 600, one of apl_2012"),
        ([1, -1], {}, "A decay is minutes from 0 to 600"),
        ("apl_2022", {}, "published decays apl_2012, apl_2015_gp; found 'apl_2022'"),
    ],
)
def test_what_is_not_allowed_is_said(decay, options, message):
    network, sites = grid_world(2, 1), sites_at({"a": (0, 0), "b": (9, 0)}, "care/hospital")
    sites["capacity"] = [3, None]
    cells = cells_at([(0, 0)]).assign(loss=-1)
    with pytest.raises(PlacesError, match=message):
        am.floating_catchments(network, cells, sites, decay, **options)


@pytest.mark.parametrize(
    ("kind", "options", "at", "weight"),
    [
        ("step", {}, 600, 1.0),
        ("linear", {}, 150, 0.75),
        ("exponential", {}, 1800, 0.125),
        ("logistic", {}, 600, 0.5),
        ("logistic", {"shape": 2}, 840, 1 / (1 + np.exp(2))),
        ("gaussian", {}, 1200, np.exp(-2)),
        ("power", {}, 1200, 0.25),
        ("power", {"shape": 3, "until_min": 30}, 1200, 0.125),
    ],
)
def test_decays_are_what_they_are_called(kind, options, at, weight):
    weights = am.decay(kind, 10, **options)
    assert weights[at] == pytest.approx(weight, rel=1e-12)
    assert (np.diff(weights) <= 0).all()
    assert weights[0] <= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("halving", 10), "one of step, linear, exponential, logistic, gaussian, power"),
        (("step", 0), "minutes of a decay must be from 0.1 to 600; found 0"),
        (("step", float("nan")), "found nan"),
        (("step", 10, 2), "shape belongs to logistic and power"),
        (("power", 10, -2), "shape of a decay must be from 1e-06 to 600; found -2"),
    ],
)
def test_a_decay_that_is_none_is_refused(arguments, message):
    kind, minutes, *shape = arguments
    with pytest.raises(PlacesError, match=message):
        am.decay(kind, minutes, shape=shape[0] if shape else None)
