"""Groups of variables that nearly copy each other: how they share importance is chance."""

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from imv_core.arrays import Floats, correlations

ALIKE = 0.95  # absolute correlation over the training part
Groups = tuple[tuple[int, ...], ...]


def find_groups(rows: Floats) -> Groups:
    """Group variables whose absolute correlations within the group are all 0.95 or more.

    Args:
        rows: (rows, N), of the training part.

    Returns:
        The positions of the variables of each group of two or more.

    >>> x = np.random.default_rng(0).standard_normal((500, 3))
    >>> find_groups(np.column_stack([x, -x[:, 1]]))
    ((1, 3),)
    """
    if rows.shape[1] < 2:
        return ()
    distance = 1 - np.abs(correlations(rows, rows))
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "complete")
    labels = fcluster(tree, 1 - ALIKE, "distance")
    found = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    return tuple(tuple(group.tolist()) for group in found if len(group) > 1)
