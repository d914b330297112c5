"""The first view: the forecast beside what drives it."""

import pandas as pd
import streamlit as st

from dashboard import cached
from dashboard.charts import importance, series
from dashboard.verdict import verdict
from dashboard.views.figures import cautions, joint_map, leader, temporal_map, whiskers
from dashboard.views.opened import Opened, on_grid, opened
from dashboard.views.panel import beside, colours, panel, show
from dashboard.words import number, plain, when
from imv_core import Explanation

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
        show(verdict(cached.scores(open_.run, PART, LEVEL)))
    explanation = cached.explanation(open_.run, PART)
    cautions(open_, explanation)
    with right:
        _importance(open_, explanation)
    if len(explanation.variables) > MOST:
        st.caption(
            f"The {MOST} most important of {len(explanation.variables)} variables are shown; "
            "the page Explain shows all."
        )
    left, right = beside("maps", 1, 1)
    with left:
        temporal_map(open_, explanation, MOST)
    with right:
        joint_map(open_, explanation, MOST)


def _forecast(open_: Opened) -> None:
    past = cached.forecast(open_.run, PART, LEVEL)
    future = cached.forecast(open_.run, "future", LEVEL)
    last = future.iloc[-1]
    target = plain(open_.target)
    first_step = on_grid(open_, past[past["step"] == 1])
    panel(
        "forecast",
        f"{target} is forecast to be {number(last['forecast'])} at {when(last['time'])}, "
        f"between {number(last['lower'])} and {number(last['upper'])} nine times of ten",
        series.forecast(first_step, future, open_.target, colours(), shown=series.IN_VIEW),
        pd.concat([past, future]),
        "forecast",
    )


def _importance(open_: Opened, explanation: Explanation) -> None:
    shares, (spread, over) = explanation.variable_importance, whiskers(explanation)
    panel(
        "importance",
        leader(explanation, open_.target),
        importance.bars(
            shares.nlargest(MOST), spread, explanation.uniform[0], colours(), over=over
        ),
        spread.assign(importance=shares).rename_axis("variable").reset_index(),
        "importance",
    )
