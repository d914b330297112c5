"""The figures of a forecast's errors: how large, how often, when; and what intervals held."""

import numpy as np
import pandas as pd

from dashboard.charts import errors as charts
from dashboard.charts.look import Palette
from dashboard.panels.calendar import groupings
from dashboard.panels.panel import Panel
from dashboard.words import number

STRETCHES = 12
INTERVALS = {0.9: "", 0.5: "_50"}  # level -> the end of the names of its columns


def residuals(past: pd.DataFrame, target: str, ahead: str, colours: Palette) -> Panel:
    """Errors through time.

    Args:
        past: time, actual, forecast; of one step ahead.
        target: what is forecast.
        ahead: how far, as a sentence's end: " 2 steps ahead"; empty where it is but one step.
        colours: of the page.
    """
    errors = past["actual"] - past["forecast"]
    low, high = errors.quantile([0.05, 0.95])
    return Panel(
        f"Errors{ahead} lie between {number(low)} and {number(high)} nine times of ten",
        charts.residuals(past, target, colours),
        lambda: past.assign(residual=errors),
        "residuals",
    )


def distribution(past: pd.DataFrame, target: str, ahead: str, colours: Palette) -> Panel:
    """How often errors of each size occurred; see `residuals`."""
    errors = past["actual"] - past["forecast"]
    counts = charts.bins(errors)
    return Panel(
        f"Errors{ahead} are {number(errors.mean())} on average, "
        f"with a standard deviation of {number(errors.std())}",
        charts.distribution(counts, target, colours),
        lambda: counts,
        "distribution",
    )


def coverage(past: pd.DataFrame, ahead: str, colours: Palette) -> Panel:
    """What intervals held, in consecutive stretches.

    Args:
        past: time, actual, lower, upper, lower_50, upper_50; of one step ahead.
        ahead: how far, as a sentence's end: " 2 steps ahead"; empty where it is but one step.
        colours: of the page.
    """
    known = past[past["actual"].notna()]
    rows = []
    for level, end in INTERVALS.items():
        inside = known["actual"].between(known[f"lower{end}"], known[f"upper{end}"])
        for places in np.array_split(np.arange(len(known)), min(STRETCHES, len(known))):
            start = known["time"].iloc[places[0]]
            rows.append((start, level, inside.iloc[places].mean(), len(places)))
    shares = pd.DataFrame(rows, columns=["from", "level", "held", "windows"])
    outer = shares.loc[shares["level"] == max(INTERVALS), "held"]
    return Panel(
        f"{max(INTERVALS):.0%} intervals{ahead} held {outer.min():.0%} to {outer.max():.0%} of the "
        "truth, a stretch at a time",
        charts.coverage(shares, colours),
        lambda: shares,
        "coverage",
    )


def by_group(past: pd.DataFrame, group: str, target: str, ahead: str, colours: Palette) -> Panel:
    """Mean absolute error by hour, weekday or month.

    Args:
        past: time, actual, forecast, persistence; of one step ahead.
        group: a key of `groupings` of these times.
        target: what is forecast.
        ahead: how far, as a sentence's end: " 2 steps ahead"; empty where it is but one step.
        colours: of the page.
    """
    groups = groupings(pd.Index(past["time"]))[group]
    sizes = pd.DataFrame(
        {name: (past["actual"] - past[name]).abs() for name in ("forecast", "persistence")}
    ).groupby(pd.CategoricalIndex(groups), observed=True)
    errors = pd.DataFrame(
        {
            "mae": sizes["forecast"].mean(),
            "error": 2 * sizes["forecast"].std() / np.sqrt(sizes["forecast"].count()),
            "persistence": sizes["persistence"].mean(),
            "windows": sizes["forecast"].count(),
        }
    ).dropna(subset="mae")
    worst = errors["mae"].idxmax()
    mean = (past["actual"] - past["forecast"]).abs().mean()
    return Panel(
        f"Errors{ahead} are largest in {group} {worst}: "
        f"{number(errors['mae'].max())}, against {number(mean)} over all",
        charts.by_group(errors, group, target, colours),
        lambda: errors.rename_axis(group).reset_index(),
        "errors_by_group",
    )
