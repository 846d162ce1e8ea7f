"""Indices of inequality, against double sums, textbook values, laws and PySAL's inequality."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artois_mobility.access.inequality import (
    concentration_curve,
    concentration_index,
    foster_greer_thorbecke,
    gini,
    lorenz_curve,
    palma,
    theil,
    theil_parts,
)
from artois_mobility.errors import PlacesError

AMOUNT = st.one_of(st.just(0.0), st.floats(0.01, 1000))
WORLDS = st.lists(
    st.tuples(AMOUNT, st.integers(0, 20), st.sampled_from("abc"), st.integers(0, 6)),
    min_size=1,
    max_size=20,
).filter(lambda rows: sum(x * w for x, w, _, _ in rows) > 0)


def columns(rows):
    x, w, group, rank = zip(*rows, strict=True)
    return np.array(x), np.array(w, float), np.array(group), np.array(rank, float)


def one_each(rows):
    """Every person alone, so that weights are repetition."""
    return [row for row in rows for _ in range(row[1])]


@given(WORLDS)
def test_indices_equal_sums_over_people(rows):
    x, w, group, rank = columns(rows)
    people = [(row[0], row[2], row[3]) for row in one_each(rows)]
    n, mean = len(people), sum(p[0] for p in people) / len(people)
    pairs = sum(abs(p[0] - q[0]) for p in people for q in people)
    assert gini(x, w) == pytest.approx(pairs / (2 * n * n * mean), rel=1e-9, abs=1e-9)
    logs = [p[0] / mean * math.log(p[0] / mean) for p in people if p[0] > 0]
    assert theil(x, w) == pytest.approx(sum(logs) / n, rel=1e-9, abs=1e-9)
    parts = theil_parts(x, group, w)
    assert sum(parts) == pytest.approx(theil(x, w), rel=1e-9, abs=1e-9)
    means = {g: np.mean([p[0] for p in people if p[1] == g]) for g in {p[1] for p in people}}
    levelled = [means[p[1]] for p in people]
    assert parts.between == pytest.approx(theil(levelled), rel=1e-9, abs=1e-9)
    # who is ranked where: one by one, ties at the mean of their places
    places = [(sum(q[2] < p[2] for q in people) + sum(q[2] <= p[2] for q in people)) / (2 * n)
              for p in people]  # fmt: skip
    covariance = sum((p[0] - mean) * (place - 0.5) for p, place in zip(people, places, strict=True))
    assert concentration_index(x, rank, w) == pytest.approx(
        2 * covariance / (n * mean), rel=1e-9, abs=1e-9
    )
    for alpha in (0, 1, 2):
        poor = sum(((5 - p[0]) / 5) ** alpha for p in people if p[0] < 5) / n
        late = sum(((p[0] - 5) / 5) ** alpha for p in people if p[0] > 5) / n
        assert foster_greer_thorbecke(x, 5, alpha, w) == pytest.approx(poor, rel=1e-9)
        assert foster_greer_thorbecke(x, 5, alpha, w, is_burden=True) == pytest.approx(
            late, rel=1e-9
        )


@given(WORLDS)
def test_palma_shares_out_tenths_of_people(rows):
    x, w, _, _ = columns(rows)
    # ten of each person, so that tenths are whole people
    people = sorted(row[0] for row in one_each(rows) for _ in range(10))
    n = len(people)
    least, most = sum(people[: 4 * n // 10]), sum(people[-n // 10 :])
    assert palma(x, w) == pytest.approx(most / least if least > 0 else np.inf, rel=1e-9)


@given(WORLDS)
def test_curves_hold_the_indices(rows):
    x, w, _, rank = columns(rows)
    for curve, index in (
        (lorenz_curve(x, w), gini(x, w)),
        (concentration_curve(x, rank, w), concentration_index(x, rank, w)),
    ):
        assert curve.iloc[[0, -1]].to_numpy().tolist() == [[0, 0], [1, 1]]
        area = np.trapezoid(curve["value"], curve["people"])
        assert 1 - 2 * area == pytest.approx(index, rel=1e-9, abs=1e-9)
    curve = lorenz_curve(x, w)
    assert (np.diff(np.diff(curve["value"]) / np.diff(curve["people"])) > -1e-9).all()


@given(WORLDS, st.floats(0.1, 50))
def test_scale_changes_nothing_and_giving_to_who_has_less_evens_out(rows, factor):
    x, w, group, rank = columns(rows)
    for index in (
        lambda y: gini(y, w),
        lambda y: theil(y, w),
        lambda y: theil_parts(y, group, w).between,
        lambda y: concentration_index(y, rank, w),
    ):
        assert index(factor * x) == pytest.approx(index(x), rel=1e-9, abs=1e-9)
    poorest, richest = np.argmin(x), np.argmax(x)
    gift = (x[richest] - x[poorest]) / 4
    evened = x.copy()
    evened[richest] -= gift
    evened[poorest] += gift
    if gift > 1e-6:
        assert gini(evened) < gini(x)
        assert theil(evened) < theil(x)


@pytest.mark.filterwarnings("ignore")  # the peer's own
@given(st.lists(st.floats(0.1, 1000), min_size=2, max_size=30))
def test_indices_equal_those_of_pysal(values):
    from inequality.gini import Gini
    from inequality.theil import Theil, TheilD

    x = np.array(values)
    assert gini(x) == pytest.approx(Gini(x).g, rel=1e-9, abs=1e-9)
    assert theil(x) == pytest.approx(Theil(x).T, rel=1e-9, abs=1e-9)
    group = np.arange(x.size) % 2
    peer, parts = TheilD(x, group), theil_parts(x, group)
    assert parts.within == pytest.approx(float(peer.wg[0]), rel=1e-9, abs=1e-9)
    assert parts.between == pytest.approx(float(peer.bg[0]), rel=1e-9, abs=1e-9)


def test_values_that_arithmetic_gives():
    # two of three have nothing: mean difference 4/9 x 3 over twice the mean 1
    assert gini([0, 0, 3]) == pytest.approx(2 / 3)
    # one has all: the logarithm of how many they are
    assert theil([0, 0, 0, 8]) == pytest.approx(math.log(4))
    # all the same
    assert (gini([7, 7]), theil([7, 7]), palma([7, 7])) == (0, 0, pytest.approx(0.25))
    # Foster, Greer, Thorbecke: incomes 2 and 6 below a line of 10 among four people
    incomes = [2, 6, 10, 50]
    assert [foster_greer_thorbecke(incomes, 10, alpha) for alpha in (0, 1, 2)] == pytest.approx(
        [0.5, (0.8 + 0.4) / 4, (0.64 + 0.16) / 4]
    )


@pytest.mark.parametrize("values", [[], [3.0]])
def test_nobody_and_nothing_have_their_answers(values):
    nobody = np.zeros(len(values))
    assert math.isnan(gini(values, nobody))
    assert math.isnan(theil(values, nobody))
    assert math.isnan(palma(values, nobody))
    assert math.isnan(concentration_index(values, values, nobody))
    assert math.isnan(foster_greer_thorbecke(values, 1, 0, nobody))
    assert all(math.isnan(part) for part in theil_parts(values, values, nobody))
    assert lorenz_curve(values, nobody).empty
    zeros = [0.0, 0.0]
    assert (gini(zeros), theil(zeros), concentration_index(zeros, [1, 2])) == (0, 0, 0)
    assert theil_parts(zeros, zeros) == (0, 0)
    assert math.isnan(palma(zeros))
    assert palma([0, 0, 0, 0, 0, 1]) == np.inf


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gini([1, float("nan")]), "1 of 2 have no value from 0 on, first row 1: .*nan"),
        (lambda: gini([1, -1]), "no value from 0 on"),
        (lambda: gini([1, 1], [1, -1]), "no number of people from 0 on"),
        (lambda: gini([1, 1], [1]), r"found shapes \(2,\) and \(1,\)"),
        (lambda: theil_parts([1, 1], ["a"]), "Each of the 2 values needs its group"),
        (lambda: concentration_index([1, 1], [1]), "Each of the 2 values needs a number"),
        (lambda: concentration_curve([1, 1], [1, float("nan")]), "none of them NaN"),
        (lambda: foster_greer_thorbecke([1], 0, 1), "line must be above 0"),
        (lambda: foster_greer_thorbecke([1], 5, -1), "alpha from 0 on"),
    ],
)
def test_what_is_not_allowed_is_said(call, message):
    with pytest.raises(PlacesError, match=message):
        call()
