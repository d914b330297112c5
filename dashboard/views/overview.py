"""The first view: the forecast beside what drives it."""

import streamlit as st

from dashboard import cached
from dashboard.charts import importance, series
from dashboard.verdict import verdict
from dashboard.views.opened import Opened, opened
from dashboard.views.panel import beside, colours, panel, show
from dashboard.views.words import plain
from imv_core import Explanation

LEVEL = 0.9
PART = "test"


def page() -> None:
    """Forecast, importance and heatmaps of the open model, on the test part."""
    open_ = opened("What drives the forecast?")
    st.title(f"What drives {plain(open_.target)}?")
    scores = cached.scores(open_.run, PART, LEVEL)
    explanation = cached.explanation(open_.run, PART)
    show(verdict(scores))
    left, right = beside("forecast", 3, 2)
    with left:
        _forecast(open_)
    with right:
        _importance(open_, explanation)
    left, right = beside("maps", 1, 1)
    with left:
        temporal_map(open_, explanation)
    with right:
        joint_map(open_, explanation)


def _forecast(open_: Opened) -> None:
    past = cached.forecast(open_.run, PART, LEVEL)
    future = cached.forecast(open_.run, "future", LEVEL)
    last = future.iloc[-1]
    target = plain(open_.target)
    first_step = past[past["step"] == 1]
    panel(
        "forecast",
        f"{target} is forecast to be {last['forecast']:.3g} at {last['time']}, "
        f"between {last['lower']:.3g} and {last['upper']:.3g} nine times of ten",
        series.forecast(first_step, future, open_.target, colours()),
        past,
        "forecast",
    )


def _importance(open_: Opened, explanation: Explanation) -> None:
    shares = explanation.variable_importance
    spread = explanation.importance_range
    panel(
        "importance",
        leader(explanation, open_.target),
        importance.bars(shares, spread, colours()),
        spread.assign(importance=shares).rename_axis("variable").reset_index(),
        "importance",
    )


def leader(explanation: Explanation, target: str) -> str:
    """The most important variable, as a title."""
    shares = explanation.variable_importance
    name = str(shares.idxmax())
    who = f"The past of {plain(name)} itself" if name == target else plain(name)
    return f"{who} carries {shares.max():.0%} of the importance"


def temporal_map(open_: Opened, explanation: Explanation) -> None:
    """Where each variable's attention lies in the window."""
    shares = explanation.temporal_importance
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


def joint_map(open_: Opened, explanation: Explanation) -> None:
    """Variables and lags together: the only map whose rows compare."""
    shares = explanation.joint_importance
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
