"""Parse a workbook or a Parquet file in a child process, which may fail without harm.

They are decoded by libraries that a hostile file may abort, or make fill the memory. The parent
sends a `Request` as a line of JSON, then the file; the child answers with a message of `transfer`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from imv_core.errors import TableError
from imv_core.storage import from_json
from imv_core.tables import child_messages, parquet, workbook
from imv_core.tables.raw_table import TOO_LARGE, RawTable
from imv_core.tables.unpacking import FileKind

MIB = 2**20
LEAST_MEMORY, MOST_MEMORY = 1024 * MIB, 8192 * MIB
MEMORY_PER_BYTE = 40  # a workbook of ten million numbers, 77 MiB, takes 2.1 GB
LEAST_SECONDS, SECONDS_PER_MIB = 30, 3
START = (
    "import sys; sys.path[:] = sys.argv[1:]; from imv_core.tables.child_parser import main; main()"
)
ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "ARROW_IO_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # others reserve gigabytes, which count as used
}


@dataclass(frozen=True)
class Request:
    """Request to parse a file; `name` is its name in errors and findings."""

    name: str
    kind: FileKind
    packing: str | None = None  # how the file was packed
    sheet: str | None = None  # of a workbook; None: the first with a table
    only_sheets: bool = False  # return the names of a workbook's sheets instead of a table


class Reader(NamedTuple):
    """How files of one kind are read."""

    read: Callable[[Request, bytes], tuple[str | None, RawTable]]  # the sheet, and its table
    damaged: str  # sentence for a file that cannot be read, with a place for its name


READERS = {
    FileKind.WORKBOOK: Reader(
        lambda request, data: workbook.read(data, request.name, request.sheet, request.packing),
        workbook.UNREADABLE,
    ),
    FileKind.PARQUET: Reader(
        lambda request, data: (None, parquet.read(data, request.name, request.packing)),
        parquet.UNREADABLE,
    ),
}


def read(request: Request, data: bytes, isolate: bool = True) -> RawTable:
    """Read the table of a file.

    Args:
        request: to parse it.
        data: the file.
        isolate: parse it in a child process.

    Raises:
        TableError: the file is damaged or too large, or has no table.
    """
    message = parse_in_child(request, data) if isolate else parse(request, data)
    return child_messages.read_raw_table(message, request.name)


def sheet_names(request: Request, data: bytes) -> list[str]:
    """Return the names of a workbook's sheets, read in a child process.

    Raises:
        TableError: the file is damaged, protected or no workbook.
    """
    return child_messages.read_sheets(parse_in_child(request, data))


def parse_in_child(request: Request, data: bytes) -> bytes:
    """Do what `parse` does, in a child process with limits on memory and time.

    Raises:
        TableError: the child ended without an answer, or did not end in time.
    """
    memory = min(LEAST_MEMORY + MEMORY_PER_BYTE * len(data), MOST_MEMORY)
    seconds = LEAST_SECONDS + SECONDS_PER_MIB * len(data) // MIB
    line = json.dumps([asdict(request), memory, seconds]).encode() + b"\n"
    root = str(Path(__file__).parents[2])
    paths = [path or os.getcwd() for path in sys.path]
    try:
        child = subprocess.run(
            # -P: a module in the folder of the user's file is never taken for a library
            [sys.executable, "-P", "-c", START, *paths, root],
            input=line + data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=2 * seconds,  # twice the processor time, as other processes may run
            env={**os.environ, **ENVIRONMENT},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TableError(
            f"'{request.name}' takes longer than {2 * seconds} seconds to read. Cut it, or save "
            "the rows that matter as CSV."
        ) from None
    except (OSError, ValueError) as error:  # no such interpreter, or no memory to start it
        raise TableError(f"'{request.name}' cannot be read now ({error}). Try again.") from error
    if child.returncode != 0:
        raise TableError(
            f"'{request.name}' is damaged, or takes more memory or time to read than it may. Open "
            "it in a program that can, and save the rows that matter as CSV."
        )
    return child.stdout


def parse(request: Request, data: bytes) -> bytes:
    """Parse a file into a message of `transfer`; every failure becomes an error message."""
    name = request.name
    try:
        if request.only_sheets:
            return child_messages.sheets_message(workbook.sheet_names(data, name))
        sheet, raw = READERS[request.kind].read(request, data)
        return child_messages.table_message(raw, sheet)
    except TableError as error:
        return child_messages.error_message(str(error))
    except MemoryError:  # also raised by pyarrow
        return child_messages.error_message(TOO_LARGE.format(name))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # a panic of the workbook reader is no Exception
        return child_messages.error_message(READERS[request.kind].damaged.format(name))


def main() -> None:
    """Run as the child: read a request and a file from standard input, write the message."""
    request, memory, seconds = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    _limit(memory, seconds)
    sys.stdout.buffer.write(parse(from_json(Request, request), data))
    sys.stdout.buffer.flush()
    os._exit(0)  # at a normal exit Arrow's threads may still run, and would abort the process


def _limit(memory: int, seconds: int) -> None:
    """Limit this process to so many bytes beyond those in use, and seconds of processor time."""
    with suppress(ImportError, OSError, ValueError):  # not every platform has such limits
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
