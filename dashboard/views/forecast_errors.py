"""How good the forecasts are: beside simple ones, and by the calendar."""

import math

import pandas as pd
import streamlit as st

from dashboard.keys import Keys
from dashboard.panels import errors
from dashboard.panels.calendar import groupings
from dashboard.verdict import score_table
from dashboard.views.failure import contained
from dashboard.views.opened import Opened
from dashboard.views.panel import colours, show_panel

_ORDER = ("first", "second", "third", "fourth")


@st.fragment
@contained()
def by_group(open_: Opened, past: pd.DataFrame, ahead: str) -> None:
    """Errors by hour, weekday or month; nothing where the times cannot tell."""
    known = list(groupings(pd.Index(past["time"])))
    if known:
        group = st.segmented_control(
            "Errors by",
            known,
            default=known[0],
            required=True,
            key=Keys.FORECAST("error-group"),
            persist_state="session",
        )
        show_panel("errors_by_group", errors.by_group(past, group, open_.target, ahead, colours()))


@contained()
def score_lines(scores: "pd.Series[float]", horizon: int) -> None:
    """The model and its rivals on the same windows, best first."""
    table = score_table(scores)
    place = list(table.index).index("IMV-LSTM") + 1
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
        "All forecasts are made for the same windows of the test part"
        + (", all steps together" if horizon > 1 else "")
        + ", in the target's unit. Ridge regression was fitted on the same training part."
    )
