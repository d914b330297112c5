"""Parse a workbook or a Parquet file: in this process, or as the child that `isolation` starts.

Both are decoded by code that is not ours, which a hostile file may abort or fill with memory.
"""

import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from imv_core.errors import TableError
from imv_core.storage import from_json
from imv_core.tables import parquet, transfer, workbook
from imv_core.tables.findings import Finding, listed
from imv_core.tables.raw import RawTable, RowNumber, clean_columns, from_frame

TOO_LARGE = (
    "'{}' takes more memory to read than it may. Cut it, or save the rows that matter as CSV."
)


@dataclass(frozen=True)
class Request:
    """Request to read a file, with the name that messages use for it."""

    name: str
    how: str  # "'name' is read as", or how it was unpacked before
    sheet: str | None = None  # of a workbook; None: the first with a table
    only_sheets: bool = False  # the names of a workbook's sheets, in place of a table


def answer(request: Request, data: bytes) -> bytes:
    """Read a file into a message of `transfer`; whatever goes wrong becomes an error message."""
    is_workbook = workbook.is_workbook(data)
    try:
        if request.only_sheets:
            return transfer.sheets_message(workbook.sheet_names(data, request.name))
        if is_workbook:
            return _read_workbook(request, data)
        frame = parquet.read(data, request.name)
        return transfer.table_message(
            from_frame(frame, request.name, f"{request.how} Parquet."), None
        )
    except TableError as error:
        return transfer.error_message(str(error))
    except MemoryError:  # pyarrow's own is one
        return transfer.error_message(TOO_LARGE.format(request.name))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # a panic of the workbook reader is no Exception
        damaged = workbook.UNREADABLE if is_workbook else parquet.UNREADABLE
        return transfer.error_message(damaged.format(request.name))


def _read_workbook(request: Request, data: bytes) -> bytes:
    name = request.name
    sheet = workbook.read(data, name, request.sheet)
    frame, findings = clean_columns(sheet.frame, name)
    text = f"{request.how} a workbook, sheet '{sheet.name}'"
    text += f"; it has others: {listed(sheet.others)}." if sheet.others else "."
    form = Finding("format", (), text, warning=bool(sheet.others) and request.sheet is None)
    raw = RawTable(name, frame, RowNumber(sheet.name), (form, *findings))
    return transfer.table_message(raw, sheet.name)


def to_line(request: Request, memory: int, seconds: int) -> bytes:
    """Write a request and its limits for a child; the file follows."""
    return json.dumps([asdict(request), memory, seconds]).encode() + b"\n"


def main() -> None:
    """Read a request and a file from standard input, and write the answer to standard output."""
    request, memory, seconds = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    _limit(memory, seconds)
    sys.stdout.buffer.write(answer(from_json(Request, request), data))
    sys.stdout.buffer.flush()
    os._exit(0)  # at a usual end Arrow's threads may still be at work, and would abort the process


def _limit(memory: int, seconds: int) -> None:
    """Allow so many bytes beyond those in use, and so many seconds of work."""
    with suppress(ImportError, OSError, ValueError):  # not every platform has such limits
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
