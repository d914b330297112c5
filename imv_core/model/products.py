"""Find products of two inputs that correlate with the residuals of a linear regression.

A product, a square or a switch need not correlate with the target, so that a regression does not
show it; but the residuals correlate with a product of two inputs. All products are tested one by
one (after Fan & Lv 2008), with a variance that allows for errors of uneven size (White 1980).
Those whose z lies beyond Bonferroni's bound are found.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from imv_core.arrays import Floats
from imv_core.model.linear import Linear, batches
from imv_core.windows.windows import Windows

MOST_INPUTS = 1000  # whose products are tested
MOST_PRODUCTS = 2**22  # in memory, of all steps together
SIGNIFICANCE = 1e-3  # probability of finding a product where there is none
LEAST = 0.1  # correlation with the residuals, below which a product is ignored


@dataclass(frozen=True)
class Products:
    """The products found per forecast step, the strongest first.

    Args:
        inputs: T * N, their number; the oldest lag comes first.
        pairs: per step, the positions i <= j of the two inputs, (P, 2); i = j is a square.
        effects: per step, the standard deviation of each product's effect on the scaled target,
            (P,).
    """

    inputs: int
    pairs: tuple[NDArray[np.intp], ...]
    effects: tuple[Floats, ...]

    @classmethod
    def find(cls, train: Windows, linear: Linear, center: Floats) -> "Products":
        """Test all products on the training windows.

        Args:
            train: W windows.
            linear: the regression.
            center: means of the inputs, which are subtracted before products are taken, (T * N,).
        """
        chosen = _screened(train, linear, center)
        few, H = len(chosen), train.horizon
        sums, variances = np.zeros((2, H, few, few), dtype=np.float32)
        squares, errors = np.zeros((few, few), dtype=np.float32), np.zeros(H)
        for x, residual in _residuals(train, linear, center):
            x = x[:, chosen]
            squares += (x**2).T @ x**2
            errors += (residual**2).sum(axis=0)
            for h in range(H):
                weighted = x * residual[:, h, None]
                sums[h] += x.T @ weighted
                variances[h] += (x**2).T @ weighted**2
        upper = np.triu_indices(few)
        bound = -NormalDist().inv_cdf(SIGNIFICANCE / 2 / (H * len(upper[0])))
        pairs, effects = [], []
        for h in range(H):
            size = np.abs(sums[h][upper])
            # h counts from 0: the errors of a step overlap with those of h other windows
            z = size / np.sqrt(np.maximum((h + 1) * variances[h][upper], 1e-12))
            correlation = size / np.sqrt(np.maximum(squares[upper] * errors[h], 1e-12))
            found = np.flatnonzero((z > bound) & (correlation > LEAST))
            found = found[np.argsort(-correlation[found])]
            pairs.append(chosen[np.stack(upper, axis=1)[found]])
            effects.append(correlation[found] * np.sqrt(errors[h] / len(train)))
        return cls(train.lookback * train.variables, tuple(pairs), tuple(effects))

    @property
    def by_input(self) -> Floats:
        """The effect of the strongest product of each input, 0 without one, (H, T * N)."""
        strongest = np.zeros((len(self.pairs), self.inputs), dtype=np.float32)
        for row, pairs, effects in zip(strongest, self.pairs, self.effects, strict=True):
            np.maximum.at(row, pairs, effects[:, None])
        return strongest

    @property
    def with_another(self) -> NDArray[np.bool_]:
        """Whether an input is in a product with another input, not in a square, (H, T * N)."""
        has = np.zeros((len(self.pairs), self.inputs), dtype=bool)
        for row, pairs in zip(has, self.pairs, strict=True):
            row[pairs[pairs[:, 0] != pairs[:, 1]]] = True
        return has


def _screened(train: Windows, linear: Linear, center: Floats) -> NDArray[np.intp]:
    """Return the positions of inputs to test: all, or those that most likely are in a product.

    The factors of a product correlate with the size of the errors, that of a square with the errors
    themselves.
    """
    H, inputs = train.horizon, len(center)
    most = min(MOST_INPUTS, int((MOST_PRODUCTS / H) ** 0.5))
    if inputs <= most:
        return np.arange(inputs)
    moments = [np.zeros((2 * inputs, 2 * H)), *np.zeros((2, 2 * inputs)), *np.zeros((2, 2 * H))]
    for x, residual in _residuals(train, linear, center):
        signs = np.hstack([x, x**2]).astype(float)
        errors = np.hstack([residual, residual**2]).astype(float)
        terms = (
            signs.T @ errors,
            signs.sum(axis=0),
            (signs**2).sum(axis=0),
            errors.sum(axis=0),
            (errors**2).sum(axis=0),
        )
        moments = [moment + term for moment, term in zip(moments, terms, strict=True)]
    cross, sign, signs2, error, errors2 = (moment / len(train) for moment in moments)
    covariance = cross - np.outer(sign, error)
    deviations = np.sqrt(np.outer(signs2 - sign**2, errors2 - error**2).clip(1e-12))
    strength = np.abs(covariance / deviations).max(axis=1).reshape(2, inputs).max(axis=0)
    return np.sort(np.argsort(-strength)[:most])


def _residuals(train: Windows, linear: Linear, center: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Yield centred inputs (B, T * N), and residuals (B, H), 0 without a true value."""
    for x, y, observed in batches(train):
        residual = np.where(observed, y - x @ linear.coefficients.T - linear.intercepts, 0.0)
        yield (x - center).astype(np.float32), residual.astype(np.float32)
