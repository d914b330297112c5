"""Cells of a file or frame: unique column names, one kind of cell per column, no empty rows."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from imv_core.errors import TableError
from imv_core.phrases import plain
from imv_core.tables.findings import Finding, empty_rows, renamed_columns

PLAIN_KINDS: list[Any] = ["integer", "floating", "bool", "datetime", "datetimetz", "timedelta"]
MOST_COLUMNS = 10_000
"""More columns are a header that was not meant as one, or an attack."""
MISSING = ("", "?", "-", "na", "n/a", "n.a.", "nan", "null", "none")
"""Cells of text that count as missing, in lower case; pandas' own are taken as well."""
TOO_LARGE = (
    "'{}' takes more memory to read than it may. Cut it, or save the rows that matter as CSV."
)


@dataclass(frozen=True)
class RawTable:
    """The cells of a file, in the order of the file.

    Attributes:
        name: of the file, for errors and findings.
        frame: numbers, truth values, times, or else text; the index counts the rows of the file,
            from 0, and has gaps where empty rows were left out.
        locate: returns where a row of the index stands in the file, such as "line 118".
        findings: so far.
        stamps: the times that a frame had as its index.
        decimal: the decimal sign of numbers that are still text.
    """

    name: str
    frame: pd.DataFrame
    locate: Callable[[int], str]
    findings: tuple[Finding, ...]
    stamps: pd.DatetimeIndex | None = None
    decimal: str = "."


@dataclass(frozen=True)
class RowNumber:
    """Names a row by its number, counted from 1: "row 3", or "row 3 of 'sheet'"."""

    sheet: str | None = None

    def __call__(self, row: int) -> str:
        """Name a row that is counted from 0."""
        return f"row {row + 1}" + (f" of '{self.sheet}'" if self.sheet is not None else "")


def from_frame(frame: pd.DataFrame, name: str, form: Finding) -> RawTable:
    """Take the cells of a frame, and the times of its index.

    Args:
        frame: to take.
        name: of the table.
        form: the finding about its format.

    Raises:
        TableError: a time of the index is missing, or there are too many columns.
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
    """Make column names unique, give each column one kind of cell, and drop empty rows.

    Raises:
        TableError: there are too many columns.
    """
    if frame.shape[1] > MOST_COLUMNS:
        raise too_wide(frame.shape[1], source)
    names, findings = _unique_names(frame.columns)
    frame = frame.set_axis(pd.Index(names, dtype=object), axis=1)
    for name in frame.select_dtypes(exclude=PLAIN_KINDS).columns:
        frame[name] = as_text(frame[name])
    if frame.empty:
        return frame, findings
    empty = frame.isna().all(axis=1)
    if empty.any():
        frame = frame[~empty]
        findings.append(empty_rows(int(empty.sum())))
    return frame, findings


def too_wide(columns: int, source: str) -> TableError:
    """Return the error for a table of more than `MOST_COLUMNS` columns."""
    return TableError(
        f"'{source}' has {columns:,} columns, more than {MOST_COLUMNS:,}. Keep those that matter."
    )


def as_text(cells: "pd.Series[Any]") -> "pd.Series[Any]":
    """Turn cells of any kind into text; missing cells stay missing."""
    if isinstance(cells.dtype, pd.CategoricalDtype):  # convert each label once
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
        while name in names:  # each number is tried once
            copies[bare] += 1
            name = f"{bare} ({copies[bare] + 1})"
        doubled += [name] if name != bare else []
        names[name] = None
    return list(names), [renamed_columns(doubled)] if doubled else []
