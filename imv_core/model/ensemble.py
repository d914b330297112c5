"""Models that differ in their seed alone: one forecast from all, and how far seeds disagree.

Source: Lakshminarayanan et al., NeurIPS 2017, section 2.4: random initialisations, one mixture.
Here the K members' mixtures are matched in their moments variable by variable, so that what each
variable contributes keeps adding up to the forecast.
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

WORKING_MEMORY = 2**27  # bytes that a batch may take where no gradient is needed
COPIES = 10  # of a number that may stand in memory at once: as gate, state, value, or in a sum
MOST_WINDOWS = 1024  # more at once gain no time


def combine(mixtures: list[Mixture]) -> Mixture:
    """One mixture in place of the K members', exact in its mean and standard deviation.

    Component n has the weight, mean and variance of the K components of variable n together.
    """
    if len(mixtures) == 1:
        return mixtures[0]
    log_weight = torch.stack([m.log_weight for m in mixtures])  # (K, B, H, N)
    origin = torch.stack([m.origin for m in mixtures]).mean(0)
    # counted from one origin, so that contributions average as forecasts do
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
    """Mean and standard deviation of all members' forecasts together, scaled, each (B, H).

    Args:
        mixtures: of each member.
        spread_of: the standard deviation that a member states.
    """
    means = torch.stack([mixture.forecast for mixture in mixtures])  # (K, B, H)
    squares = torch.stack([spread_of(mixture) ** 2 for mixture in mixtures])
    return means.mean(0), (squares.mean(0) + means.var(0, correction=0)).sqrt()


class Ensemble(nn.Module):
    """Windows in, a mixture out, as from one model: (B, T, N) -> Mixture.

    Args:
        members: K models.
        settings: the shape of every member.
    """

    def __init__(self, members: Iterable[IMVLSTM], settings: ModelSettings) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.settings = settings

    @classmethod
    def from_seed(cls, settings: ModelSettings, seed: int, seeds: int) -> "Ensemble":
        """Member k starts as a model alone would with the seed `seed` + k."""
        members = []
        with torch.random.fork_rng(devices=[]):
            for k in range(seeds):
                torch.manual_seed(seed + k)
                members.append(IMVLSTM(settings))
        return cls(members, settings)

    @property
    def models(self) -> list[IMVLSTM]:
        """The members, as what they are."""
        return cast("list[IMVLSTM]", list(self.members))

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    @property
    def size_at_once(self) -> int:
        """B N D of a full batch of `by_batch`."""
        windows = windows_at_once(self.settings, len(self.members))
        return windows * self.settings.variables * self.settings.hidden_size

    def mixtures(self, x: Tensor, decompose: bool = False) -> list[Mixture]:
        """What each member says of the windows x, (B, T, N); with what importance needs, or not."""
        return [model(x, decompose=decompose) for model in self.models]

    def forward(self, x: Tensor) -> Mixture:
        """What all say together, see `combine`."""
        return combine(self.mixtures(x))

    @torch.no_grad()
    def by_batch(
        self, windows: Windows, which: slice = slice(None), decompose: bool = False
    ) -> Iterator[tuple[Batch, list[Mixture]]]:
        """The members' mixtures of a set of windows, as many at a time as memory allows."""
        places = np.arange(len(windows))[which]
        size = windows_at_once(self.settings, len(self.members))
        for start in range(0, len(places), size):
            batch = windows.batch(places[start : start + size]).to(self.device)
            yield batch, self.mixtures(batch.x, decompose)

    def start_as_regression(self, regression: Linear, moments: Moments, products: Products) -> None:
        """Set the start of members that attend to inputs, see their `start_as_regression`."""
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
        """The `moments` of all windows, each (W, H)."""
        # filled in place: small tensors kept among large ones would pin the memory of every batch
        forecast, spread = np.empty((2, len(windows), windows.horizon), dtype=np.float32)
        done = 0
        for batch, mixtures in self.by_batch(windows):
            here = slice(done, done := done + len(batch.x))
            forecast[here], spread[here] = (m.cpu() for m in moments(mixtures, spread_of))
        return forecast, spread


def windows_at_once(settings: ModelSettings, members: int) -> int:
    """How many windows take no more than the working memory, and at least one."""
    T, N, D, H = settings.lookback, settings.variables, settings.hidden_size, settings.horizon
    floats = (
        COPIES * N * (T * D + members * H * (T + 1))
    )  # a window's hidden states, and its mixtures
    return max(1, min(MOST_WINDOWS, WORKING_MEMORY // (4 * floats)))
