"""One forecast, whole: what the model saw, what it says of every step, and why.

Everything is computed from the T rows of the window alone, so it takes as long in a table of a
million rows, and the same path answers "what if these rows had been others?".
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from imv_core.ensemble import combine, moments
from imv_core.errors import TableError
from imv_core.explained import Explained
from imv_core.intervals import Calibration
from imv_core.objectives import OBJECTIVES, responsibility
from imv_core.scaling import Floats
from imv_core.seen import Seen


@dataclass(frozen=True, eq=False)
class OneForecast:
    """The H steps after one window, all members of an ensemble together, and what they rest on.

    Arrays are in the target's unit where nothing else is said. In the last axis of those with T
    the last place is lag 1.
    """

    seen: Seen
    variables: tuple[str, ...]  # (N,)
    target: str
    explains: str  # what is explained: the "forecast", or the "change" since the last value
    learns_densities: bool  # whether the components' spreads, and so q, mean something
    scaled: Floats  # (T, N) what the network reads: distance from the median, in deviations
    starts_at_last: bool  # contributions are added to the last known value of the target
    base: Floats  # (H,) what contributions are added to: all inputs at their medians, or, of the
    # change and where the target's own past is no input, the last value and what is added then
    contribution: Floats  # (H, N) what each variable adds to it
    contribution_by_lag: Floats | None  # (H, N, T) the same, where a forecast splits so
    lower: Floats  # (H,)
    upper: Floats  # (H,)
    spread: Floats  # (H,) standard deviation that the model states
    attention: Floats  # (H, N, T) alpha; sums to 1 over T
    weight: Floats  # (H, N) pi; sums to 1 over N
    responsibility: Floats  # (H, N) q, the mean over members; NaN where there is no truth
    component_mean: Floats  # (H, N) mu
    component_spread: Floats  # (H, N) sigma
    # names of variables that all but copy each other, where they are known: a window cannot tell
    groups: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(
        cls, seen: Seen, explained: Explained, calibration: Calibration, level: float
    ) -> "OneForecast":
        """Explain the one window of a part.

        Args:
            seen: what the window holds.
            explained: the part "future" of its table.
            calibration: of the model.
            level: the share of true values that the interval should hold.

        Raises:
            TableError: a value is too large to compute with.
        """
        scaling, windows = explained.scaling, explained.windows
        for name, rows in scaling.far(seen.table.frame).items():
            raise _too_large(seen.table.frame[name], int(rows.argmax()))
        objective = OBJECTIVES[explained.objective]
        with torch.no_grad():
            ((batch, mixtures),) = explained.ensemble.over(windows, with_account=True)
        scaled = batch.x[0].cpu().numpy()
        unit = np.asarray(scaling.spread)
        center = windows.base(windows.origins)[0]  # (1,)
        y = torch.from_numpy(((seen.actual - center) / unit).astype(np.float32)).to(batch.x.device)
        q = torch.stack([responsibility(mixture, y[None]) for mixture in mixtures]).mean(0)[0]
        whole = combine(mixtures)
        added, by_lag = explained.account.added(whole, batch)
        base = explained.account.reference(windows.origins)[0] + _double(whole.origin) * unit
        contribution = _double(added[0]) * unit[:, None]
        spread = _double(moments(mixtures, objective.spread)[1][0]) * unit
        forecast = (base + contribution.sum(axis=1))[None]
        lower, upper = calibration.interval(forecast, spread[None], level)
        one = cls(
            seen=seen,
            variables=scaling.variables,
            target=scaling.target,
            explains=explained.explains,
            learns_densities=objective.learns_densities,
            scaled=scaled,
            starts_at_last=scaling.is_change and explained.account.anchor is None,
            base=base,
            contribution=contribution,
            contribution_by_lag=(
                None if by_lag is None else _double(by_lag[0]) * unit[:, None, None]
            ),
            lower=lower[0],
            upper=upper[0],
            spread=spread,
            attention=_double(whole.attention[0]),
            weight=_double(whole.weight[0]),
            responsibility=_double(q),
            component_mean=center + _double(whole.mean[0]) * unit[:, None],
            component_spread=_double(whole.log_scale[0].exp()) * unit[:, None],
        )
        _check_size(one)
        return one

    @property
    def forecast(self) -> Floats:
        """(H,): the base and all contributions."""
        forecast: Floats = self.base + self.contribution.sum(axis=1)
        return forecast

    @property
    def values(self) -> pd.DataFrame:
        """The T rows that the forecast is made from, in their own units."""
        return self.seen.table.frame

    @property
    def lags(self) -> list[int]:
        """1 (the last row of the window) to T (its oldest)."""
        return list(range(1, self.attention.shape[2] + 1))

    def by_variable(self, step: int) -> pd.DataFrame:
        """What each variable says of a step ahead (1 to H), a row a variable."""
        h = step - 1
        return pd.DataFrame(
            {
                "weight": self.weight[h],
                "responsibility": self.responsibility[h],
                "contribution": self.contribution[h],
                "component_mean": self.component_mean[h],
                "component_spread": self.component_spread[h],
            },
            index=pd.Index(self.variables, name="variable"),
        )

    def attention_at(self, step: int) -> pd.DataFrame:
        """Attention for a step ahead, variables x lags; rows sum to 1."""
        return self._by_lag(self.attention[step - 1])

    def contribution_at(self, step: int) -> pd.DataFrame | None:
        """What each variable and lag adds, variables x lags; None where it does not split so."""
        if self.contribution_by_lag is None:
            return None
        return self._by_lag(self.contribution_by_lag[step - 1])

    def _by_lag(self, values: Floats) -> pd.DataFrame:
        """From oldest-first columns to lags 1..T."""
        return pd.DataFrame(
            values[:, ::-1],
            index=pd.Index(self.variables, name="variable"),
            columns=pd.Index(self.lags, name="lag"),
        )


def _double(values: torch.Tensor) -> NDArray[np.float64]:
    return values.detach().double().cpu().numpy()


def _check_size(one: OneForecast) -> None:
    if np.isfinite([*one.lower, *one.forecast, *one.upper]).all():
        return
    t, n = np.unravel_index(np.abs(one.scaled).argmax(), one.scaled.shape)
    raise _too_large(one.values[one.variables[n]], int(t))


def _too_large(column: "pd.Series[float]", row: int) -> TableError:
    return TableError(
        f"Column '{column.name}' has {column.iloc[row]} at lag {len(column) - row}, too large "
        "to compute with. Write a smaller number there."
    )
