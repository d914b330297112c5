"""Figures show the numbers they are given, and names as they are written."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dashboard.figures import importance, residuals, series, training, window
from dashboard.figures.theme import DARK, LIGHT
from imv_core import IMVForecaster

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<b>x</b>",
    "😀" * 40,
    "n" * 200,
    "n" * 199 + "!",  # reads like the one before once it is cut
    "100 %{y}",
]


@pytest.fixture(scope="module")
def explanation(forecaster, table):
    return forecaster.explain(table)


def _numbers(values):
    return np.asarray(values, dtype=float)


def _bars(explanation, **options):
    return importance.bars(
        explanation.variable_importance.sort_values(ascending=False),
        explanation.importance_range,
        explanation.uniform[0],
        LIGHT,
        **options,
    )


def _many(names, lags=3):
    """Shares of some variables, the first the largest."""
    weights = np.arange(len(names), 0, -1, dtype=float)
    shares = pd.Series(weights / weights.sum(), index=names)
    return shares, pd.DataFrame({lag: shares / lags for lag in range(1, lags + 1)})


def _texts(figure):
    """All that a figure hands to the browser as text."""
    return figure.to_json().encode().decode("unicode_escape")


def test_bars_are_the_importances_in_order_with_their_range(explanation):
    bar = _bars(explanation).data[0]
    shares = explanation.variable_importance.sort_values(ascending=False)
    spread = explanation.importance_range.loc[shares.index]
    np.testing.assert_array_equal(bar.x, shares)
    np.testing.assert_allclose(_numbers(bar.x) + bar.error_x.array, spread["high"])
    np.testing.assert_allclose(_numbers(bar.x) - bar.error_x.arrayminus, spread["low"])
    assert list(_bars(explanation).layout.yaxis.ticktext) == list(shares.index)


def test_the_words_under_the_pointer_say_what_the_range_is_over(explanation):
    assert "over time %{customdata[0]" in _bars(explanation).data[0].hovertemplate
    assert (
        "over 5 seeds %{customdata[0]"
        in _bars(explanation, over="over 5 seeds").data[0].hovertemplate
    )


def test_bars_mark_the_uniform_share(explanation):
    figure = _bars(explanation)
    uniform = 1 / len(explanation.variables)
    assert figure.layout.shapes[0].x0 == figure.layout.shapes[0].x1 == uniform
    assert [a.text for a in figure.layout.annotations] == [f"uniform {uniform:.3f}"]


def test_markers_stand_at_the_rows_of_their_variables(explanation):
    prior = explanation.variable_importance.iloc[::-1] / 2
    figure = _bars(explanation, markers=prior)
    np.testing.assert_array_equal(_numbers(figure.data[1].x), _numbers(figure.data[0].x) / 2)


def test_a_heatmap_has_the_numbers_and_lag_1_at_the_right(explanation):
    shares = explanation.temporal_importance
    figure = importance.heatmap(shares, explanation.uniform[1], LIGHT, "share", "1 hour")
    cells = figure.data[0]
    np.testing.assert_array_equal(cells.z, shares)
    assert list(cells.x) == list(shares.columns)
    assert cells.x[0] == 1
    assert figure.layout.xaxis.autorange == "reversed"
    assert list(figure.layout.yaxis.ticktext) == list(shares.index)
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]  # the first row on top
    assert tuple(cells.customdata[2][4]) == (shares.index[2], "lag 5 (5 × 1 hour before)", "")


@pytest.mark.parametrize(
    ("uniform", "expected"),
    [(0.1, "10% uniform"), (0.0125, "1.2% uniform"), (0.0035, "0.35% uniform")],
)
def test_the_uniform_share_is_marked_on_the_scale_of_colours(explanation, uniform, expected):
    figure = importance.heatmap(explanation.temporal_importance, uniform, LIGHT, "share", "")
    bar = figure.data[0].colorbar
    assert bar.ticktext[list(bar.tickvals).index(uniform)] == expected


@pytest.mark.parametrize(("largest", "top"), [(0.26, 0.5), (0.5, 0.5), (0.9, 0.9)])
def test_colours_never_span_less_than_twice_the_uniform_share(largest, top):
    rest = (1 - largest) / 3
    shares = pd.DataFrame([[largest, rest, rest, rest]], index=["a"], columns=[1, 2, 3, 4])
    cells = importance.heatmap(shares, 0.25, DARK, "share", "").data[0]
    assert (cells.zmin, cells.zmax) == (0, top)


def test_importance_over_time_keeps_every_share(explanation):
    weights = explanation.weights
    figure = importance.over_time(weights, LIGHT, first=list(weights.columns[:3]))
    assert len(figure.data) == 4
    assert figure.data[3].name == f"{weights.shape[1] - 3} others"
    np.testing.assert_allclose(sum(_numbers(band.y) for band in figure.data), 1, atol=1e-5)


@pytest.mark.parametrize("draw", ["bars", "heatmap", "over_time", "series", "forming"])
def test_names_are_escaped_and_cut(draw, forecaster):
    shares, cells = _many(HOSTILE)
    wide = pd.DataFrame([shares, shares], index=[0, 1])
    record = replace(forecaster.fitted.history[0], variable_importance=tuple(shares))
    figure = {
        "bars": lambda: importance.bars(
            shares, pd.DataFrame({"low": shares, "high": shares}), 0.2, LIGHT
        ),
        "heatmap": lambda: importance.heatmap(cells, 0.3, LIGHT, "share", ""),
        "over_time": lambda: importance.over_time(wide, LIGHT),
        "series": lambda: series.variables(wide, HOSTILE, {}, LIGHT),
        "forming": lambda: training.forming([record], HOSTILE, LIGHT),
    }[draw]()
    text = _texts(figure)
    assert "<img" not in text
    assert "<b>x" not in text
    assert "&lt;b&gt;x" in text
    assert "n" * 61 not in text
    assert not any("100 %{y}" in (trace.hovertemplate or "") for trace in figure.data)


def test_names_that_are_cut_to_the_same_keep_rows_of_their_own():
    shares, cells = _many(HOSTILE)
    spread = pd.DataFrame({"low": shares, "high": shares})
    for figure in (
        importance.bars(shares, spread, 0.2, LIGHT),
        importance.heatmap(cells, 0.3, LIGHT, "share", ""),
    ):
        names = figure.layout.yaxis.ticktext
        assert names[3] == names[4]
        assert list(figure.data[0].y) == list(figure.layout.yaxis.tickvals) == list(range(6))
    assert len(importance.over_time(pd.DataFrame([shares]), LIGHT).data) == 6


def test_200_variables_have_200_rows():
    shares, cells = _many([f"v{i}" for i in range(200)], lags=10)
    spread = pd.DataFrame({"low": shares, "high": shares})
    bars = importance.bars(shares, spread, 1 / 200, LIGHT)
    heatmap = importance.heatmap(cells, 1 / 2000, LIGHT, "share", "1 day")
    for figure in (bars, heatmap):
        assert len(figure.layout.yaxis.ticktext) == 200
        assert figure.layout.height > 200 * 20  # a row can be read
    assert heatmap.data[0].texttemplate is None
    assert len(importance.over_time(pd.DataFrame([shares]), LIGHT).data) == 8


def test_one_variable_alone_can_be_drawn():
    shares, cells = _many(["only"])
    bars = importance.bars(shares, pd.DataFrame({"low": shares, "high": shares}), 1.0, LIGHT)
    assert list(bars.data[0].x) == [1.0]
    assert importance.heatmap(cells, 1 / 3, LIGHT, "share", "").data[0].zmax == 2 / 3


@pytest.mark.parametrize("missing", [False, True])
def test_a_million_points_are_thinned_and_keep_their_lows_and_highs(missing):
    values = np.random.default_rng(0).normal(size=1_000_000)
    if missing:
        values[::100] = np.nan  # one in every stretch
    spikes = [123_456, 123_460, 800_001]
    values[spikes] = 50, -50, 60
    places = series.downsample(values)
    assert set(spikes) <= set(places)
    assert len(places) <= series.MOST_POINTS + 2
    assert (np.diff(places) > 0).all()
    assert (places[0], places[-1]) == (0, 999_999)
    assert np.isnan(values[places]).sum() <= 1


def test_thinning_leaves_few_points_alone():
    np.testing.assert_array_equal(series.downsample(np.array([1.0, np.nan, 3.0])), [0, 1, 2])


def test_thinning_keeps_wide_gaps_open():
    values = np.sin(np.arange(100_000) / 500)
    values[40_000:60_000] = np.nan
    places = series.downsample(values)
    inside = places[(places >= 40_000) & (places < 60_000)]
    assert len(inside) > 0
    assert np.isnan(values[inside]).all()


@pytest.mark.parametrize("pattern", ["one in 50", "three alone", "every second stretch"])
def test_thinning_bounds_the_points_however_the_gaps_lie(pattern):
    values = np.full(200_000, np.nan)
    rows = np.arange(len(values))
    seen = {
        "one in 50": rows % 50 == 0,
        "three alone": np.isin(rows, [5, 70_000, 70_001]),
        "every second stretch": rows // 150 % 2 == 0,
    }[pattern]
    values[seen] = rows[seen]
    places = series.downsample(values)
    assert len(places) <= 2 * series.MOST_POINTS + 2
    assert np.nanmax(values[places]) == np.nanmax(values)


@pytest.mark.parametrize("value", [np.nan, 5.0])
def test_columns_without_a_value_or_a_change_can_be_thinned(value):
    values = np.full(100_000, value)
    places = series.downsample(values)
    assert (places[0], places[-1]) == (0, 99_999)
    assert len(places) <= series.MOST_POINTS + 2


def test_each_variable_has_a_panel_and_each_part_its_beginning(table):
    names = list(table.frame.columns)[:3]
    starts = {"train": table.frame.index[0], "test": table.frame.index[500]}
    figure = series.variables(table.frame, names, starts, LIGHT)
    for trace, name in zip(figure.data, names, strict=True):
        np.testing.assert_array_equal(_numbers(trace.y), table.frame[name])
    lines = {pd.Timestamp(shape.x0) for shape in figure.layout.shapes}
    assert lines == set(starts.values())
    assert [a.text for a in figure.layout.annotations] == ["train", "test"]


def test_labels_are_drawn_as_they_are_written_and_missing_ones_stay_missing():
    labels = pd.Series(["<b>wet</b>", "dry", None] * 3_000, dtype="str")
    trace = series.variables(labels.to_frame("weather"), ["weather"], {}, LIGHT).data[0]
    assert trace.mode == "markers"
    assert len(trace.y) <= series.MOST_POINTS
    assert {v for v in trace.y if isinstance(v, str)} == {"&lt;b&gt;wet&lt;/b&gt;", "dry"}
    assert any(not isinstance(v, str) for v in trace.y)


@pytest.mark.parametrize("freq", ["10min", "h", "D"])
def test_evenly_spaced_times_are_told_by_the_first_and_their_distance(freq):
    times = pd.date_range("2024-02-28", periods=9, freq=freq)
    place = series.even_times(times)
    told = [pd.Timestamp(place["x0"]) + pd.Timedelta(i * place["dx"], "ms") for i in range(9)]
    assert told == list(times)


@pytest.mark.parametrize("freq", ["MS", "B"])
def test_times_that_are_not_evenly_spaced_are_all_told(freq):
    times = pd.date_range("2024-02-28", periods=9, freq=freq)
    assert list(series.even_times(times)["x"]) == list(times)


def test_a_table_without_time_is_drawn_over_its_row_numbers():
    frame = pd.DataFrame({"a": np.arange(50.0), "b": np.nan, "c": 1.0})
    figure = series.variables(frame, ["a", "b", "c"], {"test": 40}, LIGHT)
    assert (figure.data[0].x, figure.data[0].x0, figure.data[0].dx) == (None, 0, 1)
    assert {shape.x0 for shape in figure.layout.shapes} == {40}


def test_a_forecast_is_drawn_with_interval_truth_and_future(forecaster, table):
    past, future = forecaster.predict(table), forecaster.predict(table, "future")
    figure = series.forecast(past, future, "y", LIGHT)
    drawn = {trace.name: trace for trace in figure.data}
    np.testing.assert_array_equal(_numbers(drawn["actual"].y), past["actual"])
    np.testing.assert_array_equal(_numbers(drawn["forecast"].y), past["forecast"])
    np.testing.assert_array_equal(_numbers(drawn["beyond the last row"].y), future["forecast"])
    upper, lower = [t for t in figure.data if t.name == "90% interval"][:2]  # then the future
    np.testing.assert_array_equal(_numbers(upper.y), past["upper"])
    np.testing.assert_array_equal(_numbers(lower.y), past["lower"])
    assert lower.fill == "tonexty"
    assert pd.Timestamp(figure.layout.xaxis.range[1]) == future["time"].iloc[-1]


def test_no_band_is_drawn_where_there_is_no_interval(forecaster, table):
    past = forecaster.predict(table)
    gaps = [10, 11, 12, 30, 32]  # 31 is alone
    past.loc[gaps, ["actual", "forecast", "lower", "upper"]] = np.nan
    near = past[["time", "actual", "forecast", "lower", "upper"]]
    last = (past["time"].iloc[-1], 0.0)
    for figure in (
        series.forecast(past, past.iloc[:0], "y", LIGHT),
        window.around(near, near, (last[0], last[0]), last, "y", LIGHT),
    ):
        (band,) = (trace for trace in figure.data if trace.fill)
        assert (band.fill, band.name) == ("toself", "90% interval")
        assert band.showlegend is not False
        x, y = pd.to_datetime(pd.Series(list(band.x))), _numbers(band.y)
        shapes = [rows.index for _, rows in x.groupby(np.isnan(y).cumsum())]
        stretches = [range(10), range(13, 30), [31], range(33, len(past))]
        for shape, rows in zip(shapes, stretches, strict=True):
            corners = [i for i in shape if np.isfinite(y[i])]
            there = past.iloc[[*rows, *reversed(rows)]]
            assert list(x[corners]) == list(there["time"])
            up, down = y[corners][: len(rows)], y[corners][len(rows) :]
            np.testing.assert_array_equal(up, there["upper"].iloc[: len(rows)])
            np.testing.assert_array_equal(down, there["lower"].iloc[len(rows) :])


def test_three_steps_of_the_future_are_drawn_behind_any_step(table):
    three = IMVForecaster("y", horizon=3, max_epochs=1, hidden_size=2, lookback=4).fit(table)
    past, future = three.predict(table), three.predict(table, "future")
    assert len(future) == 3
    for step in (1, 3):
        one = past[past["step"] == step]
        figure = series.forecast(one, future, "y", LIGHT)
        beyond = next(t for t in figure.data if t.name == "beyond the last row")
        np.testing.assert_array_equal(_numbers(beyond.y), future["forecast"])


def test_without_a_future_the_past_is_drawn_alone(forecaster, table):
    past = forecaster.predict(table)
    figure = series.forecast(past, past.iloc[:0], "<b>y</b>", LIGHT)
    assert "beyond the last row" not in [trace.name for trace in figure.data]
    assert pd.Timestamp(figure.layout.xaxis.range[1]) == past["time"].iloc[-1]
    assert figure.layout.yaxis.title.text == "&lt;b&gt;y&lt;/b&gt;"


def test_the_view_holds_all_that_is_in_sight_even_where_the_truth_is_missing(forecaster, table):
    past = forecaster.predict(table).assign(actual=np.nan)
    low, high = series.forecast(past, past.iloc[:0], "y", LIGHT).layout.yaxis.range
    assert low < past["lower"].min() < past["upper"].max() < high


def test_residuals_are_actual_minus_forecast(forecaster, table):
    past = forecaster.predict(table)
    points = residuals.residuals(past, "y", LIGHT).data[0]
    np.testing.assert_array_equal(_numbers(points.y), past["actual"] - past["forecast"])


@pytest.mark.parametrize("epochs", [1, 3])
def test_losses_are_those_of_the_history_and_the_kept_epoch_is_marked(epochs, forecaster):
    history = forecaster.fitted.history[:epochs]
    figure = training.losses(history, LIGHT, "loss")
    drawn = {trace.name: trace for trace in figure.data}
    assert list(drawn["training part"].y) == [r.train_loss for r in history]
    assert list(drawn["validation part"].y) == [r.validation_loss for r in history]
    kept = min(history, key=lambda record: record.validation_loss)
    assert (*drawn["kept"].x, *drawn["kept"].y) == (kept.epoch, kept.validation_loss)
    assert list(figure.layout.xaxis.range) == [0.5, 3.5]  # room for the epochs to come


@pytest.mark.parametrize("epochs", [1, 3])
def test_the_numbers_of_a_history_are_those_of_its_figures(epochs, forecaster):
    history, names = forecaster.fitted.history[:epochs], forecaster.fitted.scaling.variables
    frame = training.frame(history, names)
    assert list(frame["epoch"]) == list(range(1, epochs + 1))
    figure = training.forming(history, names, LIGHT)
    assert len(figure.data) == 8  # seven and the others
    for trace in figure.data[:7]:
        np.testing.assert_array_equal(_numbers(trace.y), frame[f"importance {trace.name}"])
