"""Does the map depend on what was learnt? It must not look like that of random weights.

Source: Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018 (model parameter
randomisation, all layers at once, Spearman's rank correlation).
"""

import numpy as np
import pandas as pd

from imv_core.ensemble import Ensemble
from imv_core.faithfulness.checks import CAUTION, FAIL, PASS, UNKNOWN, Check, judge
from imv_core.faithfulness.held_out import HeldOut
from imv_core.scaling import Floats

DRAWS = 3
SEED = 1_000_003  # far from any that a training is likely to have had
PASSES, CAUTIONS = 0.6, 0.3  # 1 - correlation


def randomise(held: HeldOut, trained: Floats) -> pd.DataFrame:
    """Rank correlation of the joint map with that of untrained models.

    Args:
        held: windows and the trained model.
        trained: its map of those windows, (H, N, T).

    Returns:
        Columns draw, correlation.
    """
    shape, members = held.ensemble.settings, len(held.ensemble.members)
    found = []
    for draw in range(DRAWS):
        random = Ensemble.from_seed(shape, SEED + draw * members, members)
        random.to(held.ensemble.device)
        cells = held.joint_map(random, held.few())
        found.append(float(pd.Series(cells.ravel()).corr(pd.Series(trained.ravel()), "spearman")))
    return pd.DataFrame({"draw": range(DRAWS), "correlation": found})


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
        f"the mean over {DRAWS} draws.",
        "Adebayo et al. 2018",
    )
