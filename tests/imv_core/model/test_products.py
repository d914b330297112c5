"""Products that a regression leaves unexplained are found where planted, and nowhere else."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from imv_core import IMVForecaster, Settings, read_table
from imv_core.model.linear import Moments
from imv_core.model.products import Products
from imv_core.training.preparation import prepare

ROWS, T = 1200, 4


def _world(seed, signal, **settings):
    """A table of white noise and a target, and settings for it.

    Args:
        signal: what the target is made of; gives `past("a", 3)`, a at lag 3, and the rest is noise.
    """
    rng = np.random.default_rng(seed)
    series = {name: rng.standard_normal(ROWS + T) for name in "abcd"}
    y = signal(lambda name, lag: series[name][T - lag : T - lag + ROWS])
    columns = {name: values[T:] for name, values in series.items()}
    time = pd.date_range("2024-01-01", periods=ROWS, freq="h", name="time")
    frame = pd.DataFrame({"y": y + 0.3 * rng.standard_normal(ROWS), **columns}, index=time)
    return read_table(frame, name="products"), Settings("y", lookback=T, **settings)


def _found(seed, signal, **settings):
    """Products of a world, and for each step the (variable, lag) of their factors."""
    scaling, _, train, validation = prepare(*_world(seed, signal, **settings))
    moments = Moments.from_windows(train)
    products = Products.find(train, moments.ridge(validation), moments.mean_x)

    def place(i):
        return scaling.variables[i % len(scaling.variables)], T - i // len(scaling.variables)

    return products, [[{place(i) for i in pair} for pair in pairs] for pairs in products.pairs]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("signal", "planted"),
    [
        (lambda past: past("a", 3) * past("b", 1) + past("c", 2), [{("a", 3), ("b", 1)}]),
        (lambda past: past("b", 2) ** 2 + past("c", 2), [{("b", 2)}]),
        (
            lambda past: np.where(past("a", 4) > 0, past("b", 2), -1.2 * past("c", 1)),
            [{("a", 4), ("c", 1)}, {("a", 4), ("b", 2)}],
        ),
        (lambda past: past("a", 3) - past("c", 2), []),
        (lambda past: 0.0, []),
    ],
    ids=["product", "square", "switch", "linear", "nothing"],
)
def test_what_was_planted_is_found_and_nothing_else(seed, signal, planted):
    _, (found,) = _found(seed, signal)
    assert sorted(map(sorted, found)) == sorted(map(sorted, planted))


def test_each_step_has_its_own_lag_and_the_effect_is_a_standard_deviation():
    products, found = _found(0, lambda past: 2 * past("a", 3) * past("b", 2), horizon=2)
    assert found == [[{("a", 3), ("b", 2)}], [{("a", 2), ("b", 1)}]]
    scaled = 2 / (2**2 + 0.3**2) ** 0.5  # of the target's standard deviation
    assert products.effects[0][0] == pytest.approx(scaled, rel=0.1)
    strongest = products.by_input
    assert strongest.shape == (2, products.inputs)
    assert (strongest > 0).sum(axis=1).tolist() == [2, 2]
    assert (strongest > 0).tolist() == products.with_another.tolist()
    assert strongest[0].max() == pytest.approx(products.effects[0][0])


def test_of_too_many_inputs_the_factors_of_a_product_and_a_square_are_looked_at(monkeypatch):
    monkeypatch.setattr("imv_core.model.products.MOST_INPUTS", 8)  # of 20
    products, (found,) = _found(1, lambda past: past("a", 3) * past("b", 1) + past("c", 2) ** 2)
    assert sorted(map(sorted, found)) == [[("a", 3), ("b", 1)], [("c", 2)]]
    assert (products.by_input > 0).sum() == 3
    assert products.with_another.sum() == 2  # a square takes no other


def test_a_product_is_learnt_and_both_its_factors_get_importance():
    """Of the same rows and seed a start from the lasso alone learns nothing but c."""
    table, settings = _world(0, lambda past: past("a", 3) * past("b", 1) + 0.8 * past("c", 2))
    settings = replace(settings, hidden_size=8, max_epochs=6, batch_size=32)
    forecaster = IMVForecaster.from_settings(settings).fit(table)
    scores = forecaster.score(table)
    assert scores["rmse"] < 0.9 * scores["ridge_rmse"]
    explanation = forecaster.explain(table)
    importance = explanation.variable_importance
    assert set(importance.nlargest(3).index) == {"a", "b", "c"}
    assert importance[["a", "b"]].min() > 0.1
    peaks = explanation.temporal_importance.idxmax(axis=1)
    assert peaks[["a", "b", "c"]].tolist() == [3, 1, 2]
