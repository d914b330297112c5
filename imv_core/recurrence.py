"""The loops over time of the two cells, with their gradients written out.

Source: Guo et al. 2019, eqs (1) to (7). `benchmarks/textbook.py` has the same in the plainest form,
and the tests hold the two against each other. What makes this one fast, on a CPU above all:

- inputs and a row of ones stand below the hidden state, so that one product a step gives all gates
  of all variables, inputs and biases included;
- the batch comes last, so that each gate is a block of memory;
- tanh(z) = 2 sigmoid(2z) - 1, with the inner 2 folded into the weights of the candidate: one pass
  of the much cheaper sigmoid serves all gates;
- the backward pass prepares what it can for all steps at once and leaves a few operations a step.

States are (T, N, D, B) in here. Names are the paper's: candidate j, gates i, f, o, cell c, state h.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

_MINUS_ONE = torch.tensor(-1.0)
_sigmoid_backward = torch.ops.aten.sigmoid_backward  # (g, s) -> g s (1 - s)
_tanh_backward = torch.ops.aten.tanh_backward  # (g, t) -> g (1 - t^2)


def tensor_recurrence(x: Tensor, weights: Tensor) -> Tensor:
    """IMV-Tensor.

    Args:
        x: (B, T, N).
        weights: (N, 4D, D + 2), rows for j, i, f, o; columns for h, x and 1 (the bias).

    Returns:
        Hidden states, (T, N, D, B).
    """
    if torch.is_grad_enabled():
        return _TensorRecurrence.apply(x, weights)  # type: ignore[no-any-return, no-untyped-call]
    return _tensor_steps(x, weights, keeps_all=False)[0]


def full_recurrence(x: Tensor, candidate: Tensor, gates: Tensor) -> Tensor:
    """IMV-Full.

    Args:
        x: (B, T, N).
        candidate: (N, D, D + 2), for j; columns for h, x and 1 (the bias).
        gates: (3ND, ND + N + 1), rows for i, f, o; columns for vec(h), x and 1 (the bias).

    Returns:
        Hidden states, (T, N, D, B).
    """
    if torch.is_grad_enabled():
        return _FullRecurrence.apply(x, candidate, gates)  # type: ignore[no-any-return, no-untyped-call]
    return _full_steps(x, candidate, gates, keeps_all=False)[0]


class _TensorRecurrence(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weights: Tensor) -> Tensor:
        h, *saved = _tensor_steps(x, weights, keeps_all=True)
        ctx.save_for_backward(weights, *saved)
        return h

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor]:
        weights, below, gates, c, tanh_c = ctx.saved_tensors
        T, N, _, D, B = gates.shape
        grad = grad.contiguous()
        dz = torch.empty_like(gates)  # first the factors of the gradient, then the gradient
        dh_dc = _factors(gates.unbind(2), c, tanh_c, dz.unbind(2))
        dweights, dc = torch.zeros_like(weights), torch.zeros_like(c[0])
        recurrent, dc_by_gate = weights[:, :, :D].transpose(1, 2), dc.unsqueeze(1)
        # views of every step, made at once: one by one they cost as much as the arithmetic
        f, dh_dc_, grads = gates[:, :, 2].unbind(), dh_dc.unbind(), grad.unbind()
        dz_jif, dz_o = dz[:, :, :3].unbind(), dz[:, :, 3].unbind()
        dz_, below_ = dz.view(T, N, 4 * D, B).unbind(), below.transpose(2, 3).unbind()
        dh = grads[-1]
        for t in reversed(range(T)):
            dc.addcmul_(dh, dh_dc_[t])  # (7)
            dz_jif[t].mul_(dc_by_gate)  # (6)
            dz_o[t].mul_(dh)  # (7)
            dc.mul_(f[t])  # (6)
            dweights.baddbmm_(dz_[t], below_[t])
            if t:
                dh = torch.baddbmm(grads[t - 1], recurrent, dz_[t])
        dx = None
        if ctx.needs_input_grad[0]:
            dx = torch.einsum("tnkb,nk->btn", dz.view(T, N, 4 * D, B), weights[:, :, D])
        return dx, dweights


class _FullRecurrence(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, candidate: Tensor, gates: Tensor) -> Tensor:
        h, *saved = _full_steps(x, candidate, gates, keeps_all=True)
        ctx.save_for_backward(candidate, gates, *saved)
        return h

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor, Tensor]:
        candidate, gate_weights, below, j, gates, c, tanh_c = ctx.saved_tensors
        T, N, D, B = j.shape
        grad = grad.contiguous()
        dzj, dz = torch.empty_like(j), torch.empty_like(gates)
        dh_dc = _factors((j, *gates.unbind(1)), c, tanh_c, (dzj, *dz.unbind(1)))
        dc = torch.zeros_like(c[0])
        own = candidate[:, :, :D].transpose(1, 2)
        all_ = gate_weights[:, : N * D].T
        dh = grad[-1]
        for t in reversed(range(T)):
            dc.addcmul_(dh, dh_dc[t])  # (4)
            dzj[t].mul_(dc)  # (3)
            dz[t, :2].mul_(dc)  # (3)
            dz[t, 2].mul_(dh)  # (4)
            dc.mul_(gates[t, 1])  # (3)
            if t:
                dh = torch.baddbmm(grad[t - 1], own, dzj[t])
                dh.view(N * D, B).addmm_(all_, dz[t].view(3 * N * D, B))
        x = below[:-1, N * D : -1]  # (T, N, B)
        dcandidate = torch.empty_like(candidate)
        h = below[:-1, : N * D].view(T, N, D, B)
        dcandidate[:, :, :D] = torch.einsum("tndb,tneb->nde", dzj, h)
        dcandidate[:, :, D] = torch.einsum("tndb,tnb->nd", dzj, x)
        dcandidate[:, :, D + 1] = dzj.sum((0, 3))
        flat = dz.view(T, 3 * N * D, B)
        dgates = torch.einsum("tgb,tkb->gk", flat, below[:-1])
        dx = None
        if ctx.needs_input_grad[0]:
            dx = torch.einsum("tndb,nd->btn", dzj, candidate[:, :, D])
            dx += torch.einsum("tgb,gn->btn", flat, gate_weights[:, N * D : -1])
        return dx, dcandidate, dgates


def _tensor_steps(x: Tensor, weights: Tensor, keeps_all: bool) -> tuple[Tensor, ...]:
    """States, and what the backward pass needs of all steps, or leftovers of the last."""
    B, T, N = x.shape
    D = weights.shape[2] - 2
    below = x.new_empty(T + 1, N, D + 2, B)  # [h_{t-1}; x_t; 1] of each step
    below[0, :, :D] = 0
    below[:-1, :, D] = x.permute(1, 2, 0)
    below[:, :, D + 1] = 1
    kept = T if keeps_all else 1
    gates = x.new_empty(kept, N, 4, D, B)
    tanh_c, c = x.new_empty(kept, N, D, B), x.new_zeros(T + 1 if keeps_all else 1, N, D, B)
    doubled = torch.cat([2 * weights[:, :D], weights[:, D:]], dim=1)
    z = gates.view(kept, N, 4 * D, B).unbind()
    jifo = list(zip(*(gate.unbind() for gate in gates.unbind(2)), strict=True))
    cells, tanh_cells, h = c.unbind(), tanh_c.unbind(), below[1:, :, :D].unbind()
    for t, below_t in enumerate(below[:-1].unbind()):
        k = t % kept
        torch.bmm(doubled, below_t, out=z[k]).sigmoid_()  # (5)
        _advance(jifo[k], cells[k], cells[(k + 1) % len(cells)], tanh_cells[k], h[t])
    return below[1:, :, :D], below, gates, c, tanh_c


def _full_steps(x: Tensor, candidate: Tensor, gates: Tensor, keeps_all: bool) -> tuple[Tensor, ...]:
    """As `_tensor_steps`."""
    B, T, N = x.shape
    D = candidate.shape[1]
    below = x.new_empty(T + 1, N * D + N + 1, B)  # [vec(h_{t-1}); x_t; 1] of each step
    below[0, : N * D] = 0
    below[:-1, N * D : -1] = x.permute(1, 2, 0)
    below[:, -1] = 1
    h = below[:, : N * D].view(T + 1, N, D, B)
    kept = T if keeps_all else 1
    j, z = x.new_empty(kept, N, D, B), x.new_empty(kept, 3, N, D, B)
    tanh_c, c = torch.empty_like(j), x.new_zeros(T + 1 if keeps_all else 1, N, D, B)
    recurrent, inward, bias = torch.split(2 * candidate, [D, 1, 1], dim=2)
    for t in range(T):
        k = t % kept
        torch.addcmul(bias, inward, below[t, N * D : -1].unsqueeze(1), out=j[k])
        j[k].baddbmm_(recurrent, h[t]).sigmoid_()  # (1)
        torch.mm(gates, below[t], out=z[k].view(3 * N * D, B)).sigmoid_()  # (2)
        _advance((j[k], *z[k].unbind(0)), c[k], c[(k + 1) % len(c)], tanh_c[k], h[t + 1])
    return h[1:], below, j, z, c, tanh_c


def _advance(
    gates: tuple[Tensor, ...], c_before: Tensor, c: Tensor, tanh_c: Tensor, h: Tensor
) -> None:
    """One step of eqs (3), (4) or (6), (7) in place; j comes as sigmoid(2z) and leaves as j."""
    j, i, f, o = gates
    torch.add(_MINUS_ONE, j, alpha=2, out=j)
    torch.mul(f, c_before, out=c).addcmul_(i, j)
    torch.mul(c, 2, out=tanh_c).sigmoid_()
    torch.add(_MINUS_ONE, tanh_c, alpha=2, out=tanh_c)
    torch.mul(o, tanh_c, out=h)


def _factors(
    gates: tuple[Tensor, ...], c: Tensor, tanh_c: Tensor, into: tuple[Tensor, ...]
) -> Tensor:
    """Of all steps: dc/dz of j, i and f and dh/dz of o, written to `into`; dh/dc, returned."""
    j, i, f, o = gates
    _tanh_backward.grad_input(i, j, grad_input=into[0])
    _sigmoid_backward.grad_input(j, i, grad_input=into[1])
    _sigmoid_backward.grad_input(c[:-1], f, grad_input=into[2])
    _sigmoid_backward.grad_input(tanh_c, o, grad_input=into[3])
    dh_dc: Tensor = _tanh_backward(o, tanh_c)
    return dh_dc
