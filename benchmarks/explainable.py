"""An explainable boosting machine on the same windows: boosted trees, one sum of cells.

Source: H. Nori, S. Jenkins, P. Koch and R. Caruana (2019), "InterpretML: A Unified Framework for
Machine Learning Interpretability", arXiv:1909.09223; the package `interpret-core`. One step ahead.
As in `benchmarks.boosting`, the validation part chooses between the target's level and its change.
"""

import importlib.util
from typing import Any, NamedTuple

import numpy as np

from benchmarks.boosting import lags
from imv_core.arrays import Floats
from imv_core.windows.windows import Windows

# Below its defaults (14 bags, 50,000 rounds), which take minutes per target.
BAGS = 2
ROUNDS = 1_000
INTERACTIONS = 10  # pairs of cells


class Explainable(NamedTuple):
    """A fitted machine."""

    model: Any
    is_change: bool
    error: float  # mean squared error on the validation part

    def predict(self, windows: Windows) -> Floats:
        """Return forecasts in the target's unit, (W,)."""
        forecast: Floats = self.model.predict(lags(windows))
        return forecast + windows.last_known if self.is_change else forecast

    def contributions(self, windows: Windows) -> Floats:
        """Return the contribution of each cell, (W, T * N), oldest lag first.

        The term of a pair of cells is divided in halves.
        """
        x = lags(windows)
        found = np.zeros(x.shape)
        terms = self.model.eval_terms(x)
        for cells, added in zip(self.model.term_features_, terms.T, strict=True):
            for cell in cells:
                found[:, cell] += added / len(cells)
        return found


def is_installed() -> bool:
    """Return whether the package is installed."""
    return importlib.util.find_spec("interpret") is not None


def fit(train: Windows, validation: Windows, seed: int) -> Explainable:
    """Fit level and change; keep the one with the smaller validation error."""
    fitted = [_fit(train, validation, seed, is_change) for is_change in (False, True)]
    return min(fitted, key=lambda machine: machine.error)


def _fit(train: Windows, validation: Windows, seed: int, is_change: bool) -> Explainable:
    from interpret.glassbox import ExplainableBoostingRegressor

    model = ExplainableBoostingRegressor(
        outer_bags=BAGS,
        interactions=INTERACTIONS,
        max_rounds=ROUNDS,
        n_jobs=1,
        random_state=seed,
    )
    base = train.last_known if is_change else 0.0
    model.fit(lags(train), train.actual[:, 0] - base)
    machine = Explainable(model, is_change, np.inf)
    error = np.mean((machine.predict(validation) - validation.actual[:, 0]) ** 2)
    return machine._replace(error=float(error))
