"""Do the intervals hold what they promise?

Sources: Dawid (1984), JRSS A 147(2) (probability integral transform); Gneiting, Balabdaoui &
Raftery (2007), JRSS B 69(2). The intervals are those of `imv_core.forecasting.intervals`.
"""

import numpy as np
import pandas as pd

from imv_core.arrays import Floats
from imv_core.faithfulness.check import CAUTION, FAIL, PASS, Check
from imv_core.faithfulness.statistics import block_means, interval
from imv_core.forecasting.intervals import Calibration

LEVELS = (0.5, 0.8, 0.9, 0.95)
BINS = 20
NEAR, FAR = 0.05, 0.1


def coverage(
    calibration: Calibration, actual: Floats, forecast: Floats, spread: Floats, shortest: int
) -> pd.DataFrame:
    """Share of true values inside the interval of each level, with 95% intervals.

    Args:
        calibration: of the model.
        actual: (W, H), NaN where unknown.
        forecast: (W, H).
        spread: (W, H), what the model states.
        shortest: rows of a block.
    """
    rows = []
    for level in LEVELS:
        lower, upper = calibration.interval(forecast, spread, level)
        inside = np.where(np.isfinite(actual), (actual >= lower) & (actual <= upper), np.nan)
        low, high = interval(block_means(np.nanmean(inside, axis=1), shortest))
        rows.append((level, float(np.nanmean(inside)), float(low), float(high)))
    return pd.DataFrame(rows, columns=["level", "coverage", "low", "high"])


def histogram(
    calibration: Calibration, actual: Floats, forecast: Floats, spread: Floats
) -> "pd.Series[float]":
    """Shares of the true values by where they fall in the forecast distribution, in twentieths."""
    places = calibration.places((actual - forecast) / spread)
    counts, edges = np.histogram(places[np.isfinite(places)], bins=BINS, range=(0, 1))
    return pd.Series(counts / counts.sum(), pd.Index(edges[:-1], name="from"), name="share")


def check(of: pd.DataFrame) -> Check:
    """Intervals that hold too little, or too much, mislead."""
    off = (of["coverage"] - of["level"]).abs()
    holds = (of["low"] <= of["level"]) & (of["level"] <= of["high"])
    verdict = PASS if (holds | (off <= NEAR)).all() else CAUTION if (off <= FAR).all() else FAIL
    found = ", ".join(
        f"{c:.0%} for {level:.0%}" for level, c in zip(of["level"], of["coverage"], strict=True)
    )
    worst = of.iloc[int(off.to_numpy().argmax())]
    return Check(
        "calibration",
        "Do the intervals hold what they promise?",
        verdict,
        f"They held {found}.",
        f"{worst['level']:.0%} intervals held {worst['coverage']:.0%}",
        f"Passes where each level is within {100 * NEAR:.0f} points or within its 95% interval; "
        f"fails where one is more than {100 * FAR:.0f} points off.",
        "Dawid 1984; Gneiting, Balabdaoui & Raftery 2007",
    )
