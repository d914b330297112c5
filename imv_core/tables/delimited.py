"""Read delimited text: find the separator and the decimal sign, and parse.

Both are chosen from the first lines: those that make the most regular table. This is written here
and not taken from a library, so that errors name the line and the remedy.
"""

import csv
import io
import json
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import pandas as pd

from imv_core.errors import TableError
from imv_core.tables.encoding import Text
from imv_core.tables.findings import read_as, text_format
from imv_core.tables.raw_table import MISSING, MOST_COLUMNS, RawTable, clean_columns, too_wide

MOST_LINE = 2**22
"""Bytes per line: ten thousand cells of 400 letters."""
MANY = 2**22  # separators; the cells between fewer of them cannot fill the memory

# Commas occur inside cells far more often than the others, so the comma comes last among equals.
SEPARATORS = {"\t": "tab", ";": "semicolon", "|": "bar", ",": "comma"}
HTML = re.compile(r"\s*<(!doctype|html|head|body|\?xml)", re.IGNORECASE)
JSON = re.compile(r'\s*(\{\s*("[^"\n]*"\s*:|\})|\[\s*[\[{\]])')
COMMA_DECIMAL = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+")
POINT_DECIMAL = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)\.\d+([eE][+-]?\d+)?")
COMMA_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+")
VALUE = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")


def read(text: Text, name: str, packing: str | None = None) -> RawTable:
    """Read delimited text.

    Args:
        text: as UTF-8.
        name: of the file, for errors and findings.
        packing: how the file was packed, for the finding about its format.

    Raises:
        TableError: the text is no table.
    """
    _refuse_markup(text.head, name)
    _refuse_long_lines(text.utf8, name)
    separator = _separator(text.head, name)
    rows = _Rows(text.utf8, separator, name)
    rows.check_names()
    decimal = _decimal(text.head, separator)
    frame, findings = clean_columns(rows.parse(decimal), name)
    sign = "comma" if decimal == "," else "point"
    form = text_format(SEPARATORS[separator], text.encoding, sign, text.is_guess)
    found = (read_as(name, packing, form, text.is_guess), *findings)
    return RawTable(name, frame, rows.locate, found, decimal=decimal)


class _Rows:
    """The records of a UTF-8 text: parsed by pandas; counted by the csv module, for errors."""

    def __init__(self, data: bytes, separator: str, name: str):
        self.data = data
        self.separator = separator
        self.name = name
        _, self.names = next(self.records(MOST_LINE))
        if len(self.names) > MOST_COLUMNS:
            raise too_wide(len(self.names), name)

    def records(self, most: int | None = None) -> Iterator[tuple[int, list[str]]]:
        """Yield the line number and the cells of each line that is not blank, names first.

        Args:
            most: bytes to read; None: all.
        """
        text = io.TextIOWrapper(io.BytesIO(self.data[:most]), "utf-8", "ignore", newline="")
        reader = csv.reader(text, delimiter=self.separator)
        try:
            for cells in reader:
                if len(cells) > 1 or (cells and cells[0].strip()):
                    yield reader.line_num, cells
        except csv.Error as error:
            raise TableError(
                f"'{self.name}' cannot be read in line {reader.line_num} ({error}). Correct it."
            ) from error

    def locate(self, row: int) -> str:
        """Name the line of the file in which a row of the table ends: "line 118"."""
        return f"line {next(line for line, _ in islice(self.records(), row + 1, None))}"

    def check_names(self) -> None:
        """Refuse a first line of values; but column numbers (0, 1, 2 ...) count as names."""
        cells = [cell.strip() for cell in self.names]
        numbered = [[str(i + first) for i in range(len(cells))] for first in (0, 1)]
        if all(VALUE.fullmatch(cell) for cell in cells) and cells not in numbered:
            raise TableError(
                f"'{self.name}' has values in its first line, where the names of the columns "
                "should be. Add a line with a name for each column."
            )

    def parse(self, decimal: str) -> pd.DataFrame:
        """Parse all cells; pandas finds the type of each column."""
        separators = self.data.count(self.separator.encode())
        if separators > max(MANY, 2 * len(self.names) * self.data.count(b"\n")):
            self.check_widths()  # before pandas makes millions of cells without a name
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", pd.errors.ParserWarning)
                frame = pd.read_csv(
                    io.BytesIO(self.data),
                    sep=self.separator,
                    decimal=decimal,
                    header=0,
                    # The names come later, as pandas wants them unique.
                    names=range(len(self.names)),
                    index_col=False,
                    na_values=list(MISSING),
                    low_memory=False,
                )
        except (pd.errors.ParserError, pd.errors.ParserWarning, ValueError) as error:
            self.check_widths()
            unclosed = "EOF inside string" in str(error)  # pandas has no other sign of it
            reason = "a quotation mark is never closed" if unclosed else str(error).strip()
            raise TableError(
                f"'{self.name}' cannot be read as a table: {reason}. Correct it."
            ) from error
        if frame.empty:
            raise TableError(f"'{self.name}' has column names but no rows. Add the values.")
        # pandas fills short rows silently; then their last cell is missing.
        if frame.iloc[:, -1].isna().any():
            self.check_widths()
        frame.columns = pd.Index(self.names, dtype=object)
        return frame

    def check_widths(self) -> None:
        """Refuse rows with more or fewer cells than names; empty cells beyond the names pass."""
        width = len(self.names)
        for line, cells in self.records():
            extra = len(cells) - width
            if extra < 0 or extra > MOST_COLUMNS or any(cells[width:]):
                raise TableError(
                    f"Line {line} of '{self.name}' has {len(cells)} cells, but there are {width} "
                    f"column names. Correct that line (is a {SEPARATORS[self.separator]} missing "
                    "or too many, or should a text stand in quotes?)."
                )


def _refuse_long_lines(data: bytes, name: str) -> None:
    """Refuse a line of millions of cells before they are made."""
    start = 0
    while start + MOST_LINE < len(data):
        last = max(data.rfind(end, start, start + MOST_LINE) for end in (b"\n", b"\r"))
        if last < 0:
            line = data.count(b"\n", 0, start) + 1
            raise TableError(
                f"'{name}' is no table: line {line} is longer than {MOST_LINE:,} bytes. Choose a "
                "CSV or Parquet file."
            )
        start = last + 1


def _refuse_markup(head: str, name: str) -> None:
    if HTML.match(head):
        raise TableError(f"'{name}' is a web page (HTML or XML). Download the data file itself.")
    if JSON.match(head) or _is_json(head):
        raise TableError(f"'{name}' is JSON. Export the table as CSV or Parquet.")


def _is_json(head: str) -> bool:
    try:
        return isinstance(json.loads(head), list | dict)
    except (ValueError, RecursionError):
        return False


def _sample_rows(head: str, separator: str) -> list[list[str]]:
    rows = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    try:
        return [row for row in rows if len(row) > 1 or (row and row[0].strip())]
    except csv.Error:
        return []


def _separator(head: str, name: str) -> str:
    """Choose the separator that gives most lines, names included, the same number of cells."""
    scores: dict[str, tuple[bool, float]] = {}
    for separator in SEPARATORS:
        widths = [len(row) for row in _sample_rows(head, separator)]
        if not widths:
            continue
        width, lines = Counter(widths).most_common(1)[0]
        if width > 1 and lines > len(widths) / 2:
            scores[separator] = (widths[0] == width, lines / len(widths))
        elif widths[0] > 1 and separator not in scores:
            scores[separator] = (False, 0.0)
    best = max(scores, key=lambda separator: scores[separator], default=None)
    if best is None:
        raise TableError(
            f"'{name}' has a single column: no comma, semicolon, tab or bar parts its lines. "
            "A table needs a target and at least one more variable."
        )
    if scores[best] == (False, 0.0):
        raise TableError(
            f"'{name}' is no table: no comma, semicolon, tab or bar parts its lines into "
            "the same number of cells. Choose a CSV or Parquet file."
        )
    return best


def _decimal(head: str, separator: str) -> str:
    """Choose the decimal sign that more cells have."""
    commas = points = 0
    for cells in _sample_rows(head, separator)[1:]:
        for cell in map(str.strip, cells):
            # Between commas, "1,234" in quotes is one thousand two hundred and thirty-four.
            if separator == "," and COMMA_THOUSANDS.fullmatch(cell):
                continue
            commas += COMMA_DECIMAL.fullmatch(cell) is not None
            points += POINT_DECIMAL.fullmatch(cell) is not None
    return "," if commas > points else "."
