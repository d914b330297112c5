"""The figures of the page Forecast: forecasts with actual values, and errors."""

import numpy as np
import pandas as pd

from dashboard.figures import residuals as charts
from dashboard.figures import series
from dashboard.figures.theme import Palette
from dashboard.ui.panel import Panel
from dashboard.ui.times import calendar_groups
from dashboard.wording import number, short, when

ENDS = {
    "lower": "90% from",
    "upper": "90% to",
    "lower_50": "50% from",
    "upper_50": "50% to",
}


def nested(outer: pd.DataFrame, inner: pd.DataFrame) -> pd.DataFrame:
    """Return forecasts with both their 90% and their 50% intervals."""
    return outer.assign(lower_50=inner["lower"], upper_50=inner["upper"])


def on_grid(index: pd.Index, past: pd.DataFrame) -> pd.DataFrame:
    """Return forecasts of one step, with empty rows where there are none: lines break there.

    Args:
        index: the times of the table.
        past: as `IMVForecaster.predict` gives it, one step ahead.
    """
    times = index[(index >= past["time"].iloc[0]) & (index <= past["time"].iloc[-1])]
    return past.set_index("time").reindex(times).rename_axis("time").reset_index()


def latest(past: pd.DataFrame, future: pd.DataFrame, target: str, colours: Palette) -> Panel:
    """Draw the last steps of a part, and the steps beyond the last row.

    Args:
        past: as `IMVForecaster.predict` gives it, one step ahead, on the table's grid.
        future: the steps beyond the last row.
        target: name of the target.
        colours: of the page.
    """
    last = future.iloc[-1]
    return Panel(
        f"{short(target)} is forecast to be {number(last['forecast'])} at {when(last['time'])}, "
        f"with a 90% interval from {number(last['lower'])} to {number(last['upper'])}",
        series.forecast(past, future, target, colours, shown=series.IN_VIEW),
        lambda: pd.concat([past, future]),
        "forecast",
    )


def forecast(
    past: pd.DataFrame, future: pd.DataFrame, target: str, ahead: str, colours: Palette
) -> Panel:
    """Draw a part or a range of it; see `latest`. `ahead` is how far: "3 steps of 1 hour"."""
    first, last = when(past["time"].iloc[0]), when(past["time"].iloc[-1])
    return Panel(
        f"{short(target)}, forecast {ahead} ahead, {first} to {last}",
        series.forecast(past, future, target, colours),
        lambda: pd.concat([past, future]),
        "forecast",
    )


PERIODS = 12
INTERVALS = {0.9: "", 0.5: "_50"}  # level -> the end of the names of its columns


def residuals(past: pd.DataFrame, target: str, ahead: str, colours: Palette) -> Panel:
    """Draw errors over time.

    Args:
        past: time, actual, forecast; of one step ahead.
        target: name of the target.
        ahead: how far, such as " 2 steps ahead"; "" where the model forecasts one step.
        colours: of the page.
    """
    errors = past["actual"] - past["forecast"]
    low, high = errors.quantile([0.05, 0.95])
    return Panel(
        f"90% of errors{ahead} lie between {number(low)} and {number(high)}",
        charts.residuals(past, target, colours),
        lambda: past.assign(residual=errors),
        "residuals",
    )


def distribution(past: pd.DataFrame, target: str, ahead: str, colours: Palette) -> Panel:
    """Draw how often errors of each size occur; see `residuals`."""
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
    """Draw the coverage of intervals, in consecutive periods.

    Args:
        past: time, actual, lower, upper, lower_50, upper_50; of one step ahead.
        ahead: how far, such as " 2 steps ahead"; "" where the model forecasts one step.
        colours: of the page.
    """
    known = past[past["actual"].notna()]
    rows = []
    for level, end in INTERVALS.items():
        inside = known["actual"].between(known[f"lower{end}"], known[f"upper{end}"])
        for places in np.array_split(np.arange(len(known)), min(PERIODS, len(known))):
            start = known["time"].iloc[places[0]]
            rows.append((start, level, inside.iloc[places].mean(), len(places)))
    shares = pd.DataFrame(rows, columns=["from", "level", "coverage", "windows"])
    outer = shares.loc[shares["level"] == max(INTERVALS), "coverage"]
    return Panel(
        f"{max(INTERVALS):.0%} intervals{ahead} contain {outer.min():.0%} to {outer.max():.0%} of "
        "the true values, by period",
        charts.coverage(shares, colours),
        lambda: shares,
        "coverage",
    )


def by_group(past: pd.DataFrame, group: str, target: str, ahead: str, colours: Palette) -> Panel:
    """Draw the mean absolute error by hour, weekday or month.

    Args:
        past: time, actual, forecast, persistence; of one step ahead.
        group: a key of `groupings` of these times.
        target: name of the target.
        ahead: how far, such as " 2 steps ahead"; "" where the model forecasts one step.
        colours: of the page.
    """
    groups = calendar_groups(pd.Index(past["time"]))[group]
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
        f"{number(errors['mae'].max())}, compared with {number(mean)} overall",
        charts.by_group(errors, group, target, colours),
        lambda: errors.rename_axis(group).reset_index(),
        "errors_by_group",
    )
