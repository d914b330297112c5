"""Kernels with hand-written gradients: the loop over time of IMV-Tensor, and curved inputs.

Source: Guo et al. 2019, eqs (1) and (5) to (7). `benchmarks/textbook.py` computes the same in the
plainest form, and tests compare the two. Reasons for the speed of this form, above all on a CPU:

- the input and a 1 are appended to each row of the hidden state, so that one product per step
  computes all gates of all variables, with inputs and biases;
- the batch is the last axis, so that each gate is a block of memory;
- the backward pass computes most factors for all steps at once, and few operations per step;
- the views of all steps are made at once: made one by one, they take as long as the arithmetic.

Here states are (T, N, D, B). Names are the paper's: candidate j, gates i, f, o, cell c, state h;
`below` is the operand of each step's product, [h_{t-1}; x_t; 1] of each variable.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

_sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input  # (g, s) -> g s (1 - s)
_tanh_backward = torch.ops.aten.tanh_backward.grad_input  # (g, t) -> g (1 - t^2)


def tensor_recurrence(x: Tensor, weights: Tensor) -> Tensor:
    """Return the hidden states of every step, (T, N, D, B).

    Args:
        x: (B, T, N).
        weights: (N, 4D, D + 2), rows for j, i, f, o; columns for h, x and 1 (the bias).
    """
    if torch.is_grad_enabled():
        return _TensorRecurrence.apply(x, weights)  # type: ignore[no-any-return, no-untyped-call]
    return _steps(x, weights, keep_all=False)[0]


class _TensorRecurrence(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weights: Tensor) -> Tensor:
        h, *saved = _steps(x, weights, keep_all=True)
        ctx.save_for_backward(weights, *saved)
        return h

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor]:
        weights, below, gates, c, tanh_c = ctx.saved_tensors
        D, T = tanh_c.shape[2], len(gates)
        dz = torch.empty_like(gates)  # first holds the factors of the gradient, then the gradient
        dh_dc = _factors(gates.unbind(2), c, tanh_c, dz.unbind(2)).unbind()
        dz_jif, dz_o, dz_ = dz[:, :, :3].unbind(), dz[:, :, 3].unbind(), dz.flatten(2, 3).unbind()
        f, grads, below_ = gates[:, :, 2].unbind(), grad.unbind(), below.mT.unbind()
        dweights, dc = torch.zeros_like(weights), torch.zeros_like(c[0])
        recurrent, dc_by_gate = weights[:, :, :D].mT, dc.unsqueeze(1)
        dh = grads[-1]
        for t in reversed(range(T)):
            dc.addcmul_(dh, dh_dc[t])  # (7)
            dz_jif[t].mul_(dc_by_gate)  # (6)
            dz_o[t].mul_(dh)  # (7)
            dc.mul_(f[t])  # (6)
            dweights.baddbmm_(dz_[t], below_[t])
            if t:
                dh = torch.baddbmm(grads[t - 1], recurrent, dz_[t])
        dx = None
        if ctx.needs_input_grad[0]:
            dx = torch.einsum("tnkb,nk->btn", dz.flatten(2, 3), weights[:, :, D])
        return dx, dweights


def _steps(x: Tensor, weights: Tensor, keep_all: bool) -> tuple[Tensor, ...]:
    """Return the states, and values for the backward pass: of all steps, or of the last alone."""
    B, T, N = x.shape
    D = weights.shape[2] - 2
    below = x.new_empty(T + 1, N, D + 2, B)
    below[0, :, :D] = 0
    below[:-1, :, D] = x.permute(1, 2, 0)
    below[:, :, D + 1] = 1
    kept = T if keep_all else 1
    z = x.new_empty(kept, N, 4, D, B)
    tanh_c, c = x.new_empty(kept, N, D, B), x.new_zeros(T + 1 if keep_all else 1, N, D, B)
    z_, ifo = _each(z.flatten(2, 3), T), _each(z[:, :, 1:], T)
    j, i, f, o = (_each(gate, T) for gate in z.unbind(2))
    cells, tanh_cells, h = _each(c, T + 1), _each(tanh_c, T), below[1:, :, :D].unbind()
    for t, below_t in enumerate(below[:-1].unbind()):
        torch.bmm(weights, below_t, out=z_[t])
        j[t].tanh_()  # (1)
        ifo[t].sigmoid_()  # (5)
        torch.mul(f[t], cells[t], out=cells[t + 1]).addcmul_(i[t], j[t])  # (6)
        torch.tanh(cells[t + 1], out=tanh_cells[t])
        torch.mul(o[t], tanh_cells[t], out=h[t])  # (7)
    return below[1:, :, :D], below, z, c, tanh_c


def _factors(
    gates: tuple[Tensor, ...], c: Tensor, tanh_c: Tensor, into: tuple[Tensor, ...]
) -> Tensor:
    """Write dc/dz of j, i, f and dh/dz of o of all steps to `into`; return dh/dc."""
    j, i, f, o = gates
    _tanh_backward(i, j, grad_input=into[0])
    _sigmoid_backward(j, i, grad_input=into[1])
    _sigmoid_backward(c[:-1], f, grad_input=into[2])
    _sigmoid_backward(tanh_c, o, grad_input=into[3])
    dh_dc: Tensor = torch.ops.aten.tanh_backward(o, tanh_c)
    return dh_dc


def _each(kept: Tensor, steps: int) -> list[Tensor]:
    """Return a view per step; the same view for all where only one step is stored."""
    views = list(kept.unbind())
    return views if len(views) == steps else views * steps


def read_curves(
    x: Tensor, slope: Tensor, bias: Tensor, phi: Tensor, alpha: Tensor
) -> tuple[Tensor, Tensor]:
    """Compute two linear functions of the curves e = tanh(slope x + bias) - tanh(bias).

    The curves are 0 where x is 0.

    Args:
        x: (T, N, B).
        slope: (N, D, 1).
        bias: (N, D, 1).
        phi: (N, D, H).
        alpha: (T, N, B).

    Returns:
        phi e of every step, (T, N, H, B), and the sum over t of alpha e, (N, D, B); alpha must sum
        to 1 over t.
    """
    rest = torch.tanh(bias)
    values, average = _ReadCurves.apply(x, slope, bias, phi, alpha)  # type: ignore[no-untyped-call]
    return values - torch.matmul(phi.mT, rest), average - rest


class _ReadCurves(torch.autograd.Function):
    """As `read_curves`, of e = tanh(slope x + bias)."""

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
