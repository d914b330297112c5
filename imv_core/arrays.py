"""Small functions of arrays that several parts share, and the type of their arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def shares(sizes: Floats) -> Floats:
    """Return sizes as shares of their sum; uniform shares if all sizes are 0.

    >>> shares(np.array([3.0, 1.0]))
    array([0.75, 0.25])
    """
    total = sizes.sum()
    return sizes / total if total > 0 else np.full(sizes.shape, 1 / sizes.size)


def by_lag(values: Floats, variables: Sequence[str]) -> pd.DataFrame:
    """Return (N, T) values, oldest lag first, as a frame: variables x lags 1..T.

    >>> by_lag(np.array([[0.2, 0.8]]), ["x"]).loc["x", 1]
    np.float64(0.8)
    """
    return pd.DataFrame(
        values[:, ::-1],
        index=pd.Index(variables, name="variable"),
        columns=pd.RangeIndex(1, values.shape[1] + 1, name="lag"),
    )


def log_normal_density(x: Floats, mean: Floats, deviation: Floats) -> Floats:
    """Return the log of the normal density at x; the shapes broadcast."""
    z = (x - mean) / deviation
    logs: Floats = -0.5 * z**2 - np.log(deviation * np.sqrt(2 * np.pi))
    return logs


def correlations(x: Floats, y: Floats, fewest: int = 2) -> Floats:
    """Correlate each column of x with each column of y, (N, M).

    Args:
        x: (rows, N); rows where either value is NaN are left out pair by pair.
        y: (rows, M).
        fewest: rows that a pair must share; 0 is returned for fewer, and where a column is
            constant.

    >>> hours = np.arange(5.0)[:, None]
    >>> correlations(hours, np.hstack([-hours, hours**0]))
    array([[-1.,  0.]])
    """
    a, has_a = _standard(x)
    b, has_b = (a, has_a) if y is x else _standard(y)
    if has_a.all() and has_b.all() and len(a) >= fewest:  # one product suffices
        return np.clip(a.T @ b / len(a), -1, 1)
    count = has_a.T @ has_b  # (N, M), as all below
    known = np.maximum(count, 1)
    mean_a, mean_b = (a.T @ has_b) / known, (has_a.T @ b) / known
    variance = ((a**2).T @ has_b / known - mean_a**2) * ((has_a.T @ b**2) / known - mean_b**2)
    is_sound = (count >= fewest) & (variance > 1e-20)
    covariance = a.T @ b / known - mean_a * mean_b
    found = np.where(is_sound, covariance / np.sqrt(np.where(is_sound, variance, 1.0)), 0.0)
    return np.clip(found, -1, 1)


def _standard(values: Floats) -> tuple[Floats, Floats]:
    """Scale columns to mean 0 and variance 1, with 0 for NaN; return them and where they are known.

    Both (rows, N), as float64; a constant column becomes 0.
    """
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    with np.errstate(all="ignore"):
        exact = np.where(known, values, 0.0).astype(np.float64)
        centred = np.where(known, exact - exact.sum(axis=0) / count, 0.0)
        scale = np.sqrt((centred**2).sum(axis=0) / count)
        standard = np.where(np.isfinite(scale) & (scale > 0), centred / scale, 0.0)
    return standard, known.astype(np.float64)


def has_one_value(column: "pd.Series[Any]") -> bool:
    """Return whether a column of numbers or labels has at most one value, missing ones apart."""
    if pd.api.types.is_float_dtype(column.dtype):
        return not column.min() < column.max()
    return column.nunique() <= 1


def is_constant(values: Floats) -> bool:
    """Return whether no two known values differ by more than rounding.

    >>> is_constant(np.array([0.1 + 0.2, 0.3, np.nan]))
    True
    """
    known = values[np.isfinite(values)]
    if known.size == 0:
        return True
    return bool(known.max() / 2 - known.min() / 2 <= 1e-12 * np.abs(known).max())
