"""Mixture attention: over time within each variable, then over the variables (eq. 8).

Source: Guo et al. 2019, section 3.2. Scores are left unbounded; squashed by tanh, as in published
codes, no weight could exceed 1 / (1 + (K - 1) e^-2) of K choices, and importance could not
concentrate.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

# Bounds of log sigma in units of the scaled target: sigma from 0.007 to 148.
LOG_SCALE_BOUNDS = (-5.0, 5.0)


class Mixture(NamedTuple):
    """A forecast and why: one normal component a variable, and the weights that mix them.

    Everything is in units of the scaled target.
    """

    log_weight: Tensor  # (B, H, N)  log pi_n, the prior weight of variable n
    mean: Tensor  # (B, H, N)  mu_n
    log_scale: Tensor  # (B, H, N)  log sigma_n
    attention: Tensor  # (B, H, N, T)  alpha[n, t]; the last column is lag 1
    origin: Tensor  # (H,)  the forecast of a window in which no variable says anything
    # (B, H, N)  how far variable n moves what the others add, see `MixtureAttention.steering`
    steering: Tensor | None = None
    by_lag: Tensor | None = None  # (B, H, N, T)  contributions as sums over lags, if they are such

    @property
    def weight(self) -> Tensor:
        """pi_n, (B, H, N)."""
        return self.log_weight.exp()

    @property
    def contribution(self) -> Tensor:
        """pi_n (mu_n - origin), (B, H, N): what each variable adds to the origin."""
        return self.weight * (self.mean - self.origin.unsqueeze(-1))

    @property
    def forecast(self) -> Tensor:
        """The mixture's mean, (B, H)."""
        return (self.weight * self.mean).sum(-1)

    @property
    def spread(self) -> Tensor:
        """The mixture's standard deviation, (B, H)."""
        distance = self.mean - self.forecast.unsqueeze(-1)
        return (self.weight * (distance**2 + (2 * self.log_scale).exp())).sum(-1).sqrt()

    @property
    def common_log_scale(self) -> Tensor:
        """The components' mean log sigma, (B, H): the spread of an objective of the forecast."""
        return (self.weight * self.log_scale).sum(-1)


class Reading(NamedTuple):
    """What a forecast is made of, the batch last."""

    alpha: Tensor  # (T, N, H or 1, B)
    summary: Tensor  # (N, 2D, B)  [h_T; g]
    mean: Tensor  # (N, H, B)  mu
    said: Tensor | None = None  # (T, N, H, B)  adds up over T to mu less the origin, if it does


class Ablation(NamedTuple):
    """What takes the place of attention weights, to see whether they matter."""

    alpha: Callable[[Tensor], Tensor]  # (T, N, H or 1, B), sums to 1 over T, and stays so
    log_pi: Callable[[Tensor], Tensor]  # (N, H, B)


INTACT = Ablation(alpha=lambda alpha: alpha, log_pi=lambda log_pi: log_pi)


class MixtureAttention(nn.Module, ABC):
    """From hidden states to a mixture of one normal distribution a variable (eq. 8).

    Subclasses say what is attended to, and what a forecast is read from.
    """

    def __init__(self, variables: int, lookback: int, horizon: int, hidden_size: int) -> None:
        super().__init__()
        N, D, H = variables, hidden_size, horizon
        self.temporal = uniform(N, D, fan_in=D)  # f_n
        self.log_scale = uniform(N, 2 * D, H, fan_in=2 * D)  # phi_n, its part for log sigma
        self.log_scale_bias = nn.Parameter(torch.zeros(N, H))
        self.variable = nn.Linear(2 * D, H)  # f, shared by the variables

    def forward(
        self,
        x: Tensor,
        states: Tensor,
        ablation: Ablation = INTACT,
        rest: Tensor | None = None,
    ) -> Mixture:
        """Mix the variables' forecasts.

        Args:
            x: (B, T, N), scaled.
            states: (B, T, N, D), the hidden states of a cell.
            ablation: what is done to the weights.
            rest: (1, T, N, D), the states of a window of medians, where an account is asked for.
        """
        alpha, summary, mean, said = self._summarise(x, states, ablation)
        log_scale = torch.baddbmm(self.log_scale_bias.unsqueeze(2), self.log_scale.mT, summary)
        mixture = Mixture(
            log_weight=ablation.log_pi(self.logits(summary).log_softmax(0)).permute(2, 1, 0),
            mean=mean.permute(2, 1, 0),
            log_scale=log_scale.permute(2, 1, 0).clamp(*LOG_SCALE_BOUNDS),
            attention=alpha.permute(3, 2, 1, 0).expand(-1, mean.shape[1], -1, -1),
            origin=self.origin,
        )
        if rest is None:
            return mixture
        _, at_rest, _, _ = self._summarise(torch.zeros_like(x[:1]), rest, INTACT)
        return mixture._replace(
            steering=self.steering(mixture, summary, at_rest),
            by_lag=None
            if said is None
            else mixture.weight.unsqueeze(-1) * said.permute(3, 2, 1, 0),
        )

    def _summarise(self, x: Tensor, states: Tensor, ablation: Ablation) -> Reading:
        # the batch last, as cells have it
        h = states.permute(1, 2, 3, 0)
        return self.read(self.scores(h), x.permute(1, 2, 0), h, ablation)

    def scores(self, h: Tensor) -> Tensor:
        """f_n(h_t[n]), (T, N, B), of states (T, N, D, B)."""
        T, N, D, B = h.shape
        f = self.temporal.expand(T, N, D).reshape(T * N, 1, D)
        return torch.bmm(f, h.flatten(0, 1)).view(T, N, B)

    def steering(self, mixture: Mixture, summary: Tensor, rest: Tensor) -> Tensor:
        """How far each variable, by its say in the weights, moves what others add, (B, H, N).

        The size of the change of the others' contributions, added up, were its summary, for the
        weights pi alone, that of a variable at its median throughout. 0 where pi does not heed it.

        Args:
            mixture: of B windows.
            summary: their [h_T; g], (N, 2D, B).
            rest: (N, 2D, 1), that of a window of medians.
        """
        values = (mixture.mean - mixture.origin.unsqueeze(-1)).permute(2, 1, 0)  # (N, H, B)
        added = mixture.contribution.permute(2, 1, 0)
        others = torch.empty_like(values)
        for n, logits in enumerate(self.logits_without(summary, rest)):
            without = logits.softmax(dim=0).mul_(values)
            others[n] = without.sum(0) - without[n]
        return (others - (added.sum(0) - added)).abs().permute(2, 1, 0)

    @abstractmethod
    def read(self, scores: Tensor, x: Tensor, h: Tensor, ablation: Ablation) -> Reading:
        """From scores to a forecast.

        Args:
            scores: f_n(h_t[n]), (T, N, B).
            x: (T, N, B).
            h: (T, N, D, B).
            ablation: of which alpha is used.
        """

    def logits(self, summary: Tensor) -> Tensor:
        """What pi is the softmax of, (N, H, B), from [h_T; g], (N, 2D, B)."""
        return torch.matmul(self.variable.weight, summary) + self.variable.bias.unsqueeze(1)

    def logits_without(self, summary: Tensor, rest: Tensor) -> Iterator[Tensor]:
        """The logits were variable n at rest, (N, H, B), for each n in turn; see `steering`."""
        own, at_rest = (MixtureAttention.logits(self, each) for each in (summary, rest))
        for n in range(len(own)):
            without = own.clone()
            without[n] = at_rest[n]
            yield without

    @property
    @abstractmethod
    def origin(self) -> Tensor:
        """The forecast that contributions are added to, (H,)."""


class StateAttention(MixtureAttention):
    """The paper's: alpha averages hidden states, each of which remembers older inputs too."""

    def __init__(self, variables: int, lookback: int, horizon: int, hidden_size: int) -> None:
        super().__init__(variables, lookback, horizon, hidden_size)
        N, D, H = variables, hidden_size, horizon
        self.mean = uniform(N, 2 * D, H, fan_in=2 * D)  # phi_n, its part for mu
        self.mean_bias = nn.Parameter(torch.zeros(N, H))

    def read(self, scores: Tensor, x: Tensor, h: Tensor, ablation: Ablation) -> Reading:
        """Alpha, shared by the steps; g averages the states; mu is phi_n([h_T; g])."""
        alpha = ablation.alpha(scores.softmax(dim=0).unsqueeze(2))
        context = (alpha * h).sum(0)  # g
        summary = torch.cat([h[-1], context], dim=1)
        mean = torch.baddbmm(self.mean_bias.unsqueeze(2), self.mean.mT, summary)
        return Reading(alpha, summary, mean)

    @property
    def origin(self) -> Tensor:
        """0, the training mean."""
        return self.mean_bias.new_zeros(self.mean_bias.shape[1])


def uniform(*shape: int, fan_in: int) -> nn.Parameter:
    """A start as PyTorch's linear layers have it: uniform in +-1 / sqrt(fan_in)."""
    bound = 1 / math.sqrt(fan_in)
    return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))
