"""Does the map point at the lags that count? Its peaks beside those of attribution.

Sources: see `imv_core.faithfulness.occlusion`.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from imv_core.arrays import Floats, by_lag
from imv_core.faithfulness.check import (
    BY_VARIABLE,
    Check,
    CheckDefinition,
    CheckOutput,
    FrameSpec,
    Role,
    judge,
)
from imv_core.faithfulness.occlusion import integrate_gradients, occlude
from imv_core.faithfulness.statistics import above_uniform, agreement, rank_correlation
from imv_core.faithfulness.subject import VALUES_BY_LAG, Step, Subject
from imv_core.model.imv_lstm import Attention
from imv_core.phrases import listed

PASSES, CAUTIONS = 0.75, 0.5  # share of importance whose lag agrees
TRAINING_MEAN = Step("the training mean, lag by lag", 6.0)
GRADIENTS = Step("gradients", 12.0)
SHOWN = 3  # differences that the sentence names
QUESTIONS = {
    Attention.INPUTS: "Does the map point at the lags that count?",
    Attention.STATES: "Does attention point at the lags that count?",
}


class Peak(NamedTuple):
    """The peak of a variable's row of the map, and of attribution."""

    variable: str
    step: int  # step ahead, 1..H
    lag: int
    attribution_lag: int


class Agreement(NamedTuple):
    """The agreement of the map with attribution."""

    share: float  # of the importance: rows that peak at the same lag
    tau: float  # rank correlation of the lags, mean over the rows
    common: float  # share that both maps have in common, mean over the steps
    wrong: list[Peak]  # rows that peak at different lags


def run(subject: Subject) -> CheckOutput:
    """Replace single values; compute integrated gradients to show beside them."""
    held_out, variables = subject.held_out, subject.explanation.variables
    sample, _ = subject.value_moves
    moved = subject.mean_value_moves
    from_mean = occlude(
        held_out,
        held_out.x[sample],
        [held_out.training_mean],
        subject.progress.begin(TRAINING_MEAN),
    )
    gradients = integrate_gradients(held_out, subject.progress.begin(GRADIENTS))
    sums = gradients.sum(axis=2).mean(axis=0)
    index = pd.Index(variables, name="variable")
    return CheckOutput(
        check(variables, subject.joint, moved, subject.attention),
        {BY_VARIABLE: pd.DataFrame({"gradients": sums}, index)},
        {
            "another_window": by_lag(moved.mean(axis=0), variables),
            "training_mean": by_lag(from_mean.mean(axis=(0, 1)), variables),
            "integrated_gradients": by_lag(gradients.mean(axis=0), variables),
        },
    )


def check(variables: tuple[str, ...], joint: Floats, moved: Floats, attention: Attention) -> Check:
    """Judge whether the map peaks at the lags that move the forecast most.

    Args:
        variables: N names.
        joint: joint map of each step, (H, N, T), the oldest lag first; each sums to 1.
        moved: attribution, (H, N, T).
        attention: of the model.
    """
    found = compare(variables, joint, moved)
    sentence, reason = _wording(found, attention == Attention.STATES, has_steps=len(joint) > 1)
    verdict = judge(found.share, PASSES, CAUTIONS)
    return DEFINITION.result(verdict, sentence, reason, QUESTIONS[attention])


def compare(variables: tuple[str, ...], joint: Floats, moved: Floats) -> Agreement:
    """Compare the rows of the map that hold the uniform share or more with attribution."""
    T = joint.shape[2]
    importance = joint.sum(axis=2)  # (H, N)
    peak, true_peak = joint.argmax(axis=2), moved.argmax(axis=2)
    matters = above_uniform(importance)
    share = (importance * matters * (peak == true_peak)).sum() / (importance * matters).sum()
    rows = zip(joint[matters], moved[matters], strict=True)
    tau = np.mean([rank_correlation(pd.Series(a), pd.Series(b)) for a, b in rows])
    common = np.mean([agreement(a, b) for a, b in zip(joint, moved, strict=True)])
    wrong = [
        Peak(variables[n], h + 1, int(T - peak[h, n]), int(T - true_peak[h, n]))
        for h, n in zip(*np.nonzero(matters & (peak != true_peak)), strict=True)
    ]
    return Agreement(float(share), float(tau), float(common), wrong)


def _wording(found: Agreement, is_over_states: bool, has_steps: bool) -> tuple[str, str]:
    """Return the sentence and the reason."""
    subject = "attention" if is_over_states else "the map"
    sentence = (
        f"Of the importance of variables above the uniform share, {found.share:.0%} is of those "
        f"whose row of the map peaks at the lag that moves the forecast most; their lags have a "
        f"rank correlation of {found.tau:.2f}, and the maps {found.common:.0%} in common."
    )
    if not found.wrong:
        return sentence, f"{subject} and attribution peak at the same lags"
    shown = [
        f"'{peak.variable}'{f', step {peak.step}' if has_steps else ''}: {subject} lag {peak.lag}, "
        f"attribution lag {peak.attribution_lag}"
        for peak in found.wrong[:SHOWN]
    ]
    rest = len(found.wrong) - SHOWN
    sentence += f" They differ in {'; '.join(shown)}{f' and {rest} more' if rest > 0 else ''}."
    if is_over_states:
        sentence += (
            " Attention lies on states that remember older inputs, so its peak may come after the "
            "lag that matters."
        )
    names = sorted({peak.variable for peak in found.wrong})
    return sentence, f"{subject} peaks at other lags than attribution in {listed(names, 4)}"


DEFINITION = CheckDefinition(
    name="lags",
    question=QUESTIONS[Attention.INPUTS],
    rule=f"Passes where {PASSES:.0%} of that importance has its peak at the same lag; caution "
    f"from {CAUTIONS:.0%} on.",
    source="Zeiler & Fergus 2014; Jain & Wallace 2019",
    role=Role.READING,
    run=run,
    steps=(VALUES_BY_LAG, TRAINING_MEAN, GRADIENTS),
    frames=(FrameSpec(BY_VARIABLE, ("gradients",)),),
    maps=("another_window", "training_mean", "integrated_gradients"),
)
