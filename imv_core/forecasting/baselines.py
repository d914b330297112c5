"""Forecasts that a model has to beat, on the same windows."""

import numpy as np
import pandas as pd

from imv_core.arrays import Floats
from imv_core.windows.windows import Windows


def simple_forecasts(windows: Windows, ridge: Floats, freq: str | None) -> dict[str, Floats]:
    """All of them by their names, each (W * H,), a row per window and step.

    Args:
        windows: to forecast.
        ridge: forecasts of the ridge regression, (W, H).
        freq: the step of the table; without one there is no season.
    """
    forecasts = {"persistence": persistence(windows), "ridge": ridge}
    if (season := season_of(freq)) is not None:
        forecasts["seasonal_naive"] = seasonal_naive(windows, season)
    return {name: forecast.ravel() for name, forecast in forecasts.items()}


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
