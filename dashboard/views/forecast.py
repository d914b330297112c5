"""Actual against forecast, the steps beyond the last row, and how good that is."""

import math

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import cached
from dashboard.panels import forecast as panels
from dashboard.verdict import score_table, verdict
from dashboard.views.opened import Opened, on_grid, opened
from dashboard.views.panel import beside, boxes, colours, show, show_panel
from dashboard.words import number, when

LEVELS = (0.5, 0.8, 0.9, 0.95)


def page() -> None:
    """Forecasts of the open model."""
    open_ = opened("Forecast")
    st.title("Forecast")
    level, step = _controls(open_)
    scores = cached.scores(open_.run, "test", level)
    show(verdict(scores))
    past = cached.forecast(open_.run, "test", level)
    past = past[past["step"] == step]
    future = cached.forecast(open_.run, "future", level)
    _numbers(scores, level, future)
    ahead = f"{step} step{'s' if step > 1 else ''}" + (f" of {open_.step}" if open_.step else "")
    show_panel(
        "forecast",
        panels.forecast(on_grid(open_, past), future, open_.target, ahead, colours()),
    )
    left, right = beside("errors", 1, 1)
    with left:
        _score_table(scores)
    with right:
        show_panel("residuals", panels.residuals(past, open_.target, colours()))
    _future(future)


def _controls(open_: Opened) -> tuple[float, int]:
    left, right = st.columns(2)
    level = left.segmented_control(
        "Intervals should hold this share of the truth",
        LEVELS,
        default=0.9,
        required=True,
        format_func="{:.0%}".format,
        key="level",
        persist_state="session",
    )
    step = 1
    if open_.horizon > 1:
        step = right.slider("Steps ahead", 1, open_.horizon, key=f"step-{open_.run.path.name}")
    return level, step


def _numbers(scores: "pd.Series[float]", level: float, future: pd.DataFrame) -> None:
    first = future.iloc[0]
    boxes(
        "forecast",
        {
            "Next value": (number(first["forecast"]), f"At {when(first['time'])}."),
            "RMSE, test part": (number(scores["rmse"]), ""),
            "MAE, test part": (number(scores["mae"]), ""),
            f"{level:.0%} intervals that held": (
                f"{scores['coverage']:.1%}",
                "The share of true values of the test part inside their interval.",
            ),
        },
    )


def _score_table(scores: "pd.Series[float]") -> None:
    table = score_table(scores)
    place = table.index.get_loc("IMV-LSTM") + 1
    digits = f"%.{max(0, 3 - math.floor(math.log10(scores['rmse'] or 1)))}f"
    st.markdown(f"##### IMV-LSTM comes {_ORDER[place - 1]} of {len(table)} by RMSE")
    st.dataframe(
        table.reset_index(),
        hide_index=True,
        alt="Errors of the model and of simple forecasts on the same windows",
        column_config={
            "RMSE": st.column_config.NumberColumn(format=digits),
            "MAE": st.column_config.NumberColumn(format=digits),
            "relative": st.column_config.NumberColumn(
                format="%.3f", help="RMSE, where this model's is 1"
            ),
        },
    )
    st.caption(
        "All forecasts are made for the same windows of the test part, all steps together, in the "
        "target's unit. Ridge regression was fitted on the same training part."
    )


_ORDER = ("first", "second", "third", "fourth")


def _future(future: pd.DataFrame) -> None:
    st.markdown("##### Beyond the last row")
    shown = future.drop(columns=["actual"])
    numbers = shown.select_dtypes(np.floating).columns
    st.dataframe(
        shown,
        hide_index=True,
        alt="Forecasts for the steps after the last row, with their intervals",
        column_config={n: st.column_config.NumberColumn(format="%.4g") for n in numbers},
    )
