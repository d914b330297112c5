"""The loop over time of both cells, with its gradient written out.

Source: Guo et al. 2019, eqs (1) to (7). `benchmarks/textbook.py` has the same in the plainest form,
and the tests hold the two against each other. What makes this one fast, on a CPU above all:

- an input and a one stand below each row of the hidden state, so that one product a step gives all
  gates of all variables in IMV-Tensor, and two in IMV-Full, inputs and biases included;
- the batch comes last, so that each gate is a block of memory;
- the backward pass prepares what it can for all steps at once and leaves a few operations a step;
- the views of every step are made at once: one by one they cost as much as the arithmetic.

States are (T, N, D, B) in here. Names are the paper's: candidate j, gates i, f, o, cell c, state h;
`below` is what a step's products act on, [h_{t-1}; x_t; 1] of each variable.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

_sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input  # (g, s) -> g s (1 - s)
_tanh_backward = torch.ops.aten.tanh_backward.grad_input  # (g, t) -> g (1 - t^2)


def recurrence(x: Tensor, own: Tensor, joint: Tensor | None = None) -> Tensor:
    """Hidden states of every step, (T, N, D, B).

    Args:
        x: (B, T, N).
        own: what each variable's row decides alone, with a column for h, x and 1 (the bias): j, i,
            f, o of IMV-Tensor, (N, 4D, D + 2), or j of IMV-Full, (N, D, D + 2).
        joint: what all rows decide together: i, f, o of IMV-Full, (3ND, N (D + 2)), variable-major.
    """
    if torch.is_grad_enabled():
        return _Recurrence.apply(x, own, joint)  # type: ignore[no-any-return, no-untyped-call]
    return _steps(x, own, joint, keeps_all=False)[0]


class _Recurrence(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, own: Tensor, joint: Tensor | None) -> Tensor:
        h, *saved = _steps(x, own, joint, keeps_all=True)
        ctx.save_for_backward(own, joint, *saved)
        return h

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor, Tensor | None]:
        own, joint, below, gates, c, tanh_c = ctx.saved_tensors
        T, N, D, B = tanh_c.shape
        axis = _gate_axis(joint)
        dz = torch.empty_like(gates)  # first the factors of the gradient, then the gradient
        dh_dc = _factors(gates.unbind(axis), c, tanh_c, dz.unbind(axis)).unbind()
        dz_own, dz_joint = _by_product(dz, joint)
        dz_jif, dz_o = dz.narrow(axis, 0, 3).unbind(), dz.select(axis, 3).unbind()
        f, grads, dz_own_ = gates.select(axis, 2).unbind(), grad.unbind(), dz_own.unbind()
        dc, down, below_ = torch.zeros_like(c[0]), torch.zeros_like(own), below.mT.unbind()
        dc_by_gate, own_to_h = dc.unsqueeze(axis - 1), own[:, :, :D].mT
        djoint = None
        if joint is not None:
            djoint, joint_to_h = torch.zeros_like(joint), _columns(joint, N)[:, :, :D].flatten(1).T
            dz_joint_, rows = dz_joint.unbind(), below.flatten(1, 2).mT.unbind()
        dh = grads[-1]
        for t in reversed(range(T)):
            dc.addcmul_(dh, dh_dc[t])  # (4), (7)
            dz_jif[t].mul_(dc_by_gate)  # (3), (6)
            dz_o[t].mul_(dh)  # (4), (7)
            dc.mul_(f[t])  # (3), (6)
            down.baddbmm_(dz_own_[t], below_[t])
            if djoint is not None:
                djoint.addmm_(dz_joint_[t], rows[t])
            if t:
                dh = torch.baddbmm(grads[t - 1], own_to_h, dz_own_[t])
                if joint is not None:
                    dh.view(N * D, B).addmm_(joint_to_h, dz_joint_[t])
        dx = None
        if ctx.needs_input_grad[0]:
            dx = torch.einsum("tnkb,nk->btn", dz_own, own[:, :, D])
            if joint is not None:
                dx += torch.einsum("tkb,kn->btn", dz_joint, _columns(joint, N)[:, :, D])
        return dx, down, djoint


def _steps(x: Tensor, own: Tensor, joint: Tensor | None, keeps_all: bool) -> tuple[Tensor, ...]:
    """States, and what the backward pass needs of all steps, or leftovers of the last."""
    B, T, N = x.shape
    D = own.shape[2] - 2
    below = x.new_empty(T + 1, N, D + 2, B)
    below[0, :, :D] = 0
    below[:-1, :, D] = x.permute(1, 2, 0)
    below[:, :, D + 1] = 1
    kept, axis = T if keeps_all else 1, _gate_axis(joint)
    z = x.new_empty((kept, N, 4, D, B) if joint is None else (kept, 4, N, D, B))
    c = x.new_zeros(T + 1 if keeps_all else 1, N, D, B)
    tanh_c = x.new_empty(kept, N, D, B)
    z_own, z_joint = _by_product(z, joint)
    j, i, f, o = (_each(gate, T) for gate in z.unbind(axis))
    ifo, z_own_, z_joint_ = (_each(part, T) for part in (z.narrow(axis, 1, 3), z_own, z_joint))
    cells, tanh_cells, h = _each(c, T + 1), _each(tanh_c, T), below[1:, :, :D].unbind()
    below_, rows = below.unbind(), below.flatten(1, 2).unbind()
    for t in range(T):
        torch.bmm(own, below_[t], out=z_own_[t])
        if joint is not None:
            torch.mm(joint, rows[t], out=z_joint_[t])
        j[t].tanh_()  # (1)
        ifo[t].sigmoid_()  # (2), (5)
        torch.mul(f[t], cells[t], out=cells[t + 1]).addcmul_(i[t], j[t])  # (3), (6)
        torch.tanh(cells[t + 1], out=tanh_cells[t])
        torch.mul(o[t], tanh_cells[t], out=h[t])  # (4), (7)
    return below[1:, :, :D], below, z, c, tanh_c


def _factors(
    gates: tuple[Tensor, ...], c: Tensor, tanh_c: Tensor, into: tuple[Tensor, ...]
) -> Tensor:
    """Of all steps: dc/dz of j, i and f and dh/dz of o, written to `into`; dh/dc, returned."""
    j, i, f, o = gates
    _tanh_backward(i, j, grad_input=into[0])
    _sigmoid_backward(j, i, grad_input=into[1])
    _sigmoid_backward(c[:-1], f, grad_input=into[2])
    _sigmoid_backward(tanh_c, o, grad_input=into[3])
    dh_dc: Tensor = torch.ops.aten.tanh_backward(o, tanh_c)
    return dh_dc


def _gate_axis(joint: Tensor | None) -> int:
    """Which axis of z tells j, i, f and o apart: (T, N, 4, D, B), or (T, 4, N, D, B)."""
    return 2 if joint is None else 1


def _by_product(z: Tensor, joint: Tensor | None) -> tuple[Tensor, Tensor]:
    """Views of z as the products with `own` and with `joint` give it; the second may be empty."""
    if joint is None:
        return z.flatten(2, 3), z[:, :0]
    return z[:, 0], z[:, 1:].flatten(1, 3)


def _columns(joint: Tensor, variables: int) -> Tensor:
    """The weights of h, x and 1 of each variable, (3ND, N, D + 2)."""
    return joint.view(len(joint), variables, -1)


def _each(kept: Tensor, steps: int) -> list[Tensor]:
    """A view for every step, where all steps are kept or share one place."""
    views = list(kept.unbind())
    return views if len(views) == steps else views * steps
