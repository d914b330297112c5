"""The first view: the forecast beside what drives it."""

import streamlit as st

from dashboard import cache
from dashboard.pages.explain import panels
from dashboard.pages.explain.lag_map.page import lags
from dashboard.pages.forecast import panels as forecast
from dashboard.pages.open_model import (
    Opened,
    cautions,
    on_grid,
    opened,
    scaling_of,
    show_verdict,
    tell,
)
from dashboard.ui.figure_card import beside, colours, show_panel
from dashboard.ui.selection import Selection
from dashboard.ui.titles import tell_account, tell_base
from dashboard.wording import plain

LEVEL = 0.9
PART = "test"
MOST = 12  # variables in each figure of this page


def page() -> None:
    """Forecast, importance and heatmaps of the open model, on the test part."""
    open_ = opened("What drives the forecast?")
    st.title(f"What drives {plain(open_.target)}?")
    verdict_place = st.container()
    left, right = beside("forecast", 3, 2)
    with left:
        _forecast(open_)  # first, so that the browser draws while the rest is computed
    with verdict_place:
        show_verdict(open_.run)
    explanation = cache.explanation(open_.run, PART)
    shares = explanation.variable_importance
    by_size = Selection(MOST).of(shares)
    in_order = Selection(MOST, "table").of(shares)
    with right:
        show_panel("importance", panels.importance(explanation, open_.target, colours(), by_size))
        tell(tell_base(scaling_of(open_)))
        tell(tell_account(explanation))
        cautions(open_)
    if len(shares) > MOST:
        st.caption(
            f"The {MOST} most important of {len(shares)} variables are shown; "
            "the page Explain shows all."
        )
    lags(open_, explanation, PART, in_order)


def _forecast(open_: Opened) -> None:
    past = cache.forecast(open_.run, PART, LEVEL)
    future = cache.forecast(open_.run, "future", LEVEL)
    first_step = on_grid(open_, past[past["step"] == 1])
    show_panel("forecast", forecast.latest(first_step, future, open_.target, colours()))
