"""The page Forecast: forecasts, their errors, and simple forecasts to compare with."""

import math

import pandas as pd
import streamlit as st

from dashboard import cache, session
from dashboard.figures.series import MOST_STEPS
from dashboard.pages.forecast import panels
from dashboard.pages.open_model import OpenModel, require_model
from dashboard.session_keys import Keys
from dashboard.ui.choices import choose_range
from dashboard.ui.failure import contain_failures
from dashboard.ui.figure_card import (
    colours,
    columns_side_by_side,
    metric_row,
    show_panel,
    show_verdict,
)
from dashboard.ui.times import calendar_groups
from dashboard.ui.verdict import is_skilled, score_table, verdict
from dashboard.wording import number, when
from imv_core.forecasting.intervals import DEFAULT_LEVEL


@st.fragment
@contain_failures()
def by_group(model: OpenModel, past: pd.DataFrame, ahead: str) -> None:
    """Show errors by hour, weekday or month; nothing where the times allow no groups."""
    known = list(calendar_groups(pd.Index(past["time"])))
    if known:
        group = st.segmented_control(
            "Errors by",
            known,
            default=known[0],
            required=True,
            key=Keys.FORECAST("error-group"),
            persist_state="session",
        )
        show_panel("errors_by_group", panels.by_group(past, group, model.target, ahead, colours()))


@contain_failures()
def score_lines(scores: "pd.Series[float]", horizon: int) -> None:
    """Show the scores of the model and of simple forecasts on the same windows, best first."""
    table = score_table(scores)
    place = list(table.index).index("IMV-LSTM") + 1
    digits = f"%.{max(0, 3 - math.floor(math.log10(scores['rmse'] or 1)))}f"
    st.markdown(f"##### IMV-LSTM ranks {place} of {len(table)} by RMSE")
    st.dataframe(
        table.reset_index(),
        hide_index=True,
        alt="Errors of the model and of simple forecasts on the same windows",
        column_config={
            "RMSE": st.column_config.NumberColumn(format=digits),
            "MAE": st.column_config.NumberColumn(format=digits),
            "relative": st.column_config.NumberColumn(
                format="%.3f", help="RMSE divided by the RMSE of this model"
            ),
        },
    )
    st.caption(
        "All errors are in the target's unit, for the same windows of the test part"
        + (", all forecast steps together" if horizon > 1 else "")
        + ". Ridge regression was fitted on the same training part."
    )


INNER = 0.5  # level of the inner intervals; the outer ones have the default level


def page() -> None:
    """Draw the page."""
    model = require_model("Forecast")
    st.title("Forecast")
    scores = cache.scores(model.run, "test", DEFAULT_LEVEL)
    show_verdict(verdict(scores, is_skilled(cache.trust(model.run))))
    step = 1
    if model.horizon > 1:
        step = st.slider(
            "Forecast step",
            1,
            model.horizon,
            key=Keys.FORECAST("step", model.run.path.name),
            persist_state="session",
        )
    past = _with_intervals(model, "test")
    past["persistence"] = cache.rivals(model.run, "test")["persistence"]
    past = past[past["step"] == step]
    future = _with_intervals(model, "future")
    _show_numbers(scores, past, future)
    _show_forecasts(model, past, future, step)
    session.link("explore", "Look at one of these forecasts", "center_focus_strong")
    ahead = "" if model.horizon == 1 else f" {step} steps ahead"
    left, right = columns_side_by_side("tables", 3, 2)
    with left:
        score_lines(scores, model.horizon)
    with right:
        _show_future(future)
    left, right = columns_side_by_side("errors", 1, 1)
    with left:
        by_group(model, past, ahead)
    with right:
        show_panel("coverage", panels.coverage(past, ahead, colours()))
    left, right = columns_side_by_side("residuals", 1, 1)
    with left:
        show_panel("residuals", panels.residuals(past, model.target, ahead, colours()))
    with right:
        show_panel("distribution", panels.distribution(past, model.target, ahead, colours()))


def _with_intervals(model: OpenModel, part: str) -> pd.DataFrame:
    """Return all forecasts of a part with both intervals."""
    inner = cache.forecast(model.run, part, INNER)
    outer = cache.forecast(model.run, part, DEFAULT_LEVEL)
    return panels.nested(outer, inner)


@contain_failures()
def _show_numbers(scores: "pd.Series[float]", past: pd.DataFrame, future: pd.DataFrame) -> None:
    first, known = future.iloc[0], past[past["actual"].notna()]
    inner = known["actual"].between(known["lower_50"], known["upper_50"]).mean()
    outer = known["actual"].between(known["lower"], known["upper"]).mean()
    metric_row(
        "forecast",
        {
            "Next value": (number(first["forecast"]), f"At {when(first['time'])}."),
            "RMSE, test part": (number(scores["rmse"]), "Over all forecast steps."),
            "MAE, test part": (number(scores["mae"]), "Over all forecast steps."),
            "Coverage of 50%, 90% intervals": (
                f"{inner:.0%}, {outer:.0%}",
                "The share of true values of the test part that lie inside their interval, at the "
                "forecast step shown.",
            ),
        },
    )


@st.fragment
@contain_failures()
def _show_forecasts(model: OpenModel, past: pd.DataFrame, future: pd.DataFrame, step: int) -> None:
    """Show forecasts over time; of a long part a range, with every step."""
    shown = panels.on_grid(model.table.frame.index, past)
    if len(shown) > MOST_STEPS:
        within = choose_range(
            f"Time range to draw, of {len(shown):,} steps",
            pd.Index(shown["time"]),
            Keys.FORECAST("stretch", model.run.path.name),
            f"Up to {MOST_STEPS:,} steps are all drawn; of a longer range, fewer points are drawn.",
        )
        future = future if within.stop == len(shown) else future.iloc[:0]
        shown = shown.iloc[within]
    ahead = f"{step} step{'s' if step > 1 else ''}" + (f" of {model.step}" if model.step else "")
    show_panel("forecast", panels.forecast(shown, future, model.target, ahead, colours()))


@contain_failures()
def _show_future(future: pd.DataFrame) -> None:
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
