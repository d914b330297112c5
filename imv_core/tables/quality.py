"""Check the variables of a table: missing values, constant columns, near copies."""

import numpy as np
import pandas as pd

from imv_core.arrays import correlations, has_one_value
from imv_core.tables.findings import Finding, constant_column, copied_columns, missing_values

MUCH_MISSING = 0.1  # share of the rows from which on missing values are a warning
COPY = 0.9999  # absolute correlation
MOST_COLUMNS = 200  # that are compared with each other
SAMPLED = 10_000  # rows that correlations are computed from
FEWEST_ROWS = 10  # in which both columns must have a value


def check_quality(frame: pd.DataFrame) -> list[Finding]:
    """Find missing values, constant columns and near copies."""
    found = [
        missing_values(str(name), int(number), len(frame), number / len(frame) > MUCH_MISSING)
        for name, number in frame.isna().sum().items()
        if number
    ]
    found += [constant_column(name) for name in frame.columns if has_one_value(frame[name])]
    return found + _copies(frame)


def _copies(frame: pd.DataFrame) -> list[Finding]:
    """Find columns that nearly equal an earlier one, or a linear function of it."""
    numbers = frame.select_dtypes("float64")
    if not 2 <= numbers.shape[1] <= MOST_COLUMNS:
        return []
    rows = np.unique(np.linspace(0, len(numbers) - 1, SAMPLED).astype(int))
    values = numbers.to_numpy()[rows]
    correlation = correlations(values, values, FEWEST_ROWS)
    is_copy = np.triu(np.abs(correlation) > COPY, k=1)
    found = []
    for later in np.flatnonzero(is_copy.any(axis=0)):
        earlier = int(is_copy[:, later].argmax())
        pair = (numbers.columns[earlier], numbers.columns[int(later)])
        found.append(copied_columns(pair, float(correlation[earlier, later])))
    return found
