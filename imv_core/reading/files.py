"""Any file, upload or frame -> its cells, before anyone has asked what they mean.

Formats are told by their first bytes, never by the suffix: people rename files.
"""

import bz2
import gzip
import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from imv_core.errors import TableError
from imv_core.reading import delimited
from imv_core.reading.findings import Finding, counted, listed

MAX_BYTES = 2**30
"""Larger files are refused, as are archives that unpack to more."""

PACKED: dict[bytes, tuple[str, Callable[..., Any]]] = {
    b"\x1f\x8b": ("gzip", gzip.open),
    b"\xfd7zXZ\x00": ("xz", lzma.open),
    b"BZh": ("bzip2", bz2.open),
}
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
PARQUET = b"PAR1"
PLAIN_KINDS: list[Any] = ["integer", "floating", "bool", "datetime", "datetimetz", "timedelta"]
DATA_SUFFIXES = {".csv", ".tsv", ".txt", ".tab", ".dat", ".parquet", ".pq"}
EXCEL_REMEDY = "is an Excel workbook. Save its sheet as CSV and read that file"
FOREIGN = {
    b"\x89PNG": "is a PNG picture",
    b"\xff\xd8\xff": "is a JPEG picture",
    b"GIF8": "is a GIF picture",
    b"%PDF": "is a PDF document",
    b"\xd0\xcf\x11\xe0": EXCEL_REMEDY,
    b"7z\xbc\xaf": "is a 7z archive. Unpack it first",
    b"Rar!": "is a RAR archive. Unpack it first",
    b"\x28\xb5\x2f\xfd": "is packed with zstd. Unpack it first",
    b"\x89HDF": "is an HDF5 file. Export the table as CSV or Parquet",
    b"SQLite format 3": "is an SQLite database. Export the table as CSV",
}
REMEDY = ". Choose a CSV or Parquet file"


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
    source: str | os.PathLike[str] | BinaryIO | bytes | pd.DataFrame, name: str | None = None
) -> RawTable:
    """Read the cells of a path, an open binary file, bytes or a frame.

    Raises:
        TableError: the source is missing, too large, damaged or not a table.
    """
    if isinstance(source, pd.DataFrame):
        name = name or "table"
        return _from_frame(source, name, f"'{name}' was given as a data frame.")
    name = name or _display_name(source)
    data = _load(source, name)
    data, packing = _unpack(data, name)
    how = f"'{name}' was unpacked with {packing} and read as" if packing else f"'{name}' is read as"
    if data.startswith(PARQUET):
        return _from_frame(_parquet_frame(data, name), name, f"{how} Parquet.")
    _refuse_other_formats(data, name)
    text = delimited.read(data, name)
    frame, findings = _clean_columns(text.frame)
    form = Finding("format", (), f"{how} {text.format}.", warning=text.guessed)
    return RawTable(name, frame, text.place, (form, *findings), decimal=text.decimal)


def _display_name(source: object) -> str:
    if isinstance(source, str | os.PathLike):
        return Path(source).name or str(source)
    # Browsers send whole paths at times, with either slash.
    given = str(getattr(source, "name", "") or "")
    return given.replace("\\", "/").rsplit("/", maxsplit=1)[-1] or "table"


def _load(source: str | os.PathLike[str] | BinaryIO | bytes, name: str) -> bytes:
    try:
        if isinstance(source, str | os.PathLike):
            with open(source, "rb") as file:
                return _at_most(file, name)
        if isinstance(source, bytes | bytearray | memoryview):
            return _at_most(io.BytesIO(source), name)
        return _at_most(source, name)
    except FileNotFoundError:
        raise TableError(f"There is no file '{source!s}'. Check the path.") from None
    except IsADirectoryError:
        raise TableError(f"'{source!s}' is a folder. Name one file in it.") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte, a closed file
        raise TableError(f"'{name}' cannot be opened ({error}). Check the path.") from error


def _at_most(file: IO[bytes], name: str) -> bytes:
    """Read a file to its end, but no further than the limit: archives may be bombs."""
    data = io.BytesIO()
    while chunk := file.read(2**20):
        if isinstance(chunk, str):
            raise TableError(f"'{name}' was opened as text. Open it in binary mode ('rb').")
        data.write(chunk)
        if data.tell() > MAX_BYTES:
            limit = f"{MAX_BYTES / 2**30:.3g} GiB"
            raise TableError(f"'{name}' holds more than {limit}. Cut it, or thin out its rows.")
    return data.getvalue()


def _unpack(data: bytes, name: str) -> tuple[bytes, str | None]:
    try:
        if data.startswith(ZIP):
            return _unzip(data, name), "zip"
        for magic, (packing, unpacked) in PACKED.items():
            if data.startswith(magic):
                with unpacked(io.BytesIO(data)) as file:
                    return _at_most(file, name), packing
    except (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, ValueError) as error:
        raise TableError(
            f"'{name}' is cut off or damaged: it cannot be unpacked. Fetch or pack it again."
        ) from error
    except (RuntimeError, NotImplementedError) as error:  # a password, or a rare method
        raise TableError(f"'{name}' cannot be unpacked ({error}). Unpack it first.") from error
    return data, None


def _unzip(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [
            member
            for member in archive.namelist()
            if not member.endswith("/") and not member.startswith("__MACOSX")
        ]
        if "[Content_Types].xml" in members:
            raise TableError(f"'{name}' {EXCEL_REMEDY}.")
        tables = [m for m in members if PurePosixPath(m).suffix.lower() in DATA_SUFFIXES] or members
        if len(tables) != 1:
            inside = f"{len(tables)} files ({listed(tables)})" if tables else "no file"
            raise TableError(f"'{name}' holds {inside}. Pack exactly one data file.")
        with archive.open(tables[0]) as file:
            return _at_most(file, name)


def _refuse_other_formats(data: bytes, name: str) -> None:
    if not data.strip():
        raise TableError(f"'{name}' is empty. Choose a file with column names and rows.")
    for magic, what in FOREIGN.items():
        if data.startswith(magic):
            raise TableError(f"'{name}' {what}{'' if '. ' in what else REMEDY}.")
    if data.startswith((*PACKED, *ZIP)):
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
