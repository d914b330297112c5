"""Linear regressions on all lags of all variables: a simple forecast, and the model's start.

They are computed from sums over the training windows, batch by batch, so that not all windows are
in memory at once. Penalties are chosen on the validation part.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imv_core.arrays import Floats
from imv_core.windows.scaling import Scaling
from imv_core.windows.windows import Windows

RIDGE_PENALTIES = np.logspace(-2, 4, 7)
LASSO_PENALTIES = 25  # from the least that leaves no weight to a ten-thousandth of it
MOST_FOR_LASSO = 1000  # inputs


@dataclass(frozen=True)
class Linear:
    """One regression per forecast step, in scaled units."""

    coefficients: Floats  # (H, T * N) float32, the oldest step first
    intercepts: Floats  # (H,) float32

    def predict(self, windows: Windows, scaling: Scaling) -> Floats:
        """Return forecasts in the target's unit, (W, H)."""
        scaled = [x @ self.coefficients.T + self.intercepts for x, _, _ in batches(windows)]
        return windows.base(windows.origins) + np.concatenate(scaled) * scaling.spread


@dataclass(frozen=True)
class Moments:
    """Means and covariances of the inputs and the scaled target over the training windows."""

    lookback: int
    variables: int
    mean_x: Floats  # (T * N,)
    mean_y: Floats  # (H,)
    covariance: Floats  # (T * N, T * N)
    cross: Floats  # (T * N, H)
    count: int  # windows with a true value for every step

    @classmethod
    def from_windows(cls, train: Windows) -> "Moments":
        """Compute them from all windows, in float64."""
        size = train.lookback * train.variables
        sum_x, sum_y = np.zeros(size), np.zeros(train.horizon)
        squares, products = np.zeros((size, size)), np.zeros((size, train.horizon))
        count = 0
        for x, y, observed in batches(train):
            whole = observed.all(axis=1)
            x, y = x[whole], y[whole]
            sum_x += x.sum(axis=0)
            sum_y += y.sum(axis=0)
            squares += x.T @ x
            products += x.T @ y
            count += len(x)
        mean_x, mean_y = sum_x / max(count, 1), sum_y / max(count, 1)
        squares /= max(count, 1)
        squares -= np.outer(mean_x, mean_x)
        cross = products / max(count, 1) - np.outer(mean_x, mean_y)
        return cls(train.lookback, train.variables, mean_x, mean_y, squares, cross, count)

    def ridge(self, validation: Windows) -> Linear:
        """Fit a ridge regression (Hoerl & Kennard 1970); the penalty is the best of seven."""
        eye = np.eye(len(self.covariance)) / max(self.count, 1)
        paths = [np.linalg.solve(self.covariance + p * eye, self.cross) for p in RIDGE_PENALTIES]
        return self._best(np.stack(paths, axis=2), validation)

    def lasso(self, validation: Windows) -> Linear:
        """Fit a lasso, which has few weights (Tibshirani 1996); the penalty is the best of a path.

        Of more than 1,000 inputs, those with the largest covariance are used (Fan & Lv 2008).
        Where a change is predicted, both the regression of the change and that of the level are
        tried: a target that does not depend on its last value has no weight for it in the level,
        but one in the change, which cancels the added last value.
        """
        anchored = validation.anchor_weights
        paths = [self._paths(self.cross)]
        if anchored.any():
            level = self._paths(self.cross + self.covariance @ anchored)
            paths.append(level - anchored[:, :, None])
        return self._best(np.concatenate(paths, axis=2), validation)

    def _paths(self, cross: Floats) -> Floats:
        """Return weights per penalty, (T * N, H, penalties).

        Args:
            cross: covariances of the inputs with the predicted level or change, (T * N, H).
        """
        from sklearn.exceptions import ConvergenceWarning  # imported here, as it takes a second
        from sklearn.linear_model import lasso_path

        chosen = np.argsort(-np.abs(cross).max(axis=1))[:MOST_FOR_LASSO]
        # as many made-up rows as inputs with the same covariances, on which the lasso depends
        values, vectors = np.linalg.eigh(self.covariance[np.ix_(chosen, chosen)])
        kept = values > 1e-9 * max(values[-1], 1e-12)
        roots = np.sqrt(values[kept])
        x = roots[:, None] * vectors[:, kept].T
        y = vectors[:, kept].T @ cross[chosen] / roots[:, None]
        rows = np.sqrt(kept.sum())  # lasso_path takes means over rows
        paths = np.zeros((len(cross), y.shape[1], LASSO_PENALTIES))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # an approximate path suffices
            for h in range(y.shape[1]):
                largest = max(np.abs(cross[chosen, h]).max(), 1e-12)
                penalties = np.geomspace(largest, 1e-4 * largest, LASSO_PENALTIES)
                paths[chosen, h] = lasso_path(
                    x * rows, y[:, h] * rows, alphas=penalties, tol=1e-3, max_iter=300
                )[1]
        return paths

    def spread(self, linear: Linear) -> Floats:
        """Return the standard deviation of each variable's part of a regression, (N, H)."""
        T, N = self.lookback, self.variables
        blocks = self.covariance.reshape(T, N, T, N)
        weights = linear.coefficients.reshape(-1, T, N)
        variances = np.einsum("htn,tnsn,hsn->nh", weights, blocks, weights, optimize=True)
        spread: Floats = np.sqrt(np.maximum(variances, 0.0))
        return spread

    def _best(self, paths: Floats, validation: Windows) -> Linear:
        """Return, per step, the candidate with the least squared error.

        Args:
            paths: weights, (T * N, H, candidates).
            validation: windows of the validation part.
        """
        intercepts = self.mean_y[:, None] - np.tensordot(self.mean_x, paths, axes=1)
        errors = np.zeros(intercepts.shape)
        for x, y, observed in batches(validation):
            error = np.tensordot(x, paths, axes=1) + intercepts - y[:, :, None]
            errors += np.where(observed[:, :, None], error**2, 0.0).sum(axis=0)
        best = errors.argmin(axis=1)
        steps = np.arange(len(best))
        coefficients = paths[:, steps, best].T.astype(np.float32)
        return Linear(coefficients, intercepts[steps, best].astype(np.float32))


def batches(windows: Windows) -> Iterator[tuple[Floats, Floats, NDArray[np.bool_]]]:
    """Yield inputs (B, T * N), scaled targets (B, H), and whether they are known (B, H)."""
    for start in range(0, len(windows), 1024):
        batch = windows.batch(slice(start, start + 1024))
        x, y = batch.x.flatten(1).double().numpy(), batch.y.double().numpy()
        yield x, y, batch.observed.numpy()
