"""Judge a model beside simple forecasts of the same windows.

One rule decides on every page, in the check "skill", in the report and in the shell. It is the rule
of the check: the best forecast that needs no model decides whether anything was learnt, by the 95%
interval of the skill where the checks have computed it, as a small difference of two errors may be
chance. Before the checks there is no interval, and the errors themselves decide. Then the best of
all simple forecasts decides whether a better model exists.
"""

from collections.abc import Mapping
from enum import StrEnum

import pandas as pd

LEAST_SKILL = 0.01  # the lower end of the interval must be above it
MARGIN = 0.02  # of the RMSE; a smaller difference counts as equal
NAIVE = {  # forecasts that need no model
    "mean": "the mean of the past",
    "persistence": "repeating the last value",
    "seasonal_naive": "repeating the value of one season before",
}
RIVALS = {  # in the scores of a model
    "persistence": NAIVE["persistence"],
    "seasonal_naive": NAIVE["seasonal_naive"],
    "ridge": "ridge regression on the same lags",
}


class Standing(StrEnum):
    """A model beside simple forecasts."""

    NOTHING_LEARNT = "nothing learnt"  # no better than a forecast that needs no model
    BEHIND = "behind"  # a simple forecast is better by more than the margin
    EQUAL = "equal"  # the best simple forecast is within the margin
    AHEAD = "ahead"


def judge(rmse: float, rivals: Mapping[str, float], is_skilled: bool | None = None) -> Standing:
    """Judge the RMSE of a model beside those of simple forecasts.

    Args:
        rmse: of the model.
        rivals: name -> RMSE on the same windows; one at least is in `NAIVE`.
        is_skilled: whether the interval of the skill is above `LEAST_SKILL`; None: not computed.

    >>> judge(8.0, {"persistence": 10.0, "ridge": 7.0})
    <Standing.BEHIND: 'behind'>
    """
    if is_skilled is None:
        is_skilled = rmse <= rivals[best_naive(rivals)]
    lowest = min(rivals.values())
    if not is_skilled:
        return Standing.NOTHING_LEARNT
    if rmse > (1 + MARGIN) * lowest:
        return Standing.BEHIND
    return Standing.EQUAL if rmse >= (1 - MARGIN) * lowest else Standing.AHEAD


def best_naive(rivals: Mapping[str, float]) -> str:
    """Return the name of the best forecast that needs no model."""
    return min((name for name in NAIVE if name in rivals), key=rivals.__getitem__)


def rivals_of(scores: "pd.Series[float]", error: str = "rmse") -> dict[str, float]:
    """Return the errors of the simple forecasts, from `IMVForecaster.score`, by name."""
    return {name: scores[f"{name}_{error}"] for name in RIVALS if f"{name}_{error}" in scores}


def best_rival(scores: "pd.Series[float]") -> tuple[str, float]:
    """Return the best simple forecast by RMSE, and its RMSE."""
    rivals = rivals_of(scores)
    best = min(rivals, key=rivals.__getitem__)
    return best, rivals[best]
