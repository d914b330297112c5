"""What attention over inputs reads from bent inputs, with the gradient written out.

Ours, not the paper's: see `imv_core.input_attention.InputAttention`. The bends of all inputs are
its largest array, and time goes into moving it: left to autograd, it would be written and read
several times more.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def read_bends(
    x: Tensor, slope: Tensor, bias: Tensor, phi: Tensor, alpha: Tensor
) -> tuple[Tensor, Tensor]:
    """What is read from e = tanh(slope x + bias) - tanh(bias), which is 0 where x is.

    Args:
        x: (T, N, B).
        slope: (N, D, 1).
        bias: (N, D, 1).
        phi: (N, D, H).
        alpha: (T, N, B).

    Returns:
        phi e of every step, (T, N, H, B), and the sum over t of alpha e, (N, D, B). Each column of
        alpha must sum to 1.
    """
    rest = torch.tanh(bias)
    values, average = _ReadBends.apply(x, slope, bias, phi, alpha)  # type: ignore[no-untyped-call]
    return values - torch.matmul(phi.mT, rest), average - rest


class _ReadBends(torch.autograd.Function):
    """The same of e = tanh(slope x + bias)."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, slope: Tensor, bias: Tensor, phi: Tensor, alpha: Tensor
    ) -> tuple[Tensor, Tensor]:
        e = torch.addcmul(bias, x.unsqueeze(2), slope).tanh_()  # (T, N, D, B)
        ctx.save_for_backward(x, slope, phi, alpha, e)
        return torch.matmul(phi.mT, e), (alpha.unsqueeze(2) * e).sum(0)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dvalues: Tensor, daverage: Tensor) -> tuple[Tensor | None, ...]:
        x, slope, phi, alpha, e = ctx.saved_tensors
        dalpha = (e * daverage).sum(2)
        dphi = torch.matmul(e, dvalues.mT).sum(0)
        de = torch.matmul(phi, dvalues).addcmul_(alpha.unsqueeze(2), daverage)
        dz = torch.ops.aten.tanh_backward(de, e)
        dslope = torch.matmul(dz, x.unsqueeze(3)).sum(0)
        dx = (dz * slope).sum(2) if ctx.needs_input_grad[0] else None
        return dx, dslope, dz.sum((0, 3)).unsqueeze(2), dphi, dalpha
