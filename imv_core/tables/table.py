"""Read a file as a multivariate time series, with findings about it.

`read_table` passes the file through the modules of this folder, each once: `files` (unpack, parse),
`time_axis` (times), `columns` (variables), `frequency` (one row per step), `quality` (checks).
"""

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

from imv_core.arrays import has_one_value
from imv_core.errors import TableError
from imv_core.phrases import counted, listed
from imv_core.storage import from_json
from imv_core.tables.columns import read_columns
from imv_core.tables.files import append_raw, read_raw
from imv_core.tables.findings import Finding, FindingKind
from imv_core.tables.frequency import FEWEST_ROWS, one_per_step
from imv_core.tables.quality import check_quality
from imv_core.tables.time_axis import find_time

__all__ = ["Finding", "Table", "read_table"]

Source = str | os.PathLike[str] | BinaryIO | bytes | pd.DataFrame
METADATA_KEY = b"imv_core.table"


@dataclass(frozen=True, eq=False)
class Table:
    """A multivariate time series: one row per step, one column per variable.

    Attributes:
        name: of the file.
        frame: the variables; float64 numbers, or text as labels, NaN where missing. The index is
            named "time": strictly increasing times, or 0, 1, 2 ... for a table without times. Do
            not change it, as its properties are cached.
        freq: pandas' name of the step; None for uneven steps or without times.
        findings: remarks about the file, with their treatment.
    """

    name: str
    frame: pd.DataFrame
    freq: str | None
    findings: tuple[Finding, ...]

    @cached_property
    def numeric(self) -> list[str]:
        """Names of the columns of numbers."""
        return [c for c in self.frame.columns if pd.api.types.is_float_dtype(self.frame[c].dtype)]

    @cached_property
    def categorical(self) -> list[str]:
        """Names of the columns of labels."""
        return [c for c in self.frame.columns if c not in set(self.numeric)]

    @cached_property
    def usable(self) -> list[str]:
        """Names of the columns with at least two different values."""
        return [c for c in self.frame.columns if not has_one_value(self.frame[c])]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of times, column names, kinds and values; the table's name is left out."""
        digest = hashlib.sha256()
        kinds = {c: "number" if c in self.numeric else "label" for c in self.frame.columns}
        digest.update(json.dumps([str(self.frame.index.dtype), len(self.frame), kinds]).encode())
        digest.update(self.frame.index.to_numpy().astype(np.int64).tobytes())
        for name, values in self.frame.items():
            if kinds[str(name)] == "number":
                numbers = values.to_numpy(dtype=np.float64)
                # NaN has many bit patterns, and files change them.
                digest.update(np.where(np.isnan(numbers), np.nan, numbers).tobytes())
            else:
                codes, labels = pd.factorize(values)
                digest.update(json.dumps(list(labels)).encode() + codes.astype(np.int64).tobytes())
        return digest.hexdigest()

    def times_after(self, horizon: int) -> "pd.Index[Any]":
        """Return the index of the next `horizon` steps; uneven rows continue by the median step."""
        index = self.frame.index
        if not isinstance(index, pd.DatetimeIndex):
            return pd.RangeIndex(len(index), len(index) + horizon, name="time")
        step = self.freq or pd.Series(index).diff().median()
        later = pd.date_range(index[-1], periods=horizon + 1, freq=step, name="time")
        return later[1:]

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write the table to one file, from which `from_parquet` reads it without loss."""
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
        """Read a file that `to_parquet` wrote.

        Raises:
            TableError: the file is missing, damaged, or not one of `to_parquet`.
        """
        try:
            table = pq.read_table(path)
            about = from_json(_Metadata, json.loads(table.schema.metadata[METADATA_KEY]))
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
class _Metadata:
    """The metadata of a stored table."""

    name: str
    freq: str | None
    findings: tuple[Finding, ...]


def _check_stored(frame: pd.DataFrame, about: _Metadata) -> None:
    """Raise ValueError where a frame cannot be that of a table."""
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
        source: path, open binary file, bytes or frame; or a list of them with the same columns,
            which are put below one another. Delimited text in any usual encoding, packed or not,
            Excel and other workbooks, or Parquet.
        name: for a source without a name of its own.
        time: column with the times; None finds it.
        sheet: of a workbook; None: the first with a table.
        repeated: keep the "last" or the "first" of rows with the same time, or their "mean".
        isolate: parse workbooks and Parquet in a child process with limits on memory and time, so
            that a damaged or hostile file cannot end this process.

    Raises:
        TableError: the source cannot be used; the message gives the reason and the remedy.

    >>> days = ["2024-01-01", "2024-01-02", "2024-01-04"]
    >>> frame = pd.DataFrame({"day": days, "load": [1.5, 2.5, 2.0], "wind": [3.0, None, 5.0]})
    >>> table = read_table(frame, name="mine", time="day")
    >>> table.freq, table.numeric, table.frame.shape
    ('D', ['load', 'wind'], (4, 2))
    >>> print(*[finding.kind for finding in table.findings])
    format time step gaps missing
    """
    if isinstance(source, list):
        if not source:
            raise TableError("No file is given. Choose one at least.")
        parts = [read_raw(one, sheet=sheet, isolate=isolate) for one in source]
        raw = append_raw(parts) if len(parts) > 1 else parts[0]
    else:
        raw = read_raw(source, name, sheet, isolate)
    timeline = find_time(raw, time)
    variables, remarks = read_columns(raw, leave_out=timeline.columns)
    rows = one_per_step(variables, timeline.stamps, repeated, raw.name)
    # Missing values are counted before rows without values are inserted.
    remarks += check_quality(rows.given)
    findings = (*raw.findings, *timeline.findings, *rows.findings, *remarks)
    table = Table(raw.name, rows.frame, rows.freq, findings)
    _check_variables(table)
    return table


def _check_variables(table: Table) -> None:
    if not table.numeric:
        left_out = [
            f.columns[0] for f in table.findings if f.kind == FindingKind.DROPPED and f.columns
        ]
        why = f" (left out: {listed(left_out)})" if left_out else ""
        raise TableError(f"'{table.name}' has no column of numbers{why}. Add one to forecast.")
    if len(table.usable) < 2:
        only = f" ({listed(table.usable)})" if table.usable else ""
        raise TableError(
            f"'{table.name}' has {counted(len(table.usable), 'usable variable')}{only} besides the "
            "time. Add columns: a target and at least one more variable that changes."
        )
