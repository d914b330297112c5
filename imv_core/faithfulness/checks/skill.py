"""Is there anything to explain? The model beside forecasts that need no model.

`imv_core.forecasting.standing` has the rule.
"""

from typing import NamedTuple

import numpy as np

from imv_core.arrays import Floats
from imv_core.faithfulness.check import Check, CheckDefinition, CheckOutput, Role, Verdict
from imv_core.faithfulness.statistics import block_means, interval
from imv_core.faithfulness.subject import Subject
from imv_core.forecasting.standing import LEAST_SKILL, MARGIN, NAIVE, Standing, best_naive, judge

VERDICTS = {Standing.NOTHING_LEARNT: Verdict.FAIL, Standing.BEHIND: Verdict.CAUTION}  # else pass


class Skill(NamedTuple):
    """1 - MSE / MSE of the best naive forecast, with a 95% interval."""

    value: float
    low: float
    high: float
    naive: str
    lead: float  # of the RMSE over ridge regression: 0.1 is 10% lower, below 0 is higher
    standing: Standing


def run(subject: Subject) -> CheckOutput:
    """Compare the errors of the model and of simple forecasts on the part."""
    forecast, _ = subject.forecasts
    rivals = {name: rival.reshape(forecast.shape) for name, rival in subject.rivals.items()}
    mean = np.full(forecast.shape, subject.explanation.explainer.scaling.target_mean)
    actual = subject.windows.actual
    return CheckOutput(check(skill(actual, forecast, {**rivals, "mean": mean}, subject.block)))


def skill(actual: Floats, forecast: Floats, rivals: dict[str, Floats], shortest: int) -> Skill:
    """Compare errors on the same windows.

    Args:
        actual: (W, H), NaN where unknown.
        forecast: (W, H).
        rivals: name -> (W, H); those of `NAIVE`, and "ridge".
        shortest: the fewest windows per block.
    """
    squares = {name: (rival - actual) ** 2 for name, rival in rivals.items()}
    own = (forecast - actual) ** 2
    rmses = {name: float(np.nanmean(square)) ** 0.5 for name, square in squares.items()}
    rmse, naive = float(np.nanmean(own)) ** 0.5, best_naive(rmses)
    both = np.stack([np.nanmean(own, axis=1), np.nanmean(squares[naive], axis=1)], axis=1)
    means = block_means(both, shortest)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = interval(1 - means[:, 0] / means[:, 1])
        value = 1 - np.nanmean(own) / np.nanmean(squares[naive])
        lead = 1 - (np.nanmean(own) / np.nanmean(squares["ridge"])) ** 0.5
    # `low` is NaN if the naive forecast makes no error: then nothing was learnt either
    standing = judge(rmse, rmses, is_skilled=bool(low > LEAST_SKILL))
    return Skill(float(value), float(low), float(high), naive, float(lead), standing)


def check(found: Skill) -> Check:
    """Judge whether the model has learnt anything: if not, there is nothing to explain."""
    verdict = VERDICTS.get(found.standing, Verdict.PASS)
    return DEFINITION.result(verdict, _sentence(found), _reason(verdict, found))


def _sentence(found: Skill) -> str:
    naive, lead = NAIVE[found.naive], found.lead
    if not np.isfinite([found.value, found.low, found.high, lead]).all():
        return f"{naive[0].upper()}{naive[1:]} or ridge regression makes no error at all here."
    beside = "about equal to"
    if abs(lead) > MARGIN:
        beside = f"{abs(lead):.0%} {'below' if lead > 0 else 'above'}"
    return (
        f"Its squared error is {abs(found.value):.0%} {'below' if found.value >= 0 else 'above'} "
        f"that of {naive}, the best forecast that needs no model (95% interval: {found.low:.0%} to "
        f"{found.high:.0%}). Its RMSE is {beside} that of ridge regression on the same windows."
    )


def _reason(verdict: Verdict, found: Skill) -> str:
    if verdict == Verdict.FAIL:
        return f"this model has learnt nothing beyond {NAIVE[found.naive]}"
    if verdict == Verdict.CAUTION:
        return f"ridge regression forecasts better, by {-found.lead:.0%} of RMSE"
    return f"its squared error is {found.value:.0%} below {NAIVE[found.naive]}"


DEFINITION = CheckDefinition(
    name="skill",
    question="Has the model learnt anything?",
    rule=f"Fails where the lower end of the interval is {LEAST_SKILL:.0%} or less; caution where "
    f"ridge regression's RMSE is more than {MARGIN:.0%} lower.",
    source="Murphy 1988, skill scores; Künsch 1989, block bootstrap",
    role=Role.DECISIVE,
    run=run,
)
