"""The explanations of each method on a Barić data set: sources, cells and coefficients.

Contributions are those to the forecast of the level, relative to the training medians. Where a
change is learnt, the last value of the target, to which it is added, belongs to its own lag 1.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks import boosting, explainable, rivals
from benchmarks.baric_data import LAGS, World
from benchmarks.baric_equations import LOOKBACK, Floats, Mask
from imv_core import IMVForecaster, Table, read_table
from imv_core.model.linear import Moments
from imv_core.training.preparation import Prepared, prepare
from imv_core.training.settings import Settings
from imv_core.windows.windows import Windows


class Claims(NamedTuple):
    """Scores of a method over some windows; the higher, the more important."""

    sources: pd.Series  # by variable
    cells: pd.DataFrame  # variables x lags
    coefficients: pd.DataFrame | None = None  # in the units of the table; None: the method has none


class Trained(NamedTuple):
    """The error and the claims of one trained method."""

    mse: float  # on the test part
    claims: Callable[[Mask], Claims]  # over some of its windows


@dataclass(frozen=True)
class Case:
    """A target of a world, and the settings of its training."""

    world: World
    settings: Settings

    @cached_property
    def table(self) -> Table:
        """Table of the world."""
        return read_table(self.world.frame, name=self.world.data.label)

    @cached_property
    def prepared(self) -> Prepared:
        """Scaling and windows of the table."""
        return prepare(self.table, self.settings)

    @cached_property
    def test(self) -> Windows:
        """Windows of the test part."""
        return self.prepared.train.for_part("test")

    def mse(self, forecast: Floats) -> float:
        """Return the mean squared test error of forecasts, (W,), in the target's unit."""
        return float(np.mean((forecast - self.test.actual[:, 0]) ** 2))

    def of_level(self, contributions: Floats, is_change: bool) -> Floats:
        """Return contributions by cell to the level, (W, T, N), oldest first.

        Args:
            contributions: to the learnt level or change.
            is_change: they are to the change.
        """
        if not is_change:
            return contributions
        scaling = self.prepared.scaling
        own = scaling.variables.index(scaling.target)
        whole = contributions.copy()
        whole[:, -1, own] += self.test.last_known - scaling.mean[own]
        return whole

    def claims(self, contributions: Floats, which: Mask) -> Claims:
        """Make claims from contributions by cell, (W, T, N), oldest first.

        A coefficient is the slope of a cell's contribution against its value.
        """
        added, past = contributions[which], self.world.past[which]
        centred = past - past.mean(axis=0)
        slopes = (centred * added).sum(axis=0) / np.maximum((centred**2).sum(axis=0), 1e-12)
        size = np.abs(added.sum(axis=1)).mean(axis=0)
        sources = pd.Series(size, index=self.world.data.names)
        return Claims(sources, self.by_lag(np.abs(added).mean(axis=0)), self.by_lag(slopes))

    def by_lag(self, values: Floats) -> pd.DataFrame:
        """Turn (T, N), oldest first, into variables x lags."""
        return pd.DataFrame(values[::-1].T, index=self.world.data.names, columns=list(LAGS))


def ours(case: Case) -> Trained:
    """Train with default settings; claim I, the joint map, and the slopes of contributions."""
    forecaster = IMVForecaster.from_settings(case.settings).fit(case.table)
    explanation = forecaster.explain(case.table, part="test")
    by_lag = explanation.windows(slice(None)).contribution_by_lag
    assert by_lag is not None  # attention over inputs: contributions are sums over lags
    contributions = by_lag[:, 0].swapaxes(1, 2)

    def claims(which: Mask) -> Claims:
        found = case.claims(contributions, which)
        if not which.all():
            return found
        return found._replace(
            sources=explanation.variable_importance, cells=explanation.joint_importance
        )

    return Trained(_mse(forecaster, case), claims)


def textbook(case: Case) -> Trained:
    """Train the paper's attention; claim beta, and beta times alpha, which have no signs."""
    forecaster = IMVForecaster.from_settings(case.settings).fit(case.table)
    detail = forecaster.explain(case.table, part="test").windows(slice(None))
    beta, alpha = detail.weight[:, 0], detail.attention[:, 0]  # (W, N), (W, N, T)

    def claims(which: Mask) -> Claims:
        sources = pd.Series(beta[which].mean(axis=0), index=case.world.data.names)
        joint = (beta[which, :, None] * alpha[which]).mean(axis=0)
        return Claims(sources, case.by_lag(joint.T))

    return Trained(_mse(forecaster, case), claims)


def ridge(case: Case) -> Trained:
    """Fit a linear regression on all cells."""
    scaling, _, train, validation = case.prepared
    linear = Moments.from_windows(train).ridge(validation)
    each = boosting.lags(case.test) * linear.coefficients[0] * scaling.spread[0]
    contributions = case.of_level(_split(each), scaling.is_change)
    forecast = linear.predict(case.test, scaling)[:, 0]
    return Trained(case.mse(forecast), lambda which: case.claims(contributions, which))


def boosted(case: Case) -> Trained:
    """Fit gradient boosting; claim the rise of the error when a cell is shuffled, without signs."""
    scaling, _, train, validation = case.prepared
    fitted = boosting.fit(train, validation)

    def claims(which: Mask) -> Claims:
        windows = copy.copy(case.test)
        windows.origins = windows.origins[which]
        scores = rivals.permutation(fitted.predict, windows, scaling)
        assert scores.variables is not None
        assert scores.cells is not None
        return Claims(scores.variables, scores.cells)

    forecast = fitted.predict(boosting.lags(case.test), case.test.last_known)[:, 0]
    return Trained(case.mse(forecast), claims)


def machine(case: Case) -> Trained:
    """Fit an explainable boosting machine, whose terms are contributions."""
    fitted = explainable.fit(*case.prepared[2:], seed=case.settings.seed)
    each = _split(fitted.contributions(case.test))
    contributions = case.of_level(each, fitted.is_change)
    return Trained(
        case.mse(fitted.predict(case.test)), lambda which: case.claims(contributions, which)
    )


def _split(each: Floats) -> Floats:
    """Reshape (W, T * N) to (W, T, N)."""
    return each.reshape(len(each), LOOKBACK, -1)


def _mse(forecaster: IMVForecaster, case: Case) -> float:
    return float(forecaster.score(case.table, part="test")["rmse"]) ** 2


METHODS: dict[str, Callable[[Case], Trained]] = {
    "ours": ours,
    "textbook": textbook,
    "ridge": ridge,
    "boosting": boosted,
    "explainable": machine,
}
