"""Make one row per step, in order, from rows with times, where the times allow it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from imv_core.errors import TableError
from imv_core.phrases import counted
from imv_core.tables.findings import (
    REPEATED,
    Finding,
    missing_rows,
    regular_step,
    repeated_times,
    uneven_steps,
    unsorted_rows,
)

FEWEST_ROWS = 3
MOST_INSERTED = 2
"""A grid with more rows than this multiple of the given rows fits them by chance."""
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


class Rows(NamedTuple):
    """The rows of a table, one per step."""

    frame: pd.DataFrame  # index "time"; missing steps are rows without values
    given: pd.DataFrame  # the same before missing steps were inserted
    freq: str | None  # pandas' name of the step; None: uneven, or without times
    findings: list[Finding]


def one_per_step(
    frame: pd.DataFrame, stamps: pd.DatetimeIndex | None, repeated: str, name: str
) -> Rows:
    """Sort rows by time, treat repeated times, and insert missing steps.

    Args:
        frame: variables, in the order of the file.
        stamps: the time of each row; None: rows are one step apart.
        repeated: keep the "last" or the "first" of rows with the same time, or their "mean".
        name: of the table, for errors.

    Raises:
        TableError: `repeated` is none of these, or there are too few rows.
    """
    if repeated not in REPEATED:
        raise TableError(f"'repeated' is '{repeated}'; choose {', '.join(REPEATED)}.")
    if stamps is None:
        index = pd.RangeIndex(len(frame), name="time")
        given = frame.set_axis(index, axis=0)
        _check_number(given, name)
        return Rows(given, given, None, [])
    given, findings = _in_order(frame.set_axis(stamps.rename("time"), axis=0), repeated)
    _check_number(given, name)
    whole, freq, more = _on_grid(given)
    return Rows(whole, given, freq, findings + more)


def _check_number(frame: pd.DataFrame, name: str) -> None:
    if len(frame) < FEWEST_ROWS:
        rows = counted(len(frame), "row")
        raise TableError(f"'{name}' has {rows}; a series needs at least {FEWEST_ROWS}. Add rows.")


def _in_order(frame: pd.DataFrame, repeated: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Sort rows by time, and treat rows with the same time."""
    findings = []
    times = pd.DatetimeIndex(frame.index).asi8
    late = times < np.maximum.accumulate(times)
    if late.any():
        findings.append(unsorted_rows(int(late.sum()), frame.index[int(late.argmax())]))
        frame = frame.sort_index(kind="stable")
    double = frame.index.duplicated(keep="last")
    if double.any():
        first = frame.index[int(double.argmax())]
        findings.append(repeated_times(int(double.sum()), len(frame), first, repeated))
        if repeated == "mean":
            frame = _mean_of_each_time(frame)
        else:
            frame = frame[~frame.index.duplicated(keep="last" if repeated == "last" else "first")]
    return frame, findings


def _mean_of_each_time(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of numbers and the last of labels."""
    numbers = frame.select_dtypes("float64").columns
    summary = {name: "mean" if name in numbers else "last" for name in frame.columns}
    return frame.groupby(level=0).agg(summary)


def _on_grid(frame: pd.DataFrame) -> tuple[pd.DataFrame, str | None, list[Finding]]:
    """Find the step between ordered rows, and insert the missing ones."""
    times = pd.DatetimeIndex(frame.index)
    most_rows = MOST_INSERTED * len(times)
    lengths, counts = np.unique(np.diff(times), return_counts=True)
    usual = pd.Timedelta(lengths[counts.argmax()])
    # 1.5, as a grid of weekdays has 5/7 of the rows of a grid of days
    is_dense = (times[-1] - times[0]) / usual < 1.5 * most_rows
    for freq in _likely_steps(times, usual) if is_dense else ():
        grid = pd.date_range(times[0], times[-1], freq=freq).as_unit(times.unit)
        if len(grid) <= most_rows and times.isin(grid).all():
            # The table keeps the step, as the index loses its own in a file.
            grid = pd.DatetimeIndex(grid.to_numpy(), name="time")
            gaps = _gaps(times, grid)
            return frame.reindex(grid), freq, [regular_step(describe_step(freq)), *gaps]
    uneven = uneven_steps(usual, pd.Timedelta(lengths[0]), pd.Timedelta(lengths[-1]))
    return frame, None, [uneven]


def _likely_steps(times: pd.DatetimeIndex, usual: pd.Timedelta) -> Iterator[str]:
    """Yield the steps, by pandas' names, whose most common length can be `usual`."""
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
    """Return a step in words; pandas' name in quotes where there is no word for it.

    >>> describe_step("h"), describe_step("15min"), describe_step("W-MON")
    ('1 hour', '15 minutes', '1 week')
    """
    unit = freq.lstrip("0123456789")
    number = freq.removesuffix(unit)
    unit = unit.split("-")[0]
    return counted(int(number or 1), UNITS[unit]) if unit in UNITS else f"'{freq}'"


def describe_unit(freq: str) -> str:
    """Return a step in words, to follow "each".

    >>> describe_unit("h"), describe_unit("15min")
    ('hour', '15 minutes')
    """
    return UNITS.get(freq.split("-")[0]) or describe_step(freq)


def _gaps(times: pd.DatetimeIndex, grid: pd.DatetimeIndex) -> list[Finding]:
    absent = ~grid.isin(times)
    if not absent.any():
        return []
    # Positions of the given rows; between two of them lies a gap.
    longest = int(np.diff(np.flatnonzero(~absent)).max()) - 1
    first = grid[int(absent.argmax())]
    return [missing_rows(int(absent.sum()), len(grid), first, longest)]
