"""Does the map depend on what was learnt? It must not look like that of random weights.

Source: Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018 (model parameter
randomisation, all layers at once, Spearman's rank correlation).
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from imv_core.arrays import Floats
from imv_core.faithfulness.check import CAUTION, FAIL, PASS, UNKNOWN, Check, judge
from imv_core.faithfulness.held_out import HeldOut
from imv_core.model.ensemble import Ensemble

DRAWS = 20  # the rank correlation of one draw varies by 0.1 to 0.35
SEED = 1_000_003  # far from any that a training is likely to have had
PASSES, CAUTIONS = 0.6, 0.3  # 1 - correlation


def randomise(held: HeldOut) -> pd.DataFrame:
    """Rank correlation of the joint map with that of untrained models.

    Weights cannot change how far an input swings, nor the last value that a change is added to. So
    where importance is what inputs add, cells are compared per unit of their input, without that
    last value.

    Args:
        held: windows and the trained model.

    Returns:
        Columns draw, correlation; not a number where fewer than two cells differ.
    """
    few, members = held.few(DRAWS), len(held.ensemble.members)
    trained, unit = held.joint_map(held.ensemble, few), _fixed(held, few)
    found = []
    for draw in range(DRAWS):
        random = Ensemble.from_seed(held.ensemble.settings, SEED + draw * members, members)
        random.to(held.ensemble.device)
        cells = held.joint_map(random, few)
        found.append(_rank_correlation(trained / unit, cells / unit))
    return pd.DataFrame({"draw": range(DRAWS), "correlation": found})


def _fixed(held: HeldOut, few: NDArray[np.int64]) -> Floats:
    """Return the size of each cell's input, (N, T); NaN where weights cannot change the cell."""
    decomposition = held.explainer.decomposition
    if decomposition.rests_on != "contribution":
        return np.ones(held.x.shape[:0:-1])
    unit: Floats = held.x[few].abs().mean(0).T.double().cpu().numpy()
    unit[unit == 0] = np.nan
    if decomposition.anchor is not None:
        unit[decomposition.anchor, -1] = np.nan
    return unit


def _rank_correlation(one: Floats, other: Floats) -> float:
    return float(pd.Series(one.ravel()).corr(pd.Series(other.ravel()), "spearman"))


def check(of: pd.DataFrame) -> Check:
    """A map that random weights draw as well shows nothing that was learnt."""
    correlation = float(of["correlation"].mean())
    verdict = judge(1 - correlation, PASSES, CAUTIONS) if np.isfinite(correlation) else UNKNOWN
    likeness = {
        UNKNOWN: "that cannot be told from",
        PASS: "unlike",
        CAUTION: "somewhat like",
        FAIL: "much like",
    }[verdict]
    return Check(
        "randomised",
        "Does the map show what was learnt?",
        verdict,
        "All cells of the map are alike, so their order tells nothing."
        if verdict == UNKNOWN
        else "With random weights in place of the trained ones the map's cells keep their order "
        f"with a rank correlation of {correlation:.2f} (1: the same map, 0: nothing is left).",
        f"random weights draw a map {likeness} this one",
        f"Passes below {1 - PASSES:.1f}, caution below {1 - CAUTIONS:.1f} of rank correlation, "
        f"the mean over {DRAWS} draws. What inputs add is taken per unit of their size.",
        "Adebayo et al. 2018",
    )
