"""Explain: order, choice and search of variables, the calendar, and time down to single windows."""

import json
from base64 import b64decode

import numpy as np
import pandas as pd
import pytest

from imv_core import IMVForecaster, read_table
from imv_core.runs.run import Run

NAMES = [f"<b>{i}</b> $x$ {'n' * i}" for i in range(199)]


def _charts(at):
    return [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]


def _numbers(packed):
    values = np.frombuffer(b64decode(packed["bdata"]), packed["dtype"])
    return values.reshape([int(n) for n in packed["shape"].split(",")])


def _without_complaint(at):
    assert [e.value for e in (*at.exception, *at.error)] == []
    return at


@pytest.fixture(scope="session")
def wide():
    """200 variables of many names; only the last drives the target."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(400, 199))
    y = np.roll(values[:, -1], 1) + 0.1 * rng.normal(size=400)
    times = pd.date_range("2024-01-01", periods=400, freq="D", name="day")
    frame = pd.DataFrame(np.column_stack([y, values]), columns=["y", *NAMES], index=times)
    table = read_table(frame, name="wide")
    return table, IMVForecaster("y", max_epochs=1, hidden_size=2, lookback=3).fit(table)


@pytest.fixture
def wide_page(visit, runs, wide):
    table, model = wide
    Run.adopt(runs / "wide", model, table, "wide")
    return _without_complaint(visit("explain", run="wide"))


def test_of_200_variables_the_15_most_important_are_shown(wide_page):
    assert "15 of 200 variables are shown." in [c.value for c in wide_page.caption]
    bars = _charts(wide_page)[0]
    rows = bars["layout"]["yaxis"]["ticktext"]
    assert len(rows) == 15
    assert rows[0].startswith("&lt;b&gt;198")
    heights = [chart["layout"]["height"] for chart in _charts(wide_page)]
    assert max(heights) < 700
    assert sum(len(chart.proto.spec) for chart in wide_page.get("plotly_chart")) < 1_000_000


def test_variables_are_searched_and_ordered_in_all_figures_alike(wide_page):
    at = wide_page
    at.text_input(key="shared-search").set_value(">19<")
    at.selectbox(key="shared-order").set_value("name")
    _without_complaint(at.run())
    rows = [chart["layout"]["yaxis"].get("ticktext") for chart in _charts(at)]
    named = [names for names in rows if names]
    assert len(named) == 4
    assert all(len(names) == 1 and names[0].startswith("&lt;b&gt;19") for names in named)
    at.text_input(key="shared-search").set_value("no such name")
    _without_complaint(at.run())
    assert "No variable name contains this text" in at.info[0].value
    assert _charts(at) == []


def test_more_variables_are_shown_where_more_are_asked_for(wide_page):
    wide_page.number_input("shared-most-of-200").set_value(40)
    _without_complaint(wide_page.run())
    assert len(_charts(wide_page)[0]["layout"]["yaxis"]["ticktext"]) == 40


def test_days_have_weekdays_and_months_but_no_hours(wide_page):
    (group,) = [box for box in wide_page.segmented_control if box.label == "Importance by"]
    assert group.options == ["weekday", "month"]
    group.set_value("month")
    _without_complaint(wide_page.run())
    titles = [
        chart["layout"].get("xaxis", {}).get("title", {}).get("text")
        for chart in _charts(wide_page)
    ]
    assert "month" in titles


def test_a_table_without_times_has_no_calendar(visit, runs, world, forecaster):
    rows = read_table(world.frame.reset_index(drop=True), name="rows")
    model = IMVForecaster("y", max_epochs=1, hidden_size=2, lookback=3).fit(rows)
    Run.adopt(runs / "rows", model, rows, "rows")
    for page, figures in (("explain", 4), ("forecast", 4)):
        at = _without_complaint(visit(page, run="rows"))
        assert len(_charts(at)) == figures
        assert not [b for b in at.segmented_control if b.label in ("Importance by", "Errors by")]


def test_importance_through_time_is_drawn_as_areas_or_as_a_map(visit, adopted, forecaster, table):
    at = _without_complaint(visit("explain", run="adopted"))
    assert _charts(at)[-1]["data"][0]["stackgroup"] == "all"
    next(b for b in at.segmented_control if b.label == "Draw as").set_value(True)
    _without_complaint(at.run())
    drawn = _charts(at)[-1]["data"][0]
    expected = forecaster.explain(table).credits.to_numpy().T
    np.testing.assert_allclose(np.sort(_numbers(drawn["z"]), 0), np.sort(expected, 0), rtol=1e-5)


def test_a_stretch_of_many_windows_is_drawn_window_by_window(visit):
    at = _without_complaint(visit("explain"))
    (slider,) = at.slider
    first, _ = slider.value
    slider.set_value((first, first + pd.Timedelta(days=4).to_pytimedelta()))
    _without_complaint(at.run())
    assert "window by window" in at.get("plotly_chart")[-1].proto.alt
    times = _charts(at)[-1]["data"][0]["x"]
    assert 90 < len(times) < 100
    assert pd.Timestamp(times[0]) >= pd.Timestamp(first)
