"""Is importance more than chance? Over trainings that differ in their seed, and over time.

Sources: Kendall's tau (1938); top-k overlap, as in Ghorbani, Abid & Zou (2019), AAAI,
"Interpretation of Neural Networks is Fragile"; blocks of time: Künsch (1989).
"""

from itertools import combinations

import pandas as pd

from imv_core.arrays import Floats
from imv_core.faithfulness.check import UNKNOWN, Check, above_uniform, judge, rank_correlation
from imv_core.faithfulness.statistics import block_means

PASSES, CAUTIONS = 0.8, 0.5  # mean overlap of the variables above the uniform share
TITLES = {
    "seeds": "Would another training name the same variables?",
    "time": "Would another stretch of time name the same variables?",
}


def over_seeds(importance: pd.DataFrame) -> pd.DataFrame:
    """Each two trainings against each other; no row where there is but one.

    Args:
        importance: seeds x variables.

    Returns:
        Columns over, draw, tau, overlap.
    """
    pairs = combinations(importance.to_numpy(), 2)
    return _frame("seeds", [_likeness(first, second) for first, second in pairs])


def over_time(credit: Floats, shortest: int) -> pd.DataFrame:
    """Importance of block-bootstrap samples against that of all windows; see `over_seeds`.

    Args:
        credit: (W, N), what importance adds up.
        shortest: rows of a block.
    """
    drawn, whole = block_means(credit, shortest), credit.mean(axis=0)
    return _frame("time", [_likeness(values, whole) for values in drawn])


def _likeness(first: Floats, second: Floats) -> tuple[float, float]:
    """Kendall's tau, and what the variables above the uniform share have in common, of all."""
    tau = rank_correlation(pd.Series(first), pd.Series(second))
    above = [above_uniform(values) for values in (first, second)]
    return tau, float((above[0] & above[1]).sum() / (above[0] | above[1]).sum())


def _frame(over: str, rows: list[tuple[float, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["tau", "overlap"], dtype=float)
    frame.insert(0, "over", pd.Series([over] * len(rows), dtype="str"))
    frame.insert(1, "draw", range(len(rows)))
    return frame


def check(of: pd.DataFrame, over: str, trainings: int) -> Check:
    """The same variables should come out on top.

    Args:
        of: rows of `over_seeds` and `over_time`.
        over: "seeds" or "time".
        trainings: how many there are.
    """
    rule = (
        f"Passes where the variables above the uniform share are the same ones to {PASSES:.0%} on "
        f"average; caution from {CAUTIONS:.0%} on."
    )
    source = "Ghorbani, Abid & Zou 2019" + ("" if over == "seeds" else "; Künsch 1989")
    rows = of[of["over"] == over]
    if over == "seeds" and trainings < 2:
        return Check(
            over,
            TITLES[over],
            UNKNOWN,
            "This model was trained with one seed, so nobody knows. Check it with four more seeds, "
            "or train it with five.",
            "it was trained with one seed only",
            rule,
            source,
        )
    overlap, tau = float(rows["overlap"].mean()), float(rows["tau"].mean())
    what = (
        f"{trainings} trainings with other seeds"
        if over == "seeds"
        else (f"{len(rows)} redrawn stretches of time")
    )
    verdict = judge(overlap, PASSES, CAUTIONS)
    return Check(
        over,
        TITLES[over],
        verdict,
        f"Over {what} the variables above the uniform share are the same ones to {overlap:.0%}; "
        f"the order of all has a rank correlation of {tau:.2f} (Kendall's tau, 1: the same).",
        f"{what} {'agree' if verdict == 'pass' else 'disagree'} on which variables matter",
        rule,
        source,
    )
