"""The cells of a file or frame: names of their own, one kind of cell per column, no empty rows."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from imv_core.errors import TableError
from imv_core.tables.findings import Finding, counted, listed

PLAIN_KINDS: list[Any] = ["integer", "floating", "bool", "datetime", "datetimetz", "timedelta"]
MOST_COLUMNS = 10_000
"""More are no table of measurements: a header that was never meant as one, or an attack."""


@dataclass(frozen=True)
class RawTable:
    """The cells of a file in file order; the index counts the rows as they stand there.

    Names are unique; cells are numbers, truth values, times, or else text.
    `place` words a row for an error ("line 118"), `stamps` is the index of a frame that has times,
    `decimal` is the decimal sign of numbers that are still text.
    """

    name: str
    frame: pd.DataFrame
    place: Callable[[int], str]
    findings: tuple[Finding, ...]
    stamps: pd.DatetimeIndex | None = None
    decimal: str = "."


@dataclass(frozen=True)
class RowNumber:
    """Name a row by its number, counted from 1: "row 3", or "row 3 of 'sheet'"."""

    sheet: str | None = None

    def __call__(self, row: int) -> str:
        """Word a row that is counted from 0."""
        return f"row {row + 1}" + (f" of '{self.sheet}'" if self.sheet is not None else "")


def plain(value: object) -> str:
    """Write any object as text that UTF-8 can hold; a lone surrogate becomes a question mark."""
    return str(value).encode("utf-8", "replace").decode()


def from_frame(frame: pd.DataFrame, name: str, how: str) -> RawTable:
    """Take the cells of a frame, and the times of its index.

    Raises:
        TableError: the index misses a time, or there are too many columns.
    """
    stamps = None
    if isinstance(frame.index, pd.PeriodIndex):
        frame = frame.set_axis(_starts(frame.index, name), axis=0)
    if isinstance(frame.index, pd.DatetimeIndex):
        stamps = frame.index
        if stamps.hasnans:
            raise TableError(f"The index of '{name}' has missing times. Remove those rows.")
    elif frame.index.names != [None] or not pd.api.types.is_integer_dtype(frame.index.dtype):
        frame = frame.reset_index(drop=any(name in frame.columns for name in frame.index.names))
    frame = frame.set_axis(pd.RangeIndex(len(frame)), axis=0)
    frame, findings = clean_columns(frame, name)
    form = Finding("format", (), how)
    if stamps is not None:
        stamps = stamps[frame.index]
    return RawTable(name, frame, RowNumber(), (form, *findings), stamps)


def _starts(periods: pd.PeriodIndex, name: str) -> pd.DatetimeIndex:
    try:
        return periods.to_timestamp()
    except (ValueError, OverflowError):  # OutOfBoundsDatetime is a ValueError
        raise TableError(
            f"The index of '{name}' has periods too far from today. Remove those rows."
        ) from None


def clean_columns(frame: pd.DataFrame, source: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Give every column a name of its own and one kind of cell; drop rows without a value.

    Raises:
        TableError: there are too many columns.
    """
    check_width(frame.shape[1], source)
    names, findings = _unique_names(frame.columns)
    frame = frame.set_axis(pd.Index(names, dtype=object), axis=1)
    for name in frame.select_dtypes(exclude=PLAIN_KINDS).columns:
        frame[name] = as_text(frame[name])
    if frame.empty:
        return frame, findings
    empty = frame.isna().all(axis=1)
    if empty.any():
        frame = frame[~empty]
        text = f"{counted(int(empty.sum()), 'row')} without a single value left out."
        findings.append(Finding("dropped", (), text))
    return frame, findings


def check_width(columns: int, source: str) -> None:
    """Raise TableError where a table has more columns than any series of measurements."""
    if columns > MOST_COLUMNS:
        raise TableError(
            f"'{source}' has {columns:,} columns, more than {MOST_COLUMNS:,}. Keep those that "
            "matter."
        )


def as_text(cells: "pd.Series[Any]") -> "pd.Series[Any]":
    """Turn cells of any kind into text; missing ones stay missing."""
    if isinstance(cells.dtype, pd.CategoricalDtype):  # each label once, not each row
        labels = as_text(cells.cat.categories.to_series())
        return pd.Series(
            labels.array.take(cells.cat.codes.to_numpy(), allow_fill=True), cells.index
        )
    if isinstance(cells.dtype, pd.StringDtype) and cells.dtype.storage == "pyarrow":
        return cells
    return cells.astype(object).map(plain, na_action="ignore").astype("str")


def _unique_names(given: Iterable[object]) -> tuple[list[str], list[Finding]]:
    names: dict[str, None] = {}
    copies: Counter[str] = Counter()
    doubled: list[str] = []
    for number, label in enumerate(given, start=1):
        bare = name = plain(label).strip() or f"column {number}"
        while name in names:  # at most once for each number that was ever tried
            copies[bare] += 1
            name = f"{bare} ({copies[bare] + 1})"
        doubled += [name] if name != bare else []
        names[name] = None
    text = f"Column names that occur more than once were numbered: {listed(doubled)}."
    findings = [Finding("renamed", tuple(doubled), text, warning=True)] if doubled else []
    return list(names), findings
