"""Prediction intervals that hold on data the model did not learn from.

Split conformal prediction with errors in units of the spread that the model itself states (Lei et
al., JASA 2018, section 5.2), each tail by a rank of its own, as errors are seldom symmetric (Romano
et al., NeurIPS 2019). It assumes that errors to come are exchangeable with those of the validation
part. That part also chose the best epoch, so intervals are a little too narrow if anything.
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
    """The errors of the validation part, in units of the stated spread."""

    quantiles: Floats  # (H, 1001)
    counts: Floats  # (H,) how many errors they rest on

    @classmethod
    def of(cls, actual: Floats, forecast: Floats, spread: Floats) -> "Calibration":
        """From the validation part.

        Args:
            actual: (W, H), NaN where there is none.
            forecast: (W, H).
            spread: (W, H), the model's standard deviation.
        """
        errors = (actual - forecast) / spread
        known = [e[np.isfinite(e)] for e in errors.T]
        quantiles = np.stack([np.quantile(e, _GRID) for e in known])
        return cls(quantiles, np.array([float(len(e)) for e in known]))

    def places(self, errors: Floats) -> Floats:
        """Where errors in units of the stated spread, (W, H), fall among the known ones: 0 to 1."""
        columns = [np.interp(e, q, _GRID) for e, q in zip(errors.T, self.quantiles, strict=True)]
        places: Floats = np.stack(columns, axis=1)
        return places

    def interval(self, forecast: Floats, spread: Floats, level: float) -> tuple[Floats, Floats]:
        """Lower and upper bounds, each (W, H), that should hold a share `level` of the truth.

        With n errors the ranks are floor((n + 1) a / 2) and ceil((n + 1) (1 - a / 2)), a = 1 -
        level; where n is too small for the level, the extremes, which hold less.
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
