"""What-if: edit the window, and see the forecast and the attention before and after."""

import pandas as pd
import streamlit as st

from dashboard import cache
from dashboard.pages.explore.controls import Position
from dashboard.pages.explore.what_if import panels
from dashboard.pages.explore.what_if.controls import change_values
from dashboard.pages.open_model import OpenModel
from dashboard.session_keys import Keys
from dashboard.ui.failure import contain_failures
from dashboard.ui.figure_card import colours, columns_side_by_side, metric_row, show_panel
from dashboard.wording import number, plain, signed
from imv_core import OneForecast
from imv_core.forecasting.intervals import DEFAULT_LEVEL


@st.fragment
@contain_failures()
def show_what_if(model: OpenModel, position: Position, before: OneForecast) -> None:
    """Show the editor and both forecasts; an edit redraws these alone."""
    if not st.toggle(
        "What if the values had been different?",
        key=Keys.EXPLORE("what-if", "open"),
        persist_state="session",
    ):
        return
    values = change_values(model, position, before)
    after = cache.forecaster(model.run).what_if(before, values, DEFAULT_LEVEL)
    st.markdown(f"**{plain(panels.sentence(before, after, position.step), longest=600)}**")
    st.caption("This is what the model would forecast from these values, not what would happen.")
    if values.equals(before.values):
        return
    _show_extrapolation(model, before, values)
    _show_numbers(before, after, position.step)
    left, right = columns_side_by_side("what-if", 1, 1)
    with left:
        show_panel("what_if", panels.contributions(before, after, position.step, colours()))
    with right:
        show_panel(
            "what_if_attention",
            panels.attention(before, after, position.step, model.step, colours()),
        )


def _show_extrapolation(model: OpenModel, before: OneForecast, values: pd.DataFrame) -> None:
    frame, split = model.table.frame, cache.forecaster(model.run).fitted.split
    known = frame.iloc[split.rows(frame.index, "train")]
    if found := panels.beyond(values, before.values, known):
        st.warning(
            "These values lie outside the range of the training part, so the model extrapolates: "
            f"{plain(', '.join(found), longest=600)}."
        )


def _show_numbers(before: OneForecast, after: OneForecast, step: int) -> None:
    h = step - 1
    was, now = float(before.forecast[h]), float(after.forecast[h])
    metric_row(
        "what-if",
        {
            "Before": (number(was), _ends(before, h)),
            "After": (number(now), _ends(after, h)),
            "Difference": (signed(now - was), ""),
        },
    )


def _ends(one: OneForecast, h: int) -> str:
    return f"The {DEFAULT_LEVEL:.0%} interval: {number(one.lower[h])} to {number(one.upper[h])}."
