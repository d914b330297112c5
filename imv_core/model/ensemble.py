"""Ensembles: models that differ in their seed alone, and their common forecast.

Source: Lakshminarayanan et al., NeurIPS 2017, section 2.4: random initialisations, one mixture.
Here the moments of the K members' mixtures are matched per variable, so that contributions still
add up to the forecast.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from imv_core.arrays import Floats
from imv_core.model.attention import Mixture
from imv_core.model.imv_lstm import IMVLSTM, ModelSettings
from imv_core.model.input_attention import InputAttention
from imv_core.model.linear import Linear, Moments
from imv_core.model.products import Products
from imv_core.windows.windows import Batch, Windows

WORKING_MEMORY = 2**27  # bytes per batch without a gradient
COPIES = 10  # numbers in memory per hidden unit and row: gates, states, values, sums
MOST_WINDOWS = 1024  # larger batches are not faster


def combine(mixtures: list[Mixture]) -> Mixture:
    """Return one mixture with the mean and standard deviation of the K members' mixtures.

    Component n has the weight, mean and variance of the K components of variable n together.
    """
    if len(mixtures) == 1:
        return mixtures[0]
    log_weight = torch.stack([m.log_weight for m in mixtures])  # (K, B, H, N)
    origin = torch.stack([m.origin for m in mixtures]).mean(0)
    # means relative to one origin, so that contributions are averaged as forecasts are
    mean = torch.stack([m.mean + (origin - m.origin).unsqueeze(-1) for m in mixtures])
    variance = torch.stack([(2 * m.log_scale).exp() for m in mixtures])
    share = log_weight.softmax(dim=0)  # pi_kn / sum over k of pi_kn
    centre = (share * mean).sum(0)
    return Mixture(
        log_weight=log_weight.logsumexp(dim=0) - math.log(len(mixtures)),
        mean=centre,
        log_scale=(share * (variance + (mean - centre) ** 2)).sum(0).log() / 2,
        attention=torch.stack([m.attention for m in mixtures]).mean(0),
        origin=origin,
        steering=_mean([m.steering for m in mixtures]),
        by_lag=_mean([m.by_lag for m in mixtures]),
    )


def _mean(parts: list[Tensor | None]) -> Tensor | None:
    found = [part for part in parts if part is not None]
    return torch.stack(found).mean(0) if found else None


def moments(
    mixtures: list[Mixture], spread_of: Callable[[Mixture], Tensor]
) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation of all members' forecasts together, scaled, each (B, H).

    Args:
        mixtures: one per member.
        spread_of: returns the standard deviation of a member's forecast, (B, H).
    """
    means = torch.stack([mixture.forecast for mixture in mixtures])  # (K, B, H)
    squares = torch.stack([spread_of(mixture) ** 2 for mixture in mixtures])
    return means.mean(0), (squares.mean(0) + means.var(0, correction=0)).sqrt()


class Ensemble(nn.Module):
    """K models as one: windows (B, T, N) -> Mixture.

    Args:
        members: K models.
        settings: of every member.

    >>> settings = ModelSettings(variables=3, lookback=10, hidden_size=8)
    >>> ensemble = Ensemble.from_seed(settings, seed=0, seeds=5)
    >>> ensemble(torch.zeros(4, 10, 3)).forecast.shape  # (B, H)
    torch.Size([4, 1])
    """

    def __init__(self, members: Iterable[IMVLSTM], settings: ModelSettings) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.settings = settings

    @classmethod
    def from_seed(cls, settings: ModelSettings, seed: int, seeds: int) -> "Ensemble":
        """Draw the members: member k equals a single model with the seed `seed` + k."""
        members = []
        with torch.random.fork_rng(devices=[]):
            for k in range(seeds):
                torch.manual_seed(seed + k)
                members.append(IMVLSTM(settings))
        return cls(members, settings)

    @property
    def models(self) -> list[IMVLSTM]:
        """The members, typed."""
        return cast("list[IMVLSTM]", list(self.members))

    @property
    def device(self) -> torch.device:
        """The device of the weights."""
        return next(self.parameters()).device

    @property
    def size_at_once(self) -> int:
        """Hidden units of all variables in a full batch of `by_batch`, B N D."""
        windows = windows_at_once(self.settings, len(self.members))
        return windows * self.settings.variables * self.settings.hidden_size

    def mixtures(self, x: Tensor, decompose: bool = False) -> list[Mixture]:
        """Return the mixture of each member for windows x, (B, T, N); see `IMVLSTM.forward`."""
        return [model(x, decompose=decompose) for model in self.models]

    def forward(self, x: Tensor) -> Mixture:
        """Return the mixture of all members, see `combine`."""
        return combine(self.mixtures(x))

    @torch.no_grad()
    def by_batch(
        self, windows: Windows, which: slice = slice(None), decompose: bool = False
    ) -> Iterator[tuple[Batch, list[Mixture]]]:
        """Yield batches of windows, as large as memory allows, with the members' mixtures."""
        places = np.arange(len(windows))[which]
        size = windows_at_once(self.settings, len(self.members))
        for start in range(0, len(places), size):
            batch = windows.batch(places[start : start + size]).to(self.device)
            yield batch, self.mixtures(batch.x, decompose)

    def start_as_regression(self, regression: Linear, moments: Moments, products: Products) -> None:
        """Let members with attention over inputs start as a regression, see `InputAttention`."""
        H, N, T = len(regression.intercepts), moments.variables, moments.lookback
        start = (
            torch.from_numpy(regression.coefficients).view(H, T, N).permute(2, 1, 0),
            torch.from_numpy(regression.intercepts),
            torch.from_numpy(moments.spread(regression)).float(),
            torch.from_numpy(products.by_input).view(H, T, N).permute(2, 1, 0),
            torch.from_numpy(products.with_another).view(H, T, N).any(1).T,
        )
        for model in self.models:
            if isinstance(model.attention, InputAttention):
                model.attention.start_as_regression(*(tensor.to(self.device) for tensor in start))

    def forecast(
        self, windows: Windows, spread_of: Callable[[Mixture], Tensor]
    ) -> tuple[Floats, Floats]:
        """Return the `moments` of all windows, each (W, H)."""
        # filled in place: small tensors allocated between large ones would keep memory from reuse
        forecast, spread = np.empty((2, len(windows), windows.horizon), dtype=np.float32)
        done = 0
        for batch, mixtures in self.by_batch(windows):
            here = slice(done, done + len(batch.x))
            done = here.stop
            forecast[here], spread[here] = (m.cpu() for m in moments(mixtures, spread_of))
        return forecast, spread


def windows_at_once(settings: ModelSettings, members: int) -> int:
    """Return the number of windows that fit into the working memory, 1 or more."""
    T, N, D, H = settings.lookback, settings.variables, settings.hidden_size, settings.horizon
    # a window's hidden states, and its mixtures
    floats = COPIES * N * (T * D + members * H * (T + 1))
    return max(1, min(MOST_WINDOWS, WORKING_MEMORY // (4 * floats)))
