"""The first view: the forecast beside what drives it."""

import streamlit as st

from dashboard import cached
from dashboard.charts import importance, series
from dashboard.verdict import verdict
from dashboard.views.opened import Opened, opened
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
    first_step = past[past["step"] == 1]
    panel(
        "forecast",
        f"{target} is forecast to be {number(last['forecast'])} at {when(last['time'])}, "
        f"between {number(last['lower'])} and {number(last['upper'])} nine times of ten",
        series.forecast(first_step, future, open_.target, colours(), shown=series.IN_VIEW),
        past,
        "forecast",
    )


def _importance(open_: Opened, explanation: Explanation) -> None:
    shares, spread = explanation.variable_importance, explanation.importance_range
    panel(
        "importance",
        leader(explanation, open_.target),
        importance.bars(shares.nlargest(MOST), spread, explanation.uniform[0], colours()),
        spread.assign(importance=shares).rename_axis("variable").reset_index(),
        "importance",
    )


def leader(explanation: Explanation, target: str) -> str:
    """The most important variable, as a title."""
    shares = explanation.variable_importance
    name = str(shares.idxmax())
    who = f"The past of {plain(name)} itself" if name == target else plain(name)
    return f"{who} carries {shares.max():.0%} of the importance"


def temporal_map(open_: Opened, explanation: Explanation, most: int | None = None) -> None:
    """Where each variable's attention lies in the window, of the most important ones or all."""
    shares = explanation.temporal_importance.loc[_rows(explanation, most)]
    row = explanation.variable_importance.idxmax()
    lag, peak = shares.loc[row].idxmax(), shares.loc[row].max()
    panel(
        "temporal_importance",
        f"Of the attention within {plain(str(row))}, {peak:.0%} lies on lag {lag} "
        f"(uniform: {explanation.uniform[1]:.0%})",
        importance.heatmap(
            shares, explanation.uniform[1], colours(), "share of the row", open_.step
        ),
        shares.stack().rename("share").reset_index(),
        "temporal_importance",
    )


def joint_map(open_: Opened, explanation: Explanation, most: int | None = None) -> None:
    """Variables and lags together: the only map whose rows compare."""
    shares = explanation.joint_importance.loc[_rows(explanation, most)]
    variable, lag = shares.stack().idxmax()
    uniform = explanation.uniform[0] * explanation.uniform[1]
    panel(
        "joint_importance",
        f"Of all variables and lags, {plain(str(variable))} at lag {lag} weighs most: "
        f"{shares.to_numpy().max():.1%}",
        importance.heatmap(shares, uniform, colours(), "share of all", open_.step),
        shares.stack().rename("share").reset_index(),
        "joint_importance",
    )


def _rows(explanation: Explanation, most: int | None) -> list[str]:
    """The most important variables, in the order of the table."""
    top = explanation.variable_importance.nlargest(most or len(explanation.variables)).index
    return [name for name in explanation.variables if name in top]
