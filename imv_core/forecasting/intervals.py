"""Prediction intervals, calibrated on the validation part.

Split conformal prediction with errors in units of the standard deviation that the model predicts
(Lei et al., JASA 2018, section 5.2). Each tail has its own rank, because errors are seldom
symmetric (Romano et al., NeurIPS 2019). It assumes that future errors are exchangeable with those
of the validation part. The best epoch is chosen on the same part, so that intervals may be a little
too narrow.
"""

import math
from dataclasses import dataclass

import numpy as np

from imv_core.arrays import Floats
from imv_core.errors import SettingsError

DEFAULT_LEVEL = 0.9  # share of true values that an interval should contain
_GRID = np.linspace(0, 1, 1001)


@dataclass(frozen=True)
class Calibration:
    """Errors of the validation part, in units of the predicted standard deviation."""

    quantiles: Floats  # (H, 1001)
    counts: Floats  # (H,) number of errors

    @classmethod
    def of(cls, actual: Floats, forecast: Floats, spread: Floats) -> "Calibration":
        """Compute the quantiles of the errors of the validation part.

        Args:
            actual: true values, (W, H); NaN where there is none.
            forecast: (W, H).
            spread: predicted standard deviation, (W, H).
        """
        errors = (actual - forecast) / spread
        known = [e[np.isfinite(e)] for e in errors.T]
        quantiles = np.stack([np.quantile(e, _GRID) for e in known])
        return cls(quantiles, np.array([float(len(e)) for e in known]))

    def places(self, errors: Floats) -> Floats:
        """Return the rank of errors among those of the validation part, 0 to 1, (W, H).

        Args:
            errors: in units of the predicted standard deviation, (W, H).
        """
        columns = [np.interp(e, q, _GRID) for e, q in zip(errors.T, self.quantiles, strict=True)]
        places: Floats = np.stack(columns, axis=1)
        return places

    def interval(self, forecast: Floats, spread: Floats, level: float) -> tuple[Floats, Floats]:
        """Return bounds, each (W, H), that should contain a share `level` of the true values.

        With n errors the ranks are floor((n + 1) a / 2) and ceil((n + 1) (1 - a / 2)), a = 1 -
        level. If n is too small for the level, the bounds are the extremes and contain less.

        Raises:
            SettingsError: the level is not between 0 and 1.
        """
        if not 0 < level < 1:
            raise SettingsError(
                f"The level of an interval is {level:g}; it must lie between 0 and 1."
            )
        tail = (1 - level) / 2
        bounds = []
        for quantiles, n in zip(self.quantiles, self.counts, strict=True):
            ranks = [math.floor((n + 1) * tail), math.ceil((n + 1) * (1 - tail))]
            places = [(rank - 1) / max(n - 1, 1) for rank in ranks]
            bounds.append(np.interp(places, _GRID, quantiles))
        low, high = np.stack(bounds, axis=1)  # (H,) each
        return forecast + spread * low, forecast + spread * high
