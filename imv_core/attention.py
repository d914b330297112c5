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

from imv_core.bends import read_bends

# Bounds of log sigma in units of the scaled target: sigma from 0.007 to 148.
LOG_SCALE_BOUNDS = (-5.0, 5.0)
# Of a start from linear regression: the share of all weights that is spread evenly, so that what
# has no linear effect can still be found.
_OPEN = 0.1
_GATE = 0.3  # standard deviation of the joint gate that it leaves to variables with products


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
        self.temporal = _uniform(N, D, fan_in=D)  # f_n
        self.log_scale = _uniform(N, 2 * D, H, fan_in=2 * D)  # phi_n, its part for log sigma
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
            rest: (1, T, N, D), the states of a window of medians, where steering is asked for.
        """
        alpha, summary, mean = self._summarise(x, states, ablation)
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
        _, at_rest, _ = self._summarise(torch.zeros_like(x[:1]), rest, INTACT)
        return mixture._replace(steering=self.steering(mixture, summary, at_rest))

    def _summarise(
        self, x: Tensor, states: Tensor, ablation: Ablation
    ) -> tuple[Tensor, Tensor, Tensor]:
        # the batch last, as cells have it
        x, h = x.permute(1, 2, 0), states.permute(1, 2, 3, 0)
        T, N, D, B = h.shape
        f = self.temporal.expand(T, N, D).reshape(T * N, 1, D)
        return self.read(torch.bmm(f, h.flatten(0, 1)).view(T, N, B), x, h, ablation)

    def steering(self, mixture: Mixture, summary: Tensor, rest: Tensor) -> Tensor:
        """How far each variable, by its say in the weights, moves what others add, (B, H, N).

        The size of the change of the others' contributions, added up, were its summary, for the
        weights pi alone, that of a variable at its median throughout. 0 where pi does not heed it.

        Args:
            mixture: of B windows.
            summary: their [h_T; g], (N, 2D, B).
            rest: (N, 2D, 1), that of a window of medians.
        """
        values = mixture.mean - mixture.origin.unsqueeze(-1)
        moved = []
        for n, logits in enumerate(self.logits_without(summary, rest)):
            change = (logits.permute(2, 1, 0).softmax(dim=-1) - mixture.weight) * values
            moved.append(change.sum(-1) - change[..., n])
        return torch.stack(moved, dim=-1).abs()

    @abstractmethod
    def read(
        self, scores: Tensor, x: Tensor, h: Tensor, ablation: Ablation
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Alpha, (T, N, H or 1, B), the summary [h_T; g], (N, 2D, B), and mu, (N, H, B).

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

    def contribution_by_lag(self, x: Tensor, mixture: Mixture) -> Tensor | None:
        """The mixture's contributions as sums over lags, (B, H, N, T); None: they are none.

        Args:
            x: (B, T, N), scaled, of which the mixture was made.
            mixture: what is to be split.
        """
        return None


class StateAttention(MixtureAttention):
    """The paper's: alpha averages hidden states, each of which remembers older inputs too."""

    def __init__(self, variables: int, lookback: int, horizon: int, hidden_size: int) -> None:
        super().__init__(variables, lookback, horizon, hidden_size)
        N, D, H = variables, hidden_size, horizon
        self.mean = _uniform(N, 2 * D, H, fan_in=2 * D)  # phi_n, its part for mu
        self.mean_bias = nn.Parameter(torch.zeros(N, H))

    def read(
        self, scores: Tensor, x: Tensor, h: Tensor, ablation: Ablation
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Alpha, shared by the steps; g averages the states; mu is phi_n([h_T; g])."""
        alpha = ablation.alpha(scores.softmax(dim=0).unsqueeze(2))
        context = (alpha * h).sum(0)  # g
        summary = torch.cat([h[-1], context], dim=1)
        return alpha, summary, torch.baddbmm(self.mean_bias.unsqueeze(2), self.mean.mT, summary)

    @property
    def origin(self) -> Tensor:
        """0, the training mean."""
        return self.mean_bias.new_zeros(self.mean_bias.shape[1])


class InputAttention(StateAttention):
    """Not the paper's: alpha weighs what was observed at its step, and nothing older.

    alpha[n, t] = softmax over t of f_n(h_t[n]) + p[n, t]              a score per variable and lag
    v_n(x_t)    = phi_n (tanh(x_t E_n + b_n) - tanh(b_n)) + s[n, t] x_t   the value, for h_t[n]
    mu_n        = o + sum over t of alpha[n, t] v_n(x_t)
    pi_n        = softmax over n of f([h_T; g][n]) + r_n + G_n tanh(J vec([h_T; g]))

    All but f_n, E, b and J is learnt for every forecast step: what counts one step ahead is one lag
    nearer two steps ahead. The context g averages the bends by the mean alpha of the steps.
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
        self.position = nn.Parameter(torch.zeros(T, N, H))  # p
        self.prior = nn.Parameter(torch.zeros(N, H, 1))  # r
        self.joint = nn.Linear(2 * N * D, D)  # J
        self.gate = nn.Parameter(torch.zeros(N, H, D))  # G
        self.mean = _uniform(N, D, H, fan_in=D)  # phi_n, its part for mu
        self.slope = nn.Parameter(torch.zeros(N, T, H))  # s
        self.offset = nn.Parameter(torch.zeros(H))  # o
        nn.init.normal_(self.gate, std=_GATE)  # drawn last

    def read(
        self, scores: Tensor, x: Tensor, h: Tensor, ablation: Ablation
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Alpha of each step, [h_T; g], and mu, an average of what every input says by itself."""
        alpha = ablation.alpha((scores.unsqueeze(2) + self.position.unsqueeze(3)).softmax(dim=0))
        values, context = self.values(x, alpha.mean(2))
        mean = self.offset.unsqueeze(1) + (alpha * values).sum(0)
        return alpha, torch.cat([h[-1], context], dim=1), mean

    def values(self, x: Tensor, alpha: Tensor) -> tuple[Tensor, Tensor]:
        """V, what every input says of each step by itself, (T, N, H, B), and g, (N, D, B).

        Args:
            x: (T, N, B).
            alpha: (T, N, B), what g weighs the bends by.
        """
        curved, context = read_bends(x, self.embedding, self.embedding_bias, self.mean, alpha)
        return curved + self.slope.transpose(0, 1).unsqueeze(3) * x.unsqueeze(2), context

    def contribution_by_lag(self, x: Tensor, mixture: Mixture) -> Tensor:
        """pi_n alpha[n, t] v_n(x_t): they add up, as mu_n - o is a sum of alpha v."""
        mean_alpha = mixture.attention.mean(1).permute(2, 1, 0)
        values, _ = self.values(x.permute(1, 2, 0), mean_alpha)  # (T, N, H, B)
        return mixture.weight.unsqueeze(-1) * mixture.attention * values.permute(3, 2, 1, 0)

    def logits(self, summary: Tensor) -> Tensor:
        """f([h_T; g]) + r + G tanh(J vec([h_T; g]))."""
        joint = torch.tanh(self.joint(summary.flatten(0, 1).T)).T  # (D, B)
        return super().logits(summary) + self.prior + torch.matmul(self.gate, joint)

    def logits_without(self, summary: Tensor, rest: Tensor) -> Iterator[Tensor]:
        """The same, with the say that n has in the joint term."""
        joint = self.joint(summary.flatten(0, 1).T).T  # (D, B)
        by_variable = self.joint.weight.view(-1, *summary.shape[:2]).transpose(0, 1)  # (N, D, 2D)
        says = torch.matmul(by_variable, summary - rest)  # (N, D, B)
        for say, own in zip(says, super().logits_without(summary, rest), strict=True):
            yield own + self.prior + torch.matmul(self.gate, torch.tanh(joint - say))

    @property
    def origin(self) -> Tensor:
        """The offset o: the forecast where every input lies at its median."""
        return self.offset

    @torch.no_grad()
    def start(self, weights: Tensor, intercepts: Tensor, spread: Tensor, products: Tensor) -> None:
        """Become a linear regression whose weights are shared out to alpha and pi.

        What is not linear stays random, and small; but for variables with products that matter it
        is large enough to grow into them, and they get their share of alpha and pi too.

        Args:
            weights: (N, T, H), oldest step first.
            intercepts: (H,).
            spread: (N, H), the standard deviation of each variable's part of the regression.
            products: (N, T, H), that of the strongest product of each input, or 0.
        """
        strongest = products.amax(1)  # (N, H)
        alpha = _shares(weights.abs() + products, dim=1)  # (N, T, H)
        pi = _shares(spread + strongest, dim=0)  # (N, H)
        self.position.copy_(alpha.log().transpose(0, 1))
        self.prior.copy_(pi.log().unsqueeze(2))
        self.slope.copy_(weights / (alpha * pi.unsqueeze(1)))
        self.offset.copy_(intercepts)
        for random in (self.log_scale, self.temporal, *self.variable.parameters()):
            random.mul_(0.1)
        bends = strongest > 0
        self.mean.mul_(torch.where(bends, 1.0, 0.1).unsqueeze(1))
        self.gate.mul_(bends.unsqueeze(2))


def _uniform(*shape: int, fan_in: int) -> nn.Parameter:
    bound = 1 / math.sqrt(fan_in)
    return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))


def _shares(sizes: Tensor, dim: int) -> Tensor:
    """Sizes as shares of their sum, or evenly where all are 0; nothing gets none."""
    even = 1 / sizes.shape[dim]
    total = sizes.sum(dim, keepdim=True)
    shares = torch.where(total > 0, sizes / total.clamp_min(1e-12), even)
    return (1 - _OPEN) * shares + _OPEN * even
