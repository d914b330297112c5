"""Gradient boosting on the same windows, the usual method for tables.

scikit-learn's HistGradientBoostingRegressor on all lags of all variables, one model per step, with
default settings but for two, chosen on the validation part: the number of rounds (its own early
stopping splits windows at random, although neighbours in time are nearly equal), and whether it
learns the target's level or its change since the last row.
"""

from itertools import islice
from typing import NamedTuple

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor

from imv_core.arrays import Floats
from imv_core.windows.windows import Windows

ROUNDS = (10, 25, 50, 100, 200, 400)


class _Step(NamedTuple):
    """The model of one forecast step."""

    error: float  # mean squared error on the validation part
    rounds: int
    is_change: bool
    model: HistGradientBoostingRegressor

    def predict(self, x: Floats, last_known: Floats) -> Floats:
        stages = self.model.staged_predict(x)
        stage: Floats = next(islice(stages, self.rounds - 1, None))
        return stage + last_known if self.is_change else stage


class Boosting(NamedTuple):
    """A fitted model per forecast step."""

    steps: list[_Step]

    def predict(self, x: Floats, last_known: Floats) -> Floats:
        """Return forecasts in the target's unit, (M, H).

        Args:
            x: from `lags`, (M, T * N).
            last_known: the target at each origin, in its unit, (M,).
        """
        return np.stack([step.predict(x, last_known) for step in self.steps], axis=1)


def fit(train: Windows, validation: Windows) -> Boosting:
    """Fit every step; choose rounds, and level or change, on the validation part."""
    return Boosting(
        [
            min(
                (_fit(train, validation, step, is_change) for is_change in (False, True)),
                key=lambda fitted: fitted.error,
            )
            for step in range(train.horizon)
        ]
    )


def forecast(train: Windows, validation: Windows, test: Windows) -> Floats:
    """Return forecasts of the test windows in the target's unit, (W, H)."""
    return fit(train, validation).predict(lags(test), test.last_known)


def lags(windows: Windows) -> Floats:
    """Return all lags of all variables, (W, T * N), oldest first, scaled as for the network."""
    return windows.batch(slice(0, len(windows))).x.flatten(1).numpy()


def _base(windows: Windows, is_change: bool) -> Floats:
    return windows.last_known if is_change else np.zeros(len(windows))


def _fit(train: Windows, validation: Windows, step: int, is_change: bool) -> _Step:
    y = train.actual[:, step] - _base(train, is_change)
    known = np.isfinite(y)
    model = HistGradientBoostingRegressor(max_iter=max(ROUNDS), early_stopping=False)
    model.fit(lags(train)[known], y[known])
    truth = validation.actual[:, step] - _base(validation, is_change)
    stages = enumerate(model.staged_predict(lags(validation)), start=1)
    errors = {
        rounds: float(np.nanmean((stage - truth) ** 2))
        for rounds, stage in stages
        if rounds in ROUNDS
    }
    rounds = min(errors, key=lambda rounds: errors[rounds])
    return _Step(errors[rounds], rounds, is_change, model)
