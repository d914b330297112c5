"""Files written whole or not at all: under another name first, then renamed."""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import is_dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make the file; a kill at any moment leaves the one before, whole."""
    temporary = path.with_name(path.name + ".part")
    try:
        write(temporary)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):  # on a full disk a part of it may stand in the way
            temporary.unlink(missing_ok=True)
        raise


def replace_text(path: Path, text: str) -> None:
    """The same for a text."""
    replace(path, lambda temporary: temporary.write_text(text))


def overwrite_text(path: Path, text: str) -> None:
    """Write a few bytes into a file that is there: that needs no room on a full disk.

    A kill may leave it half written.
    """
    with path.open("r+b", buffering=0) as file:
        file.write(text.encode())
        file.truncate()


def digest_of(tensors: Mapping[str, NDArray[np.generic]], text: str = "") -> str:
    """SHA-256 of names, sizes and numbers, in whatever order they are, and of a text."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        values = np.ascontiguousarray(tensors[name])
        digest.update(f"{name} {values.dtype.str} {values.shape}".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()


T = TypeVar("T")
Reader = Callable[[Any], Any]


def from_json(kind: type[T], values: Any) -> T:
    """The inverse of `dataclasses.asdict` followed by JSON.

    Raises:
        TypeError: names or types are not those of the dataclass.
        ValueError: a number is not finite, a text is not UTF-8, or the dataclass refuses it.
    """
    hint: Any = kind
    result: T = _reader(hint)(values)
    return result


@cache  # a file has thousands of records of one kind
def _reader(kind: Any) -> Reader:
    form, inner = get_origin(kind), get_args(kind)
    if form is UnionType:  # something or None
        read = _reader(inner[0])
        return lambda value: None if value is None else read(value)
    if form is tuple:
        return _tuple_reader(_reader(inner[0]))
    if form is dict:
        return _dict_reader(_reader(inner[0]), _reader(inner[1]))
    return _dataclass_reader(kind) if is_dataclass(kind) else _scalar_reader(kind)


def _scalar_reader(kind: Any) -> Reader:
    if kind is float:
        return _float
    if kind is str:
        return _text
    if issubclass(kind, StrEnum):
        return lambda value: kind(_text(value))
    return lambda value: _require_type((kind,), value)


def _tuple_reader(read: Reader) -> Reader:
    return lambda value: tuple(map(read, _require_type((list, tuple), value)))


def _dict_reader(read_key: Reader, read: Reader) -> Reader:
    return lambda value: {read_key(k): read(v) for k, v in _require_type((dict,), value).items()}


def _dataclass_reader(kind: Any) -> Reader:
    readers = {name: _reader(hint) for name, hint in get_type_hints(kind).items()}

    def read(value: Any) -> Any:
        if not readers.keys() >= _require_type((dict,), value).keys():
            raise TypeError(f"unknown names for {kind}")
        return kind(**{name: readers[name](item) for name, item in value.items()})

    return read


def _require_type(kinds: tuple[type, ...], value: Any) -> Any:
    """The value, where it is of just this type: True is no number."""
    if type(value) not in kinds:
        raise TypeError(f"{type(value)} is none of {kinds}")
    return value


def _float(value: Any) -> float:
    if type(value) is int and abs(value) < 2**1000:  # `float` cannot hold any size
        value = float(value)
    if not math.isfinite(_require_type((float,), value)):
        raise ValueError(f"{value} is not finite")
    return float(value)


def _text(value: Any) -> str:
    _require_type(
        (str,), value
    ).encode()  # UnicodeEncodeError, a ValueError, of half a surrogate pair
    return str(value)


def write_keyed(path: Path, record: Any, key: str) -> None:
    """Write a record that JSON can hold; `key` names its subject."""
    replace_text(path, json.dumps({"of": key, "record": record}))


def read_keyed(path: Path, key: str, from_json: Callable[[Any], T]) -> T | None:
    """Return what `write_keyed` wrote for this key, or None.

    Args:
        path: that anybody may have written.
        key: as it was given to `write_keyed`.
        from_json: makes it what it was, and raises where it cannot.
    """
    try:
        content = json.loads(path.read_text())
        return from_json(content["record"]) if content["of"] == key else None
    except (OSError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError):
        return None
    except (AssertionError, RecursionError):  # of pandas; of JSON that is nested too deep
        return None


def to_plain(frame: pd.DataFrame) -> dict[str, Any]:
    """Rows, columns and their names; NaN becomes None."""
    plain: dict[str, Any] = json.loads(frame.to_json(orient="split", double_precision=12))
    return plain | {"names": [frame.index.name, frame.columns.name]}


def from_plain(values: Mapping[str, Any]) -> pd.DataFrame:
    """The inverse; TypeError, ValueError or LookupError where it is none.

    A column is of numbers, none of them infinite, or of text.
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
