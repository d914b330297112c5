"""Could another variable do as well? Variables that all but copy each other share importance."""

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from imv_core.faithfulness.checks import CAUTION, PASS, Check, listed
from imv_core.faithfulness.held_out import HeldOut

CHUNK, CHUNKS = 500, 20  # windows
ALIKE = 0.95  # |correlation| over the training part


def groups(held: HeldOut) -> tuple[tuple[str, ...], ...]:
    """Variables whose correlations within their group are all at least 0.95, in size."""
    # the newest row of each, some windows at a time: whole windows would take memory
    rows = [held.donors(CHUNK, seed)[:, -1].double().cpu().numpy() for seed in range(CHUNKS)]
    last = np.concatenate(rows)  # (rows, N)
    if last.shape[1] < 2:
        return ()
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = 1 - np.nan_to_num(np.abs(np.corrcoef(last.T)))
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "complete")
    labels = fcluster(tree, 1 - ALIKE, "distance")
    found = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    return tuple(tuple(held.variables[n] for n in group) for group in found if len(group) > 1)


def check(found: tuple[tuple[str, ...], ...], importance: "pd.Series[float]") -> Check:
    """What copies share is split among them by chance."""
    rule = (
        f"Caution where variables of a correlation of {ALIKE} or more hold more than the uniform "
        "share together."
    )
    heavy = [g for g in found if float(importance[list(g)].sum()) >= 1 / len(importance)]
    parts = [
        f"{listed(list(group), 4)} all but copy each other and together hold "
        f"{importance[list(group)].sum():.0%} of the importance"
        for group in heavy
    ]
    sentence = (
        f"{'; '.join(parts)}. How they share it is chance: read the sum, or leave all but one out."
        if parts
        else "No variable that matters is all but a copy of another."
    )
    return Check(
        "redundancy",
        "Could another variable do as well?",
        CAUTION if parts else PASS,
        sentence,
        f"{listed(list(heavy[0]), 4)} all but copy each other"
        if parts
        else "no variable is a copy",
        rule,
        "Hooker, Mentch & Zhou 2021, on permuted correlated variables",
    )
