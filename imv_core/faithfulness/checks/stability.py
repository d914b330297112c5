"""Is importance more than chance? Two checks with one rule: over seeds, and over time.

Sources: Kendall's tau (1938); top-k overlap, as in Ghorbani, Abid & Zou (2019), AAAI,
"Interpretation of Neural Networks is Fragile"; blocks of time: Künsch (1989).
"""

from itertools import combinations

import pandas as pd

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
from imv_core.faithfulness.statistics import above_uniform, block_means, rank_correlation
from imv_core.faithfulness.subject import Subject

PASSES, CAUTIONS = 0.8, 0.5  # mean overlap of the variables above the uniform share


def run_seeds(subject: Subject) -> CheckOutput:
    """Compare the trainings of the model with each other and with its siblings."""
    trainings = pd.concat([subject.explanation.importance_by_seed, *subject.siblings])
    found = over_seeds(trainings)
    return CheckOutput(check_seeds(found, len(trainings)), {"stability": found})


def run_time(subject: Subject) -> CheckOutput:
    """Compare importance over other stretches of the part."""
    found = over_time(subject.explanation.per_window.credit, subject.block)
    return CheckOutput(check_time(found), {"stability": found})


def over_seeds(importance: pd.DataFrame) -> pd.DataFrame:
    """Compare trainings in pairs; a single training gives no row.

    Args:
        importance: seeds x variables.

    Returns:
        Columns over, draw, tau, overlap.
    """
    pairs = combinations(importance.to_numpy(), 2)
    return _frame("seeds", [_likeness(first, second) for first, second in pairs])


def over_time(credit: Floats, shortest: int) -> pd.DataFrame:
    """Compare importance of block-bootstrap samples with that of all windows; see `over_seeds`.

    Args:
        credit: credit per window, (W, N); the shares of its sum are importance.
        shortest: the fewest rows per block.
    """
    drawn, whole = block_means(credit, shortest), credit.mean(axis=0)
    return _frame("time", [_likeness(values, whole) for values in drawn])


def _likeness(first: Floats, second: Floats) -> tuple[float, float]:
    """Return Kendall's tau, and the overlap of the variables above the uniform share."""
    tau = rank_correlation(pd.Series(first), pd.Series(second))
    above = [above_uniform(values) for values in (first, second)]
    return tau, float((above[0] & above[1]).sum() / (above[0] | above[1]).sum())


def _frame(over: str, rows: list[tuple[float, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["tau", "overlap"], dtype=float)
    frame.insert(0, "over", pd.Series([over] * len(rows), dtype="str"))
    frame.insert(1, "draw", range(len(rows)))
    return frame


def check_seeds(rows: pd.DataFrame, trainings: int) -> Check:
    """Judge whether trainings with other seeds name the same variables.

    Args:
        rows: as `over_seeds` returns them.
        trainings: number of trainings; of one alone nothing can be told.
    """
    if trainings < 2:
        return SEEDS.result(
            Verdict.UNKNOWN,
            "This model was trained with one seed, so nobody knows. Check it with four more seeds, "
            "or train it with five.",
            "it was trained with one seed only",
        )
    return _check(SEEDS, rows, f"{trainings} trainings with other seeds")


def check_time(rows: pd.DataFrame) -> Check:
    """Judge whether other stretches of time name the same variables; see `over_time`."""
    return _check(TIME, rows, f"{len(rows)} redrawn stretches of time")


def _check(definition: CheckDefinition, rows: pd.DataFrame, draws: str) -> Check:
    overlap, tau = float(rows["overlap"].mean()), float(rows["tau"].mean())
    verdict = judge(overlap, PASSES, CAUTIONS)
    return definition.result(
        verdict,
        f"Over {draws} the variables above the uniform share are the same ones to {overlap:.0%}; "
        f"the order of all has a rank correlation of {tau:.2f} (Kendall's tau, 1: the same).",
        f"{draws} {'agree' if verdict == Verdict.PASS else 'disagree'} on which variables matter",
    )


RULE = (
    f"Passes where the variables above the uniform share are the same ones to {PASSES:.0%} on "
    f"average; caution from {CAUTIONS:.0%} on."
)
FRAMES = (FrameSpec("stability", ("over", "draw", "tau", "overlap")),)
SEEDS = CheckDefinition(
    name="seeds",
    question="Would another training name the same variables?",
    rule=RULE,
    source="Ghorbani, Abid & Zou 2019",
    role=Role.STEADINESS,
    run=run_seeds,
    frames=FRAMES,
)
TIME = CheckDefinition(
    name="time",
    question="Would another stretch of time name the same variables?",
    rule=RULE,
    source="Ghorbani, Abid & Zou 2019; Künsch 1989",
    role=Role.STEADINESS,
    run=run_time,
    frames=FRAMES,
)
