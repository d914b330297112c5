"""What drives the forecasts: importance of variables and lags, over a whole set of windows.

Source: Guo et al. 2019, section 3.3: I = mean of q_m, T[n] = q-weighted mean of alpha_m[n].
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from imv_core.scaling import Floats

BLOCKS = 10  # consecutive stretches over which an importance's range is taken


@dataclass(frozen=True)
class Explanation:
    """Weights and attention of W windows, and the importances that follow from them.

    `weight` is pi, known before the truth; `responsibility` is q, which knows it. Importance
    rests on q, except where there is no truth yet or the objective learns no densities ("mse"):
    there it rests on pi, and `rests_on` says which.

    An attention is not a proof of cause. It lies on hidden states, which remember older inputs: a
    peak may come after the lag that matters; and the last state, like the linear path, reaches the
    forecast beside it.
    """

    variables: tuple[str, ...]
    times: pd.DataFrame  # (W, H) stamps of the forecast steps, one column a step
    attention: Floats  # (W, N, T) alpha; the last column is lag 1
    weight: Floats  # (W, H, N) pi
    responsibility: Floats  # (W, H, N) q; NaN where there is no true value
    contribution: Floats  # (W, H, N) pi (mu - b), in the target's unit
    base: Floats  # (W, 1) b, or the last known value where a change is predicted
    rests_on: str  # "posterior" or "prior"

    @property
    def lags(self) -> list[int]:
        """1 (the last row of the window) to T (its oldest)."""
        return list(range(1, self.attention.shape[2] + 1))

    @property
    def uniform(self) -> tuple[float, float]:
        """What each variable, and each lag, would get if all were alike: 1/N and 1/T."""
        return 1 / len(self.variables), 1 / len(self.lags)

    @cached_property
    def _credit(self) -> Floats:
        """(W, H, N) what importance rests on; 0 at steps that do not count."""
        chosen = self.responsibility if self.rests_on == "posterior" else self.weight
        return np.nan_to_num(chosen).astype(float)

    @cached_property
    def importance_by_step(self) -> pd.DataFrame:
        """I for every forecast step, steps x variables; rows sum to 1."""
        total = self._credit.sum(axis=0)
        shares = total / total.sum(axis=1, keepdims=True)
        steps = pd.RangeIndex(1, len(total) + 1, name="step")
        return pd.DataFrame(shares, index=steps, columns=list(self.variables))

    @property
    def variable_importance(self) -> "pd.Series[float]":
        """I, the mean over the forecast steps; sums to 1."""
        return self.importance_by_step.mean().rename("importance")

    @cached_property
    def temporal_importance(self) -> pd.DataFrame:
        """T, variables x lags; rows sum to 1."""
        credit = self._credit.sum(axis=1)  # (W, N)
        weighted = np.einsum("wn,wnt->nt", credit, self.attention)
        # a variable that no window credits has nothing to weigh its attention by
        plain = self.attention.astype(float).sum(axis=0)
        rows = np.where(credit.sum(axis=0)[:, None] > 0, weighted, plain)
        return self._by_lag(rows / rows.sum(axis=1, keepdims=True))

    @property
    def mean_attention(self) -> pd.DataFrame:
        """Attention averaged over windows alike, as the authors' code has it, variables x lags."""
        return self._by_lag(self.attention.mean(axis=0, dtype=float))

    @property
    def joint_importance(self) -> pd.DataFrame:
        """I[n] T[n, t], variables x lags; sums to 1, so that all cells can be compared."""
        return self.temporal_importance.mul(self.variable_importance, axis=0)

    @cached_property
    def importance_range(self) -> pd.DataFrame:
        """Lowest and highest I over ten consecutive stretches of the windows, a row a variable.

        It tells how steady an importance is over time, not how it would differ after another
        training.
        """
        blocks = np.array_split(self._credit.sum(axis=1), min(BLOCKS, len(self._credit)))
        totals = np.stack([block.sum(axis=0) for block in blocks])
        totals = totals[totals.sum(axis=1) > 0]
        shares = totals / totals.sum(axis=1, keepdims=True)
        return pd.DataFrame(
            {"low": shares.min(axis=0), "high": shares.max(axis=0)}, index=list(self.variables)
        )

    def to_frame(self) -> pd.DataFrame:
        """Everything, tidy: a row for each forecast time, step, variable and lag.

        `weight`, `responsibility` and `contribution` belong to a variable as a whole and repeat
        over its lags.
        """
        W, H, N = self.weight.shape
        T = len(self.lags)
        shape = (W, H, N, T)

        def spread_out(values: Floats) -> Floats:
            return np.broadcast_to(values[..., None], shape).ravel()

        attention = np.broadcast_to(self.attention[:, None, :, ::-1], shape).ravel()
        return pd.DataFrame(
            {
                "time": np.repeat(self.times.to_numpy().ravel(), N * T),
                "step": np.tile(np.repeat(np.arange(1, H + 1), N * T), W),
                "variable": np.tile(np.repeat(np.array(self.variables, object), T), W * H),
                "lag": np.tile(self.lags, W * H * N),
                "attention": attention,
                "weight": spread_out(self.weight),
                "responsibility": spread_out(self.responsibility),
                "contribution": spread_out(self.contribution),
            }
        )

    def _by_lag(self, values: Floats) -> pd.DataFrame:
        """From oldest-first columns to lags 1..T."""
        return pd.DataFrame(
            values[:, ::-1],
            index=pd.Index(self.variables, name="variable"),
            columns=pd.Index(self.lags, name="lag"),
        )
