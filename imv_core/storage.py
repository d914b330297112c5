"""Write files whole or not at all; read JSON that anybody may have written, by type and version."""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from imv_core.errors import VersionError


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file by `write`; a kill at any moment leaves the file before it whole."""
    temporary = path.with_name(path.name + ".part")
    try:
        write(temporary)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):  # a part of it would fill a full disk
            temporary.unlink(missing_ok=True)
        raise


def replace_text(path: Path, text: str) -> None:
    """Write a text; a kill at any moment leaves the file before it whole."""
    replace(path, lambda temporary: temporary.write_text(text))


def overwrite_text(path: Path, text: str) -> None:
    """Write a short text into an existing file, which needs no space on a full disk.

    A kill may leave it half written.
    """
    with path.open("r+b", buffering=0) as file:
        file.write(text.encode())
        file.truncate()


def digest_of(tensors: Mapping[str, NDArray[np.generic]], text: str = "") -> str:
    """Return the SHA-256 of arrays, whatever their order, and of a text."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        values = np.ascontiguousarray(tensors[name])
        digest.update(f"{name} {values.dtype.str} {values.shape}".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()


T = TypeVar("T")
DAMAGED = (
    *(OSError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError),
    *(AssertionError, RecursionError),  # of pandas; of JSON that is nested too deep
)
"""Errors of a record that is missing or damaged."""


def from_json(kind: type[T], values: Any) -> T:
    """Convert what `json.loads` returned to a dataclass or another type.

    Raises:
        TypeError, ValueError: a name or type is another, a number is not finite, a text is not
            UTF-8, or the dataclass refuses a value.
    """
    json.dumps(values, allow_nan=False, ensure_ascii=False).encode()
    result = msgspec.convert(values, kind, strict=True)
    _refuse_unknown_names(values, msgspec.to_builtins(result))
    return result


def _refuse_unknown_names(values: Any, known: Any) -> None:
    """Raise TypeError for a name that the conversion ignored: no dataclass has it."""
    if isinstance(values, dict):
        if unknown := values.keys() - known.keys():
            raise TypeError(f"unknown names: {', '.join(unknown)}")
        for name, value in values.items():
            _refuse_unknown_names(value, known[name])
    elif isinstance(values, list | tuple):
        for value, known_value in zip(values, known, strict=True):
            _refuse_unknown_names(value, known_value)


class Format(NamedTuple):
    """Version of one kind of file, and how to read files of older versions.

    A field that is renamed: increase `version`, and add `{version: {"old": "new"}}` to `renamed`.
    A name that was given up cannot get another meaning later.
    """

    version: int  # that is written; a file without one is of version 1
    renamed: Mapping[int, Mapping[str, str]] = MappingProxyType({})
    oldest: int = 1  # that can still be read

    def stamp(self, fields: Mapping[Any, Any]) -> dict[str, Any]:
        """Return the fields of a file with its version."""
        return {"version": self.version, **fields}

    def upgrade(self, values: Any) -> dict[str, Any]:
        """Return the fields of a file by their names of today, without its version.

        Args:
            values: what `json.loads` returned; fields without a version are of version 1.

        Raises:
            VersionError: the version is newer than that of this program, or too old.
            TypeError, ValueError: there is no version, or both names of a renamed field.
        """
        if not isinstance(values, dict):
            raise TypeError(f"{type(values)} is no dict")
        fields = values.copy()
        version = from_json(int, fields.pop("version", 1))
        self.check(version)
        for later in range(version + 1, self.version + 1):
            for old, new in self.renamed.get(later, {}).items():
                if old in fields:
                    if new in fields:
                        raise ValueError(f"'{old}' and '{new}' are one field")
                    fields[new] = fields.pop(old)
        return fields

    def check(self, version: int) -> None:
        """Raise VersionError where a version cannot be read."""
        if version > self.version:
            raise VersionError("A newer version of this program wrote it. Update the program.")
        if version < self.oldest:
            raise VersionError(
                "An older version of this program wrote it; only that one can read it."
            )


def write_keyed(path: Path, record: Any, key: str) -> None:
    """Write a record that JSON can hold, with the key that names its subject."""
    replace_text(path, json.dumps({"of": key, "record": record}))


def read_keyed(
    path: Path,
    key: Any,
    from_json: Callable[[Any], T],
    read_key: Callable[[str], Any] = str,
) -> T | None:
    """Return what `write_keyed` wrote for this key; None where it is damaged or of another key.

    Args:
        path: of a file that anybody may have written.
        key: the key, as `read_key` returns it.
        from_json: converts the record, and raises where it cannot.
        read_key: converts the key that the file has, and raises ValueError where it cannot.
    """
    try:
        content = json.loads(path.read_text())
        return from_json(content["record"]) if read_key(content["of"]) == key else None
    except DAMAGED:
        return None


def to_plain(frame: pd.DataFrame) -> dict[str, Any]:
    """Return a frame as values for JSON; NaN becomes None."""
    plain: dict[str, Any] = json.loads(frame.to_json(orient="split", double_precision=12))
    return plain | {"names": [frame.index.name, frame.columns.name]}


def from_plain(values: Mapping[str, Any]) -> pd.DataFrame:
    """Return the inverse of `to_plain`: columns of text, or of numbers that are not infinite.

    Raises:
        TypeError, ValueError, LookupError: the values are no such frame.
    """
    index, columns = values["names"]
    frame = pd.DataFrame(
        values["data"],
        index=pd.Index(values["index"], name=index),
        columns=pd.Index(values["columns"], name=columns),
    )
    if not (frame.index.is_unique and frame.columns.is_unique):
        raise ValueError("A row or a column is there twice.")
    return frame.apply(_column_of_one_type)


def _column_of_one_type(column: "pd.Series[Any]") -> "pd.Series[Any]":
    if column.map(lambda value: isinstance(value, str)).all() and len(column):
        return column
    numbers = pd.to_numeric(column.map(_number))
    if np.isinf(numbers).any():
        raise ValueError(f"A number of '{column.name}' is infinite.")
    return numbers


def _number(value: Any) -> Any:
    if value is None:
        return np.nan
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number.")
    return value
