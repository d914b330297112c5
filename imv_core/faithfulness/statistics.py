"""Statistics of the checks: intervals by block bootstrap, and agreement of two sets of shares.

Source of the block bootstrap: Künsch (1989), The Annals of Statistics 17(3), 1217-1241. It draws
whole blocks of windows, as windows resemble their neighbours.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from imv_core.arrays import Floats, shares

DRAWS = 400
FEWEST, MOST = 8, 50  # blocks


def block_means(values: Floats, shortest: int, seed: int = 0) -> Floats:
    """Return the means of series made of blocks drawn at random, (DRAWS, ...).

    Args:
        values: (W, ...) in the order of time; NaN counts as missing.
        shortest: the fewest rows per block; there are always eight blocks or more.
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
    """Return the bounds between which the middle share `level` of draws lies, over axis 0."""
    tail = 100 * (1 - level) / 2
    low, high = np.nanpercentile(means, [tail, 100 - tail], axis=0)
    return low, high


def agreement(first: Floats, second: Floats) -> float:
    """Return the sum of the smaller shares: 1 for equal shares, 0 without overlap."""
    return float(np.minimum(shares(first), shares(second)).sum())


def rank_correlation(first: "pd.Series[float]", second: "pd.Series[float]") -> float:
    """Return Kendall's tau; 1 for a single value, 0 if all values of one side are equal."""
    tau = float(first.corr(second, method="kendall")) if len(first) > 1 else 1.0
    return tau if np.isfinite(tau) else 0.0


def above_uniform(sizes: Floats) -> NDArray[np.bool_]:
    """Return where a size reaches the uniform share of its row; the largest size always does."""
    total = sizes.sum(axis=-1, keepdims=True)
    first = sizes == sizes.max(axis=-1, keepdims=True)
    # a rounding error must not decide
    above: NDArray[np.bool_] = (sizes >= (1 - 1e-9) * total / sizes.shape[-1]) | first
    return above
