"""Mixture attention: over the lags of each variable, then over the variables (eq. 8).

Source: Guo et al. 2019, section 3.2. Scores are not bounded. Published code puts them through tanh;
then no weight could exceed 1 / (1 + (K - 1) e^-2) of K choices, and importance could not
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
    """A forecast and its explanation: one normal component per variable, mixed by weights.

    Everything is in units of the scaled target.
    """

    log_weight: Tensor  # (B, H, N)  log pi_n, the prior weight of variable n
    mean: Tensor  # (B, H, N)  mu_n
    log_scale: Tensor  # (B, H, N)  log sigma_n
    attention: Tensor  # (B, H, N, T)  alpha[n, t]; the last column is lag 1
    origin: Tensor  # (H,)  the forecast without any contribution
    # (B, H, N)  effect of variable n on the others' contributions, see `MixtureAttention.steering`
    steering: Tensor | None = None
    by_lag: Tensor | None = None  # (B, H, N, T)  contributions per lag, if they are sums over lags

    @property
    def weight(self) -> Tensor:
        """pi_n, (B, H, N)."""
        return self.log_weight.exp()

    @property
    def contribution(self) -> Tensor:
        """pi_n (mu_n - origin), (B, H, N): the contribution of each variable."""
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
        """The mean log sigma of the components, (B, H), weighted by pi."""
        return (self.weight * self.log_scale).sum(-1)


class Readout(NamedTuple):
    """Parts of a forecast; the batch is the last axis."""

    alpha: Tensor  # (T, N, H or 1, B)
    summary: Tensor  # (N, 2D, B)  [h_T; g]
    mean: Tensor  # (N, H, B)  mu
    terms: Tensor | None = None  # (T, N, H, B)  mu - origin as a sum over T, if it is one


class Ablation(NamedTuple):
    """Replacement of attention weights, to test whether they matter."""

    alpha: Callable[[Tensor], Tensor]  # (T, N, H or 1, B); sums to 1 over T before and after
    log_pi: Callable[[Tensor], Tensor]  # (N, H, B)


INTACT = Ablation(alpha=lambda alpha: alpha, log_pi=lambda log_pi: log_pi)


class MixtureAttention(nn.Module, ABC):
    """From hidden states to a mixture of one normal distribution per variable (eq. 8).

    Subclasses define what alpha weighs, and how a forecast is computed from it.
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
        """Mix the forecasts of the variables.

        Args:
            x: (B, T, N), scaled.
            states: (B, T, N, D), the hidden states of a cell.
            ablation: replacement of the weights.
            rest: (1, T, N, D), the states of a window of medians; None: no `steering` and `by_lag`.
        """
        alpha, summary, mean, terms = self._summarise(x, states, ablation)
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
            if terms is None
            else mixture.weight.unsqueeze(-1) * terms.permute(3, 2, 1, 0),
        )

    def _summarise(self, x: Tensor, states: Tensor, ablation: Ablation) -> Readout:
        # the batch is the last axis, as in the memory of the cells
        h = states.permute(1, 2, 3, 0)
        return self.read_out(self.scores(h), x.permute(1, 2, 0), h, ablation)

    def scores(self, h: Tensor) -> Tensor:
        """Return f_n(h_t[n]), (T, N, B), of states (T, N, D, B)."""
        T, N, D, B = h.shape
        f = self.temporal.expand(T, N, D).reshape(T * N, 1, D)
        return torch.bmm(f, h.flatten(0, 1)).view(T, N, B)

    def steering(self, mixture: Mixture, summary: Tensor, rest: Tensor) -> Tensor:
        """Return the effect of each variable's weights on the others' contributions, (B, H, N).

        For the weights pi alone, the summary of variable n is replaced by that of a window of
        medians. The effect is the size of the change in the sum of the others' contributions. It
        is 0 where pi does not depend on variable n.

        Args:
            mixture: of B windows.
            summary: [h_T; g] of the windows, (N, 2D, B).
            rest: [h_T; g] of a window of medians, (N, 2D, 1).
        """
        values = (mixture.mean - mixture.origin.unsqueeze(-1)).permute(2, 1, 0)  # (N, H, B)
        added = mixture.contribution.permute(2, 1, 0)
        others = torch.empty_like(values)
        for n, logits in enumerate(self.logits_without(summary, rest)):
            without = logits.softmax(dim=0).mul_(values)
            others[n] = without.sum(0) - without[n]
        return (others - (added.sum(0) - added)).abs().permute(2, 1, 0)

    @abstractmethod
    def read_out(self, scores: Tensor, x: Tensor, h: Tensor, ablation: Ablation) -> Readout:
        """Compute a forecast from the scores.

        Args:
            scores: f_n(h_t[n]), (T, N, B).
            x: inputs, (T, N, B).
            h: hidden states, (T, N, D, B).
            ablation: its alpha is applied.
        """

    def logits(self, summary: Tensor) -> Tensor:
        """Return the logits of pi, (N, H, B), from [h_T; g], (N, 2D, B)."""
        return torch.matmul(self.variable.weight, summary) + self.variable.bias.unsqueeze(1)

    def logits_without(self, summary: Tensor, rest: Tensor) -> Iterator[Tensor]:
        """Yield, per n, the logits with variable n at its median, (N, H, B); see `steering`."""
        own, at_rest = (MixtureAttention.logits(self, each) for each in (summary, rest))
        for n in range(len(own)):
            without = own.clone()
            without[n] = at_rest[n]
            yield without

    @property
    @abstractmethod
    def origin(self) -> Tensor:
        """The forecast to which contributions are added, (H,)."""


class StateAttention(MixtureAttention):
    """The paper's attention: alpha averages hidden states, which also contain older inputs.

    >>> attention = StateAttention(variables=3, lookback=10, horizon=2, hidden_size=8)
    >>> x, states = torch.zeros(4, 10, 3), torch.zeros(4, 10, 3, 8)
    >>> mixture = attention(x, states)
    >>> mixture.attention.shape, mixture.weight.shape  # (B, H, N, T), (B, H, N)
    (torch.Size([4, 2, 3, 10]), torch.Size([4, 2, 3]))
    """

    def __init__(self, variables: int, lookback: int, horizon: int, hidden_size: int) -> None:
        super().__init__(variables, lookback, horizon, hidden_size)
        N, D, H = variables, hidden_size, horizon
        self.mean = uniform(N, 2 * D, H, fan_in=2 * D)  # phi_n, its part for mu
        self.mean_bias = nn.Parameter(torch.zeros(N, H))

    def read_out(self, scores: Tensor, x: Tensor, h: Tensor, ablation: Ablation) -> Readout:
        """Compute alpha, equal for all steps, g as the mean state, and mu = phi_n([h_T; g])."""
        alpha = ablation.alpha(scores.softmax(dim=0).unsqueeze(2))
        context = (alpha * h).sum(0)  # g
        summary = torch.cat([h[-1], context], dim=1)
        mean = torch.baddbmm(self.mean_bias.unsqueeze(2), self.mean.mT, summary)
        return Readout(alpha, summary, mean)

    @property
    def origin(self) -> Tensor:
        """0: the training mean of the scaled target."""
        return self.mean_bias.new_zeros(self.mean_bias.shape[1])


def uniform(*shape: int, fan_in: int) -> nn.Parameter:
    """Draw a parameter from +-1 / sqrt(fan_in) uniformly, as PyTorch's linear layers do."""
    bound = 1 / math.sqrt(fan_in)
    return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))
