"""Rows on a time axis -> rows in order, one per step, where the times allow it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from imv_core.errors import TableError
from imv_core.tables.findings import Finding, counted

MOST_INSERTED = 2
"""A grid with more than this many times the rows is no step, but chance."""

REPEATED = {
    "last": "the last row of each time was kept",
    "first": "the first row of each time was kept",
    "mean": "each time has the mean of its rows, and the last of their labels",
}
DAY = pd.Timedelta(days=1)
UNITS = {
    "s": "second",
    "min": "minute",
    "h": "hour",
    "D": "day",
    "B": "weekday",
    "W": "week",
    "MS": "month",
    "ME": "month",
    "QS": "quarter",
    "QE": "quarter",
    "YS": "year",
    "YE": "year",
}


def in_order(frame: pd.DataFrame, repeated: str = "last") -> tuple[pd.DataFrame, list[Finding]]:
    """Sort rows by time; of rows with the same time keep the last, the first or their mean.

    Raises:
        TableError: `repeated` is none of these.
    """
    if repeated not in REPEATED:
        raise TableError(f"'repeated' is '{repeated}'; choose {', '.join(REPEATED)}.")
    findings = []
    times = pd.DatetimeIndex(frame.index).asi8
    late = times < np.maximum.accumulate(times)
    if late.any():
        text = (
            f"{counted(int(late.sum()), 'row')} came after a later one, the first at "
            f"{frame.index[int(late.argmax())]}; all rows were sorted by time."
        )
        findings.append(Finding("unsorted", (), text, warning=True))
        frame = frame.sort_index(kind="stable")
    double = frame.index.duplicated(keep="last")
    if double.any():
        text = (
            f"{counted(int(double.sum()), 'row')} had the same time as a later row, the first at "
            f"{frame.index[int(double.argmax())]}; {REPEATED[repeated]}."
        )
        if double.mean() >= 0.5:
            text += " Several series may stand below one another; put each in columns of its own."
        findings.append(Finding("duplicates", (), text, warning=True))
        if repeated == "mean":
            frame = _mean_of_each_time(frame)
        else:
            frame = frame[~frame.index.duplicated(keep="last" if repeated == "last" else "first")]
    return frame, findings


def _mean_of_each_time(frame: pd.DataFrame) -> pd.DataFrame:
    """The mean of numbers and the last of labels."""
    numbers = frame.select_dtypes("float64").columns
    summary = {name: "mean" if name in numbers else "last" for name in frame.columns}
    return frame.groupby(level=0).agg(summary)


def on_grid(frame: pd.DataFrame) -> tuple[pd.DataFrame, str | None, list[Finding]]:
    """Find the step between rows in order, and insert those that are missing on its grid."""
    times = pd.DatetimeIndex(frame.index)
    most_rows = MOST_INSERTED * len(times)
    lengths, counts = np.unique(np.diff(times), return_counts=True)
    usual = pd.Timedelta(lengths[counts.argmax()])
    # Weekdays are fewer than days; beyond that no grid is worth building.
    worth_a_try = (times[-1] - times[0]) / usual < 1.5 * most_rows
    for freq in _likely_steps(times, usual) if worth_a_try else ():
        grid = pd.date_range(times[0], times[-1], freq=freq).as_unit(times.unit)
        if len(grid) <= most_rows and times.isin(grid).all():
            # The table keeps the step; an index would lose its own on the way through a file.
            grid = pd.DatetimeIndex(grid.to_numpy(), name="time")
            step = Finding("step", (), f"The step between rows is {describe_step(freq)}.")
            return frame.reindex(grid), freq, [step, *_gaps(times, grid)]
    text = (
        f"The times are not evenly spaced (most are {usual} apart, the closest "
        f"{pd.Timedelta(lengths[0])}, the farthest {pd.Timedelta(lengths[-1])}); each row is "
        "taken as one step."
    )
    return frame, None, [Finding("step", (), text, warning=True)]


def _likely_steps(times: pd.DatetimeIndex, usual: pd.Timedelta) -> Iterator[str]:
    """Yield pandas' names of the steps that the most common distance may stand for."""
    month = times[0].strftime("%b").upper()
    days = usual / DAY
    if days == 1 and len(times) > 5 and times.day_of_week.max() < 5:
        yield "B"
    elif days == 7:
        yield f"W-{times[0].strftime('%a').upper()}"
    elif 28 <= days <= 31:
        yield from ("MS", "ME", "BMS", "BME")
    elif 89 <= days <= 92:
        yield from (f"QS-{month}", f"QE-{month}")
    elif 365 <= days <= 366:
        yield from (f"YS-{month}", f"YE-{month}")
    yield f"{'' if days == 1 else int(days)}D" if days % 1 == 0 else to_offset(usual).freqstr


def describe_step(freq: str) -> str:
    """Say a step in words, by pandas' name of it where there are none."""
    unit = freq.lstrip("0123456789")
    number = freq.removesuffix(unit)
    unit = unit.split("-")[0]
    return counted(int(number or 1), UNITS[unit]) if unit in UNITS else f"'{freq}'"


def _gaps(times: pd.DatetimeIndex, grid: pd.DatetimeIndex) -> list[Finding]:
    absent = ~grid.isin(times)
    if not absent.any():
        return []
    # Positions of the rows that are there; between two of them lies a gap.
    longest = int(np.diff(np.flatnonzero(~absent)).max()) - 1
    number, first = int(absent.sum()), grid[int(absent.argmax())]
    text = (
        f"{counted(number, 'row')} ({number / len(grid):.1%}) {'is' if number == 1 else 'are'} "
        f"missing between the first and the last, the first at {first}, at most {longest:,} in a "
        "row; inserted without values."
    )
    return [Finding("gaps", (), text, warning=True)]
