"""Attention over inputs, the default: a forecast is a sum of what variables said at each lag.

Ours, not the paper's, but for what it shares with `imv_core.model.attention`.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from imv_core.model.attention import Ablation, Reading, StateAttention, uniform
from imv_core.model.kernels import read_bends

# Of all weights, what a start spreads evenly: what it is blind to can still be found.
_OPEN = 0.1
_GATE = 0.3  # standard deviation of the joint gate that it leaves to variables with products


class InputAttention(StateAttention):
    """Alpha weighs what was observed at its step, and nothing older.

    alpha[n, t] = softmax over t of f_n(h_t[n]) + p[n, t]              a score per variable and lag
    v_n(x_t)    = phi_n (tanh(x_t E_n + b_n) - tanh(b_n)) + s[n, t] x_t   the value, for h_t[n]
    mu_n        = o + sum over t of alpha[n, t] v_n(x_t)
    pi_n        = softmax over n of f([h_T; g][n]) + r_n + G_n tanh(J vec([h_T; g]))

    All but f_n, E, b and J is learnt for every forecast step: what counts one step ahead is one lag
    nearer two steps ahead. The context g averages the bends by the mean alpha of the steps.
    States steer alpha and pi; what is forecast is read from inputs alone, so the forecast is
    exactly the origin o plus a share of each variable and lag, which is 0 where an input lies at
    its median. The joint term G, J lets one variable decide which of two others counts; mu_n still
    sees variable n alone. The linear term s makes regression the starting point, see
    `start_as_regression`.
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
        self.mean = uniform(N, D, H, fan_in=D)  # phi_n, its part for mu
        self.slope = nn.Parameter(torch.zeros(N, T, H))  # s
        self.offset = nn.Parameter(torch.zeros(H))  # o
        nn.init.normal_(self.gate, std=_GATE)  # drawn last

    def read(self, scores: Tensor, x: Tensor, h: Tensor, ablation: Ablation) -> Reading:
        """Mu is an average of what every input says by itself."""
        alpha = ablation.alpha((scores.unsqueeze(2) + self.position.unsqueeze(3)).softmax(dim=0))
        values, context = self.values(x, alpha.mean(2))
        said = alpha * values
        summary = torch.cat([h[-1], context], dim=1)
        return Reading(alpha, summary, self.offset.unsqueeze(1) + said.sum(0), said)

    def values(self, x: Tensor, alpha: Tensor) -> tuple[Tensor, Tensor]:
        """V, what every input says of each step by itself, (T, N, H, B), and g, (N, D, B).

        Args:
            x: (T, N, B).
            alpha: (T, N, B), what g weighs the bends by.
        """
        curved, context = read_bends(x, self.embedding, self.embedding_bias, self.mean, alpha)
        return curved + self.slope.transpose(0, 1).unsqueeze(3) * x.unsqueeze(2), context

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
    def start_as_regression(
        self, weights: Tensor, intercepts: Tensor, spread: Tensor, products: Tensor, opened: Tensor
    ) -> None:
        """Become a linear regression whose weights are shared out to alpha and pi.

        What is not linear stays random, and small. But what is found in a product gets its share of
        alpha and pi, from where bends grow into it. Where it takes two, its bends and its gate are
        large enough to grow into each other.

        Args:
            weights: (N, T, H), oldest step first.
            intercepts: (H,).
            spread: (N, H), the standard deviation of each variable's part of the regression.
            products: (N, T, H), that of the strongest product of each input, or 0.
            opened: (N, H) bool, whether a variable is in a product of two different inputs.
        """
        alpha = _shares(weights.abs() + products, dim=1)  # (N, T, H)
        pi = _shares(spread + products.amax(1), dim=0)  # (N, H)
        self.position.copy_(alpha.log().transpose(0, 1))
        self.prior.copy_(pi.log().unsqueeze(2))
        self.slope.copy_(weights / (alpha * pi.unsqueeze(1)))
        self.offset.copy_(intercepts)
        for random in (self.log_scale, self.temporal, *self.variable.parameters()):
            random.mul_(0.1)
        self.mean.mul_(torch.where(opened, 1.0, 0.1).unsqueeze(1))
        self.gate.mul_(opened.unsqueeze(2))


def _shares(sizes: Tensor, dim: int) -> Tensor:
    """Sizes as shares of their sum, or evenly where all are 0; nothing gets none."""
    even = 1 / sizes.shape[dim]
    total = sizes.sum(dim, keepdim=True)
    shares = torch.where(total > 0, sizes / total.clamp_min(1e-12), even)
    return (1 - _OPEN) * shares + _OPEN * even
