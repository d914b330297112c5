"""Any file, upload or frame -> its cells, before anyone has asked what they mean.

Formats are told by their first bytes, never by the suffix: people rename files.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from imv_core.errors import TableError
from imv_core.tables import delimited, isolation, parquet, parser, transfer, workbook
from imv_core.tables.findings import Finding, counted
from imv_core.tables.raw import PLAIN_KINDS, RawTable, as_text, clean_columns, from_frame, plain
from imv_core.tables.unpacking import MAX_BYTES, PACKED, REMEDY, ZIP, load, unpack

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


def read_raw(
    source: str | os.PathLike[str] | BinaryIO | bytes | pd.DataFrame,
    name: str | None = None,
    sheet: str | None = None,
    isolate: bool = True,
) -> RawTable:
    """Read the cells of a path, an open binary file, bytes or a frame.

    Args:
        source: what to read.
        name: what to call it, for sources without a name of their own.
        sheet: of a workbook; None: the first with a table.
        isolate: parse workbooks and Parquet in a child process.

    Raises:
        TableError: the source is missing, too large, damaged or not a table.
    """
    if isinstance(source, pd.DataFrame):
        name = plain(name or "table")
        return from_frame(source, name, f"'{name}' was given as a data frame.")
    name = plain(name or _display_name(source))
    data = load(source, name)
    data, packing = unpack(data, name)
    how = f"'{name}' was unpacked with {packing} and read as" if packing else f"'{name}' is read as"
    is_workbook = workbook.is_workbook(data)
    if sheet is not None and not is_workbook:
        raise TableError(f"'{name}' is no workbook, so it has no sheet '{plain(sheet)}'.")
    if is_workbook or data.startswith(parquet.MAGIC):
        workbook.check_unpacked_size(data, name, MAX_BYTES)
        answer = isolation.answer if isolate else parser.answer
        message = answer(parser.Request(name, how, sheet and plain(sheet)), data)
        return transfer.read_raw_table(message, name)
    _refuse_other_formats(data, name)
    try:
        text = delimited.read(data, name)
    except MemoryError:
        raise TableError(parser.TOO_LARGE.format(name)) from None
    frame, findings = clean_columns(text.frame, name)
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
        frame[column] = as_text(frame[column])
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


def _display_name(source: object) -> str:
    if isinstance(source, str | os.PathLike):
        return Path(source).name or str(source)
    # Browsers send whole paths at times, with either slash.
    given = str(getattr(source, "name", "") or "")
    return given.replace("\\", "/").rsplit("/", maxsplit=1)[-1] or "table"


def _refuse_other_formats(data: bytes, name: str) -> None:
    if not data.strip() or data in delimited.BOMS:
        raise TableError(f"'{name}' is empty. Choose a file with column names and rows.")
    for magic, what in FOREIGN.items():
        if data.startswith(magic):
            raise TableError(f"'{name}' {what}{'' if '. ' in what else REMEDY}.")
    if data.startswith((*PACKED, *ZIP)):  # of what is one, only workbooks are left
        raise TableError(f"'{name}' is packed twice. Unpack it once and read that.")
