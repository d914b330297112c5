"""Does the map depend on the training? Its cells beside those of models with random weights.

Source: Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018 (model parameter
randomisation, all layers at once, Spearman's rank correlation).
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from imv_core.arrays import Floats
from imv_core.faithfulness.check import (
    Check,
    CheckDefinition,
    CheckOutput,
    FrameSpec,
    Role,
    Verdict,
    judge,
)
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.subject import Step, Subject
from imv_core.model.ensemble import Ensemble

DRAWS = 20  # the rank correlation of one draw varies by 0.1 to 0.35
SEED = 1_000_003  # far from the seeds of trainings
PASSES, CAUTIONS = 0.6, 0.3  # 1 - correlation
RANDOM_WEIGHTS = Step("random weights", 4.0)


def run(subject: Subject) -> CheckOutput:
    """Compute the maps of untrained models."""
    subject.progress.begin(RANDOM_WEIGHTS)
    draws = randomise(subject.held_out)
    return CheckOutput(check(draws), {"randomised": draws})


def randomise(held_out: HeldOut) -> pd.DataFrame:
    """Return the rank correlation of the joint map with that of untrained models.

    Weights change neither the size of an input nor the last value that a change is added to. So
    if importance rests on contributions, cells are compared per unit of their input, without that
    last value.

    Args:
        held_out: windows and the trained model.

    Returns:
        Columns draw, correlation; not a number where fewer than two cells differ.
    """
    sample, members = held_out.sample(DRAWS), len(held_out.ensemble.members)
    trained, unit = held_out.joint_map(held_out.ensemble, sample), _input_sizes(held_out, sample)
    found = []
    for draw in range(DRAWS):
        random = Ensemble.from_seed(held_out.ensemble.settings, SEED + draw * members, members)
        random.to(held_out.ensemble.device)
        cells = held_out.joint_map(random, sample)
        found.append(_rank_correlation(trained / unit, cells / unit))
    return pd.DataFrame({"draw": range(DRAWS), "correlation": found})


def _input_sizes(held_out: HeldOut, sample: NDArray[np.int64]) -> Floats:
    """Return the size of each cell's input, (N, T); NaN where weights cannot change the cell."""
    decomposition = held_out.explainer.decomposition
    if decomposition.rests_on != "contribution":
        return np.ones(held_out.x.shape[:0:-1])
    unit: Floats = held_out.x[sample].abs().mean(0).T.double().cpu().numpy()
    unit[unit == 0] = np.nan
    if decomposition.anchor is not None:
        unit[decomposition.anchor, -1] = np.nan
    return unit


def _rank_correlation(one: Floats, other: Floats) -> float:
    return float(pd.Series(one.ravel()).corr(pd.Series(other.ravel()), "spearman"))


def check(draws: pd.DataFrame) -> Check:
    """Judge whether random weights give another map: else the map shows nothing of the training."""
    correlation = float(draws["correlation"].mean())
    verdict = Verdict.UNKNOWN
    if np.isfinite(correlation):
        verdict = judge(1 - correlation, PASSES, CAUTIONS)
    return DEFINITION.result(verdict, *_wording(verdict, correlation))


def _wording(verdict: Verdict, correlation: float) -> tuple[str, str]:
    """Return the sentence and the reason."""
    likeness = {
        Verdict.UNKNOWN: "that cannot be told from",
        Verdict.PASS: "unlike",
        Verdict.CAUTION: "somewhat like",
        Verdict.FAIL: "much like",
    }[verdict]
    reason = f"random weights draw a map {likeness} this one"
    if verdict == Verdict.UNKNOWN:
        return "All cells of the map are alike, so their order tells nothing.", reason
    return (
        "With random weights in place of the trained ones the map's cells keep their order with a "
        f"rank correlation of {correlation:.2f} (1: the same map, 0: nothing is left).",
        reason,
    )


DEFINITION = CheckDefinition(
    name="randomised",
    question="Does the map show what was learnt?",
    rule=f"Passes below {1 - PASSES:.1f}, caution below {1 - CAUTIONS:.1f} of rank correlation, "
    f"the mean over {DRAWS} draws. What inputs add is taken per unit of their size.",
    source="Adebayo et al. 2018",
    role=Role.MAP,
    run=run,
    steps=(RANDOM_WEIGHTS,),
    frames=(FrameSpec("randomised", ("draw", "correlation")),),
)
