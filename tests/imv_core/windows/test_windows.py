"""The split leaks nothing, and windows are what they say."""

import numpy as np
import pandas as pd
import pytest
import torch

from imv_core import IMVForecaster, Settings, TableError, read_table
from imv_core.training.preparation import prepare
from imv_core.windows.scaling import Scaling
from imv_core.windows.split import Split
from imv_core.windows.windows import Windows

T, H = 4, 2
FIRST = 100  # y of row 0; y grows by 1 a row


@pytest.fixture
def small():
    time = pd.date_range("2024-01-01", periods=40, freq="h", name="time")
    values = np.arange(40.0) + FIRST
    frame = pd.DataFrame({"y": values, "a": values * 2 + 1, "b": np.sin(values)}, index=time)
    return read_table(frame, name="small")


def _scaling(table, predict="level", horizon=H):
    split = Split.by_share(table, 0.5, 0.25)
    train = table.frame.iloc[split.rows(table.frame.index, "train")]
    return Scaling.fit(train, "y", ("y", "a", "b"), horizon, predict), split


def test_parts_follow_one_another_and_their_forecast_steps_lie_in_them(small):
    scaling, split = _scaling(small)
    rows = {"train": (0, 20), "validation": (20, 30), "test": (30, 40)}
    for part, (start, end) in rows.items():
        windows = Windows(small, scaling, split, part, T)
        steps = windows.actual - FIRST  # the row's number
        assert steps.min() == max(start, T)
        assert steps.max() == end - 1
        assert len(windows) == end - max(start, T) - H + 1


def test_windows_hold_the_rows_before_their_steps_lag_1_last(small):
    scaling, split = _scaling(small)
    windows = Windows(small, scaling, split, "test", T)
    x, y, observed, _ = windows.batch(slice(0, 1))
    in_unit = x[0, :, 0].numpy() * scaling.scale[0] + scaling.mean[0]
    np.testing.assert_allclose(in_unit - FIRST, [26, 27, 28, 29], rtol=1e-4)
    np.testing.assert_allclose(
        y[0] * scaling.spread[0] + scaling.center - FIRST, [30, 31], rtol=1e-4
    )
    assert observed.all()


def test_change_is_counted_from_the_last_known_value(small):
    squares = read_table(small.frame.assign(y=np.arange(40.0) ** 2), name="squares")
    scaling, split = _scaling(squares, predict="change")
    windows = Windows(squares, scaling, split, "test", T)
    y = windows.batch(slice(None)).y
    r = windows.origins  # (r + 1)^2 - r^2 and (r + 2)^2 - r^2
    expected = np.stack([2 * r + 1, 4 * r + 4], axis=1)
    np.testing.assert_allclose(y.numpy() * scaling.spread, expected, rtol=1e-5)


@pytest.mark.parametrize(("steps", "is_change"), [("drifts", True), ("is_noise", False)])
def test_auto_predicts_whichever_varies_less(small, steps, is_change):
    noise = np.random.default_rng(0).standard_normal(40)
    y = noise.cumsum() if steps == "drifts" else noise
    scaling, _ = _scaling(read_table(small.frame.assign(y=y), name=steps), predict="auto")
    assert scaling.is_change is is_change


def test_windows_are_views_of_one_copy_of_the_series(small):
    scaling, split = _scaling(small)
    windows = Windows(small, scaling, split, "all", T)
    assert windows._x.untyped_storage().nbytes() == 40 * 3 * 4


def test_the_parts_of_a_table_share_one_copy_of_the_series(small):
    scaling, split = _scaling(small)
    train = Windows(small, scaling, split, "train", T)
    for part in ("validation", "test"):
        shared, own = train.for_part(part), Windows(small, scaling, split, part, T)
        assert shared._x.data_ptr() == train._x.data_ptr()
        assert shared.times.equals(own.times)
        for ours, theirs in zip(shared.batch(slice(None)), own.batch(slice(None)), strict=True):
            assert torch.equal(ours, theirs)


def test_a_filled_value_is_an_input_but_never_a_truth(small):
    frame = small.frame.copy()
    frame.loc[frame.index[33], "y"] = np.nan
    holed = read_table(frame, name="holed")
    scaling, split = _scaling(holed)
    windows = Windows(holed, scaling, split, "test", T)
    x, _, observed, _ = windows.batch(slice(None))
    assert not observed.all()
    assert x.isfinite().all()
    at_33 = windows.origins[:, None] + np.arange(1, H + 1) == 33
    np.testing.assert_array_equal(~observed.numpy(), at_33)
    origin = int(np.flatnonzero(windows.origins == 33)[0])
    assert x[origin, -1, 0] * scaling.scale[0] + scaling.mean[0] == pytest.approx(FIRST + 32)


def test_what_is_missing_at_the_start_takes_the_training_mean(small):
    frame = small.frame.copy()
    frame.iloc[:3, 1] = np.nan
    holed = read_table(frame, name="holed")
    scaling, _ = _scaling(holed)
    expected = frame["a"].iloc[3:20].mean()
    filled = scaling.inputs(holed.frame)[:3, 1] * scaling.scale[1] + scaling.mean[1]
    np.testing.assert_allclose(filled, expected, rtol=1e-5)


def test_the_future_is_the_one_window_behind_the_last_row(small):
    scaling, split = _scaling(small)
    windows = Windows(small, scaling, split, "future", T)
    assert len(windows) == 1
    assert np.isnan(windows.actual).all()
    assert windows.batch(slice(None)).x[0, -1, 0] == pytest.approx(
        (FIRST + 39 - scaling.mean[0]) / scaling.scale[0], rel=1e-5
    )


def test_changing_test_rows_changes_no_training_number(world):
    rows = len(world.frame)
    labels = np.where(world.frame["x1"] > world.frame["x1"].median(), "high", "low")
    frame = world.frame.assign(label=labels)
    changed = frame.copy()
    later = slice(int(rows * 0.85), None)
    changed.iloc[later, :-1] = changed.iloc[later, :-1].to_numpy() * -3 + 1e3
    changed.iloc[later, -1] = "never seen"
    one, two = (
        IMVForecaster("y", max_epochs=2, hidden_size=3).fit(read_table(f, name="world"))
        for f in (frame, changed)
    )
    assert one.fitted.scaling == two.fitted.scaling
    for a, b in zip(
        one.fitted.model.state_dict().values(), two.fitted.model.state_dict().values(), strict=True
    ):
        assert torch.equal(a, b)
    ours, theirs = one.fitted, two.fitted
    np.testing.assert_array_equal(ours.calibration.quantiles, theirs.calibration.quantiles)
    np.testing.assert_array_equal(ours.ridge.coefficients, theirs.ridge.coefficients)


def test_changing_validation_rows_changes_no_scale_and_no_code(world):
    rows = len(world.frame)
    changed = world.frame.copy()
    changed.iloc[int(rows * 0.7) :] *= 100
    scalings = []
    for frame in (world.frame, changed):
        scalings.append(prepare(read_table(frame, name="world"), Settings("y")).scaling)
    assert scalings[0] == scalings[1]


def test_a_label_becomes_one_variable_and_an_unknown_one_the_mean():
    time = pd.date_range("2024-01-01", periods=60, freq="h", name="time")
    labels = np.where(np.arange(60) % 2 == 0, "even", "odd")
    y = np.where(labels == "even", 10.0, 20.0) + np.random.default_rng(0).normal(size=60)
    frame = pd.DataFrame({"y": y, "label": labels}, index=time)
    scaling = Scaling.fit(frame.iloc[:40], "y", ("y", "label"), 1, False)
    assert scaling.codes["label"]["even"] == pytest.approx(10, abs=0.5)
    assert scaling.codes["label"]["odd"] == pytest.approx(20, abs=0.5)
    frame.iloc[-1, 1] = "neither"
    assert scaling.inputs(frame)[-1, 1] == pytest.approx(
        (scaling.target_mean - scaling.mean[1]) / scaling.scale[1], abs=1e-5
    )


def test_missing_inputs_take_what_was_chosen(small):
    frame = small.frame.copy()
    frame.iloc[[0, 10, 11], frame.columns.get_loc("a")] = np.nan
    known = frame["a"].iloc[:20]
    for fill, at_ten in (("last", frame["a"].iloc[9]), ("median", known.median())):
        scaling = Scaling.fit(frame.iloc[:20], "y", ("y", "a"), 1, "level", fill)
        a = scaling.inputs(frame)[:, 1] * scaling.scale[1] + scaling.mean[1]
        np.testing.assert_allclose(a[[10, 11]], at_ten, rtol=1e-5)
        assert scaling.fill == fill
        assert Scaling.from_json(scaling.to_json()) == scaling
    old = {name: value for name, value in scaling.to_json().items() if name != "fill"}
    assert Scaling.from_json(old).fill == "last"  # of a file from before there was a choice


def test_newer_rows_join_the_test_part(small):
    split = Split.by_share(small, 0.5, 0.25)
    time = pd.date_range("2024-01-01", periods=50, freq="h")
    assert split.rows(time, "test") == slice(30, 50)
    assert split.rows(time, "train") == slice(0, 20)


def test_too_few_rows_for_the_lookback_are_reported_with_numbers(small):
    with pytest.raises(TableError, match=r"40 rows.*51"):
        IMVForecaster("y", lookback=50).fit(small)


def test_a_constant_target_is_refused(small):
    frame = small.frame.assign(y=1.0)
    with pytest.raises(TableError, match="'y' is constant"):
        IMVForecaster("y").fit(read_table(frame, name="flat"))
    late = small.frame.assign(y=np.where(np.arange(40) < 35, 1.0, 2.0))
    with pytest.raises(TableError, match="constant in the training part"):
        IMVForecaster("y", lookback=3).fit(read_table(late, name="late"))
