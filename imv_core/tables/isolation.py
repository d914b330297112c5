"""Parse a file in a process of its own, which may run out of memory or abort without harm."""

import os
import subprocess
import sys
from pathlib import Path

from imv_core.errors import TableError
from imv_core.tables import parser, transfer
from imv_core.tables.parser import Request

MIB = 2**20
LEAST_MEMORY, MOST_MEMORY = 1024 * MIB, 8192 * MIB
MEMORY_PER_BYTE = 40  # a workbook of ten million numbers, 77 MiB, takes 2.1 GB
LEAST_SECONDS, SECONDS_PER_MIB = 30, 3
START = "import sys; sys.path[:] = sys.argv[1:]; from imv_core.tables.parser import main; main()"
MODEST = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "ARROW_IO_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # others reserve gigabytes, which count as used
}


def answer(request: Request, data: bytes) -> bytes:
    """As `parser.answer`, in a child process with limits of memory and time.

    Raises:
        TableError: the child ended without an answer, or did not end in time.
    """
    memory = min(LEAST_MEMORY + MEMORY_PER_BYTE * len(data), MOST_MEMORY)
    seconds = LEAST_SECONDS + SECONDS_PER_MIB * len(data) // MIB
    root = str(Path(__file__).parents[2])
    paths = [path or os.getcwd() for path in sys.path]
    try:
        child = subprocess.run(
            # -P: a module in the folder of the visitor's file is never taken for a library
            [sys.executable, "-P", "-c", START, *paths, root],
            input=parser.to_line(request, memory, seconds) + data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=2 * seconds,  # as long beside another busy process
            env={**os.environ, **MODEST},
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


def sheet_names(data: bytes, name: str) -> list[str]:
    """Read the names of a workbook's sheets in a child process.

    Raises:
        TableError: it is damaged, protected, or no workbook.
    """
    return transfer.read_sheets(answer(Request(name, "", only_sheets=True), data))
