"""A table on a coarser step holds what its rows held, and no half stretch."""

import numpy as np
import pandas as pd
import pytest

from imv_core import TableError, read_table
from imv_core.tables.resampling import FEWEST_ROWS, SUMMARIES, coarser_steps, resample

HOURS = 24 * 150


def _frame(start="2024-01-01 05:00", rows=HOURS, step="h"):
    times = pd.date_range(start, periods=rows, freq=step, name="time")
    a = np.arange(rows, dtype=float) % 97
    label = np.where(np.arange(rows) % 5 < 2, "on", "off")
    return pd.DataFrame({"a": a, "b": a[::-1] * 2, "state": label}, index=times)


@pytest.fixture(scope="module")
def table():
    return read_table(_frame(), name="hours")


@pytest.mark.parametrize("summary", SUMMARIES)
def test_numbers_are_summarised_as_chosen_and_labels_by_the_last(table, summary):
    daily = resample(table, "D", summary)
    day = table.frame.loc["2024-02-03"]
    row = daily.frame.loc["2024-02-03"]
    expected = day["a"].iloc[-1] if summary == "last" else getattr(day["a"], summary)()
    assert row["a"] == pytest.approx(expected)
    assert row["state"] == day["state"].iloc[-1]


def test_stretches_that_are_not_full_are_left_out(table):
    daily = resample(table, "D").frame
    assert daily.index[0] == pd.Timestamp("2024-01-02")  # the first day begins at 5 o'clock
    assert daily.index[-1] == pd.Timestamp("2024-05-29")  # the last row is at 4 o'clock
    full = resample(read_table(_frame("2024-01-01 00:00")), "D").frame
    assert (full.index[0], len(full)) == (pd.Timestamp("2024-01-01"), 150)


def test_a_stretch_without_a_value_is_missing_and_one_with_a_value_is_not():
    frame = _frame("2024-01-01")
    frame.loc["2024-03-01", "a"] = np.nan
    frame.loc["2024-03-02 01:00":"2024-03-02 23:00", "a"] = np.nan
    for summary in SUMMARIES:
        daily = resample(read_table(frame), "D", summary)
        assert np.isnan(daily.frame.loc["2024-03-01", "a"])
        assert daily.frame.loc["2024-03-02", "a"] == frame.loc["2024-03-02 00:00", "a"]
        (finding,) = (f for f in daily.findings if f.kind == "missing")
        assert "1 missing value (" in finding.text  # of days, not of hours


def test_the_result_is_a_table_of_its_own(table, tmp_path):
    daily = resample(table, "D")
    assert daily.freq == "D"
    assert daily.fingerprint != table.fingerprint
    assert daily.name == "hours, mean of each day"
    assert daily.times_after(1)[0] == daily.frame.index[-1] + pd.Timedelta(days=1)
    daily.to_parquet(tmp_path / "daily")
    assert type(daily).from_parquet(tmp_path / "daily").fingerprint == daily.fingerprint
    (finding,) = (f for f in daily.findings if f.kind == "resampled")
    assert "3,600 rows were brought to 149 rows, one for each day: the mean" in finding.text


@pytest.mark.parametrize(
    ("step", "rows", "expected"),
    [
        ("h", HOURS, ["2h", "3h", "6h", "12h", "D"]),
        ("7min", 9_000, []),  # of which no usual step is a multiple
        ("10min", 2_000, ["30min", "h", "2h", "3h"]),
        ("D", 5_000, ["W-MON", "MS"]),
        ("MS", 400, ["QS-JAN"]),
        ("W-WED", 1_000, ["MS"]),
    ],
)
def test_only_coarser_steps_that_leave_enough_rows_are_offered(step, rows, expected):
    table = read_table(_frame(rows=rows, step=step))
    offered = coarser_steps(table)
    assert [name for name in offered if name in expected] == expected
    if step != "7min":
        assert offered == expected
    for name in offered:
        assert len(resample(table, name).frame) >= FEWEST_ROWS - 2


def test_uneven_times_get_an_even_step():
    rng = np.random.default_rng(0)
    times = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.uniform(1, 900, 5_000).cumsum(), "s")
    frame = _frame(rows=5_000).set_axis(times, axis=0)
    table = read_table(frame)
    assert table.freq is None
    hourly = resample(table, "h")
    assert hourly.freq == "h"
    hour = hourly.frame.index[40]
    inside = frame.loc[hour : hour + pd.Timedelta("59min 59.999999s"), "a"]
    assert hourly.frame.loc[hour, "a"] == pytest.approx(inside.mean())


def test_what_cannot_be_done_is_a_sentence(table):
    with pytest.raises(TableError, match=r"hours cannot be resampled to '7h'\. Choose one of 2h,"):
        resample(table, "7h")
    with pytest.raises(TableError, match="'median' is no summary"):
        resample(table, "D", "median")
    bare = read_table(_frame().reset_index(drop=True))
    assert coarser_steps(bare) == []
    with pytest.raises(TableError, match="too few rows"):
        resample(bare, "D")
