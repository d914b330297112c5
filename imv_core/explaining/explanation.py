"""What drives the forecasts: importance of variables and lags, over a whole set of windows.

Source: Guo et al. 2019, section 3.3: I = mean of q_m, T[n] = q-weighted mean of alpha_m[n].
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


@dataclass(frozen=True)
class Explanation:
    """The importances that follow from weights and attention of W windows.

    Importance rests on the posterior q, which knows the truth, where the objective learns densities
    ("em", "nll"; without a truth yet, on the prior pi). Else it rests on contributions:
    I is each variable's share of the sum of all |c_n| + s_n, where c_n is what variable n adds to
    the forecast of a window, and s_n how far it moves what the others add, by steering the weights
    (`MixtureAttention.steering`); T shares it out to lags. `rests_on` says which. Of several seeds
    it is the mean.

    Where the change is learnt, the last value of the target counts as what the target's own past
    adds at lag 1, unless the change is explained. Variables that all but copy each other are
    `groups`: what they add is counted once it has cancelled within its group, and how they share
    that is chance.

    An attention is not a proof of cause. Over states, which remember older inputs, its peak may
    come after the lag that matters, and the last state reaches the forecast beside it. Over inputs
    it weighs what a forecast is read from, but states still steer it.
    """

    seeds: tuple[int, ...]  # (K,) of the members
    explainer: Explainer
    totals: Totals
    per_window: PerWindow

    @classmethod
    def compute(
        cls, explainer: Explainer, first_seed: int, sums: tuple[Totals, PerWindow] | None = None
    ) -> "Explanation":
        """Pass over all windows once, batch by batch, unless their sums are known."""
        seeds = range(first_seed, first_seed + len(explainer.ensemble.members))
        return cls(tuple(seeds), explainer, *(sums or explainer.sums()))

    @property
    def variables(self) -> tuple[str, ...]:
        """The names, (N,)."""
        return self.explainer.scaling.variables

    @property
    def times(self) -> pd.DataFrame:
        """Stamps of the forecast steps, W rows, a column a step."""
        return self.explainer.windows.times

    @property
    def is_finite(self) -> bool:
        """Everything is a number, and some variable is credited at every step that counts."""
        sums = all(np.isfinite(values).all() for values in (*self.totals, *self.per_window))
        return sums and bool(np.isfinite(self.variable_importance).all())

    @property
    def rests_on(self) -> str:
        """Importance rests on the "posterior", the "prior" or the "contribution"."""
        return self.explainer.rests_on

    @property
    def explains(self) -> str:
        """What is explained: the "forecast", or the "change" since the last value."""
        return self.explainer.explains

    @property
    def lags_are_attention(self) -> bool:
        """T is attention: what importance rests on does not split into lags."""
        over = self.explainer.ensemble.settings.attention
        return self.rests_on != "contribution" or over == "states"

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Names of variables that all but copy each other over the training part."""
        return self.explainer.windows.groups

    @property
    def lags(self) -> list[int]:
        """1 (the last row of the window) to T (its oldest)."""
        return list(range(1, self.explainer.windows.lookback + 1))

    @property
    def uniform(self) -> tuple[float, float]:
        """What each variable, and each lag, would get if all were alike: 1/N and 1/T."""
        return 1 / len(self.variables), 1 / len(self.lags)

    @cached_property
    def importance_by_step(self) -> pd.DataFrame:
        """I for every forecast step, steps x variables; rows sum to 1."""
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
        """I by contributions, also where it rests on densities; sums to 1."""
        shares = self._by_step(_shares(self.totals.moved).mean(axis=0))
        return shares.mean().rename("importance")

    @property
    def prior_importance(self) -> "pd.Series[float]":
        """The mean of pi, which knows no truth; sums to 1."""
        means = self.per_window.weight.mean(axis=0, dtype=float)
        return pd.Series(means, index=list(self.variables), name="prior")

    @cached_property
    def temporal_importance(self) -> pd.DataFrame:
        """T, variables x lags; rows sum to 1.

        What each lag adds, and where a variable steers, its attention; the paper's q-weighted
        attention where importance rests on q, and over states.
        """
        return self._by_lag(self._temporal(slice(None), slice(None)))

    @property
    def temporal_importance_by_step(self) -> dict[int, pd.DataFrame]:
        """T for every forecast step, each variables x lags; rows sum to 1."""
        steps = range(self.explainer.windows.horizon)
        return {h + 1: self._by_lag(self._temporal(slice(None), slice(h, h + 1))) for h in steps}

    @property
    def temporal_spread(self) -> pd.DataFrame:
        """Standard deviation of T over the seeds, variables x lags; NaN where there is but one."""
        members = [self._temporal(slice(k, k + 1), slice(None)) for k in range(len(self.seeds))]
        spread = pd.DataFrame([member.ravel() for member in members]).std()
        return self._by_lag(spread.to_numpy().reshape(members[0].shape))

    @property
    def mean_attention(self) -> pd.DataFrame:
        """Attention averaged over windows alike, as the authors' code has it, variables x lags."""
        return self._by_lag(self.totals.attention.mean(axis=(0, 1)) / len(self.explainer.windows))

    @property
    def joint_importance(self) -> pd.DataFrame:
        """I[n] T[n, t], variables x lags; sums to 1, so that all cells can be compared."""
        return self.temporal_importance.mul(self.variable_importance, axis=0)

    @property
    def importance_range(self) -> pd.DataFrame:
        """Lowest and highest I over ten consecutive stretches of the windows, a row a variable.

        It tells how steady an importance is over time; `seed_range` how it differs between
        trainings.
        """
        blocks = self.totals.credit_by_block
        told = blocks.sum(axis=(0, 2, 3)) > 0  # a stretch may have no truth
        by_member = np.nanmean(_shares(blocks[:, told]), axis=2)  # each step alike, as in I
        return self._range(by_member.mean(axis=0))

    def range_at(self, step: int) -> pd.DataFrame:
        """The same of one forecast step: over the seeds where there are several, else over time."""
        if len(self.seeds) > 1:
            return self._range(_shares(self.totals.credit)[:, step - 1])
        blocks = self.totals.credit_by_block[0, :, step - 1]
        return self._range(_shares(blocks[blocks.sum(axis=-1) > 0]))

    def importance_in(self, groups: "pd.Categorical[Any]") -> pd.DataFrame:
        """I of groups of windows, groups x variables; rows sum to 1, empty groups are left out.

        Args:
            groups: of each of the W windows.
        """
        credit = pd.DataFrame(self.per_window.credit, columns=list(self.variables), dtype=float)
        sums = credit.groupby(pd.Series(groups), observed=True).sum()
        return pd.DataFrame(_shares(sums.to_numpy()), sums.index, sums.columns).dropna()

    @property
    def seed_range(self) -> pd.DataFrame:
        """Lowest and highest I over the seeds, a row a variable; both I where there is but one."""
        return self._range(self.importance_by_seed.to_numpy())

    @property
    def contribution_spread(self) -> "pd.Series[float]":
        """How far each variable moves the forecasts, in the target's unit.

        The standard deviation over windows of its contribution, mean over the forecast steps.
        """
        W = len(self.explainer.windows)
        mean, square = self.totals.contribution / W, self.totals.contribution_squares / W
        by_step = np.sqrt(np.maximum(square - mean**2, 0))  # (H, N), scaled
        spread = (by_step * np.array(self.explainer.scaling.spread)[:, None]).mean(axis=0)
        return pd.Series(spread, index=list(self.variables), name="contribution_spread")

    @property
    def summary(self) -> pd.DataFrame:
        """A row a variable: importance, its ranges over time and seeds, prior, and spread."""
        columns = self.importance_range
        columns.insert(0, "importance", self.variable_importance)
        if len(self.seeds) > 1:
            columns = columns.join(self.seed_range.add_prefix("seeds_"))
        columns = columns.join(self.prior_importance).join(self.contribution_spread)
        return columns.rename_axis("variable")

    @property
    def weights(self) -> pd.DataFrame:
        """Pi of every window, mean over the steps, by the time of the first; rows sum to 1."""
        index = pd.Index(self.times[1], name="time")
        return pd.DataFrame(self.per_window.weight, index=index, columns=list(self.variables))

    @property
    def credits(self) -> pd.DataFrame:
        """What importance adds up of every window, mean over the steps, as shares of the row."""
        index = pd.Index(self.times[1], name="time")
        return pd.DataFrame(
            _shares(self.per_window.credit), index=index, columns=list(self.variables)
        )

    def windows(self, which: slice) -> WindowDetail:
        """Attention, weights and contributions of some windows, computed again.

        Raises:
            NoWindowError: the slice holds none of the W windows.
        """
        return self.explainer.details(which)

    def frames(self) -> Iterator[pd.DataFrame]:
        """What `to_frame` gives, some windows at a time."""
        return self.explainer.frames()

    def to_frame(self) -> pd.DataFrame:
        """Everything, tidy: a row for each forecast time, step, variable and lag.

        `weight`, `responsibility` and `contribution` belong to a variable as a whole and repeat
        over its lags; `contribution_by_lag` is empty where a contribution is no sum over lags.
        """
        return pd.concat(self.frames(), ignore_index=True)

    def write_csv(self, file: TextIO) -> None:
        """Write what `to_frame` gives, some windows at a time."""
        for place, frame in enumerate(self.frames()):
            write_csv(frame, file, "%.10g", header=place == 0)

    def _temporal(self, members: slice, steps: slice) -> Floats:
        """T of some members and steps, oldest first, (N, T)."""
        credit = self.totals.credit[members, steps].sum(axis=(0, 1))
        weighted = self.totals.by_lag[members, steps].sum(axis=(0, 1))
        # a variable that no window credits has nothing to share out but its attention
        alike = self.totals.attention[members, steps].sum(axis=(0, 1))
        return _shares(np.where(credit[:, None] > 0, weighted, alike))

    def _by_step(self, values: Floats) -> pd.DataFrame:
        steps = pd.RangeIndex(1, len(values) + 1, name="step")
        return pd.DataFrame(values, index=steps, columns=list(self.variables))

    def _by_lag(self, values: Floats) -> pd.DataFrame:
        """From oldest-first columns to lags 1..T."""
        return by_lag(values, self.variables)

    def _range(self, shares: Floats) -> pd.DataFrame:
        """Lowest and highest of each column."""
        return pd.DataFrame(
            {"low": shares.min(axis=0), "high": shares.max(axis=0)}, index=list(self.variables)
        )


def _shares(values: Floats) -> Floats:
    """Sum to 1 along the last axis; NaN where nothing is credited, as at a step without a truth."""
    with np.errstate(invalid="ignore"):
        shares: Floats = values / values.sum(axis=-1, keepdims=True)
    return shares
