"""The figures of a forecast: beside what happened, beyond the last row, and its errors."""

import numpy as np
import pandas as pd

from dashboard.figures import residuals as charts
from dashboard.figures import series
from dashboard.figures.theme import Palette
from dashboard.ui.calendar import calendar_groups
from dashboard.ui.panel import Panel
from dashboard.wording import number, short, when

ENDS = {
    "lower": "90% from",
    "upper": "90% to",
    "lower_50": "50% from",
    "upper_50": "50% to",
}


def nested(outer: pd.DataFrame, inner: pd.DataFrame) -> pd.DataFrame:
    """Forecasts with their 90% intervals, and the 50% intervals of the same ones within."""
    return outer.assign(lower_50=inner["lower"], upper_50=inner["upper"])


def on_grid(index: pd.Index, past: pd.DataFrame) -> pd.DataFrame:
    """Forecasts of one step with empty rows where there is no true value: lines break there.

    Args:
        index: the times of the table.
        past: as `IMVForecaster.predict` gives it, one step ahead.
    """
    times = index[(index >= past["time"].iloc[0]) & (index <= past["time"].iloc[-1])]
    return past.set_index("time").reindex(times).rename_axis("time").reset_index()


def latest(past: pd.DataFrame, future: pd.DataFrame, target: str, colours: Palette) -> Panel:
    """The last steps of a part and the steps beyond the last row.

    Args:
        past: as `IMVForecaster.predict` gives it, one step ahead, on the table's grid.
        future: the steps beyond the last row.
        target: what is forecast.
        colours: of the page.
    """
    last = future.iloc[-1]
    return Panel(
        f"{short(target)} is forecast to be {number(last['forecast'])} at {when(last['time'])}, "
        f"between {number(last['lower'])} and {number(last['upper'])} nine times of ten",
        series.forecast(past, future, target, colours, shown=series.IN_VIEW),
        lambda: pd.concat([past, future]),
        "forecast",
    )


def forecast(
    past: pd.DataFrame, future: pd.DataFrame, target: str, ahead: str, colours: Palette
) -> Panel:
    """A whole part or a stretch of it; see `latest`. `ahead` says how far, "3 steps of 1 hour"."""
    first, last = when(past["time"].iloc[0]), when(past["time"].iloc[-1])
    return Panel(
        f"{short(target)}, forecast {ahead} ahead, {first} to {last}",
        series.forecast(past, future, target, colours),
        lambda: pd.concat([past, future]),
        "forecast",
    )


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
        f"{number(errors['mae'].max())}, against {number(mean)} over all",
        charts.by_group(errors, group, target, colours),
        lambda: errors.rename_axis(group).reset_index(),
        "errors_by_group",
    )
