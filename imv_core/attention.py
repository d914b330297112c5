"""Mixture attention: over time within each variable, then over the variables (eq. 8).

Source: Guo et al. 2019, section 3.2. Scores are left unbounded; squashed by tanh, as in published
codes, no weight could exceed 1 / (1 + (K - 1) e^-2) of K choices, and importance could not
concentrate.
"""

import math
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
    usual: Tensor  # (H, N)  what pi_n mu_n is on average over the training windows

    @property
    def weight(self) -> Tensor:
        """pi_n, (B, H, N)."""
        return self.log_weight.exp()

    @property
    def contribution(self) -> Tensor:
        """pi_n mu_n, (B, H, N): what each variable adds to the forecast."""
        return self.weight * self.mean

    @property
    def forecast(self) -> Tensor:
        """The mixture's mean, (B, H)."""
        return self.contribution.sum(-1)

    @property
    def spread(self) -> Tensor:
        """The mixture's standard deviation, (B, H)."""
        distance = self.mean - self.forecast.unsqueeze(-1)
        return (self.weight * (distance**2 + (2 * self.log_scale).exp())).sum(-1).sqrt()

    @property
    def common_log_scale(self) -> Tensor:
        """The components' mean log sigma, (B, H): the spread of an objective of the forecast."""
        return (self.weight * self.log_scale).sum(-1)


class StateAttention(nn.Module):
    """The paper's: alpha averages hidden states, each of which remembers older inputs too.

    Not the paper's, and only where asked for: a linear path, mu_n += sum over t of s[n, t] x_t[n].
    """

    def __init__(
        self, variables: int, lookback: int, horizon: int, hidden_size: int, linear_path: bool
    ) -> None:
        super().__init__()
        N, T, H, D = variables, lookback, horizon, hidden_size
        self.temporal = nn.Parameter(torch.empty(N, D))  # f_n
        self.head = nn.Parameter(torch.empty(N, 2 * D, 2 * H))  # phi_n: mu and log sigma
        self.head_bias = nn.Parameter(torch.zeros(N, 2 * H))
        self.variable = nn.Linear(2 * D, H)  # f, shared by the variables
        self.slope: nn.Parameter  # s
        self.register_parameter(
            "slope", nn.Parameter(torch.zeros(N, T, H)) if linear_path else None
        )
        self.usual: Tensor
        self.register_buffer("usual", torch.zeros(H, N))  # measured after each epoch
        nn.init.uniform_(self.temporal, -1 / math.sqrt(D), 1 / math.sqrt(D))
        nn.init.uniform_(self.head, -1 / math.sqrt(2 * D), 1 / math.sqrt(2 * D))

    def forward(self, x: Tensor, states: Tensor) -> Mixture:
        """Mix the variables' forecasts.

        Args:
            x: (B, T, N), scaled.
            states: (B, T, N, D), the hidden states of a cell.
        """
        x, h = x.permute(1, 2, 0), states.permute(1, 2, 3, 0)  # the batch last, as cells have it
        T, N, D, B = h.shape
        f = self.temporal.expand(T, N, D).reshape(T * N, 1, D)
        attention = self.scores(torch.bmm(f, h.flatten(0, 1)).view(T, N, B)).softmax(dim=0)
        context = (attention.unsqueeze(2) * self.values(x, h)).sum(0)  # g, (N, D, B)
        summary = torch.cat([h[-1], context], dim=1)  # [h_T; g], (N, 2D, B)
        # phi_n, and f, which is the same for every variable, in one product
        weights = torch.cat([self.head.mT, self.variable.weight.expand(N, -1, -1)], dim=1)
        biases = torch.cat([self.head_bias, self.variable.bias.expand(N, -1)], dim=1)
        heads = torch.baddbmm(biases.unsqueeze(2), weights, summary)  # (N, 3H, B)
        mean, log_scale, logits = heads.permute(2, 1, 0).chunk(3, dim=1)  # each (B, H, N)
        return Mixture(
            log_weight=self.logits(logits, summary).log_softmax(dim=-1),
            mean=mean if self.slope is None else mean + self.linear(attention, x, self.slope),
            log_scale=log_scale.clamp(*LOG_SCALE_BOUNDS),
            attention=attention.permute(2, 1, 0),
            usual=self.usual,
        )

    def scores(self, of_states: Tensor) -> Tensor:
        """What alpha is the softmax of, (T, N, B), from f_n(h_t[n])."""
        return of_states

    def values(self, x: Tensor, h: Tensor) -> Tensor:
        """What alpha averages, (T, N, D, B)."""
        return h

    def logits(self, of_summaries: Tensor, summary: Tensor) -> Tensor:
        """What pi is the softmax of, (B, H, N), from f([h_T; g])."""
        return of_summaries

    def linear(self, attention: Tensor, x: Tensor, slope: Tensor) -> Tensor:
        """Sum over t of s[n, t] x_t[n], (B, H, N)."""
        return torch.bmm(x.permute(1, 2, 0), slope).permute(1, 2, 0)

    @torch.no_grad()
    def start(self, weights: Tensor, intercepts: Tensor, spread: Tensor) -> None:
        """Become a linear regression, but for small random weights; it takes a linear path.

        Args:
            weights: (N, T, H), oldest step first.
            intercepts: (H,).
            spread: (N, H), the standard deviation of each variable's part of the regression.
        """
        for random in (self.head, self.temporal, self.variable.weight, self.variable.bias):
            random.mul_(0.1)
        self.head_bias[:, : len(intercepts)] = intercepts
        alpha, pi = self._shared_out(weights, spread)
        self.slope.copy_(weights / (alpha.unsqueeze(2) * pi.unsqueeze(1)))

    def _shared_out(self, weights: Tensor, spread: Tensor) -> tuple[Tensor, Tensor]:
        """What alpha, (N, T), and pi, (N, H), do to the linear path at the start."""
        return torch.ones_like(weights[:, :, 0]), torch.full_like(spread, 1 / len(spread))


class InputAttention(StateAttention):
    """Not the paper's: alpha weighs what was observed at its step, and nothing older.

    alpha[n, t] = softmax over t of f_n(h_t[n]) + p[n, t]         a score per variable and lag
    e_n(x_t)    = tanh(x_t E_n + b_n)                              the value, in place of h_t[n]
    pi_n        = softmax over n of f([h_T; g][n]) + r_n + G_n tanh(J vec([h_T; g]))
    mu_n        = phi_n([h_T; g][n]) + sum over t of alpha[n, t] s[n, t] x_t[n]

    The joint term G, J lets one variable decide which of two others counts; mu_n still sees
    variable n alone. The linear term is weighed by alpha and pi, as all else, so they tell of it;
    `start` sets it to a given linear regression, with weights that are the regression's shares.
    """

    def __init__(
        self, variables: int, lookback: int, horizon: int, hidden_size: int, linear_path: bool
    ) -> None:
        super().__init__(variables, lookback, horizon, hidden_size, linear_path)
        N, T, H, D = variables, lookback, horizon, hidden_size
        self.embedding = nn.Parameter(torch.randn(N, D, 1))  # E
        self.embedding_bias = nn.Parameter(torch.randn(N, D, 1))  # b: bends all over the range
        self.position = nn.Parameter(torch.zeros(T, N, 1))  # p
        self.prior = nn.Parameter(torch.zeros(H, N))  # r
        self.joint = nn.Linear(2 * N * D, D)  # J
        self.gate = nn.Parameter(torch.zeros(H, N, D))  # G

    def scores(self, of_states: Tensor) -> Tensor:
        """f_n(h_t[n]) + p[n, t]."""
        return of_states + self.position

    def values(self, x: Tensor, h: Tensor) -> Tensor:
        """e_n(x_t)."""
        return torch.tanh(x.unsqueeze(2) * self.embedding + self.embedding_bias)

    def logits(self, of_summaries: Tensor, summary: Tensor) -> Tensor:
        """f([h_T; g]) + r + G tanh(J vec([h_T; g]))."""
        joint = torch.tanh(self.joint(summary.flatten(0, 1).T))  # (B, D)
        return of_summaries + self.prior + torch.einsum("bd,hnd->bhn", joint, self.gate)

    def linear(self, attention: Tensor, x: Tensor, slope: Tensor) -> Tensor:
        """Sum over t of alpha[n, t] s[n, t] x_t[n]."""
        return super().linear(attention, attention * x, slope)

    def _shared_out(self, weights: Tensor, spread: Tensor) -> tuple[Tensor, Tensor]:
        """Alpha by the size of the weights and pi by the spread, from the first window on."""
        alpha, pi = _shares(weights.abs().sum(2), dim=1), _shares(spread, dim=0)
        self.position.copy_(alpha.log().T.unsqueeze(2))
        self.prior.copy_(pi.log().T)
        return alpha, pi


def _shares(sizes: Tensor, dim: int) -> Tensor:
    """Sizes as shares of their sum, or evenly where all are 0; nothing gets none."""
    even = 1 / sizes.shape[dim]
    total = sizes.sum(dim, keepdim=True)
    shares = torch.where(total > 0, sizes / total.clamp_min(1e-12), even)
    return (1 - _OPEN) * shares + _OPEN * even
