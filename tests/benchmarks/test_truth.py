"""Marking explanations against planted truth: by hand, and rivals on a small world."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import boosting, marking, rivals
from benchmarks.marking import Scores
from imv_core import Settings, read_table
from imv_core.linear import Moments
from imv_core.planted import PlantedWorld, additive
from imv_core.preparation import prepare

WORLD = PlantedWorld(
    frame=pd.DataFrame(),
    target="y",
    lags={"a": (2,), "b": (3,)},
    noise=0.3,
    copies={"a": ("twin",)},
    neutral=frozenset({"twin", "y"}),
)


def _scores(**values: float) -> pd.Series:
    return pd.Series(values)


def _cells(rows: dict[str, list[float]]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(rows, orient="index", columns=[1, 2, 3])


# Marking, by hand


def test_variables_that_do_not_act_before_a_driver_cost_and_neutral_ones_do_not():
    scores = _scores(twin=9, y=8, a=5, c=4, b=3, d=2, e=1)
    found = marking.marks(Scores(variables=scores), WORLD)
    assert found["auroc"] == pytest.approx(5 / 6)  # of six pairs only c before b is wrong
    assert found["auprc"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert set(found) == {"auroc", "auprc"}


def test_equal_scores_are_a_guess():
    found = marking.marks(Scores(variables=_scores(a=1, b=1, c=1, d=1, y=7)), WORLD)
    assert found == {"auroc": 0.5, "auprc": 0.5}


def test_cells_are_marked_against_planted_cells_without_neutral_rows():
    cells = _cells({"twin": [9, 9, 9], "a": [0, 6, 1], "b": [5, 0, 4], "c": [2, 0, 3]})
    found = marking.marks(Scores(cells=cells), WORLD)
    assert found["exact"] == 1  # a at 2; b peaks at 1 and not at 3
    assert found["cell_auroc"] == pytest.approx(13 / 14)  # b at 1 comes before b at 3
    assert found["cell_auprc"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert "auroc" not in found


def test_where_nothing_is_planted_nothing_is_right_or_wrong():
    scores = _scores(a=1, b=2)
    empty = PlantedWorld(pd.DataFrame(), "y", lags={}, noise=1.0)
    assert marking.marks(Scores(scores), empty) == {}


def test_exact_lags_are_marked_for_each_driver_and_lag():
    cells = _cells({"a": [0.1, 0.7, 0.2], "b": [0.5, 0.3, 0.2]})
    assert marking.exact_lags(cells, {"a": (2,), "b": (3, 1)}) == [True, False, True]
    assert marking.exact_lags(_cells({"a": [0, 0, 0]}), {"a": (1,)}) == [False]  # no peak


# Rivals


@pytest.fixture(scope="module")
def small():
    """An additive world with its parts and its truth."""
    world = additive(rows=1500, seed=0)
    table = read_table(world.frame, name="additive")
    prepared = prepare(table, Settings("y"))
    return world, prepared, prepared.train.other("test")


def test_both_rivals_find_drivers_and_lags_and_see_nothing_in_the_rest(small, monkeypatch):
    monkeypatch.setattr(boosting, "ROUNDS", (20, 60))
    world, (scaling, _, train, validation), test = small
    linear = Moments.of(train).ridge(validation)
    floor = world.noise * world.frame["y"].std()
    for predict in (boosting.fit(train, validation).predict, rivals.ridge(linear, scaling)):
        scores = rivals.permutation(predict, test, scaling)
        found = marking.marks(scores, world)
        assert found == {
            **{"auroc": 1.0, "auprc": 1.0, "cell_auroc": 1.0, "cell_auprc": 1.0},
            "exact": 3,
        }
        rest = scores.variables.drop(list(world.lags))
        assert rest.abs().max() < 0.05 * scores.variables[list(world.lags)].min()
        assert rivals.rmse(predict, test) < 1.6 * floor


def test_ridge_as_a_rival_forecasts_what_it_forecasts_in_the_core(small):
    _, (scaling, _, train, validation), test = small
    linear = Moments.of(train).ridge(validation)
    ours = rivals.ridge(linear, scaling)(boosting.lags(test), test.last_known)
    np.testing.assert_allclose(ours, linear.predict(test, scaling), rtol=1e-5)


def test_shuffling_a_driver_costs_what_its_strength_says(small):
    """Of `y = c x + rest`: the mean square rises by twice the variance of c x."""
    world, (scaling, _, train, validation), test = small
    linear = Moments.of(train).ridge(validation)
    predict = rivals.ridge(linear, scaling)
    scores = rivals.permutation(predict, test, scaling)
    driver, (lag,) = next(iter(world.lags.items()))
    at = (test.lookback - lag) * test.variables + scaling.variables.index(driver)
    part = linear.coefficients[0, at] * scaling.spread[0] * boosting.lags(test)[:, at].std()
    before = rivals.rmse(predict, test)
    expected = np.sqrt(before**2 + 2 * part**2) - before
    assert scores.cells.loc[driver, lag] == pytest.approx(expected, rel=0.1)
    assert scores.variables[driver] == pytest.approx(expected, rel=0.1)


def test_a_forecast_of_change_loses_its_start_when_the_targets_last_row_is_shuffled():
    rng = np.random.default_rng(0)
    x = rng.standard_normal(600)
    time = pd.date_range("2024-01-01", periods=600, freq="h", name="time")
    y = np.cumsum(np.concatenate([[0.0], x[:-1]]))
    table = read_table(pd.DataFrame({"y": y, "x": x}, index=time), name="walk")
    scaling, _, train, validation = prepare(table, Settings("y", lookback=3, predict="change"))
    test = train.other("test")
    predict = rivals.ridge(Moments.of(train).ridge(validation), scaling)
    scores = rivals.permutation(predict, test, scaling)
    spread = test.last_known.std()
    assert rivals.rmse(predict, test) < 0.05
    assert scores.variables["y"] == pytest.approx(2**0.5 * spread, rel=0.1)
    assert scores.cells.loc["y", 1] == pytest.approx(2**0.5 * spread, rel=0.1)
    assert scores.cells.loc["y", [2, 3]].abs().max() < 0.05 * spread
    assert scores.cells.loc["x", 1] == pytest.approx(2**0.5, rel=0.1)
