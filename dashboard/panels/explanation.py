"""The figures of an explanation: which variables matter, when, and at which lags."""

import pandas as pd

from dashboard.charts import importance as charts
from dashboard.charts.look import Palette
from dashboard.panels.panel import Panel
from dashboard.words import short
from imv_core import Explanation

BLOCKS = 120  # stretches of time in the picture over time


def importance(
    explanation: Explanation, target: str, colours: Palette, most: int | None = None
) -> Panel:
    """Global importance with its spread.

    Args:
        explanation: of a part.
        target: what is forecast.
        colours: of the page.
        most: how many of the most important variables are drawn; None: all.
    """
    spread, over = _whiskers(explanation)
    shares = explanation.variable_importance
    name = str(shares.idxmax())
    who = f"The past of {short(name)} itself" if name == target else short(name)
    return Panel(
        f"{who} carries {shares.max():.0%} of the importance",
        charts.bars(
            shares.nlargest(most or len(shares)),
            spread,
            explanation.uniform[0],
            colours,
            explanation.prior_importance if explanation.rests_on == "posterior" else None,
            over,
        ),
        lambda: explanation.summary.reset_index(),
        "importance",
    )


def over_time(explanation: Explanation, colours: Palette) -> Panel:
    """Importance through time, averaged over consecutive stretches."""
    weights, what = explanation.credits, "importance"
    if explanation.rests_on != "contribution":  # the prior, known before what came true
        weights, what = explanation.weights, "weight"
    size = -(-len(weights) // BLOCKS)
    groups = pd.RangeIndex(len(weights)) // size
    blocks = weights.groupby(groups).mean().set_axis(weights.index[::size], axis=0)
    swing = blocks.max() - blocks.min()
    name = swing.idxmax()
    return Panel(
        f"Over time the {what} of {short(str(name))} moves most: "
        f"{blocks[name].min():.0%} to {blocks[name].max():.0%}",
        charts.over_time(blocks, colours, what=what),
        lambda: (
            blocks.rename_axis("time")
            .rename_axis("variable", axis=1)
            .stack()
            .rename(what)
            .reset_index()
        ),
        "over_time",
    )


def temporal_map(
    explanation: Explanation,
    row_step: str,
    colours: Palette,
    most: int | None = None,
    step: int | None = None,
) -> Panel:
    """Where each variable's attention lies in the window.

    Args:
        explanation: of a part.
        row_step: a step of the table in words ("1 hour"); empty where it has none.
        colours: of the page.
        most: how many of the most important variables; None: all.
        step: the step ahead that is explained; None: all of them together.
    """
    by_variable, temporal = _importances(explanation, step)
    shares = temporal.loc[_rows(explanation, most)]
    row = by_variable.idxmax()
    lag, peak = shares.loc[row].idxmax(), shares.loc[row].max()
    return Panel(
        f"Of the attention within {short(str(row))}, {peak:.0%} lies on lag {lag} "
        f"(uniform: {explanation.uniform[1]:.0%}){_of_steps(explanation, step)}",
        charts.heatmap(shares, explanation.uniform[1], colours, "share of the row", row_step),
        lambda: shares.stack().rename("share").reset_index(),
        "temporal_importance",
    )


def joint_map(
    explanation: Explanation,
    row_step: str,
    colours: Palette,
    most: int | None = None,
    step: int | None = None,
) -> Panel:
    """Variables and lags together: the only map whose rows compare; see `temporal_map`."""
    by_variable, temporal = _importances(explanation, step)
    shares = temporal.mul(by_variable, axis=0).loc[_rows(explanation, most)]
    variable, lag = shares.stack().idxmax()
    uniform = explanation.uniform[0] * explanation.uniform[1]
    return Panel(
        f"Of all variables and lags, {short(str(variable))} at lag {lag} weighs most: "
        f"{shares.to_numpy().max():.1%}{_of_steps(explanation, step)}",
        charts.heatmap(shares, uniform, colours, "share of all", row_step),
        lambda: shares.stack().rename("share").reset_index(),
        "joint_importance",
    )


def _whiskers(explanation: Explanation) -> tuple[pd.DataFrame, str]:
    """The range that an importance is drawn with, and what it is taken over."""
    if len(explanation.seeds) > 1:
        return explanation.seed_range, f"over {len(explanation.seeds)} seeds"
    return explanation.importance_range, "over time"


def _importances(
    explanation: Explanation, step: int | None
) -> tuple["pd.Series[float]", pd.DataFrame]:
    """I and T of one step ahead, or of all together."""
    if step is None:
        return explanation.variable_importance, explanation.temporal_importance
    by_step = explanation.importance_by_step.loc[step]
    return by_step, explanation.temporal_importance_by_step[step]


def _of_steps(explanation: Explanation, step: int | None) -> str:
    """What a title adds where several steps are forecast."""
    horizon = len(explanation.importance_by_step)
    if horizon == 1:
        return ""
    return f", {horizon} steps ahead together" if step is None else f", step {step} ahead"


def _rows(explanation: Explanation, most: int | None) -> list[str]:
    """The most important variables of all steps together, in the order of the table."""
    top = explanation.variable_importance.nlargest(most or len(explanation.variables)).index
    return [name for name in explanation.variables if name in top]
