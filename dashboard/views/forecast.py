"""Actual against forecast, the steps beyond the last row, and how good that is."""

import pandas as pd
import streamlit as st

from dashboard import cached, state
from dashboard.charts.series import MOST_STEPS
from dashboard.controls.stretch import choose_stretch
from dashboard.keys import Keys
from dashboard.panels import errors
from dashboard.panels import forecast as panels
from dashboard.verdict import verdict
from dashboard.views.failure import contained
from dashboard.views.forecast_errors import by_group, score_lines
from dashboard.views.opened import Opened, on_grid, opened
from dashboard.views.panel import beside, boxes, colours, show, show_panel
from dashboard.words import number, when

LEVEL, INNER = 0.9, 0.5  # of the intervals


def page() -> None:
    """Forecasts of the open model."""
    open_ = opened("Forecast")
    st.title("Forecast")
    scores = cached.scores(open_.run, "test", LEVEL)
    show(verdict(scores))
    step = 1
    if open_.horizon > 1:
        step = st.slider(
            "Steps ahead",
            1,
            open_.horizon,
            key=Keys.FORECAST("step", open_.run.path.name),
            persist_state="session",
        )
    past = _with_intervals(open_, "test")
    past["persistence"] = cached.rivals(open_.run, "test")["persistence"]
    past = past[past["step"] == step]
    future = _with_intervals(open_, "future")
    _numbers(scores, past, future)
    _line(open_, past, future, step)
    state.link("explore", "Look at one of these forecasts", "center_focus_strong")
    ahead = "" if open_.horizon == 1 else f" {step} steps ahead"
    left, right = beside("tables", 3, 2)
    with left:
        score_lines(scores, open_.horizon)
    with right:
        _future(future)
    left, right = beside("errors", 1, 1)
    with left:
        by_group(open_, past, ahead)
    with right:
        show_panel("coverage", errors.coverage(past, ahead, colours()))
    left, right = beside("residuals", 1, 1)
    with left:
        show_panel("residuals", errors.residuals(past, open_.target, ahead, colours()))
    with right:
        show_panel("distribution", errors.distribution(past, open_.target, ahead, colours()))


def _with_intervals(open_: Opened, part: str) -> pd.DataFrame:
    """All forecasts of a part with both intervals."""
    inner = cached.forecast(open_.run, part, INNER)
    outer = cached.forecast(open_.run, part, LEVEL)
    return panels.nested(outer, inner)


@contained()
def _numbers(scores: "pd.Series[float]", past: pd.DataFrame, future: pd.DataFrame) -> None:
    first, known = future.iloc[0], past[past["actual"].notna()]
    inner = known["actual"].between(known["lower_50"], known["upper_50"]).mean()
    outer = known["actual"].between(known["lower"], known["upper"]).mean()
    boxes(
        "forecast",
        {
            "Next value": (number(first["forecast"]), f"At {when(first['time'])}."),
            "RMSE, test part": (number(scores["rmse"]), "Of all steps ahead together."),
            "MAE, test part": (number(scores["mae"]), "Of all steps ahead together."),
            "50% and 90% intervals held": (
                f"{inner:.0%}, {outer:.0%}",
                "The share of true values of the test part inside their interval, at the steps "
                "ahead that are shown.",
            ),
        },
    )


@st.fragment
@contained()
def _line(open_: Opened, past: pd.DataFrame, future: pd.DataFrame, step: int) -> None:
    """The forecast through time; of a long part a stretch is drawn, with every point."""
    shown = on_grid(open_, past)
    if len(shown) > MOST_STEPS:
        within = choose_stretch(
            f"The stretch that is drawn, of {len(shown):,} steps",
            pd.Index(shown["time"]),
            Keys.FORECAST("stretch", open_.run.path.name),
            f"Up to {MOST_STEPS:,} steps are drawn one by one; longer stretches are thinned out.",
        )
        future = future if within.stop == len(shown) else future.iloc[:0]
        shown = shown.iloc[within]
    ahead = f"{step} step{'s' if step > 1 else ''}" + (f" of {open_.step}" if open_.step else "")
    show_panel("forecast", panels.forecast(shown, future, open_.target, ahead, colours()))


@contained()
def _future(future: pd.DataFrame) -> None:
    st.markdown("##### Beyond the last row")
    ends = {"forecast": "forecast", **panels.ENDS}
    st.dataframe(
        future[["time", *ends]],
        hide_index=True,
        alt="Forecasts for the steps after the last row, with their intervals",
        column_config={
            name: st.column_config.NumberColumn(label, format="%.4g")
            for name, label in ends.items()
        },
    )
