"""Prediction intervals that hold on data the model did not learn from.

Locally weighted split conformal prediction (Lei et al., JASA 2018, section 5.2): errors of the
validation part, in units of the spread that the model itself stated, tell how far to go.
"""

import numpy as np

from imv_core.errors import SettingsError
from imv_core.scaling import Floats

_GRID = np.linspace(0, 1, 1001)


def standardised_errors(actual: Floats, forecast: Floats, spread: Floats) -> Floats:
    """Quantiles of (actual - forecast) / spread for every step, (H, 1001).

    Args:
        actual: (W, H), NaN where there is none.
        forecast: (W, H).
        spread: (W, H), the model's standard deviation.
    """
    errors = (actual - forecast) / spread
    return np.stack([np.quantile(e[np.isfinite(e)], _GRID) for e in errors.T])


def interval(
    forecast: Floats, spread: Floats, quantiles: Floats, level: float
) -> tuple[Floats, Floats]:
    """Lower and upper bounds, each (W, H), that should hold a share `level` of the truth."""
    if not 0 < level < 1:
        raise SettingsError(f"The level of an interval is {level:g}; it must lie between 0 and 1.")
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.stack([np.interp(tails, _GRID, q) for q in quantiles], axis=1)  # (H,) each
    return forecast + spread * low, forecast + spread * high
