"""Recurrences laid open: IMV-LSTM one step at a time with all gates, and a plain LSTM beside it.

Source: Guo et al. 2019, eqs (1) to (7). `imv_core.model.cells` is fast; tests show that both
compute the same.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn

from imv_core import storage
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


class PlainLSTM(nn.Module):
    """Forecasts one step from windows: (B, T, N) -> (B,), scaled.

    Args:
        variables: N, which share one hidden vector.
        units: length of that vector.
    """

    def __init__(self, variables: int, units: int) -> None:
        super().__init__()
        self.recurrence = nn.LSTM(variables, units, batch_first=True)
        self.head = nn.Linear(units, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Compute the forecast from the last hidden vector."""
        forecast: Tensor = self.head(self.cell(x)[:, -1]).squeeze(-1)
        return forecast

    def cell(self, x: Tensor) -> Tensor:
        """Return the hidden vectors of every step, (B, T, units)."""
        states: Tensor = self.recurrence(x)[0]
        return states

    @torch.no_grad()
    def states(self, window: Floats) -> Floats:
        """Return the hidden vectors of one window, (T, N) scaled -> (T, units)."""
        states: Floats = self.cell(torch.as_tensor(window, dtype=torch.float32)[None])[0].numpy()
        return states

    def save(self, path: Path) -> None:
        """Write the weights to a file."""
        weights = save({name: weight.contiguous() for name, weight in self.state_dict().items()})
        storage.replace(path, lambda part: part.write_bytes(weights))

    @classmethod
    def load(cls, path: str | Path) -> "PlainLSTM":
        """Read a file of `save`; sizes follow from the weights."""
        weights = load_file(path)
        units, variables = weights["recurrence.weight_ih_l0"].shape
        plain = cls(variables, units // 4)
        plain.load_state_dict(weights)
        return plain.requires_grad_(False)
