"""Simple forecasts that a model has to beat, on the same windows."""

import numpy as np
import pandas as pd

from imv_core.arrays import Floats
from imv_core.windows.windows import Windows


def simple_forecasts(windows: Windows, ridge: Floats, freq: str | None) -> dict[str, Floats]:
    """Return all simple forecasts by name, each (W * H,), one value per window and step.

    Args:
        windows: W windows to forecast.
        ridge: forecasts of the ridge regression, (W, H).
        freq: step of the table; None: there is no seasonal forecast.
    """
    forecasts = {"persistence": persistence(windows), "ridge": ridge}
    if (season := season_of(freq)) is not None:
        forecasts["seasonal_naive"] = seasonal_naive(windows, season)
    return {name: forecast.ravel() for name, forecast in forecasts.items()}


def persistence(windows: Windows) -> Floats:
    """Repeat the last known value at every step, (W, H)."""
    return np.repeat(windows.last_known[:, None], windows.horizon, axis=1)


def seasonal_naive(windows: Windows, season: int) -> Floats:
    """Repeat the value of one season before, (W, H); in the first season, the last known value.

    Args:
        windows: W windows to forecast.
        season: steps in a season.
    """
    steps = np.arange(1, windows.horizon + 1)
    back = steps - season * np.ceil(steps / season).astype(int)  # 0 or less
    return windows.known_at(windows.origins[:, None] + back)


def season_of(freq: str | None) -> int | None:
    """Return the number of steps in a season, or None.

    The season is a day for steps below a day, a week for days, a year for weeks, months and
    quarters.

    >>> season_of("h"), season_of("D"), season_of("MS"), season_of("YS")
    (24, 7, 12, None)
    """
    if freq is None:
        return None
    stamps = pd.date_range("2001-01-01", periods=61, freq=freq)
    step = (stamps[-1] - stamps[0]) / 60  # mean length: months differ
    for length in (pd.Timedelta(days=1), pd.Timedelta(days=7), pd.Timedelta(days=365.25)):
        season = round(length / step)
        if season >= 2 and abs(length / step / season - 1) < 0.01:
            return season
    return None
