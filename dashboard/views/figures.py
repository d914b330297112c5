"""The figures of an explanation that more than one page shows, and what must be said with them."""

import pandas as pd
import streamlit as st

from dashboard import cached
from dashboard.charts import importance
from dashboard.views.opened import Opened
from dashboard.views.panel import colours, panel
from dashboard.words import plain
from imv_core import Explanation


def cautions(open_: Opened, explanation: Explanation) -> None:
    """What this model's importance does not mean."""
    if cached.forecaster(open_.run).settings.cell == "full":
        st.warning(
            "This model has the cell IMV-Full: its gates see all variables, so a variable's row "
            "has seen the others too, and its importance may be partly theirs."
        )


def leader(explanation: Explanation, target: str) -> str:
    """The most important variable, as a title."""
    shares = explanation.variable_importance
    name = str(shares.idxmax())
    who = f"The past of {plain(name)} itself" if name == target else plain(name)
    return f"{who} carries {shares.max():.0%} of the importance"


def whiskers(explanation: Explanation) -> tuple[pd.DataFrame, str]:
    """The range that an importance is drawn with, and what it is taken over."""
    if len(explanation.seeds) > 1:
        return explanation.seed_range, f"over {len(explanation.seeds)} seeds"
    return explanation.importance_range, "over time"


def temporal_map(
    open_: Opened, explanation: Explanation, most: int | None = None, step: int | None = None
) -> None:
    """Where each variable's attention lies in the window.

    Args:
        open_: the run.
        explanation: of a part.
        most: how many of the most important variables; None: all.
        step: the step ahead that is explained; None: all of them together.
    """
    by_variable, temporal = _importances(explanation, step)
    shares = temporal.loc[_rows(explanation, most)]
    row = by_variable.idxmax()
    lag, peak = shares.loc[row].idxmax(), shares.loc[row].max()
    panel(
        "temporal_importance",
        f"Of the attention within {plain(str(row))}, {peak:.0%} lies on lag {lag} "
        f"(uniform: {explanation.uniform[1]:.0%}){_of_steps(open_, step)}",
        importance.heatmap(
            shares, explanation.uniform[1], colours(), "share of the row", open_.step
        ),
        shares.stack().rename("share").reset_index(),
        "temporal_importance",
    )


def joint_map(
    open_: Opened, explanation: Explanation, most: int | None = None, step: int | None = None
) -> None:
    """Variables and lags together: the only map whose rows compare; see `temporal_map`."""
    by_variable, temporal = _importances(explanation, step)
    shares = temporal.mul(by_variable, axis=0).loc[_rows(explanation, most)]
    variable, lag = shares.stack().idxmax()
    uniform = explanation.uniform[0] * explanation.uniform[1]
    panel(
        "joint_importance",
        f"Of all variables and lags, {plain(str(variable))} at lag {lag} weighs most: "
        f"{shares.to_numpy().max():.1%}{_of_steps(open_, step)}",
        importance.heatmap(shares, uniform, colours(), "share of all", open_.step),
        shares.stack().rename("share").reset_index(),
        "joint_importance",
    )


def _importances(
    explanation: Explanation, step: int | None
) -> tuple["pd.Series[float]", pd.DataFrame]:
    """I and T of one step ahead, or of all together."""
    if step is None:
        return explanation.variable_importance, explanation.temporal_importance
    by_step = explanation.importance_by_step.loc[step]
    return by_step, explanation.temporal_importance_by_step[step]


def _of_steps(open_: Opened, step: int | None) -> str:
    """What a title adds where several steps are forecast."""
    if open_.horizon == 1:
        return ""
    return f", {open_.horizon} steps ahead together" if step is None else f", step {step} ahead"


def _rows(explanation: Explanation, most: int | None) -> list[str]:
    """The most important variables of all steps together, in the order of the table."""
    top = explanation.variable_importance.nlargest(most or len(explanation.variables)).index
    return [name for name in explanation.variables if name in top]
