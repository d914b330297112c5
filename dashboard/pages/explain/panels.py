"""The figures of the page Explain: importance of variables and lags."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dashboard.figures import importance as charts
from dashboard.figures.theme import Palette
from dashboard.ui.panel import Panel
from dashboard.ui.times import calendar_groups
from dashboard.ui.titles import (
    lag_subject_ending,
    leader,
    leading_cell,
    most_variable,
    subject_ending,
)
from dashboard.wording import when
from imv_core import Explanation


def importance(
    explanation: Explanation,
    target: str,
    colours: Palette,
    names: Sequence[str] | None = None,
    step: int | None = None,
) -> Panel:
    """Draw the importance of each variable, with its range.

    Args:
        explanation: of a part.
        target: name of the target.
        colours: of the page.
        names: the variables to draw, in their order; None: all, the most important first.
        step: the step ahead that is explained; None: all of them together.
    """
    shares, spread, over = of_variables(explanation, step)
    first = leader(shares, explanation.groups)
    shows_prior = explanation.rests_on == "posterior" and step is None
    return Panel(
        f"{first.named(target, begins=True)} {first.verb('carries', 'carry')} {first.share:.0%} of "
        f"the importance{subject_ending(explanation)}{of_steps(explanation, step)}",
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
    """Draw the importance for each forecast step; see `importance`."""
    by_step = explanation.importance_by_step
    shares = by_step.T.loc[list(names or explanation.variables)]
    name, moving = most_variable(by_step, explanation.groups, names or ())
    steps = [f"step {step} ahead" for step in by_step.index]
    figure = charts.grid(shares, explanation.uniform[0], colours, "share of the step", steps)
    return Panel(
        f"From step to step the importance of {name}{subject_ending(explanation)} moves most: "
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
    """Draw the importance of each variable's lags, or its attention where lags add nothing.

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
    uniform = explanation.uniform[1]
    return Panel(
        f"Of the {of_what} {first.named()}{lag_subject_ending(explanation)}, {own.max():.0%} lies "
        f"on lag {own.idxmax()} (uniform: {uniform:.0%}){of_steps(explanation, step)}",
        charts.heatmap(shares, uniform, colours, "share of the row", row_step, notes),
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
    """Draw variables and lags together: the only map whose rows compare; see `temporal_map`."""
    by_variable, temporal = _of_lags(explanation, step)
    every = temporal.mul(by_variable, axis=0)
    shares = every.loc[list(names or explanation.variables)]
    first, lag = leading_cell(every, explanation.groups, list(shares.index))
    uniform = explanation.uniform[0] * explanation.uniform[1]
    which = "all" if len(shares) == len(by_variable) else "these"
    if explanation.lags_are_attention:
        counts = f"Importance{subject_ending(explanation)} times attention is largest for "
        counts += f"{first.named()} at lag {lag}"
    else:
        counts = f"Of {which} variables and lags, {first.named()} at lag {lag} "
        counts += f"{first.verb('counts', 'count')} most{subject_ending(explanation)}"
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
    """Return I, its range, and what the range is taken over."""
    several = len(explanation.seeds) > 1
    over = f"over {len(explanation.seeds)} seeds" if several else "over time"
    if step is not None:
        return explanation.importance_by_step.T[step], explanation.range_at(step), over
    spread = explanation.seed_range if several else explanation.importance_range
    return explanation.variable_importance, spread, over


def _of_lags(explanation: Explanation, step: int | None) -> tuple["pd.Series[float]", pd.DataFrame]:
    """Return I and T of one step ahead, or of all together."""
    if step is None:
        return explanation.variable_importance, explanation.temporal_importance
    by_step = explanation.importance_by_step.T[step]
    return by_step, explanation.temporal_importance_by_step[step]


def of_steps(explanation: Explanation, step: int | None) -> str:
    """Return the ending of a title that names the step; empty where one step is forecast."""
    horizon = len(explanation.importance_by_step)
    if horizon == 1:
        return ""
    return f", {horizon} steps ahead together" if step is None else f", step {step} ahead"


MOST_PERIODS = 120  # in the figure, where windows are not drawn one by one
MOST_SINGLE = 240  # windows that are drawn one by one


def over_time(
    explanation: Explanation,
    colours: Palette,
    names: Sequence[str] | None = None,
    within: slice = slice(None),
    as_map: bool = False,
) -> Panel:
    """Draw importance over time: per window where there are few, else means of periods.

    Args:
        explanation: of a part.
        colours: of the page.
        names: the variables with a colour of their own, in order; None: the largest.
        within: the windows to draw.
        as_map: draw a heatmap of those variables, not stacked areas of all.
    """
    shares, what, ending = explanation.credits, "importance", subject_ending(explanation)
    if explanation.rests_on != "contribution":  # the prior, which needs no true value
        shares, what, ending = explanation.weights, "weight", ""
    shares = shares.iloc[within]
    size = 1 if len(shares) <= MOST_SINGLE else -(-len(shares) // MOST_PERIODS)
    blocks = shares.groupby(np.arange(len(shares)) // size).mean()
    blocks = blocks.set_axis(shares.index[::size], axis=0)
    chosen = list(names or explanation.variables)
    name, moving = most_variable(blocks, explanation.groups, chosen)
    if as_map:
        hover = [f"from {when(time)}" if size > 1 else when(time) for time in blocks.index]
        unit = f"share of {what}"
        figure = charts.grid(blocks[chosen].T, explanation.uniform[0], colours, unit, hover)
    else:
        figure = charts.over_time(blocks, colours, names or (), what)
    return Panel(
        f"Over time the {what} of {name}{ending} moves most: {moving.min():.0%} to "
        f"{moving.max():.0%}, "
        + ("window by window" if size == 1 else f"{size} windows at a time"),
        figure,
        lambda: (
            pd.DataFrame({what: blocks.stack()}).rename_axis(["time", "variable"]).reset_index()
        ),
        "over_time",
        is_explanation=True,
        explains=explanation.explains,
    )


def by_calendar(
    explanation: Explanation, group: str, colours: Palette, names: Sequence[str] | None = None
) -> Panel:
    """Draw importance by hour, weekday or month.

    Args:
        explanation: of a part.
        group: a key of `calendar_groups` of the windows' times.
        colours: of the page.
        names: the variables to draw, in their order; None: all.
    """
    groups = calendar_groups(pd.Index(explanation.times[1]))[group]
    shares = explanation.importance_in(groups)
    counts = pd.Series(groups).value_counts()
    name, moving = most_variable(shares, explanation.groups, names or ())
    hover = [f"{group} {place}, {counts[place]:,} windows" for place in shares.index]
    drawn = shares[list(names or explanation.variables)].T
    figure = charts.grid(drawn, explanation.uniform[0], colours, f"share of the {group}", hover)
    return Panel(
        f"By {group} the importance of {name}{subject_ending(explanation)} moves most: "
        f"{moving.min():.0%} ({moving.idxmin()}) to {moving.max():.0%} ({moving.idxmax()})",
        figure.update_xaxes(title=group, type="category"),
        lambda: (
            pd.DataFrame({"importance": shares.stack()})
            .rename_axis([group, "variable"])
            .reset_index()
        ),
        "by_calendar",
        is_explanation=True,
        explains=explanation.explains,
    )
