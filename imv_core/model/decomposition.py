"""The account: what each variable, and each lag of it, adds to a forecast, and its importance.

There is no other definition of importance: maps, shares, waterfalls and checks are made of this.
Where the change is learnt, the last value of the target, to which it is added, is part of the
forecast: what it adds to its median belongs to the target's own past at lag 1. The account of the
change leaves it out.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from torch import Tensor

from imv_core.arrays import Floats
from imv_core.model.attention import Mixture
from imv_core.model.objectives import OBJECTIVES, Objective, responsibility
from imv_core.named_choice import NamedChoice
from imv_core.windows.windows import Batch, Rows, Windows


class Explained(NamedChoice):
    """The two subjects of an explanation."""

    FORECAST = "forecast"
    CHANGE = "change"  # since the last known value

    @classmethod
    def refusal(cls, value: object) -> str:
        """As the base class."""
        return f"'{value}' is not explained; choose one of {', '.join(cls)}."


class Added(NamedTuple):
    """What is added to a reference, scaled; their sum is the forecast."""

    contribution: Tensor  # (B, H, N)
    by_lag: Tensor | None  # (B, H, N, T)  the same as sums over lags, where they are such


@dataclass(frozen=True)
class Decomposition:
    """What is explained of the forecasts of some windows, and what importance rests on.

    Args:
        windows: that are forecast.
        objective: of the training.
        explains: the "forecast", or the "change" since the last value.
    """

    windows: Windows
    objective: Objective
    explains: Explained = Explained.FORECAST

    def __post_init__(self) -> None:
        object.__setattr__(self, "explains", Explained(self.explains))

    @cached_property
    def rests_on(self) -> str:
        """What importance rests on: "posterior", "prior" or "contribution".

        The posterior q where densities were learnt and there is a truth, the prior pi where there
        is none yet; else the size of contributions, with what steers others' contributions.
        """
        if not OBJECTIVES[self.objective].learns_densities:
            return "contribution"
        # but for the future, no window is without a truth
        has_truth = bool(self.windows.batch(slice(0, 1)).observed.any())
        return "posterior" if has_truth else "prior"

    @property
    def anchor(self) -> int | None:
        """The variable that the last value of the target belongs to; None: it is left out."""
        return self.windows.anchor if self.explains is Explained.FORECAST else None

    def reference(self, origins: Rows) -> Floats:
        """What the origin and the contributions are added to, in the target's unit, (B, 1)."""
        windows = self.windows
        return windows.base(origins) if self.anchor is None else windows.reference(origins)

    def added(self, mixture: Mixture, batch: Batch) -> Added:
        """What variables and lags add."""
        contribution, by_lag = mixture.contribution, mixture.by_lag
        if self.anchor is None:
            return Added(contribution, by_lag)
        contribution = contribution.clone()
        contribution[..., self.anchor] += batch.anchor
        if by_lag is not None:
            by_lag = by_lag.clone()
            by_lag[..., self.anchor, -1] += batch.anchor
        return Added(contribution, by_lag)

    def credit(self, mixture: Mixture, batch: Batch) -> Tensor:
        """What importance adds up, (B, H, N): its shares over n are the importances.

        0 at steps without a truth, where importance rests on that. A contribution is of the future
        too. Windows in which nothing happens have little say in it.
        """
        if self.rests_on == "prior":
            return mixture.weight
        if self.rests_on == "posterior":
            return responsibility(mixture, batch.y) * batch.observed.unsqueeze(-1)
        return self.moved(mixture, batch)

    def moved(self, mixture: Mixture, batch: Batch) -> Tensor:
        """Compute credit from contributions, for every objective, (B, H, N)."""
        return self._sizes(mixture, batch) + _steering(mixture)

    def by_lag(self, mixture: Mixture, batch: Batch) -> Tensor:
        """The same, shared out to lags, (B, H, N, T).

        What a variable adds, by what its lags add; what it steers, by its attention. Attention
        shares out all of it where contributions are no sums over lags.
        """
        added = self.added(mixture, batch).by_lag
        if self.rests_on != "contribution" or added is None:
            return self.credit(mixture, batch).unsqueeze(-1) * mixture.attention
        sizes = added.abs()
        shares = sizes / sizes.sum(-1, keepdim=True).clamp_min(1e-12)
        steered = _steering(mixture).unsqueeze(-1) * mixture.attention
        return self._sizes(mixture, batch).unsqueeze(-1) * shares + steered

    def _sizes(self, mixture: Mixture, batch: Batch) -> Tensor:
        """Take the sizes of contributions, cancelled within groups, (B, H, N)."""
        contribution = self.added(mixture, batch).contribution
        sizes = contribution.abs()
        for group in self.windows.alike:
            places = list(group)
            net = contribution[..., places].sum(-1, keepdim=True).abs()
            gross = sizes[..., places].sum(-1, keepdim=True).clamp_min(1e-12)
            sizes[..., places] *= net / gross
        return sizes


def _steering(mixture: Mixture) -> Tensor:
    if mixture.steering is None:
        raise ValueError("The mixture was made without what an account takes.")
    return mixture.steering
