"""Any path, upload or bytes -> the bytes of one file, unpacked, within what memory can take."""

import bz2
import gzip
import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO

from imv_core.errors import TableError
from imv_core.tables import workbook
from imv_core.tables.findings import listed
from imv_core.tables.raw import plain

MAX_BYTES = 2**30
"""Larger files are refused, as are archives that unpack to more than half of it: a few bytes may
be a bomb, and a text takes some six times its size while it is parsed."""

PACKED: dict[bytes, tuple[str, Callable[..., Any]]] = {
    b"\x1f\x8b": ("gzip", gzip.open),
    b"\xfd7zXZ\x00": ("xz", lzma.open),
    b"BZh": ("bzip2", bz2.open),
}
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
DATA_SUFFIXES = {".csv", ".tsv", ".txt", ".tab", ".dat", ".parquet", ".pq"}
REMEDY = ". Choose a CSV, Excel or Parquet file"


def load(source: str | os.PathLike[str] | BinaryIO | bytes, name: str) -> bytes:
    """Read all bytes; TableError where that cannot be done, or they are too many."""
    try:
        if isinstance(source, str | os.PathLike):
            with open(source, "rb") as file:
                return _at_most(file, name)
        if isinstance(source, bytes | bytearray | memoryview):
            return _at_most(io.BytesIO(source), name)
        return _at_most(source, name)
    except FileNotFoundError:
        raise TableError(f"There is no file '{plain(source)}'. Check the path.") from None
    except IsADirectoryError:
        raise TableError(f"'{plain(source)}' is a folder. Name one file in it.") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte, a closed file
        raise TableError(f"'{name}' cannot be opened ({error}). Check the path.") from error


def _at_most(file: IO[bytes], name: str, packed: bool = False) -> bytes:
    """Read a file to its end, but no further than the limit, of archives half of it."""
    most = MAX_BYTES // 2 if packed else MAX_BYTES
    data = io.BytesIO()
    while chunk := file.read(2**20):
        if isinstance(chunk, str):
            raise TableError(f"'{name}' was opened as text. Open it in binary mode ('rb').")
        data.write(chunk)
        if data.tell() > most:
            limit = f"{most / 2**30:.3g} GiB"
            raise TableError(f"'{name}' holds more than {limit}. Cut it, or thin out its rows.")
    return data.getvalue()


def unpack(data: bytes, name: str) -> tuple[bytes, str | None]:
    """The bytes within a packed file, and how it was packed; others as they are."""
    try:
        if data.startswith(ZIP) and not workbook.is_workbook(data):
            return _unzip(data, name), "zip"
        for magic, (packing, unpacked) in PACKED.items():
            if data.startswith(magic):
                with unpacked(io.BytesIO(data)) as file:
                    return _at_most(file, name, packed=True), packing
    except (RuntimeError, NotImplementedError) as error:  # a password, or a rare method
        raise TableError(f"'{name}' cannot be unpacked ({error}). Unpack it first.") from error
    except (*workbook.BAD_ZIP, EOFError, zlib.error, lzma.LZMAError) as error:
        raise TableError(
            f"'{name}' is cut off or damaged: it cannot be unpacked. Fetch or pack it again."
        ) from error
    return data, None


def _unzip(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [
            member
            for member in archive.namelist()
            if not member.endswith("/") and not member.startswith("__MACOSX")
        ]
        if "content.xml" in members or "xl/workbook.bin" in members:
            raise TableError(f"'{name}' is a workbook of another kind. Save it as .xlsx or CSV.")
        if "[Content_Types].xml" in members:
            raise TableError(f"'{name}' is an Office document without sheets{REMEDY}.")
        tables = [m for m in members if PurePosixPath(m).suffix.lower() in DATA_SUFFIXES] or members
        if len(tables) != 1:
            inside = f"{len(tables)} files ({listed(tables)})" if tables else "no file"
            raise TableError(f"'{name}' holds {inside}. Pack exactly one data file.")
        with archive.open(tables[0]) as file:
            return _at_most(file, name, packed=True)
