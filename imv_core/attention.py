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


class Mixture(NamedTuple):
    """A forecast and why: one normal component a variable, and the weights that mix them.

    Everything is in units of the scaled target.
    """

    log_weight: Tensor  # (B, H, N)  log pi_n, the prior weight of variable n
    mean: Tensor  # (B, H, N)  mu_n
    log_scale: Tensor  # (B, H, N)  log sigma_n
    attention: Tensor  # (B, N, T)  alpha[n, t]; the last column is lag 1

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


class MixtureAttention(nn.Module, ABC):
    """From hidden states to a mixture of one normal distribution a variable (eq. 8).

    Subclasses say what is attended to.
    """

    def __init__(self, variables: int, hidden_size: int, horizon: int) -> None:
        super().__init__()
        N, D, H = variables, hidden_size, horizon
        self.temporal = nn.Parameter(torch.empty(N, D))  # f_n
        self.head = nn.Parameter(torch.empty(N, 2 * D, 2 * H))  # phi_n: mu and log sigma
        self.head_bias = nn.Parameter(torch.zeros(N, 2 * H))
        self.variable = nn.Linear(2 * D, H)  # f, shared by the variables
        nn.init.uniform_(self.temporal, -1 / math.sqrt(D), 1 / math.sqrt(D))
        nn.init.uniform_(self.head, -1 / math.sqrt(2 * D), 1 / math.sqrt(2 * D))

    def forward(self, x: Tensor, states: Tensor) -> Mixture:
        """Mix the variables' forecasts.

        Args:
            x: (B, T, N), scaled.
            states: (B, T, N, D), the hidden states of a cell.
        """
        B, _, N, _ = states.shape
        attention = self.scores(states).softmax(dim=-1)  # alpha, (B, N, T)
        context = torch.einsum("bnt,btnd->bnd", attention, self.values(x, states))  # g
        summary = torch.cat([states[:, -1], context], dim=-1)  # [h_T; g], (B, N, 2D)
        heads = torch.einsum("bns,nsk->bnk", summary, self.head) + self.head_bias
        mean, log_scale = heads.view(B, N, 2, -1).permute(2, 0, 3, 1)  # each (B, H, N)
        return Mixture(
            log_weight=self.variable(summary).transpose(1, 2).log_softmax(dim=-1),
            mean=mean,
            log_scale=log_scale.clamp(*LOG_SCALE_BOUNDS),
            attention=attention,
        )

    def scores(self, states: Tensor) -> Tensor:
        """f_n(h_t[n]), (B, N, T)."""
        return torch.einsum("btnd,nd->bnt", states, self.temporal)

    @abstractmethod
    def values(self, x: Tensor, states: Tensor) -> Tensor:
        """What alpha averages, (B, T, N, D)."""


class StateAttention(MixtureAttention):
    """The paper's: hidden states are averaged. A state remembers older inputs too."""

    def values(self, x: Tensor, states: Tensor) -> Tensor:
        """h_t[n]."""
        return states


class InputAttention(MixtureAttention):
    """Values local to their step, and a learnt score per variable and lag (not in the paper).

    alpha[n, t] then weighs what was observed at that step, and nothing older; h_T, which remembers,
    still reaches the head beside it.
    """

    def __init__(self, variables: int, hidden_size: int, horizon: int, lookback: int) -> None:
        super().__init__(variables, hidden_size, horizon)
        self.embedding = nn.Parameter(torch.randn(variables, hidden_size))
        self.embedding_bias = nn.Parameter(torch.zeros(variables, hidden_size))
        self.position = nn.Parameter(torch.zeros(variables, lookback))

    def scores(self, states: Tensor) -> Tensor:
        """f_n(h_t[n]) + p[n, t]."""
        return super().scores(states) + self.position

    def values(self, x: Tensor, states: Tensor) -> Tensor:
        """e_n(x_t) = tanh(x_t E_n + b_n)."""
        return torch.tanh(x.unsqueeze(-1) * self.embedding + self.embedding_bias)
