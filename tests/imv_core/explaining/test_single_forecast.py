"""One forecast and what it rests on, as it is and as it might have been."""

import numpy as np
import pandas as pd
import pytest

from imv_core import IMVForecaster, TableError, read_table
from imv_core.errors import NoWindowError

WHOLE = ["forecaster", "two_steps", "three_seeds"]


def _rows(forecaster, table, part="test"):
    """Row of the first step of every window of a part."""
    return forecaster._windows(table, part).origins + 1


@pytest.fixture(params=WHOLE)
def model(request) -> IMVForecaster:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def labelled(world):
    """A table with holes, a text column, and a target that is no variable."""
    frame = world.frame.iloc[:, :5].copy()
    rng = np.random.default_rng(5)
    frame["label"] = np.where(frame["x2"] > frame["x2"].median(), "high", "low")
    for name in frame.columns:
        frame.loc[frame.index[rng.random(len(frame)) < 0.2], name] = None
    return read_table(frame, name="labelled")


@pytest.fixture(scope="module")
def of_labels(labelled) -> IMVForecaster:
    variables = [v for v in labelled.usable if v != "y"]
    options = {"predict": "change", "lookback": 4, "horizon": 2, "max_epochs": 1, "hidden_size": 3}
    return IMVForecaster("y", variables, **options).fit(labelled)


def test_one_forecast_is_that_of_all_windows_together(model, table):
    """The same numbers from T rows alone as from the whole table."""
    forecasts = model.predict(table)
    H = model.settings.horizon
    explanation = model.explain(table)
    rows = _rows(model, table)
    for k in (0, len(rows) // 2, len(rows) - 1):
        one = model.explain_one(table, rows[k])
        detail = explanation.windows(slice(k, k + 1))
        expected = forecasts.iloc[k * H : (k + 1) * H]
        assert list(one.window.times) == list(expected["time"])
        for name in ("forecast", "lower", "upper"):
            np.testing.assert_allclose(getattr(one, name), expected[name], rtol=1e-4)
        np.testing.assert_allclose(one.window.actual, expected["actual"])
        for name in ("attention", "weight", "responsibility", "contribution", "base"):
            theirs = getattr(detail, name)[0]
            np.testing.assert_allclose(getattr(one, name), theirs, rtol=1e-3, atol=1e-4)


def test_the_window_beyond_the_last_row_has_no_truth(model, table):
    one = model.explain_one(table)
    expected = model.predict(table, "future")
    np.testing.assert_allclose(one.forecast, expected["forecast"], rtol=1e-4)
    assert list(one.window.times) == list(expected["time"])
    assert np.isnan(one.window.actual).all()
    assert np.isnan(one.responsibility).all()


def test_steps_beyond_the_last_row_have_times(two_steps, table):
    one = two_steps.explain_one(table, len(table.frame) - 1)
    assert np.isnan(one.window.actual).tolist() == [False, True]
    assert one.window.times[1] == table.times_after(1)[0]


def test_contributions_add_up_to_the_forecast(model, table):
    one = model.explain_one(table, 500)
    np.testing.assert_allclose(one.base + one.contribution.sum(1), one.forecast, rtol=1e-12)
    mixed = (one.weight * one.component_mean).sum(1)
    np.testing.assert_allclose(mixed, one.forecast, rtol=1e-5)
    np.testing.assert_allclose(one.attention.sum(2), 1, rtol=1e-5)
    np.testing.assert_allclose(one.weight.sum(1), 1, rtol=1e-5)


def test_over_inputs_a_contribution_is_the_sum_of_its_lags(two_steps, table):
    one = two_steps.explain_one(table, 550)
    assert one.contribution_by_lag is not None
    np.testing.assert_allclose(
        one.contribution_by_lag.sum(2), one.contribution, rtol=1e-4, atol=1e-4
    )
    frame = one.contribution_at(2)
    assert frame.loc["x2", 1] == one.contribution_by_lag[1, one.variables.index("x2"), -1]


def test_over_states_a_contribution_does_not_split_by_lag(three_seeds, table):
    assert three_seeds.explain_one(table, 500).contribution_at(1) is None


def test_an_ensembles_contribution_is_the_sum_of_its_lags_too(table):
    options = {"max_epochs": 1, "hidden_size": 3, "lookback": 5, "seeds": 2}
    one = IMVForecaster("y", **options).fit(table).explain_one(table, 500)
    np.testing.assert_allclose(
        one.contribution_by_lag.sum(2), one.contribution, rtol=1e-4, atol=1e-4
    )


def test_the_densities_of_the_components_mix_to_the_models_spread(three_seeds, table):
    one = three_seeds.explain_one(table, 500)
    assert one.learns_densities
    second = (one.weight * (one.component_spread**2 + one.component_mean**2)).sum(1)
    np.testing.assert_allclose(np.sqrt(second - one.forecast**2), one.spread, rtol=1e-3)


@pytest.mark.parametrize("row", [3, 601, -1])
def test_a_row_without_a_window_is_an_error_that_names_the_rows_with_one(two_steps, table, row):
    with pytest.raises(NoWindowError, match=f"rows 6 to 600, not {row}"):
        two_steps.explain_one(table, row)


def test_missing_values_are_those_before_them(of_labels, labelled):
    frame = labelled.frame
    for row in (300, 301, 302, 303, 520):
        one = of_labels.explain_one(labelled, row)
        expected = frame.iloc[:row].ffill().iloc[-4:]
        pd.testing.assert_frame_equal(one.values, expected[one.values.columns], check_freq=False)
        was_missing = frame.iloc[row - 4 : row].isna()
        pd.testing.assert_frame_equal(one.window.was_missing, was_missing[one.values.columns])


def test_where_missing_inputs_count_as_the_median_they_do_so_in_a_window(labelled):
    """Also where the target is a variable, and missing in a whole window."""
    frame = labelled.frame.copy()
    frame.loc[frame.index[540:548], "y"] = np.nan
    labelled = read_table(frame, name="labelled")
    options = {"predict": "change", "lookback": 4, "max_epochs": 1, "hidden_size": 3}
    model = IMVForecaster("y", fill="median", **options).fit(labelled)
    forecasts = model.predict(labelled)["forecast"].to_numpy()
    rows = _rows(model, labelled, "test")
    assert 548 in rows
    for k in range(len(rows)):
        one = model.explain_one(labelled, rows[k])
        np.testing.assert_allclose(one.forecast, forecasts[k], rtol=1e-4)
        again = model.what_if(one, one.values.copy())
        np.testing.assert_array_equal(again.forecast, one.forecast)


def test_changing_nothing_changes_nothing(of_labels, labelled):
    """Also where the target is no variable and moves the base, and where labels are missing."""
    for row in (4, 5, 6, 301, 520, None):
        one = of_labels.explain_one(labelled, row)
        again = of_labels.what_if(one, one.values.copy())
        for name in ("forecast", "lower", "upper", "base", "contribution", "attention", "scaled"):
            np.testing.assert_array_equal(getattr(again, name), getattr(one, name))
        np.testing.assert_array_equal(again.window.actual, one.window.actual)


def test_a_window_at_the_start_is_that_of_the_whole_table(of_labels, labelled):
    """Before it nothing is known, so what is missing counts as typical."""
    rows = _rows(of_labels, labelled, "train")
    forecasts = of_labels.predict(labelled, "train")["forecast"].to_numpy().reshape(-1, 2)
    for k in range(4):
        one = of_labels.explain_one(labelled, rows[k])
        np.testing.assert_allclose(one.forecast, forecasts[k], rtol=1e-4)


def test_where_the_change_is_forecast_the_base_moves_with_the_targets_last_value(
    of_labels, labelled
):
    one = of_labels.explain_one(labelled, 520)
    values = one.values.copy()
    values.iloc[-1, values.columns.get_loc("y")] += 7.0
    moved = of_labels.what_if(one, values)
    np.testing.assert_allclose(moved.base - one.base, 7.0)
    np.testing.assert_array_equal(moved.contribution, one.contribution)  # it is no variable


def test_a_label_can_be_changed_and_an_unknown_one_counts_as_the_mean(of_labels, labelled):
    one = of_labels.explain_one(labelled, 520)
    codes = of_labels.fitted.scaling.codes["label"]
    n = one.variables.index("label")

    def scaled(label):
        return of_labels.what_if(one, one.values.assign(label=label)).scaled[:, n]

    scaling = of_labels.fitted.scaling
    for label, number in [*codes.items(), ("never seen", scaling.target_mean)]:
        expected = (number - scaling.mean[n]) / scaling.scale[n]
        np.testing.assert_allclose(scaled(label), expected, rtol=1e-5)


def test_in_tensor_a_changed_variable_leaves_the_others_as_they_were(three_seeds, table):
    one = three_seeds.explain_one(table, 500)
    changed = three_seeds.what_if(one, one.values.assign(x5=one.values["x5"] * 3))
    others = [n for n, name in enumerate(one.variables) if name != "x5"]
    same = one.attention[:, others], changed.attention[:, others]
    np.testing.assert_array_equal(*same)
    assert not np.allclose(one.attention, changed.attention)
    # each member's means stay; of an ensemble they are mixed by weights, which may move
    single = IMVForecaster("y", max_epochs=1, hidden_size=3, lookback=5).fit(table)
    one = single.explain_one(table, 500)
    changed = single.what_if(one, one.values.assign(x5=one.values["x5"] * 3))
    np.testing.assert_array_equal(one.component_mean[:, others], changed.component_mean[:, others])


def test_a_planted_driver_moves_the_forecast_at_its_lag_and_only_there(world, table):
    """y = 20 (1.0 x2[t-3] + ...): a deviation more of x2 at lag 3 is 20 more, elsewhere nothing."""
    model = IMVForecaster("y", max_epochs=4, hidden_size=4).fit(table)
    one = model.explain_one(table, 560)
    moved = {}
    for lag in one.lags:
        values = one.values.copy()
        values.iloc[-lag, values.columns.get_loc("x2")] += world.frame["x2"].std()
        moved[lag] = (model.what_if(one, values).forecast - one.forecast)[0]
    assert moved[3] == pytest.approx(20, rel=0.15)
    assert max(abs(moved[lag]) for lag in one.lags if lag != 3) < 3


@pytest.mark.parametrize(
    ("value", "words"), [("a lot", "'a lot' at lag 2"), (np.inf, "'inf' at"), (1e300, "too large")]
)
def test_a_value_that_cannot_be_computed_with_is_named(forecaster, table, value, words):
    one = forecaster.explain_one(table, 500)
    values = one.values.astype({"x3": object})
    values.iloc[-2, values.columns.get_loc("x3")] = value
    with pytest.raises(TableError, match=f"'x3' has .*{words}"):
        forecaster.what_if(one, values)


@pytest.mark.parametrize("change", [lambda v: v.iloc[1:], lambda v: v.drop(columns="x3")])
def test_a_changed_window_keeps_its_rows_and_columns(forecaster, table, change):
    one = forecaster.explain_one(table, 500)
    with pytest.raises(TableError, match="10 rows and the columns"):
        forecaster.what_if(one, change(one.values))
