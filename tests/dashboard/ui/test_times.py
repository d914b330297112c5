"""Windows are grouped by what their times can tell, and what was planted is found in its group."""

import numpy as np
import pandas as pd
import pytest

from dashboard.figures.theme import LIGHT
from dashboard.pages.explain import panels as over_time
from dashboard.pages.forecast import panels as errors
from dashboard.ui.times import calendar_groups


@pytest.mark.parametrize(
    ("freq", "rows", "told"),
    [
        ("10min", 20, ["hour"]),
        ("h", 100, ["hour", "weekday"]),
        ("h", 2_000, ["hour", "weekday", "month"]),
        ("D", 10, ["weekday"]),
        ("D", 40, ["weekday", "month"]),
        ("W", 40, ["month"]),
        ("MS", 40, ["month"]),
        ("YS", 40, []),
        ("h", 1, []),
    ],
)
def test_times_are_grouped_by_what_they_tell(freq, rows, told):
    # a Wednesday, early in a month
    assert list(calendar_groups(pd.date_range("2024-05-01 06:00", periods=rows, freq=freq))) == told


def test_rows_without_times_have_no_calendar():
    assert calendar_groups(pd.RangeIndex(100)) == {}


def test_groups_are_those_of_the_clock_and_in_its_order():
    times = pd.date_range("2024-05-01 06:00", periods=1_000, freq="h")
    groups = calendar_groups(times)
    assert list(groups["hour"][:3]) == ["06:00", "07:00", "08:00"]
    assert list(groups["weekday"][[0, 24, 96]]) == ["Wed", "Thu", "Sun"]
    assert list(groups["month"][[0, -1]]) == ["May", "Jun"]
    assert list(groups["weekday"].categories[:2]) == ["Mon", "Tue"]


@pytest.fixture
def past():
    """Errors of 1 at most hours, of 5 at 18:00; of 2 from repeating the last value."""
    times = pd.date_range("2024-05-01", periods=24 * 30, freq="h")
    sign = np.where(np.arange(len(times)) % 2, 1.0, -1.0)
    size = np.where(times.hour == 18, 5.0, 1.0) * sign
    return pd.DataFrame(
        {"time": times, "actual": 10 + size, "forecast": 10.0, "persistence": 10 + size + 2}
    )


def test_errors_are_largest_in_the_hour_in_which_they_were_planted(past):
    panel = errors.by_group(past, "hour", "y", "", LIGHT)
    assert "largest in hour 18:00: 5.000" in panel.title
    numbers = panel.numbers().set_index("hour")
    assert numbers["mae"].drop("18:00").eq(1).all()
    assert numbers["persistence"].eq(2).all()
    assert numbers["windows"].eq(30).all()
    np.testing.assert_array_equal(panel.figure.data[0].y, numbers["mae"])


def test_a_value_that_is_missing_is_in_no_group(past):
    past.loc[past["time"].dt.hour == 18, "actual"] = np.nan
    numbers = errors.by_group(past, "hour", "y", "", LIGHT).numbers()
    assert len(numbers) == 23


def test_importance_is_that_of_the_hours_in_which_a_variable_was_credited(forecaster, table):
    explanation = forecaster.explain(table)
    hours = calendar_groups(pd.Index(explanation.times[1]))["hour"]
    credit = np.ones_like(explanation.per_window.credit)
    credit[np.asarray(hours) == "05:00", 2] = 8  # of 9 variables: half of all
    per_window = explanation.per_window._replace(credit=credit)
    planted = type(explanation)(
        explanation.seeds, explanation.explainer, explanation.totals, per_window
    )
    shares = planted.importance_in(hours)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    name = explanation.variables[2]
    assert shares.loc["05:00", name] == pytest.approx(0.5)
    assert shares[name].drop("05:00").unique() == pytest.approx([1 / 9])
    title = over_time.by_calendar(planted, "hour", LIGHT).title
    assert f"{name} moves most: 11%" in title
    assert "50% (05:00)" in title


def test_every_window_is_drawn_where_there_are_few(forecaster, table):
    explanation = forecaster.explain(table, "all")
    whole = over_time.over_time(explanation, LIGHT)
    some = over_time.over_time(explanation, LIGHT, within=slice(10, 60))
    assert "windows at a time" in whole.title
    assert "window by window" in some.title
    expected = explanation.credits.iloc[10:60]
    for band in some.figure.data:
        if band.name in expected:
            np.testing.assert_allclose(band.y, expected[band.name], rtol=1e-6)
    cells = over_time.over_time(explanation, LIGHT, within=slice(10, 60), as_map=True).figure.data[
        0
    ]
    np.testing.assert_allclose(cells.z, expected.T, rtol=1e-6)
    assert cells.zmax >= 2 / 9


def test_the_importance_of_a_step_has_its_own_range(two_steps, three_seeds, table):
    for model in (two_steps, three_seeds):
        explanation = model.explain(table)
        for step in (1, 2):
            shares, ends = explanation.importance_by_step.loc[step], explanation.range_at(step)
            assert (ends["low"] <= shares + 1e-6).all()
            assert (ends["high"] >= shares - 1e-6).all()
            assert (ends["high"] > ends["low"]).any()


def test_coverage_is_the_share_inside_stretch_by_stretch(past):
    inside = past.assign(
        lower=9.0, upper=11.0, lower_50=[9.0, 10.5] * 360, upper_50=[11.0, 10.6] * 360
    )
    numbers = errors.coverage(inside, "", LIGHT).numbers()
    outer = numbers[numbers["level"] == 0.9]
    np.testing.assert_allclose((outer["coverage"] * outer["windows"]).sum(), 720 * 23 / 24)
    inner = numbers[numbers["level"] == 0.5]
    assert inner["windows"].sum() == 720
    assert inner["coverage"].max() < 0.55


def test_counts_of_errors_leave_out_one_in_a_hundred_at_most():
    rng = np.random.default_rng(0)
    past = pd.DataFrame({"time": range(5_000), "actual": rng.standard_t(2, 5_000), "forecast": 0.0})
    panel = errors.distribution(past, "y", "", LIGHT)
    counts = panel.numbers()
    assert 4_950 <= counts["windows"].sum() < 5_000
    assert counts["low"].iloc[0] > past["actual"].min()
    np.testing.assert_allclose(counts["low"].iloc[1:], counts["high"].iloc[:-1])


def test_equal_errors_can_be_drawn():
    past = pd.DataFrame({"time": range(50), "actual": 1.0, "forecast": 0.0})
    assert errors.distribution(past, "y", "", LIGHT).numbers()["windows"].sum() == 50
