"""Data frames as plain values for a file, and back."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd


def to_plain(frame: pd.DataFrame) -> dict[str, Any]:
    """Rows, columns and their names; NaN becomes None."""
    plain: dict[str, Any] = json.loads(frame.to_json(orient="split", double_precision=12))
    return plain | {"names": [frame.index.name, frame.columns.name]}


def from_plain(values: Mapping[str, Any]) -> pd.DataFrame:
    """The inverse; TypeError, ValueError or LookupError where it is none."""
    index, columns = values["names"]
    return pd.DataFrame(
        values["data"],
        index=pd.Index(values["index"], name=index),
        columns=pd.Index(values["columns"], name=columns),
    )
