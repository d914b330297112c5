"""Any file, upload or frame -> its cells, before anyone has asked what they mean.

Formats are told by their first bytes, never by the suffix: people rename files.
"""

import io
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from imv_core.errors import TableError
from imv_core.reading import delimited, workbook
from imv_core.reading.findings import Finding, counted, listed
from imv_core.reading.unpacking import MAX_BYTES, PACKED, REMEDY, ZIP, load, unpack

PARQUET = b"PAR1"
PLAIN_KINDS: list[Any] = ["integer", "floating", "bool", "datetime", "datetimetz", "timedelta"]
FOREIGN = {
    b"\x89PNG": "is a PNG picture",
    b"\xff\xd8\xff": "is a JPEG picture",
    b"GIF8": "is a GIF picture",
    b"%PDF": "is a PDF document",
    b"7z\xbc\xaf": "is a 7z archive. Unpack it first",
    b"Rar!": "is a RAR archive. Unpack it first",
    b"\x28\xb5\x2f\xfd": "is packed with zstd. Unpack it first",
    b"\x89HDF": "is an HDF5 file. Export the table as CSV or Parquet",
    b"SQLite format 3": "is an SQLite database. Export the table as CSV",
}


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


def read_raw(
    source: str | os.PathLike[str] | BinaryIO | bytes | pd.DataFrame,
    name: str | None = None,
    sheet: str | None = None,
) -> RawTable:
    """Read the cells of a path, an open binary file, bytes or a frame.

    Args:
        source: what to read.
        name: what to call it, for sources without a name of their own.
        sheet: of a workbook; None: the first with a table.

    Raises:
        TableError: the source is missing, too large, damaged or not a table.
    """
    if isinstance(source, pd.DataFrame):
        name = name or "table"
        return _from_frame(source, name, f"'{name}' was given as a data frame.")
    name = name or _display_name(source)
    data = load(source, name)
    data, packing = unpack(data, name)
    how = f"'{name}' was unpacked with {packing} and read as" if packing else f"'{name}' is read as"
    if workbook.is_workbook(data):
        return _from_workbook(data, name, sheet)
    if sheet is not None:
        raise TableError(f"'{name}' is no workbook, so it has no sheet '{sheet}'.")
    if data.startswith(PARQUET):
        return _from_frame(_parquet_frame(data, name), name, f"{how} Parquet.")
    _refuse_other_formats(data, name)
    text = delimited.read(data, name)
    frame, findings = _clean_columns(text.frame)
    form = Finding("format", (), f"{how} {text.format}.", warning=text.guessed)
    return RawTable(name, frame, text.place, (form, *findings), decimal=text.decimal)


def append_raw(parts: Sequence[RawTable]) -> RawTable:
    """Put files of the same columns below one another, in the order given.

    Raises:
        TableError: their columns are not the same; it names the file and the column.
    """
    first = parts[0]
    for part in parts[1:]:
        for column in first.frame.columns.difference(part.frame.columns, sort=False):
            raise TableError(
                f"'{part.name}' has no column '{column}', which '{first.name}' has. Only files of "
                "the same columns can be appended."
            )
        for column in part.frame.columns.difference(first.frame.columns, sort=False):
            raise TableError(
                f"'{part.name}' has a column '{column}', which '{first.name}' has not. Only files "
                "of the same columns can be appended."
            )
        if (part.stamps is None) != (first.stamps is None):
            raise TableError(
                f"Of '{first.name}' and '{part.name}' only one has times as its index. Write them "
                "as a column of both."
            )
    frame = pd.concat([_alike(part, parts) for part in parts], ignore_index=True)
    for column in frame.select_dtypes(exclude=PLAIN_KINDS).columns:
        frame[column] = _as_text(frame[column])
    starts = np.cumsum([0, *(len(part.frame) for part in parts)])

    def place(row: int) -> str:
        which = int(np.searchsorted(starts, row, side="right")) - 1
        part = parts[which]
        return f"{part.place(part.frame.index[row - starts[which]])} of '{part.name}'"

    sizes = [f"'{part.name}' ({counted(len(part.frame), 'row')})" for part in parts]
    text = f"{len(parts)} files were put below one another: {', '.join(sizes)}."
    findings = [finding for part in parts for finding in part.findings]
    stamps = [part.stamps for part in parts if part.stamps is not None]
    return RawTable(
        f"{first.name} and {len(parts) - 1} more",
        frame,
        place,
        (Finding("format", (), text), *dict.fromkeys(findings)),
        pd.DatetimeIndex(stamps[0].append(stamps[1:])) if stamps else None,
        first.decimal,
    )


def _alike(part: RawTable, parts: Sequence[RawTable]) -> pd.DataFrame:
    """The cells of a part; numbers of columns that are text elsewhere as the text that they were.

    Raises:
        TableError: such a column is written with a decimal comma in one and a point in another.
    """
    frame = part.frame.copy()
    for column in frame.columns:
        texts = [p for p in parts if not pd.api.types.is_numeric_dtype(p.frame[column].dtype)]
        if texts and pd.api.types.is_numeric_dtype(frame[column].dtype):
            if any(text.decimal != part.decimal for text in texts):
                raise TableError(
                    f"Column '{column}' is written with a decimal comma in one of '{part.name}' "
                    f"and '{texts[0].name}', and with a point in the other. Save both alike."
                )
            written = frame[column].map(str, na_action="ignore")
            frame[column] = written.str.replace(".", part.decimal, regex=False)
    return frame


def _from_workbook(data: bytes, name: str, chosen: str | None) -> RawTable:
    sheet = workbook.read(data, name, chosen, MAX_BYTES)
    frame, findings = _clean_columns(sheet.frame)
    text = f"'{name}' is read as a workbook, sheet '{sheet.name}'"
    text += f"; it has others: {listed(sheet.others)}." if sheet.others else "."
    form = Finding("format", (), text, warning=bool(sheet.others) and chosen is None)
    return RawTable(name, frame, lambda row: f"row {row + 1} of '{sheet.name}'", (form, *findings))


def _display_name(source: object) -> str:
    if isinstance(source, str | os.PathLike):
        return Path(source).name or str(source)
    # Browsers send whole paths at times, with either slash.
    given = str(getattr(source, "name", "") or "")
    return given.replace("\\", "/").rsplit("/", maxsplit=1)[-1] or "table"


def _refuse_other_formats(data: bytes, name: str) -> None:
    if not data.strip():
        raise TableError(f"'{name}' is empty. Choose a file with column names and rows.")
    for magic, what in FOREIGN.items():
        if data.startswith(magic):
            raise TableError(f"'{name}' {what}{'' if '. ' in what else REMEDY}.")
    if data.startswith((*PACKED, *ZIP)):  # of what is one, only workbooks are left
        raise TableError(f"'{name}' is packed twice. Unpack it once and read that.")


def _parquet_frame(data: bytes, name: str) -> pd.DataFrame:
    # A damaged file may fail anywhere in the decoder, with any exception it has.
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        cells = file.metadata.num_rows * file.metadata.num_columns
        if cells <= MAX_BYTES // 8:
            return pd.DataFrame(file.read().to_pandas())
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError) as error:
        raise TableError(f"'{name}' is a damaged Parquet file. Fetch or write it again.") from error
    raise TableError(f"'{name}' holds {cells:,} cells. Cut it, or thin out its rows.")


def _from_frame(frame: pd.DataFrame, name: str, how: str) -> RawTable:
    stamps = None
    if isinstance(frame.index, pd.PeriodIndex):
        frame = frame.set_axis(frame.index.to_timestamp(), axis=0)
    if isinstance(frame.index, pd.DatetimeIndex):
        stamps = frame.index
        if stamps.hasnans:
            raise TableError(f"The index of '{name}' has missing times. Remove those rows.")
    elif frame.index.names != [None] or not pd.api.types.is_integer_dtype(frame.index.dtype):
        frame = frame.reset_index(drop=any(name in frame.columns for name in frame.index.names))
    frame, findings = _clean_columns(frame.set_axis(pd.RangeIndex(len(frame)), axis=0))
    form = Finding("format", (), how)
    if stamps is not None:
        stamps = stamps[frame.index]
    return RawTable(name, frame, lambda row: f"row {row + 1}", (form, *findings), stamps)


def _clean_columns(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Give every column a name of its own and one kind of cell; drop rows without a value."""
    names, findings = _unique_names(frame.columns)
    frame = frame.set_axis(pd.Index(names, dtype=object), axis=1)
    for name in frame.select_dtypes(exclude=PLAIN_KINDS).columns:
        frame[name] = _as_text(frame[name])
    if frame.empty:
        return frame, findings
    empty = frame.isna().all(axis=1)
    if empty.any():
        frame = frame[~empty]
        text = f"{counted(int(empty.sum()), 'row')} without a single value left out."
        findings.append(Finding("dropped", (), text))
    return frame, findings


def _as_text(cells: "pd.Series[Any]") -> "pd.Series[Any]":
    if isinstance(cells.dtype, pd.StringDtype):
        return cells
    return cells.astype(object).map(_plain, na_action="ignore").astype("str")


def _plain(value: object) -> str:
    """Write any object as text; a lone surrogate is none that a file could keep."""
    return str(value).encode("utf-8", "replace").decode()


def _unique_names(given: Iterable[object]) -> tuple[list[str], list[Finding]]:
    names: list[str] = []
    doubled: list[str] = []
    for number, label in enumerate(given, start=1):
        bare = _plain(label).strip() or f"column {number}"
        name, copy = bare, 2
        while name in names:
            name, copy = f"{bare} ({copy})", copy + 1
        doubled += [name] if name != bare else []
        names.append(name)
    text = f"Column names that occur more than once were numbered: {listed(doubled)}."
    return names, [Finding("renamed", tuple(doubled), text, warning=True)] if doubled else []
