"""Importance of variables and lags over the windows of a part.

Source: Guo et al. 2019, section 3.3: I is the mean of q over the windows, and T[n] the mean of
alpha[n], weighted by q.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TextIO

import numpy as np
import pandas as pd

from imv_core.arrays import Floats, by_lag
from imv_core.csv_output import write_csv
from imv_core.explaining.explainer import Explainer, PerWindow, Totals, WindowDetail
from imv_core.model.decomposition import Explained
from imv_core.model.imv_lstm import Attention


@dataclass(frozen=True)
class Explanation:
    """Importance I of the variables, and T of their lags, over W windows.

    I is each variable's share of all credit, and T divides the share among the lags. `rests_on`
    names what credit is. If the objective learns densities ("em", "nll"), it is the posterior q, or
    the prior pi where no true value is known. Otherwise it is |c_n| + s_n: the size of the
    contribution of variable n to the forecast of a window, and its steering, the effect on the
    others' contributions through the weights (`MixtureAttention.steering`). With several seeds,
    importance is the mean over them.

    Where the model predicts a change, the last value of the target counts as a contribution of the
    target's own past at lag 1, unless the change is explained. Variables that nearly copy each
    other are `groups`: contributions of opposite sign cancel within a group before they count, and
    how its variables share the rest is chance.

    Attention is no proof of cause. Attention over states may peak at a later row than the one that
    matters, as states also contain older inputs; besides, the last state enters the forecast
    directly. Attention over inputs weighs the input values, but is computed from the states.

    Attributes:
        seeds: one per member, K.
        explainer: of the windows.
        totals: sums over all windows.
        per_window: values per window.
    """

    seeds: tuple[int, ...]
    explainer: Explainer
    totals: Totals
    per_window: PerWindow

    @classmethod
    def compute(
        cls, explainer: Explainer, first_seed: int, sums: tuple[Totals, PerWindow] | None = None
    ) -> "Explanation":
        """Explain all windows; `sums` that are given are not computed again."""
        seeds = range(first_seed, first_seed + len(explainer.ensemble.members))
        return cls(tuple(seeds), explainer, *(sums or explainer.sums()))

    @property
    def variables(self) -> tuple[str, ...]:
        """The names, (N,)."""
        return self.explainer.scaling.variables

    @property
    def times(self) -> pd.DataFrame:
        """Times of the forecast steps, windows x steps 1..H."""
        return self.explainer.windows.times

    @property
    def is_finite(self) -> bool:
        """Whether all sums and importances are finite numbers."""
        sums = all(np.isfinite(values).all() for values in (*self.totals, *self.per_window))
        return sums and bool(np.isfinite(self.variable_importance).all())

    @property
    def rests_on(self) -> str:
        """The basis of importance: "posterior", "prior" or "contribution"."""
        return self.explainer.rests_on

    @property
    def explains(self) -> Explained:
        """The subject: the forecast, or the change since the last value."""
        return self.explainer.explains

    @property
    def lags_are_attention(self) -> bool:
        """Whether T is attention alone, because credit does not split into lags."""
        over = self.explainer.ensemble.settings.attention
        return self.rests_on != "contribution" or over is Attention.STATES

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Names of variables that nearly copy each other over the training part."""
        return self.explainer.windows.groups

    @property
    def lags(self) -> list[int]:
        """1 (the last row of the window) to T (the oldest)."""
        return list(range(1, self.explainer.windows.lookback + 1))

    @property
    def uniform(self) -> tuple[float, float]:
        """The uniform share of a variable and of a lag: 1/N and 1/T."""
        return 1 / len(self.variables), 1 / len(self.lags)

    @cached_property
    def importance_by_step(self) -> pd.DataFrame:
        """I per forecast step, steps x variables; rows sum to 1."""
        return self._by_step(_shares(self.totals.credit).mean(axis=0))

    @property
    def variable_importance(self) -> "pd.Series[float]":
        """I, the mean over the forecast steps; sums to 1."""
        return self.importance_by_step.mean().rename("importance")

    @cached_property
    def importance_by_seed(self) -> pd.DataFrame:
        """I of each member alone, seeds x variables; rows sum to 1."""
        seeds = pd.Index(self.seeds, name="seed")
        shares = np.nanmean(_shares(self.totals.credit), axis=1)
        return pd.DataFrame(shares, index=seeds, columns=list(self.variables))

    @property
    def contribution_importance(self) -> "pd.Series[float]":
        """I computed from contributions, also where I itself rests on densities; sums to 1."""
        shares = self._by_step(_shares(self.totals.moved).mean(axis=0))
        return shares.mean().rename("importance")

    @property
    def prior_importance(self) -> "pd.Series[float]":
        """The mean of pi, which does not depend on the true value; sums to 1."""
        means = self.per_window.weight.mean(axis=0, dtype=float)
        return pd.Series(means, index=list(self.variables), name="prior")

    @cached_property
    def temporal_importance(self) -> pd.DataFrame:
        """T, variables x lags; rows sum to 1.

        Contributions are divided by those of the lags, steering by attention. Where importance
        rests on q, T is attention weighted by q, as in the paper.
        """
        return self._by_lag(self._temporal(slice(None), slice(None)))

    @property
    def temporal_importance_by_step(self) -> dict[int, pd.DataFrame]:
        """T per forecast step, each variables x lags; rows sum to 1."""
        steps = range(self.explainer.windows.horizon)
        return {h + 1: self._by_lag(self._temporal(slice(None), slice(h, h + 1))) for h in steps}

    @property
    def temporal_spread(self) -> pd.DataFrame:
        """Standard deviation of T over the seeds, variables x lags; NaN for a single seed."""
        members = [self._temporal(slice(k, k + 1), slice(None)) for k in range(len(self.seeds))]
        spread = pd.DataFrame([member.ravel() for member in members]).std()
        return self._by_lag(spread.to_numpy().reshape(members[0].shape))

    @property
    def mean_attention(self) -> pd.DataFrame:
        """Plain mean of attention over all windows, as in the authors' code, variables x lags."""
        return self._by_lag(self.totals.attention.mean(axis=(0, 1)) / len(self.explainer.windows))

    @property
    def joint_importance(self) -> pd.DataFrame:
        """I[n] T[n, t], variables x lags; sums to 1, so that all cells can be compared."""
        return self.temporal_importance.mul(self.variable_importance, axis=0)

    @property
    def importance_range(self) -> pd.DataFrame:
        """Lowest and highest I over ten consecutive blocks of the windows, one row per variable.

        This is the variation over time; `seed_range` is that between trainings.
        """
        blocks = self.totals.credit_by_block
        has_credit = blocks.sum(axis=(0, 2, 3)) > 0  # a block may have no true value
        by_member = np.nanmean(
            _shares(blocks[:, has_credit]), axis=2
        )  # steps count equally, as in I
        return self._range(by_member.mean(axis=0))

    def range_at(self, step: int) -> pd.DataFrame:
        """Return the range of I at one forecast step: over the seeds, or over time for one seed."""
        if len(self.seeds) > 1:
            return self._range(_shares(self.totals.credit)[:, step - 1])
        blocks = self.totals.credit_by_block[0, :, step - 1]
        return self._range(_shares(blocks[blocks.sum(axis=-1) > 0]))

    def importance_in(self, groups: "pd.Categorical[Any]") -> pd.DataFrame:
        """Return I of groups of windows, groups x variables; rows sum to 1.

        Args:
            groups: the group of each window, (W,); groups without a window are left out.
        """
        credit = pd.DataFrame(self.per_window.credit, columns=list(self.variables), dtype=float)
        sums = credit.groupby(pd.Series(groups), observed=True).sum()
        return pd.DataFrame(_shares(sums.to_numpy()), sums.index, sums.columns).dropna()

    @property
    def seed_range(self) -> pd.DataFrame:
        """Lowest and highest I over the seeds, one row per variable; equal for a single seed."""
        return self._range(self.importance_by_seed.to_numpy())

    @property
    def contribution_spread(self) -> "pd.Series[float]":
        """Standard deviation of each variable's contribution over the windows.

        It is in the target's unit, and the mean over the forecast steps.
        """
        W = len(self.explainer.windows)
        mean, square = self.totals.contribution / W, self.totals.contribution_squares / W
        by_step = np.sqrt(np.maximum(square - mean**2, 0))  # (H, N), scaled
        spread = (by_step * np.array(self.explainer.scaling.spread)[:, None]).mean(axis=0)
        return pd.Series(spread, index=list(self.variables), name="contribution_spread")

    @property
    def summary(self) -> pd.DataFrame:
        """One row per variable: importance, its ranges over time and seeds, prior, and spread."""
        columns = self.importance_range
        columns.insert(0, "importance", self.variable_importance)
        if len(self.seeds) > 1:
            columns = columns.join(self.seed_range.add_prefix("seeds_"))
        columns = columns.join(self.prior_importance).join(self.contribution_spread)
        return columns.rename_axis("variable")

    @property
    def weights(self) -> pd.DataFrame:
        """Mean of pi over the steps, windows x variables; index times of step 1; rows sum to 1."""
        index = pd.Index(self.times[1], name="time")
        return pd.DataFrame(self.per_window.weight, index=index, columns=list(self.variables))

    @property
    def credits(self) -> pd.DataFrame:
        """Share of each variable in the credit of a window, windows x variables, index as above."""
        index = pd.Index(self.times[1], name="time")
        return pd.DataFrame(
            _shares(self.per_window.credit), index=index, columns=list(self.variables)
        )

    def windows(self, which: slice) -> WindowDetail:
        """Compute attention, weights and contributions of some windows.

        Raises:
            NoWindowError: the slice selects none of the W windows.
        """
        return self.explainer.details(which)

    def frames(self) -> Iterator[pd.DataFrame]:
        """Yield the rows of `to_frame` in parts, each of some windows."""
        return self.explainer.frames()

    def to_frame(self) -> pd.DataFrame:
        """Return all details: one row per forecast time, step, variable and lag.

        `weight`, `responsibility` and `contribution` belong to a variable as a whole and repeat
        over its lags; `contribution_by_lag` is empty where contributions do not split into lags.
        """
        return pd.concat(self.frames(), ignore_index=True)

    def write_csv(self, file: TextIO) -> None:
        """Write `to_frame` as CSV, some windows at a time."""
        for number, frame in enumerate(self.frames()):
            write_csv(frame, file, "%.10g", header=number == 0)

    def _temporal(self, members: slice, steps: slice) -> Floats:
        """Return T of some members and steps, (N, T), oldest lag first."""
        credit = self.totals.credit[members, steps].sum(axis=(0, 1))
        weighted = self.totals.by_lag[members, steps].sum(axis=(0, 1))
        # a variable without any credit has only its attention
        unweighted = self.totals.attention[members, steps].sum(axis=(0, 1))
        return _shares(np.where(credit[:, None] > 0, weighted, unweighted))

    def _by_step(self, values: Floats) -> pd.DataFrame:
        steps = pd.RangeIndex(1, len(values) + 1, name="step")
        return pd.DataFrame(values, index=steps, columns=list(self.variables))

    def _by_lag(self, values: Floats) -> pd.DataFrame:
        """Return (N, T), oldest lag first, as variables x lags 1..T."""
        return by_lag(values, self.variables)

    def _range(self, shares: Floats) -> pd.DataFrame:
        """Return the lowest and highest share per variable."""
        return pd.DataFrame(
            {"low": shares.min(axis=0), "high": shares.max(axis=0)}, index=list(self.variables)
        )


def _shares(values: Floats) -> Floats:
    """Divide by the sum over the last axis; NaN where it is 0, as at steps without a true value."""
    with np.errstate(invalid="ignore"):
        shares: Floats = values / values.sum(axis=-1, keepdims=True)
    return shares
