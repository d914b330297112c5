"""Forecasts that a model has to beat, on the same windows."""

import numpy as np
import pandas as pd

from imv_core.scaling import Floats
from imv_core.windows import Windows


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
