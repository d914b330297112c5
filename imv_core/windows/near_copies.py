"""Variables that all but copy each other: what each adds by itself may cancel what others add."""

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from imv_core.arrays import Floats

ALIKE = 0.95  # |correlation| over the training part
Groups = tuple[tuple[int, ...], ...]


def groups(rows: Floats) -> Groups:
    """Variables whose correlations within their group are all at least 0.95, in size.

    Args:
        rows: (rows, N), of the training part.

    Returns:
        The places of the variables of each group of two or more.
    """
    if rows.shape[1] < 2:
        return ()
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = 1 - np.nan_to_num(np.abs(np.corrcoef(rows.T, dtype=float)))
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "complete")
    labels = fcluster(tree, 1 - ALIKE, "distance")
    found = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    return tuple(tuple(group.tolist()) for group in found if len(group) > 1)
