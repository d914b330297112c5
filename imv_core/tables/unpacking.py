"""Unpack a path, an upload or bytes into the bytes of one file, and find its kind.

Kinds are found by the first bytes, never by the suffix: people rename files. Sizes are checked
before memory is taken, and an archive is opened once.
"""

import bz2
import gzip
import io
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from enum import StrEnum
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO, NamedTuple

from imv_core.errors import TableError
from imv_core.phrases import listed, plain

MAX_BYTES = 2**30
"""Larger files are refused, as are archives that unpack to more than half of it: a few bytes may
be a bomb, and a text takes about six times its size while it is parsed."""

PACKED: dict[bytes, tuple[str, Callable[..., Any]]] = {
    b"\x1f\x8b": ("gzip", gzip.open),
    b"\xfd7zXZ\x00": ("xz", lzma.open),
    b"BZh": ("bzip2", bz2.open),
}
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
WORKBOOK_PART = "xl/workbook.xml"
BAD_ZIP = (zipfile.BadZipFile, OSError, ValueError, RuntimeError, struct.error, LookupError)
"""Errors of a damaged archive; NotImplementedError is a RuntimeError."""
DATA_SUFFIXES = {".csv", ".tsv", ".txt", ".tab", ".dat", ".parquet", ".pq"}

CHOOSE = "Choose a CSV, Excel or Parquet file"
FOREIGN = {
    b"\x89PNG": ("is a PNG picture", CHOOSE),
    b"\xff\xd8\xff": ("is a JPEG picture", CHOOSE),
    b"GIF8": ("is a GIF picture", CHOOSE),
    b"%PDF": ("is a PDF document", CHOOSE),
    b"7z\xbc\xaf": ("is a 7z archive", "Unpack it first"),
    b"Rar!": ("is a RAR archive", "Unpack it first"),
    b"\x28\xb5\x2f\xfd": ("is packed with zstd", "Unpack it first"),
    b"\x89HDF": ("is an HDF5 file", "Export the table as CSV or Parquet"),
    b"SQLite format 3": ("is an SQLite database", "Export the table as CSV"),
}
"""Maps the first bytes of files that cannot be read to their kind and the remedy."""


class FileKind(StrEnum):
    """Kinds of files, by their reader in `isolation.READERS`; text is read without one."""

    WORKBOOK = "workbook"  # or an old Office file, which may be one
    PARQUET = "parquet"
    TEXT = "text"  # or anything else


OLD_OFFICE = b"\xd0\xcf\x11\xe0"
SIGNATURES = {b"PAR1": FileKind.PARQUET, OLD_OFFICE: FileKind.WORKBOOK}
"""First bytes of the kinds; a newer workbook is an archive and is found by its parts."""


class File(NamedTuple):
    """A file after unpacking: its bytes, how it was packed, and its kind."""

    data: bytes
    packing: str | None  # "zip", "gzip", "xz" or "bzip2"
    kind: FileKind


def load(source: str | os.PathLike[str] | BinaryIO | bytes, name: str) -> File:
    """Read a file and unpack it.

    Args:
        source: path, open binary file or bytes.
        name: of the file, for errors.

    Raises:
        TableError: it cannot be read or unpacked, or is too large.
    """
    try:
        if isinstance(source, str | os.PathLike):
            with open(source, "rb") as file:
                data = _read(file, name)
        elif isinstance(source, bytes | bytearray | memoryview):
            data = _read(io.BytesIO(source), name)
        else:
            data = _read(source, name)
    except FileNotFoundError:
        raise TableError(f"There is no file '{plain(source)}'. Check the path.") from None
    except IsADirectoryError:
        raise TableError(f"'{plain(source)}' is a folder. Name one file in it.") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte, a closed file
        raise TableError(f"'{name}' cannot be opened ({error}). Check the path.") from error
    return _unpack(data, name)


def _read(file: IO[bytes], name: str, packed: bool = False) -> bytes:
    """Read a file to its end, but no further than the limit; half of it from an archive."""
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


def _unpack(data: bytes, name: str) -> File:
    packing = None
    try:
        if data.startswith(ZIP):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if _is_workbook(archive, name):
                    return File(data, None, FileKind.WORKBOOK)
                data, packing = _only_table(archive, name), "zip"
        for magic, (method, unpacked) in () if packing else PACKED.items():
            if data.startswith(magic):
                with unpacked(io.BytesIO(data)) as file:
                    data, packing = _read(file, name, packed=True), method
                break
    except (RuntimeError, NotImplementedError) as error:  # a password, or a rare method
        raise TableError(f"'{name}' cannot be unpacked ({error}). Unpack it first.") from error
    except (*BAD_ZIP, EOFError, zlib.error, lzma.LZMAError) as error:
        raise TableError(
            f"'{name}' is cut off or damaged: it cannot be unpacked. Fetch or pack it again."
        ) from error
    return File(data, packing, _kind(data, name))


def _kind(data: bytes, name: str) -> FileKind:
    """Return the kind of a file that is not packed, or was unpacked once.

    Raises:
        TableError: no reader can read files of its kind.
    """
    for magic, kind in SIGNATURES.items():
        if data.startswith(magic):
            return kind
    if data.startswith(ZIP):  # within another archive
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if _is_workbook(archive, name):
                    return FileKind.WORKBOOK
        except BAD_ZIP:
            pass
    for magic, (what, remedy) in FOREIGN.items():
        if data.startswith(magic):
            raise TableError(f"'{name}' {what}. {remedy}.")
    if data.startswith((*PACKED, *ZIP)):
        raise TableError(f"'{name}' is packed twice. Unpack it once and read that.")
    return FileKind.TEXT


def _is_workbook(archive: zipfile.ZipFile, name: str) -> bool:
    """Return whether an archive is a workbook; TableError where it would unpack to too much."""
    if WORKBOOK_PART not in archive.namelist():
        return False
    if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
        raise TableError(
            f"'{name}' holds more than {MAX_BYTES / 2**30:.3g} GiB. Cut it, or save the rows that "
            "matter as CSV."
        )
    return True


def _only_table(archive: zipfile.ZipFile, name: str) -> bytes:
    """Read the one data file of an archive."""
    members = [
        member
        for member in archive.namelist()
        if not member.endswith("/") and not member.startswith("__MACOSX")
    ]
    if "content.xml" in members or "xl/workbook.bin" in members:
        raise TableError(f"'{name}' is a workbook of another kind. Save it as .xlsx or CSV.")
    if "[Content_Types].xml" in members:
        raise TableError(
            f"'{name}' is an Office document without sheets. Choose a CSV, Excel or Parquet file."
        )
    tables = [m for m in members if PurePosixPath(m).suffix.lower() in DATA_SUFFIXES] or members
    if len(tables) != 1:
        inside = f"{len(tables)} files ({listed(tables)})" if tables else "no file"
        raise TableError(f"'{name}' holds {inside}. Pack exactly one data file.")
    with archive.open(tables[0]) as file:
        return _read(file, name, packed=True)
