"""The page Overview: the forecast and what drives it."""

import streamlit as st

from dashboard import cache
from dashboard.pages.explain import panels
from dashboard.pages.explain.lag_map.page import show_lags
from dashboard.pages.forecast import panels as forecast
from dashboard.pages.open_model import (
    OpenModel,
    require_model,
    scaling_of,
    show_cautions,
    show_note,
    show_run_verdict,
)
from dashboard.ui.choices import Selection
from dashboard.ui.figure_card import colours, columns_side_by_side, show_panel
from dashboard.ui.titles import base_note, contribution_note
from dashboard.wording import plain
from imv_core.forecasting.intervals import DEFAULT_LEVEL

PART = "test"
MOST = 12  # variables in each figure of this page


def page() -> None:
    """Draw the page."""
    model = require_model("What drives the forecast?")
    st.title(f"What drives {plain(model.target)}?")
    verdict_place = st.container()
    left, right = columns_side_by_side("forecast", 3, 2)
    with left:
        _show_forecast(model)  # first, so that the browser draws while the rest is computed
    with verdict_place:
        show_run_verdict(model.run)
    explanation = cache.explanation(model.run, PART)
    shares = explanation.variable_importance
    by_size = Selection(MOST).names(shares)
    in_order = Selection(MOST, "table").names(shares)
    with right:
        show_panel("importance", panels.importance(explanation, model.target, colours(), by_size))
        show_note(base_note(scaling_of(model)))
        show_note(contribution_note(explanation))
        show_cautions(model)
    if len(shares) > MOST:
        st.caption(
            f"The {MOST} most important of {len(shares)} variables are shown; "
            "the page Explain shows all."
        )
    show_lags(model, explanation, PART, in_order)


def _show_forecast(model: OpenModel) -> None:
    past = cache.forecast(model.run, PART, DEFAULT_LEVEL)
    future = cache.forecast(model.run, "future", DEFAULT_LEVEL)
    first_step = forecast.on_grid(model.table.frame.index, past[past["step"] == 1])
    show_panel("forecast", forecast.latest(first_step, future, model.target, colours()))
