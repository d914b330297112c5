"""Times of rows: find rows by their times, write them as links do, group windows by calendar."""

from typing import Any

import pandas as pd

from imv_core import Table

RowTime = pd.Timestamp | int  # a time, or a row's number where the table has no times


def row_time(table: Table, row: int) -> RowTime:
    """Return the time of a row, also of a row after the last; its number if there are no times."""
    rows = len(table.frame)
    time = table.frame.index[row] if row < rows else table.times_after(row - rows + 1)[-1]
    return time if isinstance(time, pd.Timestamp) else int(time)


def row_to_text(table: Table, row: int) -> str:
    """Return a row as a link names it: 2014-06-01T05:00, or its number."""
    time = row_time(table, row)
    if not isinstance(time, pd.Timestamp):
        return str(time)
    return time.isoformat().removesuffix(":00")


def row_from_text(table: Table, text: str | None) -> int | None:
    """Return the row that a link names, up to the one after the last; None: there is no such."""
    try:
        time = _parse(table, text or "")
    except ValueError:
        return None
    rows = len(table.frame)
    if time == row_time(table, rows):
        return rows
    found = table.frame.index.get_indexer(pd.Index([time]))[0]
    return None if found < 0 else int(found)


def nearest_row(table: Table, time: RowTime, ahead: int = 1) -> int:
    """Return the row whose time is nearest, of the table's rows and `ahead` rows after them."""
    index = table.frame.index.append(table.times_after(ahead))
    return int(index.get_indexer(pd.Index([time]), method="nearest")[0])


def _parse(table: Table, text: str) -> RowTime:
    if not isinstance(table.frame.index, pd.DatetimeIndex):
        return int(text)
    time = pd.Timestamp(text)
    if pd.isna(time):
        raise ValueError(text)
    return time.tz_localize(None)


DAY = pd.Timedelta(days=1)
HOURS = [f"{hour:02}:00" for hour in range(24)]
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def calendar_groups(times: "pd.Index[Any]") -> "dict[str, pd.Categorical[str]]":
    """Return the group of each time, by "hour", "weekday" and "month", where these differ.

    Hours need steps below a day, weekdays steps up to a day, and months steps up to a month; and
    there must be at least two groups.
    """
    if not isinstance(times, pd.DatetimeIndex) or len(times) < 2:
        return {}
    step = pd.Series(times).diff().median()
    ways = {
        "hour": (step < DAY, times.hour, HOURS),
        "weekday": (step <= DAY, times.day_of_week, WEEKDAYS),
        "month": (step <= 31 * DAY, times.month - 1, MONTHS),
    }
    return {
        name: pd.Categorical.from_codes(codes, pd.Index(labels), ordered=True)
        for name, (is_fine_enough, codes, labels) in ways.items()
        if is_fine_enough and codes.nunique() > 1
    }
