"""Bytes -> text: find the encoding by its byte order mark, by its rules, or by statistics."""

import codecs
import re
from typing import NamedTuple

import charset_normalizer

from imv_core.errors import TableError

SAMPLE = 2**16
"""Bytes that format and encoding are judged by."""

BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # begins with UTF-16's mark, so it comes first
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Latin-1 (Windows-1252)",
}


class Text(NamedTuple):
    """A text file, encoded anew."""

    utf8: bytes
    head: str  # its first lines
    encoding: str  # its name for the user
    is_guess: bool  # the encoding was found by statistics


def to_utf8(data: bytes, name: str) -> Text:
    """Encode the bytes of a text file as UTF-8.

    Raises:
        TableError: they are no text, are empty, or break the rules of their encoding.
    """
    if not data.strip() or data in BOMS:
        raise TableError(f"'{name}' is empty. Choose a file with column names and rows.")
    encoding, is_guess = _find_encoding(data, name)
    shown = NAMES.get(encoding, encoding)
    if encoding != "utf-8":
        try:
            data = data.decode(encoding).encode()
        except (UnicodeDecodeError, UnicodeEncodeError):
            raise TableError(
                f"'{name}' is damaged: it breaks the rules of its encoding, {shown}. Save it again "
                "as UTF-8."
            ) from None
    return Text(data, _first_lines(data).decode(errors="ignore"), shown, is_guess)


def _first_lines(data: bytes, start: int = 0) -> bytes:
    """Return a sample of whole lines."""
    head = data[start : start + SAMPLE]
    return head[: head.rfind(b"\n") + 1] or head if start + SAMPLE < len(data) else head


def _find_encoding(data: bytes, name: str) -> tuple[str, bool]:
    """Return Python's name of the encoding, and whether it is a guess."""
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
        return _legacy_encoding(_first_lines(data, line), name), True
    return "utf-8", False


def _legacy_encoding(head: bytes, name: str) -> str:
    """Guess an encoding older than Unicode.

    A few column names are too little text for statistics, which take "Zeit;Höhe" for Chinese. In
    Western languages, however, accents stand alone or in pairs; longer runs are another script.
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
