"""A sheet of an Excel workbook -> its cells, and where they stand."""

import io
import re
import struct
import zipfile
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import python_calamine

from imv_core.errors import TableError
from imv_core.tables.findings import listed
from imv_core.tables.raw import plain

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
BAD_ZIP = (zipfile.BadZipFile, OSError, ValueError, RuntimeError, struct.error, LookupError)
"""What the archive's index may raise; NotImplementedError is a RuntimeError."""
MEMBER = "xl/workbook.xml"
CELL = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
MOST_CELLS = 2**25
"""Of a sheet, from its first row and column to its last: all are made, empty ones too."""
LARGE, MOST_EMPTY = 2**22, 50
"""A sheet of more cells than these has a value in every fiftieth of them at least."""
UNREADABLE = (
    "'{}' cannot be read as a workbook. Open it in a spreadsheet, and save it again as .xlsx or "
    "CSV."
)


class Sheet(NamedTuple):
    """The cells below a line of names; the index counts the rows as the sheet does, from 0."""

    name: str
    frame: pd.DataFrame
    others: tuple[str, ...]  # the workbook's other sheets


def is_workbook(data: bytes) -> bool:
    """It is a workbook, or an old Office file, which may be one."""
    if not data.startswith(ZIP):
        return data.startswith(OLE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return MEMBER in archive.namelist()
    except BAD_ZIP:
        return False


def sheet_names(data: bytes, name: str) -> list[str]:
    """The names of all sheets.

    Raises:
        TableError: it is damaged, protected, or no workbook.
    """
    return [plain(title) for title in _open(data, name).sheet_names]


def read(data: bytes, name: str, sheet: str | None) -> Sheet:
    """Read one sheet: the one that is named, or the first with a table.

    A table begins at the first row with two cells or more, which are the names of the columns.

    Args:
        data: the workbook.
        name: of the file, for errors.
        sheet: its name; None: the first that holds a table.

    Raises:
        TableError: it is damaged or too large, or there is no such sheet or no table.
    """
    _check_distances(data, name)
    book = _open(data, name)
    if sheet is not None and sheet not in book.sheet_names:
        raise TableError(
            f"'{name}' has no sheet '{sheet}'. Choose one of {listed(book.sheet_names)}."
        )
    for title in book.sheet_names if sheet is None else [sheet]:
        frame = _table(_rows(book, title, name))
        if frame is not None:
            others = tuple(other for other in book.sheet_names if other != title)
            return Sheet(title, frame, others)
    where = f"Sheet '{sheet}' of '{name}'" if sheet else f"'{name}'"
    raise TableError(f"{where} holds no table: a line of names and rows of values below it.")


def _open(data: bytes, name: str) -> Any:
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise TableError(
            f"'{name}' is protected by a password. Save it without one, or save its sheet as CSV."
        ) from None
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise TableError(UNREADABLE.format(name)) from error


def _rows(book: Any, title: str, name: str) -> list[list[Any]]:
    try:
        rows: list[list[Any]] = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise TableError(
            f"Sheet '{title}' of '{name}' is damaged. Save it again, or save it as CSV."
        ) from error
    return rows


def _table(rows: list[list[Any]]) -> pd.DataFrame | None:
    """The cells below the first row with two filled cells; None where there are none."""
    filled = [sum(cell != "" for cell in row) for row in rows]
    top = next((place for place, count in enumerate(filled) if count >= 2), None)
    if top is None or not any(filled[top + 1 :]):
        return None
    cells = [[None if cell == "" else cell for cell in row] for row in rows[top + 1 :]]
    index = pd.RangeIndex(top + 1, len(rows))
    frame = pd.DataFrame(cells, index, [_title(cell) for cell in rows[top]], dtype=object)
    is_named = np.array([cell != "" for cell in rows[top]])
    used = frame.loc[:, is_named | frame.notna().any().to_numpy()]
    return pd.DataFrame(used.infer_objects())


def _title(cell: Any) -> str:
    """A year that heads a column is a number in a sheet: 2020.0."""
    is_whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell) if is_whole else cell)


def check_unpacked_size(data: bytes, name: str, most_bytes: int) -> None:
    """Raise TableError where the parts of a workbook say that they unpack to more."""
    if not data.startswith(ZIP):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > most_bytes:
        raise TableError(
            f"'{name}' holds more than {most_bytes / 2**30:.3g} GiB. Cut it, or save the rows that "
            "matter as CSV."
        )


def _check_distances(data: bytes, name: str) -> None:
    """Refuse sheets that are mostly empty: each cell up to the outermost one takes memory."""
    if not data.startswith(ZIP):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.namelist():
            if member.startswith("xl/worksheets/"):
                sheet = archive.read(member)
                cells = _cells(sheet)
                if cells > MOST_CELLS or cells > max(LARGE, MOST_EMPTY * sheet.count(b"<c ")):
                    raise TableError(
                        f"'{name}' has a sheet with cells too far from one another. Save the rows "
                        "that matter as CSV."
                    )


def _cells(sheet: bytes) -> int:
    """How many cells lie between the first and the outermost ones."""
    places = set(CELL.findall(sheet))
    width = max((_column(letters) for letters, _ in places), default=0)
    return width * max((int(row) for _, row in places), default=0)


def _column(letters: bytes) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number
