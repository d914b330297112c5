"""Mixture attention: over time within each variable, then over the variables (eq. 8).

Source: Guo et al. 2019, section 3.2. Scores are left unbounded; squashed by tanh, as in published
codes, no weight could exceed 1 / (1 + (K - 1) e^-2) of K choices, and importance could not
concentrate.
"""

import math
from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor, nn

# Bounds of log sigma in units of the scaled target: sigma from 0.007 to 148.
LOG_SCALE_BOUNDS = (-5.0, 5.0)
# Of a start from linear regression: the share of all weights that is spread evenly, so that what
# has no linear effect can still be found.
_OPEN = 0.1


class Mixture(NamedTuple):
    """A forecast and why: one normal component a variable, and the weights that mix them.

    Everything is in units of the scaled target.
    """

    log_weight: Tensor  # (B, H, N)  log pi_n, the prior weight of variable n
    mean: Tensor  # (B, H, N)  mu_n
    log_scale: Tensor  # (B, H, N)  log sigma_n
    attention: Tensor  # (B, N, T)  alpha[n, t]; the last column is lag 1
    origin: Tensor  # (H,)  the forecast of a window in which no variable says anything

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


class MixtureAttention(nn.Module, ABC):
    """From hidden states to a mixture of one normal distribution a variable (eq. 8).

    Subclasses say what is attended to, and what a forecast is read from.
    """

    def __init__(self, variables: int, lookback: int, horizon: int, hidden_size: int) -> None:
        super().__init__()
        N, D, H = variables, hidden_size, horizon
        self.temporal = _uniform(N, D, fan_in=D)  # f_n
        self.log_scale = _uniform(N, 2 * D, H, fan_in=2 * D)  # phi_n, its part for log sigma
        self.log_scale_bias = nn.Parameter(torch.zeros(N, H))
        self.variable = nn.Linear(2 * D, H)  # f, shared by the variables

    def forward(self, x: Tensor, states: Tensor) -> Mixture:
        """Mix the variables' forecasts.

        Args:
            x: (B, T, N), scaled.
            states: (B, T, N, D), the hidden states of a cell.
        """
        x, h = x.permute(1, 2, 0), states.permute(1, 2, 3, 0)  # the batch last, as cells have it
        T, N, D, B = h.shape
        f = self.temporal.expand(T, N, D).reshape(T * N, 1, D)
        alpha = self.scores(torch.bmm(f, h.flatten(0, 1)).view(T, N, B)).softmax(dim=0)
        context = (alpha.unsqueeze(2) * self.values(x, h)).sum(0)  # g, (N, D, B)
        summary = torch.cat([h[-1], context], dim=1)  # [h_T; g], (N, 2D, B)
        log_scale = torch.baddbmm(self.log_scale_bias.unsqueeze(2), self.log_scale.mT, summary)
        return Mixture(
            log_weight=self.logits(summary).permute(2, 1, 0).log_softmax(dim=-1),
            mean=self.means(alpha, x, summary).permute(2, 1, 0),
            log_scale=log_scale.permute(2, 1, 0).clamp(*LOG_SCALE_BOUNDS),
            attention=alpha.permute(2, 1, 0),
            origin=self.origin,
        )

    def scores(self, of_states: Tensor) -> Tensor:
        """What alpha is the softmax of, (T, N, B), from f_n(h_t[n])."""
        return of_states

    def logits(self, summary: Tensor) -> Tensor:
        """What pi is the softmax of, (N, H, B), from [h_T; g], (N, 2D, B)."""
        return torch.matmul(self.variable.weight, summary) + self.variable.bias.unsqueeze(1)

    @abstractmethod
    def values(self, x: Tensor, h: Tensor) -> Tensor:
        """What alpha averages to the context g, (T, N, D, B)."""

    @abstractmethod
    def means(self, alpha: Tensor, x: Tensor, summary: Tensor) -> Tensor:
        """Mu, (N, H, B)."""

    @property
    @abstractmethod
    def origin(self) -> Tensor:
        """The forecast that contributions are added to, (H,)."""


class StateAttention(MixtureAttention):
    """The paper's: alpha averages hidden states, each of which remembers older inputs too."""

    def __init__(self, variables: int, lookback: int, horizon: int, hidden_size: int) -> None:
        super().__init__(variables, lookback, horizon, hidden_size)
        N, D, H = variables, hidden_size, horizon
        self.mean = _uniform(N, 2 * D, H, fan_in=2 * D)  # phi_n, its part for mu
        self.mean_bias = nn.Parameter(torch.zeros(N, H))

    def values(self, x: Tensor, h: Tensor) -> Tensor:
        """h_t[n]."""
        return h

    def means(self, alpha: Tensor, x: Tensor, summary: Tensor) -> Tensor:
        """Phi_n([h_T; g])."""
        return torch.baddbmm(self.mean_bias.unsqueeze(2), self.mean.mT, summary)

    @property
    def origin(self) -> Tensor:
        """0, the training mean."""
        return self.mean_bias.new_zeros(self.mean_bias.shape[1])


class InputAttention(StateAttention):
    """Not the paper's: alpha weighs what was observed at its step, and nothing older.

    alpha[n, t] = softmax over t of f_n(h_t[n]) + p[n, t]              a score per variable and lag
    e_n(x_t)    = tanh(x_t E_n + b_n) - tanh(b_n)                       the value, for h_t[n]
    pi_n        = softmax over n of f([h_T; g][n]) + r_n + G_n tanh(J vec([h_T; g]))
    mu_n        = o + sum over t of alpha[n, t] (phi_n e_n(x_t) + s[n, t] x_t[n])

    States steer alpha and pi; what is forecast is read from inputs alone, so the forecast is
    exactly the origin o plus a share of each variable and lag, which is 0 where an input lies at
    its median. The joint term G, J lets one variable decide which of two others counts; mu_n still
    sees variable n alone. The linear term s makes regression the starting point, see `start`.
    """

    def __init__(self, variables: int, lookback: int, horizon: int, hidden_size: int) -> None:
        super().__init__(variables, lookback, horizon, hidden_size)
        N, T, D, H = variables, lookback, hidden_size, horizon
        self.embedding = nn.Parameter(torch.randn(N, D, 1))  # E
        self.embedding_bias = nn.Parameter(torch.randn(N, D, 1))  # b: bends all over the range
        self.position = nn.Parameter(torch.zeros(T, N, 1))  # p
        self.prior = nn.Parameter(torch.zeros(N, H, 1))  # r
        self.joint = nn.Linear(2 * N * D, D)  # J
        self.gate = nn.Parameter(torch.zeros(N, H, D))  # G
        self.mean = _uniform(N, D, H, fan_in=D)  # phi_n, its part for mu
        self.slope = nn.Parameter(torch.zeros(N, T, H))  # s
        self.offset = nn.Parameter(torch.zeros(H))  # o

    def scores(self, of_states: Tensor) -> Tensor:
        """f_n(h_t[n]) + p[n, t]."""
        return of_states + self.position

    def values(self, x: Tensor, h: Tensor) -> Tensor:
        """e_n(x_t)."""
        bend = torch.tanh(x.unsqueeze(2) * self.embedding + self.embedding_bias)
        return bend - torch.tanh(self.embedding_bias)

    def logits(self, summary: Tensor) -> Tensor:
        """f([h_T; g]) + r + G tanh(J vec([h_T; g]))."""
        joint = torch.tanh(self.joint(summary.flatten(0, 1).T)).T  # (D, B)
        return super().logits(summary) + self.prior + torch.matmul(self.gate, joint)

    def means(self, alpha: Tensor, x: Tensor, summary: Tensor) -> Tensor:
        """O + phi_n(g) + sum over t of alpha[n, t] s[n, t] x_t[n]."""
        context = summary[:, self.embedding.shape[1] :]
        curved = torch.bmm(self.mean.mT, context)
        straight = torch.bmm(self.slope.mT, (alpha * x).transpose(0, 1))  # (N, H, T) (N, T, B)
        return self.offset.unsqueeze(1) + curved + straight

    @property
    def origin(self) -> Tensor:
        """The offset o: the forecast where every input lies at its median."""
        return self.offset

    @torch.no_grad()
    def start(self, weights: Tensor, intercepts: Tensor, spread: Tensor) -> None:
        """Become a linear regression whose weights are shared out to alpha and pi.

        What is not linear stays random, and small.

        Args:
            weights: (N, T, H), oldest step first.
            intercepts: (H,).
            spread: (N, H), the standard deviation of each variable's part of the regression.
        """
        alpha = _shares(weights.abs().sum(2), dim=1)  # (N, T)
        pi = _shares(spread, dim=0)  # (N, H)
        self.position.copy_(alpha.log().T.unsqueeze(2))
        self.prior.copy_(pi.log().unsqueeze(2))
        self.slope.copy_(weights / (alpha.unsqueeze(2) * pi.unsqueeze(1)))
        self.offset.copy_(intercepts)
        for random in (self.mean, self.log_scale, self.temporal, *self.variable.parameters()):
            random.mul_(0.1)


def _uniform(*shape: int, fan_in: int) -> nn.Parameter:
    bound = 1 / math.sqrt(fan_in)
    return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))


def _shares(sizes: Tensor, dim: int) -> Tensor:
    """Sizes as shares of their sum, or evenly where all are 0; nothing gets none."""
    even = 1 / sizes.shape[dim]
    total = sizes.sum(dim, keepdim=True)
    shares = torch.where(total > 0, sizes / total.clamp_min(1e-12), even)
    return (1 - _OPEN) * shares + _OPEN * even
