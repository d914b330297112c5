"""A file becomes a multivariate time series, with a report of everything that was found."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pandas.tseries.frequencies import to_offset

from imv_core.errors import TableError
from imv_core.storage import from_json
from imv_core.tables.columns import inspect_columns, is_constant, read_columns
from imv_core.tables.files import append_raw, read_raw
from imv_core.tables.findings import Finding, counted, listed
from imv_core.tables.frequency import in_order, on_grid
from imv_core.tables.time_axis import find_time

__all__ = ["Finding", "Table", "read_table"]

Source = str | os.PathLike[str] | BinaryIO | bytes | pd.DataFrame
METADATA_KEY = b"imv_core.table"
FEWEST_ROWS = 3


@dataclass(frozen=True, eq=False)
class Table:
    """A multivariate time series: one row per step, one column per variable.

    The index of `frame` is named "time": strictly increasing times, or 0, 1, 2 ... where there are
    none. Numbers are float64, labels are text; missing values are NaN. `freq` is pandas' name of
    the step, None where the rows are not evenly spaced or have no times. Do not change `frame`:
    what follows from it is computed once.
    """

    name: str
    frame: pd.DataFrame
    freq: str | None
    findings: tuple[Finding, ...]

    @cached_property
    def numeric(self) -> list[str]:
        """Columns of numbers."""
        return [c for c in self.frame.columns if pd.api.types.is_float_dtype(self.frame[c].dtype)]

    @cached_property
    def categorical(self) -> list[str]:
        """Columns of labels."""
        return [c for c in self.frame.columns if c not in set(self.numeric)]

    @cached_property
    def usable(self) -> list[str]:
        """Columns that can say anything: those with at least two different values."""
        return [c for c in self.frame.columns if not is_constant(self.frame[c])]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of times, column names, kinds and values; the table's name has no part in it."""
        digest = hashlib.sha256()
        kinds = {c: "number" if c in self.numeric else "label" for c in self.frame.columns}
        digest.update(json.dumps([str(self.frame.index.dtype), len(self.frame), kinds]).encode())
        digest.update(self.frame.index.to_numpy().astype(np.int64).tobytes())
        for name, values in self.frame.items():
            if kinds[str(name)] == "number":
                numbers = values.to_numpy(dtype=np.float64)
                # There are many NaNs, and files change one for another.
                digest.update(np.where(np.isnan(numbers), np.nan, numbers).tobytes())
            else:
                codes, labels = pd.factorize(values)
                digest.update(json.dumps(list(labels)).encode() + codes.astype(np.int64).tobytes())
        return digest.hexdigest()

    def times_after(self, horizon: int) -> "pd.Index[Any]":
        """Continue the index by `horizon` steps, by the median distance where rows are uneven."""
        index = self.frame.index
        if not isinstance(index, pd.DatetimeIndex):
            return pd.RangeIndex(len(index), len(index) + horizon, name="time")
        step = self.freq or pd.Series(index).diff().median()
        later = pd.date_range(index[-1], periods=horizon + 1, freq=step, name="time")
        return later[1:]

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write everything to one file; `from_parquet` reads it back without loss."""
        table = pa.Table.from_pandas(self.frame)
        about = {
            "name": self.name,
            "freq": self.freq,
            "findings": [asdict(finding) for finding in self.findings],
        }
        metadata = {**(table.schema.metadata or {}), METADATA_KEY: json.dumps(about).encode()}
        pq.write_table(table.replace_schema_metadata(metadata), path)

    @classmethod
    def from_parquet(cls, path: str | os.PathLike[str]) -> "Table":
        """Read what `to_parquet` wrote.

        Raises:
            TableError: the file is missing, damaged, or written by something else.
        """
        try:
            table = pq.read_table(path)
            about = from_json(_About, json.loads(table.schema.metadata[METADATA_KEY]))
            frame = table.to_pandas().rename_axis(index="time")
            _check_stored(frame, about)
        except (
            pa.ArrowException,
            ArithmeticError,
            AttributeError,
            LookupError,
            MemoryError,
            NotImplementedError,
            OSError,
            RecursionError,
            TypeError,
            ValueError,
        ) as error:
            raise TableError(
                f"'{path}' is missing, damaged or no stored table. Read the data file again."
            ) from error
        return cls(about.name, frame, about.freq, about.findings)


@dataclass(frozen=True)
class _About:
    """What a stored table has beside its frame."""

    name: str
    freq: str | None
    findings: tuple[Finding, ...]


def _check_stored(frame: pd.DataFrame, about: _About) -> None:
    """Raise ValueError where a frame is not one that a table could have."""
    index, kinds = frame.index, [str(kind) for kind in frame.dtypes]
    names = list(frame.columns)
    is_time = isinstance(index, pd.DatetimeIndex) and index.tz is None
    is_whole = (
        (is_time or isinstance(index, pd.RangeIndex))
        and index.is_monotonic_increasing
        and index.is_unique
        and all(isinstance(name, str) for name in names)
        and len(set(names)) == len(names)
        and all(kind in ("float64", "str", "object") for kind in kinds)
    )
    if not is_whole or len(frame) < FEWEST_ROWS or not names:
        raise ValueError("the columns or the index are not those of a table")
    if about.freq is not None:
        to_offset(about.freq)


def read_table(
    source: Source | list[Source],
    name: str | None = None,
    time: str | None = None,
    sheet: str | None = None,
    repeated: str = "last",
    *,
    isolate: bool = True,
) -> Table:
    """Read a file as a multivariate time series and check it.

    Args:
        source: Path, open binary file, bytes or frame; or several, of the same columns, which are
            put below one another. Text in any usual encoding and separator, packed or not, Excel
            and other workbooks, or Parquet.
        name: What to call one that has no name of its own.
        time: Column with the times; None finds it.
        sheet: Of a workbook; None: the first that holds a table.
        repeated: Of rows with the same time: the "last", the "first" or their "mean" is kept.
        isolate: Parse Excel and Parquet in a child process with limits of memory and time, so that
            a damaged or hostile file cannot end this one.

    Raises:
        TableError: it cannot be used; the message says why and what to do.
    """
    if isinstance(source, list):
        if not source:
            raise TableError("No file is given. Choose one at least.")
        parts = [read_raw(one, sheet=sheet, isolate=isolate) for one in source]
        raw = append_raw(parts) if len(parts) > 1 else parts[0]
    else:
        raw = read_raw(source, name, sheet, isolate)
    timeline = find_time(raw, time)
    frame, remarks = read_columns(raw, leave_out=timeline.columns)
    findings = [*raw.findings, *timeline.findings]
    freq = None
    if timeline.stamps is not None:
        frame, more = in_order(frame.set_axis(timeline.stamps.rename("time"), axis=0), repeated)
        findings += more
    else:
        frame = frame.set_axis(pd.RangeIndex(len(frame), name="time"), axis=0)
    _check_size(raw.name, frame)
    # What is missing is counted before rows without values are inserted.
    remarks += inspect_columns(frame)
    if timeline.stamps is not None:
        frame, freq, more = on_grid(frame)
        findings += more
    table = Table(raw.name, frame, freq, (*findings, *remarks))
    _check_variables(table)
    return table


def _check_size(name: str, frame: pd.DataFrame) -> None:
    if len(frame) < FEWEST_ROWS:
        rows = counted(len(frame), "row")
        raise TableError(f"'{name}' has {rows}; a series needs at least {FEWEST_ROWS}. Add rows.")


def _check_variables(table: Table) -> None:
    if not table.numeric:
        left_out = [f.columns[0] for f in table.findings if f.kind == "dropped" and f.columns]
        why = f" (left out: {listed(left_out)})" if left_out else ""
        raise TableError(f"'{table.name}' has no column of numbers{why}. Add one to forecast.")
    if len(table.usable) < 2:
        only = f" ({listed(table.usable)})" if table.usable else ""
        raise TableError(
            f"'{table.name}' has {counted(len(table.usable), 'usable variable')}{only} besides the "
            "time. Add columns: a target and at least one more variable that changes."
        )
