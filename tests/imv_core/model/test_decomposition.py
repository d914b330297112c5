"""The account is of the forecast: the last value is the target's own past at lag 1."""

import numpy as np
import pandas as pd
import pytest

from imv_core import IMVForecaster, SettingsError, read_table
from imv_core.synthetic.worlds import WORLDS
from imv_core.windows.near_copies import find_groups

ROWS = 2_500


def _slow(rng, rows):
    drawn = rng.standard_normal(rows)
    for row in range(1, rows):
        drawn[row] = 0.95 * drawn[row - 1] + (1 - 0.95**2) ** 0.5 * drawn[row]
    return drawn


def _sensors(own: float, strength: float = 1.0) -> pd.DataFrame:
    """y[t] = own y[t-1] + strength (a[t-2] - b[t-4]) + noise, far from zero; c does nothing."""
    rng = np.random.default_rng(7)
    inputs = {name: _slow(rng, ROWS) for name in "abc"}
    noise, y = 0.2 * rng.standard_normal(ROWS), np.zeros(ROWS)
    for t in range(4, ROWS):
        driven = inputs["a"][t - 2] - inputs["b"][t - 4]
        y[t] = own * y[t - 1] + strength * driven + noise[t]
    index = pd.date_range("2024", periods=ROWS, freq="h", name="time")
    frame = {"y": 5_000 + 3 * y} | {name: 40 + 5 * x for name, x in inputs.items()}
    return pd.DataFrame(frame, index)


@pytest.fixture(scope="module", params=[0.0, 1.0], ids=["own past absent", "random walk"])
def trained(request):
    table = read_table(_sensors(request.param, 0.2 if request.param else 1.0), name="sensors")
    model = IMVForecaster("y", predict="change", lookback=6, max_epochs=6, hidden_size=8).fit(table)
    return request.param, model, table


def test_the_own_past_has_the_share_that_moving_it_has(trained):
    own, model, table = trained
    importance = model.explain(table).variable_importance
    if own == 0:
        assert importance["y"] < 0.03
        assert importance[["a", "b"]].min() > 0.3
    else:
        assert importance["y"] > 0.9
    of_change = model.explain(table, of="change").variable_importance
    assert (of_change["y"] > 0.3) if own == 0 else (of_change["y"] < 0.1)


def test_what_is_added_to_the_median_is_the_forecast_of_every_window(trained):
    _, model, table = trained
    forecast = model.predict(table)["forecast"].to_numpy()
    for of in ("forecast", "change"):
        detail = model.explain(table, of=of).windows(slice(None))
        rebuilt = (detail.base + detail.contribution.sum(-1)).ravel()
        np.testing.assert_allclose(rebuilt, forecast, rtol=0, atol=1e-4 * forecast.std())
        by_lag = detail.contribution_by_lag.sum(-1)
        np.testing.assert_allclose(by_lag, detail.contribution, rtol=0, atol=1e-3)
    assert len(np.unique(detail.base)) > 100  # of the change: the last value and the same for all


def test_doubling_a_cell_moves_the_forecast_by_what_it_adds_once_more(trained):
    """Of an additive world: by the account's amount, for the last value too."""
    _, model, table = trained
    one = model.explain_one(table)
    parts, typical = (
        one.contribution_at(1),
        dict(zip(one.variables, model.fitted.scaling.mean, strict=True)),
    )
    for name, lag in (("y", 1), ("a", 2), ("b", 4)):
        values = one.values.copy()
        row = values.index[-lag]
        values.loc[row, name] += values.loc[row, name] - typical[name]
        moved = model.what_if(one, values).forecast[0] - one.forecast[0]
        assert moved == pytest.approx(parts.loc[name, lag], abs=0.05 * np.abs(parts).max(axis=None))


def test_one_forecast_and_its_window_have_the_same_account(trained):
    _, model, table = trained
    for of in ("forecast", "change"):
        detail = model.explain(table, "future", of).windows(slice(None))
        one = model.explain_one(table, of=of)
        assert one.explains == of
        np.testing.assert_allclose(one.base, detail.base[0], rtol=1e-6)
        np.testing.assert_allclose(one.contribution, detail.contribution[0], atol=1e-3)
        again = model.what_if(one, one.values)
        assert again.explains == of
        np.testing.assert_allclose(again.contribution, one.contribution, atol=1e-6)


def test_a_single_value_changes_the_forecast_by_its_contribution_at_lag_1(trained):
    own, model, table = trained
    moved = model.attribute_one(table, model.explain_one(table))[0]
    y = list(model.fitted.scaling.variables).index("y")
    largest = np.unravel_index(moved.argmax(), moved.shape)
    if own:
        assert largest == (y, moved.shape[1] - 1)
    else:
        assert moved[y, -1] < 0.1 * moved.max()


def test_where_the_own_past_is_off_the_base_is_the_last_value():
    frame = _sensors(0.0)
    table = read_table(frame, name="sensors")
    model = IMVForecaster("y", ["a", "b", "c"], predict="change", lookback=6, max_epochs=1)
    one = model.fit(table).explain_one(table)
    origin = float(model.fitted.model.models[0].attention.origin) * model.fitted.scaling.spread[0]
    assert one.base[0] == pytest.approx(frame["y"].iloc[-1] + origin, rel=1e-6)


@pytest.mark.parametrize("fill", ["last", "median"])
def test_a_last_value_that_is_missing_is_stood_in_for_by_the_one_before(fill):
    frame = _sensors(1.0, 0.2)
    frame.iloc[-3:, 0] = np.nan
    table = read_table(frame, name="holed")
    model = IMVForecaster("y", predict="change", lookback=6, max_epochs=1, fill=fill).fit(table)
    one = model.explain_one(table)
    last = frame["y"].dropna().iloc[-1]
    assert one.values["y"].iloc[-1] == last
    assert one.window.was_missing["y"].tolist()[-3:] == [True] * 3
    added = last - model.fitted.scaling.mean[model.fitted.scaling.own]
    own = one.contribution_at(1).loc["y", 1]
    of_change = model.explain_one(table, of="change").contribution_at(1).loc["y", 1]
    assert own - of_change == pytest.approx(added, rel=1e-4)


def test_a_level_has_one_account():
    world = WORLDS["additive"](600, seed=1)
    table = read_table(world.frame, name="level")
    model = IMVForecaster("y", predict="level", max_epochs=1, hidden_size=4).fit(table)
    of_both = [model.explain(table, of=of).variable_importance for of in ("forecast", "change")]
    pd.testing.assert_series_equal(*of_both)


def test_nothing_else_is_explained(trained):
    _, model, table = trained
    with pytest.raises(SettingsError, match="'past' is not explained; choose one of forecast"):
        model.explain(table, of="past")


def test_what_copies_cancel_counts_for_none_of_them():
    """Two columns all but the same, one added and one taken away: together they add nothing."""
    rng = np.random.default_rng(1)
    frame = _sensors(0.0)
    frame.insert(1, "d", frame["a"] + 0.01 * rng.standard_normal(ROWS))
    table = read_table(frame, name="copies")
    model = IMVForecaster("y", predict="level", lookback=6, max_epochs=4, hidden_size=8).fit(table)
    explanation = model.explain(table)
    assert explanation.groups == (("d", "a"),)
    before = explanation.variable_importance
    (member,) = model.fitted.model.models
    names = list(explanation.variables)
    detail = explanation.windows(slice(None))
    shares = (detail.weight[..., None] * detail.attention).mean((0, 1))
    for name, sign in (("a", 1.0), ("d", -1.0)):  # +5 a and -5 d at lag 1, in deviations
        n = names.index(name)
        member.attention.slope.data[n, -1] += sign * 5 / shares[n, -1]
    after = model.explain(table).variable_importance
    assert after[["a", "d"]].sum() == pytest.approx(before[["a", "d"]].sum(), abs=0.15)


def test_variables_are_alike_in_groups_all_of_whom_are():
    rng = np.random.default_rng(0)
    base, other = rng.standard_normal((2, 500))
    rows = np.stack([base, other, -base + 0.01 * other, rng.standard_normal(500)], axis=1)
    assert find_groups(rows) == ((0, 2),)
    assert find_groups(rows[:, :1]) == ()
    assert find_groups(np.ones((5, 3))) == ()
