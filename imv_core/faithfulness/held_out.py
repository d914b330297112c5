"""The windows on which an explanation is checked, and forecasts of changed windows."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from imv_core.arrays import Floats
from imv_core.explaining.explainer import Explainer
from imv_core.model.attention import INTACT, Ablation
from imv_core.model.ensemble import Ensemble, windows_at_once
from imv_core.windows.windows import Batch, Windows

MOST_WINDOWS = 4000
STRETCH = 100  # windows per stretch, where a part has more than the most
MOST_INPUTS = 2**25  # input values of all W windows together, as they are kept in memory
MOST_READ = 10**8  # input values that a check reads in all its passes


@dataclass(frozen=True)
class HeldOut:
    """W windows of a part: all, or stretches spread evenly over it.

    Args:
        explainer: of the part.
        train: windows of the training part, whose values replace others.
        most: windows to take.
    """

    explainer: Explainer
    train: Windows
    most: int = MOST_WINDOWS

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables, (N,)."""
        return self.explainer.scaling.variables

    @property
    def ensemble(self) -> Ensemble:
        """The model."""
        return self.explainer.ensemble

    @property
    def unit(self) -> Floats:
        """What 1 of a scaled forecast is in the target's unit, (H,)."""
        return np.asarray(self.explainer.scaling.spread)

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """Numbers of the W windows, counted from 0 within the part."""
        windows = self.explainer.windows
        inputs = windows.lookback * windows.variables  # per window
        most = int(np.clip(MOST_INPUTS // inputs, STRETCH, self.most))
        if len(windows) <= most:
            return np.arange(len(windows))
        starts = np.linspace(0, len(windows) - STRETCH, most // STRETCH).astype(int)
        return np.unique(starts[:, None] + np.arange(STRETCH))

    @cached_property
    def x(self) -> Tensor:
        """The inputs, (W, T, N), scaled."""
        return self.explainer.windows.batch(self.places).x.contiguous().to(self.ensemble.device)

    @cached_property
    def actual(self) -> Floats:
        """True values minus the reference, as `forecast` has it, (W, H); NaN where unknown."""
        windows = self.explainer.windows
        reference = self.explainer.decomposition.reference(windows.origins[self.places])
        difference: Floats = windows.actual[self.places] - reference
        return difference

    @cached_property
    def intact(self) -> Floats:
        """`forecast` of the unchanged windows, (W, H)."""
        return self.forecast(self.x)

    def thinned(self, passes: int) -> "HeldOut":
        """Return the same with so few windows that this number of passes takes limited time."""
        most = int(np.clip(4 * MOST_READ // (self.x[0].numel() * passes), 4 * STRETCH, self.most))
        return replace(self, most=most)

    def sample(self, passes: int = 1) -> NDArray[np.int64]:
        """Return numbers, among the W, of 16 to 512 evenly spread windows.

        It is for computations with many passes per window: the more passes, the fewer windows.
        """
        size = int(np.clip(MOST_READ // (self.x[0].numel() * passes), 16, 512))
        return np.unique(np.linspace(0, len(self.x) - 1, size).astype(int))

    @torch.no_grad()
    def forecast(self, x: Tensor, ablation: Ablation = INTACT) -> Floats:
        """Return forecasts minus the reference, (B, H), in the target's unit.

        See `Decomposition.reference`. Where the model predicts a change but the forecast is
        explained, the last value of the target also adds to them directly; see `anchored`.
        """
        size = windows_at_once(self.ensemble.settings, len(self.ensemble.members))
        parts = [self.anchored(part, ablation) for part in torch.split(x, size)]
        return torch.cat(parts).double().cpu().numpy() * self.unit

    def anchored(self, x: Tensor, ablation: Ablation = INTACT) -> Tensor:
        """Return scaled forecasts, (B, H), with the part that the last value of the target adds."""
        models, anchor = self.ensemble.models, self.explainer.decomposition.anchor
        forecast = torch.stack([model(x, ablation).forecast for model in models]).mean(0)
        if anchor is None:
            return forecast
        scale = self.explainer.scaling.scale[anchor] / torch.tensor(self.unit)
        return forecast + x[:, -1, anchor, None] * scale.to(x)

    def squared_errors(self, forecast: Floats) -> Floats:
        """Return squared errors, (W, H); NaN where the truth is unknown."""
        squares: Floats = (forecast - self.actual) ** 2
        return squares

    def donors(self, count: int, seed: int) -> Tensor:
        """Draw training windows at random, whose values replace others, (count, T, N)."""
        drawn = np.random.default_rng(seed).integers(0, len(self.train), count)
        return self.train.batch(drawn).x.contiguous().to(self.ensemble.device)

    @cached_property
    def training_mean(self) -> Tensor:
        """Mean of every variable over the training part, (N,), scaled."""
        spread = np.linspace(0, len(self.train) - 1, min(len(self.train), MOST_WINDOWS)).astype(int)
        return self.train.batch(np.unique(spread)).x.mean((0, 1)).to(self.ensemble.device)

    @torch.no_grad()
    def joint_map(self, ensemble: Ensemble, which: NDArray[np.int64]) -> Floats:
        """Return the joint map of each step, I times T, (H, N, T), the oldest lag first.

        The map of each step sums to 1.

        Args:
            ensemble: any model of the same shape.
            which: numbers of windows among the W.
        """
        size = windows_at_once(ensemble.settings, len(ensemble.members))
        totals = [torch.zeros((), device=ensemble.device) for _ in ensemble.members]
        for start in range(0, len(which), size):
            batch = self.batch(which[start : start + size])
            for k, mixture in enumerate(ensemble.mixtures(batch.x, decompose=True)):
                cells = self.explainer.decomposition.by_lag(mixture, batch).double().sum(0)
                totals[k] = totals[k] + cells
        shares = [total / total.sum((1, 2), keepdim=True) for total in totals]
        return torch.stack(shares).mean(0).cpu().numpy()

    def batch(self, which: NDArray[np.int64]) -> Batch:
        """Return some of the W windows, by their numbers among the W, with true values."""
        return self.explainer.windows.batch(self.places[which]).to(self.ensemble.device)
