"""Forecast: two intervals, errors of the step that is shown, by the calendar, and long parts."""

import json
from base64 import b64decode

import numpy as np
import pandas as pd
import pytest

from dashboard import cache
from dashboard.pages.forecast import page as forecast
from imv_core.runs.run import Run


def _charts(at):
    return [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]


def _without_complaint(at):
    assert [e.value for e in (*at.exception, *at.error)] == []
    return at


def test_both_intervals_are_drawn_and_told(visit, adopted, forecaster, table):
    at = _without_complaint(visit("forecast", run="adopted"))
    names = {trace["name"] for trace in _charts(at)[0]["data"]}
    assert {"90% interval", "50% interval", "forecast", "actual", "beyond the last row"} == names
    held = [forecaster.score(table, level=level)["coverage"] for level in (0.5, 0.9)]
    assert at.metric[3].value == f"{held[0]:.0%}, {held[1]:.0%}"


def test_errors_are_those_of_the_step_that_is_shown(visit, runs, table, two_steps):
    Run.adopt(runs / "two", two_steps, table, "two")
    at = _without_complaint(visit("forecast", run="two"))
    at.slider("forecast-step-two").set_value(2)
    _without_complaint(at.run())
    past = two_steps.predict(table)
    errors = (past["actual"] - past["forecast"])[past["step"] == 2]
    high = errors.quantile(0.95)
    (title,) = [m.value for m in at.markdown if "90% of errors" in m.value]
    assert "90% of errors 2 steps ahead lie between" in title
    assert f"{high:#.4g}".replace(".", "\\.") in title


@pytest.mark.parametrize("group", ["weekday", "month"])
def test_errors_are_told_by_the_calendar(visit, group):
    at = _without_complaint(visit("forecast"))
    next(b for b in at.segmented_control if b.label == "Errors by").set_value(group)
    _without_complaint(at.run())
    assert any(f"largest in {group}" in m.value for m in at.markdown)


def test_of_a_long_part_a_stretch_is_drawn_with_every_point(visit, adopted, monkeypatch):
    monkeypatch.setattr(forecast, "MOST_STEPS", 50)
    at = _without_complaint(visit("forecast", run="adopted"))
    slider = at.slider("forecast-stretch-adopted")
    first, _ = slider.value
    slider.set_value((first, first + pd.Timedelta(hours=20).to_pytimedelta()))
    _without_complaint(at.run())
    names = {trace["name"]: trace for trace in _charts(at)[0]["data"]}
    assert "beyond the last row" not in names  # it is not beside this stretch
    assert "to 2020\\-01\\-" in next(m.value for m in at.markdown if "ahead, 20" in m.value)
    past = cache.forecast(Run(adopted.path), "test", 0.9)
    expected = past["forecast"].iloc[:21]
    drawn = names["forecast"]["y"]
    values = np.frombuffer(b64decode(drawn["bdata"]), drawn["dtype"])
    np.testing.assert_allclose(values, expected)
