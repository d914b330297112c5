"""Messages of the child that parses files: a line of JSON, then cells in Arrow's format."""

import io
import json
from dataclasses import asdict, dataclass

import pandas as pd
import pyarrow as pa

from imv_core.errors import TableError
from imv_core.storage import from_json
from imv_core.tables.findings import Finding
from imv_core.tables.raw_table import RawTable, RowNumber


@dataclass(frozen=True)
class Header:
    """The line of JSON before the cells, or instead of them."""

    error: str | None = None
    sheets: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = None
    findings: tuple[Finding, ...] = ()
    sheet: str | None = None
    has_stamps: bool = False


def error_message(sentence: str) -> bytes:
    """Write the reason why a file cannot be read."""
    return _line(Header(error=sentence))


def sheets_message(names: list[str]) -> bytes:
    """Write the names of a workbook's sheets."""
    return _line(Header(sheets=tuple(names)))


def table_message(raw: RawTable, sheet: str | None) -> bytes:
    """Write a table, and the name of its sheet."""
    # Columns are numbered in the message: names from a file must not meet Arrow's own keys.
    columns = [pd.Series(raw.frame.index), *(raw.frame[name] for name in raw.frame.columns)]
    columns += [] if raw.stamps is None else [raw.stamps.to_series()]
    arrays = [pa.array(column, from_pandas=True) for column in columns]
    table = pa.table(arrays, [str(place) for place in range(len(arrays))])
    stream = io.BytesIO(
        _line(
            Header(
                names=tuple(raw.frame.columns),
                findings=raw.findings,
                sheet=sheet,
                has_stamps=raw.stamps is not None,
            )
        )
    )
    stream.seek(0, io.SEEK_END)
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    return stream.getvalue()


def read_sheets(message: bytes) -> list[str]:
    """Read a message of `sheets_message`.

    Raises:
        TableError: the message is an error.
    """
    header, _ = _header(message)
    return list(header.sheets or ())


def read_raw_table(message: bytes, name: str) -> RawTable:
    """Read a message of `table_message`.

    Raises:
        TableError: the message is an error, or not one of this module.
    """
    try:
        return _raw_table(message, name)
    except (pa.ArrowException, LookupError, OverflowError, TypeError, ValueError) as error:
        raise TableError(
            f"'{name}' cannot be read. Open it in a program that can, and save it as CSV."
        ) from error


def _raw_table(message: bytes, name: str) -> RawTable:
    header, start = _header(message)
    with pa.ipc.open_stream(pa.py_buffer(message)[start:]) as reader:
        table = reader.read_all()
    table.validate(full=True)
    columns = [column.to_pandas() for column in table.columns]
    names = header.names or ()
    if len(columns) != 1 + len(names) + header.has_stamps or not set(map(type, names)) <= {str}:
        raise ValueError("columns and names do not fit together")
    rows = _as_range(pd.Index(columns[0].to_numpy()))
    stamps = pd.DatetimeIndex(columns.pop(), name=None) if header.has_stamps else None
    cells = dict(enumerate(columns[1:]))
    frame = pd.DataFrame(cells).set_axis(rows, axis=0)
    frame.columns = pd.Index(names, dtype=object)
    return RawTable(name, frame, RowNumber(header.sheet), header.findings, stamps)


def _as_range(rows: "pd.Index[int]") -> "pd.Index[int]":
    first = int(rows[0]) if len(rows) else 0
    whole = pd.RangeIndex(first, first + len(rows))
    return whole if whole.equals(rows) else rows


def _line(header: Header) -> bytes:
    return json.dumps(asdict(header)).encode() + b"\n"


def _header(message: bytes) -> tuple[Header, int]:
    end = message.index(b"\n") + 1
    header = from_json(Header, json.loads(message[:end]))
    if header.error is not None:
        raise TableError(header.error)
    return header, end
