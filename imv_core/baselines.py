"""Forecasts that a model has to beat, on the same windows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from imv_core.scaling import Floats, Scaling
from imv_core.windows import Windows


@dataclass(frozen=True)
class Ridge:
    """Linear regression on all lags of all variables, one for each step, fitted like the model."""

    coefficients: Floats  # (H, T * N) float32
    intercepts: Floats  # (H,)

    @classmethod
    def fit(cls, train: Windows) -> "Ridge":
        """Fit on the training windows; the penalty is chosen by leave-one-out error."""
        from sklearn.linear_model import RidgeCV  # a second's import, for training alone

        x, y, observed = (tensor.numpy() for tensor in train.batch(slice(None)))
        flat = x.reshape(len(x), -1)
        models = [
            RidgeCV(alphas=np.logspace(-2, 4, 7)).fit(flat[seen], step[seen])
            for step, seen in zip(y.T, observed.T, strict=True)
        ]
        return cls(
            np.stack([m.coef_ for m in models]).astype(np.float32),
            np.array([m.intercept_ for m in models], dtype=np.float32),
        )

    def predict(self, windows: Windows, scaling: Scaling) -> Floats:
        """(W, H) in the target's unit."""
        batches = range(0, len(windows), 1024)
        parts = [windows.batch(slice(b, b + 1024)).x.numpy() for b in batches]
        scaled = [p.reshape(len(p), -1) @ self.coefficients.T + self.intercepts for p in parts]
        return windows.base(windows.origins) + np.concatenate(scaled) * scaling.spread


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
    offset = pd.tseries.frequencies.to_offset(freq)
    stamps = pd.date_range("2001-01-01", periods=2, freq=offset)
    step = stamps[1] - stamps[0]
    day = pd.Timedelta(days=1)
    for length in (day, 7 * day, pd.Timedelta(days=365.25)):
        season = round(length / step)
        if season >= 2:
            return season
    return None
