"""The estimator, end to end on small planted data."""

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.linear_model import LinearRegression

from imv_core import IMVForecaster, ModelFileError, Settings, SettingsError, TableError, read_table
from imv_core.forecasting.baselines import season_of
from imv_core.forecasting.intervals import Calibration
from imv_core.synthetic import worlds


def test_forecasts_carry_time_step_truth_and_interval(two_steps, table):
    forecast = two_steps.predict(table)
    assert list(forecast) == ["time", "step", "actual", "forecast", "lower", "upper"]
    assert forecast["step"].tolist()[:4] == [1, 2, 1, 2]
    truth = table.frame["y"].loc[forecast["time"]].to_numpy()
    np.testing.assert_array_equal(forecast["actual"], truth)
    assert (forecast["lower"] < forecast["forecast"]).all()
    assert (forecast["forecast"] < forecast["upper"]).all()


def test_a_wider_level_gives_a_wider_interval_that_covers_more(forecaster, table):
    widths, covers = [], []
    for level in (0.5, 0.8, 0.95):
        f = forecaster.predict(table, level=level)
        widths.append((f["upper"] - f["lower"]).mean())
        covers.append(forecaster.score(table, level=level)["coverage"])
    assert widths == sorted(widths)
    assert covers == sorted(covers)


def test_intervals_hold_their_level_on_the_part_that_set_them(forecaster, table):
    for level in (0.5, 0.8, 0.9):
        coverage = forecaster.score(table, "validation", level)["coverage"]
        assert level <= coverage <= level + 0.04  # 90 windows: ranks are rounded outwards


def test_the_future_starts_one_step_after_the_last_row(two_steps, table):
    future = two_steps.predict(table, "future")
    last = table.frame.index[-1]
    assert future["time"].tolist() == [last + pd.Timedelta(hours=k) for k in (1, 2)]
    assert future["actual"].isna().all()
    assert future["forecast"].notna().all()


def test_a_forecast_is_its_base_and_the_sum_of_contributions(
    two_steps, forecaster, three_seeds, table
):
    for model in (two_steps, forecaster, three_seeds):
        detail = model.explain(table).windows(slice(None))
        rebuilt = detail.base + detail.contribution.sum(-1)
        expected = model.predict(table)["forecast"].to_numpy().reshape(rebuilt.shape)
        np.testing.assert_allclose(rebuilt, expected, rtol=1e-4)


def test_forecasts_of_an_ensemble_are_the_means_of_its_members(three_seeds, table):
    windows = three_seeds._windows(table, "test")
    x = windows.batch(slice(None)).x
    scaling, members = three_seeds.fitted.scaling, three_seeds.fitted.model.members
    means = torch.stack([member(x).forecast for member in members]).mean(0).numpy()
    expected = scaling.center + means * np.array(scaling.spread)
    np.testing.assert_allclose(three_seeds.predict(table)["forecast"], expected.ravel(), rtol=1e-5)


def test_48_steps_are_forecast_and_explained_by_one_model(table):
    model = IMVForecaster("y", horizon=48, lookback=6, max_epochs=2, hidden_size=2, seeds=2)
    forecast = model.fit(table).predict(table)
    W = len(forecast) // 48
    assert forecast["step"].tolist() == list(range(1, 49)) * W
    assert forecast.notna().all(axis=None)
    assert len(model.predict(table, "future")) == 48
    assert model.score(table)["rmse"] > 0
    explanation = model.explain(table)
    assert explanation.importance_by_step.shape == (48, 9)
    np.testing.assert_allclose(explanation.importance_by_step.sum(axis=1), 1)
    assert list(explanation.temporal_importance_by_step) == list(range(1, 49))
    detail = explanation.windows(slice(None))
    maps, by_variable = (W, 48, 9, 6), (W, 48, 9)
    assert [a.shape for a in detail] == [maps, *[by_variable] * 3, maps, (W, 48)]
    np.testing.assert_allclose(detail.contribution_by_lag.sum(-1), detail.contribution, atol=1e-3)
    rebuilt = (detail.base + detail.contribution.sum(-1)).ravel()
    np.testing.assert_allclose(rebuilt, forecast["forecast"], rtol=1e-4)


def test_scores_are_those_of_the_same_windows(two_steps, table):
    scores, forecast = two_steps.score(table), two_steps.predict(table)
    error = forecast["forecast"] - forecast["actual"]
    assert scores["rmse"] == pytest.approx(np.sqrt((error**2).mean()))
    assert scores["mae"] == pytest.approx(error.abs().mean())
    y = table.frame["y"]
    origin = forecast["time"] - pd.to_timedelta(forecast["step"], unit="h")
    naive = y.loc[origin].to_numpy() - forecast["actual"]
    assert scores["persistence_rmse"] == pytest.approx(np.sqrt((naive**2).mean()))
    day_before = y.loc[forecast["time"] - pd.Timedelta(days=1)].to_numpy() - forecast["actual"]
    assert scores["seasonal_naive_rmse"] == pytest.approx(np.sqrt((day_before**2).mean()))


def test_ridge_is_close_to_least_squares_on_the_same_lags(forecaster, table):
    y = table.frame["y"].to_numpy()
    lags = np.lib.stride_tricks.sliding_window_view(table.frame.to_numpy(), 10, axis=0)[:-1]
    x, y = lags.reshape(len(lags), -1), y[10:]
    cut_train, cut_test = int(600 * 0.7) - 10, int(600 * 0.85) - 10
    model = LinearRegression().fit(x[:cut_train], y[:cut_train])
    rmse = np.sqrt(np.mean((model.predict(x[cut_test:]) - y[cut_test:]) ** 2))
    assert forecaster.score(table)["ridge_rmse"] == pytest.approx(rmse, rel=0.02)


def test_saved_is_loaded(two_steps, three_seeds, table, tmp_path):
    for model in (two_steps, three_seeds):
        model.save(tmp_path / "model.imv")
        loaded = IMVForecaster.load(tmp_path / "model.imv")
        assert loaded.settings == model.settings
        pd.testing.assert_frame_equal(loaded.predict(table), model.predict(table))
        pd.testing.assert_series_equal(loaded.score(table), model.score(table))
        summary = model.explain(table).summary
        pd.testing.assert_frame_equal(loaded.explain(table).summary, summary)
        assert loaded.fitted.history == model.fitted.history
        assert [p.name for p in tmp_path.iterdir()] == ["model.imv"]


def test_newer_rows_are_scored_as_test_rows(forecaster, world):
    longer = pd.concat(
        [
            world.frame,
            world.frame.iloc[-50:].set_axis(
                pd.date_range(world.frame.index[-1], periods=51, freq="h")[1:]
            ),
        ]
    )
    more = forecaster.predict(read_table(longer.rename_axis("time"), name="longer"))
    before = forecaster.predict(read_table(world.frame, name="planted"))
    assert len(more) == len(before) + 50
    pd.testing.assert_frame_equal(more.iloc[: len(before)], before)


def test_a_table_without_the_columns_is_refused_by_name(forecaster, world):
    other = read_table(world.frame.drop(columns=["x3"]), name="other.csv")
    with pytest.raises(ModelFileError, match=r"other\.csv does not have: 'x3'"):
        forecaster.predict(other)
    text = world.frame.assign(x3=np.where(world.frame["x3"] > 0, "up", "down"))
    with pytest.raises(ModelFileError, match="'x3' held numbers"):
        forecaster.predict(read_table(text, name="other.csv"))


def test_a_misspelt_target_gets_a_suggestion(table):
    with pytest.raises(TableError, match=r"no column 'x33'.*Did you mean 'x3'"):
        IMVForecaster("x33").fit(table)


def test_the_targets_own_past_can_be_left_out(table):
    forecaster = IMVForecaster("y", ["x2", "x5"], max_epochs=1, hidden_size=2).fit(table)
    assert forecaster.explain(table).variables == ("x2", "x5")
    assert np.isfinite(forecaster.score(table)["rmse"])


def test_the_signature_and_the_settings_have_the_same_defaults():
    assert IMVForecaster("y").settings == Settings("y")


def test_an_untrained_forecaster_says_so(table):
    with pytest.raises(SettingsError, match="not trained"):
        IMVForecaster("y").predict(table)


def test_importances_name_the_variables_in_their_order(forecaster, table):
    assert forecaster.explain(table).variable_importance.index.tolist() == table.usable


@pytest.mark.parametrize(
    ("empty", "words"),
    [
        (slice(12, 420), "in the train part that lies 3 steps after a window"),
        (slice(421, 510), "in the validation part that lies 2 steps after a window"),
    ],
)
def test_a_step_that_is_never_observed_is_refused_before_the_training(world, empty, words):
    frame = world.frame.copy()
    frame.iloc[empty, frame.columns.get_loc("y")] = np.nan
    with pytest.raises(TableError, match=words):
        IMVForecaster("y", horizon=3).validate(read_table(frame, name="holes"))


@pytest.mark.parametrize("column", ["y", "x2"])
def test_values_too_large_to_compute_with_are_refused_by_column(world, column):
    table = read_table(world.frame, name="huge")
    frame = table.frame.copy()
    frame.iloc[5, frame.columns.get_loc(column)] = 1e300
    stored = replace(table, frame=frame)  # as tables were stored before such values were taken out
    with pytest.raises(TableError, match=f"Column '{column}' has values that are too large"):
        IMVForecaster("y").validate(stored)


def test_a_column_that_changes_only_after_the_training_part_is_not_learnt_from(world):
    late = np.where(np.arange(600) < 500, 0.1, 5e4)
    table = read_table(world.frame.assign(late=late), name="late")
    forecaster = IMVForecaster("y", max_epochs=1, hidden_size=2).fit(table)
    assert "late" not in forecaster.explain(table).variables
    with pytest.raises(TableError, match="'late' does not change in the training part"):
        IMVForecaster("y", ["x2", "late"]).fit(table)


def test_a_table_of_another_step_is_refused(forecaster, world):
    faster = world.frame.set_axis(pd.date_range("2024-01-01", periods=600, freq="10min"))
    with pytest.raises(ModelFileError, match="steps of 1 hour, and faster has steps of 10 minutes"):
        forecaster.predict(read_table(faster.rename_axis("time"), name="faster"), "all")


def test_an_objective_without_densities_gives_intervals_of_one_width(table):
    squared = IMVForecaster("y", objective="mse", max_epochs=1, hidden_size=2).fit(table)
    forecast = squared.predict(table)
    assert np.ptp(forecast["upper"] - forecast["lower"]) < 1e-3


@pytest.mark.parametrize("n", [10, 50])
def test_conformal_intervals_hold_their_level_with_few_errors_too(n):
    """Over draws of exchangeable errors, the mean coverage is the level or more."""
    random = np.random.default_rng(0)
    held = []
    for _ in range(600):
        errors = random.standard_normal((n + 1, 1))
        ones = np.ones((n, 1))
        calibration = Calibration.of(errors[:n], 0 * ones, ones)
        low, high = calibration.interval(np.zeros((1, 1)), np.ones((1, 1)), level=0.8)
        held.append(bool(low[0, 0] <= errors[n, 0] <= high[0, 0]))
    assert 0.77 < np.mean(held) < 0.93


@pytest.mark.parametrize(
    ("freq", "season"),
    [
        ("h", 24),
        ("10min", 144),
        ("D", 7),
        ("B", 5),
        ("W-SUN", 52),
        ("ME", 12),
        ("MS", 12),
        ("QS-JAN", 4),
        ("YS-JAN", None),
        ("2D", 183),
        (None, None),
    ],
)
def test_the_natural_season_of_a_step(freq, season):
    assert season_of(freq) == season


def test_every_step_ahead_points_at_its_own_lag():
    """What counts one step ahead is one lag nearer two steps ahead."""
    world = worlds.WORLDS["nonlinear"](rows=3000, seed=0)
    table = read_table(world.frame, name="nonlinear")
    explanation = IMVForecaster("y", horizon=2).fit(table).explain(table)
    first, second = (t.idxmax(axis=1) for t in explanation.temporal_importance_by_step.values())
    lags = {driver: lag for driver, (lag,) in world.lags.items() if lag > 1}
    assert len(lags) >= 2
    assert {driver: first[driver] for driver in lags} == lags
    assert {driver: second[driver] + 1 for driver in lags} == lags


@pytest.mark.parametrize("row", [100, 300, 380], ids=["train", "validation", "test"])
@pytest.mark.parametrize("column", ["x2", "y"])
def test_no_forecast_or_score_meets_a_value_beyond_single_precision(world, row, column):
    table = read_table(world.frame[["x1", "x2", "y"]].iloc[:400], name="stored before")
    frame = table.frame.copy()
    frame.iloc[row, frame.columns.get_loc(column)] = 1e39
    stored = replace(table, frame=frame)
    with (
        pytest.warns(UserWarning, match=f"'{column}' are too large")
        if row == 380
        else nullcontext()
    ):
        model = IMVForecaster("y", max_epochs=1, hidden_size=2, lookback=4).fit(stored)
        assert np.isfinite(model.predict(stored)[["forecast", "lower", "upper"]]).all(axis=None)
        assert np.isfinite(model.score(stored)).all()
        assert np.isfinite(model.explain(stored).importance_by_seed).all(axis=None)
        assert np.isfinite(model.explain_one(stored).forecast).all()


def test_a_target_without_two_values_in_a_row_is_refused_for_two_steps(world):
    frame = world.frame.copy()
    frame.loc[np.arange(len(frame)) % 50 > 0, "y"] = np.nan
    with pytest.raises(TableError, match="at each of the 2 steps"):
        IMVForecaster("y", horizon=2).validate(read_table(frame, name="sparse"))


def test_more_inputs_than_memory_bears_are_refused_with_a_remedy(world):
    table = read_table(world.frame, name="wide")
    with pytest.raises(SettingsError, match="Choose fewer variables, or a shorter lookback"):
        IMVForecaster("y", lookback=2_000).validate(table)
