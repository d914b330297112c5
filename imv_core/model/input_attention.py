"""Attention over inputs, the default: a forecast is a sum over variables and lags.

This form is not the paper's; it shares the mixture of `imv_core.model.attention` with it.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from imv_core.model.attention import Ablation, Readout, StateAttention, uniform
from imv_core.model.kernels import read_curves

# Share of the weights that a start as a regression spreads evenly: effects that the regression does
# not show can still be learnt.
_EVEN = 0.1
_GATE = 0.3  # standard deviation of the joint gate G at the start


class InputAttention(StateAttention):
    """Alpha weighs the input of its step, and nothing older.

    alpha[n, t] = softmax over t of f_n(h_t[n]) + p[n, t]              a score per variable and lag
    v_n(x_t)    = phi_n (tanh(x_t E_n + b_n) - tanh(b_n)) + s[n, t] x_t   a value, instead of h_t[n]
    mu_n        = o + sum over t of alpha[n, t] v_n(x_t)
    pi_n        = softmax over n of f([h_T; g][n]) + r_n + G_n tanh(J vec([h_T; g]))

    All but f_n, E, b and J is learnt per forecast step, as the lag that matters moves by one with
    each step. The context g averages the curves tanh(...) by the mean alpha over the steps.
    States enter alpha and pi only; values are computed from inputs alone. So the forecast is
    exactly the origin o plus one term per variable and lag, which is 0 where an input is at its
    median. The joint term G, J lets one variable decide which of two others counts, while mu_n
    depends on variable n alone. With the linear term s, training can start as a regression, see
    `start_as_regression`.

    >>> attention = InputAttention(variables=3, lookback=10, horizon=2, hidden_size=8)
    >>> x, states = torch.zeros(4, 10, 3), torch.zeros(4, 10, 3, 8)
    >>> attention(x, states, rest=states[:1]).by_lag.shape  # (B, H, N, T)
    torch.Size([4, 2, 3, 10])
    """

    def __init__(self, variables: int, lookback: int, horizon: int, hidden_size: int) -> None:
        super().__init__(variables, lookback, horizon, hidden_size)
        N, T, D, H = variables, lookback, hidden_size, horizon
        self.embedding = nn.Parameter(torch.randn(N, D, 1))  # E
        self.embedding_bias = nn.Parameter(torch.randn(N, D, 1))  # b: spreads the curves
        self.position = nn.Parameter(torch.zeros(T, N, H))  # p
        self.prior = nn.Parameter(torch.zeros(N, H, 1))  # r
        self.joint = nn.Linear(2 * N * D, D)  # J
        self.gate = nn.Parameter(torch.zeros(N, H, D))  # G
        self.mean = uniform(N, D, H, fan_in=D)  # phi_n, its part for mu
        self.slope = nn.Parameter(torch.zeros(N, T, H))  # s
        self.offset = nn.Parameter(torch.zeros(H))  # o
        nn.init.normal_(self.gate, std=_GATE)  # drawn last

    def read_out(self, scores: Tensor, x: Tensor, h: Tensor, ablation: Ablation) -> Readout:
        """Compute mu: o plus the sum over t of alpha times the value of each input."""
        alpha = ablation.alpha((scores.unsqueeze(2) + self.position.unsqueeze(3)).softmax(dim=0))
        values, context = self.values(x, alpha.mean(2))
        terms = alpha * values
        summary = torch.cat([h[-1], context], dim=1)
        return Readout(alpha, summary, self.offset.unsqueeze(1) + terms.sum(0), terms)

    def values(self, x: Tensor, alpha: Tensor) -> tuple[Tensor, Tensor]:
        """Return the value v of every input for each step, (T, N, H, B), and g, (N, D, B).

        Args:
            x: inputs, (T, N, B).
            alpha: weights of the context g, (T, N, B).
        """
        curved, context = read_curves(x, self.embedding, self.embedding_bias, self.mean, alpha)
        return curved + self.slope.transpose(0, 1).unsqueeze(3) * x.unsqueeze(2), context

    def logits(self, summary: Tensor) -> Tensor:
        """Return f([h_T; g]) + r + G tanh(J vec([h_T; g])), (N, H, B)."""
        joint = torch.tanh(self.joint(summary.flatten(0, 1).T)).T  # (D, B)
        return super().logits(summary) + self.prior + torch.matmul(self.gate, joint)

    def logits_without(self, summary: Tensor, rest: Tensor) -> Iterator[Tensor]:
        """As the base class; also replace variable n in the joint term."""
        joint = self.joint(summary.flatten(0, 1).T).T  # (D, B)
        by_variable = self.joint.weight.view(-1, *summary.shape[:2]).transpose(0, 1)  # (N, D, 2D)
        moves = torch.matmul(by_variable, summary - rest)  # (N, D, B)
        for move, own in zip(moves, super().logits_without(summary, rest), strict=True):
            yield own + self.prior + torch.matmul(self.gate, torch.tanh(joint - move))

    @property
    def origin(self) -> Tensor:
        """The offset o: the forecast with every input at its median."""
        return self.offset

    @torch.no_grad()
    def start_as_regression(
        self, weights: Tensor, intercepts: Tensor, spread: Tensor, products: Tensor, opened: Tensor
    ) -> None:
        """Become a linear regression, with alpha and pi in proportion to its weights.

        The curves stay random, and small. An input of a product (see `imv_core.model.products`)
        also gets a share of alpha and pi, from which training can grow its curves; where the
        product has two different inputs, their curves and the joint gate keep their full size.

        Args:
            weights: (N, T, H), oldest step first.
            intercepts: (H,).
            spread: (N, H), the standard deviation of each variable's part of the regression.
            products: (N, T, H), the effect of the strongest product of each input, or 0.
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
    """Return sizes as shares of their sum, mixed with even shares so that none is 0."""
    even = 1 / sizes.shape[dim]
    total = sizes.sum(dim, keepdim=True)
    shares = torch.where(total > 0, sizes / total.clamp_min(1e-12), even)
    return (1 - _EVEN) * shares + _EVEN * even
