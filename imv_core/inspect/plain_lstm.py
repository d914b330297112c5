"""A plain LSTM, whose hidden state has no rows per variable, for comparison.

Source: Hochreiter & Schmidhuber (1997), Neural Computation 9(8), by PyTorch's own `nn.LSTM`.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn

from imv_core import storage
from imv_core.arrays import Floats


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
