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
