"""How far a mean over windows is chance, where neighbouring windows are all but the same.

Source: the block bootstrap: Künsch (1989), The Annals of Statistics 17(3), 1217-1241. Whole
stretches are drawn, so that what depends on its neighbours stays beside them.
"""

import numpy as np

from imv_core.arrays import Floats

DRAWS = 400
FEWEST, MOST = 8, 50  # blocks


def block_means(values: Floats, shortest: int, seed: int = 0) -> Floats:
    """Means of redrawn series, (DRAWS, ...).

    Args:
        values: (W, ...) in the order of time; NaN counts as missing.
        shortest: rows that a block should have at least, as far as eight blocks remain.
        seed: of the draws.
    """
    count = int(np.clip(len(values) // max(shortest, 1), FEWEST, MOST))
    blocks = np.array_split(values, min(count, len(values)))
    sums = np.stack([np.nansum(block, axis=0) for block in blocks])
    known = np.stack([np.isfinite(block).sum(axis=0) for block in blocks])
    drawn = np.random.default_rng(seed).integers(0, len(blocks), (DRAWS, len(blocks)))
    with np.errstate(invalid="ignore"):
        means: Floats = sums[drawn].sum(axis=1) / known[drawn].sum(axis=1)
    return means


def interval(means: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """Lower and upper end, of the draws' first axis."""
    tail = 100 * (1 - level) / 2
    low, high = np.nanpercentile(means, [tail, 100 - tail], axis=0)
    return low, high
