"""Any file, upload or data frame -> a `RawTable`: its cells, before they are interpreted."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from imv_core.errors import TableError
from imv_core.phrases import plain
from imv_core.tables import child_parser, delimited, unpacking
from imv_core.tables.encoding import to_utf8
from imv_core.tables.findings import given_as_frame, several_files
from imv_core.tables.raw_table import PLAIN_KINDS, TOO_LARGE, RawTable, as_text, from_frame
from imv_core.tables.unpacking import FileKind


def read_raw(
    source: str | os.PathLike[str] | BinaryIO | bytes | pd.DataFrame,
    name: str | None = None,
    sheet: str | None = None,
    isolate: bool = True,
) -> RawTable:
    """Read the cells of a path, an open binary file, bytes or a frame.

    Args:
        source: to read.
        name: for a source without a name of its own.
        sheet: of a workbook; None: the first with a table.
        isolate: parse workbooks and Parquet in a child process.

    Raises:
        TableError: the source is missing, too large, damaged or not a table.
    """
    if isinstance(source, pd.DataFrame):
        name = plain(name or "table")
        return from_frame(source, name, given_as_frame(name))
    name = plain(name or _display_name(source))
    file = unpacking.load(source, name)
    if sheet is not None and file.kind != FileKind.WORKBOOK:
        raise TableError(f"'{name}' is no workbook, so it has no sheet '{plain(sheet)}'.")
    if file.kind != FileKind.TEXT:
        request = child_parser.Request(name, file.kind, file.packing, sheet and plain(sheet))
        return child_parser.read(request, file.data, isolate)
    try:
        return delimited.read(to_utf8(file.data, name), name, file.packing)
    except MemoryError:
        raise TableError(TOO_LARGE.format(name)) from None


def sheet_names(data: bytes, name: str) -> list[str]:
    """Return the names of a workbook's sheets, read in a child process; none of another file.

    Raises:
        TableError: the file cannot be unpacked, or the workbook is damaged or protected.
    """
    file = unpacking.load(data, name)
    if file.kind != FileKind.WORKBOOK:
        return []
    return child_parser.sheet_names(
        child_parser.Request(name, file.kind, only_sheets=True), file.data
    )


def append_raw(parts: Sequence[RawTable]) -> RawTable:
    """Put files of the same columns below one another, in the order given.

    Raises:
        TableError: their columns differ; the sentence names the file and the column.
    """
    first = parts[0]
    for part in parts[1:]:
        _check_alike(part, first)
    frame = pd.concat([_same_kinds(part, parts) for part in parts], ignore_index=True)
    for column in frame.select_dtypes(exclude=PLAIN_KINDS).columns:
        frame[column] = as_text(frame[column])
    starts = np.cumsum([0, *(len(part.frame) for part in parts)])

    def locate(row: int) -> str:
        which = int(np.searchsorted(starts, row, side="right")) - 1
        part = parts[which]
        return f"{part.locate(part.frame.index[row - starts[which]])} of '{part.name}'"

    together = several_files((part.name, len(part.frame)) for part in parts)
    findings = [finding for part in parts for finding in part.findings]
    stamps = [part.stamps for part in parts if part.stamps is not None]
    return RawTable(
        f"{first.name} and {len(parts) - 1} more",
        frame,
        locate,
        (together, *dict.fromkeys(findings)),
        pd.DatetimeIndex(stamps[0].append(stamps[1:])) if stamps else None,
        first.decimal,
    )


def _check_alike(part: RawTable, first: RawTable) -> None:
    """Raise TableError where two files do not have the same columns."""
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


def _same_kinds(part: RawTable, parts: Sequence[RawTable]) -> pd.DataFrame:
    """Return the cells of a part; numbers become text in a column that is text in another part.

    Raises:
        TableError: such a column has a decimal comma in one part and a point in another.
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


def _display_name(source: object) -> str:
    if isinstance(source, str | os.PathLike):
        return Path(source).name or str(source)
    # Some browsers send whole paths, with either slash.
    given = str(getattr(source, "name", "") or "")
    return given.replace("\\", "/").rsplit("/", maxsplit=1)[-1] or "table"
