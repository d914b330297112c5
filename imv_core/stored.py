"""Settings and records from JSON that anybody may have written: every value of its type.

Numbers are finite and texts can be written as UTF-8, so that whatever is made of them can be shown.
"""

import math
from collections.abc import Callable
from dataclasses import is_dataclass
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

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
        return _of_tuple(_reader(inner[0]))
    if form is dict:
        return _of_dict(_reader(inner[0]), _reader(inner[1]))
    return _of_dataclass(kind) if is_dataclass(kind) else _of_one(kind)


def _of_one(kind: Any) -> Reader:
    if kind is float:
        return _float
    if kind is str:
        return _text
    if issubclass(kind, StrEnum):
        return lambda value: kind(_text(value))
    return lambda value: _of_type((kind,), value)


def _of_tuple(read: Reader) -> Reader:
    return lambda value: tuple(map(read, _of_type((list, tuple), value)))


def _of_dict(read_key: Reader, read: Reader) -> Reader:
    return lambda value: {read_key(k): read(v) for k, v in _of_type((dict,), value).items()}


def _of_dataclass(kind: Any) -> Reader:
    readers = {name: _reader(hint) for name, hint in get_type_hints(kind).items()}

    def read(value: Any) -> Any:
        if not readers.keys() >= _of_type((dict,), value).keys():
            raise TypeError(f"unknown names for {kind}")
        return kind(**{name: readers[name](item) for name, item in value.items()})

    return read


def _of_type(kinds: tuple[type, ...], value: Any) -> Any:
    """The value, where it is of just this type: True is no number."""
    if type(value) not in kinds:
        raise TypeError(f"{type(value)} is none of {kinds}")
    return value


def _float(value: Any) -> float:
    if type(value) is int and abs(value) < 2**1000:  # `float` cannot hold any size
        value = float(value)
    if not math.isfinite(_of_type((float,), value)):
        raise ValueError(f"{value} is not finite")
    return float(value)


def _text(value: Any) -> str:
    _of_type((str,), value).encode()  # UnicodeEncodeError, a ValueError, of half a surrogate pair
    return str(value)
