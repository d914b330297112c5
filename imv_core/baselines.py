"""Forecasts that a model has to beat, on the same windows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from imv_core.scaling import Floats, Scaling
from imv_core.windows import Windows

PENALTIES = np.logspace(-2, 4, 7)


@dataclass(frozen=True)
class Ridge:
    """Linear regression on all lags of all variables, one for each step (Hoerl & Kennard 1970).

    The squares are summed batch by batch, so the windows never stand in memory together.
    """

    coefficients: Floats  # (H, T * N) float32
    intercepts: Floats  # (H,)

    @classmethod
    def fit(cls, train: Windows, validation: Windows) -> "Ridge":
        """Fit on the training windows; the penalty is the best of seven on the validation part."""
        size = 1 + train.lookback * train.variables
        squares, products = np.zeros((size, size)), np.zeros((size, train.horizon))
        for x, y, observed in _batches(train):
            whole = observed.all(axis=1)
            squares += x[whole].T @ x[whole]
            products += x[whole].T @ y[whole]
        candidates = [_solve(squares, products, penalty) for penalty in PENALTIES]
        errors = np.zeros((len(PENALTIES), train.horizon))
        for x, y, observed in _batches(validation):
            for k, solution in enumerate(candidates):
                errors[k] += np.where(observed, (x @ solution - y) ** 2, 0.0).sum(axis=0)
        best = np.stack([candidates[k][:, h] for h, k in enumerate(errors.argmin(axis=0))])
        weights = best.astype(np.float32)
        return cls(weights[:, 1:].copy(), weights[:, 0].copy())

    def predict(self, windows: Windows, scaling: Scaling) -> Floats:
        """(W, H) in the target's unit."""
        scaled = [x[:, 1:] @ self.coefficients.T + self.intercepts for x, _, _ in _batches(windows)]
        return windows.base(windows.origins) + np.concatenate(scaled) * scaling.spread


def _batches(windows: Windows) -> Iterator[tuple[Floats, Floats, NDArray[np.bool_]]]:
    """Inputs with a leading 1, (B, 1 + T * N), scaled targets and their mask, (B, H)."""
    for start in range(0, len(windows), 1024):
        x, y, observed = windows.batch(slice(start, start + 1024))
        ones = torch.ones(len(x), 1)
        design = torch.cat([ones, x.flatten(1)], dim=1).double().numpy()
        yield design, y.double().numpy(), observed.numpy()


def _solve(squares: Floats, products: Floats, penalty: float) -> Floats:
    """Intercepts and coefficients, (1 + T * N, H); the intercept is all but free."""
    diagonal = np.full(len(products), penalty)
    diagonal[0] = 1e-6
    return np.linalg.solve(squares + np.diag(diagonal), products)


def persistence(windows: Windows) -> Floats:
    """The last known value, for every step, (W, H)."""
    return np.repeat(windows.last_known[:, None], windows.horizon, axis=1)


def seasonal_naive(windows: Windows, season: int) -> Floats:
    """The last known value of the same phase of the season, (W, H).

    Before the table's first full season it is the last known value.
    """
    steps = np.arange(1, windows.horizon + 1)
    back = steps - season * np.ceil(steps / season).astype(int)  # 0 or less
    return windows.known_at(windows.origins[:, None] + back)


def season_of(freq: str | None) -> int | None:
    """Steps in the shortest natural season that is longer than a step, or None.

    A day for steps below a day, a week for days, a year for weeks, months and quarters.
    """
    if freq is None:
        return None
    stamps = pd.date_range("2001-01-01", periods=61, freq=freq)
    step = (stamps[-1] - stamps[0]) / 60  # months differ, their mean does not
    for length in (pd.Timedelta(days=1), pd.Timedelta(days=7), pd.Timedelta(days=365.25)):
        season = round(length / step)
        if season >= 2 and abs(length / step / season - 1) < 0.01:
            return season
    return None
