"""Regressions from sums over windows are those of all windows at once."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Lasso, Ridge

from imv_core import Settings, read_table
from imv_core.model.linear import RIDGE_PENALTIES, Moments
from imv_core.training.preparation import prepare

LAGS = {"a": 2, "c": 3}  # of the planted target, y[t] = a[t-2] - 2 c[t-3] + noise


@pytest.fixture(scope="module")
def parts():
    rng = np.random.default_rng(0)
    z = {name: rng.standard_normal(900) for name in "abcd"}
    y = np.zeros(900)
    y[3:] = z["a"][1:-2] - 2 * z["c"][:-3] + 0.3 * rng.standard_normal(897)
    z["copy"] = z["d"]
    time = pd.date_range("2024-01-01", periods=900, freq="h", name="time")
    table = read_table(pd.DataFrame({"y": y, **z}, index=time), name="sparse")
    _, _, train, validation = prepare(table, Settings("y", lookback=4, horizon=2, predict="level"))
    return train, validation


@pytest.fixture(scope="module")
def moments(parts):
    return Moments.from_windows(parts[0])


def _design(windows):
    x, y = windows.batch(slice(None))[:2]
    return x.flatten(1).double().numpy(), y.double().numpy()


def _by_variable(coefficients):
    return np.abs(coefficients[0].reshape(4, 6))  # T, N


def test_moments_are_those_of_all_windows(parts, moments):
    x, y = _design(parts[0])
    joint = np.cov(np.hstack([x, y]), rowvar=False, bias=True)
    np.testing.assert_allclose(moments.covariance, joint[:-2, :-2], atol=1e-9)
    np.testing.assert_allclose(moments.cross, joint[:-2, -2:], atol=1e-9)
    np.testing.assert_allclose(moments.mean_x, x.mean(0), atol=1e-9)
    assert moments.count == len(x)


def test_ridge_is_sklearns_at_the_best_penalty_of_the_validation_part(parts, moments):
    (x, y), (x_new, y_new) = map(_design, parts)
    fitted = [Ridge(alpha=penalty).fit(x, y) for penalty in RIDGE_PENALTIES]
    errors = np.stack([((ridge.predict(x_new) - y_new) ** 2).mean(0) for ridge in fitted])
    ours = moments.ridge(parts[1])
    for h, best in enumerate(errors.argmin(0)):
        np.testing.assert_allclose(ours.coefficients[h], fitted[best].coef_[h], atol=1e-5)
        assert ours.intercepts[h] == pytest.approx(fitted[best].intercept_[h], abs=1e-5)


def test_lasso_is_sklearns_for_one_of_its_penalties(parts, moments, monkeypatch):
    monkeypatch.setattr(
        "imv_core.model.linear.LASSO_PENALTIES", 1
    )  # the largest alone: nothing is left
    assert (moments.lasso(parts[1]).coefficients == 0).all()
    monkeypatch.setattr(
        "imv_core.model.linear.LASSO_PENALTIES", 3
    )  # 1, 0.01 and 0.0001 of the largest
    ours = moments.lasso(parts[1])
    x, y = _design(parts[0])
    largest = np.abs(moments.cross[:, 0]).max()
    theirs = [Lasso(alpha=share * largest).fit(x, y[:, 0]).coef_ for share in (1e-2, 1e-4)]
    gaps = [np.abs(_by_variable(ours.coefficients) - np.abs(c).reshape(4, 6)) for c in theirs]
    told_apart = np.s_[:, :4]  # d and its copy may share their weight in any way
    assert min(gap[told_apart].max() for gap in gaps) < 2e-3


@pytest.mark.parametrize("most", [1000, 10])
def test_lasso_finds_what_was_planted_and_little_else(parts, moments, monkeypatch, most):
    monkeypatch.setattr("imv_core.model.linear.MOST_FOR_LASSO", most)
    sizes = _by_variable(moments.lasso(parts[1]).coefficients)  # columns y, a, b, c, d, copy
    assert sizes[4 - LAGS["a"], 1] > 0.3
    assert sizes[4 - LAGS["c"], 3] > 0.7
    sizes[4 - LAGS["a"], 1] = sizes[4 - LAGS["c"], 3] = 0
    assert sizes.sum() < 0.25


def test_spread_is_the_standard_deviation_of_each_variables_part(parts, moments):
    x, _ = _design(parts[0])
    linear = moments.ridge(parts[1])
    windows = x.reshape(-1, 4, 6)
    for h in range(2):
        weights = linear.coefficients[h].reshape(4, 6)
        parts_of = (windows * weights).sum(1)  # (W, N)
        np.testing.assert_allclose(moments.spread(linear)[:, h], parts_of.std(0), atol=1e-5)


def test_the_penalty_is_chosen_on_the_validation_part(parts, moments):
    train, validation = parts
    chosen = {len(part): moments.ridge(part).coefficients for part in (train, validation)}
    assert not np.allclose(*chosen.values())  # training windows prefer the smallest penalty
