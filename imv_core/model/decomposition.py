"""Decompose forecasts into contributions of variables and lags, and define credit.

Importance is a share of credit. Maps, shares, waterfalls and checks are all made from these
definitions. Where the model predicts a change, the last value of the target is part of the
forecast: its distance from the median counts as a contribution of the target's own past at lag 1.
A decomposition of the change leaves it out.
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
        """Return the sentence that refuses an unknown subject and lists the known ones."""
        return f"'{value}' is not explained; choose one of {', '.join(cls)}."


class Contributions(NamedTuple):
    """Contributions to a forecast, scaled; the reference, the origin and they sum to it."""

    contribution: Tensor  # (B, H, N)
    by_lag: Tensor | None  # (B, H, N, T)  the same per lag; None where they do not split


@dataclass(frozen=True)
class Decomposition:
    """Rules by which the forecasts of some windows are decomposed.

    Args:
        windows: to forecast.
        objective: of the training.
        explains: the "forecast", or the "change" since the last value.

    Raises:
        SettingsError: `explains` is neither.
    """

    windows: Windows
    objective: Objective
    explains: Explained = Explained.FORECAST

    def __post_init__(self) -> None:
        object.__setattr__(self, "explains", Explained(self.explains))

    @cached_property
    def rests_on(self) -> str:
        """The basis of importance: "posterior", "prior" or "contribution".

        Where densities were learnt, the posterior q, or the prior pi where no true value is known;
        else the size of contributions and of steering.
        """
        if not OBJECTIVES[self.objective].learns_densities:
            return "contribution"
        # only the window of the part "future" has no true value
        has_truth = bool(self.windows.batch(slice(0, 1)).observed.any())
        return "posterior" if has_truth else "prior"

    @property
    def anchor(self) -> int | None:
        """Number of the variable to which the last value is credited; None: it is left out."""
        return self.windows.anchor if self.explains is Explained.FORECAST else None

    def reference(self, origins: Rows) -> Floats:
        """Return the value to which origin and contributions are added, (B, 1), unscaled."""
        windows = self.windows
        return windows.base(origins) if self.anchor is None else windows.reference(origins)

    def contributions(self, mixture: Mixture, batch: Batch) -> Contributions:
        """Return the contributions of variables and lags."""
        contribution, by_lag = mixture.contribution, mixture.by_lag
        if self.anchor is None:
            return Contributions(contribution, by_lag)
        contribution = contribution.clone()
        contribution[..., self.anchor] += batch.anchor
        if by_lag is not None:
            by_lag = by_lag.clone()
            by_lag[..., self.anchor, -1] += batch.anchor
        return Contributions(contribution, by_lag)

    def credit(self, mixture: Mixture, batch: Batch) -> Tensor:
        """Return the credit of each variable, (B, H, N); importance is a share of the sum.

        Credit by the posterior is 0 at steps without a true value. With credit by contributions,
        windows with small contributions count little.
        """
        if self.rests_on == "prior":
            return mixture.weight
        if self.rests_on == "posterior":
            return responsibility(mixture, batch.y) * batch.observed.unsqueeze(-1)
        return self.moved(mixture, batch)

    def moved(self, mixture: Mixture, batch: Batch) -> Tensor:
        """Return credit by contributions and steering, whatever the objective, (B, H, N)."""
        return self._sizes(mixture, batch) + _steering(mixture)

    def by_lag(self, mixture: Mixture, batch: Batch) -> Tensor:
        """Return the credit of each variable and lag, (B, H, N, T); it sums to `credit` over T.

        Contributions are divided by those of the lags, steering by attention. Where contributions
        do not split into lags, attention divides all credit.
        """
        terms = self.contributions(mixture, batch).by_lag
        if self.rests_on != "contribution" or terms is None:
            return self.credit(mixture, batch).unsqueeze(-1) * mixture.attention
        sizes = terms.abs()
        shares = sizes / sizes.sum(-1, keepdim=True).clamp_min(1e-12)
        steered = _steering(mixture).unsqueeze(-1) * mixture.attention
        return self._sizes(mixture, batch).unsqueeze(-1) * shares + steered

    def _sizes(self, mixture: Mixture, batch: Batch) -> Tensor:
        """Return sizes of contributions, after near copies cancel each other, (B, H, N)."""
        contribution = self.contributions(mixture, batch).contribution
        sizes = contribution.abs()
        for group in self.windows.near_copies:
            places = list(group)
            net = contribution[..., places].sum(-1, keepdim=True).abs()
            gross = sizes[..., places].sum(-1, keepdim=True).clamp_min(1e-12)
            sizes[..., places] *= net / gross
        return sizes


def _steering(mixture: Mixture) -> Tensor:
    if mixture.steering is None:
        raise ValueError("The mixture was made without `decompose`.")
    return mixture.steering
