"""Settings and records from JSON that anybody may have written: every value of its type."""

from dataclasses import is_dataclass
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def from_json(kind: type[T], values: Any) -> T:
    """The inverse of `dataclasses.asdict` followed by JSON.

    Raises:
        TypeError: names or types are not those of the dataclass.
    """
    result: T = _value(kind, values)
    return result


def _value(kind: Any, value: Any) -> Any:
    form, inner = get_origin(kind), get_args(kind)
    if form is UnionType:  # something or None
        return None if value is None else _value(inner[0], value)
    if form is tuple and isinstance(value, list | tuple):
        return tuple(_value(inner[0], item) for item in value)
    if form is dict and isinstance(value, dict):
        return {key: _value(inner[1], item) for key, item in value.items()}
    if is_dataclass(kind) and isinstance(value, dict):
        types = get_type_hints(kind)
        if not types.keys() >= value.keys():
            raise TypeError(f"unknown names for {kind}")
        return kind(**{name: _value(types[name], item) for name, item in value.items()})  # type: ignore[operator]
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise TypeError(f"{value!r} is no {kind}")
    return value
