"""Is there anything to explain? What a model has learnt, against forecasts that need no model."""

from typing import NamedTuple

import numpy as np

from imv_core.arrays import Floats
from imv_core.faithfulness.check import CAUTION, FAIL, PASS, Check
from imv_core.faithfulness.statistics import block_means, interval

LEAST_SKILL = 0.01
MARGIN = 0.02  # of the RMSE; closer than that is called equal
NAIVE = {
    "mean": "the mean of the past",
    "persistence": "repeating the last value",
    "seasonal_naive": "repeating the value of one season before",
}


class Skill(NamedTuple):
    """1 - MSE / MSE of the best naive forecast, with a 95% interval."""

    value: float
    low: float
    high: float
    naive: str
    lead: float  # of the RMSE over ridge regression: 0.1 is 10% lower, below 0 is higher


def skill(actual: Floats, forecast: Floats, rivals: dict[str, Floats], shortest: int) -> Skill:
    """Compare errors on the same windows.

    Args:
        actual: (W, H), NaN where unknown.
        forecast: (W, H).
        rivals: name -> (W, H); those of `NAIVE`, and "ridge".
        shortest: rows of a block of windows.
    """
    squares = {name: (rival - actual) ** 2 for name, rival in rivals.items()}
    own = (forecast - actual) ** 2
    naive = min((n for n in NAIVE if n in squares), key=lambda n: float(np.nanmean(squares[n])))
    both = np.stack([np.nanmean(own, axis=1), np.nanmean(squares[naive], axis=1)], axis=1)
    means = block_means(both, shortest)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = interval(1 - means[:, 0] / means[:, 1])
        value = 1 - np.nanmean(own) / np.nanmean(squares[naive])
        lead = 1 - (np.nanmean(own) / np.nanmean(squares["ridge"])) ** 0.5
    return Skill(float(value), float(low), float(high), naive, float(lead))


def check(of: Skill) -> Check:
    """Nothing learnt, nothing to explain."""
    naive = NAIVE[of.naive]
    if not of.low > LEAST_SKILL:  # also where it is no number, as that forecast makes no error
        verdict = FAIL
        reason = f"this model has learnt nothing beyond {naive}"
    elif of.lead < -MARGIN:
        verdict, reason = CAUTION, f"ridge regression forecasts better, by {-of.lead:.0%} of RMSE"
    else:
        verdict, reason = PASS, f"its squared error is {of.value:.0%} below {naive}"
    beside = (
        f"{of.lead:.0%} below"
        if of.lead > MARGIN
        else f"{-of.lead:.0%} above"
        if of.lead < -MARGIN
        else "about equal to"
    )
    if not np.isfinite([of.value, of.low, of.high, of.lead]).all():
        found = f"{naive[0].upper()}{naive[1:]} or ridge regression makes no error at all here."
    else:
        found = (
            f"Its squared error is {abs(of.value):.0%} {'below' if of.value >= 0 else 'above'} "
            f"that of {naive}, the best forecast that needs no model (95% interval: {of.low:.0%} "
            f"to {of.high:.0%}). Its RMSE is {beside} that of ridge regression on the same windows."
        )
    return Check(
        "skill",
        "Has the model learnt anything?",
        verdict,
        found,
        reason,
        f"Fails where the lower end of the interval is {LEAST_SKILL:.0%} or less; caution where "
        f"ridge regression's RMSE is more than {MARGIN:.0%} lower.",
        "Murphy 1988, skill scores; Künsch 1989, block bootstrap",
    )
