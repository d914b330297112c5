"""Read a sheet of a workbook, of Excel or another spreadsheet."""

import io
import re
import zipfile
from typing import Any

import numpy as np
import pandas as pd
import python_calamine

from imv_core.errors import TableError
from imv_core.phrases import listed, plain
from imv_core.tables.findings import read_as, workbook_format
from imv_core.tables.raw_table import RawTable, RowNumber, clean_columns
from imv_core.tables.unpacking import OLD_OFFICE

CELL = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
MOST_CELLS = 2**25
"""Cells of a sheet up to its last row and column; empty ones take memory too."""
LARGE, MOST_PER_VALUE = 2**22, 50
"""A sheet of more cells than LARGE may have so many cells per cell that is filled."""
UNREADABLE = (
    "'{}' cannot be read as a workbook. Open it in a spreadsheet, and save it again as .xlsx or "
    "CSV."
)


def sheet_names(data: bytes, name: str) -> list[str]:
    """Return the names of all sheets.

    Raises:
        TableError: the file is damaged, protected or no workbook.
    """
    return [plain(title) for title in _open(data, name).sheet_names]


def read(
    data: bytes, name: str, sheet: str | None, packing: str | None = None
) -> tuple[str, RawTable]:
    """Read one sheet: the named one, or the first with a table.

    A table begins at the first row with two filled cells or more, which are the column names.

    Args:
        data: the workbook.
        name: of the file, for errors and findings.
        sheet: name of the sheet; None: the first with a table.
        packing: how the file was packed, for the finding about its format.

    Returns:
        The name of the sheet, and its table; the index counts the rows of the sheet from 0.

    Raises:
        TableError: the workbook is damaged or too large, or has no such sheet or no table.
    """
    _refuse_sparse_sheets(data, name)
    book = _open(data, name)
    if sheet is not None and sheet not in book.sheet_names:
        raise TableError(
            f"'{name}' has no sheet '{sheet}'. Choose one of {listed(book.sheet_names)}."
        )
    for title in book.sheet_names if sheet is None else [sheet]:
        cells = _table(_rows(book, title, name))
        if cells is not None:
            others = [other for other in book.sheet_names if other != title]
            frame, findings = clean_columns(cells, name)
            is_guess = bool(others) and sheet is None
            format_found = read_as(name, packing, workbook_format(title, others), is_guess)
            return title, RawTable(name, frame, RowNumber(title), (format_found, *findings))
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
    """Return the cells below the first row with two filled cells; None where there are none."""
    filled = [sum(cell != "" for cell in row) for row in rows]
    top = next((place for place, count in enumerate(filled) if count >= 2), None)
    if top is None or not any(filled[top + 1 :]):
        return None
    cells = [[None if cell == "" else cell for cell in row] for row in rows[top + 1 :]]
    index = pd.RangeIndex(top + 1, len(rows))
    frame = pd.DataFrame(cells, index, [_column_name(cell) for cell in rows[top]], dtype=object)
    is_named = np.array([cell != "" for cell in rows[top]])
    used = frame.loc[:, is_named | frame.notna().any().to_numpy()]
    return pd.DataFrame(used.infer_objects())


def _column_name(cell: Any) -> str:
    """Return a column name as text; a whole number, such as a year, is 2020.0 in a sheet."""
    is_whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell) if is_whole else cell)


def _refuse_sparse_sheets(data: bytes, name: str) -> None:
    """Raise TableError for large sheets that are mostly empty, before their cells take memory."""
    if data.startswith(OLD_OFFICE):  # .xls: no archive to look into
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.namelist():
            if member.startswith("xl/worksheets/"):
                sheet = archive.read(member)
                cells = _area(sheet)
                if cells > MOST_CELLS or cells > max(LARGE, MOST_PER_VALUE * sheet.count(b"<c ")):
                    raise TableError(
                        f"'{name}' has a sheet with cells too far from one another. Save the rows "
                        "that matter as CSV."
                    )


def _area(sheet: bytes) -> int:
    """Count the cells of the rectangle from A1 to the last row and column."""
    places = set(CELL.findall(sheet))
    width = max((_column_number(letters) for letters, _ in places), default=0)
    return width * max((int(row) for _, row in places), default=0)


def _column_number(letters: bytes) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number
