"""Rows of a table by their times: as links write them, and as visitors ask for them."""

import pandas as pd

from imv_core import Table

RowTime = pd.Timestamp | int  # a time, or a row's number where the table has no times


def row_time(table: Table, row: int) -> RowTime:
    """The time of a row, also of one beyond the last; its number where the table has no times."""
    rows = len(table.frame)
    time = table.frame.index[row] if row < rows else table.times_after(row - rows + 1)[-1]
    return time if isinstance(time, pd.Timestamp) else int(time)


def row_to_text(table: Table, row: int) -> str:
    """A row as a link names it: 2014-06-01T05:00, or its number."""
    time = row_time(table, row)
    if not isinstance(time, pd.Timestamp):
        return str(time)
    return time.isoformat().removesuffix(":00")


def row_from_text(table: Table, text: str | None) -> int | None:
    """The row that a link names, or the one after the last; None where there is none such."""
    try:
        asked = _asked(table, text or "")
    except ValueError:
        return None
    rows = len(table.frame)
    if asked == row_time(table, rows):
        return rows
    found = table.frame.index.get_indexer(pd.Index([asked]))[0]
    return None if found < 0 else int(found)


def nearest_row(table: Table, asked: RowTime, ahead: int = 1) -> int:
    """The row whose time is nearest, of those of the table and so many after its last."""
    index = table.frame.index.append(table.times_after(ahead))
    return int(index.get_indexer(pd.Index([asked]), method="nearest")[0])


def _asked(table: Table, text: str) -> RowTime:
    if not isinstance(table.frame.index, pd.DatetimeIndex):
        return int(text)
    time = pd.Timestamp(text)
    if pd.isna(time):
        raise ValueError(text)
    return time.tz_localize(None)
