"""Permutation importance of other models on the same windows: boosting and ridge regression.

Source: Breiman 2001; Fisher, Rudin & Dominici 2019 (model reliance): shuffle a variable over
windows that were not learnt from, and measure the rise of the error.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks import boosting
from benchmarks.marking import Scores
from imv_core.arrays import Floats
from imv_core.model.linear import Linear
from imv_core.windows.scaling import Scaling
from imv_core.windows.windows import Windows

SHUFFLES = 3  # per variable and per cell

# From all lags of all variables (M, T * N), oldest first, and the last known targets (M,), to
# forecasts in the target's unit (M, H).
Predict = Callable[[Floats, Floats], Floats]


def ridge(linear: Linear, scaling: Scaling) -> Predict:
    """Return a regression of `imv_core.model.linear` as a function of its inputs."""

    def predict(x: Floats, last_known: Floats) -> Floats:
        base = last_known[:, None] if scaling.is_change else scaling.center
        scaled = x @ linear.coefficients.T + linear.intercepts
        forecasts: Floats = base + scaled * np.asarray(scaling.spread)
        return forecasts

    return predict


def rmse(predict: Predict, windows: Windows) -> float:
    """Return the error on some windows over all steps, in the target's unit."""
    errors = predict(boosting.lags(windows), windows.last_known) - windows.actual
    return float(np.sqrt(np.nanmean(errors**2)))


def permutation(predict: Predict, windows: Windows, scaling: Scaling) -> Scores:
    """Measure the rise of the error when a variable, or a single cell, is shuffled over windows.

    The lags of a variable stay together. The last known target, to which a change is added, is
    shuffled with the target's lag 1.

    Returns:
        The rise of RMSE in the target's unit, mean over shufflings.
    """
    T, names = windows.lookback, list(scaling.variables)
    x = boosting.lags(windows).reshape(len(windows), T, len(names))
    rng = np.random.default_rng(0)
    orders = [rng.permutation(len(windows)) for _ in range(SHUFFLES)]
    whole, each = slice(None), [slice(T - lag, T - lag + 1) for lag in range(1, T + 1)]
    rises = np.empty((len(names), 1 + T))
    for n, name in enumerate(names):
        inputs, starts = [], []
        for steps in (whole, *each):
            for order in orders:
                inputs.append(x.copy())
                inputs[-1][:, steps, n] = x[order, steps, n]
                has_last = name == scaling.target and steps in (whole, each[0])
                starts.append(windows.last_known[order if has_last else slice(None)])
        # one call for all shuffles, as trees are fast on many rows
        forecasts = predict(np.concatenate(inputs).reshape(-1, x[0].size), np.concatenate(starts))
        errors = forecasts.reshape(1 + T, SHUFFLES, *windows.actual.shape) - windows.actual
        rises[n] = np.sqrt(np.nanmean(errors**2, axis=(2, 3))).mean(axis=1)
    rises -= rmse(predict, windows)
    by_cell = pd.DataFrame(rises[:, 1:], index=names, columns=range(1, T + 1))
    return Scores(pd.Series(rises[:, 0], index=names), by_cell)
