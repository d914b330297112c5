"""Data frames as plain values for a file, and back."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd


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
    return frame.apply(_of_one_kind)


def _of_one_kind(column: "pd.Series[Any]") -> "pd.Series[Any]":
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
