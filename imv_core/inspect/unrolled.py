"""The recurrence one step at a time, with all its gates: plain and slow.

Source: Guo et al. 2019, eqs (1) to (7). `imv_core.model.cells` is fast; tests show that both
compute the same.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from imv_core.arrays import Floats
from imv_core.model.cells import FullCell, TensorCell
from imv_core.model.imv_lstm import IMVLSTM


class Unrolled(NamedTuple):
    """Gates, cell and hidden state of every step of a window, each (T, N, D)."""

    j: Floats  # candidate, -1 to 1
    i: Floats  # input gate: share of the candidate that is added, 0 to 1
    f: Floats  # forget gate: share of the cell that stays, 0 to 1
    o: Floats  # output gate: share of the cell that is shown, 0 to 1
    c: Floats  # cell
    h: Floats  # hidden state, -1 to 1: row n belongs to variable n


@torch.no_grad()
def unroll(network: IMVLSTM, window: Floats) -> Unrolled:
    """Compute every step of a window.

    Args:
        network: with the cell "tensor" or "full".
        window: (T, N), scaled.
    """
    cell = network.cell
    gates = GATES[type(cell)]
    N, D = network.settings.variables, network.settings.hidden_size
    h = c = torch.zeros(N, D, device=network.device)
    steps = []
    for x in torch.as_tensor(window, dtype=torch.float32, device=network.device):
        j, i, f, o = gates(cell, x, h)
        c = f * c + i * j  # (3), (6)
        h = o * torch.tanh(c)  # (4), (7)
        steps.append((j, i, f, o, c, h))
    return Unrolled(*(torch.stack(kept).cpu().numpy() for kept in zip(*steps, strict=True)))


def _tensor(cell: TensorCell, x: Tensor, h: Tensor) -> tuple[Tensor, ...]:
    """Compute candidate and gates of each row from the row and its own input: (1), (5)."""
    own = torch.einsum("nd,nde->ne", h, cell.recurrent)
    j, i, f, o = (own + cell.input * x[:, None] + cell.bias).chunk(4, dim=1)
    return torch.tanh(j), torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(o)


def _full(cell: FullCell, x: Tensor, h: Tensor) -> tuple[Tensor, ...]:
    """Compute the candidate from its own row, the gates from all rows and inputs: (1), (2)."""
    own = torch.einsum("nd,nde->ne", h, cell.recurrent)
    j = torch.tanh(own + cell.input * x[:, None] + cell.bias)
    gates = cell.gate_input @ x + cell.gate_recurrent @ h.flatten() + cell.gate_bias
    i, f, o = torch.sigmoid(gates).view(3, *h.shape)
    return j, i, f, o


GATES: dict[type, Callable[[Any, Tensor, Tensor], tuple[Tensor, ...]]] = {
    TensorCell: _tensor,
    FullCell: _full,
}
