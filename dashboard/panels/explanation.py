"""The figures of an explanation: which variables matter, and at which lags."""

from collections.abc import Sequence

import pandas as pd

from dashboard.charts import importance as charts
from dashboard.charts.look import Palette
from dashboard.panels.panel import Panel
from dashboard.panels.subject import for_what, lags_for_what, leader, leading_cell, moves_most
from imv_core import Explanation


def importance(
    explanation: Explanation,
    target: str,
    colours: Palette,
    names: Sequence[str] | None = None,
    step: int | None = None,
) -> Panel:
    """Global importance with its spread.

    Args:
        explanation: of a part.
        target: what is forecast.
        colours: of the page.
        names: the variables to draw, in their order; None: all, the most important first.
        step: the step ahead that is explained; None: all of them together.
    """
    shares, spread, over = of_variables(explanation, step)
    first = leader(shares, explanation.groups)
    shows_prior = explanation.rests_on == "posterior" and step is None
    return Panel(
        f"{first.named(target, begins=True)} {first.verb('carries', 'carry')} {first.share:.0%} of "
        f"the importance{for_what(explanation)}{of_steps(explanation, step)}",
        charts.bars(
            shares.sort_values(ascending=False) if names is None else shares[list(names)],
            spread,
            explanation.uniform[0],
            colours,
            explanation.prior_importance if shows_prior else None,
            over,
        ),
        lambda: (
            explanation.summary.reset_index()
            if step is None
            else spread.assign(importance=shares).rename_axis("variable").reset_index()
        ),
        "importance",
        is_explanation=True,
        explains=explanation.explains,
    )


def importance_by_step(
    explanation: Explanation, colours: Palette, names: Sequence[str] | None = None
) -> Panel:
    """Importance for each forecast step; see `importance`."""
    by_step = explanation.importance_by_step
    shares = by_step.T.loc[list(names or explanation.variables)]
    name, moving = moves_most(by_step, explanation.groups, names or ())
    steps = [f"step {step} ahead" for step in by_step.index]
    figure = charts.grid(shares, explanation.uniform[0], colours, "share of the step", steps)
    return Panel(
        f"From step to step the importance of {name}{for_what(explanation)} moves most: "
        f"{moving.min():.0%} to {moving.max():.0%}",
        figure.update_xaxes(title="step ahead", dtick=max(1, round(len(steps) / 12)), tick0=1),
        lambda: (
            pd.DataFrame({"importance": by_step.stack()})
            .rename_axis(["step", "variable"])
            .reset_index()
        ),
        "importance_by_step",
        is_explanation=True,
        explains=explanation.explains,
    )


def temporal_map(
    explanation: Explanation,
    row_step: str,
    colours: Palette,
    names: Sequence[str] | None = None,
    step: int | None = None,
) -> Panel:
    """Which lags of each variable count; by its attention where no lag adds by itself.

    Args:
        explanation: of a part.
        row_step: a step of the table in words ("1 hour"); empty where it has none.
        colours: of the page.
        names: the variables to draw, in their order; None: all.
        step: the step ahead that is explained; None: all of them together.
    """
    by_variable, temporal = _of_lags(explanation, step)
    shares = temporal.loc[list(names or explanation.variables)]
    first = leader(by_variable, explanation.groups, list(shares.index))
    own = temporal.mul(by_variable, axis=0).loc[list(first.names)].sum()
    own = own / own.sum()
    of_what = "attention within" if explanation.lags_are_attention else "importance of"
    notes = None
    if len(explanation.seeds) > 1 and step is None:
        notes = explanation.temporal_spread.loc[shares.index].map("± {:.2%} over the seeds".format)
    return Panel(
        f"Of the {of_what} {first.named()}{lags_for_what(explanation)}, {own.max():.0%} lies on "
        f"lag {own.idxmax()} (uniform: {explanation.uniform[1]:.0%}){of_steps(explanation, step)}",
        charts.heatmap(
            shares, explanation.uniform[1], colours, "share of the row", row_step, notes
        ),
        lambda: pd.DataFrame({"share": shares.stack()}).reset_index(),
        "temporal_importance",
        is_explanation=True,
        explains=explanation.explains,
    )


def joint_map(
    explanation: Explanation,
    row_step: str,
    colours: Palette,
    names: Sequence[str] | None = None,
    step: int | None = None,
) -> Panel:
    """Variables and lags together: the only map whose rows compare; see `temporal_map`."""
    by_variable, temporal = _of_lags(explanation, step)
    every = temporal.mul(by_variable, axis=0)
    shares = every.loc[list(names or explanation.variables)]
    first, lag = leading_cell(every, explanation.groups, list(shares.index))
    uniform = explanation.uniform[0] * explanation.uniform[1]
    which = "all" if len(shares) == len(by_variable) else "these"
    if explanation.lags_are_attention:
        counts = f"Importance{for_what(explanation)} times attention is largest for "
        counts += f"{first.named()} at lag {lag}"
    else:
        counts = f"Of {which} variables and lags, {first.named()} at lag {lag} "
        counts += f"{first.verb('counts', 'count')} most{for_what(explanation)}"
    return Panel(
        f"{counts}: {first.share:.1%}{of_steps(explanation, step)}",
        charts.heatmap(shares, uniform, colours, "share of all", row_step),
        lambda: pd.DataFrame({"share": shares.stack()}).reset_index(),
        "joint_importance",
        is_explanation=True,
        explains=explanation.explains,
    )


def of_variables(
    explanation: Explanation, step: int | None
) -> tuple["pd.Series[float]", pd.DataFrame, str]:
    """I, the range that it is drawn with, and what that is taken over."""
    several = len(explanation.seeds) > 1
    over = f"over {len(explanation.seeds)} seeds" if several else "over time"
    if step is not None:
        return explanation.importance_by_step.T[step], explanation.range_at(step), over
    spread = explanation.seed_range if several else explanation.importance_range
    return explanation.variable_importance, spread, over


def _of_lags(explanation: Explanation, step: int | None) -> tuple["pd.Series[float]", pd.DataFrame]:
    """I and T of one step ahead, or of all together."""
    if step is None:
        return explanation.variable_importance, explanation.temporal_importance
    by_step = explanation.importance_by_step.T[step]
    return by_step, explanation.temporal_importance_by_step[step]


def of_steps(explanation: Explanation, step: int | None) -> str:
    """What a title adds where several steps are forecast."""
    horizon = len(explanation.importance_by_step)
    if horizon == 1:
        return ""
    return f", {horizon} steps ahead together" if step is None else f", step {step} ahead"
