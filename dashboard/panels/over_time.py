"""The figures of importance through time: stretch by stretch, window by window, by the calendar."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dashboard.charts import importance as charts
from dashboard.charts.look import Palette
from dashboard.panels.calendar import groupings
from dashboard.panels.panel import Panel
from dashboard.panels.subject import for_what, moves_most
from dashboard.words import when
from imv_core import Explanation

BLOCKS = 120  # stretches of time in the picture
SINGLE = 240  # as many windows are drawn one by one


def over_time(
    explanation: Explanation,
    colours: Palette,
    names: Sequence[str] | None = None,
    within: slice = slice(None),
    as_map: bool = False,
) -> Panel:
    """Importance through time, window by window where there are few, else averaged over stretches.

    Args:
        explanation: of a part.
        colours: of the page.
        names: the variables to tell apart, in their order; None: the largest.
        within: the windows to draw.
        as_map: a heatmap of those variables, not stacked areas of all.
    """
    shares, what, ending = explanation.credits, "importance", for_what(explanation)
    if explanation.rests_on != "contribution":  # the prior, known before what came true
        shares, what, ending = explanation.weights, "weight", ""
    shares = shares.iloc[within]
    size = 1 if len(shares) <= SINGLE else -(-len(shares) // BLOCKS)
    blocks = shares.groupby(np.arange(len(shares)) // size).mean()
    blocks = blocks.set_axis(shares.index[::size], axis=0)
    chosen = list(names or explanation.variables)
    name, moving = moves_most(blocks, explanation.groups, chosen)
    if as_map:
        told = [f"from {when(time)}" if size > 1 else when(time) for time in blocks.index]
        unit = f"share of {what}"
        figure = charts.grid(blocks[chosen].T, explanation.uniform[0], colours, unit, told)
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
    """Importance by hour, weekday or month.

    Args:
        explanation: of a part.
        group: a key of `groupings` of the windows' times.
        colours: of the page.
        names: the variables to draw, in their order; None: all.
    """
    groups = groupings(pd.Index(explanation.times[1]))[group]
    shares = explanation.importance_in(groups)
    counts = pd.Series(groups).value_counts()
    name, moving = moves_most(shares, explanation.groups, names or ())
    told = [f"{group} {place}, {counts[place]:,} windows" for place in shares.index]
    drawn = shares[list(names or explanation.variables)].T
    figure = charts.grid(drawn, explanation.uniform[0], colours, f"share of the {group}", told)
    return Panel(
        f"By {group} the importance of {name}{for_what(explanation)} moves most: "
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
