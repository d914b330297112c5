"""The figures of a forecast: beside what happened, beyond the last row, and its errors."""

import pandas as pd

from dashboard.charts import series
from dashboard.charts.look import Palette
from dashboard.panels.panel import Panel
from dashboard.words import number, short, when

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
