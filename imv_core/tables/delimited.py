"""Delimited text -> cells: which encoding, separator and decimal sign it is written in.

Everything is decided on the first `SAMPLE` bytes, by what makes the most regular table.
"""

import codecs
import csv
import io
import json
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import charset_normalizer
import pandas as pd

from imv_core.errors import TableError
from imv_core.tables.raw import MOST_COLUMNS, check_width

SAMPLE = 2**16
MOST_LINE = 2**22
"""Bytes of a line: ten thousand cells of 400 letters."""
MANY = 2**22  # separators; fewer of them cannot fill the memory
MISSING = ("", "?", "-", "na", "n/a", "n.a.", "nan", "null", "none")
"""Cells that stand for nothing, in lower case; pandas' own are taken as well."""

# A comma stands inside cells far more often than the others, so it comes last among equals.
SEPARATORS = {"\t": "tab", ";": "semicolon", "|": "bar", ",": "comma"}
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # begins with UTF-16's mark, so it stands before it
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Latin-1 (Windows-1252)",
}
HTML = re.compile(r"\s*<(!doctype|html|head|body|\?xml)", re.IGNORECASE)
JSON = re.compile(r'\s*(\{\s*("[^"\n]*"\s*:|\})|\[\s*[\[{\]])')
COMMA_DECIMAL = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+")
POINT_DECIMAL = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)\.\d+([eE][+-]?\d+)?")
COMMA_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+")
VALUE = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")


@dataclass(frozen=True)
class DelimitedText:
    """The cells of a text, how it is written, and how to name the line of a row."""

    frame: pd.DataFrame
    format: str
    guessed: bool
    decimal: str
    place: Callable[[int], str]


def read(data: bytes, name: str) -> DelimitedText:
    """Read bytes as a table of text.

    Raises:
        TableError: they are no text, or the text is no table.
    """
    encoding, guessed = _encoding(data, name)
    if encoding != "utf-8":
        try:
            data = data.decode(encoding).encode()
        except (UnicodeDecodeError, UnicodeEncodeError):
            raise TableError(
                f"'{name}' is damaged: it breaks the rules of its encoding, "
                f"{ENCODING_NAMES.get(encoding, encoding)}. Save it again as UTF-8."
            ) from None
    head = _head(data).decode(errors="ignore")
    _refuse_markup(head, name)
    _refuse_long_lines(data, name)
    separator = _separator(head, name)
    rows = _Rows(data, separator, name)
    rows.check_names()
    decimal = _decimal(head, separator)
    frame = rows.parse(decimal)
    words = f"{SEPARATORS[separator]}-separated text in {ENCODING_NAMES.get(encoding, encoding)}"
    words += f", with a decimal {'comma' if decimal == ',' else 'point'}"
    words += "; the encoding is a guess, so check the names and labels" if guessed else ""
    return DelimitedText(frame, words, guessed, decimal, lambda row: f"line {rows.line(row)}")


class _Rows:
    """The records of a UTF-8 text: parsed by pandas, counted by the csv module where asked."""

    def __init__(self, data: bytes, separator: str, name: str):
        self.data = data
        self.separator = separator
        self.name = name
        _, self.names = next(self.records(MOST_LINE))
        check_width(len(self.names), name)

    def records(self, most: int | None = None) -> Iterator[tuple[int, list[str]]]:
        """Yield line numbers and cells of all lines that are not blank, names first.

        Args:
            most: bytes to look at; None: all.
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

    def line(self, row: int) -> int:
        """Find the line in the file in which a row of the table ends."""
        return next(line for line, _ in islice(self.records(), row + 1, None))

    def check_names(self) -> None:
        """Refuse a first line that holds values; numbered columns (0, 1, 2 ...) are names."""
        cells = [cell.strip() for cell in self.names]
        numbered = [[str(i + first) for i in range(len(cells))] for first in (0, 1)]
        if all(VALUE.fullmatch(cell) for cell in cells) and cells not in numbered:
            raise TableError(
                f"'{self.name}' has values in its first line, where the names of the columns "
                "should be. Add a line with a name for each column."
            )

    def parse(self, decimal: str) -> pd.DataFrame:
        """Read all cells; pandas finds the type of each column."""
        separators = self.data.count(self.separator.encode())
        if separators > max(MANY, 2 * len(self.names) * self.data.count(b"\n")):
            self.check_widths()  # before millions of cells are made that have no name
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", pd.errors.ParserWarning)
                frame = pd.read_csv(
                    io.BytesIO(self.data),
                    sep=self.separator,
                    decimal=decimal,
                    header=0,
                    # Their own names come later: pandas wants them unique.
                    names=range(len(self.names)),
                    index_col=False,
                    na_values=list(MISSING),
                    low_memory=False,
                )
        except (pd.errors.ParserError, pd.errors.ParserWarning, ValueError) as error:
            self.check_widths()
            unclosed = "EOF inside string" in str(error)
            reason = "a quotation mark is never closed" if unclosed else str(error).strip()
            raise TableError(
                f"'{self.name}' cannot be read as a table: {reason}. Correct it."
            ) from error
        if frame.empty:
            raise TableError(f"'{self.name}' has column names but no rows. Add the values.")
        # pandas fills up short rows without a word; then their last cell is missing.
        if frame.iloc[:, -1].isna().any():
            self.check_widths()
        frame.columns = pd.Index(self.names, dtype=object)
        return frame

    def check_widths(self) -> None:
        """Refuse rows with more or fewer cells than there are names; all-empty extras pass."""
        width = len(self.names)
        for line, cells in self.records():
            extra = len(cells) - width
            if extra < 0 or extra > MOST_COLUMNS or any(cells[width:]):
                raise TableError(
                    f"Line {line} of '{self.name}' has {len(cells)} cells, but there are {width} "
                    f"column names. Correct that line (is a {SEPARATORS[self.separator]} missing "
                    "or too many, or should a text stand in quotes?)."
                )


def _head(data: bytes, start: int = 0) -> bytes:
    """Cut out a sample of whole lines."""
    head = data[start : start + SAMPLE]
    return head[: head.rfind(b"\n") + 1] or head if start + SAMPLE < len(data) else head


def _refuse_long_lines(data: bytes, name: str) -> None:
    """Refuse a line that makes millions of cells, before anything makes them."""
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


def _encoding(data: bytes, name: str) -> tuple[str, bool]:
    """Find the encoding, and whether it is only a guess."""
    for bom, encoding in BOMS.items():
        if data.startswith(bom):
            return encoding, False
    head = data[:SAMPLE]
    if b"\0" in head:
        # Western text in UTF-16 without a mark: every second byte is zero.
        zeros = [head[start::2].count(0) / max(1, len(head) // 2) for start in (0, 1)]
        if max(zeros) > 0.7 and min(zeros) < 0.1:
            return ("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"), False
        raise TableError(f"'{name}' is no text file. Choose a CSV or Parquet file.")
    if data.isascii():
        return "utf-8", False
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.rfind(b"\n", 0, error.start) + 1
        return _legacy_encoding(_head(data, line), name), True
    return "utf-8", False


def _legacy_encoding(head: bytes, name: str) -> str:
    """Guess an encoding older than Unicode.

    A few names give too little text for statistics, which take "Zeit;Höhe" for Chinese. But in
    Western languages accents stand alone or in pairs; longer runs are another script.
    """
    if not re.search(rb"[\x80-\xff]{3}", head):
        try:
            head.decode("cp1252")
        except UnicodeDecodeError:
            pass
        else:
            return "cp1252"
    best = charset_normalizer.from_bytes(head).best()
    if best is None:
        raise TableError(f"'{name}' is no text in any known encoding. Save it as UTF-8.")
    return best.encoding


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
    """Choose the separator that gives the most lines the same number of cells, names included."""
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
    """Choose the decimal sign that more cells are written with."""
    commas = points = 0
    for cells in _sample_rows(head, separator)[1:]:
        for cell in map(str.strip, cells):
            # With commas between cells, "1,234" in quotes is a thousand and more.
            if separator == "," and COMMA_THOUSANDS.fullmatch(cell):
                continue
            commas += COMMA_DECIMAL.fullmatch(cell) is not None
            points += POINT_DECIMAL.fullmatch(cell) is not None
    return "," if commas > points else "."
