"""Do the intervals contain the stated shares of true values?

Sources: Dawid (1984), JRSS A 147(2) (probability integral transform); Gneiting, Balabdaoui &
Raftery (2007), JRSS B 69(2). The intervals are those of `imv_core.forecasting.intervals`.
"""

import numpy as np
import pandas as pd

from imv_core.arrays import Floats
from imv_core.faithfulness.check import (
    Check,
    CheckDefinition,
    CheckOutput,
    FrameSpec,
    Role,
    Verdict,
)
from imv_core.faithfulness.statistics import block_means, interval
from imv_core.faithfulness.subject import Subject
from imv_core.forecasting.intervals import Calibration

LEVELS = (0.5, 0.8, 0.9, 0.95)
BINS = 20
NEAR, FAR = 0.05, 0.1  # of the level


def run(subject: Subject) -> CheckOutput:
    """Count true values in intervals and along the forecast distribution."""
    known = subject.calibration, subject.windows.actual, *subject.forecasts
    covered = coverage(*known, subject.block)
    pit = histogram(*known).reset_index()
    return CheckOutput(check(covered), {"calibration": covered, "pit": pit})


def coverage(
    calibration: Calibration, actual: Floats, forecast: Floats, spread: Floats, shortest: int
) -> pd.DataFrame:
    """Return the share of true values in the intervals of each level, with 95% intervals.

    Args:
        calibration: of the model.
        actual: (W, H), NaN where unknown.
        forecast: (W, H).
        spread: (W, H), the standard deviation of the model.
        shortest: rows per block.
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
    """Return shares of the true values by their place in the forecast distribution, per 1/20."""
    places = calibration.places((actual - forecast) / spread)
    counts, edges = np.histogram(places[np.isfinite(places)], bins=BINS, range=(0, 1))
    return pd.Series(counts / counts.sum(), pd.Index(edges[:-1], name="from"), name="share")


def check(covered: pd.DataFrame) -> Check:
    """Judge whether intervals contain the share of true values that their level states.

    Args:
        covered: as `coverage` returns it.
    """
    off = (covered["coverage"] - covered["level"]).abs()
    within = (covered["low"] <= covered["level"]) & (covered["level"] <= covered["high"])
    verdict = Verdict.CAUTION if (off <= FAR).all() else Verdict.FAIL
    if (within | (off <= NEAR)).all():
        verdict = Verdict.PASS
    return DEFINITION.result(verdict, *_wording(covered, int(off.to_numpy().argmax())))


def _wording(covered: pd.DataFrame, worst: int) -> tuple[str, str]:
    """Return the sentence and the reason; `worst` is the row that is farthest off."""
    rows = [(f"{row.level:.0%}", f"{row.coverage:.0%}") for row in covered.itertuples()]
    found = ", ".join(f"{share} for {level}" for level, share in rows)
    level, share = rows[worst]
    return f"They held {found}.", f"{level} intervals held {share}"


DEFINITION = CheckDefinition(
    name="calibration",
    question="Do the intervals hold what they promise?",
    rule=f"Passes where each level is within {100 * NEAR:.0f} points or within its 95% interval; "
    f"fails where one is more than {100 * FAR:.0f} points off.",
    source="Dawid 1984; Gneiting, Balabdaoui & Raftery 2007",
    role=Role.INTERVALS,
    run=run,
    frames=(
        FrameSpec(
            "calibration",
            ("level", "coverage", "low", "high"),
            known=("level", "coverage"),
            is_valid=lambda frame: bool(frame["coverage"].between(0, 1).all()),
        ),
        FrameSpec("pit", ("from", "share"), known=("from", "share")),
    ),
)
